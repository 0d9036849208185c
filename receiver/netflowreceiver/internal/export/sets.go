package export

import "encoding/binary"

const (
	header9  = 20 // bytes
	header10 = 16 // bytes

	// Set ids: templates, options templates, and from 256 on data by template.
	templates9, options9   = 0, 1
	templates10, options10 = 2, 3
	firstData              = 256
)

func (r *reading) netFlow9(b []byte) error {
	if len(b) < header9 {
		return ErrShort
	}
	be := binary.BigEndian
	r.clock = clock{exported: int64(be.Uint32(b[8:])) * 1e9, uptime: be.Uint32(b[4:])}
	r.Sequence, r.Domain = be.Uint32(b[12:]), be.Uint32(b[16:])
	r.counted = 1
	return r.sets(b[header9:])
}

func (r *reading) ipfix(b []byte) error {
	be := binary.BigEndian
	if len(b) < header10 || int(be.Uint16(b[2:])) > len(b) || be.Uint16(b[2:]) < header10 {
		return ErrShort
	}
	b = b[:be.Uint16(b[2:])]
	r.clock = clock{exported: int64(be.Uint32(b[4:])) * 1e9}
	r.Sequence, r.Domain = be.Uint32(b[8:]), be.Uint32(b[12:])
	return r.sets(b[header10:])
}

// sets reads what follows the header. A length that is wrong ends it: where the
// next set begins is then unknown.
func (r *reading) sets(b []byte) error {
	for len(b) >= 4 {
		id, length := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		if length < 4 || length > len(b) {
			return ErrShort
		}
		if err := r.set(id, b[4:length]); err != nil {
			return err
		}
		b = b[length:]
	}
	return nil
}

func (r *reading) set(id uint16, b []byte) error {
	switch {
	case id >= firstData:
		return r.data(id, b)
	case r.Version == NetFlow9 && id == templates9, r.Version == IPFIX && id == templates10:
		return r.templates(b, false)
	case r.Version == NetFlow9 && id == options9, r.Version == IPFIX && id == options10:
		return r.templates(b, true)
	}
	return nil // reserved
}

// data reads records by their template. What is left over is padding.
func (r *reading) data(id uint16, b []byte) error {
	t := r.d.memory.template(r.key(id))
	if t == nil {
		r.Waiting++
		return nil
	}
	for len(b) >= t.least {
		rest, err := r.record(t, b)
		if err != nil {
			return err
		}
		if b = rest; r.Version == IPFIX {
			r.counted++
		}
	}
	return nil
}

func (r *reading) key(id uint16) templateKey {
	return templateKey{from: r.from, domain: r.Domain, version: r.Version, id: id}
}
