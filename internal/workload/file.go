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
const mostBytes = 16 << 20

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

// parse reads a YAML list. An error names the entry by its place, from 1, and by its line.
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
			return nil, fmt.Errorf("entry %d (line %d): %w", i+1, lineOf(text, i), err)
		}
		e.place = i
		entries = append(entries, e)
	}
	if first, second, prefix := clash(entries); first != second {
		return nil, fmt.Errorf("entries %d (line %d) and %d (line %d): both are about %v at the same time",
			first+1, lineOf(text, first), second+1, lineOf(text, second), prefix)
	}
	return entries, nil
}

// lineOf is where an entry stands. The file is read anew for it, since only an error asks.
func lineOf(text []byte, place int) int {
	var document yaml.Node
	if yaml.Unmarshal(text, &document) != nil || len(document.Content) == 0 {
		return 0
	}
	list := document.Content[0]
	if list.Kind == yaml.AliasNode || place >= len(list.Content) {
		return 0
	}
	return list.Content[place].Line
}

// entry checks what is written.
func (w *written) entry() (entry, error) {
	e := entry{from: beginning, until: forever}
	var err error
	if e.prefix, err = network(w.Address); err != nil {
		return e, err
	}
	if e.from, err = moment(w.From, beginning); err != nil {
		return e, fmt.Errorf("from: %w", err)
	}
	if e.until, err = moment(w.Until, forever); err != nil {
		return e, fmt.Errorf("until: %w", err)
	}
	if e.from >= e.until {
		return e, errors.New("from: not before until")
	}
	e.workload, err = named(w.Attributes)
	return e, err
}

// moment is a time in ns since the epoch, which an int64 holds of the years 1678 to 2262;
// none is the value of a time that was not written.
func moment(t time.Time, none int64) (int64, error) {
	if t.IsZero() {
		return none, nil
	}
	if t.Year() < 1678 || t.Year() > 2261 {
		return 0, fmt.Errorf("%v is not between 1678 and 2261", t)
	}
	return t.UnixNano(), nil
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

// clash gives the places of two entries that name one network at one time; equal ones
// where there are none.
func clash(entries []entry) (first, second int, prefix netip.Prefix) {
	ordered := slices.SortedFunc(slices.Values(entries), entry.compare)
	for i := 1; i < len(ordered); i++ {
		a, b := ordered[i-1], ordered[i]
		if a.prefix == b.prefix && b.from < a.until {
			return min(a.place, b.place), max(a.place, b.place), a.prefix
		}
	}
	return 0, 0, netip.Prefix{}
}
