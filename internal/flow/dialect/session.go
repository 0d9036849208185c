package dialect

import (
	"net/netip"
	"strings"
	"time"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// sessionIdle is how long after its last record a session is forgotten, event
// time in ns. Zeek and Suricata write of a connection until it has been silent
// for minutes.
const sessionIdle = int64(time.Hour)

// sessions join the records of one connection, which its product writes into
// several logs, in any order. What is full gives up the longest unused.
type sessions struct {
	table   *simplelru.LRU[sessionKey, *session]
	evicted int64
}

// sessionKey names a connection as its product does.
type sessionKey struct{ product, id string }

// session is what is known of a connection so far.
type session struct {
	used   int64          // event time of its latest record, ns
	start  int64          // of the counters, ns
	client netip.AddrPort // the end that the first record told of first

	protocol, version, server string
	http                      flow.HTTP // the largest request since the counters were told
	tls                       flow.TLS

	forth, back counted // by the client, and by the other end
}

// counted is what was told already of what went in one direction.
type counted struct{ bytes, packets int64 }

func newSessions(limit int) sessions {
	table, err := simplelru.NewLRU[sessionKey, *session](limit, nil)
	if err != nil {
		panic("dialect: a limit that is not positive") // NewReader sees to it
	}
	return sessions{table: table}
}

func (t *sessions) stats() (held int, evicted int64) {
	evicted, t.evicted = t.evicted, 0
	return t.table.Len(), evicted
}

// join adds to a record what other records told of its session, and remembers
// what it tells itself. Counters are of the whole session, so that what was
// told of them before is taken off; false where nothing is left to tell.
func (t *sessions) join(product string, s *said) bool {
	e := t.find(product, s)
	r := &s.record
	e.used = max(e.used, r.Time)
	if s.detail {
		e.learn(r)
		e.describe(r)
		return true
	}
	more := e.count(r)
	e.describe(r)
	e.request(r)
	return more
}

// find is the session, a new one where there is none or the old one is over.
func (t *sessions) find(product string, s *said) *session {
	r := &s.record
	t.expire(r.Time)
	key := sessionKey{product, s.session}
	e, ok := t.table.Get(key)
	if ok && r.Time-e.used <= sessionIdle {
		return e
	}
	if !ok {
		key.id = strings.Clone(key.id)
		e = &session{}
	}
	*e = session{client: r.Source, used: r.Time}
	if r.Initiator == flow.InitiatorDestination {
		e.client = r.Destination
	}
	if t.table.Add(key, e) {
		t.evicted++
	}
	return e
}

// expire forgets what is over among the longest unused: two at a time are more
// than are made, and all that a record with a wrong time can undo.
func (t *sessions) expire(now int64) {
	for range 2 {
		key, oldest, ok := t.table.GetOldest()
		if !ok || now-oldest.used <= sessionIdle {
			return
		}
		t.table.Remove(key)
	}
}

// learn remembers what a record describes.
func (e *session) learn(r *flow.Record) {
	keep(&e.protocol, r.Protocol)
	keep(&e.version, r.ProtocolVersion)
	keep(&e.server, r.Server)
	keep(&e.tls.Version, r.TLS.Version)
	keep(&e.tls.JA4, r.TLS.JA4)
	if r.HTTP.Method == "" {
		return
	}
	e.http.Requests++
	if e.http.Requests == 1 || r.HTTP.BodySize > e.http.BodySize {
		e.http.BodySize = r.HTTP.BodySize
		keep(&e.http.Method, r.HTTP.Method)
		keep(&e.http.Path, r.HTTP.Path)
		keep(&e.http.UserAgent, r.HTTP.UserAgent)
	}
}

// keep copies news: the old text stays where there is none.
func keep(into *string, news string) {
	if news != "" && news != *into {
		*into = strings.Clone(news)
	}
}

// describe adds what is known of the session where the record does not say.
func (e *session) describe(r *flow.Record) {
	fill(&r.Protocol, e.protocol)
	fill(&r.ProtocolVersion, e.version)
	fill(&r.Server, e.server)
	fill(&r.TLS.Version, e.tls.Version)
	fill(&r.TLS.JA4, e.tls.JA4)
	if r.Initiator == flow.InitiatorUnknown && r.Unidirectional {
		r.Initiator = flow.InitiatorDestination
		if r.Source == e.client {
			r.Initiator = flow.InitiatorSource
		}
	}
}

func fill(into *string, known string) {
	if *into == "" {
		*into = known
	}
}

// request adds the requests since the counters were told last.
func (e *session) request(r *flow.Record) {
	if r.HTTP.Method == "" {
		r.HTTP = e.http
	}
	e.http.BodySize, e.http.Requests = 0, 0
}

// count leaves in r what was not told before; false where that is nothing, and
// something was.
func (e *session) count(r *flow.Record) bool {
	if r.Start != e.start {
		e.start, e.forth, e.back = r.Start, counted{}, counted{}
	}
	forth, back := &e.forth, &e.back
	if r.Source != e.client {
		forth, back = back, forth
	}
	repeated := *forth != counted{} || *back != counted{}
	forth.take(&r.Bytes, &r.Packets)
	back.take(&r.ReverseBytes, &r.ReversePackets)
	return !repeated || r.Bytes+r.Packets+r.ReverseBytes+r.ReversePackets > 0
}

// take leaves in bytes and packets what is new.
func (c *counted) take(bytes, packets *int64) {
	before := *c
	*c = counted{max(c.bytes, *bytes), max(c.packets, *packets)}
	*bytes, *packets = c.bytes-before.bytes, c.packets-before.packets
}
