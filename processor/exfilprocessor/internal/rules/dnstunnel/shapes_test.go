package dnstunnel

import (
	"encoding/base32"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/rules/ruletest"
)

// stream is a run of questions.
type stream struct {
	every time.Duration
	count int
	kind  string
	name  func(dice *rand.Rand, i int) string
}

func (s stream) records() []flow.Record {
	dice := rand.New(rand.NewPCG(1, 2))
	records := make([]flow.Record, 0, s.count)
	for i := range s.count {
		records = append(records, ask(time.Duration(i)*s.every, s.name(dice, i), s.kind))
	}
	return records
}

// ask is a record as ebpf_flow tells a question: one that moved nothing.
func ask(after time.Duration, name, kind string) flow.Record {
	r := ruletest.Record(after, 40000, 53, 0)
	r.Destination = netip.MustParseAddrPort("10.96.0.10:53")
	r.Transport, r.Protocol = "udp", "dns"
	r.DNS = flow.DNS{QuestionName: name, QuestionType: kind}
	return r
}

func random(dice *rand.Rand, n int) []byte {
	raw := make([]byte, n)
	for i := range raw {
		raw[i] = byte(dice.Uint32())
	}
	return raw
}

func hexOf(dice *rand.Rand, digits int) string {
	return hex.EncodeToString(random(dice, (digits+1)/2))[:digits]
}

func base32Of(dice *rand.Rand, characters int) string {
	text := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(random(dice, characters))
	return strings.ToLower(text[:characters])
}

// labels cuts a text into labels of a length.
func labels(text string, length int) string {
	var cut []string
	for ; len(text) > length; text = text[length:] {
		cut = append(cut, text[:length])
	}
	return strings.Join(append(cut, text), ".")
}

var words = strings.Fields(`amber anchor apple arrow autumn basket beacon birch bottle bridge candle canyon
	carbon cedar circle cloud copper coral cotton crystal delta desert dragon eagle ember engine`)

func word(dice *rand.Rand) string { return words[dice.IntN(len(words))] }

// tenant is the name of a customer, the first of which are asked for most.
func tenant(n int) string {
	return fmt.Sprintf("%s-%s-%s", words[n%len(words)], words[n/len(words)%len(words)], words[n/len(words)/len(words)%len(words)])
}

func zipf(dice *rand.Rand, n int) int {
	return int(rand.NewZipf(dice, 1.1, 10, uint64(n-1)).Uint64())
}
