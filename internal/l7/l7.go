// Package l7 tells application protocols by content from the first bytes of
// each direction of a flow. Parsers are pure: bytes in, a Message out, no
// state, no clock, nothing that grows with a number in the input. Secrets
// (passwords, tokens, queries, user information) are never put in a Message.
package l7

import (
	"net/netip"
	"slices"
)

// Direction is whose bytes are parsed, seen from the observed container.
type Direction uint8

// Egress bytes were sent by the container, Ingress bytes by its peer.
const (
	Egress Direction = iota
	Ingress
)

// MaxSample bounds what is looked at of a payload, in bytes: a ClientHello with
// post-quantum key shares, or a request's head with large cookies.
const MaxSample = 16 << 10

// Input is one sample: the first bytes of one turn, that is the first payload
// of a flow in one direction, or the first after the other side spoke. It may
// be cut anywhere; Incomplete says where more bytes would tell more.
type Input struct {
	// Payload is only read during the call; a Message holds copies.
	Payload               []byte
	Direction             Direction
	UDP                   bool
	LocalPort, RemotePort uint16
	// Known is the protocol told earlier on this flow, empty if none. It lets
	// weak signs count (an FTP reply, HTTP/2 frames without their preface), and
	// keeps uploaded content from posing as another protocol.
	Known string
}

// hasPort tells whether either end is one of ports.
func (in Input) hasPort(ports ...uint16) bool {
	return slices.Contains(ports, in.LocalPort) || slices.Contains(ports, in.RemotePort)
}

// fresh tells that nothing was told of the flow before.
func (in Input) fresh() bool { return in.Known == "" }

// Message is what one sample of payload says. Its zero value says nothing.
type Message struct {
	// Protocol is http, tls, ftp, ssh, smb, smtp, dns, quic, tftp, or empty where
	// this sample does not tell: what was told earlier on the flow still holds.
	// Version is 1.0, 1.1, 2 for http; the negotiated one for tls (from the
	// ServerHello) and for smb; the protocol's own for ssh and quic.
	Protocol, Version string
	// Server is the name the client asks for: Host, :authority or SNI, lower
	// case, without port.
	Server string
	HTTP   HTTPRequest
	TLS    ClientHello
	FTP    FTPControl
	DNS    DNSMessage
	TFTP   TFTPRequest
	SMTP   SMTPMessage
	// Entropy is bits per byte of the sample, set where no protocol was told
	// now or before, or the flow is an FTP data channel.
	Entropy float64

	// cut says that the sample ends within what the protocol tells.
	cut bool
}

// HTTPRequest is the head of an HTTP/1 or cleartext HTTP/2 request.
type HTTPRequest struct {
	Method    string
	Path      string // no query, fragment or user information
	UserAgent string
	BodySize  int64 // declared; 0 unknown or none
	Chunked   bool  // length not declared, a body follows
	// More is how many further request heads the same bytes held. The one told
	// is that with the most content.
	More int
}

// ClientHello is what a TLS client says before it encrypts.
type ClientHello struct {
	Version string // highest offered: 1.0 … 1.3
	ALPN    []string
	JA4     string
}

// FTPControl is one or more control lines of FTP (RFC 959, RFC 1639, RFC 2428, RFC 4217).
type FTPControl struct {
	Commands []string // verbs, upper case, without arguments; AUTH keeps its mechanism
	// Data is where a data channel was announced: by the server (227, 228, 229) or
	// by the client (PORT, LPRT, EPRT). An EPSV reply has a port and no address.
	Data netip.AddrPort
	// Active says that the client announced it: the server will connect.
	Active bool
	// Secured says that the server accepted AUTH (reply 234, RFC 4217 §4): what
	// follows on this channel is TLS.
	Secured bool
}

// TFTPRequest asks to write or read a file (RFC 1350); its name is not told.
//
// The file itself does not travel on this flow: the server answers from a new
// port to the port that the request came from. Who wants to find that flow
// expects one between the same two hosts with the client's port of this flow
// and any port of the server, as after FTP's PORT.
type TFTPRequest struct {
	Write, Read bool
	Size        int64 // bytes, declared by a writer (tsize, RFC 2349); 0 unknown
}

// SMTPMessage is one mail message, of which only the size is told.
type SMTPMessage struct {
	// Size is in bytes: declared by the client (RFC 1870) or transferred so far,
	// in DATA (RFC 5321) or BDAT chunks (RFC 3030).
	Size int64
	// Done says that the message was transferred whole and Size is what was
	// counted. Only a Follower can tell.
	Done bool
}

// DNSMessage is a query or an answer.
type DNSMessage struct {
	Response     bool
	QuestionName string // lower case, no trailing dot
	QuestionType string
	Answers      []DNSAnswer
}

// DNSAnswer maps an address to the name that was asked for.
type DNSAnswer struct {
	Address netip.Addr
	TTL     uint32 // seconds
}
