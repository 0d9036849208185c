package exfilprocessor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"go.opentelemetry.io/otel/metric"
	"go.uber.org/zap"

	"github.com/otelcol-exfil/otelcol-exfil/processor/exfilprocessor/internal/indicator"
)

// openLists reads the operator's indicator files. What cannot be read now would not
// be missed later, so that it is an error.
func openLists(cfg indicator.Config, now time.Time) (*indicator.Lists, error) {
	lists := indicator.New(cfg)
	var all error
	for _, r := range lists.Refresh(now) {
		if r.Err != nil {
			all = errors.Join(all, fmt.Errorf("indicators::files[%d]: %w", slices.Index(cfg.Files, r.Path), r.Err))
		}
	}
	return lists, all
}

// reread reads the indicator files that changed. One that cannot be read keeps what
// it held.
func (p *exfil) reread(ctx context.Context) {
	for _, r := range p.lists.Refresh(p.now()) {
		if r.Err != nil {
			p.meter.builder.ExfilIndicatorFailures.Add(ctx, 1)
			p.logger.Error("An indicator file is not taken; what was read of it before stays",
				zap.String("path", r.Path), zap.Int("entries", r.Entries), zap.Error(r.Err))
			continue
		}
		p.logger.Info("An indicator file was read", zap.String("path", r.Path), zap.String("format", string(r.Format)),
			zap.Int("entries", r.Entries), zap.Int("passed_over", r.PassedOver),
			zap.Int("malformed", r.Malformed), zap.Int("first_malformed", r.FirstMalformed))
	}
}

// watch publishes how many indicators are held.
func (m *meter) watch(lists *indicator.Lists) error {
	return m.builder.RegisterExfilIndicatorsCallback(func(_ context.Context, o metric.Int64Observer) error {
		if n := lists.Entries(); n > 0 {
			o.Observe(int64(n))
		}
		return nil
	})
}
