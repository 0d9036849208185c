package allow

import (
	"context"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/collector/confmap"
)

// inline is a provider of the text itself, so that a configuration goes the whole
// way it goes in a collector, variables included.
type inline struct{ text string }

func (p inline) Retrieve(context.Context, string, confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return confmap.NewRetrievedFromYAML([]byte(p.text))
}
func (inline) Scheme() string                 { return "inline" }
func (inline) Shutdown(context.Context) error { return nil }

// load reads the list below allowances, as the collector does.
func load(t testing.TB, text string) ([]Config, error) {
	create := func(confmap.ProviderSettings) confmap.Provider { return inline{text} }
	resolver, err := confmap.NewResolver(confmap.ResolverSettings{
		URIs:              []string{"inline:"},
		ProviderFactories: []confmap.ProviderFactory{confmap.NewProviderFactory(create)},
	})
	require.NoError(t, err)
	conf, err := resolver.Resolve(t.Context())
	if err != nil {
		return nil, err
	}
	var c struct {
		Allowances []Config `mapstructure:"allowances"`
	}
	if err := conf.Unmarshal(&c); err != nil {
		return nil, err
	}
	return c.Allowances, confmap.Validate(&c)
}

const backup = `
allowances:
  - reason: nightly FTP backup of the shop database
    workload: {cluster: prod, namespace: shop, kind: cronjob, name: db-backup, image: registry.example/backup, container: backup}
    destination:
      networks: [203.0.113.0/24]
      domains: [backup.example, "*.storage.example"]
      ports: [21]
      protocols: [ftp, ftp-data]
    schedule: {days: [mon, tue], from: 01:00, to: "05:00", time_zone: Europe/Berlin}
    max_bytes: 5GiB
    expires: 2027-03-01
`

func bytesOf(n int64) *Bytes { b := Bytes(n); return &b }

func TestConfigIsReadAsTheCollectorReadsIt(t *testing.T) {
	got, err := load(t, backup)
	require.NoError(t, err)
	require.Equal(t, []Config{{
		Reason: "nightly FTP backup of the shop database",
		Workload: Workload{
			Cluster: "prod", Namespace: "shop", Kind: "cronjob", Name: "db-backup",
			Image: "registry.example/backup", Container: "backup",
		},
		Destination: Destination{
			Networks: []string{"203.0.113.0/24"}, Domains: []string{"backup.example", "*.storage.example"},
			Ports: []int{21}, Protocols: []string{"ftp", "ftp-data"},
		},
		Schedule: &Schedule{Days: []string{"mon", "tue"}, From: "01:00", To: "05:00", TimeZone: "Europe/Berlin"},
		MaxBytes: bytesOf(5 << 30),
		Expires:  "2027-03-01",
	}}, got)
}

func one(rest string) string {
	return "allowances:\n  - " + rest
}

func TestExpiresAndMaxBytesInAnyForm(t *testing.T) {
	const base = "{reason: r, workload: {name: a}, destination: {ports: [1]}, "
	for text, want := range map[string]string{
		"expires: 2027-03-01}":                       "2027-03-01",
		`expires: "2027-03-01"}`:                     "2027-03-01",
		"expires: 2027-03-01T12:00:00Z}":             "2027-03-01T12:00:00Z",
		`expires: "2027-03-01T12:00:00.5+01:00"}`:    "2027-03-01T12:00:00.5+01:00",
		"expires: 2027-03-01T00:00:00Z}":             "2027-03-01", // YAML tells no difference
		`expires: "2027-03-01T00:00:00Z"}`:           "2027-03-01T00:00:00Z",
		"expires: !!str 2027-03-01}":                 "2027-03-01",
		`max_bytes: 5GiB, expires: "9999-12-31"}`:    "9999-12-31",
		`max_bytes: "5368709120", expires: }`:        "",
		`max_bytes: 5368709120}`:                     "",
		`max_bytes: 5.36870912e9}`:                   "",
		`max_bytes: "5 GiB"}`:                        "",
		`max_bytes: 5242880KiB}`:                     "",
		`max_bytes: 5120MiB, expires: "2027-03-01"}`: "2027-03-01",
	} {
		got, err := load(t, one(base+text))
		require.NoError(t, err, text)
		require.Equal(t, want, got[0].Expires, text)
		if got[0].MaxBytes != nil {
			require.Equal(t, Bytes(5<<30), *got[0].MaxBytes, text)
		}
	}
}

func TestConfigErrorsNameTheKey(t *testing.T) {
	const to, from, end = "destination: {ports: [1]}", "{reason: r, workload: {name: a}, ", "}"
	for text, want := range map[string]string{
		"{workload: {name: a}, " + to + end:                          "allowances::0: reason: say why",
		"{reason: ' ', workload: {name: a}, " + to + end:             "reason: say why",
		"{reason: r, " + to + end:                                    "workload: give at least one of cluster",
		"{reason: r, workload: {kind: pod}, " + to + end:             "workload: kind: must be one of deployment",
		"{reason: r, workload: {pod: a}, " + to + end:                "pod",
		from + "destination: {}}":                                    "destination: give at least one of networks",
		from + "destination: {networks: [10.0.0.1/8]}}":              "destination: networks: [0]",
		from + "destination: {domains: ['https://a.example']}}":      "destination: domains: [0]: \"https://a.example\" is neither",
		from + "destination: {domains: ['a.*.example']}}":            "is neither",
		from + "destination: {domains: [a.example, '*']}}":           "domains: [1]: \"*\" is neither",
		from + "destination: {domains: ['*.com']}}":                  "open to registration",
		from + "destination: {domains: ['*.co.uk.']}}":               "open to registration",
		from + "destination: {ports: [0]}}":                          "destination: ports: [0]: must be from 1",
		from + "destination: {ports: [21, 65557]}}":                  "destination: ports: [1]: must be from 1",
		from + "destination: {protocols: [FTP]}}":                    "destination: protocols: [0]: must be a name in lower case",
		from + to + ", schedule: {days: [monday]}}":                  "schedule: days: [0]: must be one of",
		from + to + ", schedule: {from: '1:00'}}":                    "schedule: from: \"1:00\" is not",
		from + to + ", schedule: {from: '24:00'}}":                   "schedule: from: \"24:00\" is not",
		from + to + ", schedule: {to: '25:00'}}":                     "schedule: to: \"25:00\" is not",
		from + to + ", schedule: {from: '05:00', to: '05:00'}}":      "schedule: to: is the same as from",
		from + to + ", schedule: {time_zone: Mars/Olympus}}":         "schedule: time_zone: \"Mars/Olympus\" is not",
		from + to + ", schedule: {time_zone: Local}}":                "schedule: time_zone: \"Local\" is not",
		from + to + ", max_bytes: 0}":                                "max_bytes: must be positive",
		from + to + ", max_bytes: -5}":                               "max_bytes: must be positive",
		from + to + ", max_bytes: 5GB}":                              "max_bytes",
		from + to + ", max_bytes: 1.5GiB}":                           "is not a number of bytes",
		from + to + ", max_bytes: 9999999TiB}":                       "is more than 8 EiB",
		from + to + ", expires: March}":                              "expires: \"March\" is neither",
		from + to + ", expires: 2027}":                               "expires",
		"{reason: a, workload: {name: a}, " + to + ", for: a}":       "for",
		"{reason: r, workload: {name: [a]}, " + to + end:             "name",
		"{reason: r, workload: {name: a}, destination: [1.2.3.0/24]": "",
	} {
		_, err := load(t, one(text))
		require.ErrorContains(t, err, want, text)
	}
}

func TestNewNamesTheAllowanceAtFault(t *testing.T) {
	good, err := load(t, backup)
	require.NoError(t, err)
	_, err = New([]Config{good[0], {Reason: "r"}})
	require.ErrorContains(t, err, "[1]: workload: ")
	l, err := New(good)
	require.NoError(t, err)
	require.Equal(t, 1, l.Len())
	require.Equal(t, good[0].Reason, l.Reason(0))
}

func TestBytesRoundTrip(t *testing.T) {
	for b, want := range map[Bytes]string{
		0: "0", 1: "1", 1023: "1023", 1024: "1KiB", 5 << 20: "5MiB", 5<<20 + 1024: "5121KiB",
		5 << 30: "5GiB", 1500 << 40: "1500TiB", math.MaxInt64: "9223372036854775807",
	} {
		require.Equal(t, want, b.String())
		var back Bytes
		require.NoError(t, back.UnmarshalText([]byte(want)))
		require.Equal(t, b, back)
	}
}

func FuzzBytes(f *testing.F) {
	for _, seed := range []string{"5GiB", "5 GiB", "-1", "9223372036854775807", "8388608TiB", "GiB", "+1", "１"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var b, back Bytes
		if b.UnmarshalText([]byte(text)) != nil {
			return
		}
		require.GreaterOrEqual(t, b, Bytes(0))
		require.NoError(t, back.UnmarshalText([]byte(b.String())))
		require.Equal(t, b, back)
	})
}

func TestTheReadmesExampleIsValid(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(text), "```yaml\n")
	example, _, _ := strings.Cut(rest, "```")
	configs, err := load(t, example)
	require.NoError(t, err)
	require.Len(t, configs, 2)
	require.Equal(t, 0, take(pass(t, configs...), upload(at(t, "2026-06-10T01:30:00+02:00"), 1)))
}
