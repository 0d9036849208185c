package recording

import (
	"encoding/binary"
	"errors"
)

const (
	// maxDepth is how many messages may lie in one another: attributes nested far
	// deeper than anybody nests them.
	maxDepth = 200
	// deepFrom is the size in bytes from which a protobuf request could be nested so
	// deep that decoding it overflows the stack, which ends the program. That takes
	// about 12 MiB.
	deepFrom = 1 << 20
)

var errDeep = errors.New("values nested too deep")

// kind is a message of OTLP that a value can lie in, from
// opentelemetry/proto/logs/v1 and common/v1.
type kind uint8

const (
	other kind = iota
	logsData
	resourceLogs
	resource
	scopeLogs
	scope
	logRecord
	keyValue
	anyValue
	arrayValue
	keyValueList
)

// within is the kind of the message in a field.
func (k kind) within(field uint64) kind {
	switch {
	case k == logsData && field == 1:
		return resourceLogs
	case k == resourceLogs && field == 1:
		return resource
	case k == resourceLogs && field == 2:
		return scopeLogs
	case k == scopeLogs && field == 1:
		return scope
	case k == scopeLogs && field == 2:
		return logRecord
	case k == resource && field == 1, k == scope && field == 3, k == logRecord && field == 6, k == keyValueList && field == 1:
		return keyValue
	case k == logRecord && field == 5, k == keyValue && field == 2, k == arrayValue && field == 1:
		return anyValue
	case k == anyValue && field == 5:
		return arrayValue
	case k == anyValue && field == 6:
		return keyValueList
	}
	return other
}

// tooDeep walks a request without recursion, as far as it is well formed: a
// decoder that reads on fails there too.
func tooDeep(data []byte) bool {
	type message struct {
		kind kind
		end  int
	}
	open := append(make([]message, 0, maxDepth+1), message{logsData, len(data)})
	for pos := 0; len(open) > 0; {
		in := open[len(open)-1]
		if pos >= in.end {
			open = open[:len(open)-1]
			continue
		}
		field, from, to, ok := nextField(data[:in.end], pos)
		if !ok {
			return false
		}
		pos = to
		if child := in.kind.within(field); child != other && from >= 0 {
			if len(open) > maxDepth {
				return true
			}
			open, pos = append(open, message{child, to}), from
		}
	}
	return false
}

// nextField is the field at pos: its number, where a length-delimited one's
// contents begin, else -1, and where the field ends.
func nextField(data []byte, pos int) (field uint64, from, to int, ok bool) {
	tag, n := binary.Uvarint(data[pos:])
	if n <= 0 {
		return 0, 0, 0, false
	}
	pos, from = pos+n, -1
	switch tag & 7 {
	case 0:
		_, n = binary.Uvarint(data[pos:])
		pos += n
		ok = n > 0
	case 1:
		pos += 8
		ok = pos <= len(data)
	case 2:
		size, n := binary.Uvarint(data[pos:])
		if n <= 0 || size > uint64(len(data)-pos-n) {
			return 0, 0, 0, false
		}
		from = pos + n
		pos, ok = from+int(size), true
	case 5:
		pos += 4
		ok = pos <= len(data)
	}
	return tag >> 3, from, pos, ok
}
