package wiretap

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
)

// TestEveryPacketIsRecordedOnce sends datagrams over one of two links.
func TestEveryPacketIsRecordedOnce(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	n, err := network.New()
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, n.Close()) })

	const sent, size, snap = 1000, 900, 64
	var recording bytes.Buffer
	var tap *Wiretap
	require.NoError(t, n.Victim.Do(func() (err error) { tap, err = Start(network.Links(), snap, &recording); return err }))
	require.NoError(t, n.Victim.Do(func() error {
		c, err := net.Dial("udp", network.Outside.String()+":9")
		if err != nil {
			return err
		}
		for range sent {
			_, _ = c.Write(make([]byte, size)) // refused: nobody listens, and that is told in between
		}
		return c.Close()
	}))
	packets, err := tap.Stop()
	require.NoError(t, err)

	r, err := pcapgo.NewNgReader(&recording, pcapgo.DefaultNgReaderOptions)
	require.NoError(t, err)
	datagrams, all := 0, int64(0)
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		all++
		assert.False(t, info.Timestamp.IsZero())
		if info.Length == 14+20+8+size { // Ethernet, IP, UDP
			datagrams++
			assert.Equal(t, 0, info.InterfaceIndex)
			assert.Len(t, data, snap)
		}
	}
	assert.Equal(t, packets, all)
	assert.Positive(t, datagrams)
	assert.LessOrEqual(t, datagrams, sent)
	link, err := r.Interface(1)
	require.NoError(t, err)
	assert.Equal(t, "in0", link.Name)
}

func TestALinkThatIsNotThereIsNamed(t *testing.T) {
	_, err := Start([]string{"nosuchlink0"}, MaxSnap, io.Discard)
	assert.ErrorContains(t, err, "nosuchlink0")
}
