package allow

import (
	"math"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// about is the alert that records would lead to.
func about(records []flow.Record) *alert.Alert {
	last := records[len(records)-1]
	a := &alert.Alert{
		Time: last.Time, FirstSeen: records[0].Time, LastSeen: last.Time,
		Destination: alert.Destination{
			Address: last.Destination.Addr(), Port: last.Destination.Port(),
			Domain: last.Server, Protocol: last.Protocol,
		},
	}
	if a.Destination.Protocol == "" {
		a.Destination.Protocol = last.Transport
	}
	for _, r := range records {
		a.Bytes += r.Bytes
	}
	return a
}

// pasted is the suggestion as it comes back out of a configuration.
func pasted(t testing.TB, c Config) Config {
	text, err := c.YAML()
	require.NoError(t, err)
	back, err := load(t, "allowances:\n"+string(text))
	require.NoError(t, err, "%s", text)
	require.Equal(t, []Config{c}, back, "%s", text)
	return back[0]
}

func TestSuggestionTakesWhatTheAlertWasAbout(t *testing.T) {
	noon := at(t, "2026-06-10T12:00:00Z")
	tls := func(r *flow.Record) { r.Protocol, r.Destination = "tls", netip.MustParseAddrPort("203.0.113.7:443") }
	for name, test := range map[string]struct {
		res    flow.Resource
		change func(*flow.Record)
		want   Config
		rule   string
	}{
		"controller and domain": {cronJob(), tls, Config{
			Workload:    Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup"},
			Destination: Destination{Domains: []string{"eu.storage.example"}, Ports: []int{443}, Protocols: []string{"tls"}},
		}, ""},
		"container and address": {
			flow.Resource{Image: "registry.example:5000/backup", Container: "happy_bell"},
			func(r *flow.Record) { tls(r); r.Server, r.Protocol = "", "" },
			Config{
				Workload:    Workload{Image: "registry.example:5000/backup", Container: "happy_bell"},
				Destination: Destination{Networks: []string{"203.0.113.7/32"}, Ports: []int{443}, Protocols: []string{"tcp"}},
			},
			"",
		},
		"a pod of its own, IPv6, ICMP": {
			flow.Resource{Namespace: "shop", Image: "tool"},
			func(r *flow.Record) {
				r.Destination, r.Transport = netip.MustParseAddrPort("[2001:db8::1]:0"), "ipv6-icmp"
				r.Server, r.Protocol = "", ""
			},
			Config{
				Workload:    Workload{Namespace: "shop", Image: "tool"},
				Destination: Destination{Networks: []string{"2001:db8::1/128"}, Protocols: []string{"ipv6-icmp"}},
			},
			"",
		},
		"the Host header is an address": {cronJob(), func(r *flow.Record) { tls(r); r.Server = "203.0.113.9" }, Config{
			Workload:    Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup"},
			Destination: Destination{Networks: []string{"203.0.113.7/32"}, Ports: []int{443}, Protocols: []string{"tls"}},
		}, ""},
		"FTP": {cronJob(), func(r *flow.Record) {
			if r.Bytes < 100<<10 {
				r.Protocol, r.Destination = "ftp", netip.MustParseAddrPort("203.0.113.7:21")
			}
		}, Config{
			Workload:    Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup"},
			Destination: Destination{Networks: []string{"203.0.113.7/32"}},
		}, ""},
		"names below a domain": {cronJob(), func(r *flow.Record) {
			r.Protocol, r.DNS.QuestionName = "dns", "4a7f.x.lookup.example"
		}, Config{
			Workload:    Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup"},
			Destination: Destination{Domains: []string{"lookup.example", "*.lookup.example"}, Protocols: []string{"dns"}},
		}, "dns_tunnel"},
		"many destinations": {cronJob(), func(r *flow.Record) {
			tls(r)
			r.Destination = netip.AddrPortFrom(netip.AddrFrom4([4]byte{203, 0, 113, byte(r.Bytes >> 18)}), 443)
		}, Config{
			Workload:    Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup"},
			Destination: Destination{Ports: []int{443}, Protocols: []string{"tls"}},
		}, "fan_out"},
		"FTP over TLS": {cronJob(), tls, Config{
			Workload:    Workload{Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup"},
			Destination: Destination{Networks: []string{"203.0.113.7/32"}},
		}, "ftp_upload"},
		"hostile names": {
			flow.Resource{Namespace: "${env:SECRET}", Image: "*", Container: "a\n- reason: \"x\" \x00\xff日本 "},
			func(r *flow.Record) { r.Server, r.Protocol = "${env:SECRET}.example", "*" },
			Config{
				Workload:    Workload{Namespace: "??env:SECRET?", Image: "?", Container: "a?-?reason:??x???????"},
				Destination: Destination{Networks: []string{"203.0.113.7/32"}, Ports: []int{30021}},
			},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			records := []flow.Record{upload(noon, 50<<10), upload(noon+1e9, 3<<20), upload(noon+2e9, 9<<20)}
			for i := range records {
				test.change(&records[i])
			}
			a := about(records)
			a.Evidence = []alert.Finding{{}, {Rule: &alert.Rule{Name: test.rule}}}
			if test.rule == "dns_tunnel" {
				a.Destination.Domain = "lookup.example"
			}
			got := Suggest(&test.res, a)
			test.want.Reason, test.want.MaxBytes = "fill in: why is this expected?", bytesOf(25<<20)
			test.want.Expires = "2026-09-08"
			require.Equal(t, test.want, got)

			l, err := New([]Config{pasted(t, got)})
			require.NoError(t, err)
			p := l.For(&test.res)
			for i := range records {
				_, taken := p.Take(&test.res, &records[i])
				require.True(t, taken, "record %d", i)
			}
			records[2].Bytes = 25 << 20
			_, taken := p.Take(&test.res, &records[2])
			require.False(t, taken, "but not without end")
		})
	}
}

func TestSuggestionOfWhatIsNotKnownIsNotValid(t *testing.T) {
	res := cronJob()
	noName := flow.Resource{Namespace: "shop", ContainerID: strings.Repeat("a", 64)}
	known := alert.Alert{Destination: alert.Destination{Address: netip.MustParseAddr("203.0.113.7")}}
	unknown := alert.Alert{Destination: alert.Destination{Port: 443, Protocol: "tls"}}
	c := Suggest(&noName, &known)
	require.ErrorContains(t, c.Validate(), "workload: give at least one")
	c = Suggest(&res, &unknown)
	require.ErrorContains(t, c.Validate(), "destination: give at least one")
	_, err := c.YAML()
	require.NoError(t, err)
}

func TestSuggestedCeiling(t *testing.T) {
	for name, test := range map[string]struct {
		a    alert.Alert
		want string
	}{
		"nothing":                {alert.Alert{}, "1MiB"},
		"a little":               {alert.Alert{Bytes: 700 << 10}, "1408KiB"},
		"twice, exactly":         {alert.Alert{Bytes: 12 << 20}, "24MiB"},
		"two digits":             {alert.Alert{Bytes: 123_456_789}, "240MiB"},
		"less than ten":          {alert.Alert{Bytes: 1_400_000_000}, "2688MiB"},
		"announced, not sent":    {alert.Alert{Bytes: 300, Evidence: []alert.Finding{{Unit: "By", Observed: 20 << 30}}}, "40GiB"},
		"another unit":           {alert.Alert{Bytes: 12 << 20, Evidence: []alert.Finding{{Unit: "{request}", Observed: 1e15}}}, "24MiB"},
		"not a number":           {alert.Alert{Evidence: []alert.Finding{{Unit: "By", Observed: math.NaN()}}}, "17000TiB"},
		"more than there can be": {alert.Alert{Bytes: math.MaxInt64}, "17000TiB"},
		"less than nothing":      {alert.Alert{Bytes: math.MinInt64}, "1MiB"},
	} {
		require.Equal(t, test.want, ceilingFor(&test.a).String(), name)
	}
}

func TestYAMLIsInOrderAndPlain(t *testing.T) {
	configs, err := load(t, backup)
	require.NoError(t, err)
	text, err := configs[0].YAML()
	require.NoError(t, err)
	require.Equal(t, `- reason: nightly FTP backup of the shop database
  workload:
    cluster: prod
    namespace: shop
    kind: cronjob
    name: db-backup
    image: registry.example/backup
    container: backup
  destination:
    networks: [203.0.113.0/24]
    domains: [backup.example, '*.storage.example']
    ports: [21]
    protocols: [ftp, ftp-data]
  schedule:
    days: [mon, tue]
    from: "01:00"
    to: "05:00"
    time_zone: Europe/Berlin
  max_bytes: 5GiB
  expires: "2027-03-01"
`, string(text))
}

func TestYAMLKeepsAnyText(t *testing.T) {
	for _, text := range []string{
		"true", "0x1f", "2027-03-01", "~", "- a", "a: b", "#", "$", "$$", "${env:HOME}", "a ${file:x} $1", "@", "'\"\\", "two\nlines", " x ", "\u2028", "日本",
	} {
		c := permit(of(Workload{Namespace: text, Name: text}), func(c *Config) { c.Reason = "why " + text })
		pasted(t, c)
	}
}

func FuzzSuggest(f *testing.F) {
	f.Add("shop", "backup", "eu.storage.example", "tls", int64(12<<20))
	f.Add("${env:A}", "*", "*.example", "", int64(math.MaxInt64))
	f.Add("\n- a: b", "\xff", "a..b", "#", int64(-1))
	f.Fuzz(func(t *testing.T, namespace, name, server, protocol string, n int64) {
		res := flow.Resource{Namespace: namespace, CronJob: name, Image: name}
		r := upload(at(t, "2026-06-10T12:00:00Z"), n)
		r.Server, r.Protocol = server, protocol
		c := Suggest(&res, about([]flow.Record{r}))
		if c.Validate() != nil {
			require.Empty(t, name)
			return
		}
		l, err := New([]Config{pasted(t, c)})
		require.NoError(t, err)
		if protocol == strings.ToLower(protocol) {
			r.Bytes = max(0, min(n, most))
			_, taken := l.For(&res).Take(&res, &r)
			require.True(t, taken)
		}
	})
}
