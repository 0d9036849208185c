package encryptedupload

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

const (
	// noise is the entropy, in bits per byte, from which an unknown protocol is taken
	// for encrypted: 4 KiB of ciphertext have 7.95, text and programs at most 6.5.
	noise = 7.5
	// clear is the entropy up to which it is taken for cleartext: base64 has 6.
	clear = 6.0
)

// speech is how much a record's payload hides.
type speech uint8

const (
	untold speech = iota // nothing is known, or it lies in between
	open                 // a cleartext protocol
	plain                // no known protocol, of low entropy
	hidden               // an encrypted protocol
	random               // no known protocol, of high entropy
)

// speaks says how the record's connection speaks.
func speaks(r *flow.Record) speech {
	switch r.Protocol {
	case "tls", "quic", "ssh":
		return hidden
	case "http", "ftp", "smtp":
		return open
	case "":
		switch {
		case r.Entropy >= noise:
			return random
		case r.Entropy > 0 && r.Entropy <= clear:
			return plain
		}
	}
	return untold
}

// promise is what a port's service is expected to speak (RFC 6335).
type promise uint8

const (
	nothing promise = iota
	// cleartext: no encryption at all.
	cleartext
	// upgraded: cleartext that turns to TLS on demand, as by STARTTLS or AUTH TLS.
	upgraded
	// login: Telnet's port, at which backup providers offer SSH.
	login
	// tunnel: SSH.
	tunnel
	// encrypted: TLS, or QUIC, from the first byte.
	encrypted
)

// promises of a port. Those of proxies (3128, 8080, …) and other customary
// second ports promise nothing: TLS is as usual there as cleartext.
func promises(port uint16) promise {
	switch port {
	case 53, 80, 123:
		return cleartext
	case 21, 25, 110, 143, 587:
		return upgraded
	case 23:
		return login
	case 22:
		return tunnel
	case 443, 853, 993, 995:
		return encrypted
	}
	return nothing
}

// disguised says whether a record does not speak as its port promises. Of UDP on
// the ports of TLS, only known protocols count: calls begin in the clear there.
func disguised(r *flow.Record, s speech) bool {
	p := promises(r.Destination.Port())
	if p == nothing || s == untold {
		return false
	}
	switch p {
	case cleartext:
		return s == hidden || s == random
	case upgraded:
		return r.Protocol == "ssh"
	case login:
		return s == random || s == hidden && r.Protocol != "ssh"
	case tunnel:
		return s == open || s == plain || s == hidden && r.Protocol != "ssh"
	default:
		return s == open || s == plain && r.Transport == "tcp"
	}
}

// service is the promise in words.
func (p promise) String() string {
	return [...]string{"any protocol", "a cleartext protocol", "a cleartext protocol or TLS", "Telnet or SSH", "SSH", "TLS"}[p]
}
