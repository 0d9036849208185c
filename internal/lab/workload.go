package lab

import (
	"io"
	"net/netip"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.yaml.in/yaml/v3"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
)

// Workload says whose an address was, and when: the form of the pcap receiver's
// mapping file. Containers that run one after another share an address.
type Workload struct {
	Address    string         `yaml:"address"`
	From       time.Time      `yaml:"from"`
	Until      time.Time      `yaml:"until"`
	Attributes map[string]any `yaml:"attributes"`
}

// WriteWorkloads writes a mapping file.
func WriteWorkloads(w io.Writer, workloads []Workload) error {
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	if err := e.Encode(workloads); err != nil {
		return err
	}
	return e.Close()
}

// workloads are the lines about one container, whose end is not known yet.
func workloads(who flow.Resource, addresses []netip.Addr, from time.Time) []Workload {
	resource := pcommon.NewResource()
	who.Encode(resource)
	lines := make([]Workload, 0, len(addresses))
	for _, a := range addresses {
		lines = append(lines, Workload{Address: a.String(), From: from.UTC(), Attributes: resource.Attributes().AsRaw()})
	}
	return lines
}

// end ends those that have no end yet.
func end(workloads []Workload, at time.Time) {
	for i := range workloads {
		if workloads[i].Until.IsZero() {
			workloads[i].Until = at.UTC()
		}
	}
}
