package flow

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGuessInitiator(t *testing.T) {
	for _, c := range []struct {
		source, destination uint16
		want                Initiator
	}{
		{40000, 443, InitiatorSource}, {443, 40000, InitiatorDestination},
		{40000, 50000, InitiatorUnknown}, {80, 443, InitiatorUnknown},
		{40000, 0, InitiatorUnknown}, {0, 40000, InitiatorUnknown}, {0, 0, InitiatorUnknown},
		{32768, 32767, InitiatorSource},
	} {
		assert.Equal(t, c.want, GuessInitiator(c.source, c.destination), c)
	}
}
