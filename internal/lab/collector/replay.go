package collector

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
)

// Replay runs a collector over a capture to its end, and then hands on all that
// it wrote.
func Replay(ctx context.Context, c Config, on Handler) error {
	config := filepath.Join(c.Dir, "collector.yaml")
	if err := c.write(config); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, c.Binary, "--config", config)
	cmd.SysProcAttr = attributes()
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("the collector (make build makes it): %w\n%s", err, out[max(0, len(out)-mostLog):])
	}
	ended, end := context.WithCancel(ctx)
	end()
	Follow(ended, c.output(), on)
	return ctx.Err()
}
