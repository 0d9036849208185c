package capture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// FuzzRead reads any bytes as a capture: it ends, with a typed error or at the end, every
// frame is within its bounds, and what another reader reads of a plain one is the same.
func FuzzRead(f *testing.F) {
	le, be := binary.LittleEndian, binary.BigEndian
	old := pcapOf(f, 0, "one", "two", long(300))
	ng := join(sectionBlock(le), interfaceBlock(le, 1, 0, 9, 0, 1, 0, 9, 0, 0, 0), packetBlock(le, 0, epoch*1e9, "one"),
		block(le, 99, []byte("unknown")), sectionBlock(be), interfaceBlock(be, 101, 4, 0, 14, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1),
		packetBlock(be, 0, epoch*1e6, "two"), block(be, ngSimple, append(be.AppendUint32(nil, 9), "three"...)),
		block(be, ngPacket, append(be.AppendUint32(be.AppendUint32(make([]byte, 12), 4), 4), "four"...)))
	for _, seed := range [][]byte{
		old, old[:len(old)-7], ng, ng[:len(ng)-5], oldPcap(be, pcapModified, 113), oldPcap(le, pcapMicroseconds, 1),
		gzipped(old), zstandard(ng), gzipped(ng)[:50], zstandard(old)[:60], {}, []byte("text"),
	} {
		f.Add(seed)
	}
	buffer := make([]byte, windowSize)
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := newInput("fuzz", bytes.NewReader(data), buffer, 0)
		if err != nil {
			checkError(t, err)
			return
		}
		other := otherReader(data)
		var frame Frame
		for n := 0; ; n++ {
			if err := in.next(&frame); err != nil {
				if !errors.Is(err, io.EOF) {
					checkError(t, err)
				}
				break
			}
			if frame.Time < earliest || len(frame.Data) > maxFrame || frame.Length < len(frame.Data) {
				t.Fatalf("frame %d: time %d, %d bytes of %d", n, frame.Time, len(frame.Data), frame.Length)
			}
			if other = same(t, other, &frame); n > 1<<16 {
				break // enough of a decompression bomb
			}
		}
		_ = in.close()
	})
}

func checkError(t *testing.T, err error) {
	t.Helper()
	var truncated *TruncatedError
	var format *FormatError
	if !errors.As(err, &truncated) && !errors.As(err, &format) {
		t.Fatalf("%T: %v", err, err)
	}
}

type packetReader interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// otherReader is gopacket's, of what it can read; otherwise nil.
func otherReader(data []byte) packetReader {
	if r, err := pcapgo.NewReader(bytes.NewReader(data)); err == nil {
		return r
	}
	if r, err := pcapgo.NewNgReader(bytes.NewReader(data), pcapgo.NgReaderOptions{WantMixedLinkType: true}); err == nil {
		return r
	}
	return nil
}

// same compares a frame with the other reader's next one, and gives nil when that has none.
func same(t *testing.T, other packetReader, frame *Frame) packetReader {
	t.Helper()
	if other == nil {
		return nil
	}
	data, info, err := other.ReadPacketData()
	if err != nil {
		return nil
	}
	if info.Timestamp.IsZero() && len(data) > len(frame.Data) {
		return nil // a simple packet that claims more than its block has, and gets it there
	}
	link := frame.Link
	switch r := other.(type) {
	case *pcapgo.Reader:
		link = r.LinkType()
	case *pcapgo.NgReader:
		link = info.AncillaryData[0].(layers.LinkType)
	}
	if !bytes.Equal(frame.Data, data) || frame.Link != link {
		t.Fatalf("%d bytes of link %d, the other reader has %d of %d", len(frame.Data), frame.Link, len(data), link)
	}
	return other
}
