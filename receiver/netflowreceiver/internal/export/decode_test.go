package export

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	router  = netip.MustParseAddrPort("192.0.2.1:4711")
	another = netip.MustParseAddrPort("192.0.2.2:4711")
)

const now = int64(1771922620e9)

// recorded is a datagram that softflowd 1.1.0 sent, of an upload of 1 MiB.
func recorded(t testing.TB, name string) []byte {
	content, err := os.ReadFile(filepath.Join("testdata", name+".bin"))
	require.NoError(t, err)
	return content
}

func numbers(words ...any) (b []byte) {
	for _, w := range words {
		switch w := w.(type) {
		case int: // two bytes, as most are
			b = binary.BigEndian.AppendUint16(b, uint16(w))
		case uint8:
			b = append(b, w)
		case uint32:
			b = binary.BigEndian.AppendUint32(b, w)
		case uint64:
			b = binary.BigEndian.AppendUint64(b, w)
		case []byte:
			b = append(b, w...)
		}
	}
	return b
}

// set is a set with its length.
func set(id int, content ...any) []byte {
	b := numbers(content...)
	return numbers(id, len(b)+4, b)
}

// message is an IPFIX datagram, of domain 7.
func message(sets ...[]byte) []byte {
	var b []byte
	for _, s := range sets {
		b = append(b, s...)
	}
	return numbers(10, len(b)+header10, uint32(now/1e9), uint32(1), uint32(7), b)
}

// plain is template 300: both addresses, octets and packets of eight bytes.
func plain() []byte { return set(2, 300, 4, 8, 4, 12, 4, 1, 8, 2, 8) }

func record(octets uint64) []byte {
	return numbers([]byte{10, 0, 0, 1}, []byte{203, 0, 113, 9}, octets, uint64(3))
}

func decoded(t *testing.T, d *Decoder, from netip.AddrPort, datagram []byte) []Record {
	m, err := d.Decode(from, now, datagram)
	require.NoError(t, err)
	return append([]Record(nil), m.Records...)
}

func TestSampledRecordsSayHowMuch(t *testing.T) {
	for _, name := range []string{"netflow9_sampled", "ipfix_sampled"} {
		records := decoded(t, NewDecoder(), router, recorded(t, name))
		require.Len(t, records, 2)
		assert.Equal(t, uint64(10), records[0].SamplingRate, name)
		assert.Equal(t, uint64(108112), records[0].Bytes, name)
	}
	v5 := recorded(t, "netflow5")
	binary.BigEndian.PutUint16(v5[22:], 1<<14|100)
	assert.Equal(t, uint64(100), decoded(t, NewDecoder(), router, v5)[0].SamplingRate)
}

// A template is one exporter's, of one domain.
func TestTemplates(t *testing.T) {
	d := NewDecoder()
	m, err := d.Decode(router, now, message(set(300, record(1))))
	require.NoError(t, err)
	assert.Equal(t, 1, m.Waiting, "before its template")

	records := decoded(t, d, router, message(plain(), set(300, record(5000), record(6000), []byte{0, 0, 0})))
	require.Len(t, records, 2)
	assert.Equal(t, Record{Source: netip.MustParseAddr("10.0.0.1"), Destination: netip.MustParseAddr("203.0.113.9"),
		Bytes: 5000, Packets: 3}, records[0])
	assert.Len(t, decoded(t, d, router, message(set(300, record(7)))), 1)
	assert.Empty(t, decoded(t, d, another, message(set(300, record(7)))))

	withdrawn := message(set(2, 300, 0))
	assert.Empty(t, decoded(t, d, router, withdrawn))
	assert.Empty(t, decoded(t, d, router, message(set(300, record(7)))))
}

// What the network lost shows in the numbers of those that arrive.
func TestMissing(t *testing.T) {
	for name, start := range map[string]int{"netflow5": 16, "netflow9": 12, "ipfix": 8} {
		step := map[string]uint32{"netflow5": 2, "netflow9": 1, "ipfix": 3}[name] // two flows; of IPFIX an option too
		d := NewDecoder()
		for _, c := range []struct {
			sequence uint32
			missing  int64
		}{{1000, 0}, {1000 + step, 0}, {1000 + 2*step + 7, 7}, {1000 + 2*step, 0}, {1000 + 3*step + 7, 0}, {5, 0}, {5 + step, 0}} {
			b := recorded(t, name)
			binary.BigEndian.PutUint32(b[start:], c.sequence)
			m, err := d.Decode(router, now, b)
			require.NoError(t, err)
			assert.Equal(t, c.missing, m.Missing, "%s %d", name, c.sequence)
		}
	}
}

func TestTemplatesAreForgotten(t *testing.T) {
	d := NewDecoder()
	decoded(t, d, router, message(plain()))
	_, err := d.Decode(another, now+unused, message())
	require.NoError(t, err)
	held, evicted := d.Templates()
	assert.Equal(t, 1, held, "of the other exporter, what number comes next")
	assert.Zero(t, evicted)
	for port := range maxTemplates {
		decoded(t, d, netip.AddrPortFrom(router.Addr(), uint16(port)), message(plain()))
	}
	held, evicted = d.Templates()
	assert.Equal(t, maxTemplates, held)
	assert.Equal(t, int64(maxTemplates+1), evicted)
}

// Fields that nobody knows, of other enterprises, and of a length of their own.
func TestFieldsOfOtherKinds(t *testing.T) {
	of := set(2, 301, 6, 8, 4, 12, 4, 82, 0xffff, 0x8000|1, 8, uint32(9), 0x8000|1, 4, uint32(reverseEnterprise), 1, 3)
	fields := numbers([]byte{10, 0, 0, 1}, []byte{203, 0, 113, 9}, uint8(4), []byte("eth0"), uint64(99), uint32(40), []byte{1, 0, 0})
	long := numbers([]byte{10, 0, 0, 1}, []byte{203, 0, 113, 9}, uint8(255), 3, []byte("lo0"), uint64(99), uint32(0), []byte{0, 0, 9})
	records := decoded(t, NewDecoder(), router, message(of, set(301, fields, long)))
	require.Len(t, records, 3)
	assert.Equal(t, uint64(1<<16), records[0].Bytes)
	assert.Equal(t, uint64(40), records[1].Bytes, "the way back")
	assert.Equal(t, records[0].Source, records[1].Destination)
	assert.Equal(t, uint64(9), records[2].Bytes)
}

func TestTimes(t *testing.T) {
	since1900 := uint64(now/1e9+2208988800)<<32 | 1<<31
	for name, c := range map[string]struct {
		id, length int
		value      []byte
		want       int64
	}{
		"seconds":           {150, 4, numbers(uint32(now / 1e9)), now},
		"milliseconds":      {152, 8, numbers(uint64(now / 1e6)), now},
		"microseconds":      {154, 8, numbers(since1900), now + 5e8},
		"nanoseconds":       {156, 8, numbers(since1900), now + 5e8},
		"delta":             {158, 4, numbers(uint32(1e6)), now - 1e9},
		"a delta too long":  {158, 8, numbers(uint64(1) << 62), 0},
		"before 1970":       {154, 8, numbers(uint64(1)), 0},
		"out of range":      {152, 8, numbers(uint64(1) << 63), 0},
		"uptime of nothing": {22, 4, numbers(uint32(5)), 0},
	} {
		records := decoded(t, NewDecoder(), router, message(set(2, 302, 1, c.id, c.length), set(302, c.value)))
		require.Len(t, records, 1, name)
		assert.Equal(t, c.want, records[0].Start, name)
	}
	wrapped := clock{exported: now, uptime: 10}
	assert.Equal(t, now-20e6, wrapped.since(0xfffffff6))
}

func TestBadDatagrams(t *testing.T) {
	for name, c := range map[string]struct {
		datagram []byte
		want     error
	}{
		"nothing":               {nil, ErrVersion},
		"another version":       {numbers(8, uint32(0)), ErrVersion},
		"v5 without a record":   {recorded(t, "netflow5")[:header5+40], ErrShort},
		"v5 without header":     {numbers(5, 1), ErrShort},
		"v9 without header":     {numbers(9, 1), ErrShort},
		"longer than it is":     {numbers(10, 20, uint32(0), uint32(0), uint32(0)), ErrShort},
		"shorter than a header": {numbers(10, 2, uint32(0), uint32(0), uint32(0)), ErrShort},
		"a set without end":     {message(numbers(2, 3)), ErrShort},
		"a template of nothing": {message(set(2, 300, 1, 1, 0)), ErrShort},
		"fields that are not":   {message(set(2, 300, 60000, 1, 4)), ErrShort},
		"too many fields":       {message(set(2, 300, maxFields+1, make([]byte, 4*(maxFields+1)))), ErrShort},
		"an option's end":       {message(set(3, 300, 1)), ErrShort},
		"a length beyond":       {message(set(2, 303, 1, 82, 0xffff), set(303, []byte{200, 1, 2})), ErrShort},
	} {
		_, err := NewDecoder().Decode(router, now, c.datagram)
		assert.ErrorIs(t, err, c.want, name)
	}
}

func TestEveryTruncation(t *testing.T) {
	for _, name := range []string{"netflow5", "netflow9", "ipfix", "ipfix_two_way", "netflow9_sampled", "ipfix_sampled"} {
		whole := recorded(t, name)
		for n := range whole {
			d := NewDecoder()
			m, _ := d.Decode(router, now, whole[:n])
			assert.LessOrEqual(t, len(m.Records), 2)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"netflow5", "netflow9", "ipfix", "ipfix_two_way", "netflow9_sampled", "ipfix_sampled"} {
		f.Add(recorded(f, name), []byte(nil))
	}
	f.Add(message(plain()), message(set(300, record(5000))))
	f.Add(message(set(2, 303, 1, 82, 0xffff)), message(set(303, []byte{200, 1, 2})))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		d := NewDecoder()
		for _, datagram := range [][]byte{first, second, first} {
			m, err := d.Decode(router, now, datagram)
			if err != nil {
				require.True(t, errors.Is(err, ErrShort) || errors.Is(err, ErrVersion))
			}
			// A record with counters for both directions is told as two.
			require.LessOrEqual(t, len(m.Records), 2*len(datagram))
			held, _ := d.Templates()
			require.LessOrEqual(t, held, len(first)+len(second)+2)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	d, datagram := NewDecoder(), recorded(b, "netflow9")
	for b.Loop() {
		if _, err := d.Decode(router, now, datagram); err != nil {
			b.Fatal(err)
		}
	}
}
