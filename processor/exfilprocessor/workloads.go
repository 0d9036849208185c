package exfilprocessor

import (
	"fmt"

	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/internal/netset"
	"github.com/otelcol-exfil/otelcol-exfil/internal/workload"
)

// whose knows whose an address is. A workloads file that cannot be read now would not be
// missed later, so that it is an error.
func (n *Networks) whose() (*workload.Directory, error) {
	containers, err := netset.Parse(n.Containers)
	if err != nil {
		return nil, fmt.Errorf("networks::containers: %w", err)
	}
	directory, err := workload.New(containers, n.WorkloadsFile)
	if err != nil {
		return nil, fmt.Errorf("networks::workloads_file: %w", err)
	}
	return directory, nil
}

// rereadWorkloads reads the workloads file if it has changed.
func (p *exfil) rereadWorkloads() {
	path := zap.String("path", p.cfg.Networks.WorkloadsFile)
	switch changed, err := p.whose.Reload(); {
	case err != nil:
		p.logger.Error("The workloads file is not taken; what was read of it before stays", path, zap.Error(err))
	case changed:
		p.logger.Info("The workloads file was read", path)
	}
}
