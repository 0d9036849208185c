package engine

import "github.com/otelcol-exfil/otelcol-exfil/internal/flow"

// MostRecords is how many records ObserveAll is best given at a time.
const MostRecords = 32

// worthWarming is from how many destinations on they no longer lie in the processor's
// own caches.
const worthWarming = 1 << 14

// ObserveAll takes records of one source, as Observe does each. What is known of
// their destinations is brought close first: with a million of them, most of a
// record's time would be spent waiting for memory.
func (e *Engine) ObserveAll(src *Source, records []flow.Record) {
	for i := range records {
		e.Observe(src, &records[i])
		if i == 0 && len(e.shards) == 1 { // the first one finds the workload
			e.shards[0].warm(src, records[1:])
		}
	}
}

// warm guesses the pairs of the records: a wrong guess costs time only.
func (s *shard) warm(src *Source, records []flow.Record) {
	if s.current == nil || s.current.Key != src.key || s.pairs.Len() < worthWarming {
		return
	}
	var keys [MostRecords]PairKey
	n := min(len(records), MostRecords)
	for i := range n {
		keys[i].Workload = s.current.Value.Serial
		keys[i].Group = s.likely(&records[i])
	}
	s.warmth += s.pairs.Warm(keys[:n])
}

func (s *shard) likely(r *flow.Record) Group {
	if r.Server != "" {
		if g, ok := s.servers.group(r.Server); ok {
			return g
		}
	}
	return networkGroup(r.Destination.Addr())
}
