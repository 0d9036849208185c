//go:build capture

package capture

import (
	"fmt"
	"math"
	"os"
	"slices"
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
		"suricata", reference.Protocol.Name,
		func(d reference.Difference) bool { return d.Ours == "tftp" && d.Theirs == "" },
		"Suricata does not join a TFTP transfer to its request",
	},
	{
		"softflowd", "conversation",
		func(d reference.Difference) bool { return d.A.Port() == 0 && d.B.Port() == 0 && d.Ours == "none" },
		"softflowd makes a flow without ports of all fragments but the first",
	},
	{
		"softflowd", reference.Frames.Name,
		func(d reference.Difference) bool { return d.Transport == "udp" && d.Fragmented },
		"softflowd counts the first fragment of a datagram alone",
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
	apart := make(map[reference.Key]bool)
	for _, d := range differences {
		why := explain(by, d)
		fmt.Fprintf(w, "  %s\t%s\tours: %s\ttheirs: %s\t%s\n", d.Key, d.Aspect, d.Ours, d.Theirs, why)
		assert.NotEmpty(t, why, "%s: %s: %s: ours %q, theirs %q", by, d.Key, d.Aspect, d.Ours, d.Theirs)
		apart[d.Key] = apart[d.Key] || d.Aspect == reference.Frames.Name || d.Ours == "none" || d.Theirs == "none"
	}
	assert.NoError(t, w.Flush())
	var a, b int64
	for _, k := range theirs.Keys() {
		if !apart[k] {
			a, b = a+bytes(ours[k], aspects), b+bytes(theirs[k], aspects)
		}
	}
	figure(by+": bytes apart", a, b)
}

// bytes are both ways' of a conversation, by what is compared.
func bytes(f *reference.Flow, aspects []reference.Aspect) (n int64) {
	for _, c := range f.Counts {
		if slices.ContainsFunc(aspects, func(a reference.Aspect) bool { return a.Name == reference.Payload.Name }) {
			n += c.Payload
		} else {
			n += c.Frames
		}
	}
	return n
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
