package tracker_test

import (
	"crypto/tls"
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// clientHello is what a real TLS client says first.
func clientHello(t testing.TB, server string) string {
	near, far := net.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = tls.Client(near, &tls.Config{ServerName: server}).Handshake() // it gets no answer
	}()
	buffer := make([]byte, 8192)
	n, err := far.Read(buffer)
	require.NoError(t, err)
	require.NoError(t, far.Close())
	<-done
	require.NoError(t, near.Close())
	return string(buffer[:n])
}

func TestTLS(t *testing.T) {
	web := socket(1, "203.0.113.10:8443")
	hello := clientHello(t, "up.example")
	for name, samples := range map[string][]event.Event{
		"at once":      {says(web, hello)},
		"in two parts": {says(web, hello[:200]), says(web, hello[200:])},
	} {
		t.Run(name, func(t *testing.T) {
			records := newScene(t).run(t, append(samples, moved(web, 10), ended(web, 1))...)
			require.Len(t, records, 2)
			for _, r := range records {
				assert.Equal(t, "tls", r.Protocol)
				assert.Equal(t, "up.example", r.Server)
				assert.Equal(t, "1.3", r.TLS.Version)
				assert.Regexp(t, `^t13d[0-9]{4}.._[0-9a-f]{12}_[0-9a-f]{12}$`, r.TLS.JA4)
				assert.Zero(t, r.Entropy)
			}
		})
	}
}

// A record that claims to go on, and does not, keeps nothing else from being
// told; nor does a length that no hello has.
func TestHelloThatNeverEnds(t *testing.T) {
	web := socket(1, "203.0.113.10:443")
	for _, start := range []string{"\x16\x03\x01\x1f\xfb\x01", "\x16\x03\x01\xff\xff\x01", "\x16\x03"} {
		records := newScene(t).run(t, says(web, start), says(web, "x"), says(web, "y"), ended(web, 1))
		require.Len(t, records, 1)
		assert.Equal(t, flow.HTTP{}, records[0].HTTP)
	}
}

func TestEntropyOfTheUnknown(t *testing.T) {
	raw := socket(1, "203.0.113.10:4444")
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i) ^ 0x55
	}
	records := newScene(t).run(t, says(raw, string(all)), hears(raw, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), ended(raw, 1))
	require.Len(t, records, 1)
	assert.Empty(t, records[0].Protocol)
	assert.InDelta(t, 8, records[0].Entropy, 0.01)
}

// A protocol that is told later takes the entropy away: it describes bytes that
// were not understood.
func TestEntropyOfTheKnown(t *testing.T) {
	mail := socket(1, "203.0.113.10:22")
	records := newScene(t).run(t, says(mail, "\x01\x02\x03\x04\x05\x06\x07\x08"), hears(mail, "SSH-2.0-OpenSSH_9.6\r\n"), ended(mail, 1))
	require.Len(t, records, 1)
	assert.Equal(t, "ssh", records[0].Protocol)
	assert.Zero(t, records[0].Entropy)
}
