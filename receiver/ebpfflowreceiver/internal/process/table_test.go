package process_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/process"
)

// proc is a proc file system that a test fills.
type proc string

func (p proc) add(t testing.TB, pid int, exe, cmdline, stat string) {
	dir := filepath.Join(string(p), strconv.Itoa(pid))
	require.NoError(t, os.MkdirAll(dir, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "cmdline"), []byte(cmdline), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "stat"), []byte(stat), 0o644))
	_ = os.Remove(filepath.Join(dir, "exe")) // of an earlier process
	require.NoError(t, os.Symlink(exe, filepath.Join(dir, "exe")))
}

func words(w ...string) string { return strings.Join(w, "\x00") + "\x00" }

func TestProc(t *testing.T) {
	long := strings.Repeat("x", 5000)
	for name, c := range map[string]struct {
		exe, cmdline, stat string
		want               flow.Process
	}{
		"plain": {"/usr/bin/curl", words("curl", "-T", "f"), "7 (curl) S 3 7 7",
			flow.Process{PID: 7, ParentPID: 3, Executable: "/usr/bin/curl", CommandLine: "curl -T f"}},
		"secrets": {"/usr/bin/curl", words("curl", "-u", "username:password", "https://h/?k=v"), "7 (curl) S 3",
			flow.Process{PID: 7, ParentPID: 3, Executable: "/usr/bin/curl", CommandLine: "curl -u **** https://h/"}},
		"a name that lies": {"/x", words("x"), "7 (x) S 99 (y) S 3 7", flow.Process{PID: 7, ParentPID: 3, Executable: "/x", CommandLine: "x"}},
		"deleted":          {"/tmp/x (deleted)", words("x"), "7 (x) S 3", flow.Process{PID: 7, ParentPID: 3, Executable: "/tmp/x", CommandLine: "x"}},
		"no command line":  {"/x", "", "7 (x) S 3", flow.Process{PID: 7, ParentPID: 3, Executable: "/x"}},
		"one cut argument": {"/x", long, "7 (x) S 3", flow.Process{PID: 7, ParentPID: 3, Executable: "/x"}},
		"a cut argument": {"/x", words("x", "y") + long, "7 (x) S 3",
			flow.Process{PID: 7, ParentPID: 3, Executable: "/x", CommandLine: "x y"}},
		"no parent":        {"/x", words("x"), "7 (x)", flow.Process{PID: 7, Executable: "/x", CommandLine: "x"}},
		"a strange parent": {"/x", words("x"), "7 (x) S one", flow.Process{PID: 7, Executable: "/x", CommandLine: "x"}},
		"empty stat":       {"/x", words("x"), "", flow.Process{PID: 7, Executable: "/x", CommandLine: "x"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := proc(t.TempDir())
			p.add(t, 7, c.exe, c.cmdline, c.stat)
			got := process.NewTable(string(p)).Lookup(7)
			assert.Equal(t, c.want, got)
		})
	}
}

func TestNobody(t *testing.T) {
	table := process.NewTable(t.TempDir())
	assert.Equal(t, flow.Process{}, table.Lookup(0))
	assert.Equal(t, flow.Process{PID: 7}, table.Lookup(7), "gone before it was looked for")
}

// The event has what was executed; /proc has the program itself, while it lives.
func TestExec(t *testing.T) {
	p := proc(t.TempDir())
	p.add(t, 8, "/usr/bin/python3.13", words("python3", "/app/send"), "8 (send) S 1")
	table := process.NewTable(string(p))
	args := []string{"/app/send", "--password", "hunter2"}
	table.Exec(7, 1, "/app/send", args)
	table.Exec(8, 1, "/app/send", args)
	gone, alive := table.Lookup(7), table.Lookup(8)
	assert.Equal(t, "/app/send", gone.Executable)
	assert.Equal(t, "/usr/bin/python3.13", alive.Executable)
	for _, got := range []flow.Process{gone, alive} {
		assert.NotContains(t, got.CommandLine, "hunter2")
		assert.EqualValues(t, 1, got.ParentPID)
	}
}

func TestHostileExec(t *testing.T) {
	table := process.NewTable(t.TempDir())
	table.Exec(7, 1, "/tmp/\x1b[31m\xff\n"+strings.Repeat("x", 10000), []string{"a\nb\x1b", strings.Repeat("y", 10000)})
	got := table.Lookup(7)
	assert.NotContains(t, got.Executable+got.CommandLine, "\x1b")
	assert.NotContains(t, got.Executable+got.CommandLine, "\n")
	assert.LessOrEqual(t, len(got.Executable), 4096)
	assert.LessOrEqual(t, len(got.CommandLine), 1024)
	table.Exec(8, 1, "", nil)
	assert.Equal(t, flow.Process{PID: 8, ParentPID: 1}, table.Lookup(8))
}

func TestFork(t *testing.T) {
	p := proc(t.TempDir())
	p.add(t, 6, "/usr/bin/nginx", words("nginx", "-q"), "6 (nginx) S 1")
	table := process.NewTable(string(p))
	table.Fork(7, 6) // of a parent older than the collector
	table.Fork(8, 7)
	assert.Equal(t, flow.Process{PID: 8, ParentPID: 7, Executable: "/usr/bin/nginx", CommandLine: "nginx -q"}, table.Lookup(8))
	table.Exec(8, 7, "/bin/sh", []string{"sh"})
	assert.Equal(t, "/bin/sh", table.Lookup(8).Executable)
	assert.Equal(t, "/usr/bin/nginx", table.Lookup(7).Executable, "the parent goes on")
}

func TestPidReuse(t *testing.T) {
	p := proc(t.TempDir())
	table := process.NewTable(string(p))
	table.Exec(7, 1, "/usr/bin/old", []string{"old"})
	assert.Equal(t, "/usr/bin/old", table.Lookup(7).Executable)

	table.Fork(7, 99) // a parent of which nothing is known
	p.add(t, 7, "/usr/bin/new", words("new"), "7 (new) S 99")
	assert.Equal(t, flow.Process{PID: 7, ParentPID: 99, Executable: "/usr/bin/new", CommandLine: "new"}, table.Lookup(7))
}

func TestLimit(t *testing.T) {
	table := process.NewTable(t.TempDir())
	table.Exec(1, 0, "/sbin/init", []string{"init"})
	for pid := uint32(2); pid <= 16385; pid++ {
		table.Exec(pid, 1, "/bin/x", nil)
	}
	assert.Empty(t, table.Lookup(1).Executable, "the longest unused goes")
	assert.Equal(t, "/bin/x", table.Lookup(16385).Executable)
}
