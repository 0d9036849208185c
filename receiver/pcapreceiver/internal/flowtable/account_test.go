package flowtable_test

import (
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/flowtable"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/packet"
)

func TestAConnectionFromEndToEnd(t *testing.T) {
	s := newScene()
	c, d := s.connection(victim, web)
	c.open()
	s.at(time.Second)
	c.stream(5000, 1000)
	d.stream(300, 300)
	c.close()
	assert.Empty(t, s.records, "its end waits for stragglers")
	s.at(3 * time.Second)
	s.Advance(begin.Add(s.now).UnixNano())
	require.Len(t, s.records, 1)
	r := s.records[0]
	assert.Equal(t, netip.MustParseAddr("10.77.0.2"), r.owner.Address)
	assert.Equal(t, victim, r.Source.String())
	assert.Equal(t, web, r.Destination.String())
	assert.Equal(t, "tcp", r.Transport)
	assert.Equal(t, flow.InitiatorSource, r.Initiator)
	assert.Equal(t, flow.EndOfFlow, r.EndReason)
	assert.EqualValues(t, 5000, r.Bytes)
	assert.EqualValues(t, 300, r.ReverseBytes)
	assert.EqualValues(t, 2+5+2, r.Packets)
	assert.Equal(t, begin.UnixNano(), r.Start)
	assert.Equal(t, begin.Add(time.Second).UnixNano(), r.End)
	assert.Zero(t, s.Open())
	assert.Zero(t, s.Counts.Missed)
}

// What was sent counts once, however it came.
func TestEveryByteCountsOnce(t *testing.T) {
	const size, segment = 200_000, 1000
	for _, begins := range []uint32{1000, 1<<32 - 50_000, 1<<31 - 10} {
		for seed := range uint64(10) {
			random := rand.New(rand.NewPCG(seed, 1))
			s := newScene()
			c, _ := s.connection(victim, web)
			c.seq = begins
			c.open()
			order := make([]uint32, 0, 2*size/segment)
			for at := uint32(0); at < size; at += segment {
				order = append(order, at)
				if random.IntN(3) == 0 {
					order = append(order, at) // again
				}
				if n := len(order); n > 3 && random.IntN(4) == 0 {
					order[n-1], order[n-3] = order[n-3], order[n-1] // overtaken
				}
			}
			for _, at := range order {
				extra := random.IntN(200) // and some overlap
				c.raw(c.seq+at, packet.ACK, make([]byte, min(segment+extra, size-int(at))), 0)
			}
			for _, next := range []uint32{0, size} { // keep-alives
				c.raw(c.seq+next-1, packet.ACK, nil, 0)
				c.raw(c.seq+next-1, packet.ACK, []byte{0}, 0)
			}
			s.Finish()
			sent, _ := s.total()
			assert.EqualValues(t, size, sent, "from %d, seed %d", begins, seed)
			assert.Zero(t, s.Counts.Missed)
		}
	}
}

// What the capture has missed was sent all the same, and is counted as missed.
func TestAGapCounts(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	c.open()
	c.stream(1000, 1000)
	c.seq += 50_000
	c.stream(1000, 1000)
	s.Finish()
	sent, _ := s.total()
	assert.EqualValues(t, 52_000, sent)
	assert.EqualValues(t, 50_000, s.Counts.Missed)
}

// Whatever numbers a sender invents, nothing that it sends is free.
func TestNothingIsHiddenInTheSequenceSpace(t *testing.T) {
	const real = 300_000
	for name, forge := range map[string]func(c *peer, i int){
		"none":              func(*peer, int) {},
		"a SYN ahead":       func(c *peer, _ int) { c.raw(c.seq+1<<29, packet.SYN, nil, 0) },
		"a SYN far ahead":   func(c *peer, _ int) { c.raw(c.seq+1<<31, packet.SYN, nil, 0) },
		"a jump":            func(c *peer, _ int) { c.raw(c.seq+1<<30+5, packet.ACK, []byte{1}, 0) },
		"a jump back":       func(c *peer, _ int) { c.raw(c.seq-1<<30-5, packet.ACK, []byte{1}, 0) },
		"a reset":           func(c *peer, _ int) { c.raw(c.seq+77, packet.RST, nil, 0) },
		"an end":            func(c *peer, _ int) { c.raw(c.seq, packet.FIN, nil, 0); c.seq++ },
		"half the circle":   func(c *peer, i int) { c.seq += uint32(i%2) << 31 },
		"the same number":   func(c *peer, i int) { c.seq = 2000 },
		"two numbers":       func(c *peer, i int) { c.seq = 2000 + uint32(i%2)*1_000_000 },
		"backwards":         func(c *peer, i int) { c.seq = 900_000 - uint32(i)*1000 },
		"numbers at random": func(c *peer, i int) { c.seq = uint32(i) * 2654435761 },
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene()
			c, _ := s.connection(victim, web)
			c.open()
			const pieces = 20_000
			for i := range pieces {
				forge(c, i)
				c.stream(real/pieces*1000, 1000)
			}
			s.Finish()
			sent, _ := s.total()
			assert.GreaterOrEqual(t, sent, int64(real/pieces*1000*pieces)*8/10)
		})
	}
}

func TestReportsByInterval(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	c.open()
	for i := range 30 {
		s.at(time.Duration(i) * time.Second)
		c.stream(1000, 1000)
	}
	s.Finish()
	require.Len(t, s.records, 3)
	for i, r := range s.records[:2] {
		assert.Equal(t, flow.EndActiveTimeout, r.EndReason)
		assert.EqualValues(t, 10_000, r.Bytes, i)
	}
	assert.Equal(t, flow.EndForced, s.records[2].EndReason)
}

// A large upload reports at 1 MiB and at every doubling, without waiting.
func TestReportsAtOnce(t *testing.T) {
	s := newScene()
	c, _ := s.connection(victim, web)
	c.open()
	c.stream(20<<20, 1<<16)
	var at []int64
	total := int64(0)
	for _, r := range s.records {
		total += r.Bytes
		at = append(at, total>>20)
	}
	assert.Equal(t, []int64{1, 2, 4, 8, 16}, at)
	assert.Equal(t, begin.UnixNano(), s.records[0].Time)
}

func TestIdleFlowsEnd(t *testing.T) {
	s := newScene()
	c, d := s.datagrams("10.77.0.2:5000", "203.0.113.10:6000")
	c.say("x")
	d.say("yy")
	e, _ := s.connection(victim, web)
	e.open()
	e.say("hello")
	s.at(2 * time.Minute)
	s.Advance(begin.Add(s.now).UnixNano())
	assert.Equal(t, 1, s.Open(), "a connection may be silent for longer")
	s.at(10 * time.Minute)
	s.Advance(begin.Add(s.now).UnixNano())
	assert.Zero(t, s.Open())
	require.Len(t, s.records, 2)
	assert.Equal(t, flow.EndIdleTimeout, s.records[0].EndReason)
	assert.EqualValues(t, 1, s.records[0].Bytes)
	assert.EqualValues(t, 2, s.records[0].ReverseBytes)
}

// Too many flows: the one that is silent for longest is told, and no byte is lost.
func TestMaxFlows(t *testing.T) {
	s := newScene(func(o *flowtable.Options) { o.MaxFlows = 10 })
	const flows = 500
	for i := range flows {
		s.at(time.Duration(i) * time.Millisecond)
		c, _ := s.datagrams(netip.AddrPortFrom(netip.MustParseAddr("10.77.0.2"), uint16(1000+i)).String(), "203.0.113.10:6000")
		c.say("12345")
		assert.LessOrEqual(t, s.Open(), 10)
	}
	s.Finish()
	sent, _ := s.total()
	assert.EqualValues(t, 5*flows, sent)
	assert.EqualValues(t, flows-10, s.Counts.Evicted)
	assert.Equal(t, flow.EndLackOfResources, s.records[0].EndReason)
}

func TestWhoIsTold(t *testing.T) {
	one := &workload.Workload{Resource: flow.Resource{Container: "one"}}
	s := newScene(func(o *flowtable.Options) {
		o.Lookup = func(addr netip.Addr, _ int64) (*workload.Workload, bool) {
			if addr == netip.MustParseAddr("10.77.0.9") {
				return one, true
			}
			return nil, netip.MustParsePrefix("10.77.0.0/16").Contains(addr)
		}
	})
	outside, inside := s.connection("203.0.113.10:40000", "10.77.0.9:80")
	outside.open()
	outside.stream(10, 10)
	inside.stream(2000, 1000)
	between, _ := s.connection("10.77.0.3:40000", "10.77.0.9:80")
	between.open()
	between.stream(77, 77)
	nobody, _ := s.connection("203.0.113.10:40000", "203.0.113.11:80")
	nobody.open()
	s.Finish()
	require.Len(t, s.records, 3)
	r := s.records[0]
	assert.Same(t, one, r.owner.Workload)
	assert.Equal(t, "10.77.0.9:80", r.Source.String())
	assert.EqualValues(t, 2000, r.Bytes)
	assert.EqualValues(t, 10, r.ReverseBytes)
	assert.Equal(t, flow.InitiatorDestination, r.Initiator)
	assert.Equal(t, "10.77.0.3:40000", s.records[1].Source.String(), "both ends are told")
	assert.EqualValues(t, 77, s.records[1].Bytes)
	assert.Equal(t, "10.77.0.9:80", s.records[2].Source.String())
	assert.EqualValues(t, 77, s.records[2].ReverseBytes)
	assert.EqualValues(t, 3, s.Counts.Unobserved)
}

// A mapping that comes after a connection is asked again; one that gives its address to
// another is not: the connection stays whose it is.
func TestWhoseAConnectionIs(t *testing.T) {
	one, two := &workload.Workload{}, &workload.Workload{}
	s := newScene(func(o *flowtable.Options) {
		o.Lookup = func(addr netip.Addr, at int64) (*workload.Workload, bool) {
			if addr != netip.MustParseAddr("10.77.0.2") {
				return nil, false
			}
			return []*workload.Workload{nil, one, nil, two}[(at-begin.UnixNano())/20e9], true
		}
	})
	c, _ := s.connection(victim, web)
	c.open()
	for i := range 4 {
		s.at(time.Duration(20*i) * time.Second)
		c.stream(1000, 1000)
	}
	s.Finish()
	require.Len(t, s.records, 4)
	for i, w := range []*workload.Workload{nil, one, one, one} {
		assert.Same(t, w, s.records[i].owner.Workload, i)
	}
}

// A port is used again at once.
func TestReusedPorts(t *testing.T) {
	s := newScene()
	for i := range 100 {
		c, _ := s.connection(victim, web)
		c.seq = uint32(i) * 7777
		c.open()
		c.stream(100, 100)
		if i%2 == 0 {
			c.close()
		}
	}
	s.Finish()
	sent, _ := s.total()
	assert.EqualValues(t, 100*100, sent)
	assert.Len(t, s.records, 100)
}

func TestTheSameTwice(t *testing.T) {
	play := func() []told {
		s := newScene(func(o *flowtable.Options) { o.MaxFlows = 50 })
		random := rand.New(rand.NewPCG(3, 3))
		for i := range 20_000 {
			s.at(time.Duration(i) * 5 * time.Millisecond)
			c, _ := s.connection(netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 77, 0, byte(random.IntN(9))}), uint16(random.IntN(20))).String(), web)
			c.raw(uint32(random.Uint64()), uint8(random.IntN(32)), make([]byte, random.IntN(1500)), 0)
		}
		s.Finish()
		return s.records
	}
	first, second := play(), play()
	assert.Equal(t, first, second)
}
