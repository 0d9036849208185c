package reference

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// event is a line of EVE, as far as it is compared.
type event struct {
	Type        string `json:"event_type"`
	Source      string `json:"src_ip"`
	Destination string `json:"dest_ip"`
	SourcePort  uint16 `json:"src_port"`
	DestPort    uint16 `json:"dest_port"`
	Proto       string `json:"proto"`
	AppProto    string `json:"app_proto"`
	Flow        struct {
		PacketsOut int64 `json:"pkts_toserver"`
		PacketsIn  int64 `json:"pkts_toclient"`
		BytesOut   int64 `json:"bytes_toserver"`
		BytesIn    int64 `json:"bytes_toclient"`
	} `json:"flow"`
	HTTP struct {
		Method  string `json:"http_method"`
		Headers []struct {
			Name  string `json:"name"`
			Value string `json:"value"`
		} `json:"request_headers"`
	} `json:"http"`
	FTP struct {
		Command string `json:"command"`
		Data    string `json:"command_data"`
	} `json:"ftp"`
	TLS struct {
		Name string `json:"sni"`
	} `json:"tls"`
	DNS struct {
		Type string `json:"type"`
		Name string `json:"rrname"`
		Kind string `json:"rrtype"`
	} `json:"dns"`
}

// Suricata reads a capture with Suricata, in one thread and without rules, by
// the given configuration. It leaves eve.json in dir.
func Suricata(ctx context.Context, capture, config, dir string) (Table, error) {
	cmd := exec.CommandContext(ctx, "suricata", "-c", config, "-r", capture, "-l", dir,
		"-k", "none", "--runmode", "single", "-S", os.DevNull)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("suricata: %w: %s", err, out)
	}
	file, err := os.Open(filepath.Join(dir, "eve.json"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t := make(Table)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e event
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return nil, fmt.Errorf("%s: %w", lines.Text(), err)
		}
		if err := t.event(&e); err != nil {
			return nil, err
		}
	}
	return t, lines.Err()
}

// event takes a line. What is neither TCP nor UDP is passed over.
func (t Table) event(e *event) error {
	transport := strings.ToLower(e.Proto)
	if transport != "tcp" && transport != "udp" {
		return nil
	}
	source, errSource := netip.ParseAddr(e.Source)
	destination, errDestination := netip.ParseAddr(e.Destination)
	if err := errors.Join(errSource, errDestination); err != nil {
		return err
	}
	f, out := t.At(transport, netip.AddrPortFrom(source, e.SourcePort), netip.AddrPortFrom(destination, e.DestPort))
	switch e.Type {
	case "flow":
		f.Told++
		f.Protocol = suricataProtocol(e.AppProto)
		f.Counts[out].Packets += e.Flow.PacketsOut
		f.Counts[out].Frames += e.Flow.BytesOut
		f.Counts[1-out].Packets += e.Flow.PacketsIn
		f.Counts[1-out].Frames += e.Flow.BytesIn
	case "http":
		if r := e.request(); r.Method != "" { // HTTP/2's settings have none
			f.Requests = append(f.Requests, r)
		}
	case "ftp":
		f.command(e.FTP.Command, e.FTP.Data)
	case "tls":
		f.Names = append(f.Names, e.TLS.Name)
	case "dns":
		if e.DNS.Type == "query" {
			f.Questions = append(f.Questions, e.DNS.Name+" "+e.DNS.Kind)
		}
	}
	return nil
}

// suricataProtocol is Suricata's name in the receiver's words.
func suricataProtocol(name string) string {
	switch name {
	case "failed":
		return ""
	case "http2":
		return "http"
	}
	return name
}

func (e *event) request() Request {
	r := Request{Method: e.HTTP.Method}
	for _, h := range e.HTTP.Headers {
		switch strings.ToLower(h.Name) {
		case "content-length":
			r.Size, _ = strconv.ParseInt(h.Value, 10, 64) // nonsense is not declared
		case ":method":
			r.Method = h.Value
		}
	}
	return r
}
