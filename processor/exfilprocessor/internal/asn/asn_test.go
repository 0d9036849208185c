package asn

import (
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/maxmind/mmdbwriter"
	"github.com/maxmind/mmdbwriter/mmdbtype"
	"github.com/stretchr/testify/require"
)

func database(t testing.TB, systems map[string]mmdbtype.Map) string {
	tree, err := mmdbwriter.New(mmdbwriter.Options{DatabaseType: "ASN", IncludeReservedNetworks: true})
	require.NoError(t, err)
	for text, record := range systems {
		_, network, err := net.ParseCIDR(text)
		require.NoError(t, err)
		require.NoError(t, tree.Insert(network, record))
	}
	path := filepath.Join(t.TempDir(), "asn.mmdb")
	file, err := os.Create(path)
	require.NoError(t, err)
	_, err = tree.WriteTo(file)
	require.NoError(t, err)
	require.NoError(t, file.Close())
	return path
}

func examples(t testing.TB) *Database {
	db, err := Open(database(t, map[string]mmdbtype.Map{
		"203.0.113.0/24":  {"autonomous_system_number": mmdbtype.Uint32(64496)},
		"198.51.100.0/25": {"asn": mmdbtype.String("AS64497")},
		"2001:db8::/32":   {"autonomous_system_number": mmdbtype.Uint32(4_200_000_000)},
		"192.0.2.0/24":    {"asn": mmdbtype.String("none")},
	}))
	require.NoError(t, err)
	return db
}

func TestSystem(t *testing.T) {
	db := examples(t)
	for addr, want := range map[string]uint32{
		"203.0.113.9":    64496,
		"198.51.100.1":   64497,
		"198.51.100.200": 0,
		"192.0.2.1":      0,
		"2001:db8::1":    4_200_000_000,
		"2001:db9::1":    0,
	} {
		require.Equal(t, want, db.System(netip.MustParseAddr(addr)), addr)
	}
}

func TestWhatIsNoDatabaseIsRefused(t *testing.T) {
	_, err := Open(filepath.Join(t.TempDir(), "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	path := filepath.Join(t.TempDir(), "text")
	require.NoError(t, os.WriteFile(path, []byte("no database"), 0o600))
	_, err = Open(path)
	require.ErrorContains(t, err, path)
}

func BenchmarkSystem(b *testing.B) {
	db := examples(b)
	addr := netip.MustParseAddr("203.0.113.9")
	b.ReportAllocs()
	for b.Loop() {
		db.System(addr)
	}
}
