package dialect

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// readZeekHTTP reads a request and what its body came to.
func readZeekHTTP(v *view, s *said) error {
	z := openZeek(v, s, "tcp")
	s.detail = true
	r := &s.record
	r.Protocol, r.ProtocolVersion = "http", z.text("version")
	size, _ := z.number("request_body_len")
	authority, path := target(z.text("method"), z.text("uri"))
	r.HTTP = flow.HTTP{
		Method:    method(z.text("method")),
		Path:      path,
		UserAgent: agent(z.text("user_agent")),
		BodySize:  size,
		Requests:  1,
	}
	r.Server = hostName(z.text("host"))
	if r.Server == "" {
		r.Server = hostName(authority)
	}
	r.Ignored = z.ignored
	return z.result()
}

// readZeekDNS reads a question.
func readZeekDNS(v *view, s *said) error {
	transport := zeekText(v.text("proto"))
	if transport == "" {
		transport = "udp"
	}
	z := openZeek(v, s, transport)
	s.detail = true
	r := &s.record
	r.Protocol = "dns"
	r.DNS.QuestionType = clip(z.text("qtype_name"), maxWord)
	if z.text("query") != "" {
		r.DNS.QuestionName = z.question("query")
	}
	r.Ignored = z.ignored
	return z.result()
}

// readZeekSSL reads what a ClientHello said, and the version that was agreed on.
func readZeekSSL(v *view, s *said) error {
	version := tlsVersion(zeekText(v.text("version")))
	transport := "tcp"
	if len(version.datagram) > 0 {
		transport = "udp"
	}
	z := openZeek(v, s, transport)
	s.detail = true
	r := &s.record
	r.Protocol = "tls"
	r.TLS = flow.TLS{Version: version.name, JA4: clip(z.text("ja4"), maxWord)}
	r.Server = hostName(z.text("server_name"))
	return z.result()
}

// readZeekFTP reads a command. Its argument and the account are never told.
func readZeekFTP(v *view, s *said) error {
	z := openZeek(v, s, "tcp")
	s.detail = true
	r := &s.record
	r.Protocol = "ftp"
	if command := ftpCommand(z.text("command"), z.text("arg")); command != "" {
		r.FTPCommands = append(r.FTPCommands, command)
	}
	return z.result()
}
