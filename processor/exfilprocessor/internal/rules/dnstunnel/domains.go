package dnstunnel

import (
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/engine"
)

// domains are those that are ignored, by name.
type domains struct {
	listed map[string]struct{}
	// above are registered domains below which something is listed: their names must
	// be looked at one by one.
	above map[string]struct{}
}

func newDomains(more []string) domains {
	d := domains{listed: make(map[string]struct{}), above: make(map[string]struct{})}
	for _, kind := range ignored {
		for _, domain := range kind.domains {
			d.add(domain)
		}
	}
	for _, domain := range more {
		d.add(canonical(domain))
	}
	return d
}

func (d *domains) add(domain string) {
	d.listed[domain] = struct{}{}
	if registered := engine.Registered(domain); registered != "" && registered != domain {
		d.above[registered] = struct{}{}
	}
}

// attention is how closely a domain's names are looked at.
type attention uint8

const (
	closely attention = iota
	not               // it is ignored
	partly            // something below it is
	reverse           // addresses backwards are ordinary there, anything else is not
)

// of is the attention that a registered domain gets.
func (d *domains) of(registered string) attention {
	switch {
	case d.covers(registered):
		return not
	case isBelow(registered, "in-addr.arpa"), isBelow(registered, "ip6.arpa"):
		return reverse
	}
	if _, some := d.above[registered]; some {
		return partly
	}
	return closely
}

// covers says whether the name or one that it is below of is listed.
func (d *domains) covers(name string) bool {
	for {
		if _, ok := d.listed[name]; ok {
			return true
		}
		_, rest, more := strings.Cut(name, ".")
		if !more {
			return false
		}
		name = rest
	}
}

func isBelow(name, domain string) bool {
	rest, ok := strings.CutSuffix(name, domain)
	return ok && (rest == "" || rest[len(rest)-1] == '.')
}

// isAddress says whether every label is of an address backwards: a number, or one hex
// digit (RFC 1035 §3.5, RFC 3596 §2.5). Classless delegations (RFC 2317) have ranges.
func isAddress(below string) bool {
	for label := range strings.SplitSeq(below, ".") {
		isNumber := label != "" && len(label) <= len("128/255") && strings.Trim(label, "0123456789-/") == ""
		if !isNumber && (len(label) != 1 || alphabetOf[label[0]] != hexLetter) {
			return false
		}
	}
	return true
}

func canonical(domain string) string { return strings.ToLower(strings.Trim(domain, ".")) }

// isDomain says whether the text is a name in letters, digits and hyphens.
func isDomain(text string) bool {
	name := canonical(text)
	if name == "" || len(name) > 253 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}
