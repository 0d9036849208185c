package peername_test

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/peername"
)

const second = 1e9

func TestLookup(t *testing.T) {
	learned := netip.MustParseAddr("203.0.113.5")
	for name, c := range map[string]struct {
		ttl       uint32
		container string
		address   string
		after     uint64 // seconds
		want      string
	}{
		"at once":             {60, "a", "203.0.113.5", 0, "www.example"},
		"mapped into IPv6":    {60, "a", "::ffff:203.0.113.5", 0, "www.example"},
		"a connection's life": {0, "a", "203.0.113.5", 600, "www.example"},
		"past it":             {0, "a", "203.0.113.5", 601, ""},
		"the answer's life":   {3600, "a", "203.0.113.5", 3600, "www.example"},
		"past that":           {3600, "a", "203.0.113.5", 3601, ""},
		"a day at most":       {1<<32 - 1, "a", "203.0.113.5", 86401, ""},
		"another address":     {60, "a", "203.0.113.6", 0, ""},
		"another container":   {60, "b", "203.0.113.5", 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			table := peername.NewTable[string]()
			table.Learn("a", learned, "www.example", c.ttl, 5*second)
			assert.Equal(t, c.want, table.Lookup(c.container, netip.MustParseAddr(c.address), (5+c.after)*second))
		})
	}
}

func TestLatestName(t *testing.T) {
	address := netip.MustParseAddr("2001:db8::5")
	table := peername.NewTable[string]()
	table.Learn("a", address, "one.example", 60, 0)
	table.Learn("a", address, "two.example", 60, second)
	assert.Equal(t, "two.example", table.Lookup("a", address, 2*second))
}

func TestLimit(t *testing.T) {
	table := peername.NewTable[string]()
	address := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}) }
	for i := range 65537 {
		table.Learn("a", address(i), "x.example", 60, 0)
	}
	assert.Empty(t, table.Lookup("a", address(0), 0), "the longest unused goes")
	assert.Equal(t, "x.example", table.Lookup("a", address(65536), 0))
}

func BenchmarkLookup(b *testing.B) {
	table := peername.NewTable[string]()
	address := netip.MustParseAddr("203.0.113.5")
	table.Learn("a", address, "www.example", 60, 0)
	b.ReportAllocs()
	for b.Loop() {
		table.Lookup("a", address, 1)
	}
}
