package bpf

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever this machine lacks, the error says which probe, what is missing and
// what to do, and keeps the kernel's words.
func TestDiagnose(t *testing.T) {
	for _, cause := range []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOENT, errors.ErrUnsupported} {
		err := fmt.Errorf("start: %w", diagnose("on_egress", fmt.Errorf("load: %w", cause)))
		var probe *ProbeError
		require.ErrorAs(t, err, &probe)
		assert.ErrorIs(t, err, cause)
		assert.Equal(t, "on_egress", probe.Probe)
		assert.NotEmpty(t, probe.Missing)
		assert.NotEmpty(t, probe.Remedy)
		for _, part := range []string{"on_egress", probe.Missing, probe.Remedy, cause.Error()} {
			assert.ErrorContains(t, err, part)
		}
	}
}

// With all capabilities and BTF, a refusal is a policy's, and the rest a kernel's.
func TestDiagnoseOfThePrivileged(t *testing.T) {
	if lacking := missingCapabilities(); lacking != "" {
		t.Skip("this process lacks " + lacking)
	}
	if _, err := os.Stat(kernelBTF); err != nil {
		t.Skip("this kernel shows no BTF")
	}
	assert.Contains(t, diagnose("x", syscall.EPERM).Remedy, "seccomp")
	assert.Contains(t, diagnose("x", syscall.EINVAL).Missing, "5.10")
}
