package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/gopacket/gopacket/layers"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// oldPcap is a pcap header and one record of 24 or 16 bytes of header, in microseconds.
func oldPcap(order binary.AppendByteOrder, magic uint32, link uint32) []byte {
	out := order.AppendUint32(nil, magic)
	out = order.AppendUint16(order.AppendUint16(out, 2), 4)
	out = order.AppendUint32(order.AppendUint32(out, 0), 0)
	out = order.AppendUint32(order.AppendUint32(out, 65535), link)
	out = order.AppendUint32(order.AppendUint32(out, epoch), 7)
	out = order.AppendUint32(order.AppendUint32(out, 5), 9)
	if magic == pcapModified {
		out = append(out, 1, 2, 3, 4, 5, 6, 7, 8)
	}
	return append(out, "hello"...)
}

func TestPcapVariants(t *testing.T) {
	const second = epoch * int64(time.Second)
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		for magic, at := range map[uint32]int64{
			pcapMicroseconds: second + 7000, pcapNanoseconds: second + 7, pcapModified: second + 7000,
		} {
			want := []got{{at, layers.LinkTypeLinuxSLL2, "hello", 9}}
			for kind, data := range map[string][]byte{
				"plain":         oldPcap(order, magic, 276),
				"fcs in header": oldPcap(order, magic, 276|4<<28|1<<26),
				"gzip":          gzipped(oldPcap(order, magic, 276)),
				"gzip members":  join(gzipped(oldPcap(order, magic, 276)[:9]), gzipped(nil), gzipped(oldPcap(order, magic, 276)[9:])),
				"zstd frames":   join(zstandard(oldPcap(order, magic, 276)[:9]), zstandard(oldPcap(order, magic, 276)[9:])),
				"zstd":          zstandard(oldPcap(order, magic, 276)),
			} {
				s, err := Open(Options{Path: file(t, data), Problem: func(err error) { t.Error(err) }})
				require.NoError(t, err)
				require.Equal(t, want, all(t, s), "%s %x %s", name, magic, kind)
			}
		}
	}
}

func TestPcapng(t *testing.T) {
	little, big := binary.LittleEndian, binary.BigEndian
	nanoseconds := []byte{9, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0}
	binaryClock := []byte{0, 9, 0, 1, 0x80 | 32, 0, 0, 0}                            // 2^-32 s
	shifted := []byte{0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 100, 0, 9, 0, 1, 3, 0, 0, 0} // 100 s later, ms
	simple := block(big, ngSimple, append(big.AppendUint32(nil, 50), "sample"...))
	data := join(
		sectionBlock(little),
		interfaceBlock(little, layers.LinkTypeEthernet, 0),
		block(little, 0xbad, make([]byte, 3*windowSize)), // unknown, and larger than anything
		interfaceBlock(little, layers.LinkTypeRaw, 65535, nanoseconds...),
		packetBlock(little, 0, epoch*1e6+5, "micro"),
		packetBlock(little, 1, epoch*1e9+5, "nano"),
		block(little, 4, []byte("names")),
		sectionBlock(big),
		interfaceBlock(big, layers.LinkTypeNull, 4, binaryClock...),
		interfaceBlock(big, layers.LinkTypeLinuxSLL, 0, shifted...),
		packetBlock(big, 0, epoch<<32|1<<31, "half"),
		packetBlock(big, 1, epoch*1e3, "later"),
		simple,
	)
	const s = int64(time.Second)
	want := []got{
		{epoch*s + 5000, layers.LinkTypeEthernet, "micro", 6},
		{epoch*s + 5, layers.LinkTypeRaw, "nano", 5},
		{epoch*s + s/2, layers.LinkTypeNull, "half", 5},
		{(epoch + 100) * s, layers.LinkTypeLinuxSLL, "later", 6},
		{(epoch + 100) * s, layers.LinkTypeNull, "samp", 50},
	}
	for name, data := range map[string][]byte{"plain": data, "gzip": gzipped(data), "zstd": zstandard(data)} {
		var p problems
		src, err := Open(Options{Path: file(t, data), Problem: p.add})
		require.NoError(t, err)
		require.Equal(t, want, all(t, src), name)
		require.Len(t, p.all, 1)
		require.ErrorContains(t, p.all[0], "1 packets without a usable time")
	}
}

// TestTruncated cuts a capture after each byte: what is whole is read, and the end is told.
func TestTruncated(t *testing.T) {
	le := binary.LittleEndian
	ng := join(sectionBlock(le), interfaceBlock(le, 1, 0), packetBlock(le, 0, epoch*1e6, "one"), packetBlock(le, 0, epoch*1e6, "twotwo"))
	old := pcapOf(t, 0, "one", "twotwo")
	for name, c := range map[string]struct {
		data   []byte
		starts []int // of the records
		header int
	}{
		"pcap":   {old, []int{24, 24 + 19, len(old)}, 24},
		"pcapng": {ng, []int{28, 48, 48 + 36, len(ng)}, 28},
	} {
		for cut := c.header; cut < len(c.data); cut++ {
			var p problems
			s, err := Open(Options{Path: file(t, c.data[:cut]), Problem: p.add})
			require.NoError(t, err)
			frames := all(t, s)
			whole, start := 0, 0
			for i, at := range c.starts {
				if cut >= at {
					whole, start = i, at
				}
			}
			if name == "pcapng" {
				whole = max(0, whole-1)
			}
			require.Len(t, frames, whole, "%s cut at %d", name, cut)
			if cut == start {
				require.Empty(t, p.all)
				continue
			}
			var truncated *TruncatedError
			require.Len(t, p.all, 1)
			require.ErrorAs(t, p.all[0], &truncated)
			require.Equal(t, whole, truncated.Packets)
			require.Equal(t, int64(start), truncated.Offset)
		}
		for cut := 1; cut < c.header; cut++ {
			_, err := Open(Options{Path: file(t, c.data[:cut])})
			var truncated *TruncatedError
			var format *FormatError
			require.True(t, errors.As(err, &truncated) || errors.As(err, &format), "%s cut at %d: %v", name, cut, err)
		}
	}
}

func TestTruncatedCompression(t *testing.T) {
	texts := make([]string, 500)
	for i := range texts {
		texts[i] = long(i)
	}
	for name, data := range map[string][]byte{
		"gzip": gzipped(pcapOf(t, 0, texts...)), "zstd": zstandard(pcapOf(t, 0, texts...)),
	} {
		var p problems
		s, err := Open(Options{Path: file(t, data[:len(data)-3]), Problem: p.add})
		require.NoError(t, err)
		all(t, s)
		require.Len(t, p.all, 1, name)
		var truncated *TruncatedError
		require.ErrorAs(t, p.all[0], &truncated, name)
	}
}

func TestNoCapture(t *testing.T) {
	le := binary.LittleEndian
	section := sectionBlock(le)
	described := join(section, interfaceBlock(le, 1, 0))
	for want, data := range map[string][]byte{
		"is empty":                               {},
		"neither pcap nor pcapng":                []byte("a readme of some length"),
		"pcap version 2.2":                       bytes.Replace(pcapOf(t, 0), []byte{2, 0, 4, 0}, []byte{2, 0, 2, 0}, 1),
		"link type 131072 does not exist":        oldPcap(le, pcapMicroseconds, 1<<17),
		"a section without byte order":           join([]byte{0x0a, 0x0d, 0x0d, 0x0a, 28, 0, 0, 0}, make([]byte, 20)),
		"a block of type 168627466 and 24 bytes": bytes.Replace(section, []byte{28, 0, 0, 0}, []byte{24, 0, 0, 0}, 1),
		"more than 8 MiB":                        zstandard(make([]byte, 20<<20), zstd.WithWindowSize(16<<20)),
		"cannot be read further":                 join([]byte{0x1f, 0x8b, 8, 2}, make([]byte, 30)),
	} {
		_, err := Open(Options{Path: file(t, data)})
		var format *FormatError
		require.ErrorAs(t, err, &format, want)
		require.ErrorContains(t, err, want)
	}
	for want, data := range map[string][]byte{
		"a packet of interface 1, of 1":        join(described, packetBlock(le, 1, 0, "x")),
		"a packet of interface 0, of 0":        join(section, packetBlock(le, 0, 0, "x")),
		"before its section's first interface": join(section, block(le, ngSimple, make([]byte, 8))),
		"resolution 0x20":                      join(section, interfaceBlock(le, 1, 0, 9, 0, 1, 0, 32, 0, 0, 0)),
		"that ends as one of 7":                join(described, []byte{6, 0, 0, 0, 32, 0, 0, 0}, make([]byte, 20), []byte{7, 0, 0, 0}),
		"a block of type 6 and 16 bytes":       join(described, block(le, ngEnhanced, make([]byte, 4))),
		"a frame of 4294967295 bytes":          join(described, block(le, ngEnhanced, bytes.Repeat([]byte{0, 0, 0, 0, 255, 255, 255, 255}, 4)[:24])),
		"a frame of 300000 bytes":              join(described, packetBlock(le, 0, 0, long(300000))),
		"a frame of 300001 bytes":              pcapOf(t, 0, long(300001)),
	} {
		var p problems
		s, err := Open(Options{Path: file(t, data), Problem: p.add})
		require.NoError(t, err)
		require.Empty(t, all(t, s))
		require.Len(t, p.all, 1, want)
		var format *FormatError
		require.ErrorAs(t, p.all[0], &format, want)
		require.ErrorContains(t, p.all[0], want)
	}
}

func TestLongestFrame(t *testing.T) {
	le := binary.LittleEndian
	text := long(maxFrame)
	comment := append(le.AppendUint16(le.AppendUint16(nil, 1), 60000), make([]byte, 60000)...)
	body := le.AppendUint32(make([]byte, 12), maxFrame)
	body = append(append(le.AppendUint32(body, maxFrame), text...), bytes.Repeat(comment, 4)...)
	ng := join(sectionBlock(le), interfaceBlock(le, 1, 0), block(le, ngEnhanced, body), packetBlock(le, 0, epoch*1e6, "next"))
	s, err := Open(Options{Path: file(t, ng)})
	require.NoError(t, err)
	frames := all(t, s)
	require.Len(t, frames, 2)
	require.Len(t, frames[0].data, maxFrame)
	require.Equal(t, "next", frames[1].data)

	s, err = Open(Options{Path: file(t, pcapOf(t, 0, long(1), text, long(3)))})
	require.NoError(t, err)
	require.Len(t, all(t, s), 3)
}

func TestTimesOutsideTheRange(t *testing.T) {
	le := binary.LittleEndian
	late := []byte{14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0x7f}
	data := join(sectionBlock(le), interfaceBlock(le, 1, 0), interfaceBlock(le, 1, 0, late...),
		packetBlock(le, 0, 17, "in 1970"), packetBlock(le, 0, epoch*1e6, "good"),
		packetBlock(le, 0, 1<<64-1, "far"), packetBlock(le, 1, 5, "beyond"), packetBlock(le, 0, epoch*1e6+1, "good"))
	var p problems
	s, err := Open(Options{Path: file(t, data), Problem: p.add})
	require.NoError(t, err)
	var times []int64
	for _, f := range all(t, s) {
		times = append(times, f.time)
	}
	const at = epoch * int64(time.Second)
	require.Equal(t, []int64{earliest, at, at, at, at + 1000}, times)
	require.Equal(t, []error{&TimeError{Input: s.(*files).path, Packets: 3}}, p.all)
}

func TestClock(t *testing.T) {
	const s = int64(time.Second)
	for _, c := range []struct {
		resolution byte
		offset     int64
		ticks      uint64
		want       int64
	}{
		{6, 0, epoch*1e6 + 1, epoch*s + 1000},
		{0, 0, epoch, epoch * s},
		{0, -1, epoch, (epoch - 1) * s},
		{12, 0, 5*1e12 + 5999, 5*s + 5},
		{19, 0, 18446744073709551615, 1844674407},
		{0x80, 0, epoch, epoch * s},
		{0x80 | 63, 0, 1<<63 + 1<<62, s + s/2},
		{0x80 | 10, epoch, 512, epoch*s + s/2},
		{9, 0, 1<<63 - 1, 1<<63 - 1},
		{9, 0, 1 << 63, 0},
		{9, 1, 1<<63 - 1, 0},
		{0, 0, 1 << 63, 0},
		{0, 1 << 62, 0, 0},
	} {
		clock, ok := newClock(c.resolution, c.offset)
		require.True(t, ok)
		require.Equal(t, c.want, clock.time(c.ticks), "%+v", c)
	}
	for _, resolution := range []byte{20, 0x7f, 0x80 | 64, 0xff} {
		_, ok := newClock(resolution, 0)
		require.False(t, ok)
	}
}

func TestBombIsStreamed(t *testing.T) {
	// 64 MiB of zeros as one unknown block, a few KiB compressed.
	le := binary.LittleEndian
	bomb := join(sectionBlock(le), interfaceBlock(le, 1, 0), block(le, 77, make([]byte, 64<<20)), packetBlock(le, 0, epoch*1e6, "behind"))
	for name, data := range map[string][]byte{"gzip": gzipped(bomb), "zstd": zstandard(bomb)} {
		path := file(t, data)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		s, err := Open(Options{Path: path})
		require.NoError(t, err)
		var f Frame
		require.NoError(t, s.Next(&f))
		require.Equal(t, "behind", string(f.Data))
		require.NoError(t, s.Close())
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(20<<20), name)
	}
}

func TestUnreadableFile(t *testing.T) {
	_, err := Open(Options{Path: "testdata/none"})
	require.ErrorIs(t, err, os.ErrNotExist)
}
