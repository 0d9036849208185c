package traffic

import (
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

func stamp(t time.Duration) int64 { return Start.UnixNano() + int64(t) }

// describe writes what all reports of a connection say.
func (s *stream) describe(c *conn, r *flow.Record) {
	f := s.flow
	at := stamp(c.due)
	*r = flow.Record{
		Time: at, End: at,
		Source: c.local, Destination: c.peer,
		Transport: f.Transport, Initiator: flow.InitiatorSource,
		EndReason: flow.EndActiveTimeout,
		Protocol:  f.Protocol, Server: c.server, Entropy: f.Entropy,
		Process: flow.Process{PID: s.pid, ParentPID: 1, Executable: f.Process, CommandLine: f.Command},
	}
	if f.Shape == corpus.Serve {
		r.Initiator = flow.InitiatorDestination
	}
	if f.Shape == corpus.FTP {
		s.describeFTP(c, r)
	}
	switch f.Protocol {
	case "tls":
		r.TLS = flow.TLS{Version: "1.3", JA4: f.JA4}
	case "http":
		r.ProtocolVersion = "1.1"
		r.HTTP = flow.HTTP{Method: f.Method, Path: s.path.fixed, UserAgent: f.Agent}
	}
}

// request writes what is said of a request once.
func (s *stream) request(r *flow.Record, body int64) {
	r.HTTP.Requests = 1
	r.HTTP.Path = s.path.draw(s.dice)
	switch s.flow.Method {
	case "PUT", "POST", "PATCH":
		r.HTTP.BodySize = body
	}
}

// openQuestions asks one after the other of one socket. Each is told when it is
// seen; the bytes are told at the end, as the eBPF receiver does.
func (s *stream) openQuestions(c *conn) {
	c.role = questions
	factor := 1.0
	if s.flow.Questions.Scaled {
		factor = s.who.Intensity
	}
	c.asks = max(1, int(s.flow.Questions.Draw(s.dice, factor)))
	c.due = c.start
	c.end = c.start + time.Duration(c.asks)*s.flow.Gap + roundTrip
	c.early = int64(c.start + s.flow.Report) // the next interval's end
	s.insert(c)
}

// dnsFrame is what a question has besides its name: header, type, class.
const dnsFrame = 18

func (c *conn) tellQuestion(s *stream, r *flow.Record) {
	switch {
	case c.asked == c.asks:
		r.Start = stamp(c.start)
		c.finish(s, r)
		return
	case int64(c.due) >= c.early:
		r.Start = stamp(c.start)
		c.count(s, r, c.sent, c.received)
		c.early = int64(c.due + s.flow.Report)
		return
	}
	name := s.names[s.dice.IntN(len(s.names))].draw(s.dice)
	r.DNS = flow.DNS{QuestionName: name, QuestionType: s.flow.Type}
	c.sent += int64(len(name)) + dnsFrame
	factor := 1.0
	if s.flow.Answer.Scaled {
		factor = s.who.Intensity
	}
	c.received += int64(len(name)) + dnsFrame + int64(s.flow.Answer.Draw(s.dice, factor))
	c.asked++
	c.due += s.flow.Gap
	if c.asked == c.asks {
		c.due = c.end
	}
}
