package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// statePrefix begins the name of a lab's directory, before its process id.
const statePrefix = "exfil-lab-"

// newState makes this process's state directory, after it has cleared away
// what crashed labs left.
func newState() (string, error) {
	if err := sweep(); err != nil {
		return "", err
	}
	dir := filepath.Join(os.TempDir(), statePrefix+strconv.Itoa(os.Getpid()))
	return dir, os.Mkdir(dir, 0o755)
}

// sweep ends the processes and removes the directories of labs whose own
// process is gone.
func sweep() error {
	dirs, err := filepath.Glob(filepath.Join(os.TempDir(), statePrefix+"*"))
	if err != nil {
		return err
	}
	var errs []error
	for _, dir := range dirs {
		pid, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(dir), statePrefix))
		if err != nil || pid != os.Getpid() && syscall.Kill(pid, 0) == nil {
			continue // not a lab's, or a living one's
		}
		errs = append(errs, endProcesses(dir), removeState(dir))
	}
	return errors.Join(errs...)
}

// ours are the programs that a lab starts on the host.
var ours = []string{"dockerd", "containerd", "containerd-shim-runc-v2", "docker", "vsftpd", "sshd", "otelcol-exfil"}

// endProcesses kills those of our programs that were started with a lab's
// directory in their arguments.
func endProcesses(dir string) error {
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return err
	}
	for _, line := range lines {
		args, err := os.ReadFile(line)
		program, _, _ := strings.Cut(string(args), "\x00")
		if err != nil || !strings.Contains(string(args), dir+"/") || !slices.Contains(ours, filepath.Base(program)) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(line)))
		if err != nil || pid == os.Getpid() {
			continue
		}
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("end process %d of a crashed lab: %w", pid, err)
		}
	}
	return nil
}

// removeState takes down what is mounted in a lab's directory, and removes it.
func removeState(dir string) error {
	mounts, err := os.ReadFile("/proc/self/mounts")
	if err != nil {
		return err
	}
	lines := strings.Split(string(mounts), "\n")
	for i := len(lines) - 1; i >= 0; i-- { // the newest first
		fields := strings.Fields(lines[i])
		if len(fields) > 1 && strings.HasPrefix(fields[1], dir+"/") {
			_ = syscall.Unmount(fields[1], syscall.MNT_DETACH) // RemoveAll reports what stays
		}
	}
	return os.RemoveAll(dir)
}
