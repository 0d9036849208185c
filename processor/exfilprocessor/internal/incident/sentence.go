package incident

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/prose"
)

// sentence says who does what, where to, with which process, and why that is
// reported.
func (i *Incident) sentence(status alert.Status) string {
	return i.subject + " " + i.deed(status) + " to " + i.whither() + i.with() + i.tail(status) + ": " + i.reason + "."
}

func (i *Incident) deed(status alert.Status) string {
	switch status {
	case alert.Open:
		return i.action
	case alert.Update:
		return "has now sent " + prose.Bytes(i.alert.Bytes)
	default:
		return "sent " + prose.Bytes(i.alert.Bytes) + i.missing()
	}
}

// missing says that less was sent than a finding announced: a declared length is
// a claim.
func (i *Incident) missing() string {
	claimed := prose.Bytes(i.announced())
	if i.alert.Bytes >= i.announced() || prose.Bytes(i.alert.Bytes) == claimed {
		return ""
	}
	return " of the " + claimed + " announced"
}

// whither names the destination.
func (i *Incident) whither() string {
	switch {
	case i.about == Domain:
		return fmt.Sprintf("%s by way of resolver %s", prose.Name(i.alert.Destination.Domain), i.alert.Destination.Address)
	case i.about == All && i.spread > 1:
		return fmt.Sprintf("%d outside destinations, the latest %s", i.spread, i.peer())
	default:
		return i.peer()
	}
}

// peer is name:port (address), or address:port without a name.
func (i *Incident) peer() string {
	d := i.alert.Destination
	if d.Domain == "" || d.Domain == d.Address.String() {
		if d.Port == 0 {
			return d.Address.String()
		}
		return netip.AddrPortFrom(d.Address, d.Port).String()
	}
	if d.Port == 0 {
		return fmt.Sprintf("%s (%s)", prose.Name(d.Domain), d.Address)
	}
	return fmt.Sprintf("%s:%d (%s)", prose.Name(d.Domain), d.Port, d.Address)
}

func (i *Incident) with() string {
	p := i.alert.Process
	switch {
	case p.Executable != "" && p.PID != 0:
		return fmt.Sprintf(" with %s (pid %d)", prose.Name(p.Executable), p.PID)
	case p.Executable != "":
		return " with " + prose.Name(p.Executable)
	case p.PID != 0:
		return fmt.Sprintf(" with process %d", p.PID)
	default:
		return ""
	}
}

func (i *Incident) tail(status alert.Status) string {
	if status == alert.Open {
		return ""
	}
	lasted := time.Duration(i.alert.LastSeen - i.alert.FirstSeen)
	if lasted <= 0 {
		return ""
	}
	return " over " + prose.Duration(lasted)
}
