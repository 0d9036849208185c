package httpupload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const mib = 1 << 20

// request is a record that tells of a request; no method for one that does not.
func request(second int, method string, body, sent int64) flow.Record {
	r := ruletest.Record(time.Duration(second)*time.Second, 4000, 80, sent)
	r.HTTP = flow.HTTP{Method: method, BodySize: body}
	return r
}

func with(r flow.Record, change func(*flow.Record)) flow.Record {
	change(&r)
	return r
}

func TestObserve(t *testing.T) {
	served := func(r *flow.Record) { r.Initiator = flow.InitiatorDestination }
	ended := func(r *flow.Record) { r.EndReason = flow.EndOfFlow }
	several := func(r *flow.Record) { r.HTTP.Requests = 1000 }
	http2 := func(r *flow.Record) { r.ProtocolVersion = "2" }
	for name, test := range map[string]struct {
		records []flow.Record
		after   []int
	}{
		"declared":                     {[]flow.Record{request(0, "PUT", mib, 300)}, []int{0}},
		"declared below":               {[]flow.Record{request(0, "PUT", mib-1, mib)}, nil},
		"a GET has no body":            {[]flow.Record{request(0, "GET", 0, 2*mib), request(1, "GET", mib-1, 2*mib)}, nil},
		"a GET that declares one":      {[]flow.Record{request(0, "GET", 2*mib, 300), request(1, "GET", 0, 2*mib)}, []int{0}},
		"declared, told once":          {[]flow.Record{request(0, "PUT", 4*mib, 300), request(1, "PUT", 0, 2*mib), request(2, "", 0, 2*mib)}, []int{0}},
		"declared much less than sent": {[]flow.Record{request(0, "POST", 100, 300), request(1, "POST", 0, 2*mib)}, []int{1}},
		"not declared":                 {[]flow.Record{request(0, "POST", 0, mib/2), request(1, "", 0, mib/2), request(2, "", 0, mib/2), request(3, "", 0, mib)}, []int{1, 3}},
		"ended by a GET":               {[]flow.Record{request(0, "POST", 0, mib/2), request(1, "GET", 0, 100), request(2, "", 0, mib)}, nil},
		"ended by the flow":            {[]flow.Record{with(request(0, "POST", 0, mib/2), ended), request(1, "", 0, mib)}, nil},
		"another declared body":        {[]flow.Record{request(0, "PUT", 2*mib, 300), request(1, "PUT", 3*mib, 300)}, []int{0, 1}},
		"forgotten when idle":          {[]flow.Record{request(0, "POST", 0, mib/2), request(3600, "", 0, mib)}, nil},
		"the container serves":         {[]flow.Record{with(request(0, "PUT", 2*mib, 2*mib), served)}, nil},
		"HTTP/2 POST without a length": {[]flow.Record{with(request(0, "POST", 0, 2*mib), http2)}, nil},
		"HTTP/2 POST with a length":    {[]flow.Record{with(request(0, "POST", 2*mib, 200), http2)}, []int{0}},
		"many small, one connection":   {[]flow.Record{with(request(0, "POST", 2048, 3*mib), several), with(request(1, "POST", 2048, 3*mib), several)}, nil},
		"many, one of them large":      {[]flow.Record{with(request(0, "POST", 2*mib, 3*mib), several)}, []int{0}},
		"numbers at the end":           {[]flow.Record{request(0, "PUT", math.MaxInt64, math.MaxInt64), request(1, "", 0, math.MaxInt64)}, []int{0, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			rule := New(DefaultConfig(), 10, int64(20*time.Minute))
			found, after := ruletest.Play(rule, test.records)
			require.Equal(t, test.after, after)
			for _, f := range found {
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
				require.InDelta(t, 75, f.Score, 25)
			}
		})
	}
}

func TestThousandsOfSmallRequestsAreOneEntry(t *testing.T) {
	rule := New(DefaultConfig(), 1000, int64(20*time.Minute))
	var records []flow.Record
	for i := range 2000 {
		records = append(records, request(i/10, "POST", 2048, 2300))
	}
	found, _ := ruletest.Play(rule, records)
	require.Empty(t, found)
	require.Equal(t, 1, rule.Len())
}

// A body that is not large for a customary destination says little.
func TestCustomaryDestination(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	rule := New(DefaultConfig(), 10, int64(20*time.Minute))
	found, _ := ruletest.PlayWith(set, rule, []flow.Record{
		request(0, "PUT", 1000, 1300),
		request(50*3600, "PUT", 2*mib, 300), // half of what comes after a pause is not believed
		request(50*3600+1, "PUT", 2*mib, 300),
		request(52*3600, "PUT", 3000*mib, 300),
		request(52*3600+1, "PUT", 3000*mib, 300),
	})
	require.Len(t, found, 2)
	require.InDelta(t, 33.0, found[0].Score, 0.1)
	require.InDelta(t, 64.5, found[1].Score, 1, "a claim far above the limit")
}
