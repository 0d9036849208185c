package capture

import (
	"bufio"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
)

// members reads a gzip file's members (RFC 1952 §2.2) one after the other. The library
// does that too, but asks for the next one before it gives the last one's bytes, which
// would keep them back while a file that is followed waits for more.
type members struct {
	source  *bufio.Reader
	member  *gzip.Reader
	between bool
}

func newMembers(source io.Reader) (*members, error) {
	buffered := bufio.NewReaderSize(source, 64<<10)
	member, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	member.Multistream(false)
	return &members{source: buffered, member: member}, nil
}

// Read gives io.EOF after the last member.
func (m *members) Read(p []byte) (int, error) {
	for {
		if m.between {
			if err := m.member.Reset(m.source); err != nil {
				return 0, err
			}
			m.member.Multistream(false)
			m.between = false
		}
		n, err := m.member.Read(p)
		if errors.Is(err, io.EOF) {
			m.between, err = true, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}
