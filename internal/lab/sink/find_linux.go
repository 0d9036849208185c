package sink

import (
	"errors"
	"fmt"
	"os/exec"
)

// ErrMissing says that a server is not installed on this machine.
var ErrMissing = errors.New("not installed")

// find looks for a server, in sbin too, which is not on everybody's PATH, and
// for unshare, which starts it.
func find(name string) (string, error) {
	if _, err := exec.LookPath("unshare"); err != nil {
		return "", fmt.Errorf("unshare, for %s: %w", name, ErrMissing)
	}
	for _, candidate := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name} {
		if path, err := exec.LookPath(candidate); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: %w", name, ErrMissing)
}
