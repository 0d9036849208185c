package eventtest

import (
	"sync"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/internal/container"
)

// Containers are those of a pretended host: by cgroup.
type Containers struct {
	// Refused is what HandlesRefused answers.
	Refused error
	// OnLookup is called before each Lookup.
	OnLookup func(cgroup uint64)

	mu     sync.Mutex
	known  map[uint64]container.Container
	hosts  map[uint64]bool
	added  map[uint64]string
	closed bool
}

// NewContainers returns a host without containers.
func NewContainers() *Containers {
	return &Containers{
		known: map[uint64]container.Container{},
		hosts: map[uint64]bool{},
		added: map[uint64]string{},
	}
}

// Put says whose a cgroup is from now on.
func (c *Containers) Put(cgroup uint64, owner container.Container) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known[cgroup] = owner
}

// PutHost says that a cgroup is the host's.
func (c *Containers) PutHost(cgroup uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hosts[cgroup] = true
}

// Added is the path that came with a cgroup.
func (c *Containers) Added(cgroup uint64) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.added[cgroup]
}

// Add notes the path.
func (c *Containers) Add(cgroup uint64, path string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.added[cgroup] = path
}

// Remove forgets the path.
func (c *Containers) Remove(cgroup uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.added, cgroup)
}

// Lookup returns what was Put.
func (c *Containers) Lookup(cgroup uint64) (*container.Container, bool) {
	if c.OnLookup != nil {
		c.OnLookup(cgroup)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	owner, ok := c.known[cgroup]
	if !ok {
		return nil, false
	}
	return &owner, true
}

// IsHost says whether PutHost was called.
func (c *Containers) IsHost(cgroup uint64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.hosts[cgroup]
}

// HandlesRefused returns Refused.
func (c *Containers) HandlesRefused() error { return c.Refused }

// Shutdown is noted.
func (c *Containers) Shutdown() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

// Closed says that Shutdown was called.
func (c *Containers) Closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}
