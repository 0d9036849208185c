package bpf

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const printMissing = "EXFIL_TEST_PRINT_MISSING"

// TestMissingCapabilities asks a child that is nobody: it has none.
func TestMissingCapabilities(t *testing.T) {
	if os.Getenv(printMissing) != "" {
		_, err := os.Stdout.WriteString("missing " + missingCapabilities() + "\n")
		require.NoError(t, err)
		return
	}
	child := exec.Command("/proc/self/exe", "-test.run=^TestMissingCapabilities$")
	child.Env = append(os.Environ(), printMissing+"=1")
	if os.Geteuid() == 0 {
		child.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := child.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Contains(t, strings.Split(string(out), "\n"), "missing CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN")
}
