// Package ftpupload finds files stored on outside FTP servers, by joining the
// control channel with its data channels.
package ftpupload

import (
	"fmt"
	"net/netip"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// baseScore is that of an upload just above the threshold: medium.
const baseScore = 60

// customaryScore is that of a volume that is not large for its destination, to which
// sending is customary. It takes an unusual sender to alert.
const customaryScore = 30

// maxSessions bounds the sessions followed at a time: any connection between high
// ports may be a data channel, but few are.
const maxSessions = 1 << 14

// server is whom a workload has a session with. Data channels go to the address of
// their control channel, which may be known by a name that they lack.
type server struct {
	workload uint64
	addr     netip.Addr
}

// Rule watches FTP sessions with outside servers.
type Rule struct {
	cfg Config
	*bounded.Table[server, session]
}

// New makes the rule with room for limit sessions, each forgotten after idle
// nanoseconds.
func New(cfg Config, limit int, idle int64) *Rule {
	return &Rule{cfg: cfg, Table: bounded.New[server, session](min(limit, maxSessions), idle)}
}

// Describe returns what alerts say of the rule.
func (*Rule) Describe() *alert.Rule { return &description }

var description = alert.Rule{
	Name:        "ftp_upload",
	Category:    "exfiltration",
	Description: "A file stored on an outside FTP server",
	Reference:   "https://attack.mitre.org/techniques/T1048/",
	Version:     "2",
	Family:      alert.Volume,
	Needs:       flow.FieldBytes | flow.FieldFTP,
}

// Scope is traffic with outside hosts.
func (*Rule) Scope() engine.Scope { return engine.Peers }

// Observe joins a record of either channel to the session, in any order.
func (u *Rule) Observe(v *engine.View, r *flow.Record) (*engine.Finding, bool) {
	if r.Transport != "tcp" {
		return nil, false
	}
	s := u.session(v, r)
	if s == nil {
		return nil, false
	}
	if s.next > 0 && !v.Open() {
		s.restart()
	}
	switch {
	case s.isControl(r):
		s.listen(r)
	case isData(r):
		s.carry(r)
	default:
		return nil, false
	}
	if !u.uploads(s) || s.sent < max(s.next, u.cfg.MinBytes) {
		return nil, false
	}
	s.next = saturate(s.sent, s.sent)
	return u.finding(v, s), true
}

// session finds the pair's session. A control channel begins one; so does any
// connection that could be a data channel, since its records may come first.
func (u *Rule) session(v *engine.View, r *flow.Record) *session {
	key := server{workload: v.Key.Workload, addr: r.Destination.Addr()}
	if !mayBegin(r) && !(&session{}).isControl(r) && u.Get(key) == nil {
		return nil
	}
	e, _ := u.Touch(key, v.Now, r.Bytes)
	if e == nil {
		return nil
	}
	return &e.Value
}

// uploads says whether what was sent was stored: the command says so or, where
// commands are encrypted, the direction does.
func (u *Rule) uploads(s *session) bool {
	return s.upload != "" || s.control && s.secure && s.ratio() >= u.cfg.MinRatio
}

func (u *Rule) finding(v *engine.View, s *session) *engine.Finding {
	how, technique, protocol := "FTP "+s.upload, "T1048.003", "ftp"
	if s.secure {
		how, technique, protocol = "FTP over TLS", "T1048.002", "ftps"
	}
	sent, threshold := prose.Bytes(s.sent), prose.Bytes(u.cfg.MinBytes)
	return &engine.Finding{
		Finding: alert.Finding{
			Rule:       &description,
			Techniques: []string{technique},
			Score:      u.score(v, s.sent),
			Observed:   float64(s.sent),
			Threshold:  float64(u.cfg.MinBytes),
			Unit:       "By",
			Sentence:   s.sentence(how, sent, threshold),
		},
		Action:   fmt.Sprintf("is uploading %s by %s", sent, how),
		Reason:   fmt.Sprintf("FTP uploads of %s or more to outside hosts are reported", threshold),
		Sent:     s.sent,
		Since:    s.first,
		Protocol: protocol,
		Port:     s.peer,
	}
}

func (u *Rule) score(v *engine.View, sent int64) float64 {
	if v.Established() {
		return incident.Score(customaryScore, float64(sent), v.Limit(u.cfg.MinBytes).Bytes)
	}
	return incident.Score(baseScore, float64(sent), float64(u.cfg.MinBytes))
}

// sentence says what was seen, and of TLS what was not.
func (s *session) sentence(how, sent, threshold string) string {
	if s.upload == "" {
		return fmt.Sprintf("%s sent %s and received %s on data channels; the commands are encrypted. The limit is %s.",
			how, sent, prose.Bytes(s.received), threshold)
	}
	return fmt.Sprintf("%s sent %s on data channels; the limit is %s.", how, sent, threshold)
}
