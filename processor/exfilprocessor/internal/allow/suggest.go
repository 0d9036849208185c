package allow

import (
	"math"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

const (
	placeholder = "fill in: why is this expected?"
	// suggestedLife is how long after the incident a suggestion expires, in days.
	suggestedLife = 90
	// most bounds the bytes of one incident: 8 PiB, as a record's.
	most = 1 << 53
	// maxName bounds a name in a suggestion, in characters.
	maxName = 253
)

// Suggest is the narrowest allowance that would have covered the incident. Its
// reason is for a person to fill in.
//
// Names in it come from the network and from whoever named the container: what is
// no ordinary character becomes ?, which stands for any one. Where the alert does
// not tell the workload or the destination, that part is empty, and Validate says
// so.
func Suggest(res *flow.Resource, a *alert.Alert) Config {
	limit := ceilingFor(a)
	expires := time.Unix(0, max(a.LastSeen, a.Time)).UTC().AddDate(0, 0, suggestedLife)
	return Config{
		Reason:      placeholder,
		Workload:    suggestWorkload(res),
		Destination: suggestDestination(a),
		MaxBytes:    &limit,
		Expires:     expires.Format(time.DateOnly),
	}
}

func suggestWorkload(res *flow.Resource) Workload {
	w := Workload{Cluster: literal(res.Cluster), Namespace: literal(res.Namespace)}
	kind, name := res.Controller()
	switch {
	case name != "":
		w.Kind, w.Name = kind, literal(name)
	case res.Image != "" || containerName(res) != "":
		w.Image, w.Container = literal(res.Image), literal(containerName(res))
	default: // a namespace alone is more than the alert was about
		return Workload{}
	}
	return w
}

func suggestDestination(a *alert.Alert) Destination {
	to, d := a.Destination, Destination{}
	named := isHostName(strings.TrimSuffix(to.Domain, ".")) && !isAddress(to.Domain)
	switch {
	case found(a, "ftp_upload") || strings.HasPrefix(to.Protocol, "ftp"):
		// A session has a port for each file and a data channel looks like the file,
		// so that only the host is the same.
		return Destination{Networks: host(to.Address)}
	case found(a, "fan_out"): // to any address
	case found(a, "dns_tunnel") && named: // names below a domain, of any resolver
		d.Domains = []string{to.Domain}
		if below := "*." + to.Domain; validDomain(below) {
			d.Domains = append(d.Domains, below)
		}
		to.Port = 0
	case named:
		d.Domains = []string{to.Domain}
	case to.Address.IsValid():
		d.Networks = host(to.Address)
	default:
		return Destination{}
	}
	if to.Port != 0 {
		d.Ports = []int{int(to.Port)}
	}
	if name := strings.ToLower(to.Protocol); name != "" && isHostName(name) {
		d.Protocols = []string{name}
	}
	return d
}

// found says whether the rule is among the evidence.
func found(a *alert.Alert, rule string) bool {
	return slices.ContainsFunc(a.Evidence, func(f alert.Finding) bool { return f.Rule != nil && f.Rule.Name == rule })
}

func validDomain(text string) bool {
	_, err := parseDomain(text)
	return err == nil
}

// isAddress: a name may also be an address, as in a Host header.
func isAddress(name string) bool {
	_, err := netip.ParseAddr(name)
	return err == nil
}

// host is the network of the one address.
func host(addr netip.Addr) []string {
	if addr = addr.Unmap().WithZone(""); !addr.IsValid() {
		return nil
	}
	return []string{netip.PrefixFrom(addr, addr.BitLen()).String()}
}

// literal is a pattern that matches name, and little else.
func literal(name string) string {
	count := 0
	var b strings.Builder
	for _, r := range name {
		if count++; count > maxName {
			b.WriteByte('*')
			break
		}
		if !isHostRune(r) && !strings.ContainsRune("./:@+", r) {
			r = '?'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// ceilingFor is twice what was seen or, before it was sent, announced: at least
// 1 MiB, and rounded up.
func ceilingFor(a *alert.Alert) Bytes {
	seen := float64(a.Bytes)
	for i := range a.Evidence {
		if f := &a.Evidence[i]; f.Unit == "By" {
			seen = max(seen, f.Observed)
		}
	}
	if !(seen <= most) { // also NaN
		seen = most
	}
	return roundUp(Bytes(max(math.Ceil(2*seen), 1<<20)))
}

// roundUp leaves b two digits in its unit, or where that is less than ten an
// eighth. It wants at least 1 MiB.
func roundUp(b Bytes) Bytes {
	unit := Bytes(1 << 20)
	for unit < 1<<40 && b >= 1024*unit {
		unit *= 1024
	}
	step := unit
	if b < 10*unit {
		step = unit / 8
	}
	for (b-1)/step >= 100 {
		step *= 10
	}
	return (b + step - 1) / step * step
}
