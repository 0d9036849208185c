package workload

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const mapping = `
- address: 10.77.0.2
  until: 2026-11-24T12:00:00Z
  attributes: {container.name: first, container.image.name: web}
- address: 10.77.0.2
  from: 2026-11-24T12:00:00Z
  attributes: {container.name: second}
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
	d, err := New([]string{"10.0.0.0/8", "fd00::/8"}, path)
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
}

func TestReload(t *testing.T) {
	path := filepath.Join(t.TempDir(), "workloads.yaml")
	write(t, path, "[{address: 10.0.0.1, attributes: {container.name: a}}]", 1)
	d, err := New(nil, path)
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
	require.ErrorContains(t, err, "workloads_file")
	assert.Equal(t, "b", name())
	changed, err = d.Reload()
	require.NoError(t, err, "said once")
	assert.False(t, changed)
}

func TestErrorsNameTheEntry(t *testing.T) {
	for text, wanted := range map[string]string{
		"[{address: x, attributes: {container.name: a}}]":                                                              "entry 1: address",
		"[{address: 10.0.0.1/8, attributes: {container.name: a}}]":                                                     "entry 1: address",
		"[{address: 10.0.0.1}]":                                                                                        "entry 1: attributes",
		"[{address: 10.0.0.1, attributes: {container.nam: a}}]":                                                        `"container.nam" is not`,
		"[{address: 10.0.0.1, addres: b}]":                                                                             "line 1",
		"[{address: 10.0.0.1, from: yesterday, attributes: {container.name: a}}]":                                      "yesterday",
		"[{address: 10.0.0.1, from: 2026-01-02T00:00:00Z, until: 2026-01-01T00:00:00Z}]":                               "entry 1: from",
		"[{address: 10.0.0.1, attributes: {container.name: a}}, {address: 10.0.0.1, attributes: {container.name: b}}]": "entries 1 and 2",
	} {
		_, err := parse([]byte(text))
		assert.ErrorContains(t, err, wanted, text)
	}
	_, err := New([]string{"10.0.0.1/8"}, "")
	require.ErrorContains(t, err, "container_networks")
	_, err = New(nil, filepath.Join(t.TempDir(), "none"))
	require.ErrorContains(t, err, "workloads_file")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(mapping))
	f.Add([]byte("- &a [*a]"))
	f.Fuzz(func(t *testing.T, text []byte) {
		entries, err := parse(text)
		if err == nil {
			d := newTable(nil, entries)
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
	d := newTable([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"), netip.MustParsePrefix("192.168.0.0/16")}, entries)
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
