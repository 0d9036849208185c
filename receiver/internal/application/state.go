// Package application gathers what samples of a flow's payload tell of it, and
// writes that into flow records: the same for every receiver.
package application

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/l7"
)

// The protocols that a State treats in their own way.
const (
	FTP     = "ftp"
	FTPData = "ftp-data"
	TFTP    = "tftp"
)

const maxCommands = 16 // FTP commands carried by one record

// State is what samples have told of a flow. Its zero value knows nothing.
type State struct {
	protocol, version string
	server            string
	http              flow.HTTP
	tls               flow.TLS
	dns               flow.DNS
	smtp              flow.SMTP
	entropy           float64
	// commands wait for the next record; so do the size of a body or a mail, the
	// number of requests and a DNS question, which are said once.
	commands []string
	// auth is an AUTH that the server has not yet agreed to.
	auth string
}

// Learn takes over what a message says; later messages add to earlier ones.
func (s *State) Learn(m *l7.Message) {
	if m.Protocol != "" && s.protocol != FTP && (s.protocol != FTPData || m.HTTP.Method != "") {
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
	if s.protocol == "" || s.protocol == FTPData {
		s.entropy = max(s.entropy, m.Entropy)
	}
	s.smtp.MessageSize = max(s.smtp.MessageSize, m.SMTP.Size)
	s.learnCommands(&m.FTP)
}

// learnRequest keeps the larger body of an interval. A later HTTP/2 request may
// come without its method: its header table was not seen whole.
func (s *State) learnRequest(m *l7.HTTPRequest) {
	if m.Method != "" {
		s.http.Method, s.http.Path, s.http.UserAgent = m.Method, m.Path, m.UserAgent
	}
	s.http.BodySize = max(m.BodySize, s.http.BodySize)
	if m.Method != "" || m.Path != "" {
		s.http.Requests += 1 + int64(m.More)
	}
}

// learnCommands keeps FTP's verbs. AUTH counts once the server agrees (RFC 4217
// 4): a refused one leaves everything in clear.
func (s *State) learnCommands(m *l7.FTPControl) {
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

func (s *State) addCommand(command string) {
	if len(s.commands) < maxCommands {
		s.commands = append(s.commands, command)
	}
}

// Describe writes into a record what is known, and forgets what is said once.
func (s *State) Describe(r *flow.Record) {
	r.Protocol, r.ProtocolVersion = s.protocol, s.version
	r.Server = s.server
	r.HTTP, r.TLS, r.DNS, r.SMTP = s.http, s.tls, s.dns, s.smtp
	r.Entropy = s.entropy
	r.FTPCommands = append(r.FTPCommands[:0], s.commands...)
	s.http.BodySize, s.http.Requests = 0, 0
	s.dns, s.smtp = flow.DNS{}, flow.SMTP{}
	s.commands = s.commands[:0]
}

// Expect says that the flow was announced as one of this protocol.
func (s *State) Expect(protocol string) { s.protocol = protocol }

// Known is the protocol told so far, as l7 wants it. A data channel of FTP is
// such because somebody said so: its first bytes may know better. A flow that is
// known to be of no protocol is not looked at again.
func (s *State) Known() string {
	switch {
	case s.protocol == FTPData && s.entropy == 0:
		return ""
	case s.protocol == "" && s.entropy > 0:
		return "unknown"
	}
	return s.protocol
}
