package flow

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTransport(t *testing.T) {
	names := map[string]bool{}
	for protocol := range 256 {
		names[Transport(uint8(protocol))] = true
	}
	assert.Len(t, names, 256)
	assert.Equal(t, "tcp", Transport(6))
	assert.Equal(t, "ip-0", Transport(0))
}
