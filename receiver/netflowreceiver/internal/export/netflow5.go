package export

import (
	"encoding/binary"
	"net/netip"
)

const (
	header5 = 24 // bytes
	record5 = 48 // bytes
)

// netFlow5 reads Cisco's fixed format.
func (r *reading) netFlow5(b []byte) error {
	if len(b) < header5 {
		return ErrShort
	}
	be := binary.BigEndian
	count := int(be.Uint16(b[2:]))
	r.clock = clock{
		exported: int64(be.Uint32(b[8:]))*1e9 + int64(be.Uint32(b[12:])),
		uptime:   be.Uint32(b[4:]),
	}
	r.Sequence = be.Uint32(b[16:])
	r.Domain = uint32(be.Uint16(b[20:])) // engine type and id
	rate := uint64(be.Uint16(b[22:]) & 0x3fff)
	for b = b[header5:]; count > 0; count-- {
		if len(b) < record5 {
			return ErrShort
		}
		r.d.records = append(r.d.records, Record{
			Source:       netip.AddrFrom4([4]byte(b)),
			Destination:  netip.AddrFrom4([4]byte(b[4:])),
			Packets:      uint64(be.Uint32(b[16:])),
			Bytes:        uint64(be.Uint32(b[20:])),
			Start:        r.clock.since(be.Uint32(b[24:])),
			End:          r.clock.since(be.Uint32(b[28:])),
			SourcePort:   be.Uint16(b[32:]),
			TCPFlags:     uint16(b[37]),
			Protocol:     b[38],
			SamplingRate: rate,

			DestinationPort: be.Uint16(b[34:]),
		})
		b = b[record5:]
		r.counted++
	}
	return nil
}
