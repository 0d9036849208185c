package filter

import (
	"slices"
	"strings"

	"github.com/gopacket/gopacket/layers"
)

// parser reads an expression by recursive descent.
type parser struct {
	layout
	words []word
	depth int
	// last are the qualifiers that an address or port without any takes over.
	last *qualifiers
}

// qualifiers are the words before an address, port or number.
type qualifiers struct {
	protocol, direction, kind string
}

func parse(expression string, link layers.LinkType) (node, error) {
	words, err := split(expression)
	if err != nil || len(words) == 1 {
		return nil, err
	}
	where, ok := layoutOf(link)
	if !ok {
		return nil, words[0].refuse("filters are for Ethernet and raw IP, not for link type " + link.String())
	}
	p := &parser{layout: where, words: words}
	root, err := p.expression()
	if err != nil {
		return nil, err
	}
	if rest := p.peek(); rest.text != "" {
		return nil, rest.refuse("expected and, or, or the end")
	}
	return root, nil
}

func (p *parser) peek() word { return p.words[0] }

// take gives the next word; the end stays.
func (p *parser) take() word {
	w := p.words[0]
	if w.text != "" {
		p.words = p.words[1:]
	}
	return w
}

// accept takes the next word if it is one of those.
func (p *parser) accept(any ...string) bool {
	if slices.Contains(any, p.peek().text) && p.peek().text != "" {
		p.take()
		return true
	}
	return false
}

// expression is terms with and and or between them, which rank equally.
func (p *parser) expression() (node, error) {
	left, err := p.term()
	for err == nil {
		var right node
		switch {
		case p.accept("and", "&&"):
			right, err = p.term()
			left = all{left, right}
		case p.accept("or", "||"):
			right, err = p.term()
			left = some{left, right}
		default:
			return left, nil
		}
	}
	return nil, err
}

func (p *parser) term() (node, error) {
	if p.depth++; p.depth > mostDepth {
		return nil, p.peek().refuse("nested too deeply")
	}
	defer func() { p.depth-- }()
	switch {
	case p.accept("not", "!"):
		n, err := p.term()
		return negation{n}, err
	case p.accept("("):
		n, err := p.expression()
		if err != nil {
			return nil, err
		}
		if !p.accept(")") {
			return nil, p.peek().refuse("expected )")
		}
		return n, nil
	default:
		return p.primitive()
	}
}

var (
	kinds     = []string{"host", "net", "port", "portrange", "proto"}
	addressed = []string{"ether", "ip", "ip6", "arp", "rarp", "tcp", "udp", "sctp"}
)

// protocols are those that stand alone too, by IP protocol number; of version 4 or 6 only,
// or both.
var protocols = map[string]struct {
	number uint32
	v4, v6 bool
}{
	"tcp": {protocolTCP, true, true}, "udp": {protocolUDP, true, true}, "sctp": {protocolSCTP, true, true},
	"icmp": {protocolICMP, true, false}, "icmp6": {protocolICMPv6, false, true}, "igmp": {protocolIGMP, true, false},
	"esp": {protocolESP, true, true}, "ah": {protocolAH, true, true},
	"pim": {protocolPIM, true, true}, "vrrp": {protocolVRRP, true, false},
}

// primitive is qualifiers and what they qualify, or a protocol alone.
func (p *parser) primitive() (node, error) {
	begin := p.peek()
	if n, is, err := p.single(); is {
		p.last = nil
		return n, err
	}
	q, err := p.qualifiers()
	if err != nil {
		return nil, err
	}
	next := p.peek().text
	switch {
	case q == qualifiers{} && p.last == nil:
		return nil, begin.refuse("expected host, net, port or a protocol")
	case q == qualifiers{}:
		q = *p.last
	case q.kind == "" && q.direction == "" && slices.Contains([]string{"", ")", "and", "&&", "or", "||"}, next):
		p.last = nil
		return p.alone(q.protocol), nil
	}
	p.last = &q
	if p.accept("(") {
		return p.group(q)
	}
	return p.value(q)
}

// qualifiers reads what stands before a value.
func (p *parser) qualifiers() (qualifiers, error) {
	var q qualifiers
	if slices.Contains(addressed, p.peek().text) {
		q.protocol = p.take().text
	}
	if w := p.peek(); w.text == "src" || w.text == "dst" {
		q.direction = p.take().text
		if and := p.peek().text; (and == "and" || and == "or") && w.text == "src" && p.words[1].text == "dst" {
			p.take()
			p.take()
			q.direction = "src " + and + " dst"
		}
	}
	if slices.Contains(kinds, p.peek().text) {
		q.kind = p.take().text
	}
	if w := p.peek(); slices.Contains(addressed, w.text) && q.kind != "proto" {
		return q, w.refuse("does not belong here")
	}
	return q, nil
}

// group is values in parentheses behind their qualifiers.
func (p *parser) group(q qualifiers) (node, error) {
	left, err := p.member(q)
	for err == nil && !p.accept(")") {
		var right node
		switch {
		case p.accept("or", "||"):
			right, err = p.member(q)
			left = some{left, right}
		case p.accept("and", "&&"):
			right, err = p.member(q)
			left = all{left, right}
		default:
			err = p.peek().refuse("expected or, and, or )")
		}
	}
	return left, err
}

func (p *parser) member(q qualifiers) (node, error) {
	if p.accept("not", "!") {
		n, err := p.value(q)
		return negation{n}, err
	}
	return p.value(q)
}

// name is a word without the backslash that protects it from being a keyword.
func name(w word) string { return strings.TrimPrefix(w.text, `\`) }
