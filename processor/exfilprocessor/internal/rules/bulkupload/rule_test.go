package bulkupload

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const mib = 1 << 20

func exchange(second int, sent, received int64) flow.Record {
	r := ruletest.Record(time.Duration(second)*time.Second, 4000, 443, sent)
	r.ReverseBytes = received
	return r
}

func asked(r flow.Record) flow.Record {
	r.Initiator = flow.InitiatorDestination
	return r
}

func TestObserve(t *testing.T) {
	for name, test := range map[string]struct {
		records []flow.Record
		after   []int
	}{
		"at the floor":             {[]flow.Record{exchange(0, 10*mib-1, 0), exchange(1, 1, 0)}, []int{1}},
		"doubling":                 {[]flow.Record{exchange(0, 10*mib, 0), exchange(1, 5*mib, 0), exchange(2, 5*mib, 0)}, []int{0, 2}},
		"outside the window":       {[]flow.Record{exchange(0, 6*mib, 0), exchange(601, 6*mib, 0)}, nil},
		"download":                 {[]flow.Record{exchange(0, 20*mib, 3<<30)}, nil},
		"even exchange":            {[]flow.Record{exchange(0, 20*mib, 7*mib)}, nil},
		"three to one":             {[]flow.Record{exchange(0, 21*mib, 7*mib)}, []int{0}},
		"serving":                  {[]flow.Record{asked(exchange(0, 100*mib, 0))}, nil},
		"serving very much":        {[]flow.Record{asked(exchange(0, 1<<30, 0))}, []int{0}},
		"uploads and serves":       {[]flow.Record{asked(exchange(0, 100*mib, 0)), exchange(1, 9*mib, 0)}, nil},
		"after the incident":       {[]flow.Record{exchange(0, 12*mib, 0), exchange(1300, 11*mib, 0)}, []int{0, 1}},
		"nothing sent":             {[]flow.Record{exchange(0, 9*mib, 0), exchange(1, 0, 100)}, nil},
		"numbers at the end":       {[]flow.Record{exchange(0, math.MaxInt64, 0), exchange(1, math.MaxInt64, 0)}, []int{0}},
		"late, within the window":  {[]flow.Record{exchange(500, 6*mib, 0), exchange(100, 6*mib, 0)}, []int{1}},
		"late, outside the window": {[]flow.Record{exchange(5000, 6*mib, 0), exchange(100, 6*mib, 0)}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			rule := New(DefaultConfig())
			found, after := ruletest.Play(rule, test.records)
			require.Equal(t, test.after, after)
			for _, f := range found {
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
				require.LessOrEqual(t, f.Score, 100.0)
				require.NotEmpty(t, f.Sentence)
			}
		})
	}
}

func TestTechniques(t *testing.T) {
	for protocol, want := range map[string][]string{
		"tls":      {"T1020", "T1048.002"},
		"ssh":      {"T1020", "T1048.002"},
		"http":     {"T1020", "T1048.003"},
		"ftp-data": {"T1020"},
		"":         {"T1020"},
	} {
		require.Equal(t, want, techniques(protocol), protocol)
	}
}
