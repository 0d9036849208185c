package reference

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
)

// Information elements that are compared (RFC 7012; NetFlow 9's field types
// have the same numbers, RFC 3954 §8).
const (
	octetDeltaCount          = 1
	packetDeltaCount         = 2
	protocolIdentifier       = 4
	sourceTransportPort      = 7
	sourceIPv4Address        = 8
	destinationTransportPort = 11
	destinationIPv4Address   = 12
	sourceIPv6Address        = 27
	destinationIPv6Address   = 28
)

var errShort = errors.New("an export packet ends early")

// field is one of a template.
type field struct{ id, length uint16 }

// exportReader reads NetFlow 5 and 9 and IPFIX (RFC 3954, RFC 7011), as far as
// softflowd speaks them.
type exportReader struct {
	table     Table
	templates map[uint16][]field
}

func (r *exportReader) packet(b []byte) error {
	if len(b) < 2 {
		return errShort
	}
	switch version := binary.BigEndian.Uint16(b); version {
	case 5:
		return r.fixed(b)
	case 9:
		return r.sets(b, 20, 0)
	case 10:
		return r.sets(b, 16, 2)
	default:
		return fmt.Errorf("export version %d", version)
	}
}

// fixed reads NetFlow 5: a header of 24 bytes, records of 48.
func (r *exportReader) fixed(b []byte) error {
	const header, record = 24, 48
	if len(b) < header || (len(b)-header)%record != 0 {
		return errShort
	}
	for b = b[header:]; len(b) > 0; b = b[record:] {
		from, _ := netip.AddrFromSlice(b[0:4])
		to, _ := netip.AddrFromSlice(b[4:8])
		r.add(b[38], netip.AddrPortFrom(from, binary.BigEndian.Uint16(b[32:])),
			netip.AddrPortFrom(to, binary.BigEndian.Uint16(b[34:])),
			Counts{Packets: int64(binary.BigEndian.Uint32(b[16:])), Frames: int64(binary.BigEndian.Uint32(b[20:]))})
	}
	return nil
}

// sets reads a header of the given length and the sets after it, of which
// those with the given id hold templates.
func (r *exportReader) sets(b []byte, header int, template uint16) error {
	if len(b) < header {
		return errShort
	}
	for b = b[header:]; len(b) >= 4; {
		id, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if length < 4 || length > len(b) {
			return errShort
		}
		body := b[4:length]
		b = b[length:]
		switch {
		case id == template:
			if err := r.learn(body); err != nil {
				return err
			}
		case id >= 256 && r.templates[id] != nil:
			r.data(body, r.templates[id])
		}
	}
	return nil
}

// learn takes the templates of a set.
func (r *exportReader) learn(b []byte) error {
	for len(b) >= 4 {
		id, count := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		var fields []field
		for range count {
			if len(b) < 4 {
				return errShort
			}
			f := field{binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])}
			b = b[4:]
			if f.id&0x8000 != 0 { // an enterprise's own: its number follows
				if len(b) < 4 {
					return errShort
				}
				b = b[4:]
			}
			fields = append(fields, f)
		}
		r.templates[id] = fields
	}
	return nil
}

// data takes the records of a set; less than a record is padding.
func (r *exportReader) data(b []byte, template []field) {
	size := 0
	for _, f := range template {
		size += int(f.length)
	}
	for size > 0 && len(b) >= size {
		var protocol uint8
		var ports [2]uint16
		var addrs [2]netip.Addr
		var c Counts
		for _, f := range template {
			value := b[:f.length]
			b = b[f.length:]
			switch f.id {
			case octetDeltaCount:
				c.Frames = number(value)
			case packetDeltaCount:
				c.Packets = number(value)
			case protocolIdentifier:
				protocol = uint8(number(value))
			case sourceTransportPort:
				ports[0] = uint16(number(value))
			case destinationTransportPort:
				ports[1] = uint16(number(value))
			case sourceIPv4Address, sourceIPv6Address:
				addrs[0], _ = netip.AddrFromSlice(value)
			case destinationIPv4Address, destinationIPv6Address:
				addrs[1], _ = netip.AddrFromSlice(value)
			}
		}
		r.add(protocol, netip.AddrPortFrom(addrs[0], ports[0]), netip.AddrPortFrom(addrs[1], ports[1]), c)
	}
}

func number(b []byte) (n int64) {
	for _, c := range b {
		n = n<<8 | int64(c)
	}
	return n
}

// add counts one direction of a flow. What is neither TCP nor UDP is passed over.
func (r *exportReader) add(protocol uint8, from, to netip.AddrPort, c Counts) {
	transport := map[uint8]string{6: "tcp", 17: "udp"}[protocol]
	if transport == "" || !from.Addr().IsValid() || !to.Addr().IsValid() {
		return
	}
	f, way := r.table.At(transport, from, to)
	if f.Counts[way].Packets == 0 {
		f.Told = max(f.Told, 1)
	} else {
		f.Told++
	}
	f.Counts[way].Packets += c.Packets
	f.Counts[way].Frames += c.Frames
}
