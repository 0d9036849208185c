package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/stretchr/testify/require"
)

// epoch is the time of the first frame that tests write, in seconds.
const epoch = 1_700_000_000

// got is a frame that outlives the next call of Next.
type got struct {
	time   int64
	link   layers.LinkType
	data   string
	length int
}

func copyOf(f *Frame) got { return got{f.Time, f.Link, string(f.Data), f.Length} }

// problems are what a source told of.
type problems struct{ all []error }

func (p *problems) add(err error) { p.all = append(p.all, err) }

// all reads a source to its end.
func all(t testing.TB, s Source) []got {
	t.Helper()
	var frames []got
	var f Frame
	for {
		err := s.Next(&f)
		if errors.Is(err, io.EOF) {
			require.NoError(t, s.Close())
			return frames
		}
		require.NoError(t, err)
		frames = append(frames, copyOf(&f))
	}
}

func info(second, captured, length int) gopacket.CaptureInfo {
	return gopacket.CaptureInfo{
		Timestamp: time.Unix(epoch+int64(second), 1000), CaptureLength: captured, Length: length,
	}
}

// pcapOf is a capture of one frame for each text, a second apart from first on.
func pcapOf(t testing.TB, first int, texts ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := pcapgo.NewWriterNanos(&out)
	require.NoError(t, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	for i, text := range texts {
		require.NoError(t, w.WritePacket(info(first+i, len(text), len(text)+i), []byte(text)))
	}
	return out.Bytes()
}

func write(t testing.TB, path string, data []byte) string {
	t.Helper()
	require.NoError(t, os.WriteFile(path, data, 0o600))
	return path
}

func file(t testing.TB, data []byte) string {
	return write(t, filepath.Join(t.TempDir(), "capture"), data)
}

func gzipped(data []byte) []byte {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

func zstandard(data []byte, options ...zstd.EOption) []byte {
	var out bytes.Buffer
	w, err := zstd.NewWriter(&out, options...)
	if err != nil {
		panic(err)
	}
	_, _ = w.Write(data)
	_ = w.Close()
	return out.Bytes()
}

// block is a pcapng block around body.
func block(order binary.AppendByteOrder, kind uint32, body []byte) []byte {
	for len(body)%4 != 0 {
		body = append(body, 0)
	}
	total := uint32(len(body) + 12)
	out := order.AppendUint32(order.AppendUint32(nil, kind), total)
	return order.AppendUint32(append(out, body...), total)
}

func sectionBlock(order binary.AppendByteOrder) []byte {
	body := order.AppendUint32(nil, ngByteOrder)
	body = order.AppendUint16(order.AppendUint16(body, 1), 0)
	return block(order, ngSection, append(body, bytes.Repeat([]byte{0xff}, 8)...))
}

func interfaceBlock(order binary.AppendByteOrder, link layers.LinkType, snap uint32, options ...byte) []byte {
	body := order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, uint16(link)), 0), snap)
	return block(order, ngInterface, append(body, options...))
}

func packetBlock(order binary.AppendByteOrder, port uint32, ticks uint64, text string) []byte {
	body := order.AppendUint32(order.AppendUint32(nil, port), uint32(ticks>>32))
	body = order.AppendUint32(body, uint32(ticks))
	body = order.AppendUint32(order.AppendUint32(body, uint32(len(text))), uint32(len(text)+1))
	return block(order, ngEnhanced, append(body, text...))
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func long(n int) string { return strings.Repeat("x", n) }
