package workload

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
)

const mapping = `
- address: 10.77.0.2
  until: 2026-11-24T12:00:00Z
  attributes: {container.name: first, container.image.name: web}
- address: 10.77.0.2
  from: 2026-11-24T12:00:00Z
  attributes: {container.name: second}
- address: 10.76.0.0/15
  attributes: {container.name: wide}
- address: 10.77.1.0/24
  attributes: {k8s.deployment.name: shop, k8s.namespace.name: prod}
- address: 10.77.1.9
  attributes: {container.name: odd}
- address: 192.0.2.7
  attributes: {container.name: elsewhere}
`

func write(t *testing.T, path, text string, at int64) {
	t.Helper()
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	require.NoError(t, os.Chtimes(path, time.Unix(at, 0), time.Unix(at, 0)))
}

func TestLookup(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workloads.yaml")
	write(t, path, mapping, 1)
	networks, err := netset.Parse([]string{"10.0.0.0/8", "fd00::/8"})
	require.NoError(t, err)
	d, err := New(networks, path)
	require.NoError(t, err)
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC).UnixNano()
	for _, c := range []struct {
		addr     string
		at       int64
		name     string
		observed bool
	}{
		{"10.77.0.2", noon - 1, "first", true},
		{"10.77.0.2", noon, "second", true},
		{"10.77.1.8", noon, "", true},
		{"10.76.255.255", noon, "wide", true},
		{"10.78.0.0", noon, "", true},
		{"10.77.1.9", noon, "odd", true},
		{"192.0.2.7", 0, "elsewhere", true},
		{"10.1.1.1", 0, "", true},
		{"fd00::1", 0, "", true},
		{"203.0.113.1", 0, "", false},
		{"2001:db8::1", 0, "", false},
	} {
		w, observed := d.Lookup(netip.MustParseAddr(c.addr), c.at)
		assert.Equal(t, c.observed, observed, c.addr)
		if w != nil {
			assert.Equal(t, c.name, w.Resource.Container, c.addr)
		} else {
			assert.Empty(t, c.name, c.addr)
		}
	}
	w, _ := d.Lookup(netip.MustParseAddr("10.77.1.8"), noon)
	assert.Equal(t, "shop", w.Resource.Deployment)
	_, observed := (*Directory)(nil).Lookup(netip.MustParseAddr("10.77.0.2"), noon)
	assert.False(t, observed)
}

// The beginning of a flow decides whose it is; its end, where nobody had the address then.
func TestOfFlow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workloads.yaml")
	write(t, path, `[{address: 10.0.0.1, from: 1970-01-01T00:00:10Z, until: 1970-01-01T00:00:20Z, attributes: {container.name: first}},
		{address: 10.0.0.1, from: 1970-01-01T00:00:30Z, attributes: {container.name: second}}]`, 1)
	d, err := New(netset.Set{}, path)
	require.NoError(t, err)
	second := int64(time.Second)
	for _, c := range []struct {
		start, end int64
		name       string
	}{
		{15, 21, "first"},  // a last packet after the container's end
		{15, 31, "first"},  // and after the next one's beginning
		{29, 31, "second"}, // a clock that is a second behind
		{0, 15, "first"},
		{21, 29, ""},
	} {
		w, observed := d.OfFlow(netip.MustParseAddr("10.0.0.1"), &flow.Record{Start: c.start * second, Time: c.end * second})
		assert.Equal(t, c.name != "", observed)
		if observed {
			assert.Equal(t, c.name, w.Resource.Container)
		}
	}
}

func TestManySpansOfOneAddress(t *testing.T) {
	var entries []entry
	for i := range 1000 { // odd seconds are nobody's
		at := int64(2*i) * int64(time.Second)
		entries = append(entries, entry{
			prefix: netip.MustParsePrefix("10.0.0.1/32"), from: at, until: at + int64(time.Second), place: 999 - i,
			workload: &Workload{Resource: flow.Resource{Container: time.Duration(at).String()}},
		})
	}
	slices.Reverse(entries)
	first, second, _ := clash(entries)
	require.Equal(t, first, second)
	d := newTable(netset.Set{}, entries)
	for i := range 2000 {
		at := int64(i) * int64(time.Second)
		w, observed := d.lookup(netip.MustParseAddr("10.0.0.1"), at)
		require.Equal(t, i%2 == 0, observed)
		if observed {
			require.Equal(t, time.Duration(at).String(), w.Resource.Container)
		}
	}
	entries[5].until += 2 * int64(time.Second)
	first, second, _ = clash(entries)
	require.NotEqual(t, first, second)
}

func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workloads.yaml")
	write(t, path, "[{address: 10.0.0.1, attributes: {container.name: a}}]", 1)
	d, err := New(netset.Set{}, path)
	require.NoError(t, err)
	name := func() string {
		w, _ := d.Lookup(netip.MustParseAddr("10.0.0.1"), 0)
		return w.Resource.Container
	}
	changed, err := d.Reload()
	require.NoError(t, err)
	assert.False(t, changed)
	write(t, path, "[{address: 10.0.0.1, attributes: {container.name: b}}]", 2)
	changed, err = d.Reload()
	require.NoError(t, err)
	assert.True(t, changed)
	assert.Equal(t, "b", name())
	write(t, path, "what is this", 3)
	_, err = d.Reload()
	require.ErrorContains(t, err, path)
	assert.Equal(t, "b", name())
	saidOnce := func() {
		changed, err = d.Reload()
		require.NoError(t, err)
		assert.False(t, changed)
	}
	saidOnce()
	require.NoError(t, os.Remove(path))
	_, err = d.Reload()
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.Equal(t, "b", name())
	saidOnce()
}

// Who tells workloads apart by their pointers must know one again after a change.
func TestAWorkloadStaysItself(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workloads.yaml")
	write(t, path, "[{address: 10.0.0.1, attributes: {container.name: a}}]", 1)
	d, err := New(netset.Set{}, path)
	require.NoError(t, err)
	of := func(addr string) *Workload {
		w, _ := d.Lookup(netip.MustParseAddr(addr), 0)
		return w
	}
	before := of("10.0.0.1")
	write(t, path, "[{address: 10.0.0.1, attributes: {container.name: a}}, {address: 10.0.0.2, attributes: {container.name: b}}, {address: 10.0.0.3, attributes: {container.name: a}}]", 2)
	_, err = d.Reload()
	require.NoError(t, err)
	assert.Same(t, before, of("10.0.0.1"))
	assert.Same(t, before, of("10.0.0.3"))
	assert.NotSame(t, before, of("10.0.0.2"))
}

func TestErrorsNameTheEntry(t *testing.T) {
	for text, wanted := range map[string]string{
		"[{address: x, attributes: {container.name: a}}]":          "entry 1 (line 1): address",
		"[{address: 10.0.0.1/8, attributes: {container.name: a}}]": "entry 1 (line 1): address",
		"[{address: 10.0.0.1}]":                                    "entry 1 (line 1): attributes",
		"[{address: 10.0.0.1, attributes: {container.nam: a}}]":    `"container.nam" is not`,
		"# a\n- address: 10.0.0.1\n  attributes: {container.name: a}\n\n- address: 10.0.0.2\n  until: 9999-01-01T00:00:00Z\n  attributes: {a: b}\n":                                                                                                                                 "entry 2 (line 5): until",
		"- {address: 10.0.0.1, until: 2026-01-02T00:00:00Z, attributes: {host.name: a}}\n- {address: 10.0.0.1, from: 2026-01-03T00:00:00Z, attributes: {host.name: b}}\n- {address: 10.0.0.1, from: 2026-01-01T00:00:00Z, until: 2026-01-01T00:00:01Z, attributes: {host.name: c}}": "entries 1 (line 1) and 3 (line 3)",
		"[{address: 10.0.0.1, addr: b}]":                                                                               "line 1",
		"[{address: 10.0.0.1, from: yesterday, attributes: {container.name: a}}]":                                      "yesterday",
		"[{address: 10.0.0.1, from: 2026-01-02T00:00:00Z, until: 2026-01-01T00:00:00Z}]":                               "entry 1 (line 1): from",
		"[{address: 10.0.0.1, attributes: {container.name: a}}, {address: 10.0.0.1, attributes: {container.name: b}}]": "entries 1 (line 1) and 2 (line 1): both are about 10.0.0.1/32",
	} {
		_, err := parse([]byte(text))
		assert.ErrorContains(t, err, wanted, text)
	}
	_, err := New(netset.Set{}, filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(mapping))
	f.Add([]byte("- &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parse(text)
		if err == nil {
			d := newTable(netset.Set{}, entries)
			for _, e := range entries {
				w, observed := d.lookup(e.prefix.Addr(), e.from)
				assert.True(t, observed)
				assert.NotNil(t, w)
			}
		}
	})
}

func BenchmarkLookup(b *testing.B) {
	entries, err := parse([]byte(mapping))
	require.NoError(b, err)
	networks, err := netset.Parse([]string{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"})
	require.NoError(b, err)
	d := newTable(networks, entries)
	for name, addr := range map[string]string{"mapped": "10.77.0.2", "nobody": "203.0.113.1"} {
		a := netip.MustParseAddr(addr)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.lookup(a, 0)
			}
		})
	}
}
