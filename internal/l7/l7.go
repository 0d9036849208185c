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

// MaxSample bounds what is looked at of a payload, in bytes.
const MaxSample = 4096

// Input is one sample: the first bytes of one turn, that is the first payload
// of a flow in one direction, or the first after the other side spoke. It may
// be cut anywhere.
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
	// Protocol is http, tls, ftp, ssh, smtp, dns, quic, or empty where this
	// sample does not tell: what was told earlier on the flow still holds.
	// Version is 1.0, 1.1, 2 for http; the negotiated one for tls (from the
	// ServerHello); the protocol's own for ssh and quic.
	Protocol, Version string
	// Server is the name the client asks for: Host, :authority or SNI, lower
	// case, without port.
	Server string
	HTTP   HTTPRequest
	TLS    ClientHello
	FTP    FTPControl
	DNS    DNSMessage
	// Entropy is bits per byte of the sample, set where no protocol was told
	// now or before, or the flow is an FTP data channel.
	Entropy float64
}

// HTTPRequest is the head of an HTTP/1 or cleartext HTTP/2 request.
type HTTPRequest struct {
	Method    string
	Path      string // no query, fragment or user information
	UserAgent string
	BodySize  int64 // declared; 0 unknown or none
	Chunked   bool  // length not declared, a body follows
}

// ClientHello is what a TLS client says before it encrypts.
type ClientHello struct {
	Version string // highest offered: 1.0 … 1.3
	ALPN    []string
	JA4     string
}

// FTPControl is one or more control lines of FTP (RFC 959, RFC 2428, RFC 4217).
type FTPControl struct {
	Commands []string // verbs, upper case, without arguments; AUTH keeps its mechanism
	// Data is where a data channel was announced: by the server (227, 229) or
	// by the client (PORT, EPRT). An EPSV reply has a port and no address.
	Data netip.AddrPort
	// Active says that the client announced it: the server will connect.
	Active bool
	// Secured says that the server accepted AUTH (reply 234, RFC 4217 §4): what
	// follows on this channel is TLS.
	Secured bool
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
