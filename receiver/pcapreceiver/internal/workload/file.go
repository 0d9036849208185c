package workload

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// mostBytes bounds a mapping file.
const mostBytes = 64 << 20

// written is an entry as it stands in the file.
type written struct {
	Address    string            `yaml:"address"`
	From       time.Time         `yaml:"from"`
	Until      time.Time         `yaml:"until"`
	Attributes map[string]string `yaml:"attributes"`
}

func readFile(path string) ([]entry, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostBytes+1))
	if err != nil {
		return nil, err
	}
	return parse(text)
}

// parse reads a YAML list. An error names the entry by its place, from 1.
func parse(text []byte) ([]entry, error) {
	if len(text) > mostBytes {
		return nil, fmt.Errorf("more than %d bytes", mostBytes)
	}
	var list []written
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&list); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	entries := make([]entry, 0, len(list))
	for i := range list {
		e, err := list[i].entry()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i+1, err)
		}
		entries = append(entries, e)
	}
	return entries, clash(entries)
}

// entry checks what is written.
func (w *written) entry() (entry, error) {
	e := entry{from: beginning, until: forever}
	var err error
	if e.prefix, err = network(w.Address); err != nil {
		return e, err
	}
	if !w.From.IsZero() {
		e.from = w.From.UnixNano()
	}
	if !w.Until.IsZero() {
		e.until = w.Until.UnixNano()
	}
	if e.from >= e.until {
		return e, errors.New("from: not before until")
	}
	e.workload, err = named(w.Attributes)
	return e, err
}

// network reads an address, or a network in CIDR form.
func network(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err != nil || p != p.Masked() || p.Addr().Is4In6() {
		return p, fmt.Errorf("address: %q is neither an IP address nor a network such as 10.0.0.0/8", text)
	}
	return p, nil
}

// named makes a workload of resource attributes, by the names that flow records have.
func named(attributes map[string]string) (*Workload, error) {
	given := pcommon.NewResource()
	for key, value := range attributes {
		given.Attributes().PutStr(key, value)
	}
	w := &Workload{}
	w.Resource.Decode(given)
	known := pcommon.NewResource()
	w.Resource.Encode(known)
	var unknown []string
	for key, value := range attributes {
		if _, ok := known.Attributes().Get(key); !ok && value != "" {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		return nil, fmt.Errorf("attributes: %q is not an attribute of a container or a pod", unknown[0])
	}
	if w.Resource == (flow.Resource{}) {
		return nil, errors.New("attributes: none says whose the address is")
	}
	return w, nil
}

// clash is an error where two entries name one network at one time.
func clash(entries []entry) error {
	places := make(map[netip.Prefix][]int)
	for i, e := range entries {
		for _, j := range places[e.prefix] {
			if o := entries[j]; e.from < o.until && o.from < e.until {
				return fmt.Errorf("entries %d and %d: both are about %v at the same time", j+1, i+1, e.prefix)
			}
		}
		places[e.prefix] = append(places[e.prefix], i)
	}
	return nil
}
