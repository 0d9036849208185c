package engine

import (
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/bounded"
)

// questionFrame is what a DNS question has beside its name's text: the header, two
// bytes that the name is longer by, type and class (RFC 1035 §4.1).
const questionFrame = 12 + 2 + 4

// Registered is the domain that somebody registered to have name under it, in lower
// case; empty where name is none.
func Registered(name string) string { return registered(name) }

// question is a DNS question, about the domain it asks for.
func (s *shard) question(it *item, w *bounded.Entry[string, Workload]) {
	group, ok := s.questions.group(it.r.DNS.QuestionName)
	if !ok {
		return
	}
	asked := s.asked.weigh(it)
	key := PairKey{Workload: w.Value.Serial, Group: group}
	e := s.pair(key, asked, false)
	if e == nil {
		return
	}
	e.Value.count(asked.r, it.lost-it.r.Lost, &s.pace)
	e.Value.setPeer(it.r.Destination)
	s.show(Questions, &scene{item: asked, key: key, pair: &e.Value, entry: e, workload: w})
}

// asked is a question with the bytes that it is worth.
type asked struct {
	item   item
	record flow.Record
}

// weigh gives a question that is told ahead of its flow's count the bytes that it
// has. They are the domain's; the flow counts them for the resolver.
func (a *asked) weigh(it *item) *item {
	if it.r.Bytes > 0 {
		return it
	}
	a.item, a.record = *it, *it.r
	a.item.r = &a.record
	a.record.Bytes = questionFrame + int64(min(len(it.r.DNS.QuestionName), maxDomain))
	return &a.item
}
