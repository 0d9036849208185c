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

// A debugger's breakpoint, or a uprobe's, is a page of the text that differs from
// the file: it must stay.
func TestSettleKeepsATextThatSomebodyChanged(t *testing.T) {
	own, err := executable()
	require.NoError(t, err)
	require.NotEmpty(t, own)
	changed := own[0]
	t.Cleanup(func() { assert.NoError(t, changed.unmap()) })
	copyOnWrite(t, changed.start)

	rest, err := executable()
	require.NoError(t, err)
	assert.Equal(t, own[1:], rest)
}

// copyOnWrite writes a byte over itself as a debugger would.
func copyOnWrite(t *testing.T, address uintptr) {
	t.Helper()
	memory, err := os.OpenFile("/proc/self/mem", os.O_RDWR, 0)
	require.NoError(t, err)
	defer memory.Close()
	var one [1]byte
	_, err = memory.ReadAt(one[:], int64(address))
	require.NoError(t, err)
	if _, err := memory.WriteAt(one[:], int64(address)); err != nil {
		t.Skipf("this kernel keeps debuggers from read-only memory: %v", err)
	}
}
