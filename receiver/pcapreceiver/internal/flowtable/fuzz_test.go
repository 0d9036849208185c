package flowtable_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/flowtable"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

// FuzzTable plays a script: each packet is a step of eight bytes and its payload. Records
// add up, no flow is left, and a replay tells the same.
func FuzzTable(f *testing.F) {
	f.Add([]byte("\x00\x02\x00\x00\x00\x00\x00\x00" + "\x01\x12\x00\x00\x00\x00\x00\x00" + "\x00\x18\x00\x00\x00\x01\x00\x40" + put))
	f.Add([]byte("\x04\x00\x00\x00\x00\x00\x00\x0e\x00\x02loot\x00octet\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, script []byte) {
		first, second := play(script), play(script)
		assert.Equal(t, first.records, second.records)
		assert.Zero(t, first.Open())
		for _, r := range first.records {
			assert.GreaterOrEqual(t, r.Bytes, int64(0))
			assert.GreaterOrEqual(t, r.ReverseBytes, int64(0))
			assert.LessOrEqual(t, r.Start, r.End)
			assert.LessOrEqual(t, len(r.FTPCommands), 16)
		}
	})
}

func play(script []byte) *scene {
	s := newScene(func(o *flowtable.Options) { o.MaxFlows = 5 })
	clients := []string{"10.77.0.2:40000", "10.77.0.3:40000", "203.0.113.10:20"}
	servers := []string{"203.0.113.10:80", "203.0.113.10:21", "203.0.113.10:53", "10.77.0.9:25"}
	for len(script) >= 8 {
		step := script[:8]
		script = script[8:]
		c, d := s.connection(clients[int(step[0]>>1)%len(clients)], servers[int(step[2])%len(servers)])
		if step[0]&1 != 0 {
			c = d
		}
		switch step[0] >> 6 {
		case 1:
			c.protocol = packet.UDP
		case 2:
			c.protocol = packet.ICMP
		}
		s.at(s.now + time.Duration(step[3])*100*time.Millisecond)
		n := min(int(step[7]), len(script))
		seq := uint32(step[4])<<24 | uint32(step[5])<<8 | uint32(step[6])
		c.raw(seq, step[1], script[:n], n+int(step[2]>>4))
		script = script[n:]
	}
	s.Finish()
	return s
}
