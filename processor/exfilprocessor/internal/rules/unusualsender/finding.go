package unusualsender

import (
	"fmt"
	"math"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// Scores at min_bytes. None of them alerts alone: releases bring new processes, too.
const (
	// bothScore is that of a new process and a new destination.
	bothScore = 28
	// processScore is that of a new process and a destination that the workload has.
	processScore = 18
	// destinationScore is that of a known process and a new destination. It weighs
	// nothing, but is worth knowing.
	destinationScore = 10
	// toolMore is added for a tool to move files with, and for one that was planted.
	toolMore = 4
	// growth bounds what is added for more than min_bytes.
	growth = 8
	// most keeps a sum of bytes in 64 bits.
	most = math.MaxInt64
)

func (u *Rule) tellProcess(v *engine.View, r *flow.Record, s sum) engine.Finding {
	base, where := float64(processScore), "a destination that it has had for longer"
	if isNew(v) {
		base, where = bothScore, "a destination that is new as well"
	}
	more, kind := manner(r.Process.Executable)
	f := u.finding(base+more, float64(s.bytes))
	f.Sentence = fmt.Sprintf("A process that the workload never had, %s%s, sent %s to %s; from %s it counts, with what else is found.",
		prose.Name(r.Process.Executable), kind, prose.Bytes(s.bytes), where, prose.Bytes(u.cfg.MinBytes))
	f.Action = fmt.Sprintf("has sent %s by a process it never had", prose.Bytes(s.bytes))
	f.Reason = "the process is new, and other things are odd"
	f.Sent, f.Since = s.bytes, s.begun
	return f
}

// manner is what is odd about the executable itself.
func manner(executable string) (more float64, kind string) {
	tool, planted := isTool(executable), isPlanted(executable)
	switch {
	case tool && planted:
		return 2 * toolMore, " (a tool that can move files, not where programs are installed)"
	case tool:
		return toolMore, " (a tool that can move files)"
	case planted:
		return toolMore, " (not where programs are installed)"
	}
	return 0, ""
}

func (u *Rule) tellDestination(v *engine.View, r *flow.Record, sent int64) engine.Finding {
	f := u.finding(destinationScore, float64(sent))
	f.Score = destinationScore
	f.Sentence = fmt.Sprintf("The destination is new to the workload: it has sent %s there since %s ago, by a process it has had for longer, %s.",
		prose.Bytes(sent), prose.Duration(v.Age()), prose.Name(r.Process.Executable))
	f.Action = fmt.Sprintf("has sent %s to a destination it never had", prose.Bytes(sent))
	f.Reason = "the destination is new, and other things are odd"
	return f
}

func (u *Rule) finding(base, sent float64) engine.Finding {
	least := float64(u.cfg.MinBytes)
	return engine.Finding{Finding: alert.Finding{
		Rule:       &description,
		Techniques: []string{"T1020"},
		Score:      min(incident.Score(base, sent, least), base+growth),
		Observed:   sent,
		Threshold:  least,
		Unit:       "By",
	}}
}
