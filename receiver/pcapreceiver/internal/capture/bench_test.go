package capture

import (
	"bytes"
	"io"
	"testing"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/require"
)

const benchPackets = 1_000_000

// benchCaptures are a million frames of 60 to 187 bytes, in each format.
func benchCaptures(b *testing.B) map[string][]byte {
	var old, ng bytes.Buffer
	w := pcapgo.NewWriter(&old)
	require.NoError(b, w.WriteFileHeader(65535, layers.LinkTypeEthernet))
	n, err := pcapgo.NewNgWriter(&ng, layers.LinkTypeEthernet)
	require.NoError(b, err)
	data := make([]byte, 256)
	for i := range benchPackets {
		size := 60 + i%128
		at := gopacket.CaptureInfo{Timestamp: time.Unix(epoch, int64(i)*1000), CaptureLength: size, Length: size}
		require.NoError(b, w.WritePacket(at, data[:size]))
		require.NoError(b, n.WritePacket(at, data[:size]))
	}
	require.NoError(b, n.Flush())
	return map[string][]byte{
		"pcap": old.Bytes(), "pcapng": ng.Bytes(),
		"pcap.gz": gzipped(old.Bytes()), "pcap.zst": zstandard(old.Bytes()),
	}
}

func BenchmarkRead(b *testing.B) {
	captures := benchCaptures(b)
	buffer := make([]byte, windowSize)
	for _, name := range []string{"pcap", "pcapng", "pcap.gz", "pcap.zst"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				in, err := newInput(name, bytes.NewReader(captures[name]), buffer, 0)
				require.NoError(b, err)
				var f Frame
				for err = in.next(&f); err == nil; {
					err = in.next(&f)
				}
				require.Equal(b, io.EOF, err)
				require.Equal(b, benchPackets, in.packets)
				require.NoError(b, in.close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchPackets, "ns/packet")
		})
	}
	b.Run("file", func(b *testing.B) {
		path := file(b, captures["pcap"])
		b.ReportAllocs()
		for range b.N {
			s, err := Open(Options{Path: path})
			require.NoError(b, err)
			var f Frame
			for err = s.Next(&f); err == nil; {
				err = s.Next(&f)
			}
			require.Equal(b, io.EOF, err)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchPackets, "ns/packet")
	})
}
