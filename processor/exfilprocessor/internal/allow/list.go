// Package allow silences what is known good: traffic that an allowance covers, by
// workload, destination, time and amount, reaches no rule.
//
// It knows no clock: what it decides depends on the records alone.
package allow

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// List is the allowances in the order of the configuration. It does not change,
// and may be shared.
type List struct{ allowances []*allowance }

// allowance is a compiled Config.
type allowance struct {
	index  int
	reason string
	key    string // what its ledgers are filed under

	selector selector
	peers    peers
	schedule *schedule // nil: always
	ceiling  int64     // bytes an occurrence; 0: none
	expires  int64     // the first moment it is over, ns since the epoch
}

// New compiles the allowances. An error names the key at fault.
func New(configs []Config) (*List, error) {
	l := &List{}
	seen := map[string]int{}
	for i := range configs {
		a, err := compile(&configs[i])
		if err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
		a.index = i
		if seen[a.key]++; seen[a.key] > 1 {
			a.key = fmt.Sprintf("%s/%d", a.key, seen[a.key])
		}
		l.allowances = append(l.allowances, a)
	}
	return l, nil
}

// Len is how many allowances there are.
func (l *List) Len() int { return len(l.allowances) }

// Reason is that of the allowance with the index.
func (l *List) Reason(index int) string { return l.allowances[index].reason }

// For returns what a workload may, with ledgers of its own; nil where no allowance
// may ever concern it. Any of the workload's resources will do.
func (l *List) For(res *flow.Resource) *Pass {
	var p *Pass
	for _, a := range l.allowances {
		if !a.selector.workload(res) {
			continue
		}
		if p == nil {
			p = &Pass{}
		}
		p.entries = append(p.entries, entry{allowance: a})
	}
	return p
}

// fingerprint is of what makes two allowances the same to a ledger. A new reason,
// ceiling or expiry does not start the count anew.
func fingerprint(c *Config) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %v", []string{
		c.Workload.Cluster, c.Workload.Namespace, c.Workload.Kind,
		c.Workload.Name, c.Workload.Image, c.Workload.Container,
	}, [][]string{c.Destination.Networks, c.Destination.Domains, c.Destination.Protocols}, c.Destination.Ports)
	if s := c.Schedule; s != nil {
		fmt.Fprintf(h, " %q %q %q %q", s.Days, s.From, s.To, s.TimeZone)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

const (
	// earliest and latest bound the times for which days and time zones can be
	// computed without overflow, ns since the epoch. No container ran outside.
	earliest = 14 * day
	latest   = math.MaxInt64 - 14*day
)

// at is the occurrence that t lies in: without a schedule, the day.
func (a *allowance) at(t int64) span {
	if a.schedule == nil {
		return dayOf(t)
	}
	return a.schedule.at(t)
}
