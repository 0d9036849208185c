package corpus

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// flow reads SHAPE NAME key=value….
func (p *parser) flow(s *Scenario, number int, shape Shape, fields []string) error {
	switch shape {
	case Connect, Stream, Serve, DNS, FTP:
	default:
		return fmt.Errorf("%q is no word of the language", shape)
	}
	if len(fields) == 0 {
		return errors.New("a flow has a name")
	}
	f := newFlow(shape, s.Benign())
	f.Name, f.Line, f.Process = fields[0], number, p.process
	for _, field := range fields[1:] {
		key, value, _ := strings.Cut(field, "=")
		set, ok := keys[key]
		if !ok {
			return fmt.Errorf("%q is no key of a flow", key)
		}
		if err := set(&f, value); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	if err := f.check(); err != nil {
		return fmt.Errorf("%s: %w", f.Name, err)
	}
	s.Flows = append(s.Flows, f)
	return nil
}

// Reports are as often as the eBPF receiver's where it matters; what a benign
// connection carries in two minutes is put into one record to save time.
const (
	reportAttack = 10 * time.Second
	reportBenign = 2 * time.Minute
)

func newFlow(shape Shape, benign bool) Flow {
	f := Flow{Shape: shape, Addresses: 2, Transport: "tcp", Packet: 1400, Report: reportAttack}
	if benign {
		f.Report = reportBenign
	}
	f.Jitter, f.Weekend, f.Peers = -1, 1, 1000
	f.Days = [7]bool{true, true, true, true, true, true, true}
	switch shape {
	case DNS:
		f.To, f.Nameless = []string{"10.96.0.10"}, true
		f.Port, f.Transport, f.Protocol = 53, "udp", "dns"
		f.Type, f.Gap, f.Packet = "A", 20*time.Millisecond, 512
		f.Questions, f.Answer = Amount{Low: 1, High: 1}, Amount{Low: 60, High: 120}
	case FTP:
		f.Port, f.Mode = 21, "passive"
	case Stream:
		// What flows all the time has no beat: neither regular reports, nor a pause
		// as long as an incident's quiet period.
		f.Jitter = 0.8
	}
	return f
}

func (f *Flow) check() error {
	switch {
	case f.Every.IsZero() && len(f.At) == 0:
		return errors.New("it says neither every nor at")
	case len(f.To) == 0 && f.Shape != Serve:
		return errors.New("it says not where to")
	case f.Port == 0 && f.Transport != "icmp":
		return errors.New("it says not via what: via=tls:443")
	case f.Shape == DNS && len(f.Names) == 0:
		return errors.New("it asks for no names")
	case f.Every.Low < float64(time.Millisecond) && len(f.At) == 0:
		return errors.New("every is less than a millisecond")
	}
	return nil
}

// keys are what a flow can say.
var keys = map[string]func(*Flow, string) error{
	"to":         func(f *Flow, v string) error { f.To = strings.Split(v, ","); return nil },
	"addresses":  func(f *Flow, v string) (err error) { f.Addresses, err = positive(v, 1e6); return err },
	"peers":      func(f *Flow, v string) (err error) { f.Peers, err = positive(v, 1e6); return err },
	"net":        func(f *Flow, v string) (err error) { f.Net, err = prefix(v); return err },
	"nameless":   func(f *Flow, _ string) error { f.Nameless = true; return nil },
	"everywhere": func(f *Flow, _ string) error { f.Everywhere = true; return nil },
	"via":        func(f *Flow, v string) error { return f.via(v) },

	"every":   func(f *Flow, v string) (err error) { f.Every, err = amount(v, nanosOf); return err },
	"at":      func(f *Flow, v string) (err error) { f.At, err = clockTimes(v); return err },
	"jitter":  func(f *Flow, v string) (err error) { f.Jitter, err = share(v, 1); return err },
	"delay":   func(f *Flow, v string) (err error) { f.Delay, err = duration(v); return err },
	"count":   func(f *Flow, v string) (err error) { f.Count, err = amount(v, countOf); return err },
	"hours":   func(f *Flow, v string) (err error) { f.Hours, err = hours(v); return err },
	"days":    func(f *Flow, v string) (err error) { f.Days, err = days(v); return err },
	"on":      func(f *Flow, v string) (err error) { f.Dates, err = dates(v); return err },
	"from":    func(f *Flow, v string) (err error) { f.From, err = moment(v); return err },
	"until":   func(f *Flow, v string) (err error) { f.Span.To, err = moment(v); return err },
	"swing":   func(f *Flow, v string) (err error) { f.Swing, err = share(v, 1); return err },
	"weekend": func(f *Flow, v string) (err error) { f.Weekend, err = share(v, 1); return err },
	"growth":  func(f *Flow, v string) (err error) { f.Growth, err = share(v, 1); return err },
	"outage":  func(f *Flow, v string) (err error) { f.Outage, err = outage(v); return err },
	"bursts":  func(f *Flow, v string) error { return f.bursts(v) },

	"send":   func(f *Flow, v string) (err error) { f.Send, err = amount(v, bytesOf); return err },
	"recv":   func(f *Flow, v string) (err error) { f.Receive, err = received(v); return err },
	"lasts":  func(f *Flow, v string) (err error) { f.Lasts, err = amount(v, nanosOf); return err },
	"report": func(f *Flow, v string) (err error) { f.Report, err = interval(v); return err },
	"packet": func(f *Flow, v string) (err error) {
		n, err := positive(v, 65535)
		f.Packet = int64(n)
		return err
	},

	"process": func(f *Flow, v string) error { f.Process = v; return nil },
	"command": func(f *Flow, v string) error { f.Command = v; return nil },
	"method":  func(f *Flow, v string) error { f.Method = v; return nil },
	"path":    func(f *Flow, v string) error { f.Path = v; return nil },
	"agent":   func(f *Flow, v string) error { f.Agent = v; return nil },
	"entropy": func(f *Flow, v string) (err error) { f.Entropy, err = share(v, 8); return err },
	"ja4":     func(f *Flow, v string) error { f.JA4 = v; return nil },

	"names":     func(f *Flow, v string) error { f.Names = strings.Split(v, ","); return nil },
	"type":      func(f *Flow, v string) error { f.Type = v; return nil },
	"questions": func(f *Flow, v string) (err error) { f.Questions, err = amount(v, countOf); return err },
	"gap":       func(f *Flow, v string) (err error) { f.Gap, err = interval(v); return err },
	"answer":    func(f *Flow, v string) (err error) { f.Answer, err = amount(v, bytesOf); return err },
	"mode":      func(f *Flow, v string) error { return f.mode(v) },
}

func prefix(text string) (netip.Prefix, error) {
	p, err := netip.ParsePrefix(text)
	if err == nil && !p.Addr().Is4() {
		err = errors.New("it is not an IPv4 network")
	}
	return p, err
}

// interval is a duration that something is repeated at.
func interval(text string) (time.Duration, error) {
	d, err := duration(text)
	if err == nil && d < time.Millisecond {
		err = errors.New("it is less than a millisecond")
	}
	return d, err
}

// via reads PROTOCOL:PORT[/TRANSPORT]; the protocol may be empty, and icmp has
// no port.
func (f *Flow) via(text string) error {
	if text == "icmp" {
		f.Transport, f.Protocol, f.Packet = "icmp", "", 56
		return nil
	}
	protocol, rest, ok := strings.Cut(text, ":")
	port, transport, given := strings.Cut(rest, "/")
	n, err := strconv.ParseUint(port, 10, 16)
	if !ok || err != nil || n == 0 {
		return fmt.Errorf("%q is not PROTOCOL:PORT or PROTOCOL:PORT/udp", text)
	}
	f.Protocol, f.Port = protocol, uint16(n)
	if given {
		f.Transport = transport
	}
	return nil
}

// bursts reads 2%x20: two of a hundred carry twenty times as much.
func (f *Flow) bursts(text string) (err error) {
	part, factor, ok := strings.Cut(text, "x")
	if !ok {
		return errors.New("it is SHARExFACTOR: 2%x20")
	}
	if f.BurstShare, err = share(part, 1); err != nil {
		return err
	}
	f.BurstFactor, err = share(factor, 1e4)
	return err
}

func (f *Flow) mode(text string) error {
	switch text {
	case "passive", "active", "tls":
	case "implicit":
		f.Port = 990
	default:
		return errors.New("it is passive, active, tls or implicit")
	}
	f.Mode = text
	return nil
}
