package indicator

import (
	"net/netip"
	"strings"
)

// plainLine reads a value, then a comment; an address, then words about it; or a
// line of a hosts file that sends names nowhere.
func plainLine(line string, number int, b *builder) error {
	line, comment := cutComment(line)
	first, rest, more := cutSpace(line)
	if more && isSinkhole(first) {
		return hostsLine(rest, comment, number, b)
	}
	v, ok := parseValue(first)
	if !ok || more && !v.network.IsValid() {
		b.malformed(number)
		return nil
	}
	if comment == "" {
		comment = rest
	}
	return b.add(v, said{description: comment, window: always})
}

func hostsLine(names, comment string, number int, b *builder) error {
	for name := range strings.FieldsSeq(names) {
		if isOwnName(name) {
			b.passOver(1)
			continue
		}
		v, ok := parseDomain(name)
		if !ok {
			b.malformed(number)
			return nil
		}
		if err := b.add(v, said{description: comment, window: always}); err != nil {
			return err
		}
	}
	return nil
}

// isSinkhole says whether a hosts file sends names to this address to block them.
func isSinkhole(text string) bool {
	addr, err := netip.ParseAddr(text)
	return err == nil && (addr.IsUnspecified() || addr.IsLoopback())
}

// isOwnName says whether every machine's hosts file gives this name to the
// machine itself.
func isOwnName(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil || !strings.Contains(name, ".") || strings.HasSuffix(name, ".localdomain")
}

func cutSpace(line string) (first, rest string, more bool) {
	i := strings.IndexAny(line, " \t")
	if i < 0 {
		return line, "", false
	}
	return line[:i], strings.TrimSpace(line[i:]), true
}
