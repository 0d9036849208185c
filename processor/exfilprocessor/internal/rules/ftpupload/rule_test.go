package ftpupload

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

const file = 100 << 10

func control(second int, commands ...string) flow.Record {
	r := ruletest.Record(time.Duration(second)*time.Second, 4000, 21, 50)
	r.Protocol, r.FTPCommands, r.ReverseBytes = "ftp", commands, 200
	return r
}

func data(second int, sent, received int64) flow.Record {
	r := ruletest.Record(time.Duration(second)*time.Second, 4001, 40021, sent)
	r.ReverseBytes = received
	return r
}

func as(r flow.Record, change func(*flow.Record)) flow.Record {
	change(&r)
	return r
}

func TestObserve(t *testing.T) {
	told := func(r *flow.Record) { r.Protocol = "ftp-data" }
	tls := func(r *flow.Record) { r.Protocol = "tls" }
	web := func(r *flow.Record) { r.Protocol = "http" }
	implicit := func(r *flow.Record) {
		*r = ruletest.Record(0, 4000, 990, 50)
		r.Protocol = "tls"
	}
	active := func(r *flow.Record) {
		r.Initiator = flow.InitiatorDestination
		*r = flow.Record{Time: r.Time, Source: r.Source, Destination: ruletest.Record(0, 1, 20, 0).Destination,
			Transport: "tcp", Initiator: flow.InitiatorDestination, Bytes: r.Bytes}
	}
	over := func(r *flow.Record) { r.EndReason = flow.EndOfFlow }
	starts := func(second int) func(*flow.Record) {
		return func(r *flow.Record) { r.Start = ruletest.Base.Add(time.Duration(second) * time.Second).UnixNano() }
	}
	for name, test := range map[string]struct {
		records   []flow.Record
		after     []int
		technique string
	}{
		"passive, told":               {[]flow.Record{control(0, "STOR"), as(data(1, file, 0), told)}, []int{1}, "T1048.003"},
		"passive, not told":           {[]flow.Record{control(0, "APPE"), data(1, file, 0)}, []int{1}, "T1048.003"},
		"active":                      {[]flow.Record{control(0, "STOU"), as(data(1, file, 0), active)}, []int{1}, "T1048.003"},
		"data first":                  {[]flow.Record{data(0, file, 0), control(1, "STOR")}, []int{1}, "T1048.003"},
		"many small files":            {[]flow.Record{control(0, "STOR"), data(1, file/3, 0), data(2, file/3, 0), data(3, file/3, 0)}, []int{2}, "T1048.003"},
		"doubling":                    {[]flow.Record{control(0, "STOR"), data(1, file, 0), data(2, file/2, 0), data(3, file/2, 0)}, []int{1, 3}, "T1048.003"},
		"below":                       {[]flow.Record{control(0, "STOR"), data(1, 1000, 0)}, nil, ""},
		"download":                    {[]flow.Record{control(0, "RETR"), data(1, 0, 50*file)}, nil, ""},
		"no session":                  {[]flow.Record{data(1, file, 0)}, nil, ""},
		"another protocol":            {[]flow.Record{control(0, "STOR"), as(data(1, file, 0), web)}, nil, ""},
		"explicit TLS":                {[]flow.Record{control(0, "AUTH TLS"), as(data(1, file, 3000), tls)}, []int{1}, "T1048.002"},
		"explicit TLS, control grows": {[]flow.Record{control(0, "AUTH TLS"), as(control(1), tls), as(control(2), func(r *flow.Record) { tls(r); r.Bytes = file })}, nil, ""},
		"implicit TLS":                {[]flow.Record{as(control(0), implicit), as(data(1, file, 3000), tls)}, []int{1}, "T1048.002"},
		"TLS download":                {[]flow.Record{control(0, "AUTH TLS"), as(data(1, 3000, file), tls)}, nil, ""},
		"after the session":           {[]flow.Record{control(0, "STOR"), as(control(1, "QUIT"), over), as(data(5, file, 0), starts(3))}, nil, ""},
		"before the session":          {[]flow.Record{as(data(0, file, 0), starts(-60)), control(1, "STOR")}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			rule := New(DefaultConfig(), 10, int64(20*time.Minute))
			found, after := ruletest.Play(rule, test.records)
			require.Equal(t, test.after, after)
			for _, f := range found {
				require.Equal(t, []string{test.technique}, f.Techniques)
				require.GreaterOrEqual(t, f.Observed, f.Threshold)
			}
		})
	}
}

func TestClientsOfAServerMakeNoSessions(t *testing.T) {
	rule := New(DefaultConfig(), 10, int64(20*time.Minute))
	r := data(0, file, 100)
	r.Initiator = flow.InitiatorDestination
	found, _ := ruletest.Play(rule, []flow.Record{r})
	require.Empty(t, found)
	require.Zero(t, rule.Len())
}

// What is not large for a customary destination says little.
func TestCustomaryDestination(t *testing.T) {
	set := ruletest.Settings()
	set.Learning = 24 * time.Hour
	rule := New(DefaultConfig(), 10, int64(20*time.Minute))
	const later = 50 * 3600
	found, _ := ruletest.PlayWith(set, rule, []flow.Record{
		control(0, "STOR"), data(1, 1000, 0),
		control(later, "STOR"), control(later, "STOR"), // the first after a pause is not believed
		data(later+1, file, 0), data(later+2, 1000*file, 0),
	})
	require.Len(t, found, 2)
	require.InDelta(t, 32.0, found[0].Score, 0.5)
	require.InDelta(t, 62.0, found[1].Score, 0.5)
}
