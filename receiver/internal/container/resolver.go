package container

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// ErrNoCgroup2 says that no cgroup v2 hierarchy is mounted where it was looked
// for. Remedy: mount the host's /sys/fs/cgroup into the collector.
var ErrNoCgroup2 = errors.New("no cgroup v2 mount found")

const (
	// unresolvedRetry is how long an id that could not be resolved stays the
	// host's before the next try.
	unresolvedRetry = 10 * time.Second
	// rescanEvery bounds how often an unknown id may cause a walk.
	rescanEvery = 10 * time.Second
	tickEvery   = 30 * time.Second
)

// Resolver finds the container behind a cgroup id: the kernfs inode of the
// cgroup v2 hierarchy, as bpf_skb_cgroup_id gives it. It is safe for concurrent
// use.
type Resolver struct {
	nested bool
	tree   *tree
	search *search // its ctx is guarded by mu
	now    func() time.Time

	mu    sync.RWMutex
	table *table
	stats Stats

	scanMu   sync.Mutex
	lastScan time.Time // guarded by scanMu

	cancel context.CancelFunc
	wg     sync.WaitGroup
}

// NewResolver opens the cgroup v2 mount. It starts no goroutine.
func NewResolver(config Config) (*Resolver, error) {
	if err := config.Validate(); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	tree, err := openTree(config)
	if err != nil {
		return nil, fmt.Errorf("container identity: %w", err)
	}
	return &Resolver{
		nested: config.Nested,
		tree:   tree,
		search: newSearch(config),
		now:    time.Now,
		table:  newTable(config.MaxCgroups, config.Linger),
	}, nil
}

// Start begins to look for names, and to forget what is long gone, until
// Shutdown.
func (r *Resolver) Start() {
	ctx, cancel := context.WithCancel(context.Background())
	r.mu.Lock()
	defer r.mu.Unlock()
	r.cancel = cancel
	r.search.ctx = ctx
	r.wg.Go(func() { r.run(ctx) })
	r.searchUnnamed()
}

// Shutdown stops and waits for every goroutine, and closes the mount. No other
// method may be called after it.
func (r *Resolver) Shutdown() error {
	r.mu.Lock()
	if r.cancel != nil {
		r.cancel()
	}
	r.mu.Unlock()
	r.wg.Wait()
	r.search.close()
	return r.tree.close()
}

// Root is the cgroup v2 mount in use.
func (r *Resolver) Root() string { return r.tree.root }

// HandlesRefused says why the kernel may not be asked for a single cgroup by
// its id, or nil. Unknown ids then cost a walk, at most one every ten seconds,
// so that Add and Remove must come from events for short-lived containers.
func (r *Resolver) HandlesRefused() error { return r.tree.refused }

// Add tells of a cgroup of the v2 hierarchy: its id, and its path below the
// hierarchy's root. The search for the container's names begins at once, so
// call it as early as the cgroup_mkdir event. Events of v1 hierarchies must be
// left out: their ids are another number space.
func (r *Resolver) Add(cgroupID uint64, path string) {
	now := r.now()
	r.mu.Lock()
	defer r.mu.Unlock()
	id, ok := r.identify(path)
	if !ok {
		r.stats.Evicted += r.table.addHost(cgroupID, now, time.Time{})
		return
	}
	in, evicted := r.table.add(cgroupID, id, now)
	r.stats.Evicted += evicted
	r.beginSearch(in, now)
}

// Remove tells that a cgroup is gone. Its container stays known for
// Config.Linger.
func (r *Resolver) Remove(cgroupID uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table.remove(cgroupID, r.now())
}

// Lookup returns the container that owns the cgroup, or false for the host's.
// An id never heard of is looked up in the hierarchy, once.
func (r *Resolver) Lookup(cgroupID uint64) (*Container, bool) {
	if cgroupID == 0 {
		return nil, false // no socket, no cgroup
	}
	c, known := r.cached(cgroupID)
	if !known {
		r.discover(cgroupID)
		c, _ = r.cached(cgroupID)
	}
	return c, c != nil
}

func (r *Resolver) cached(cgroupID uint64) (c *Container, known bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	cg, ok := r.table.cgroups[cgroupID]
	switch {
	case !ok:
		return nil, false
	case cg.owner != nil:
		return cg.owner.view, true
	}
	return nil, cg.retry.IsZero() || r.now().Before(cg.retry)
}

// identify is ParseCgroup with one doubt, where nested containers count: a container that may write cgroups
// can name a nested one after another container. A nested claim to an id that
// is already somebody else's is answered with the outer container.
func (r *Resolver) identify(path string) (ID, bool) {
	if !r.nested {
		return parseOutermost(path)
	}
	id, ok := ParseCgroup(path)
	if !ok {
		return id, false
	}
	known := r.table.instances[id.ContainerID]
	if known == nil || known.view.OuterID == id.OuterID {
		return id, true
	}
	r.stats.Spoofed++
	if id.OuterID == "" {
		known.disown()
		delete(r.table.instances, id.ContainerID)
		return id, true
	}
	return parseOutermost(path)
}

func (r *Resolver) run(ctx context.Context) {
	ticker := time.NewTicker(tickEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			r.tick()
		}
	}
}

// tick forgets what is long gone and searches again for names not yet found.
func (r *Resolver) tick() {
	r.removeGone()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.table.expire(r.now())
	r.searchUnnamed()
}
