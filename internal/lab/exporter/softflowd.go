package exporter

import (
	"context"
	"fmt"
	"net/netip"
	"os/exec"
	"path/filepath"
)

// Softflowd is the name of the exporter's program, a package of Debian's.
const Softflowd = "softflowd"

// Export has softflowd send the flows of a capture to a collector, in a version of
// the protocol: 5, 9 or 10, which is IPFIX. More options are softflowd's.
func Export(ctx context.Context, capture string, version int, to netip.AddrPort, more ...string) error {
	// With a control socket it may wait for somebody to connect to it.
	options := append([]string{"-d", "-r", capture, "-v", fmt.Sprint(version), "-n", to.String(),
		"-p", filepath.Join(filepath.Dir(capture), "pid"), "-c", "none"}, more...)
	if out, err := exec.CommandContext(ctx, Softflowd, options...).CombinedOutput(); err != nil {
		return fmt.Errorf("softflowd: %w: %s", err, out)
	}
	return nil
}
