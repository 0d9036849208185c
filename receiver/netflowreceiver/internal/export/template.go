package export

import "encoding/binary"

const (
	// maxFields bounds a template; real ones have some thirty.
	maxFields = 128
	// variable is the length of a field that says in each record how long it is
	// (RFC 7011 §7).
	variable = 0xffff
	// reverseEnterprise says that a field is of the other direction (RFC 5103 §6.1).
	reverseEnterprise = 29305
)

// template is the form of a record.
type template struct {
	fields  []field
	least   int  // bytes of the shortest record, at least 1
	options bool // its records tell of the exporter and not of flows
}

// field is one information element of IANA's registry.
type field struct {
	id      element
	length  uint16 // bytes, or variable
	reverse bool
}

// element is an information element's number; unknown stands for other
// enterprises' own.
type element uint16

const unknown element = 0

// templates reads a set of them. In an options template the scope comes first,
// and is read as any other field.
func (r *reading) templates(b []byte, options bool) error {
	for len(b) >= 4 {
		id, count := binary.BigEndian.Uint16(b), int(binary.BigEndian.Uint16(b[2:]))
		b = b[4:]
		if id < firstData { // v9's padding
			return nil
		}
		if count == 0 && r.Version == IPFIX { // a withdrawal (RFC 7011 §8.1)
			r.d.memory.forget(r.key(id))
			continue
		}
		if options {
			var ok bool
			if count, b, ok = r.optionFields(count, b); !ok {
				return ErrShort
			}
		}
		t, rest, err := r.template(count, b)
		if err != nil {
			return err
		}
		t.options = options
		b = rest
		r.d.memory.learn(r.key(id), t)
	}
	return nil
}

// optionFields is how many fields an options template has: v9 says how many
// bytes scope and options take, IPFIX how many fields there are before it says
// how many of them are the scope's.
func (r *reading) optionFields(count int, b []byte) (int, []byte, bool) {
	if len(b) < 2 {
		return 0, nil, false
	}
	if r.Version == NetFlow9 {
		count = (count + int(binary.BigEndian.Uint16(b))) / 4
	}
	return count, b[2:], true
}

func (r *reading) template(count int, b []byte) (t *template, rest []byte, err error) {
	if count > maxFields || count*4 > len(b) {
		return nil, nil, ErrShort
	}
	t = &template{fields: make([]field, 0, count)}
	for range count {
		if len(b) < 4 {
			return nil, nil, ErrShort
		}
		f := field{id: element(binary.BigEndian.Uint16(b)), length: binary.BigEndian.Uint16(b[2:])}
		b = b[4:]
		const enterprise = 0x8000
		if r.Version == IPFIX && f.id&enterprise != 0 {
			if len(b) < 4 {
				return nil, nil, ErrShort
			}
			f.id &^= enterprise
			if f.reverse = binary.BigEndian.Uint32(b) == reverseEnterprise; !f.reverse {
				f.id = unknown
			}
			b = b[4:]
		}
		if f.length == variable {
			t.least++
		} else {
			t.least += int(f.length)
		}
		t.fields = append(t.fields, f)
	}
	if t.least == 0 { // a set would hold records without end
		return nil, nil, ErrShort
	}
	return t, b, nil
}
