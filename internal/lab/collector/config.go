package collector

import (
	"os"
	"path/filepath"
	"text/template"
	"time"
)

// Config says which collector to run, and on what.
type Config struct {
	Binary string // bin/otelcol-exfil
	Dir    string // for its files
	// Capture is the packets to read, instead of the kernel's flows, and
	// Workloads the file that says whose their addresses are.
	Capture, Workloads string
	// Socket is the container engine's API, or empty.
	Socket string
	// KeepFlows writes the flow records too.
	KeepFlows bool
	// Quiet is how long a destination is silent before its incident closes.
	Quiet time.Duration
}

// pipeline is the lab's configuration: config/demo.yaml with files to read, no day
// to learn, a short quiet period, and 50 ms instead of a second in the file exporter (which
// every delay that the lab measures includes).
var pipeline = template.Must(template.New("collector").Parse(`receivers:
{{- if .Capture}}
  pcap:
    path: {{printf "%q" .Capture}}
    workloads_file: {{printf "%q" .Workloads}}
    container_networks: []
    exit_at_end: true
{{- else}}
  ebpf_flow:
{{- if .Socket}}
    runtime_sockets: [{{printf "%q" .Socket}}]
{{- end}}
{{- end}}
processors:
  exfil:
{{- if .KeepFlows}}
    flows: keep
{{- end}}
    learning: 0s
    quiet_period: {{.Quiet}}
exporters:
  file:
    path: {{printf "%q" .Output}}
    flush_interval: 50ms
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    logs:
      receivers: [{{if .Capture}}pcap{{else}}ebpf_flow{{end}}]
      processors: [exfil]
      exporters: [file]
`))

// output is the file that the collector writes, one OTLP JSON request a line.
func (c Config) output() string { return filepath.Join(c.Dir, "output.jsonl") }

func (c Config) write(path string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return pipeline.Execute(file, struct {
		Config
		Output string
	}{c, c.output()})
}
