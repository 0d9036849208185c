package distribution

import (
	"bufio"
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	// readyLine is what the collector logs once every component has started.
	readyLine = "Everything is ready"
	// settle is how long after that line the collector (v0.159) may take to listen
	// for signals. Nothing it prints or serves tells, and a signal before then
	// kills it.
	settle = 500 * time.Millisecond
)

// Process is a running collector. The test that started it owns it: it is
// stopped when the test ends, if not before.
type Process struct {
	command *exec.Cmd
	read    chan struct{} // closed when all output has been read
	ready   chan struct{} // closed when the collector says so

	mu     sync.Mutex
	output strings.Builder
}

// Start runs the collector on a config and returns at once.
func Start(t testing.TB, config string, env ...string) *Process {
	return StartUnder(t, nil, config, env...)
}

// StartUnder is Start under another command, such as setpriv with its flags.
func StartUnder(t testing.TB, wrapper []string, config string, env ...string) *Process {
	line := append(slices.Clone(wrapper), Binary(t), "--config", config)
	// A collector that hangs is killed well before the test binary's own limit.
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	p := &Process{
		command: exec.CommandContext(ctx, line[0], line[1:]...),
		read:    make(chan struct{}),
		ready:   make(chan struct{}),
	}
	p.command.Env = append(os.Environ(), env...)
	out, err := p.command.StderrPipe()
	require.NoError(t, err)
	p.command.Stdout = io.Discard
	require.NoError(t, p.command.Start())
	go p.scan(out)
	t.Cleanup(func() {
		cancel()
		_ = p.Wait() // Killed, unless the test has stopped it.
	})
	return p
}

func (p *Process) scan(out io.Reader) {
	defer close(p.read)
	ready := false
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		p.mu.Lock()
		p.output.WriteString(lines.Text() + "\n")
		p.mu.Unlock()
		if !ready && strings.Contains(lines.Text(), readyLine) {
			ready = true
			close(p.ready)
		}
	}
}

// Ready waits until every component has started and the collector can be asked
// to stop; false if it ended first.
func (p *Process) Ready() bool {
	select {
	case <-p.ready:
	case <-p.read:
		return false
	}
	select {
	case <-time.After(settle):
		return true
	case <-p.read:
		return false
	}
}

// Ended is closed when the collector has ended, or was killed because it hung.
func (p *Process) Ended() <-chan struct{} {
	return p.read
}

// Stop asks the collector to shut down, and waits.
func (p *Process) Stop() error {
	if err := p.command.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return p.Wait()
}

// Wait waits until the collector has ended; its error is the exit status.
func (p *Process) Wait() error {
	<-p.read
	return p.command.Wait()
}

// Output is what the collector has logged so far.
func (p *Process) Output() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}
