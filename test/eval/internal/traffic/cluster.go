// Package traffic makes the flow records of a cluster out of scenarios: the same
// ones every time, in the order of their times, one after another.
package traffic

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

// Start is d0, a Monday. Records lie in the past: the processor refuses those
// ahead of its clock.
var Start = time.Date(2026, time.January, 5, 0, 0, 0, 0, time.UTC)

// Instance is one workload of the cluster.
type Instance struct {
	// Scenario is the workload's ordinary life; nil where it was made to attack.
	Scenario *corpus.Scenario
	// Attack is what is done to it; nil for a benign workload.
	Attack    *corpus.Scenario
	Intensity float64
	Copy      int

	Workload corpus.Workload // with the name that this copy has
	Replicas []*Replica
	// Assault is when the attack goes on, as times since Start.
	Assault corpus.Span
	Targets *Targets // of the attack

	rate, size float64
	draw       string
}

// Replica is one container.
type Replica struct {
	Resource flow.Resource
	Address  netip.Addr
	Life     corpus.Span

	number int
}

// Key is what the workload's alerts say it is.
func (i *Instance) Key() string { return i.Workload.Namespace + "/" + i.Workload.Name }

// KeyOf is the Key of the workload that a resource belongs to.
func KeyOf(r *flow.Resource) string {
	return r.Namespace + "/" + cmp.Or(r.Deployment, r.StatefulSet, r.DaemonSet, r.CronJob, r.Container)
}

// Cluster is all workloads, for a number of days.
type Cluster struct {
	Days      int
	Instances []*Instance
	pods      int
}

// Options say which cluster to make.
type Options struct {
	Days int
	// Copies multiplies the scenarios' own number of benign copies.
	Copies float64
	// Victims is how many workloads meet each attack at each intensity.
	Victims int
	// Draw names another throw of all dice: other times, sizes and rates.
	Draw string
}

// New makes the cluster of scenarios, which corpus.Load returned.
func New(scenarios []corpus.Scenario, o Options) *Cluster {
	c := &Cluster{Days: o.Days}
	for i := range scenarios {
		s := &scenarios[i]
		if s.Benign() {
			for n := range max(1, int(float64(s.Copies)*o.Copies+0.5)) {
				c.add(&Instance{Scenario: s, Copy: n + 1, draw: o.Draw})
			}
			continue
		}
		for _, intensity := range s.Attack.Intensities {
			for n := range o.Victims {
				victim := corpus.Find(scenarios, s.Attack.Victim)
				c.add(&Instance{Scenario: victim, Attack: s, Intensity: intensity, Copy: n + 1, draw: o.Draw})
			}
		}
	}
	return c
}

func (c *Cluster) add(i *Instance) {
	i.Workload = i.workload()
	i.Workload.Name = fmt.Sprintf("%s-%d", i.Workload.Name, i.Copy)
	if a := i.Attack; a != nil {
		i.Workload.Name = fmt.Sprintf("%s-%s-%g", i.Workload.Name, a.Name, i.Intensity)
	}
	dice := newDice("instance", i.draw, i.Key())
	i.rate, i.size = 1, 1
	if s := i.Scenario; s != nil {
		spread := corpus.Amount{Low: 1, High: 1, Sigma: s.Vary}
		i.rate, i.size = spread.Draw(dice, 1), spread.Draw(dice, 1)
	}
	if a := i.Attack; a != nil {
		start := a.Attack.Start
		i.Assault.From = start.From
		if start.To > start.From {
			i.Assault.From += time.Duration(dice.Int64N(int64(start.To - start.From)))
		}
		i.Assault.To = i.Assault.From + a.Attack.Lasts
		i.Targets = newTargets(i)
	}
	c.populate(i)
	c.Instances = append(c.Instances, i)
}

func (i *Instance) workload() corpus.Workload {
	if i.Scenario != nil {
		return i.Scenario.Workload
	}
	return i.Attack.Workload
}

// populate makes the replicas, those of a time of scaling out included.
func (c *Cluster) populate(i *Instance) {
	for range i.Workload.Replicas {
		c.replica(i, corpus.Span{})
	}
	if i.Scenario == nil {
		return
	}
	for _, s := range i.Scenario.Scale {
		for range s.Replicas - i.Workload.Replicas {
			c.replica(i, s.Span)
		}
	}
}

func (c *Cluster) replica(i *Instance, life corpus.Span) {
	c.pods++
	r := &Replica{Address: podAddress(c.pods), Life: life, number: len(i.Replicas)}
	w := i.Workload
	id := seed("pod", i.Key(), fmt.Sprint(r.number))
	r.Resource = flow.Resource{
		ContainerID: fmt.Sprintf("%016x%016x%016x%016x", id, mix(id), mix(id+1), mix(id+2)),
		Runtime:     "containerd", Container: w.Name, Image: w.Image,
		Host: fmt.Sprintf("node-%d", id%20),
	}
	res := &r.Resource
	switch w.Kind {
	case corpus.Container:
		res.Runtime = "docker"
	case corpus.Deployment:
		res.Deployment = w.Name
	case corpus.StatefulSet:
		res.StatefulSet = w.Name
	case corpus.DaemonSet:
		res.DaemonSet = w.Name
	case corpus.CronJob:
		res.CronJob = w.Name
	}
	if w.Kind != corpus.Container {
		res.Namespace, res.Node, res.K8sContainer = w.Namespace, res.Host, "main"
		res.Pod = fmt.Sprintf("%s-%05x", w.Name, mix(id)%0xfffff)
		res.PodUID = fmt.Sprintf("%08x-%04x-4000-8000-%012x", id>>32, id&0xffff, mix(id)>>16)
	}
	i.Replicas = append(i.Replicas, r)
}

// WorkloadDays is how many days of ordinary life the cluster has: all days of
// benign workloads, and a victim's until its attack.
func (c *Cluster) WorkloadDays() float64 {
	var sum time.Duration
	all := time.Duration(c.Days) * corpus.Day
	for _, i := range c.Instances {
		switch {
		case i.Attack == nil:
			sum += all
		case i.Scenario != nil:
			sum += min(all, i.Assault.From)
		}
	}
	return sum.Hours() / 24
}

// ByKey finds instances by their key.
func (c *Cluster) ByKey() map[string]*Instance {
	all := make(map[string]*Instance, len(c.Instances))
	for _, i := range c.Instances {
		all[i.Key()] = i
	}
	return all
}

// Keep leaves out the instances of other scenarios.
func (c *Cluster) Keep(match func(scenario string) bool) {
	c.Instances = slices.DeleteFunc(c.Instances, func(i *Instance) bool {
		if i.Attack != nil {
			return !match(i.Attack.Name)
		}
		return !match(i.Scenario.Name)
	})
}
