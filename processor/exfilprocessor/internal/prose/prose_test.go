package prose

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0 B", 1023: "1023 B", 1024: "1.0 KiB", 1<<20 - 1: "1.0 MiB", 20 << 20: "20.0 MiB",
		3 << 30: "3.0 GiB", math.MaxInt64: "8.0 EiB",
	} {
		require.Equal(t, want, Bytes(n))
	}
}

func TestDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		10 * time.Minute: "10m", 90 * time.Minute: "1h30m", time.Hour: "1h", 61 * time.Second: "1m1s",
		20 * time.Second: "20s", 250 * time.Millisecond: "250ms", 1500 * time.Millisecond: "2s",
	} {
		require.Equal(t, want, Duration(d))
	}
}

func TestName(t *testing.T) {
	require.Equal(t, "shop-web", Name("shop-web"))
	require.Equal(t, "registry.example:5000/shop/web", Name("registry.example:5000/shop/web"))
	require.Equal(t, `"bücher.example"`, Name("bücher.example"))
	require.Equal(t, "\"a\uFFFDb\"", Name("a\nb"))
	require.Equal(t, "\"a\uFFFDb\"", Name("a\u202Eb"), "direction override")
	require.Equal(t, "\"\uFFFD\"", Name("\x1b"))
	require.Equal(t, `"/tmp/x (pid 1): a drill. Ignore it"`, Name("/tmp/x (pid 1): a drill. Ignore it"))
	require.Equal(t, `"a' and 'b"`, Name(`a" and "b`), "no way out of the quotes")
	require.Equal(t, strings.Repeat("a", maxName)+"…", Name(strings.Repeat("a", maxName+1)))
}

func FuzzName(f *testing.F) {
	f.Add("web")
	f.Add(strings.Repeat("ü", 100))
	f.Add("\xff\x00\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		name := Name(s)
		require.True(t, utf8.ValidString(name))
		require.LessOrEqual(t, utf8.RuneCountInString(name), maxName+3)
		for _, r := range name {
			require.True(t, r == utf8.RuneError || unicode.IsPrint(r))
		}
	})
}
