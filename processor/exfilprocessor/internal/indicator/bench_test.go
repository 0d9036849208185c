package indicator

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	benchEntries = 1_000_000
	benchQueries = 1 << 16 // distinct, so that the processor's caches hold few of them
)

// maker makes entry i of a benchmark's list, and a look-up that does or does not
// find one.
type maker struct {
	entry func(r *rand.Rand, i int) string
	miss  func(r *rand.Rand) string
}

var makers = map[string]maker{
	"ipv4":    {entry: func(r *rand.Rand, _ int) string { return randomIPv4(r, 64) }, miss: func(r *rand.Rand) string { return randomIPv4(r, 64) }},
	"ipv6":    {entry: func(r *rand.Rand, _ int) string { return randomIPv6(r, 0) }, miss: func(r *rand.Rand) string { return randomIPv6(r, 0) }},
	"network": {entry: func(r *rand.Rand, i int) string { return fmt.Sprintf("%s/%d", randomIPv4(r, 64), 24+i%8) }, miss: func(r *rand.Rand) string { return randomIPv4(r, 64) }},
	"network6": {
		entry: func(r *rand.Rand, i int) string { return fmt.Sprintf("%s/%d", randomIPv6(r, 0), 48+i%16) },
		miss:  func(r *rand.Rand) string { return randomIPv6(r, 0) },
	},
	"domain": {entry: func(r *rand.Rand, _ int) string { return randomName(r) + ".example" }, miss: func(r *rand.Rand) string { return "api." + randomName(r) + ".eu.test" }},
}

func randomIPv4(r *rand.Rand, high int) string {
	return netip.AddrFrom4([4]byte{byte(high + r.IntN(64)), byte(r.IntN(256)), byte(r.IntN(256)), byte(r.IntN(256))}).String()
}

func randomIPv6(r *rand.Rand, high byte) string {
	raw := [16]byte{0x20, 0x01 + high}
	for i := 2; i < 16; i++ {
		raw[i] = byte(r.IntN(256))
	}
	return netip.AddrFrom16(raw).String()
}

func randomName(r *rand.Rand) string {
	name := make([]byte, 8+r.IntN(10))
	for i := range name {
		name[i] = byte('a' + r.IntN(26))
	}
	return string(name)
}

func BenchmarkLookup(b *testing.B) {
	for _, kind := range []string{"ipv4", "ipv6", "network", "network6", "domain"} {
		for _, files := range []int{1, 8} {
			if files > 1 && kind != "ipv4" && kind != "domain" {
				continue
			}
			l, entries := benchLists(b, makers[kind], files)
			r := rand.New(rand.NewPCG(3, 4))
			for _, outcome := range []string{"hit", "miss"} {
				queries := make([]string, benchQueries)
				for i := range queries {
					queries[i] = entries[r.IntN(len(entries))]
					for outcome == "miss" && isListed(l, queries[i]) {
						queries[i] = makers[kind].miss(r)
					}
					queries[i], _, _ = strings.Cut(strings.Clone(queries[i]), "/")
				}
				b.Run(fmt.Sprintf("%s/files=%d/%s", kind, files, outcome), func(b *testing.B) {
					if kind == "domain" {
						benchDomains(b, l, queries, outcome == "hit")
					} else {
						benchAddresses(b, l, queries, outcome == "hit")
					}
				})
			}
		}
	}
}

func isListed(l *Lists, text string) bool {
	v, _ := parseValue(text)
	_, name := l.Domain(v.domain, 0)
	_, addr := l.Address(v.network.Addr(), 0)
	return name || addr
}

func benchDomains(b *testing.B, l *Lists, queries []string, want bool) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := l.Domain(queries[i%benchQueries], 0); ok != want {
			b.Fatal(queries[i%benchQueries])
		}
	}
}

func benchAddresses(b *testing.B, l *Lists, queries []string, want bool) {
	addrs := make([]netip.Addr, len(queries))
	for i, text := range queries {
		addrs[i] = netip.MustParseAddr(text)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, ok := l.Address(addrs[i%benchQueries], 0); ok != want {
			b.Fatal(addrs[i%benchQueries])
		}
	}
}

// benchLists holds a million entries in so many files.
func benchLists(b *testing.B, m maker, files int) (*Lists, []string) {
	r := rand.New(rand.NewPCG(1, 2))
	entries := make([]string, benchEntries)
	for i := range entries {
		entries[i] = m.entry(r, i)
	}
	var named []string
	for i := range files {
		part := entries[i*len(entries)/files : (i+1)*len(entries)/files]
		named = append(named, fmt.Sprintf("list%d.txt", i), strings.Join(part, "\n"))
	}
	return held(b, named...), entries
}

// BenchmarkLoad is the time to read a list of a million entries, and what it
// takes in memory afterwards.
func BenchmarkLoad(b *testing.B) {
	for _, kind := range []string{"ipv4", "ipv6", "network", "network6", "domain"} {
		b.Run(kind, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			var text strings.Builder
			for i := range benchEntries {
				text.WriteString(makers[kind].entry(r, i) + "\n")
			}
			var x *index
			before := heap()
			b.ResetTimer()
			for range b.N {
				var err error
				x, err = parse(strings.NewReader(text.String()), "a.txt", defaultLimits())
				require.NoError(b, err)
			}
			b.StopTimer()
			b.ReportMetric(float64(heap()-before)/float64(x.tally.entries), "bytes/entry")
			runtime.KeepAlive(x)
			runtime.KeepAlive(text)
		})
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
