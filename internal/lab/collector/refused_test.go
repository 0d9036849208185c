package collector

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestARefusalIsFoundInTheLog(t *testing.T) {
	log := "info Shutdown complete.\nError: cannot start pipelines: failed to start \"ebpf_flow\" receiver: probe x: missing permission\nprobe x: missing permission\n"
	assert.Equal(t, "probe x: missing permission", refusal(log))
	assert.Empty(t, refusal("Error: failed to get config: no such key\n"))
}
