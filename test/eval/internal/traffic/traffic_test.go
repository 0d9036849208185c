package traffic

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

// workload is the scenario of the flow lines given.
func workload(t *testing.T, lines ...string) []corpus.Scenario {
	text := "benign w\n  workload deployment n/w image=i\n  vary 0\n  " + strings.Join(lines, "\n  ") + "\n"
	all, err := corpus.Parse("t.txt", text)
	require.NoError(t, err)
	return all
}

// told is all records of a cluster of one scenario.
func told(t *testing.T, days int, scenarios []corpus.Scenario) []Event {
	c := New(scenarios, Options{Days: days, Copies: 1, Victims: 1})
	events, err := c.Events()
	require.NoError(t, err)
	var all []Event
	for e := range events {
		all = append(all, *e)
	}
	require.True(t, slices.IsSortedFunc(all, func(a, b Event) int { return int(a.Record.Time - b.Record.Time) }))
	return all
}

func since(r *flow.Record) time.Duration { return time.Duration(r.Time - Start.UnixNano()) }

func TestSameEveryTime(t *testing.T) {
	s := workload(t, "connect a to=x.example via=tls:443 every=5m send=3KiB~1 recv=1KiB",
		"dns q every=10m names={hex:20}.x.example", "scale d1..d2 to 5")
	first, second := told(t, 3, s), told(t, 3, s)
	require.Equal(t, first, second)
	assert.Greater(t, len(first), 3*288)
}

func TestDeltasAddUp(t *testing.T) {
	all := told(t, 1, workload(t, "connect up to=x.example via=http:80 method=PUT path=/f at=02:00 send=100MiB recv=1KiB lasts=5m report=10s"))
	var sent, received int64
	for i := range all {
		r := &all[i].Record
		sent += r.Bytes
		received += r.ReverseBytes
	}
	assert.EqualValues(t, 100<<20, sent)
	assert.EqualValues(t, 1<<10, received)
	var at []int64
	for i, so := 1, int64(0); i < 8; i++ {
		so += all[i].Record.Bytes
		at = append(at, (so+slack/2)>>10)
	}
	assert.Subset(t, at, []int64{1 << 10, 2 << 10, 4 << 10, 8 << 10}, "and at each doubling")
	head, first, last := all[0].Record, all[1].Record, all[len(all)-1].Record
	assert.Zero(t, head.Bytes)
	assert.EqualValues(t, 100<<20, head.HTTP.BodySize, "a large body is told with its head")
	assert.InDelta(t, 1<<20, first.Bytes, 1, "and 1 MiB sent is told at once")
	assert.Equal(t, flow.EndOfFlow, last.EndReason)
	assert.Equal(t, head.Source, last.Source)
	assert.Equal(t, 2*time.Hour, (time.Duration(first.Start-Start.UnixNano()))%corpus.Day)
	assert.Greater(t, len(all), 30+4)
}

func TestSmallRequestIsOneRecord(t *testing.T) {
	all := told(t, 1, workload(t, "connect post to=x.example via=http:80 method=POST path=/{hex:4} at=02:00 send=2KiB recv=1KiB lasts=1s"))
	require.Len(t, all, 1)
	r := all[0].Record
	assert.Equal(t, flow.HTTP{Method: "POST", Path: r.HTTP.Path, BodySize: 2048, Requests: 1}, r.HTTP)
	assert.Len(t, r.HTTP.Path, 5)
}

func TestServe(t *testing.T) {
	all := told(t, 1, workload(t, "serve www peers=9 via=tls:443 every=10m send=9KiB recv=1KiB lasts=1s"))
	peers := make(map[string]bool)
	for i := range all {
		r := &all[i].Record
		assert.Equal(t, flow.InitiatorDestination, r.Initiator)
		assert.EqualValues(t, 443, r.Source.Port())
		peers[r.Destination.Addr().String()] = true
	}
	assert.LessOrEqual(t, len(peers), 9)
	assert.Greater(t, len(peers), 4)
}

func TestFTP(t *testing.T) {
	for mode, want := range map[string]string{
		"passive":  "ftp>21:USER,PASS,TYPE,PASV,STOR ftp-data>high ftp>21:QUIT",
		"active":   "ftp>21:USER,PASS,TYPE,PORT,STOR ftp-data<20 ftp>21:QUIT",
		"tls":      "ftp>21:AUTH TLS tls>high ftp>21:",
		"implicit": "tls>990: tls>high tls>990:",
	} {
		t.Run(mode, func(t *testing.T) {
			var got []string
			for _, e := range told(t, 1, workload(t, "ftp up to=f.example mode="+mode+" at=03:00 send=80KiB")) {
				r := e.Record
				way, port := ">", fmt.Sprintf("%d:", r.Destination.Port())
				if r.Initiator == flow.InitiatorDestination {
					way, port = "<", "20"
				} else if r.Destination.Port() >= 50000 {
					port = "high"
				}
				got = append(got, r.Protocol+way+port+strings.Join(r.FTPCommands, ","))
			}
			assert.Equal(t, want, strings.Join(got, " "))
		})
	}
}

func TestDNS(t *testing.T) {
	all := told(t, 1, workload(t, "dns q at=04:00 questions=3 type=TXT names={hex:8}.t.example"))
	require.Len(t, all, 4)
	names := make(map[string]bool)
	for _, e := range all[:3] {
		assert.Equal(t, "TXT", e.Record.DNS.QuestionType)
		assert.True(t, strings.HasSuffix(e.Record.DNS.QuestionName, ".t.example"))
		assert.Zero(t, e.Record.Bytes)
		names[e.Record.DNS.QuestionName] = true
	}
	assert.Len(t, names, 3)
	assert.EqualValues(t, 3*(8+len(".t.example")+dnsFrame), all[3].Record.Bytes)
}

func TestScale(t *testing.T) {
	replicas := make(map[string]bool)
	for _, e := range told(t, 2, workload(t, "scale d1..d2 to 10", "connect a to=x.example via=tls:443 every=1h jitter=0 send=1KiB")) {
		if since(&e.Record) < corpus.Day {
			assert.Zero(t, e.Replica.number, "no replica before its time")
		}
		replicas[e.Replica.Resource.Pod] = true
	}
	assert.Len(t, replicas, 10)
}

func TestAttack(t *testing.T) {
	text := `
benign w
  workload container w image=i
  connect a to=x.example via=tls:443 every=1h send=1KiB
attack steal
  technique T1020
  rule bulk_upload
  victim w
  start d2..d3 for 1h
  intensity 4 [1]
  connect up to=203.0.113.5,{hex:4}.evil.example via=tls:443 every=10m* jitter=0 send=1KiB*
`
	all, err := corpus.Load(fstest.MapFS{"t.txt": {Data: []byte(text)}})
	require.NoError(t, err)
	c := New(all, Options{Days: 5, Copies: 1, Victims: 1})
	require.Len(t, c.Instances, 3)
	sent := make(map[*Instance]int64)
	events, err := c.Events()
	require.NoError(t, err)
	for e := range events {
		if e.Attack {
			sent[e.Who] += e.Record.Bytes
			at := since(&e.Record)
			assert.True(t, at >= e.Who.Assault.From && at < e.Who.Assault.To+time.Minute)
		}
	}
	strong := c.Instances[slices.IndexFunc(c.Instances, func(i *Instance) bool { return i.Intensity == 4 })]
	assert.Len(t, sent, 2, "the workload that is left alone sends nothing")
	assert.EqualValues(t, 24*4<<10, sent[strong], "four times as often, four times as much")
	assert.True(t, strong.Targets.Include("evil.example", hostOf("y", 0)))
	assert.True(t, strong.Targets.Include("", within(mustPrefix("203.0.113.0/24"), 4)))
	assert.False(t, strong.Targets.Include("x.example", hostOf("x.example", 0)))
}
