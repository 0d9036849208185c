package export

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/exporter"
)

// datagrams are what softflowd sends of an upload.
func datagrams(t testing.TB, u exporter.Upload, version int, options ...string) (all [][]byte, sent, got exporter.Counted) {
	if _, err := exec.LookPath(exporter.Softflowd); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	capture := filepath.Join(t.TempDir(), "upload.pcap")
	sent, got, err := exporter.WriteCapture(capture, u)
	require.NoError(t, err)
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, exporter.Export(context.Background(), capture, version, conn.LocalAddr().(*net.UDPAddr).AddrPort(), options...))
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(100*time.Millisecond))) // all is in the socket's buffer
	for buffer := make([]byte, 1<<16); ; {
		n, err := conn.Read(buffer)
		if err != nil {
			require.NotEmpty(t, all)
			return all, sent, got
		}
		all = append(all, append([]byte(nil), buffer[:n]...))
	}
}

var (
	upload4 = exporter.Upload{Client: netip.MustParseAddrPort("10.0.3.7:41234"), Server: netip.MustParseAddrPort("203.0.113.9:443"),
		Bytes: 5 << 20, Start: time.Date(2026, 2, 24, 8, 43, 39, 0, time.UTC), Lasts: 40 * time.Second}
	upload6 = exporter.Upload{Client: netip.MustParseAddrPort("[2001:db8::7]:41234"), Server: netip.MustParseAddrPort("[2001:db8:9::9]:443"),
		Bytes: 1 << 20, Start: upload4.Start, Lasts: 40 * time.Second}
)

// What a real exporter says of known packets is what they were, to the byte.
func TestSoftflowd(t *testing.T) {
	for _, c := range []struct {
		version int
		upload  exporter.Upload
		options []string
	}{
		{5, upload4, nil}, {9, upload4, nil}, {10, upload4, nil}, {10, upload4, []string{"-b"}},
		{10, upload4, []string{"-A", "sec"}}, {10, upload4, []string{"-A", "milli"}}, {10, upload4, []string{"-A", "micro"}},
		{10, upload4, []string{"-A", "nano"}}, {9, upload6, []string{"-6"}}, {10, upload6, []string{"-6"}},
	} {
		t.Run(fmt.Sprint(c.version, c.options), func(t *testing.T) {
			all, sent, got := datagrams(t, c.upload, c.version, append(c.options, "-a")...)
			d := NewDecoder()
			var records []Record
			for _, datagram := range all {
				m, err := d.Decode(netip.MustParseAddrPort("192.0.2.1:4711"), time.Now().UnixNano(), datagram)
				require.NoError(t, err)
				assert.Equal(t, Version(c.version), m.Version)
				assert.Zero(t, m.Waiting)
				records = append(records, m.Records...)
			}
			require.Len(t, records, 2)
			forth, back := records[0], records[1]
			if forth.Source != c.upload.Client.Addr() {
				forth, back = back, forth
			}
			assert.Equal(t, c.upload.Client, netip.AddrPortFrom(forth.Source, forth.SourcePort))
			assert.Equal(t, c.upload.Server, netip.AddrPortFrom(forth.Destination, forth.DestinationPort))
			assert.Equal(t, c.upload.Server, netip.AddrPortFrom(back.Source, back.SourcePort))
			assert.Equal(t, uint8(6), forth.Protocol)
			assert.Equal(t, sent.String(), fmt.Sprintf("%d bytes in %d packets", forth.Bytes, forth.Packets))
			assert.Equal(t, got.String(), fmt.Sprintf("%d bytes in %d packets", back.Bytes, back.Packets))
			assert.WithinDuration(t, c.upload.Start, time.Unix(0, forth.Start), time.Second)
			assert.WithinDuration(t, c.upload.Start.Add(c.upload.Lasts), time.Unix(0, forth.End), time.Second)
		})
	}
}
