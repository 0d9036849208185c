// Package process knows what runs behind a pid: from exec and fork events, and
// from /proc for what was there before. It is for one goroutine.
package process

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"github.com/otelcol-exfil/otelcol-exfil/internal/flow"
	"github.com/otelcol-exfil/otelcol-exfil/internal/mask"
)

const (
	limit        = 16384 // processes remembered; the longest unused goes first
	maxArguments = 4096  // bytes of /proc/<pid>/cmdline read
)

// Table maps a host pid to its process.
type Table struct {
	proc    string
	entries *simplelru.LRU[uint32, *entry]
}

type entry struct {
	process flow.Process
	settled bool // the executable's path has been asked of /proc
	// arguments are yet to be masked: most processes open no socket, and are
	// never asked for.
	arguments []string
	// inherited says that this is what the parent ran.
	inherited bool
}

// NewTable reads the proc file system mounted at proc.
func NewTable(proc string) *Table {
	entries, err := simplelru.NewLRU[uint32, *entry](limit, nil)
	if err != nil {
		panic(err) // the limit is a positive constant
	}
	return &Table{proc: proc, entries: entries}
}

// Exec notes that a process runs a new program. A script's file is what was
// executed; its interpreter is found in /proc while the process lives.
func (t *Table) Exec(pid, parent uint32, file string, args []string) {
	t.entries.Add(pid, &entry{
		process: flow.Process{
			PID:        int64(pid),
			ParentPID:  int64(parent),
			Executable: mask.Printable(file, maxArguments),
		},
		arguments: args,
	})
}

// Fork notes that a process runs its parent's program.
func (t *Table) Fork(pid, parent uint32) {
	t.entries.Remove(pid) // of an older process with this pid
	inherited := t.Lookup(parent)
	if inherited.Executable == "" {
		return
	}
	inherited.PID, inherited.ParentPID = int64(pid), int64(parent)
	t.entries.Add(pid, &entry{process: inherited, inherited: true})
}

// Lookup returns the process, as far as it is known. Pid 0 is nobody.
func (t *Table) Lookup(pid uint32) flow.Process {
	if pid == 0 {
		return flow.Process{}
	}
	e, ok := t.entries.Get(pid)
	if !ok {
		e = &entry{process: t.read(pid), settled: true}
		t.entries.Add(pid, e)
	}
	if !e.settled {
		t.settle(pid, e)
	}
	return e.process
}

// settle masks what is about to be told, and asks /proc once. A process that runs something else than its parent
// did, without an exec having been heard, has run it unheard.
func (t *Table) settle(pid uint32, e *entry) {
	e.settled = true
	if len(e.arguments) > 0 {
		e.process.CommandLine = mask.CommandLine(e.arguments)
		e.arguments = nil
	}
	exe := t.executable(pid)
	switch {
	case exe == "":
	case e.inherited && exe != e.process.Executable:
		e.process = t.read(pid)
	default:
		e.process.Executable = exe
	}
}

func (t *Table) read(pid uint32) flow.Process {
	p := flow.Process{PID: int64(pid), ParentPID: t.parent(pid), Executable: t.executable(pid)}
	if args := t.arguments(pid); len(args) > 0 {
		p.CommandLine = mask.CommandLine(args)
	}
	return p
}

func (t *Table) path(pid uint32, file string) string {
	return filepath.Join(t.proc, strconv.FormatUint(uint64(pid), 10), file)
}

func (t *Table) executable(pid uint32) string {
	exe, err := os.Readlink(t.path(pid, "exe"))
	if err != nil {
		return ""
	}
	return mask.Printable(strings.TrimSuffix(exe, " (deleted)"), maxArguments)
}

func (t *Table) arguments(pid uint32) []string {
	text := t.head(pid, "cmdline")
	if len(text) == maxArguments && text[maxArguments-1] != 0 {
		// Half a secret is not told from a word.
		text = text[:strings.LastIndexByte(text, 0)+1]
	}
	if text = strings.TrimSuffix(text, "\x00"); text == "" {
		return nil
	}
	return strings.Split(text, "\x00")
}

// parent reads the fourth field of stat (proc(5)), behind the parenthesised
// name, which may hold anything.
func (t *Table) parent(pid uint32) int64 {
	stat := t.head(pid, "stat")
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	parent, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return parent
}

func (t *Table) head(pid uint32, file string) string {
	f, err := os.Open(t.path(pid, file))
	if err != nil {
		return ""
	}
	defer func() { _ = f.Close() }() // read only
	buffer := make([]byte, maxArguments)
	n, _ := f.Read(buffer) // a process that has gone reads as nothing
	return string(buffer[:n])
}
