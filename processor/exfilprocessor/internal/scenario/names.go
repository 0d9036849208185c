package scenario

import (
	"encoding/base32"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"strings"
)

// labelMost is how long a label may be (RFC 1035 §2.3.4).
const labelMost = 63

// nameMost leaves room for a domain in a name.
const nameMost = 200

// newNames are names that nobody asked for before: pseudo-random base 32 of a
// length, before a domain.
type newNames struct {
	domain string
	length int
}

// check says what is missing.
func (n *newNames) check() error {
	if n.length != 0 && n.domain == "" || n.domain != "" && (n.length < 1 || n.length > nameMost) {
		return errors.New("dns=new:DOMAIN goes with label=LENGTH, from 1 to 200")
	}
	return nil
}

// nth is always the same for a domain and a number.
func (n *newNames) nth(i int) string {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(i)<<8|uint64(n.length))
	copy(seed[8:], n.domain)
	raw := make([]byte, n.length)
	_, _ = rand.NewChaCha8(seed).Read(raw) // which never fails
	text := strings.ToLower(base32.StdEncoding.EncodeToString(raw))[:n.length]
	var name strings.Builder
	for ; len(text) > labelMost; text = text[labelMost:] {
		name.WriteString(text[:labelMost] + ".")
	}
	return name.String() + text + "." + n.domain
}
