package traffic

import (
	"net/netip"
	"strings"
)

// maxTargets bounds the addresses kept of an attack that changes them.
const maxTargets = 1 << 16

// Targets are where an attack sends to: what an alert about it must name.
type Targets struct {
	domains   []string
	addresses map[netip.Addr]struct{}
}

func newTargets(i *Instance) *Targets {
	t := &Targets{addresses: make(map[netip.Addr]struct{})}
	for n := range i.Attack.Flows {
		f := &i.Attack.Flows[n]
		for _, text := range append(f.To, f.Names...) {
			if made, err := compile(text, i.Copy, 0); err == nil && strings.Contains(made.tail(), ".") {
				t.domains = append(t.domains, made.tail())
			}
		}
	}
	return t
}

func (t *Targets) met(addr netip.Addr) {
	if len(t.addresses) < maxTargets {
		t.addresses[addr] = struct{}{}
	}
}

// Include says whether an alert about this destination is about the attack. A
// domain may be the one it registered, or any below.
func (t *Targets) Include(domain string, addr netip.Addr) bool {
	if _, ok := t.addresses[addr]; ok {
		return true
	}
	if !strings.Contains(domain, ".") {
		return false
	}
	for _, d := range t.domains {
		if d == domain || strings.HasSuffix(d, "."+domain) || strings.HasSuffix(domain, "."+d) {
			return true
		}
	}
	return false
}
