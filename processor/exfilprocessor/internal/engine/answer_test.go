package engine

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// ratios notes what a rule is told of each record's pair.
type ratios struct {
	Stateless
	seen *[]float64
}

var ratioRule = alert.Rule{Name: "ratio", Family: alert.Volume}

func (ratios) Describe() *alert.Rule { return &ratioRule }
func (ratios) Scope() Scope          { return Peers }

func (n ratios) Observe(v *View, _ *flow.Record) (*Finding, bool) {
	*n.seen = append(*n.seen, v.Volume().Ratio())
	return nil, false
}

// The ratio of what is sent waits for what comes back, where a source is known to
// tell that by itself.
func TestHalvesOfFlows(t *testing.T) {
	half := func(peer string, sent, received int64) flow.Record {
		return flow.Record{
			Time: keptBegun.UnixNano(), Transport: "tcp", Unidirectional: true, Bytes: sent, ReverseBytes: received, ReversePackets: received / 1000,
			Source: netip.MustParseAddrPort("10.0.0.5:40000"), Destination: netip.MustParseAddrPort(peer + ":443"),
		}
	}
	whole := half("198.51.100.1", 9000, 3000)
	whole.Unidirectional = false
	for name, c := range map[string]struct {
		records []flow.Record
		want    []float64
	}{
		"one direction is all there is": {[]flow.Record{half("203.0.113.1", 1000, 0), half("203.0.113.1", 1000, 0)}, []float64{1, 1}},
		"both": {[]flow.Record{
			half("203.0.113.1", 1000, 0), half("203.0.113.1", 0, 1000), // now it is known that both are told
			half("198.51.100.1", 3000, 0), half("198.51.100.1", 0, 1000), half("198.51.100.1", 4000, 0),
		}, []float64{1, 0, 0, 0.5, 0.75}},
		"both in one": {[]flow.Record{half("203.0.113.1", 0, 1000), whole}, []float64{-1, 0.5}},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []float64
			e := New(Settings{
				Window: 10 * time.Minute, Quiet: 10 * time.Minute, Retention: time.Hour, Workloads: 10, Destinations: 10, Incidents: 1,
			}, func() []Rule { return []Rule{ratios{seen: &seen}} })
			e.Arrive(keptBegun)
			for i := range c.records {
				e.Observe(keptSource(1), &c.records[i])
			}
			require.Equal(t, c.want, seen)
		})
	}
}
