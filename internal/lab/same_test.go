package lab

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
)

func TestTwoObserversAreHeldAgainstEachOther(t *testing.T) {
	sequence := func(change func(*alert.Alert)) []collector.Alert {
		var out []collector.Alert
		for _, status := range []alert.Status{alert.Open, alert.Closed} {
			a := said(func(*heard) {}).Alert
			a.Status, a.Workload.ContainerID = status, "0123456789abcdef"
			change(&a.Alert)
			out = append(out, a)
		}
		return out
	}
	same := sequence(func(*alert.Alert) {})
	for _, test := range []struct {
		name  string
		other []collector.Alert
		want  string // in the first difference; empty: none
	}{
		{"the same", sequence(func(a *alert.Alert) { a.ID, a.Process, a.Bytes = "b", alert.Process{}, 1001 }), ""},
		{"nothing", nil, "open closed, and nothing"},
		{"once more", append(sequence(func(*alert.Alert) {}), same[0]), "open closed, and open closed open"},
		{"another technique", sequence(func(a *alert.Alert) { a.Techniques = []string{"T1030"} }), "techniques"},
		{"another severity", sequence(func(a *alert.Alert) { a.Severity = alert.Low }), "severity"},
		{"another port", sequence(func(a *alert.Alert) { a.Destination.Port = 81 }), "destination"},
		{"other bytes", sequence(func(a *alert.Alert) { a.Bytes = 1003 }), "bytes"},
	} {
		t.Run(test.name, func(t *testing.T) {
			found := Same(same, test.other)
			if test.want == "" {
				assert.Empty(t, found)
			} else if assert.NotEmpty(t, found) {
				assert.Contains(t, found[0], test.want)
			}
		})
	}
}
