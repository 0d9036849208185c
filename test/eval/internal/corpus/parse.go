package corpus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Error is a line that cannot be read.
type Error struct {
	File string
	Line int
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns what is wrong with the line.
func (e *Error) Unwrap() error { return e.Err }

// Parse reads a file's scenarios. Errors are of type *Error.
func Parse(file, text string) ([]Scenario, error) {
	p := parser{file: file}
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := p.line(number, strings.TrimRight(line, "\r\n")); err != nil {
			return nil, &Error{File: file, Line: number, Err: err}
		}
	}
	for i := range p.scenarios {
		if err := p.scenarios[i].check(); err != nil {
			return nil, &Error{File: file, Line: p.scenarios[i].Line, Err: err}
		}
	}
	return p.scenarios, nil
}

type parser struct {
	file      string
	scenarios []Scenario
	// process is that of the flows that follow.
	process string
}

func (p *parser) line(number int, line string) error {
	word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
	rest = strings.TrimSpace(rest)
	switch {
	case word == "" || strings.HasPrefix(word, "#"):
		return nil
	case word == "benign" || word == "attack":
		return p.begin(number, word, rest)
	case len(p.scenarios) == 0:
		return errors.New("a file begins with benign NAME or attack NAME")
	}
	s := &p.scenarios[len(p.scenarios)-1]
	// Prose and YAML are taken as they stand.
	switch word {
	case "about":
		s.About = strings.TrimSpace(s.About + " " + rest)
		return nil
	case "allow":
		s.Allow = append(s.Allow, rest)
		return nil
	}
	fields, err := split(rest)
	if err != nil {
		return err
	}
	if handle, ok := statements[word]; ok {
		return handle(p, s, fields)
	}
	return p.flow(s, number, Shape(word), fields)
}

func (p *parser) begin(number int, word, name string) error {
	if name == "" || strings.ContainsAny(name, " \t\"") {
		return fmt.Errorf("%s is followed by a name", word)
	}
	s := Scenario{Name: name, File: p.file, Line: number, Copies: 1, Vary: 0.3}
	if word == "attack" {
		s.Attack = &Attack{}
	}
	p.scenarios = append(p.scenarios, s)
	p.process = ""
	return nil
}

// statements are the lines that are no flow.
var statements = map[string]func(*parser, *Scenario, []string) error{
	"workload":  workload,
	"copies":    copies,
	"vary":      vary,
	"process":   process,
	"scale":     scale,
	"technique": attacks(func(a *Attack, f []string) error { a.Techniques = f; return nil }),
	"rule":      attacks(func(a *Attack, f []string) error { a.Rules = f; return nil }),
	"intensity": attacks(intensity),
	"victim":    attacks(victim),
	"start":     attacks(start),
}

func attacks(handle func(*Attack, []string) error) func(*parser, *Scenario, []string) error {
	return func(_ *parser, s *Scenario, fields []string) error {
		if s.Attack == nil {
			return errors.New("only an attack has this line")
		}
		if len(fields) == 0 {
			return errors.New("the line is empty")
		}
		return handle(s.Attack, fields)
	}
}

// intensity reads factors, the stated one in brackets: 10 1 [0.3] 0.1.
func intensity(a *Attack, fields []string) error {
	for _, f := range fields {
		number, stated := strings.CutPrefix(f, "[")
		number = strings.TrimSuffix(number, "]")
		v, err := strconv.ParseFloat(number, 64)
		if err != nil || !(v > 0 && v <= 1e6) {
			return fmt.Errorf("%q is not a factor", f)
		}
		if stated {
			a.Stated = v
		}
		a.Intensities = append(a.Intensities, v)
	}
	return nil
}

func victim(a *Attack, fields []string) error {
	a.Victim = fields[0]
	return nil
}

// start reads d11..d20 for 2h.
func start(a *Attack, fields []string) (err error) {
	if len(fields) != 3 || fields[1] != "for" {
		return errors.New("it is start FROM..TO for LENGTH")
	}
	if a.Start, err = span(fields[0]); err != nil {
		return err
	}
	a.Lasts, err = duration(fields[2])
	return err
}
