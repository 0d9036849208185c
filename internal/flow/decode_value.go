package flow

import (
	"net/netip"
	"strings"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"github.com/otelcol-exfil/otelcol-exfil/internal/attribute"
)

// refuse makes the record unusable; the first reason stands.
func (d *decoder) refuse(name, reason string) {
	if d.err == nil {
		d.err = &RecordError{Attribute: name, Reason: reason}
	}
}

func (d *decoder) require(name string, present bool) {
	if !present {
		d.refuse(name, "missing")
	}
}

func (d *decoder) address(into *netip.Addr, name string, v pcommon.Value) {
	text, ok := attribute.String(v)
	if !ok {
		d.refuse(name, "not a string")
		return
	}
	addr, err := netip.ParseAddr(text)
	if err != nil {
		d.refuse(name, "not an IP address")
		return
	}
	*into = bare(addr)
}

func (d *decoder) transport(v pcommon.Value) {
	text, ok := attribute.String(v)
	if !ok {
		d.refuse(attrTransport, "not a string")
		return
	}
	d.r.Transport = strings.ToLower(text)
}

func (d *decoder) sentBytes(v pcommon.Value) {
	n, ok := attribute.Int(v, 0, maxCount)
	if !ok {
		d.refuse(attrBytes, "not a byte count: mistyped, negative or above 2^53")
		return
	}
	d.r.Bytes, d.bytes = n, true
}

// integer takes an optional number from 0 to high.
func (d *decoder) integer(into *int64, v pcommon.Value, high int64) bool {
	n, ok := attribute.Int(v, 0, high)
	if !ok {
		d.r.Ignored++
		return false
	}
	*into = n
	return true
}

func (d *decoder) time(into *int64, v pcommon.Value) {
	n, ok := attribute.Int(v, attribute.Earliest, attribute.Latest)
	if !ok {
		d.r.Ignored++
		return
	}
	*into = n
}

func (d *decoder) text(into *string, v pcommon.Value) {
	text, ok := attribute.String(v)
	if !ok {
		d.r.Ignored++
		return
	}
	*into = text
}

func (d *decoder) entropy(v pcommon.Value) {
	bits, ok := attribute.Double(v, 0, maxEntropy)
	if !ok {
		d.r.Ignored++
		return
	}
	d.r.Entropy = bits
}

func (d *decoder) initiator(v pcommon.Value) {
	word, _ := attribute.String(v)
	initiator, ok := ParseInitiator(word)
	if !ok {
		d.r.Ignored++
		return
	}
	d.r.Initiator = initiator
}

func (d *decoder) endReason(v pcommon.Value) {
	word, _ := attribute.String(v)
	reason, ok := ParseEndReason(word)
	if !ok {
		d.r.Ignored++
		return
	}
	d.r.EndReason = reason
}

func (d *decoder) ftpCommands(v pcommon.Value) {
	list, passed, ok := attribute.AppendStrings(d.r.FTPCommands, v, maxFTPCommands)
	if !ok {
		passed = 1
	}
	d.r.FTPCommands = list
	d.r.Ignored += passed
}
