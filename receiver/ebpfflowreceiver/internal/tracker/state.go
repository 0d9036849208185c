package tracker

import (
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// A datagram socket has a flow per peer; a TCP socket one.
type flowKey struct {
	cookie uint64
	remote netip.AddrPort
}

func keyOf(s *event.Socket) flowKey { return flowKey{s.Cookie, s.Remote} }

const maxCommands = 16 // FTP commands carried by one record

// state is what samples have told of a flow.
type state struct {
	protocol, version string
	server            string
	http              flow.HTTP
	tls               flow.TLS
	dns               flow.DNS
	entropy           float64
	// commands wait for the next record; so do the declared size of a body and
	// a DNS question, which are said once.
	commands []string
	// hello is a ClientHello of which the rest is to come.
	hello []byte
}

// learn takes over what a message says; later messages add to earlier ones.
func (s *state) learn(m *l7.Message) {
	if m.Protocol != "" && s.protocol != ftpData {
		s.protocol = m.Protocol
		s.entropy = 0
	}
	if m.Version != "" {
		s.version = m.Version
	}
	if m.Server != "" {
		s.server = m.Server
	}
	if m.HTTP.Method != "" {
		s.http = flow.HTTP{Method: m.HTTP.Method, Path: m.HTTP.Path,
			UserAgent: m.HTTP.UserAgent, BodySize: max(m.HTTP.BodySize, s.http.BodySize)}
	}
	if m.TLS.Version != "" {
		s.tls = flow.TLS{Version: m.TLS.Version, JA4: m.TLS.JA4}
	}
	if !m.DNS.Response && m.DNS.QuestionName != "" {
		s.dns = flow.DNS{QuestionName: m.DNS.QuestionName, QuestionType: m.DNS.QuestionType}
	}
	if s.protocol == "" || s.protocol == ftpData {
		s.entropy = max(s.entropy, m.Entropy)
	}
	room := maxCommands - len(s.commands)
	s.commands = append(s.commands, m.FTP.Commands[:min(room, len(m.FTP.Commands))]...)
}

// describe writes into a record what is known, and forgets what is said once.
func (s *state) describe(r *flow.Record) {
	r.Protocol, r.ProtocolVersion = s.protocol, s.version
	r.Server = s.server
	r.HTTP, r.TLS, r.DNS = s.http, s.tls, s.dns
	r.Entropy = s.entropy
	r.FTPCommands = append(r.FTPCommands[:0], s.commands...)
	s.http.BodySize = 0
	s.dns = flow.DNS{}
	s.commands = s.commands[:0]
}
