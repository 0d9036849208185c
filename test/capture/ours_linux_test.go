//go:build capture

package capture

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/test/capture/internal/reference"
	"github.com/otelcol-exfil/otelcol-exfil/test/internal/distribution"
)

// ours is what the collector makes of a capture.
type ours struct {
	table  reference.Table
	told   map[told]bool
	alerts []collector.Alert
}

// told is one flow of which records tell: those of one conversation that began at
// another time are another flow.
type told struct {
	reference.Key
	container string
	start     int64
}

// read has the collector read a capture to its end, as its user would, and keep the
// flow records beside the alerts.
func (r *recording) read(t *testing.T) *ours {
	t.Helper()
	o := &ours{table: make(reference.Table), told: make(map[told]bool)}
	output := filepath.Join(t.TempDir(), "output.jsonl")
	cmd := exec.CommandContext(t.Context(), distribution.Binary(t),
		"--config", filepath.Join(distribution.Root(t), "config", "pcap.yaml"),
		"--config", "yaml:processors::exfil::flows: keep",
		"--config", fmt.Sprintf("yaml:processors::exfil::quiet_period: %s", lab.Quiet),
		// The rest of a datagram flow is told with an interval: within the quiet period.
		"--config", fmt.Sprintf("yaml:receivers::pcap::interval: %s", lab.Quiet/3))
	cmd.Env = append(os.Environ(), "PCAP_PATH="+r.packets, "WORKLOADS_FILE="+r.workloads, "ALERT_FILE="+output)
	var said strings.Builder
	cmd.Stderr = &said
	require.NoError(t, cmd.Run(), "%s", &said)
	assert.Contains(t, said.String(), "read to its end")
	ended, end := context.WithCancel(t.Context())
	end()
	collector.Follow(ended, output, collector.Handler{
		Alert: func(a collector.Alert) { o.alerts = append(o.alerts, a) },
		Flow:  o.add,
		Error: func(err error) { t.Error(err) },
	})
	return o
}

// add counts a record about one of the lab's containers; to config/pcap.yaml the
// internal server is one too.
func (o *ours) add(who *flow.Resource, r *flow.Record) {
	if who.ContainerID == "" {
		return
	}
	f, out := o.table.At(r.Transport, r.Source, r.Destination)
	f.Counts[out].Packets += r.Packets
	f.Counts[out].Payload += r.Bytes
	f.Counts[1-out].Packets += r.ReversePackets
	f.Counts[1-out].Payload += r.ReverseBytes
	if id := (told{f.Key, who.ContainerID, r.Start}); !o.told[id] {
		o.told[id] = true
		f.Told++
	}
	if r.Protocol != "" {
		f.Protocol = r.Protocol
	}
	for range r.HTTP.Requests {
		f.Requests = append(f.Requests, reference.Request{Method: r.HTTP.Method, Size: r.HTTP.BodySize})
	}
	f.Commands = append(f.Commands, r.FTPCommands...)
	if r.Protocol == "tls" && r.Server != "" {
		f.Names = append(f.Names, r.Server)
	}
	if r.DNS.QuestionName != "" {
		f.Questions = append(f.Questions, r.DNS.QuestionName+" "+r.DNS.QuestionType)
	}
}

// withHeaders adds to our payload the headers that somebody else counted, to be
// held against who counts bytes with them.
func (o *ours) withHeaders(other reference.Table, perPacket int64) reference.Table {
	t := make(reference.Table)
	for k, f := range o.table {
		with := *f
		if theirs := other[k]; theirs != nil {
			for way, c := range theirs.Counts {
				with.Counts[way].Frames = f.Counts[way].Payload + c.Frames - c.Payload - perPacket*c.Packets
			}
		}
		t[k] = &with
	}
	return t
}
