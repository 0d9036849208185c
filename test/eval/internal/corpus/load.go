package corpus

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Load reads every *.txt file of a file system, in the order of their names.
// Names of scenarios are unique, and victims are benign scenarios.
func Load(files fs.FS) ([]Scenario, error) {
	var all []Scenario
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".txt") {
			return err
		}
		text, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		scenarios, err := Parse(path, string(text))
		all = append(all, scenarios...)
		return err
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Scenario) int { return cmp.Compare(a.Name, b.Name) })
	return all, link(all)
}

// link checks what scenarios say of each other.
func link(sorted []Scenario) error {
	for i := range sorted {
		s := &sorted[i]
		if i > 0 && sorted[i-1].Name == s.Name {
			return &Error{File: s.File, Line: s.Line, Err: fmt.Errorf("there is another %s", s.Name)}
		}
		if s.Benign() || s.Attack.Victim == "" {
			continue
		}
		if v := Find(sorted, s.Attack.Victim); v == nil || !v.Benign() {
			return &Error{File: s.File, Line: s.Line, Err: fmt.Errorf("%s is no benign scenario", s.Attack.Victim)}
		}
	}
	return nil
}

// Find returns the scenario of that name, of those that Load returned; nil if
// there is none.
func Find(scenarios []Scenario, name string) *Scenario {
	i, ok := slices.BinarySearchFunc(scenarios, name, func(s Scenario, n string) int { return cmp.Compare(s.Name, n) })
	if !ok {
		return nil
	}
	return &scenarios[i]
}
