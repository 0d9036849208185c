package allow

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// cronJob is the workload of the examples.
func cronJob() flow.Resource {
	return flow.Resource{
		Cluster: "prod", Namespace: "shop", CronJob: "db-backup", Job: "db-backup-2938",
		Image: "registry.example/backup", K8sContainer: "backup", Container: "k8s_backup_db-backup",
	}
}

// upload is a record of it.
func upload(when, n int64) flow.Record {
	return flow.Record{
		Time: when, Bytes: n, Transport: "tcp", Protocol: "ftp-data", Server: "eu.storage.example",
		Source:      netip.MustParseAddrPort("10.0.0.1:40000"),
		Destination: netip.MustParseAddrPort("203.0.113.7:30021"),
	}
}

func permit(change ...func(*Config)) Config {
	c := Config{
		Reason:      "nightly backup",
		Workload:    Workload{Name: "db-backup"},
		Destination: Destination{Networks: []string{"203.0.113.0/24"}},
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

func ceiling(n int64) func(*Config)      { return func(c *Config) { c.MaxBytes = bytesOf(n) } }
func expiry(text string) func(*Config)   { return func(c *Config) { c.Expires = text } }
func only(s Schedule) func(*Config)      { return func(c *Config) { c.Schedule = &s } }
func of(w Workload) func(*Config)        { return func(c *Config) { c.Workload = w } }
func toward(d Destination) func(*Config) { return func(c *Config) { c.Destination = d } }

func pass(t testing.TB, configs ...Config) *Pass {
	l, err := New(configs)
	require.NoError(t, err)
	res := cronJob()
	return l.For(&res)
}

func take(p *Pass, r flow.Record) int {
	res := cronJob()
	index, taken := p.Take(&res, &r)
	if taken != (index >= 0) {
		panic("an index without an allowance")
	}
	return index
}

func TestWorkload(t *testing.T) {
	bare := flow.Resource{Namespace: "shop", Image: "registry.example/backup", Container: "backup"}
	for name, test := range map[string]struct {
		workload  Workload
		res       flow.Resource
		of, taken bool
	}{
		"all fields":               {Workload{"prod", "shop", "cronjob", "db-backup", "registry.example/backup", "backup"}, cronJob(), true, true},
		"patterns":                 {Workload{"pr*", "s?op", "cronjob", "*-back??", "*/backup", "*"}, cronJob(), true, true},
		"another cluster":          {Workload{Cluster: "dev", Name: "db-backup"}, cronJob(), false, false},
		"another namespace":        {Workload{Namespace: "shop2"}, cronJob(), false, false},
		"another kind":             {Workload{Kind: "deployment", Name: "db-backup"}, cronJob(), false, false},
		"another name":             {Workload{Name: "db"}, cronJob(), false, false},
		"case counts":              {Workload{Name: "DB-backup"}, cronJob(), false, false},
		"another container of it":  {Workload{Name: "db-backup", Container: "sidecar"}, cronJob(), true, false},
		"another image in it":      {Workload{Name: "db-backup", Image: "backup"}, cronJob(), true, false},
		"not the runtime's name":   {Workload{Container: "k8s_*"}, cronJob(), true, false},
		"no controller":            {Workload{Image: "*/backup", Container: "backup"}, bare, true, true},
		"no controller, namespace": {Workload{Namespace: "other", Image: "*"}, bare, true, false},
		"no controller, but name":  {Workload{Name: "*"}, bare, false, false},
		"a pattern wants a name":   {Workload{Cluster: "*"}, bare, true, false},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := New([]Config{permit(of(test.workload))})
			require.NoError(t, err)
			p := l.For(&test.res)
			require.Equal(t, test.of, p != nil)
			r := upload(at(t, "2026-06-10T12:00:00Z"), 1)
			_, taken := p.Take(&test.res, &r)
			require.Equal(t, test.taken, taken)
		})
	}
}

func TestDestination(t *testing.T) {
	for name, test := range map[string]struct {
		to     Destination
		change func(*flow.Record)
		want   bool
	}{
		"network":               {to: Destination{Networks: []string{"198.51.100.0/24", "203.0.113.7/32"}}, want: true},
		"another network":       {to: Destination{Networks: []string{"198.51.100.0/24"}}},
		"domain":                {to: Destination{Domains: []string{"EU.storage.example."}}, want: true},
		"domain in capitals":    {Destination{Domains: []string{"eu.storage.example"}}, func(r *flow.Record) { r.Server = "EU.Storage.Example." }, true},
		"below a domain":        {to: Destination{Domains: []string{"x.example", "*.storage.example"}}, want: true},
		"far below":             {Destination{Domains: []string{"*.storage.example"}}, func(r *flow.Record) { r.Server = "a.b.c.storage.example" }, true},
		"not the domain itself": {Destination{Domains: []string{"*.storage.example"}}, func(r *flow.Record) { r.Server = "storage.example" }, false},
		"not an empty label":    {Destination{Domains: []string{"*.storage.example"}}, func(r *flow.Record) { r.Server = ".storage.example" }, false},
		"not by the end alone":  {Destination{Domains: []string{"*.storage.example"}}, func(r *flow.Record) { r.Server = "my-storage.example" }, false},
		"not below a name":      {to: Destination{Domains: []string{"storage.example"}}},
		"no name":               {Destination{Domains: []string{"eu.storage.example"}}, func(r *flow.Record) { r.Server = "" }, false},
		"the domain asked for": {Destination{Domains: []string{"*.lookup.example"}}, func(r *flow.Record) {
			r.DNS.QuestionName, r.Server = "4a7f.x.Lookup.example", "resolver.example"
		}, true},
		"not the resolver's name": {Destination{Domains: []string{"resolver.example"}}, func(r *flow.Record) {
			r.DNS.QuestionName, r.Server = "4a7f.x.lookup.example", "resolver.example"
		}, false},
		"port":                   {to: Destination{Ports: []int{21, 30021}}, want: true},
		"another port":           {to: Destination{Ports: []int{21}}},
		"protocol":               {to: Destination{Protocols: []string{"ftp", "ftp-data"}}, want: true},
		"known, so no transport": {to: Destination{Protocols: []string{"tcp"}}},
		"unknown, so transport":  {Destination{Protocols: []string{"ftp", "tcp"}}, func(r *flow.Record) { r.Protocol = "" }, true},
		"every field must match": {to: Destination{Networks: []string{"203.0.113.0/24"}, Domains: []string{"other.example"}}},
		"whoever connected":      {Destination{Ports: []int{30021}}, func(r *flow.Record) { r.Initiator = flow.InitiatorDestination }, true},
		"IPv6": {Destination{Networks: []string{"2001:db8::/32"}}, func(r *flow.Record) {
			r.Destination = netip.MustParseAddrPort("[2001:db8::1]:443")
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := upload(at(t, "2026-06-10T12:00:00Z"), 1)
			if test.change != nil {
				test.change(&r)
			}
			require.Equal(t, test.want, take(pass(t, permit(toward(test.to))), r) == 0)
		})
	}
}

// step is a record and whether it is to be taken.
type step struct {
	t    string
	n    int64
	want bool
}

func TestTake(t *testing.T) {
	night := Schedule{From: "22:00", To: "05:00"}
	for name, test := range map[string]struct {
		config Config
		steps  []step
	}{
		"up to the ceiling": {permit(ceiling(10)), []step{
			{"2026-06-10T00:00:00Z", 6, true}, {"2026-06-10T23:59:59Z", 4, true}, {"2026-06-10T23:59:59Z", 0, true}, {"2026-06-10T23:59:59Z", 1, false},
		}},
		"the crossing record is whole, and the last": {permit(ceiling(10)), []step{
			{"2026-06-10T01:00:00Z", 6, true}, {"2026-06-10T02:00:00Z", 5, false}, {"2026-06-10T03:00:00Z", 1, false}, {"2026-06-10T04:00:00Z", 0, false},
		}},
		"a day in UTC": {permit(ceiling(10)), []step{
			{"2026-06-10T23:59:59Z", 10, true}, {"2026-06-11T00:00:00Z", 10, true}, {"2026-06-11T23:00:00+14:00", 1, false},
		}},
		"a record late by a day": {permit(ceiling(10)), []step{
			{"2026-06-10T12:00:00Z", 6, true}, {"2026-06-11T12:00:00Z", 10, true}, {"2026-06-10T13:00:00Z", 4, true}, {"2026-06-10T13:00:00Z", 1, false}, {"2026-06-11T12:00:00Z", 1, false},
		}},
		"the first of yesterday, today": {permit(ceiling(10)), []step{
			{"2026-06-11T12:00:00Z", 10, true}, {"2026-06-10T13:00:00Z", 10, true}, {"2026-06-10T13:00:00Z", 1, false},
		}},
		"older than what is kept": {permit(ceiling(10)), []step{
			{"2026-06-09T12:00:00Z", 1, true}, {"2026-06-10T12:00:00Z", 1, true}, {"2026-06-11T12:00:00Z", 1, true}, {"2026-06-09T12:00:00Z", 1, false}, {"2026-06-10T12:00:00Z", 1, true},
		}},
		"older, without a ceiling": {permit(), []step{
			{"2026-06-10T12:00:00Z", 1, true}, {"2026-06-11T12:00:00Z", 1, true}, {"2026-06-01T12:00:00Z", 1, true},
		}},
		"between two that are kept": {permit(ceiling(10)), []step{
			{"2026-06-05T12:00:00Z", 1, true}, {"2026-06-10T12:00:00Z", 1, true}, {"2026-06-09T12:00:00Z", 10, true}, {"2026-06-05T12:00:00Z", 1, false}, {"2026-06-09T12:00:00Z", 1, false},
		}},
		"an occurrence passes midnight": {permit(ceiling(10), only(night)), []step{
			{"2026-06-10T23:00:00Z", 6, true}, {"2026-06-11T04:59:59Z", 4, true}, {"2026-06-11T04:59:59Z", 1, false}, {"2026-06-11T05:00:00Z", 1, false}, {"2026-06-11T22:00:00Z", 10, true},
		}},
		"outside, then late inside": {permit(only(night)), []step{
			{"2026-06-11T12:00:00Z", 1, false}, {"2026-06-11T04:00:00Z", 1, true}, {"2026-06-11T12:00:00Z", 1, false},
		}},
		"expires at the date's end": {permit(expiry("2026-06-10")), []step{
			{"2026-06-10T23:59:59Z", 1, true}, {"2026-06-11T00:00:00Z", 1, false}, {"2026-06-10T12:00:00Z", 1, true},
		}},
		"expires at a time": {permit(expiry("2026-06-10T12:00:00+02:00")), []step{
			{"2026-06-10T09:59:59Z", 1, true}, {"2026-06-10T10:00:00Z", 1, false},
		}},
		"expired before there were computers": {permit(expiry("1901-01-01")), []step{{"2026-06-10T12:00:00Z", 1, false}}},
		"expires in a thousand years":         {permit(expiry("3026-01-01")), []step{{"2026-06-10T12:00:00Z", 1, true}}},
		"no time at all":                      {permit(), []step{{"1970-01-01T00:00:00Z", 1, false}}},
		"bytes at the end": {permit(), []step{
			{"2026-06-10T12:00:00Z", math.MaxInt64, true}, {"2026-06-10T12:00:00Z", math.MaxInt64, true},
		}},
		"bytes at the end, and a ceiling": {permit(ceiling(math.MaxInt64)), []step{
			{"2026-06-10T12:00:00Z", math.MaxInt64, true}, {"2026-06-10T12:00:00Z", math.MaxInt64, false},
		}},
		"bytes below nothing give none back": {permit(ceiling(10)), []step{
			{"2026-06-10T12:00:00Z", 10, true}, {"2026-06-10T12:00:00Z", -5, true}, {"2026-06-10T12:00:00Z", 1, false},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			p := pass(t, test.config)
			for i, s := range test.steps {
				require.Equal(t, s.want, take(p, upload(at(t, s.t), s.n)) == 0, "step %d", i)
			}
		})
	}
}

func TestTheFirstThatCoversItTakesIt(t *testing.T) {
	noon := at(t, "2026-06-10T12:00:00Z")
	p := pass(t,
		permit(of(Workload{Name: "other"})),
		permit(expiry("2026-06-09")),
		permit(ceiling(10)),
		permit(only(Schedule{To: "12:00"})),
		permit(ceiling(100)),
	)
	require.Equal(t, 2, take(p, upload(noon, 6)))
	require.Equal(t, 4, take(p, upload(noon, 6)), "the first is exhausted")
	require.Equal(t, 4, take(p, upload(noon, 94)))
	require.Equal(t, -1, take(p, upload(noon, 1)), "both are")
	require.Equal(t, 2, take(p, upload(noon+day, 1)))
}

func TestWorkloadsHaveLedgersOfTheirOwn(t *testing.T) {
	l, err := New([]Config{permit(of(Workload{Namespace: "shop"}), ceiling(10))})
	require.NoError(t, err)
	r := upload(at(t, "2026-06-10T12:00:00Z"), 10)
	for _, name := range []string{"db-backup", "log-backup"} {
		res := cronJob()
		res.CronJob = name
		_, taken := l.For(&res).Take(&res, &r)
		require.True(t, taken)
	}
}

func TestNothingIsAllocated(t *testing.T) {
	p := pass(t, permit(ceiling(1<<40), only(Schedule{From: "01:00", To: "05:00", TimeZone: "Europe/Berlin"})))
	res, r := cronJob(), upload(at(t, "2026-06-10T00:00:00Z"), 1)
	require.Zero(t, testing.AllocsPerRun(200, func() {
		r.Time += int64(17 * time.Minute) // in and out of occurrences
		p.Take(&res, &r)
	}))
}
