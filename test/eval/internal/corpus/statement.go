package corpus

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

const (
	maxCopies   = 1000
	maxReplicas = 1000
)

// workload reads KIND NAMESPACE/NAME image=IMAGE replicas=N.
func workload(_ *parser, s *Scenario, fields []string) error {
	if len(fields) < 2 {
		return errors.New("it is workload KIND NAME image=IMAGE")
	}
	w := Workload{Kind: Kind(fields[0]), Name: fields[1], Replicas: 1}
	switch w.Kind {
	case Deployment, StatefulSet, DaemonSet, CronJob:
		var ok bool
		if w.Namespace, w.Name, ok = strings.Cut(fields[1], "/"); !ok {
			return fmt.Errorf("%q is not NAMESPACE/NAME", fields[1])
		}
	case Container:
	default:
		return fmt.Errorf("%q is not a kind of workload", fields[0])
	}
	for _, f := range fields[2:] {
		key, value, _ := strings.Cut(f, "=")
		switch key {
		case "image":
			w.Image = value
		case "replicas":
			n, err := positive(value, maxReplicas)
			if err != nil {
				return err
			}
			w.Replicas = n
		default:
			return fmt.Errorf("%q: a workload has an image and replicas", key)
		}
	}
	s.Workload = w
	return nil
}

func positive(text string, limit int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > limit {
		return 0, fmt.Errorf("%q is not a number from 1 to %d", text, limit)
	}
	return n, nil
}

func copies(_ *parser, s *Scenario, fields []string) (err error) {
	if len(fields) != 1 {
		return errors.New("it is copies N")
	}
	s.Copies, err = positive(fields[0], maxCopies)
	return err
}

func vary(_ *parser, s *Scenario, fields []string) (err error) {
	if len(fields) != 1 {
		return errors.New("it is vary SIGMA")
	}
	s.Vary, err = share(fields[0], 1)
	return err
}

// process names the executable of the flows that follow.
func process(p *parser, _ *Scenario, fields []string) error {
	if len(fields) != 1 {
		return errors.New("it is process PATH")
	}
	p.process = fields[0]
	return nil
}

// scale reads d12T09:00..d13T18:00 to 200.
func scale(_ *parser, s *Scenario, fields []string) error {
	if len(fields) != 3 || fields[1] != "to" {
		return errors.New("it is scale FROM..TO to REPLICAS")
	}
	when, err := span(fields[0])
	if err != nil {
		return err
	}
	n, err := positive(fields[2], maxReplicas)
	s.Scale = append(s.Scale, Scale{Span: when, Replicas: n})
	return err
}

// check finds what a scenario lacks.
func (s *Scenario) check() error {
	if len(s.Flows) == 0 {
		return fmt.Errorf("%s has no flows", s.Name)
	}
	if s.Attack == nil {
		if s.Workload.Name == "" {
			return fmt.Errorf("%s has no workload", s.Name)
		}
		return nil
	}
	return s.Attack.check(s)
}

func (a *Attack) check(s *Scenario) error {
	switch {
	case len(a.Techniques) == 0 || len(a.Rules) == 0:
		return fmt.Errorf("%s names no technique or no rule", s.Name)
	case a.Stated == 0:
		return fmt.Errorf("%s states no intensity: intensity 10 1 [0.3] 0.1", s.Name)
	case (a.Victim == "") == (s.Workload.Name == ""):
		return fmt.Errorf("%s needs a victim or a workload, and not both", s.Name)
	case a.Lasts == 0:
		return fmt.Errorf("%s has no start", s.Name)
	}
	return nil
}
