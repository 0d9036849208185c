package traffic_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"github.com/gopacket/gopacket/pcapgo"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/traffic"
)

func TestWrite(t *testing.T) {
	var b bytes.Buffer
	_, err := traffic.Write(&b, 5000, 1)
	require.NoError(t, err)
	r, err := pcapgo.NewReader(&b)
	require.NoError(t, err)
	n, last := 0, int64(0)
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		if info.Timestamp.UnixNano() <= last || len(data) != info.Length {
			t.Fatalf("packet %d: %v", n, info)
		}
		last = info.Timestamp.UnixNano()
		n++
	}
	assert.GreaterOrEqual(t, n, 5000)
}
