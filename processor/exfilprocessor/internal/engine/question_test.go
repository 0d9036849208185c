package engine

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// nosy reports every question.
type nosy struct{ Stateless }

var nosyRule = alert.Rule{Name: "nosy", Family: alert.Volume}

func (nosy) Describe() *alert.Rule { return &nosyRule }
func (nosy) Scope() Scope          { return Questions }
func (nosy) Observe(v *View, r *flow.Record) (*Finding, bool) {
	return &Finding{Finding: alert.Finding{Rule: &nosyRule, Score: 50, Observed: float64(v.Volume().Sent)}}, v.News(float64(v.Volume().Sent))
}

func question(second int, name string, bytes int64) flow.Record {
	at := time.Date(2026, 1, 1, 0, 0, second, 0, time.UTC).UnixNano()
	return flow.Record{
		Time: at, Source: netip.MustParseAddrPort("10.1.0.2:40000"), Destination: netip.MustParseAddrPort("10.0.0.10:53"),
		Transport: "udp", Protocol: "dns", Initiator: flow.InitiatorSource, Bytes: bytes,
		DNS: flow.DNS{QuestionName: name, QuestionType: "A"},
	}
}

// A question that is told ahead of its flow's bytes is worth those of its name, so
// that its incident lasts, and counts, as long as more are asked.
func TestQuestionsHaveBytes(t *testing.T) {
	e := New(Settings{Window: time.Minute, Quiet: time.Minute, Workloads: 4, Destinations: 16, Incidents: 2}, func() []Rule { return []Rule{nosy{}} })
	e.Arrive(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	src := NewSource(&flow.Resource{Container: "web"})
	for _, r := range []flow.Record{
		question(0, "12345678.evil.example", 0), // 21 and 18 bytes
		question(50, "12345678.evil.example", 0),
		question(100, "12345678.evil.example", 100),
		question(105, "other.example", 0),
	} {
		e.Observe(&src, &r)
	}
	e.Pass(time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))
	said := e.Alerts()
	require.Len(t, said, 4, "two domains open and close")
	require.Equal(t, alert.Closed, said[2].Status)
	require.Equal(t, "evil.example", said[2].Destination.Domain)
	require.Equal(t, int64(39+39+100), said[2].Bytes)
	require.Equal(t, int64(31), said[3].Bytes)
}

func TestRegistered(t *testing.T) {
	require.Equal(t, "evil.co.uk", Registered("A.b.Evil.co.uk."))
	require.Empty(t, Registered("203.0.113.9"))
	require.Equal(t, "evil.example", Registered(strings.Repeat(`\200`, 60)+".evil.example"))
	require.Empty(t, Registered(strings.Repeat("a.", 1000)+"evil.example"))
}
