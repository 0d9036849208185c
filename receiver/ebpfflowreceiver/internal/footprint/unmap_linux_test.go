package footprint

import (
	"os"
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fileBacked is the process's resident pages of files, in kB.
func fileBacked(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	match := regexp.MustCompile(`RssFile:\s+(\d+) kB`).FindSubmatch(text)
	require.NotNil(t, match)
	kB, err := strconv.Atoi(string(match[1]))
	require.NoError(t, err)
	return kB
}

func TestSettleUnmapsWhatIsNotUsed(t *testing.T) {
	own, err := executable()
	require.NoError(t, err)
	require.NotEmpty(t, own, "the executable's text is mapped")

	before := fileBacked(t)
	require.NoError(t, Settle())
	assert.Less(t, fileBacked(t), before)
}
