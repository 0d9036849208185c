package encryptedupload

import (
	"fmt"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/stats"
)

// Scores of a disguise.
const (
	// disguiseScore is that of a protocol which was recognised, at the least volume.
	disguiseScore = 44
	// guessScore is that of an unknown protocol, by its entropy alone.
	guessScore = 41
	// customaryMost bounds the score where sending is customary, or nothing is
	// known of that yet and it is a guess: it never alerts alone.
	customaryMost = 30
)

const (
	// pause is how long such an upload may pause and is still the same one.
	pause = time.Hour
	// most keeps a sum of bytes in 64 bits.
	most = 1 << 62
)

// service is a port of one of a workload's destinations.
type service struct {
	pair engine.PairKey
	port uint16
}

// exchange is what was sent there against the port's promise, and what came back.
type exchange struct {
	sent, received stats.Ledger
	begun          int64 // event time in ns
}

// add takes a record in. What an incident told that is over is no part of it.
func (x *exchange) add(r *flow.Record, told int64) {
	if x.begun <= told {
		*x = exchange{begun: r.Time}
	}
	x.sent.Add(r.Time/1e9, r.Bytes)
	x.received.Add(r.Time/1e9, r.ReverseBytes)
}

// disguise sums what is sent to a port that promises otherwise.
func (u *Rule) disguise(v *engine.View, r *flow.Record, s speech) (*engine.Finding, bool) {
	e, _ := u.Touch(service{v.Key, r.Destination.Port()}, v.Now, r.Bytes)
	if e == nil {
		return nil, false
	}
	x := &e.Value
	x.add(r, v.Told())
	sent, received := min(x.sent.Sum(stats.Hour), most), x.received.Sum(stats.Hour)
	least := float64(u.cfg.DisguiseMinBytes)
	if !(sent >= least) || v.Volume().Unanswered || sent-received < u.cfg.MinRatio*(sent+received) || !v.News(sent) {
		return nil, false
	}
	f := u.tellDisguise(v, r, s, sent)
	f.Quiet, f.Sent, f.Since = pause, int64(f.Observed), x.begun
	return f, true
}

func (u *Rule) tellDisguise(v *engine.View, r *flow.Record, s speech, sent float64) *engine.Finding {
	least := float64(u.cfg.DisguiseMinBytes)
	p := promises(r.Destination.Port())
	f := &engine.Finding{Finding: alert.Finding{
		Rule:       &description,
		Techniques: []string{technique(s)},
		Score:      score(v, s, sent, least),
		Observed:   sent,
		Threshold:  least,
		Unit:       "By",
		Sentence: fmt.Sprintf("It sent %s within about an hour by %s to port %d, at which one expects %s; the least that counts is %s.",
			prose.Bytes(int64(sent)), spoken(r, s), r.Destination.Port(), p, prose.Bytes(u.cfg.DisguiseMinBytes)),
	}}
	f.Action = fmt.Sprintf("has sent %s by %s", prose.Bytes(int64(sent)), spoken(r, s))
	f.Reason = fmt.Sprintf("the port promises %s", p)
	return f
}

// score is lower where a destination is customary, and while the engine learns
// which are, unless the protocol was recognised.
func score(v *engine.View, s speech, sent, least float64) float64 {
	known := s == open || s == hidden
	base := float64(guessScore)
	if known {
		base = disguiseScore
	}
	whole := incident.Score(base, sent, least)
	if v.Established() || v.Learning && !known {
		return min(whole, customaryMost)
	}
	return whole
}

// technique: a recognised or apparent cleartext protocol is T1048.003.
func technique(s speech) string {
	if s == open || s == plain {
		return "T1048.003"
	}
	return "T1048.002"
}

// spoken names the protocol in a sentence.
func spoken(r *flow.Record, s speech) string {
	switch s {
	case random:
		return fmt.Sprintf("an unknown protocol that looks encrypted (%.2f bits per byte)", r.Entropy)
	case plain:
		return fmt.Sprintf("an unknown cleartext protocol (%.1f bits per byte)", r.Entropy)
	}
	return strings.ToUpper(r.Protocol)
}
