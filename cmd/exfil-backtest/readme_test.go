package main

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// session is a command of the README and what it prints.
var session = regexp.MustCompile("(?s)```console\n\\$ ([^\n]*)\n(.*?)```")

// What the README shows is what comes out.
func TestREADME(t *testing.T) {
	text, err := os.ReadFile("README.md")
	require.NoError(t, err)
	sessions := session.FindAllSubmatchIndex(text, -1)
	require.Len(t, sessions, 3)
	var now bytes.Buffer
	end := 0
	for _, at := range sessions {
		now.Write(text[end:at[4]])
		now.WriteString(shell(t, string(text[at[2]:at[3]])))
		end = at[5]
	}
	now.Write(text[end:])
	if *update {
		require.NoError(t, os.WriteFile("README.md", now.Bytes(), 0o644))
		return
	}
	require.Equal(t, string(text), now.String(), "run with -update")
}

// shell runs a line of exfil-backtest commands with pipes between them.
func shell(t *testing.T, line string) string {
	out := ""
	for _, stage := range strings.Split(line, " | ") {
		args := strings.Fields(stage)
		require.Equal(t, "exfil-backtest", args[0])
		var err error
		out, _, err = exec(t, out, args[1:]...)
		require.NoError(t, err)
	}
	return out
}
