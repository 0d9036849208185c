//go:build capture

package capture

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/stretchr/testify/assert"

	"github.com/otelcol-exfil/otelcol-exfil/test/capture/internal/reference"
)

// known is a kind of disagreement, and why it is none of ours.
type known struct {
	by, aspect string // by: the reader's name begins so
	covers     func(reference.Difference) bool
	why        string
}

// explanations are the known kinds.
var explanations = []known{
	{
		"suricata", reference.Commands.Name,
		func(d reference.Difference) bool { return without(d.Ours, "FEAT", "AUTH SSL") == d.Theirs },
		"Suricata's list of FTP commands lacks FEAT and AUTH SSL",
	},
	{
		"softflowd 5", "conversation",
		func(d reference.Difference) bool { return d.A.Addr().Is6() && d.Theirs == "none" },
		"NetFlow 5 has no IPv6",
	},
}

// without takes words out of a list.
func without(list string, words ...string) string {
	for _, w := range words {
		list = strings.Join(strings.Fields(strings.ReplaceAll(list, w, "")), " ")
	}
	return list
}

// agree prints where ours and another reader's table differ, and why. What nobody
// can explain fails the test.
func agree(t *testing.T, by string, ours, theirs reference.Table, aspects ...reference.Aspect) {
	t.Helper()
	differences := reference.Compare(ours, theirs, aspects...)
	names := make([]string, 0, len(aspects))
	for _, a := range aspects {
		names = append(names, a.Name)
	}
	fmt.Printf("%s: %d conversations, %d of ours, compared by %s: %d disagreements\n",
		by, len(theirs), len(ours), strings.Join(names, ", "), len(differences))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, d := range differences {
		why := explain(by, d)
		fmt.Fprintf(w, "  %s\t%s\tours: %s\ttheirs: %s\t%s\n", d.Key, d.Aspect, d.Ours, d.Theirs, why)
		assert.NotEmpty(t, why, "%s: %s: %s: ours %q, theirs %q", by, d.Key, d.Aspect, d.Ours, d.Theirs)
	}
	assert.NoError(t, w.Flush())
	a, b := ours.Total(), theirs.Total()
	switch {
	case b.Payload > 0:
		figure(by+": payload bytes apart", a.Payload, b.Payload)
	case by != "softflowd 5": // which lacks conversations
		figure(by+": bytes apart", a.Frames, b.Frames)
	}
}

// figure prints how far two sums are apart, for people and for CI.
func figure(name string, ours, theirs int64) {
	apart := math.Abs(float64(ours-theirs)) / float64(max(theirs, 1))
	fmt.Printf("{\"figure\":%q,\"value\":%g,\"bar\":%g,\"unit\":\"1\"}\n", name, apart, 0.001)
}

func explain(by string, d reference.Difference) string {
	for _, k := range explanations {
		if strings.HasPrefix(by, k.by) && d.Aspect == k.aspect && k.covers(d) {
			return k.why
		}
	}
	return ""
}
