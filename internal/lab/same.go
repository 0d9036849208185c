package lab

import (
	"fmt"
	"slices"
	"strings"

	"github.com/otelcol-exfil/otelcol-exfil/internal/alert"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/collector"
	"github.com/otelcol-exfil/otelcol-exfil/internal/tell"
)

// maxDifference is how far the totals of two observers of one theft may be
// apart.
const maxDifference = 0.001

// Same holds what two observers said of the same containers against each other,
// record by record, and lists what differs. Ids differ, since they are made of
// when a flow was first seen, and processes, which only a kernel knows. Of updates
// that follow each other the last counts: how many there are depends on where the
// observers' reporting intervals end.
func Same(one, other []collector.Alert) []string {
	var found []string
	a, b := byContainer(one), byContainer(other)
	for _, id := range containers(a, b) {
		for _, p := range differences(a[id], b[id]) {
			found = append(found, tell.Short(id)+": "+p)
		}
	}
	return found
}

func byContainer(alerts []collector.Alert) map[string][]collector.Alert {
	said := make(map[string][]collector.Alert)
	for _, a := range alerts {
		id := a.Workload.ContainerID
		if n := len(said[id]); n > 0 && a.Status == alert.Update && said[id][n-1].Status == alert.Update {
			said[id][n-1] = a
			continue
		}
		said[id] = append(said[id], a)
	}
	return said
}

func containers(sides ...map[string][]collector.Alert) []string {
	var ids []string
	for _, side := range sides {
		for id := range side {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// differences are those of two sequences about one container.
func differences(one, other []collector.Alert) []string {
	if a, b := statuses(one), statuses(other); a != b {
		return []string{fmt.Sprintf("%s, and %s", a, b)}
	}
	var found []string
	for i := range one {
		a, b := &one[i].Alert, &other[i].Alert
		differs := func(what string, left, right any) {
			if l, r := fmt.Sprint(left), fmt.Sprint(right); l != r {
				found = append(found, fmt.Sprintf("%s: %s %s, and %s", a.Status, what, l, r))
			}
		}
		differs("rule", tell.Rule(a), tell.Rule(b))
		differs("techniques", a.Techniques, b.Techniques)
		differs("severity", a.Severity, b.Severity)
		differs("destination", tell.Destination(a.Destination), tell.Destination(b.Destination))
		differs("protocol", a.Destination.Protocol, b.Destination.Protocol)
		if a.Status == alert.Closed && apart(a.Bytes, b.Bytes) {
			differs("bytes", a.Bytes, b.Bytes)
		}
	}
	return found
}

// statuses are a sequence's: open update closed.
func statuses(said []collector.Alert) string {
	if len(said) == 0 {
		return "nothing"
	}
	words := make([]string, 0, len(said))
	for _, a := range said {
		words = append(words, string(a.Status))
	}
	return strings.Join(words, " ")
}

func apart(a, b int64) bool {
	off := float64(a - b)
	return max(off, -off) > maxDifference*float64(max(a, b))
}
