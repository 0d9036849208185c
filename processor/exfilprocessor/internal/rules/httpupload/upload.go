package httpupload

import (
	"math"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// connection is one TCP connection of a pair.
type connection struct {
	pair       engine.PairKey
	port, peer uint16
}

// upload is the request in progress on a connection. A record that tells no
// length goes on with it: observers tell a request's length once, and may repeat
// its method.
type upload struct {
	method   string // one of the three or "request", a constant
	declared int64  // 0: not declared
	sent     int64  // on the connection since the request was seen
	since    int64  // when that was, event time in ns
	next     int64  // report once the body reaches this
	reported bool   // at least once
}

// begins says whether a record tells of a body. An HTTP/2 POST that declares
// no length does not: gRPC is that, and goes on for days.
func begins(r *flow.Record, minBytes int64) bool {
	switch bodyMethod(r, minBytes) {
	case "":
		return false
	case "POST":
		return r.HTTP.BodySize > 0 || r.ProtocolVersion != "2"
	default:
		return true
	}
}

// take counts a record, and says whether to report.
func (up *upload) take(r *flow.Record, minBytes int64) bool {
	if up.isOver(r, minBytes) {
		up.begin(r, minBytes)
	}
	if isChatter(r, minBytes) {
		return false
	}
	if up.sent += r.Bytes; up.sent < 0 {
		up.sent = math.MaxInt64
	}
	if up.body(minBytes) < up.next {
		return false
	}
	up.next, up.reported = up.after(minBytes), true
	return true
}

// isChatter says that the record holds several requests, none of which declares a
// large body: whose bytes they are is not told.
func isChatter(r *flow.Record, minBytes int64) bool {
	return r.HTTP.Requests > 1 && r.HTTP.BodySize < minBytes
}

// restart measures anew what is sent from now on, once the incident that the
// upload was reported to is closed. A small declared body is behind it.
func (up *upload) restart(r *flow.Record, minBytes int64) {
	if up.declared < minBytes {
		up.declared = 0
	}
	up.sent, up.since, up.next, up.reported = 0, r.Time, minBytes, false
}

// isOver says whether the record tells of another request than the one in
// progress. Observers that repeat the length in every interval make two large
// requests of one length look like one, until the bytes tell.
func (up *upload) isOver(r *flow.Record, minBytes int64) bool {
	method, declared := bodyMethod(r, minBytes), r.HTTP.BodySize
	return up.method == "" || method != "" && method != up.method ||
		declared > 0 && (declared < minBytes || declared != up.declared)
}

func (up *upload) begin(r *flow.Record, minBytes int64) {
	*up = upload{method: bodyMethod(r, minBytes), declared: r.HTTP.BodySize, since: r.Time, next: minBytes}
	if up.declared >= minBytes {
		up.next = 0 // what is declared counts at once
	}
}

// body is what was sent, without a small body that was declared.
func (up *upload) body(minBytes int64) int64 {
	if up.declared < minBytes {
		return up.sent - min(up.sent, up.declared)
	}
	return up.sent
}

// after is when to report again: in the middle of the next body of the length
// declared, or when what is not declared doubles.
func (up *upload) after(minBytes int64) int64 {
	body := up.body(minBytes)
	next := 2 * body
	if d := up.declared; d >= minBytes {
		bodies := max((body+d/2)/d, 1)
		next = bodies*d + d/2
	}
	if next <= body {
		return math.MaxInt64
	}
	return next
}

// bodyMethod is the method as a constant if it is one that carries a body. Any
// other does if it declares a large one: a server may take a file by GET.
func bodyMethod(r *flow.Record, minBytes int64) string {
	switch r.HTTP.Method {
	case "PUT":
		return "PUT"
	case "POST":
		return "POST"
	case "PATCH":
		return "PATCH"
	case "":
		return ""
	}
	if r.HTTP.BodySize >= minBytes {
		return "request"
	}
	return ""
}
