package unusualsender

import (
	"fmt"
	"math"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/incident"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// Scores at min_bytes. Releases bring new processes, too: no more than what follows
// opens an incident alone.
const (
	// bothScore is that of a new process and a new destination.
	bothScore = 28
	// processScore is that of a new process and a destination that the workload has.
	processScore = 18
	// destinationScore is that of a known process and a new destination. It weighs
	// nothing, but is worth knowing.
	destinationScore = 10
	// toolMore is added for a tool to move files with, or an interpreter.
	toolMore = 4
	// plantedMore is added for one that is not where programs are installed.
	plantedMore = 8
	// silentMore is added where the workload usually sends less in a day, in all, than
	// this part of min_bytes.
	silentMore, silence = 4, 16
	// growth bounds what is added for more than min_bytes.
	growth = 8
	// mostScore is below what opens an incident: the most where the process is neither
	// planted nor the workload's only sender.
	mostScore = 39
	// most keeps a sum of bytes in 64 bits.
	most = math.MaxInt64
	// pause is how long a new process may pause and is still the same incident.
	pause = 2 * time.Hour
	// day is in seconds.
	day = 86_400
)

func (u *Rule) tellProcess(v *engine.View, r *flow.Record, s sum) *engine.Finding {
	score, where := float64(processScore), "a destination that it has had for longer"
	if isNew(v) {
		score, where = bothScore, "a destination that is new as well"
	}
	more, kind := manner(r.Process.Executable)
	least := float64(u.cfg.MinBytes)
	score += more + min(incident.Score(0, float64(s.bytes), least), growth)
	odd := more >= plantedMore
	if ordinary := v.Ordinary() * day / v.Window().Seconds(); ordinary > 0 && ordinary < least/silence {
		score, odd = score+silentMore, true
		where += fmt.Sprintf(" (in all it sends about %s a day)", prose.Bytes(int64(ordinary)))
	}
	if !odd {
		score = min(score, mostScore)
	}
	f := u.finding(score, float64(s.bytes))
	f.Sentence = fmt.Sprintf("A process that the workload never had, %s%s, sent %s to %s; from %s it counts, with what else is found.",
		prose.Name(r.Process.Executable), kind, prose.Bytes(s.bytes), where, prose.Bytes(u.cfg.MinBytes))
	f.Action = fmt.Sprintf("has sent %s by a process it never had", prose.Bytes(s.bytes))
	f.Reason = "the process is new, and other things are odd"
	f.Quiet, f.Sent, f.Since = pause, s.bytes, s.begun
	return f
}

// manner is what is odd about the executable itself.
func manner(executable string) (more float64, kind string) {
	tool, planted := isTool(executable), isPlanted(executable)
	switch {
	case tool && planted:
		return toolMore + plantedMore, " (a tool that can move files, not where programs are installed)"
	case tool:
		return toolMore, " (a tool that can move files)"
	case planted:
		return plantedMore, " (not where programs are installed)"
	}
	return 0, ""
}

func (u *Rule) tellDestination(v *engine.View, r *flow.Record, sent int64) *engine.Finding {
	f := u.finding(destinationScore, float64(sent))
	f.Sentence = fmt.Sprintf("The destination is new to the workload: it has sent %s there since %s ago, by a process it has had for longer, %s.",
		prose.Bytes(sent), prose.Duration(v.Age()), prose.Name(r.Process.Executable))
	f.Action = fmt.Sprintf("has sent %s to a destination it never had", prose.Bytes(sent))
	f.Reason = "the destination is new, and other things are odd"
	return f
}

func (u *Rule) finding(score, sent float64) *engine.Finding {
	return &engine.Finding{Finding: alert.Finding{
		Rule:       &description,
		Techniques: []string{"T1020"},
		Score:      score,
		Observed:   sent,
		Threshold:  float64(u.cfg.MinBytes),
		Unit:       "By",
	}}
}
