package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab"
	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/wiretap"
)

// capture records the packets of scenarios, and whose addresses they have.
func capture(ctx context.Context, args []string) (err error) {
	s := newSettings("capture")
	output := s.flags.String("output", "", "the pcapng file to write; compressed where its name ends in .zst")
	snap := s.flags.Int("snap", wiretap.MaxSnap, "how many bytes of each packet to keep")
	download := s.flags.Int64("download", 30_000_000, "size of the large download in bytes")
	names, err := s.parse(args)
	if err != nil {
		return err
	}
	if *output == "" || *snap < 1 || *snap > wiretap.MaxSnap || *download < 1 {
		return fmt.Errorf("-output: a file; -snap: from 1 to %d; -download: at least 1", wiretap.MaxSnap)
	}
	scenarios, err := lab.Select(names)
	if err != nil {
		return err
	}
	s.download = *download
	l, err := s.lab(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	file, err := create(*output)
	if err != nil {
		return err
	}
	c, err := l.Capture(ctx, scenarios, *snap, file)
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	for _, o := range c.Outcomes {
		if o.Skipped != "" {
			fmt.Fprintln(os.Stderr, "not run:", o.Scenario+":", o.Skipped)
		}
	}
	fmt.Fprintf(os.Stderr, "%d packets in %s\n", c.Packets, *output)
	return writeWorkloads(*output, c.Workloads)
}

// writeWorkloads writes the mapping file beside a capture: lab.pcapng.zst has
// lab.workloads.yaml.
func writeWorkloads(output string, workloads []lab.Workload) error {
	file, err := os.Create(strings.TrimSuffix(strings.TrimSuffix(output, ".zst"), ".pcapng") + ".workloads.yaml")
	if err != nil {
		return err
	}
	return errors.Join(lab.WriteWorkloads(file, workloads), file.Close())
}

// create makes the file that a capture is written to.
func create(output string) (io.WriteCloser, error) {
	file, err := os.Create(output)
	if err != nil || !strings.HasSuffix(output, ".zst") {
		return file, err
	}
	z, err := zstd.NewWriter(file)
	return &compressed{z, file}, err
}

// compressed closes the file below too.
type compressed struct {
	*zstd.Encoder
	file *os.File
}

func (c *compressed) Close() error { return errors.Join(c.Encoder.Close(), c.file.Close()) }
