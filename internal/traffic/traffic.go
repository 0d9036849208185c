// Package traffic writes captures of invented, mixed traffic: what benchmarks and
// comparisons with other tools read. The same seed gives the same, but for the
// random bytes of TLS handshakes.
package traffic

import (
	"io"
	"math/rand/v2"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
)

// mostAtOnce is how many sessions go on at the same time, in a long capture.
const mostAtOnce = 2000

// Write writes a pcap of at least that many packets: whole sessions of HTTPS, HTTP,
// DNS, mail, plain UDP and bulk uploads over TLS, between containers in 10.77.0.0/16
// and servers in 198.18.0.0/15 (RFC 2544). It says how many it wrote.
func Write(w io.Writer, packets int, seed uint64) (written int, err error) {
	out := pcapgo.NewWriterNanos(w)
	if err := out.WriteFileHeader(1<<16, layers.LinkTypeEthernet); err != nil {
		return 0, err
	}
	m := &mix{out: out, random: rand.New(rand.NewPCG(seed, 0)), now: time.Unix(1_700_000_000, 0),
		hellos: map[string][]byte{}, buffer: gopacket.NewSerializeBuffer()}
	var open []*session
	atOnce := min(mostAtOnce, 1+packets/100)
	for m.written < packets || len(open) > 0 {
		for m.written < packets && len(open) < atOnce {
			open = append(open, m.session())
		}
		i := m.random.IntN(len(open))
		if err := m.write(open[i].next(m.buffer)); err != nil {
			return m.written, err
		}
		if open[i].done() {
			open[i] = open[len(open)-1]
			open = open[:len(open)-1]
		}
	}
	return m.written, nil
}

// mix is the state of one Write.
type mix struct {
	out     *pcapgo.Writer
	random  *rand.Rand
	now     time.Time
	written int
	serial  uint32
	hellos  map[string][]byte
	buffer  gopacket.SerializeBuffer
}

// write puts a frame behind the ones before, 20 µs later.
func (m *mix) write(data []byte) error {
	m.now = m.now.Add(20 * time.Microsecond)
	m.written++
	return m.out.WritePacket(gopacket.CaptureInfo{Timestamp: m.now, CaptureLength: len(data), Length: len(data)}, data)
}
