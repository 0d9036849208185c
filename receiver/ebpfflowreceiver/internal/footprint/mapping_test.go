package footprint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const program = "/opt/a collector"

// region is a mapping as the kernel prints it, shortened.
func region(head, anonymous string) string {
	return head + "\nSize:  8 kB\nRss:  8 kB\nAnonymous:         " + anonymous + " kB\nVmFlags: rd mr mw me\n"
}

func TestCleanMappings(t *testing.T) {
	for name, c := range map[string]struct {
		smaps string
		want  []mapping
	}{
		"text and constants": {
			region("00400000-00500000 r-xp 00000000 fe:00 9                            "+program, "0") +
				region("00500000-00700000 r--p 00100000 fe:00 9                            "+program, "0"),
			[]mapping{{0x400000, 0x500000}, {0x500000, 0x700000}},
		},
		"a breakpoint in the text": {region("00400000-00500000 r-xp 00000000 fe:00 9   "+program, "4"), nil},
		"data":                     {region("00700000-00800000 rw-p 00300000 fe:00 9   "+program, "0"), nil},
		"shared":                   {region("00700000-00800000 r--s 00300000 fe:00 9   "+program, "0"), nil},
		"another file":             {region("7f0000000000-7f0000001000 r-xp 0 fe:00 9   /lib/libc.so", "0"), nil},
		"a file that was replaced": {region("00400000-00500000 r-xp 00000000 fe:00 9   "+program+" (deleted)", "0"), nil},
		"no file":                  {region("c000000000-c000400000 r--p 00000000 00:00 0 ", "0"), nil},
		"the next one's amount": {
			"00400000-00500000 r-xp 00000000 fe:00 9 " + program + "\nVmFlags: rd\nAnonymous: 0 kB\n", nil,
		},
		"not a map": {"zz-400000 r-xp 0 fe:00 9 " + program + "\n500000-400000 r-xp 0 fe:00 9 " + program +
			"\n400000-zz r-xp 0 fe:00 9 " + program + "\nAnonymous: 0 kB\nAnonymous:", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := clean(strings.NewReader(c.smaps), program)
			require.NoError(t, err)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestCleanReportsALineThatDoesNotEnd(t *testing.T) {
	_, err := clean(strings.NewReader(strings.Repeat("x", 1<<20)), program)
	assert.Error(t, err)
}
