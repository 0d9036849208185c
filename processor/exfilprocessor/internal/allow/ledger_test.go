package allow

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestLedgersSurvive(t *testing.T) {
	configs := []Config{
		permit(ceiling(10)),
		permit(ceiling(10)), // the same again: a ledger of its own
		permit(ceiling(10), only(Schedule{From: "11:00", TimeZone: "Europe/Berlin"})),
	}
	noon := at(t, "2026-06-10T12:00:00Z")
	p := pass(t, configs...)
	require.Empty(t, p.Ledgers())
	require.Equal(t, 0, take(p, upload(noon-day, 7)))
	for i, n := range []int64{9, 8, 7} {
		require.Equal(t, i, take(p, upload(noon, n)))
	}
	kept := p.Ledgers()
	require.Equal(t, []int64{7, 9, 8, 7}, []int64{kept[0].Bytes, kept[1].Bytes, kept[2].Bytes, kept[3].Bytes})
	require.Equal(t, []int64{0, 10, 10, 0}, []int64{kept[0].Reached, kept[1].Reached, kept[2].Reached, kept[3].Reached})

	again := pass(t, configs...)
	again.Restore(kept)
	require.Equal(t, kept, again.Ledgers())
	for _, n := range []int64{1, 3, 1} { // 9 and 8 leave room, but the ceiling was reached
		require.Equal(t, take(p, upload(noon, n)), take(again, upload(noon, n)))
	}
	require.Equal(t, 0, take(again, upload(noon-day, 3)))
	require.Equal(t, p.entries[2].bytes(), again.entries[2].bytes())
}

// bytes are those of the latest occurrence.
func (e *entry) bytes() int64 { return e.current.bytes }

func TestRestoreAfterTheConfigurationChanged(t *testing.T) {
	noon := at(t, "2026-06-10T12:00:00Z")
	p := pass(t, permit(ceiling(10)))
	take(p, upload(noon, 9))
	take(p, upload(noon, 9))
	kept := p.Ledgers()
	for name, test := range map[string]struct {
		config Config
		room   int64 // what is still taken, at most
	}{
		"the same":           {permit(ceiling(10)), 0},
		"a higher ceiling":   {permit(ceiling(20)), 11},
		"a lower ceiling":    {permit(ceiling(5)), 0},
		"no ceiling":         {permit(), 1000},
		"another reason":     {permit(ceiling(20), func(c *Config) { c.Reason = "other" }), 11},
		"another expiry":     {permit(ceiling(20), expiry("2027-01-01")), 11},
		"another workload":   {permit(ceiling(20), of(Workload{Kind: "cronjob"})), 20},
		"another schedule":   {permit(ceiling(20), only(Schedule{From: "10:00"})), 20},
		"another ports list": {permit(ceiling(20), toward(Destination{Ports: []int{30021}})), 20},
	} {
		t.Run(name, func(t *testing.T) {
			p := pass(t, test.config)
			p.Restore(kept)
			require.Equal(t, test.room > 0, take(p, upload(noon, test.room)) == 0)
			if test.room < 1000 {
				require.Equal(t, -1, take(p, upload(noon, 1)))
			}
		})
	}
}

func TestRestoreLeavesOutWhatCannotBe(t *testing.T) {
	noon := at(t, "2026-06-10T12:00:00Z")
	p := pass(t, permit(ceiling(10)))
	key, today := p.entries[0].key, noon-noon%day
	for _, bad := range []Ledger{
		{Allowance: "other", Start: today, Bytes: 9},
		{Allowance: key, Start: noon, Bytes: 9}, // no occurrence begins at noon
		{Allowance: key, Start: -1, Bytes: 9},
		{Allowance: key, Start: 1<<63 - 1, Bytes: 9},
		{Allowance: key, Start: today, Bytes: -9},
	} {
		p.Restore([]Ledger{bad})
		require.Empty(t, p.Ledgers())
	}
	p.Restore([]Ledger{{Allowance: key, Start: today, Bytes: 1 << 62}})
	require.Equal(t, -1, take(p, upload(noon, 1)))

	var none *Pass
	none.Restore([]Ledger{{Allowance: key, Start: today, Bytes: 9}})
	require.Nil(t, none.Ledgers())
}
