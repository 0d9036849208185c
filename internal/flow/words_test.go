package flow

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestInitiatorWords(t *testing.T) {
	for i, word := range map[Initiator]string{
		InitiatorSource: "source", InitiatorDestination: "destination",
	} {
		assert.Equal(t, word, i.String())
		parsed, ok := ParseInitiator(word)
		assert.True(t, ok)
		assert.Equal(t, i, parsed)
	}
	_, ok := ParseInitiator("unknown")
	assert.False(t, ok)
}

func TestEndReasonWords(t *testing.T) {
	words := []string{"unknown", "idle_timeout", "active_timeout", "end_of_flow", "forced_end", "lack_of_resources"}
	for number, word := range words {
		reason := EndReason(number)
		assert.Equal(t, word, reason.String())
		parsed, ok := ParseEndReason(word)
		assert.Equal(t, reason, parsed)
		assert.Equal(t, reason != EndUnknown, ok)
	}
	assert.Equal(t, "unknown", EndReason(99).String())
}
