package traffic

import (
	"fmt"
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

// streams makes what all containers do.
func (c *Cluster) streams() (heap, error) {
	var all heap
	for _, i := range c.Instances {
		for _, r := range i.Replicas {
			some, err := i.streams(r)
			if err != nil {
				return nil, err
			}
			all = append(all, some...)
		}
	}
	for n, s := range all {
		s.number = n
	}
	return all, nil
}

// streams makes what one container does: its ordinary life, then the attack.
func (i *Instance) streams(r *Replica) ([]*stream, error) {
	var all []*stream
	if i.Scenario != nil {
		life := r.Life
		if i.Attack != nil {
			life.To = i.Assault.To + aftermath
		}
		for n := range i.Scenario.Flows {
			s, err := newStream(i, r, &i.Scenario.Flows[n], life, false)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", i.Scenario.Name, err)
			}
			all = append(all, s)
		}
	}
	if i.Attack == nil {
		return all, nil
	}
	for n := range i.Attack.Flows {
		f := &i.Attack.Flows[n]
		if r.number > 0 && !f.Everywhere {
			continue
		}
		s, err := newStream(i, r, f, i.Assault, true)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", i.Attack.Name, err)
		}
		all = append(all, s)
	}
	return all, nil
}
