package dialect

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/mask"
)

// maxWord bounds a version, a type or a fingerprint, in bytes.
const maxWord = 64

// clip is text of at most limit bytes; nothing where it is longer.
func clip(text string, limit int) string {
	if len(text) > limit {
		return ""
	}
	return text
}

// method is an HTTP method in upper case.
func method(text string) string {
	if len(text) > maxWord {
		return ""
	}
	return strings.ToUpper(text)
}

// target takes a request's target apart (RFC 9112 §3.2). What is secret in the
// path is masked, and its query left out.
func target(method, text string) (authority, path string) {
	if method == "CONNECT" {
		return text, ""
	}
	if scheme := strings.Index(text, "://"); scheme >= 0 && strings.IndexByte(text, '/') > scheme {
		rest := text[scheme+len("://"):]
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			return rest, ""
		}
		authority, text = rest[:end], rest[end:]
	}
	return authority, mask.Printable(mask.Path(text[:min(len(text), 4*maxText)]), maxText)
}

// agent is a user agent without tokens.
func agent(text string) string {
	return mask.Printable(mask.Tokens(text[:min(len(text), 4*maxText)]), maxText)
}

// hostName is a Host header or a server name without user information, port and
// final dot, in lower case; empty where it is none.
func hostName(text string) string {
	if len(text) > 2*maxName {
		return ""
	}
	text = text[strings.LastIndexByte(text, '@')+1:]
	if bracketed, ok := strings.CutPrefix(text, "["); ok {
		text, _, _ = strings.Cut(bracketed, "]")
	} else if host, port, ok := strings.Cut(text, ":"); ok && !strings.Contains(port, ":") {
		text = host
	}
	return domain(text)
}

// tls is a version of TLS.
type tls struct {
	name     string // 1.2; of DTLS, the version of TLS that it is made from
	datagram string // the name, of DTLS
}

// tlsVersion reads Zeek's and Suricata's names.
func tlsVersion(text string) tls {
	switch text {
	case "TLSv10", "TLSv1", "TLS 1.0":
		return tls{name: "1.0"}
	case "TLSv11", "TLS 1.1":
		return tls{name: "1.1"}
	case "TLSv12", "TLS 1.2":
		return tls{name: "1.2"}
	case "TLSv13", "TLS 1.3":
		return tls{name: "1.3"}
	case "DTLSv10":
		return tls{name: "1.1", datagram: text}
	case "DTLSv12":
		return tls{name: "1.2", datagram: text}
	case "DTLSv13":
		return tls{name: "1.3", datagram: text}
	}
	return tls{}
}

// ftpCommand is a command as the record has it, a constant; of its argument no
// more than how AUTH secures the session. Empty where it is none: what a client
// sent instead may be a password.
func ftpCommand(command, argument string) string {
	if len(command) < 3 || len(command) > 4 {
		return ""
	}
	for _, known := range ftpCommands {
		if !strings.EqualFold(known, command) {
			continue
		}
		if known == "AUTH" {
			return "AUTH " + mechanism(argument)
		}
		return known
	}
	return ""
}

// mechanism of AUTH (RFC 2228, RFC 4217).
func mechanism(argument string) string {
	for _, known := range [...]string{"SSL", "GSSAPI"} {
		if strings.EqualFold(known, argument) {
			return known
		}
	}
	return "TLS"
}

// ftpCommands are those of RFC 959, 2228, 2389, 2428, 3659 and 4217 that say
// something of a session.
var ftpCommands = [...]string{
	"STOR", "APPE", "STOU", "RETR", "AUTH", "PASV", "EPSV", "PORT", "EPRT", "USER", "PASS", "QUIT",
	"TYPE", "CWD", "PWD", "LIST", "NLST", "MLSD", "MLST", "SIZE", "MDTM", "REST", "DELE", "RNFR", "RNTO",
	"MKD", "RMD", "ALLO", "PROT", "PBSZ", "CCC", "FEAT", "OPTS", "SYST", "STAT", "SITE", "NOOP", "ABOR",
	"ACCT", "HELP", "HOST", "ADAT",
}
