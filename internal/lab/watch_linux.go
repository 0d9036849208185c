package lab

import (
	"context"
	"sync"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

// crossing is the volume at which a theft is decided where nothing declares it.
const crossing = 10 << 20

// ear keeps what the collector said.
type ear struct {
	mu     sync.Mutex
	alerts []heard
	errs   []error
	news   chan struct{} // full where there is something new
}

func newEar() *ear { return &ear{news: make(chan struct{}, 1)} }

func (e *ear) handler(received func() int64) collector.Handler {
	return collector.Handler{
		Alert: func(a collector.Alert) { e.add(heard{Alert: a, gone: received()}, nil) },
		Error: func(err error) { e.add(heard{}, err) },
	}
}

func (e *ear) add(h heard, err error) {
	e.mu.Lock()
	if err != nil {
		e.errs = append(e.errs, err)
	} else {
		e.alerts = append(e.alerts, h)
	}
	e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
}

// about is what was said about one container.
func (e *ear) about(id string) []heard {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []heard
	for _, h := range e.alerts {
		if id != "" && h.Workload.ContainerID == id {
			out = append(out, h)
		}
	}
	return out
}

// quiet says that every incident that was opened has closed.
func (e *ear) quiet(outcomes []Outcome) bool {
	for _, o := range outcomes {
		said := e.about(o.id)
		if len(said) > 0 && said[len(said)-1].Status != alert.Closed {
			return false
		}
	}
	return true
}

// until waits for a condition on what was said.
func (e *ear) until(ctx context.Context, met func() bool) {
	for !met() {
		select {
		case <-ctx.Done():
			return
		case <-e.news:
		}
	}
}

// watchCrossing notes when the sink has received the decisive volume; the zero
// time where it never did.
func watchCrossing(ctx context.Context, received func() int64) <-chan time.Time {
	at := make(chan time.Time, 1)
	go func() {
		defer close(at)
		tick := time.NewTicker(time.Millisecond)
		defer tick.Stop()
		for {
			if received() >= crossing {
				at <- time.Now()
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return at
}
