// Package container runs the lab's victims: real Docker containers where a
// daemon is installed, else processes in a cgroup and namespaces of their own.
// Their image is made from the host's own tools: no registry is asked.
package container

import (
	"context"
	"net/netip"
	"time"
)

// Spec is one container to run.
type Spec struct {
	Name    string
	Command string            // for sh -c, in /data
	Env     []string          // KEY=value
	Files   map[string]string // host path by path in the container, read only
	// IOUring lifts the engine's system call filter, which refuses io_uring.
	IOUring bool
}

// Result is how a container ended.
type Result struct {
	ID        string // 64 hex digits
	Addresses []netip.Addr
	Output    string
	ExitCode  int
	Started   time.Time
	Ended     time.Time
}

// Engine runs containers. Run returns when the container has ended, or the
// context has, which kills it.
type Engine interface {
	Name() string
	// Image is the name of what containers run, or empty.
	Image() string
	// Socket is the path of the engine's API, or empty.
	Socket() string
	Run(ctx context.Context, s Spec) (Result, error)
	Close() error
}
