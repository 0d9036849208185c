package ftpupload

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// Ports of FTP: control, active data, and the same over implicit TLS (RFC 959
// §8; 989 and 990 are IANA's ftps-data and ftps).
const (
	dataPort           = 20
	controlPort        = 21
	implicitDataPort   = 989
	implicitPort       = 990
	firstEphemeralPort = 1024
)

// session is what one workload and one server do over FTP: any number of control
// connections and their data channels.
type session struct {
	control bool   // a control channel was seen
	upload  string // STOR, APPE or STOU once seen, a constant
	secure  bool   // commands are encrypted from some point on
	local   uint16 // the control channel's port at the container
	peer    uint16 // and at the server

	// The life of the control channels: the first one's beginning and, once it is
	// over, the last one's end. Event time in ns, 0 where not known.
	begun, ended int64

	sent, received int64 // on data channels
	first          int64 // when the first of them began
	told           bool  // one was told by its content
	next           int64 // report again once sent reaches this
}

// isControl says whether the record is of a control channel that the container
// opened. After AUTH TLS only its ports tell.
func (s *session) isControl(r *flow.Record) bool {
	if r.Initiator == flow.InitiatorDestination {
		return false
	}
	port := r.Destination.Port()
	return r.Protocol == "ftp" || len(r.FTPCommands) > 0 || port == implicitPort ||
		s.control && port == s.peer && r.Source.Port() == s.local
}

// within says whether a data channel lies in the control channels' life, as far
// as that is known. One told by content needs no such proof.
func (s *session) within(r *flow.Record) bool {
	if r.Protocol == "ftp-data" || !s.control || r.Start == 0 {
		return true
	}
	return r.Start >= s.begun && (s.ended == 0 || r.Start <= s.ended)
}

// isData says whether the record may be of a data channel: one told by content,
// or a connection that could be one and is nothing else.
func isData(r *flow.Record) bool {
	switch r.Protocol {
	case "ftp-data":
		return true
	case "", "tls":
		port := r.Destination.Port()
		return port >= firstEphemeralPort || port == dataPort || port == implicitDataPort
	default:
		return false
	}
}

// mayBegin says whether a data channel may be reported before its control
// channel. A client of a server in the container comes from a high port too;
// such a connection is a data channel only if there is a session.
func mayBegin(r *flow.Record) bool {
	port := r.Destination.Port()
	return isData(r) &&
		(r.Protocol == "ftp-data" || r.Initiator != flow.InitiatorDestination || port < firstEphemeralPort)
}

// listen reads what the control channel says.
func (s *session) listen(r *flow.Record) {
	s.meet(r)
	s.ended = 0
	if r.EndReason == flow.EndOfFlow {
		s.ended = max(r.End, r.Time)
	}
	s.local, s.peer = r.Source.Port(), r.Destination.Port()
	s.secure = s.secure || s.peer == implicitPort
	for _, command := range r.FTPCommands {
		switch {
		case isUpload(command) != "":
			s.upload, s.secure = isUpload(command), s.peer == implicitPort // seen: in the clear
		case strings.HasPrefix(command, "AUTH "):
			s.secure = true
		}
	}
}

// meet notes the first control channel. Connections that were there before it
// were not its data channels.
func (s *session) meet(r *flow.Record) {
	if s.control {
		return
	}
	s.control, s.begun = true, r.Start
	if !s.told && s.first < s.begun {
		s.sent, s.received, s.first = 0, 0, 0
	}
}

// restart counts data channels anew, once the incident that the session was
// reported to is closed.
func (s *session) restart() { s.sent, s.received, s.first, s.next = 0, 0, 0, 0 }

// isUpload is the command as a constant if it stores a file (RFC 959 §4.1.3).
func isUpload(command string) string {
	switch command {
	case "STOR":
		return "STOR"
	case "APPE":
		return "APPE"
	case "STOU":
		return "STOU"
	default:
		return ""
	}
}

// carry counts a data channel's bytes.
func (s *session) carry(r *flow.Record) {
	if !s.within(r) {
		return
	}
	s.told = s.told || r.Protocol == "ftp-data"
	began := r.Time
	if r.Start > 0 && r.Start < began {
		began = r.Start
	}
	if s.first == 0 || began < s.first {
		s.first = began
	}
	s.sent = saturate(s.sent, r.Bytes)
	s.received = saturate(s.received, r.ReverseBytes)
}

// ratio is the producer/consumer ratio of the data channels.
func (s *session) ratio() float64 {
	return engine.Volume{Sent: s.sent, Received: s.received}.Ratio()
}

func saturate(a, b int64) int64 {
	if a += b; a < 0 {
		return 1<<63 - 1
	}
	return a
}
