package tell

import (
	"net/netip"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

func TestAlert(t *testing.T) {
	var out strings.Builder
	Alert(&out, &alert.Alert{
		ID: "7d444840", Status: alert.Open, Severity: alert.High, Time: 1_767_225_600e9,
		Body:        "Container web sent 20.0 MiB.",
		Techniques:  []string{"T1020", "T1048.003"},
		Destination: alert.Destination{Address: netip.MustParseAddr("203.0.113.10"), Port: 80, Domain: "external-server.com", Protocol: "http"},
		Evidence:    []alert.Finding{{Rule: &alert.Rule{Name: "http_upload"}, Sentence: "A PUT of 20.0 MiB."}, {Sentence: "Odd."}},
		Process:     alert.Process{PID: 42, Executable: "/usr/bin/curl", CommandLine: "curl --upload-file x\x1b[2J"},
	}, &flow.Resource{ContainerID: strings.Repeat("ab", 32), Image: "shop/web", Pod: "web-0", Namespace: "shop"})
	require.Equal(t, `   ALERT   HIGH http_upload  T1020 T1048.003
           Container web sent 20.0 MiB.
   who     container abababababab, image shop/web
           pod shop/web-0
           process 42 /usr/bin/curl
           curl --upload-file x`+"\uFFFD"+`[2J
   where   external-server.com (203.0.113.10:80), http
   when    2026-01-01T00:00:00Z
   why     http_upload: A PUT of 20.0 MiB.
   why     : Odd.
   id      7d444840
`, out.String())
}

func TestDestination(t *testing.T) {
	six, four := netip.MustParseAddr("2001:db8::1"), netip.MustParseAddr("203.0.113.10")
	for want, d := range map[string]alert.Destination{
		"203.0.113.10:21":                    {Address: four, Port: 21},
		"203.0.113.10":                       {Address: four},
		"[2001:db8::1]:443":                  {Address: six, Port: 443},
		"2001:db8::1":                        {Address: six},
		"a.example (203.0.113.10:443)":       {Address: four, Port: 443, Domain: "a.example"},
		"a.example":                          {Domain: "a.example"},
		"a\uFFFDb.example ([2001:db8::1]:1)": {Address: six, Port: 1, Domain: "a\nb.example"},
		"":                                   {},
	} {
		require.Equal(t, want, Destination(d))
	}
}

func TestSize(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1 << 10: "1.0 KiB", 20 << 20: "20.0 MiB", 3 << 30: "3.0 GiB", 5 << 40: "5.0 TiB",
	} {
		require.Equal(t, want, Size(n))
	}
}

func FuzzClean(f *testing.F) {
	f.Add("web")
	f.Add("\x1b]0;x\x07\u202e\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, r := range Clean(s) {
			require.True(t, r == utf8.RuneError || unicode.IsPrint(r))
		}
	})
}
