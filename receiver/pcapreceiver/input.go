package pcapreceiver

import (
	"fmt"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/pcapreceiver/internal/capture"
)

// open opens the configured input. Problem hears of a part of it that cannot be
// read.
func (c *Config) open(problem func(error)) (capture.Source, error) {
	if c.Interface == "" {
		source, err := capture.Open(capture.Options{Path: c.Path, Follow: c.Follow, Problem: problem})
		if err != nil {
			return nil, fmt.Errorf("path: %w", err)
		}
		return source, nil
	}
	source, err := capture.OpenLive(capture.LiveOptions{
		Interface:   c.Interface,
		Filter:      c.Filter,
		SnapLength:  c.SnapLength,
		Promiscuous: c.Promiscuous,
		BufferSize:  c.BufferSize,
	})
	if err != nil {
		return nil, fmt.Errorf("interface: %w", err)
	}
	return source, nil
}
