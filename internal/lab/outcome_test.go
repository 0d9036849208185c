package lab

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

func said(change func(*heard)) heard {
	h := heard{Alert: collector.Alert{
		Alert: alert.Alert{
			ID: "a", Status: alert.Closed, Bytes: 1000, Techniques: []string{"T1020"},
			Destination: alert.Destination{Address: netip.MustParseAddr("203.0.113.10"), Port: 80},
			Process:     alert.Process{Executable: "/usr/bin/curl"},
		},
		Workload: flow.Resource{Container: "exfil-x"},
	}}
	change(&h)
	return h
}

func TestAnOutcomeIsJudged(t *testing.T) {
	theft := Outcome{Container: "exfil-x", Sent: 1000, wants: Scenario{Technique: "T1020", Process: "/usr/bin/curl"}}
	benign := Outcome{Benign: true}
	same := func(*heard) {}
	for _, test := range []struct {
		name string
		o    Outcome
		said []heard
		want string // in the first problem; empty: none
	}{
		{"a theft that alerts once", theft, []heard{said(func(h *heard) { h.Status = alert.Open }), said(same)}, ""},
		{"a theft that nobody sees", theft, nil, "0 alerts"},
		{"a theft told twice", theft, []heard{said(same), said(func(h *heard) { h.ID = "b" })}, "2 alerts"},
		{"another container", theft, []heard{said(func(h *heard) { h.Workload.Container = "y" })}, "container"},
		{"another process", theft, []heard{said(func(h *heard) { h.Process.Executable = "/bin/sh" })}, "process"},
		{"another technique", theft, []heard{said(func(h *heard) { h.Techniques = nil })}, "T1020"},
		{"another destination", theft, []heard{said(func(h *heard) { h.Destination.Address = netip.IPv6Loopback() })}, "destination"},
		{"too many bytes", theft, []heard{said(func(h *heard) { h.Bytes = 1011 })}, "bytes"},
		{"too few bytes", theft, []heard{said(func(h *heard) { h.Bytes = 989 })}, "bytes"},
		{"an incident left open", theft, []heard{said(func(h *heard) { h.Status = alert.Open })}, "close"},
		{"nothing about nothing", benign, nil, ""},
		{"something about nothing", benign, []heard{said(same)}, "about nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := test.o
			for _, h := range test.said {
				o.hear(h)
			}
			problems := o.Problems()
			if test.want == "" {
				assert.Empty(t, problems)
			} else if assert.Len(t, problems, 1) {
				assert.Contains(t, problems[0], test.want)
			}
		})
	}
	late := theft
	late.Delay = time.Second + 1
	late.hear(said(same))
	assert.Len(t, late.Problems(), 1)
}

func TestScenariosAreWhole(t *testing.T) {
	names := make(map[string]bool)
	for _, s := range Scenarios() {
		assert.False(t, names[s.Name], "%s is there twice", s.Name)
		names[s.Name] = true
		assert.NotEmpty(t, s.Command, s.Name)
		assert.NotEmpty(t, s.Summary, s.Name)
		assert.NotEmpty(t, s.Process, s.Name)
		assert.Equal(t, s.Benign, s.Technique == "", s.Name)
	}
	_, err := Select([]string{"nonsense"})
	assert.ErrorContains(t, err, "nonsense")
}
