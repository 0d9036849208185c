package sink

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTFTPTakesBlocksOfTheSizeAskedFor(t *testing.T) {
	for request, size := range map[string]int{
		"loot\x00octet\x00":                    0,
		"loot\x00octet\x00blksize\x001024\x00": 1024,
		"loot\x00octet\x00BLKSIZE\x004\x00":    0,
		"loot\x00octet\x00blksize":             0,
		"":                                     0,
	} {
		assert.Equal(t, size, blockSize([]byte(request)), "%q", request)
	}
}

// TestTFTPCountsEachBlockOnce sends a block twice, as a client does whose
// acknowledgement was lost.
func TestTFTPCountsEachBlockOnce(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	client, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	var c Counter
	done := make(chan error, 1)
	go func() { done <- TFTP{Counter: &c}.take(server, client.LocalAddr(), 8) }()
	answer := make([]byte, 64)
	hears := func(want string) {
		t.Helper()
		n, _, err := client.ReadFrom(answer)
		require.NoError(t, err)
		assert.Equal(t, want, string(answer[:n]))
	}
	hears("\x00\x06blksize\x008\x00")
	for _, block := range []string{"\x00\x03\x00\x01whole...", "\x00\x03\x00\x01whole...", "\x00\x03\x00\x02last"} {
		_, err := client.WriteTo([]byte(block), server.LocalAddr())
		require.NoError(t, err)
		hears("\x00\x04" + block[2:4])
	}
	require.NoError(t, <-done)
	assert.EqualValues(t, 12, c.Bytes())
	require.NoError(t, server.Close())
	require.NoError(t, client.Close())
}
