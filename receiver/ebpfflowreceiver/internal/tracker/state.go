package tracker

import (
	"net/netip"
	"strings"

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
	// commands wait for the next record; so do the declared size of a body, the
	// number of requests and a DNS question, which are said once.
	commands []string
	// auth is an AUTH that the server has not yet agreed to.
	auth string
}

// learn takes over what a message says; later messages add to earlier ones.
func (s *state) learn(m *l7.Message) {
	if m.Protocol != "" && s.protocol != protocolFTP && (s.protocol != ftpData || m.HTTP.Method != "") {
		s.protocol = m.Protocol
		s.entropy = 0
	}
	if m.Version != "" {
		s.version = m.Version
	}
	if m.Server != "" {
		s.server = m.Server
	}
	s.learnRequest(&m.HTTP)
	if m.TLS.Version != "" {
		s.tls = flow.TLS{Version: m.TLS.Version, JA4: m.TLS.JA4}
	}
	if !m.DNS.Response && m.DNS.QuestionName != "" {
		s.dns = flow.DNS{QuestionName: m.DNS.QuestionName, QuestionType: m.DNS.QuestionType}
	}
	if s.protocol == "" || s.protocol == ftpData {
		s.entropy = max(s.entropy, m.Entropy)
	}
	s.learnCommands(&m.FTP)
}

// learnRequest keeps the larger body of an interval. A later HTTP/2 request may
// come without its method: its header table was not seen whole.
func (s *state) learnRequest(m *l7.HTTPRequest) {
	if m.Method != "" {
		s.http.Method, s.http.Path, s.http.UserAgent = m.Method, m.Path, m.UserAgent
	}
	s.http.BodySize = max(m.BodySize, s.http.BodySize)
	if m.Method != "" || m.Path != "" {
		s.http.Requests++
	}
}

// learnCommands keeps FTP's verbs. AUTH counts once the server agrees (RFC 4217
// 4): a refused one leaves everything in clear.
func (s *state) learnCommands(m *l7.FTPControl) {
	for _, command := range m.Commands {
		if strings.HasPrefix(command, "AUTH ") {
			s.auth = command
			continue
		}
		s.addCommand(command)
	}
	if m.Secured && s.auth != "" {
		s.addCommand(s.auth)
		s.auth = ""
	}
}

func (s *state) addCommand(command string) {
	if len(s.commands) < maxCommands {
		s.commands = append(s.commands, command)
	}
}

// describe writes into a record what is known, and forgets what is said once.
func (s *state) describe(r *flow.Record) {
	r.Protocol, r.ProtocolVersion = s.protocol, s.version
	r.Server = s.server
	r.HTTP, r.TLS, r.DNS = s.http, s.tls, s.dns
	r.Entropy = s.entropy
	r.FTPCommands = append(r.FTPCommands[:0], s.commands...)
	s.http.BodySize, s.http.Requests = 0, 0
	s.dns = flow.DNS{}
	s.commands = s.commands[:0]
}
