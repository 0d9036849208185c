package traffic

import (
	"iter"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

// Event is one record, and whose it is. It is overwritten by the next.
type Event struct {
	Record  flow.Record
	Who     *Instance
	Replica *Replica
	Attack  bool
}

// Events makes all records in the order of their times. They are made as they
// are asked for: a cluster of weeks never is in memory.
func (c *Cluster) Events() (iter.Seq[*Event], error) {
	queue, err := c.streams()
	if err != nil {
		return nil, err
	}
	end := time.Duration(c.Days) * corpus.Day
	return func(yield func(*Event) bool) {
		var e Event
		queue.init()
		for len(queue) > 0 && queue[0].due < end {
			s := queue[0]
			if s.act(&e.Record) {
				e.Who, e.Replica, e.Attack = s.who, s.replica, s.attack
				if !yield(&e) {
					return
				}
			}
			queue.down(0)
		}
	}, nil
}

// aftermath is how long a victim's ordinary life is told after its attack.
const aftermath = corpus.Day

func (c *Cluster) streams() (heap, error) {
	var all heap
	add := func(s *stream, err error) error {
		if err == nil {
			s.number = len(all)
			all = append(all, s)
		}
		return err
	}
	for _, i := range c.Instances {
		for n, r := range i.Replicas {
			if i.Scenario != nil {
				life := r.Life
				if i.Attack != nil {
					life.To = i.Assault.To + aftermath
				}
				for f := range i.Scenario.Flows {
					if err := add(newStream(i, r, &i.Scenario.Flows[f], life, false)); err != nil {
						return nil, err
					}
				}
			}
			if i.Attack == nil {
				continue
			}
			for f := range i.Attack.Flows {
				if n > 0 && !i.Attack.Flows[f].Everywhere {
					continue
				}
				if err := add(newStream(i, r, &i.Attack.Flows[f], i.Assault, true)); err != nil {
					return nil, err
				}
			}
		}
	}
	return all, nil
}
