package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

// maxSize bounds the stolen file: 1 GiB.
const maxSize = 1 << 30

// settings are the flags that demo and run share.
type settings struct {
	flags     *flag.FlagSet
	collector string
	mib       int64
	download  int64 // bytes; 0: as much as the lab does
	noDocker  bool
	json      string
}

func newSettings(name string) *settings {
	s := &settings{flags: flag.NewFlagSet(name, flag.ContinueOnError)}
	s.flags.StringVar(&s.collector, "collector", beside("otelcol-exfil"), "the collector's binary")
	s.flags.Int64Var(&s.mib, "mib", 20, "size of the stolen file in MiB")
	s.flags.BoolVar(&s.noDocker, "no-docker", false, "use the lab's own namespaces and cgroup even where dockerd is installed")
	s.flags.StringVar(&s.json, "json", "", "write the figures to this file too")
	return s
}

// parse reads the flags and returns the names after them.
func (s *settings) parse(args []string) ([]string, error) {
	if err := s.flags.Parse(args); err != nil {
		return nil, err
	}
	if s.mib < 1 || s.mib<<20 > maxSize {
		return nil, errors.New("-mib: from 1 to 1024")
	}
	if _, err := os.Stat(s.collector); err != nil {
		return nil, fmt.Errorf("the collector: %w: make build makes it", err)
	}
	return s.flags.Args(), nil
}

// beside is a program in this one's directory.
func beside(name string) string {
	self, err := os.Executable()
	if err != nil {
		return name
	}
	if filepath.Ext(self) == ".exe" {
		name += ".exe"
	}
	return filepath.Join(filepath.Dir(self), name)
}
