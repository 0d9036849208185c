package allow

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// records are read from data: each has a time and bytes, near each other or far
// apart.
func records(data []byte) (times, bytes []int64) {
	base := time.Date(2026, 10, 24, 20, 0, 0, 0, time.UTC).UnixNano()
	for ; len(data) >= 4; data = data[4:] {
		t := base + int64(int16(binary.LittleEndian.Uint16(data)))*int64(5*time.Minute)
		n := int64(data[2])
		switch data[3] {
		case 0xff:
			t = int64(binary.LittleEndian.Uint32(data)) << 32
		case 0xfe:
			n = int64(binary.LittleEndian.Uint32(data)) << 32
		}
		times, bytes = append(times, t), append(bytes, n)
	}
	return times, bytes
}

// FuzzTake: however records come, no occurrence has more taken than its ceiling,
// nor outside of the schedule, nor after the expiry.
func FuzzTake(f *testing.F) {
	f.Add([]byte{0, 0, 100, 0, 1, 0, 100, 0, 0, 1, 200, 0}, uint8(0))
	f.Add([]byte{0, 0, 100, 0xfe, 1, 0, 100, 0xff, 0, 1, 200, 0xff}, uint8(1))
	f.Add([]byte{0, 0, 250, 0, 0, 2, 250, 0, 0, 4, 250, 0, 0, 0, 250, 0, 0, 2, 250, 0}, uint8(2))
	f.Add([]byte{72, 0, 250, 0, 60, 0, 250, 0, 84, 0, 250, 0, 0, 0, 0, 0x80}, uint8(3))
	const most = 300
	var lists []*List
	for _, s := range []*Schedule{
		nil,
		{From: "22:00", To: "05:00"},
		{From: "02:15", To: "02:45", TimeZone: "Europe/Berlin"},
		{From: "02:45", To: "02:30", TimeZone: "Europe/Berlin", Days: []string{"sat", "sun", "tue"}},
	} {
		l, err := New([]Config{permit(ceiling(most), expiry("2027-01-01"), func(c *Config) { c.Schedule = s })})
		require.NoError(f, err)
		lists = append(lists, l)
	}
	f.Fuzz(func(t *testing.T, data []byte, which uint8) {
		l := lists[int(which)%len(lists)]
		a, res := l.allowances[0], cronJob()
		p := l.For(&res)
		taken := map[int64]int64{}
		times, sizes := records(data)
		for i, when := range times {
			if take(p, upload(when, sizes[i])) < 0 {
				continue
			}
			o := a.at(when)
			require.True(t, o.in && o.holds(when) && when < a.expires)
			taken[o.start] += max(0, sizes[i])
			require.LessOrEqual(t, taken[o.start], int64(most))
			if i%3 == 0 { // a restart takes nothing away
				kept := p.Ledgers()
				p = l.For(&res)
				p.Restore(kept)
				require.Equal(t, kept, p.Ledgers())
			}
		}
	})
}

// FuzzOrder: below the ceiling, two records of one occurrence may change places.
func FuzzOrder(f *testing.F) {
	f.Add([]byte{0, 0, 100, 0, 1, 0, 100, 0, 0, 1, 200, 0}, uint8(1))
	f.Add([]byte{72, 0, 250, 0, 60, 0, 250, 0, 84, 0, 250, 0, 72, 0, 1, 0}, uint8(3))
	l, err := New([]Config{permit(ceiling(1<<62), only(Schedule{From: "02:45", To: "02:30", TimeZone: "Europe/Berlin"}))})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, data []byte, at uint8) {
		times, sizes := records(data)
		if len(times) < 2 {
			return
		}
		i := int(at) % (len(times) - 1)
		res := cronJob()
		p, swapped, a := l.For(&res), l.For(&res), l.allowances[0]
		if times[i] < earliest || times[i+1] > latest || a.at(times[i]) != a.at(times[i+1]) {
			return
		}
		for k := range times {
			take(p, upload(times[k], sizes[k]))
		}
		times[i], times[i+1] = times[i+1], times[i]
		sizes[i], sizes[i+1] = sizes[i+1], sizes[i]
		for k := range times {
			take(swapped, upload(times[k], sizes[k]))
		}
		require.Equal(t, p.Ledgers(), swapped.Ledgers())
	})
}
