// Package export decodes the datagrams of flow exporters: NetFlow v5 and v9 (RFC
// 3954) and IPFIX (RFC 7011), with IPFIX's two-way flows (RFC 5103).
//
// A datagram is anybody's: it allocates by its own length, never by a number in
// it, and what is remembered of exporters is bounded.
package export

import (
	"encoding/binary"
	"errors"
	"net/netip"
)

// Version is the first number of a datagram.
type Version uint16

// The versions that are read.
const (
	NetFlow5 Version = 5
	NetFlow9 Version = 9
	IPFIX    Version = 10
)

// Record is what moved in one direction, as the exporter counts it: in bytes of
// the IP layer, of which one in SamplingRate was counted.
type Record struct {
	Source, Destination         netip.Addr
	SourcePort, DestinationPort uint16
	Protocol                    uint8
	TCPFlags                    uint16
	Bytes, Packets              uint64
	// Start and End are the first and the last packet, ns since the epoch; zero
	// where the exporter does not say.
	Start, End   int64
	SamplingRate uint64 // zero where the exporter does not say
}

// Message is one datagram.
type Message struct {
	Version  Version
	Sequence uint32 // of flows (v5, IPFIX) or of datagrams (v9)
	Domain   uint32 // observation domain, of which an exporter may have several
	Records  []Record
	// Waiting is how many sets of records came before their template, and are lost.
	Waiting int
	// Missing is how many of what Sequence counts did not arrive before this.
	Missing int64
}

// Errors of a datagram. What was read before is in the message.
var (
	ErrVersion = errors.New("neither NetFlow v5 nor v9 nor IPFIX")
	ErrShort   = errors.New("a length in it goes beyond its end")
)

// Decoder remembers exporters' templates. It is not safe for concurrent use.
type Decoder struct {
	memory  memory
	records []Record
}

// NewDecoder returns a decoder that knows no exporter.
func NewDecoder() *Decoder { return &Decoder{memory: newMemory()} }

// Decode reads a datagram that came from there, at that time, ns since the
// epoch. The message's records are the decoder's until the next call.
func (d *Decoder) Decode(from netip.AddrPort, now int64, datagram []byte) (Message, error) {
	if len(datagram) < 4 {
		return Message{}, ErrVersion
	}
	d.records = d.records[:0]
	d.memory.tick(now)
	r := reading{d: d, from: from}
	var err error
	switch r.Version = Version(binary.BigEndian.Uint16(datagram)); r.Version {
	case NetFlow5:
		err = r.netFlow5(datagram)
	case NetFlow9:
		err = r.netFlow9(datagram)
	case IPFIX:
		err = r.ipfix(datagram)
	default:
		return Message{}, ErrVersion
	}
	r.Records = d.records
	if err == nil {
		r.Missing = d.memory.follow(r.key(0), r.Sequence, r.counted)
	}
	return r.Message, err
}

// Templates is how many are remembered, and how many gave way to others since the
// last time.
func (d *Decoder) Templates() (held int, evicted int64) { return d.memory.stats() }

// reading is one datagram being read.
type reading struct {
	Message
	d     *Decoder
	from  netip.AddrPort
	clock clock
	// counted is by how much the sequence goes on after this datagram.
	counted uint32
}

// clock is how a datagram's times are to be read.
type clock struct {
	exported int64  // when it was sent, ns since the epoch
	uptime   uint32 // of the exporter then, ms; v5 and v9
}

// since is the time at an uptime of so many milliseconds, a number that begins
// anew after 49.7 days.
func (c clock) since(uptime uint32) int64 {
	return c.exported - int64(int32(c.uptime-uptime))*1e6
}
