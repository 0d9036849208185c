package indicator

import (
	"errors"
	"strings"
)

// errPattern is a pattern that does not follow the grammar.
var errPattern = errors.New("malformed STIX pattern")

// parsePattern takes from a STIX pattern (STIX 2.1 §9) the values of which each
// alone makes it match. What needs more than an address or a name to match is
// passed over and counted: comparisons joined by AND, NOT, other objects, several
// observations together, qualifiers.
func parsePattern(pattern string) (values []value, passed int, err error) {
	p := patternParser{tokens: tokenizer{rest: pattern}}
	p.next()
	for {
		found, skipped, err := p.observation()
		if err != nil {
			return nil, 0, err
		}
		values, passed = append(values, found...), passed+skipped
		switch {
		case p.token == "":
			if p.depth != 0 || p.tokens.err != nil {
				return nil, 0, errPattern
			}
			return values, passed, nil
		case !p.word("OR"):
			// FOLLOWEDBY, AND, a qualifier: no observation alone is a match.
			return nil, 1, p.skip()
		}
	}
}

type patternParser struct {
	tokens tokenizer
	token  string // "" at the end; a string keeps its opening quote
	depth  int    // parentheses open around observations
}

func (p *patternParser) next() { p.token = p.tokens.next() }

// word takes a keyword if it is the next token.
func (p *patternParser) word(keyword string) bool {
	if !strings.EqualFold(p.token, keyword) {
		return false
	}
	p.next()
	return true
}

// skip reads the rest for its tokens alone.
func (p *patternParser) skip() error {
	for p.token != "" {
		p.next()
	}
	return p.tokens.err
}

// observation reads one [ … ]. Parentheses change nothing where there is only OR.
func (p *patternParser) observation() (values []value, passed int, err error) {
	p.depth += p.parentheses("(")
	if !p.word("[") {
		return nil, 0, errPattern
	}
	depth, compared, joined := 0, 0, false
	for {
		depth += p.parentheses("(")
		v, ok, err := p.comparison()
		if err != nil {
			return nil, 0, err
		}
		compared++
		if !ok {
			passed++
		}
		values = append(values, v...)
		if depth -= p.parentheses(")"); depth < 0 {
			return nil, 0, errPattern
		}
		if p.word("]") {
			break
		}
		if p.word("AND") {
			joined = true
		} else if !p.word("OR") {
			return nil, 0, errPattern
		}
	}
	if p.depth -= p.parentheses(")"); depth != 0 || p.depth < 0 {
		return nil, 0, errPattern
	}
	if joined {
		return nil, compared, nil
	}
	return values, passed, nil
}

func (p *patternParser) parentheses(kind string) int {
	n := 0
	for p.word(kind) {
		n++
	}
	return n
}

// comparison reads: path [NOT] operator operand. It is not ok where it is
// well formed but of no use here.
func (p *patternParser) comparison() (values []value, ok bool, err error) {
	if p.word("EXISTS") {
		return nil, false, p.operand(new([]string))
	}
	path := p.token
	if !isWord(path) || !strings.Contains(path, ":") {
		return nil, false, errPattern
	}
	p.next()
	negated := p.word("NOT")
	operator := strings.ToUpper(p.token)
	p.next()
	var operands []string
	if err := p.operand(&operands); err != nil {
		return nil, false, err
	}
	parse := parserFor(path, operator)
	if parse == nil || negated {
		return nil, false, nil
	}
	for _, text := range operands {
		v, ok := parse(text)
		if !ok {
			return nil, false, errPattern
		}
		values = append(values, v)
	}
	return values, true, nil
}

// operand reads a literal, or a list of them in parentheses.
func (p *patternParser) operand(into *[]string) error {
	if !p.word("(") {
		return p.literal(into)
	}
	for {
		if err := p.literal(into); err != nil {
			return err
		}
		if p.word(")") {
			return nil
		}
		if !p.word(",") {
			return errPattern
		}
	}
}

func (p *patternParser) literal(into *[]string) error {
	text, isString := strings.CutPrefix(p.token, "'")
	if !isString && !isWord(p.token) {
		return errPattern
	}
	*into = append(*into, text)
	p.next()
	if !isString && strings.HasPrefix(p.token, "'") {
		p.next() // t'2024-01-01T00:00:00Z', h'00', b'AA=='
	}
	return nil
}

// parserFor says how the operands of a path and operator are read; nil where they
// are not.
func parserFor(path, operator string) func(string) (value, bool) {
	if operator != "=" && operator != "==" && operator != "IN" && operator != "ISSUBSET" {
		return nil
	}
	switch path {
	case "ipv4-addr:value", "ipv6-addr:value", "network-traffic:dst_ref.value":
		return parseNetwork
	case "domain-name:value":
		return parseDomain
	case "url:value":
		return parseURL
	default:
		return nil
	}
}
