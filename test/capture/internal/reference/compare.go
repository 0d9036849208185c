package reference

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
)

// Difference is one thing that two programs say differently about one
// conversation.
type Difference struct {
	Key
	Aspect       string
	Ours, Theirs string
	// Fragmented says that they tell of packets without ports between the same hosts.
	Fragmented bool
}

// Aspect is one thing that is compared. It answers with both sides' words, which
// are equal where they agree or where theirs does not tell.
type Aspect struct {
	Name    string
	Compare func(ours, theirs *Flow) (string, string)
}

// exact is how far bytes may be apart.
const exact = 0.001

// What programs are compared by.
var (
	Flows   = Aspect{"flows", func(o, t *Flow) (string, string) { return fmt.Sprint(o.Told), fmt.Sprint(t.Told) }}
	Packets = Aspect{"packets", func(o, t *Flow) (string, string) {
		return bothWays(o, t, 0, func(c Counts) int64 { return c.Packets })
	}}
	Payload = Aspect{"payload bytes", func(o, t *Flow) (string, string) {
		return bothWays(o, t, exact, func(c Counts) int64 { return c.Payload })
	}}
	Frames = Aspect{"bytes with headers", func(o, t *Flow) (string, string) {
		return bothWays(o, t, exact, func(c Counts) int64 { return c.Frames })
	}}
	Protocol  = Aspect{"protocol", func(o, t *Flow) (string, string) { return o.Protocol, t.Protocol }}
	Methods   = Aspect{"HTTP methods", func(o, t *Flow) (string, string) { return methods(o), methods(t) }}
	BodySize  = Aspect{"HTTP body size", func(o, t *Flow) (string, string) { return bodySize(o), bodySize(t) }}
	Commands  = Aspect{"FTP commands", func(o, t *Flow) (string, string) { return words(o.Commands), words(t.Commands) }}
	Names     = Aspect{"TLS server name", func(o, t *Flow) (string, string) { return words(o.Names), words(t.Names) }}
	Questions = Aspect{"DNS questions", func(o, t *Flow) (string, string) { return words(o.Questions), words(t.Questions) }}
)

// Compare holds ours against theirs, in the order of the conversations.
func Compare(ours, theirs Table, aspects ...Aspect) []Difference {
	var found []Difference
	for _, k := range theirs.Keys() {
		o := ours[k]
		if o == nil {
			found = append(found, Difference{Key: k, Aspect: "conversation", Ours: "none", Theirs: theirs[k].Protocol})
			continue
		}
		for _, a := range aspects {
			if left, right := a.Compare(o, theirs[k]); left != right {
				found = append(found, Difference{k, a.Name, left, right, theirs.portless(k)})
			}
		}
	}
	for _, k := range ours.Keys() {
		if theirs[k] == nil {
			found = append(found, Difference{Key: k, Aspect: "conversation", Ours: ours[k].Protocol, Theirs: "none"})
		}
	}
	return found
}

// portless says that there is a conversation without ports between the same hosts.
func (t Table) portless(k Key) bool {
	_, ok := t[Key{k.Transport, netip.AddrPortFrom(k.A.Addr(), 0), netip.AddrPortFrom(k.B.Addr(), 0)}]
	return ok
}

// bothWays tells both directions of one count; where they are near enough, in
// the same words.
func bothWays(ours, theirs *Flow, near float64, of func(Counts) int64) (string, string) {
	told := func(f *Flow) string { return fmt.Sprintf("%d / %d", of(f.Counts[0]), of(f.Counts[1])) }
	for way := range ours.Counts {
		o, t := of(ours.Counts[way]), of(theirs.Counts[way])
		if math.Abs(float64(o-t)) > near*float64(max(o, t)) {
			return told(ours), told(theirs)
		}
	}
	return told(theirs), told(theirs)
}

// methods are a conversation's requests by method: 1000 POST.
func methods(f *Flow) string {
	count := make(map[string]int)
	for _, r := range f.Requests {
		count[r.Method]++
	}
	var out []string
	for m, n := range count {
		out = append(out, fmt.Sprint(n, " ", m))
	}
	return words(out)
}

// bodySize is the largest that was declared: what a flow record tells.
func bodySize(f *Flow) string {
	var most int64
	for _, r := range f.Requests {
		most = max(most, r.Size)
	}
	return fmt.Sprint(most)
}

// words are different ones, sorted: a record tells each once.
func words(w []string) string {
	return strings.Join(slices.Compact(slices.Sorted(slices.Values(w))), " ")
}
