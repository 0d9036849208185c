package backtest

import (
	"sync"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// maxIncidents bounds the incidents kept. Who has more of them reads no further.
const maxIncidents = 100_000

// Incident is what was said of one incident.
type Incident struct {
	Workload string // its name for a person
	Resource flow.Resource
	Last     alert.Alert    // as said last
	Severity alert.Severity // the highest
	Score    float64        // the highest
	Alerts   int            // how often something was said
	cut      bool           // closed by the recording's end
}

// Open says that the incident had not closed when the recording ended.
func (i *Incident) Open() bool { return i.cut || i.Last.Status != alert.Closed }

// Destination is where to, without the port.
func (i *Incident) Destination() string {
	d := i.Last.Destination
	d.Port = 0
	return tell.Destination(d)
}

// ledger keeps the incidents of one lane. The processor's ticker says alerts too,
// from a goroutine of its own.
type ledger struct {
	mu        sync.Mutex
	incidents []*Incident
	byID      map[string]*Incident
	forgotten int64
	err       error // the first
	ended     bool
}

// end says that the recording is over: what is closed from now on is closed by that.
func (l *ledger) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
}

func (l *ledger) note(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err == nil {
		l.err = err
	}
}

func (l *ledger) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.err
}

// enter keeps what an alert says. The alert's memory is the ledger's from then on.
func (l *ledger) enter(workload *flow.Resource, a *alert.Alert) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.byID[a.ID]
	switch {
	case ok:
	case len(l.incidents) == maxIncidents:
		l.forgotten++
		return
	default:
		i = l.open(workload, a.ID)
	}
	i.Last, i.cut = *a, l.ended
	i.Severity = max(i.Severity, a.Severity)
	i.Score = max(i.Score, a.Score)
	i.Alerts++
}

func (l *ledger) open(workload *flow.Resource, id string) *Incident {
	if l.byID == nil {
		l.byID = make(map[string]*Incident)
	}
	i := &Incident{Workload: workloadName(workload), Resource: *workload}
	l.incidents = append(l.incidents, i)
	l.byID[id] = i
	return i
}
