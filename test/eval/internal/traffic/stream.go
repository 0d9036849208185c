package traffic

import (
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/test/eval/internal/corpus"
)

// stream is one flow of one container: connections that begin when arrivals
// says, and those that are going on.
type stream struct {
	flow    *corpus.Flow
	who     *Instance
	replica *Replica
	attack  bool
	number  int // of all streams
	due     time.Duration

	arrivals *arrivals
	dice     *rand.Rand
	live     []*conn // by due
	spare    []*conn // to use again
	port     uint16
	pid      int64

	to, names []*template
	path      *template
	served    uint64        // seed of a server's clients
	long      conn          // the connection of a Stream
	told      time.Duration // when it last reported
}

// newStream makes what a flow does in a container during life.
func newStream(i *Instance, r *Replica, f *corpus.Flow, life corpus.Span, attack bool) (*stream, error) {
	words := []string{"stream", i.draw, i.Key(), f.Name, fmt.Sprint(r.number, attack)}
	s := &stream{flow: f, who: i, replica: r, attack: attack, dice: newDice(words...), pid: int64(seed(words[:4]...)%60000) + 300}
	s.port = uint16(32768 + s.dice.IntN(20000))
	s.served = seed("clients", i.Key(), f.Name)
	p := pace{life: life, rate: i.rate, intensity: 1}
	switch {
	case attack:
		p = pace{life: life, rate: 1, intensity: i.Intensity, prompt: true}
	case f.Shape == corpus.Stream:
		p.rate = 1 // its reports come all the same; what they tell varies
	}
	s.arrivals = newArrivals(&f.Times, s.dice, p)
	var err error
	if s.to, err = compileAll(f.To, i.Copy); err != nil {
		return nil, err
	}
	if s.names, err = compileAll(f.Names, i.Copy); err != nil {
		return nil, err
	}
	if s.path, err = compile(f.Path, i.Copy, 0); err != nil {
		return nil, err
	}
	s.settle()
	return s, nil
}

func compileAll(texts []string, copyNumber int) ([]*template, error) {
	var all []*template
	for n, text := range texts {
		t, err := compile(text, copyNumber, seed(text)+uint64(n))
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

// settle notes when the stream next has something to do.
func (s *stream) settle() {
	s.due = s.arrivals.next
	if len(s.live) > 0 {
		s.due = min(s.due, s.live[0].due)
	}
}

// act does what is due; it says whether r now is a record.
func (s *stream) act(r *flow.Record) bool {
	if len(s.live) > 0 && s.live[0].due <= s.arrivals.next {
		s.advance(r)
		s.settle()
		return true
	}
	at := s.arrivals.next
	s.arrivals.step()
	told := false
	if s.flow.Shape == corpus.Stream {
		s.reportStream(at, r)
		told = true
	} else {
		s.open(at)
	}
	s.settle()
	return told
}

// advance reports the connection that is due, and puts it back until it ends.
func (s *stream) advance(r *flow.Record) {
	c := s.live[0]
	s.live = s.live[1:]
	c.tell(s, r)
	if c.due == never {
		s.spare = append(s.spare, c)
		return
	}
	s.insert(c)
}

func (s *stream) insert(c *conn) {
	s.live = append(s.live, c)
	for i := len(s.live) - 1; i > 0 && s.live[i].due < s.live[i-1].due; i-- {
		s.live[i], s.live[i-1] = s.live[i-1], s.live[i]
	}
}

// fresh is an empty connection.
func (s *stream) fresh() *conn {
	if n := len(s.spare); n > 0 {
		c := s.spare[n-1]
		s.spare = s.spare[:n-1]
		*c = conn{}
		return c
	}
	return &conn{}
}

// bytes draws a size at a time.
func (s *stream) bytes(a corpus.Amount, at time.Duration) int64 {
	factor := s.who.size
	switch {
	case s.attack:
		factor = 1
	case s.flow.Shape == corpus.Stream:
		factor *= s.who.rate * s.arrivals.level(at)
	}
	if a.Scaled {
		factor *= s.who.Intensity
	}
	if s.flow.Growth > 0 {
		factor *= math.Pow(1+s.flow.Growth, float64(at)/float64(corpus.Day))
	}
	return int64(a.Draw(s.dice, factor))
}

// exchange draws what a connection, or a report, sends and receives.
func (s *stream) exchange(at time.Duration) (sent, received int64) {
	burst := s.burst()
	sent = int64(float64(s.bytes(s.flow.Send, at)) * burst)
	if s.flow.Receive.Relative {
		return sent, int64(s.flow.Receive.Draw(s.dice, float64(sent)))
	}
	return sent, int64(float64(s.bytes(s.flow.Receive, at)) * burst)
}

// burst is a factor of this connection's size.
func (s *stream) burst() float64 {
	if s.flow.BurstShare > 0 && s.dice.Float64() < s.flow.BurstShare {
		return s.flow.BurstFactor
	}
	return 1
}

// peer draws the other end, and the name it is known by.
func (s *stream) peer() (netip.AddrPort, string) {
	f := s.flow
	if f.Shape == corpus.Serve {
		// Some clients come far more often than others.
		u := s.dice.Float64()
		return netip.AddrPortFrom(client(s.served, int(u*u*float64(f.Peers))), uint16(1024+s.dice.IntN(60000))), ""
	}
	name := s.to[s.dice.IntN(len(s.to))].draw(s.dice)
	addr, err := netip.ParseAddr(name)
	switch {
	case err == nil && f.Net.IsValid():
		addr = within(f.Net, s.dice.IntN(f.Addresses))
		name = ""
	case err == nil:
		name = ""
	case f.Net.IsValid():
		addr = within(f.Net, s.dice.IntN(f.Addresses))
	default:
		addr = hostOf(name, s.dice.IntN(f.Addresses))
	}
	if f.Nameless {
		name = ""
	}
	if s.attack {
		s.who.Targets.met(addr)
	}
	return netip.AddrPortFrom(addr, f.Port), name
}

// local is the container's own end of the next connection.
func (s *stream) local() netip.AddrPort {
	switch {
	case s.flow.Shape == corpus.Serve:
		return netip.AddrPortFrom(s.replica.Address, s.flow.Port)
	case s.flow.Transport == "icmp":
		return netip.AddrPortFrom(s.replica.Address, 0)
	}
	s.port++
	if s.port < 32768 {
		s.port = 32768
	}
	return netip.AddrPortFrom(s.replica.Address, s.port)
}
