package scenario

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/plog"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// record is one line: one log record, or a run of similar ones.
type record struct {
	at    time.Time
	who   flow.Resource
	flow  flow.Record
	ahead bool   // of the wall clock
	log   string // the body of a record that is no flow record
	// fields are the attributes of such a record: those of another product's log.
	fields map[string]any

	repeat   int
	every    time.Duration
	newPorts bool // each of the run comes from a port of its own
	newPeers bool // each of the run goes to a network of its own
	newNames newNames

	raw []setting // attributes put or removed as they stand
}

type setting struct {
	name, value string
	remove      bool
}

// parseRecord reads: time who source direction destination word… key=value…
func parseRecord(fields []string) (*record, error) {
	if len(fields) < 3 {
		return nil, errors.New("a record has a time, a workload and more")
	}
	at, err := moment(fields[0])
	if err != nil {
		return nil, err
	}
	r := &record{at: at, repeat: 1}
	if err := r.workload(fields[1]); err != nil {
		return nil, err
	}
	switch fields[2] {
	case "log":
		r.log = strings.Join(fields[3:], " ")
		return r, nil
	case "json":
		return r, r.product(strings.Join(fields[3:], " "))
	}
	if len(fields) < 6 {
		return nil, errors.New("a flow has a source, a direction, a destination and a transport")
	}
	if err := r.ends(fields[2], fields[3], fields[4]); err != nil {
		return nil, err
	}
	for _, field := range fields[5:] {
		if err := r.field(field); err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
	}
	return r, r.newNames.check()
}

// workload reads image/name, k8s:namespace/deployment/pod or - for none.
func (r *record) workload(text string) error {
	if text == "-" {
		return nil
	}
	if name, ok := strings.CutPrefix(text, "k8s:"); ok {
		parts := strings.Split(name, "/")
		if len(parts) != 3 {
			return fmt.Errorf("%q is not k8s:namespace/deployment/pod", text)
		}
		r.who = flow.Resource{Namespace: parts[0], Deployment: parts[1], Pod: parts[2]}
		return nil
	}
	at := strings.LastIndex(text, "/")
	if at < 0 {
		return fmt.Errorf("%q is not image/name", text)
	}
	r.who = flow.Resource{Image: text[:at], Container: text[at+1:]}
	return nil
}

func (r *record) ends(source, direction, destination string) error {
	var err error
	if r.flow.Source, err = netip.ParseAddrPort(source); err != nil {
		return err
	}
	if r.flow.Destination, err = netip.ParseAddrPort(destination); err != nil {
		return err
	}
	switch direction {
	case ">":
		r.flow.Initiator = flow.InitiatorSource
	case "<":
		r.flow.Initiator = flow.InitiatorDestination
	case "-":
		r.flow.Initiator = flow.InitiatorUnknown
	default:
		return fmt.Errorf("%q is not a direction: > < -", direction)
	}
	return nil
}

func (r *record) field(text string) error {
	key, value, ok := strings.Cut(text, "=")
	if !ok {
		return r.word(text)
	}
	return r.pair(key, value)
}

func (r *record) word(word string) error {
	switch word {
	case "tcp", "udp", "icmp":
		r.flow.Transport = word
	case "http", "tls", "ftp", "ftp-data", "ssh", "dns", "quic", "smtp":
		r.flow.Protocol = word
	case "GET", "PUT", "POST", "PATCH", "DELETE":
		r.flow.HTTP.Method = word
	case "ahead":
		r.ahead = true
	case "end":
		r.flow.EndReason = flow.EndOfFlow
	case "on":
		r.flow.EndReason = flow.EndActiveTimeout
	default:
		return r.removal(word)
	}
	return nil
}

func (r *record) removal(word string) error {
	name, ok := strings.CutPrefix(word, "unset:")
	if !ok {
		return errors.New("unknown word")
	}
	r.raw = append(r.raw, setting{name: name, remove: true})
	return nil
}

func (r *record) pair(key, value string) (err error) {
	f := &r.flow
	switch key {
	case "host":
		f.Server = value
	case "version":
		f.ProtocolVersion = value
	case "body":
		f.HTTP.BodySize, err = size(value)
	case "sent":
		f.Bytes, err = size(value)
	case "received":
		f.ReverseBytes, err = size(value)
	case "lost":
		f.Lost, err = size(value)
	case "packets":
		f.Packets, err = size(value)
	case "entropy":
		f.Entropy, err = strconv.ParseFloat(value, 64)
	case "dns":
		f.DNS.QuestionName, r.newNames.domain = question(value)
	case "qtype":
		f.DNS.QuestionType = value
	case "start":
		var at time.Time
		at, err = moment(value)
		f.Start = at.UnixNano()
	case "ftp":
		f.FTPCommands = strings.Split(strings.ReplaceAll(value, "_", " "), ",")
	case "process":
		err = r.process(value)
	default:
		err = r.run(key, value)
	}
	return err
}

// run reads how a line stands for many.
func (r *record) run(key, value string) (err error) {
	switch {
	case key == "repeat":
		r.repeat, err = strconv.Atoi(value)
	case key == "label":
		r.newNames.length, err = strconv.Atoi(value)
	case key == "every":
		r.every, err = time.ParseDuration(value)
	case key == "ports" && value == "new":
		r.newPorts = true
	case key == "peers" && value == "new":
		r.newPeers = true
	case strings.HasPrefix(key, "set:"):
		r.raw = append(r.raw, setting{name: strings.TrimPrefix(key, "set:"), value: value})
	default:
		err = errors.New("unknown key")
	}
	return err
}

// question reads a name, or new:DOMAIN.
func question(value string) (name, domain string) {
	if domain, ok := strings.CutPrefix(value, "new:"); ok {
		return "", domain
	}
	return value, ""
}

// process reads /usr/bin/curl:4242.
func (r *record) process(text string) error {
	path, pid, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(pid, 10, 64)
	r.flow.Process = flow.Process{PID: n, Executable: path}
	return err
}

// size reads 300, 2KiB, 20MiB or 1GiB.
func size(text string) (int64, error) {
	shift := 0
	for i, unit := range []string{"KiB", "MiB", "GiB"} {
		if number, ok := strings.CutSuffix(text, unit); ok {
			text, shift = number, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n << shift, err
}

// appendTo adds the line's records to ld, under the last resource if that is
// theirs.
func (r *record) appendTo(ld plog.Logs) error {
	records := r.place(ld)
	for i := range r.repeat {
		lr := records.AppendEmpty()
		at := r.at.Add(time.Duration(i) * r.every)
		if r.log != "" {
			lr.SetTimestamp(pcommon.NewTimestampFromTime(at))
			if err := r.appendLog(lr); err != nil {
				return err
			}
			continue
		}
		r.nth(i, at).Encode(lr)
		for _, s := range r.raw {
			if err := s.apply(lr); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *record) place(ld plog.Logs) plog.LogRecordSlice {
	all := ld.ResourceLogs()
	if n := all.Len(); n > 0 {
		var last flow.Resource
		last.Decode(all.At(n - 1).Resource())
		if last == r.who {
			return all.At(n - 1).ScopeLogs().At(0).LogRecords()
		}
	}
	rl := all.AppendEmpty()
	r.who.Encode(rl.Resource())
	return rl.ScopeLogs().AppendEmpty().LogRecords()
}

func (r *record) nth(i int, at time.Time) *flow.Record {
	f := r.flow
	f.Time = at.UnixNano()
	if r.newPorts {
		f.Source = netip.AddrPortFrom(f.Source.Addr(), f.Source.Port()+uint16(i))
	}
	if r.newNames.domain != "" {
		f.DNS.QuestionName = r.newNames.nth(i)
	}
	if r.newPeers {
		raw := f.Destination.Addr().As4()
		n := uint32(raw[0])<<24 | uint32(raw[1])<<16 | uint32(raw[2])<<8 | uint32(raw[3])
		n += uint32(i) << 8
		addr := netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)})
		f.Destination = netip.AddrPortFrom(addr, f.Destination.Port())
	}
	return &f
}

// apply puts the value as it stands: #5 is a number, anything else a string.
func (s *setting) apply(lr plog.LogRecord) error {
	if s.remove {
		lr.Attributes().Remove(s.name)
		return nil
	}
	number, ok := strings.CutPrefix(s.value, "#")
	if !ok {
		lr.Attributes().PutStr(s.name, s.value)
		return nil
	}
	n, err := strconv.ParseInt(number, 10, 64)
	lr.Attributes().PutInt(s.name, n)
	return err
}
