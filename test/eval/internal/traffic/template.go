package traffic

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// template makes names: literal text, and parts drawn anew each time, as
// {hex:32}. A part with a pool, {word/50}, is drawn from that many.
type template struct {
	parts []part
	seed  uint64
	fixed string // where nothing is drawn
}

type part struct {
	literal  string
	alphabet string // empty: words
	length   int
	pool     int
}

var alphabets = map[string]string{
	"hex":   "0123456789abcdef",
	"b32":   "abcdefghijklmnopqrstuvwxyz234567",
	"b64":   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
	"num":   "0123456789",
	"alpha": "abcdefghijklmnopqrstuvwxyz",
	"word":  "",
}

// words make names that people or word-list encoders would choose.
var words = strings.Fields(`amber anchor apple arrow autumn basket beacon birch bottle bridge
	candle canyon carbon cedar circle cloud copper coral cotton crystal delta desert dragon eagle
	ember engine falcon feather forest garden ginger glacier granite harbor hazel hollow indigo
	island ivory jasmine jungle kernel lagoon lantern lemon lotus magnet maple marble meadow
	meteor mirror nectar nickel oasis ocean olive orchid otter paper pearl pepper pilot planet
	prairie quartz rabbit raven ribbon river saddle salmon shadow silver sparrow spruce summit
	tango temple thunder timber topaz tulip tundra turtle valley velvet violet walnut willow`)

// maxPart is as long as a DNS name can be.
const maxPart = 253

// compile reads a template. {copy} is the workload's number.
func compile(text string, copyNumber int, from uint64) (*template, error) {
	text = strings.ReplaceAll(text, "{copy}", strconv.Itoa(copyNumber))
	t := &template{seed: from}
	rest := text
	for rest != "" {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			t.parts = append(t.parts, part{literal: before})
		}
		if !found {
			break
		}
		inside, tail, closed := strings.Cut(after, "}")
		p, err := parsePart(inside)
		if err != nil || !closed {
			return nil, fmt.Errorf("%q: a part is {hex:32}, {b32:12/100} or {word}", text)
		}
		t.parts, rest = append(t.parts, p), tail
	}
	if !strings.Contains(text, "{") {
		t.fixed = text
	}
	return t, nil
}

func parsePart(text string) (part, error) {
	text, pool, pooled := strings.Cut(text, "/")
	name, length, sized := strings.Cut(text, ":")
	alphabet, ok := alphabets[name]
	p := part{alphabet: alphabet, length: 1}
	var err error
	if !ok {
		return p, fmt.Errorf("%q is no alphabet", name)
	}
	if sized {
		p.length, err = strconv.Atoi(length)
	}
	if err == nil && pooled {
		p.pool, err = strconv.Atoi(pool)
	}
	if err != nil || p.length < 1 || p.length > maxPart || p.pool < 0 {
		return p, fmt.Errorf("%q is not a length from 1 to %d and a pool", text, maxPart)
	}
	return p, nil
}

// draw makes the next name.
func (t *template) draw(dice *rand.Rand) string {
	if len(t.parts) == 0 || t.fixed != "" {
		return t.fixed
	}
	var b strings.Builder
	for i := range t.parts {
		p := &t.parts[i]
		switch {
		case p.literal != "":
			b.WriteString(p.literal)
		case p.pool > 0:
			which := dice.Uint64N(uint64(p.pool))
			pooled := rand.New(rand.NewPCG(t.seed+uint64(i), which))
			p.write(&b, pooled)
		default:
			p.write(&b, dice)
		}
	}
	return b.String()
}

func (p *part) write(b *strings.Builder, dice *rand.Rand) {
	for i := range p.length {
		if p.alphabet != "" {
			b.WriteByte(p.alphabet[dice.IntN(len(p.alphabet))])
			continue
		}
		if i > 0 {
			b.WriteByte('-')
		}
		b.WriteString(words[dice.IntN(len(words))])
	}
}

// tail is what all names end with: the domain under which parts are drawn.
func (t *template) tail() string {
	if len(t.parts) == 0 {
		return t.fixed
	}
	last := t.parts[len(t.parts)-1].literal
	if len(t.parts) > 1 {
		_, last, _ = strings.Cut(last, ".")
	}
	return last
}
