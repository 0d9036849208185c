package traffic

import (
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// What a session says before the file, as the observer tells it: verbs only.
var (
	passiveCommands = []string{"USER", "PASS", "TYPE", "PASV", "STOR"}
	activeCommands  = []string{"USER", "PASS", "TYPE", "PORT", "STOR"}
	secureCommands  = []string{"AUTH TLS"}
	lastCommands    = []string{"QUIT"}
)

const (
	// talk is from the control channel's first packet to STOR.
	talk = 300 * time.Millisecond
	// The control channel's own bytes, both ways.
	controlSent, controlReceived = 140, 420
)

// openFTP begins a control channel, and the data channel that its commands lead
// to: opened by the client, or by the server where the mode is active.
func (s *stream) openFTP(c *conn) {
	f := s.flow
	d := s.fresh()
	*d = *c
	c.role, d.role = control, data
	d.start = c.start + talk
	d.end = d.start + s.length(d.sent+d.received)
	d.early = pushAt
	d.local = s.local()
	d.peer = netip.AddrPortFrom(c.peer.Addr(), uint16(50000+s.dice.IntN(5000)))
	if f.Mode == "active" {
		d.peer = netip.AddrPortFrom(c.peer.Addr(), 20)
	}
	d.plan(s)
	c.sent, c.received = controlSent, controlReceived
	c.due, c.end = c.start+talk/2, d.end+roundTrip
	s.insert(c)
	s.insert(d)
}

// tellControl tells the commands when they are seen, and the bytes at the end.
func (c *conn) tellControl(s *stream, r *flow.Record) {
	r.Start = stamp(c.start)
	if c.done {
		if s.flow.Mode == "passive" || s.flow.Mode == "active" {
			r.FTPCommands = lastCommands
		}
		c.finish(s, r)
		return
	}
	switch s.flow.Mode {
	case "passive":
		r.FTPCommands = passiveCommands
	case "active":
		r.FTPCommands = activeCommands
	case "tls":
		r.FTPCommands = secureCommands
	}
	c.done = true
	c.due = c.end
}

// describeFTP is what content says of a session's two channels. Where commands
// are encrypted the data channel is no more than TLS.
func (s *stream) describeFTP(c *conn, r *flow.Record) {
	secure := s.flow.Mode == "tls" || s.flow.Mode == "implicit"
	switch {
	case c.role == control && s.flow.Mode == "implicit", c.role == data && secure:
		r.Protocol = "tls"
		r.TLS.Version = "1.3"
	case c.role == control:
		r.Protocol = "ftp"
	default:
		r.Protocol = "ftp-data"
	}
	if c.role == data && s.flow.Mode == "active" {
		r.Initiator = flow.InitiatorDestination
	}
}
