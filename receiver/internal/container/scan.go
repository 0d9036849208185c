package container

import (
	"context"
	"errors"
	"time"
)

// Scan walks the hierarchy: it learns every cgroup there is, and marks as gone
// those it knew that are no more. Run it once after Start; where no removal
// events come, from time to time.
func (r *Resolver) Scan(ctx context.Context) error {
	r.scanMu.Lock()
	defer r.scanMu.Unlock()
	return r.scan(ctx)
}

func (r *Resolver) scan(ctx context.Context) error {
	start := r.now()
	r.lastScan = start
	err := r.tree.walk(ctx, r.Add)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stats.Scans++
	if err == nil {
		r.table.removeUnseen(start, r.now())
	}
	return err
}

// discover tries once to learn an unknown id: by asking the kernel for its
// path, else, where that is not allowed, by a walk now and then. What cannot be
// learned is the host's for a while.
func (r *Resolver) discover(cgroupID uint64) {
	r.count(func(s *Stats) { s.Lookups++ })
	path, err := r.tree.pathOf(cgroupID)
	if err == nil {
		r.Add(cgroupID, path)
		return
	}
	if !errors.Is(err, errGone) {
		r.rescan()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if cg := r.table.cgroups[cgroupID]; cg != nil && cg.retry.IsZero() {
		return // learned meanwhile
	}
	r.stats.Unresolved++
	now := r.now()
	r.stats.Evicted += r.table.addHost(cgroupID, now, now.Add(unresolvedRetry))
}

// removeGone notices containers whose removal no event told of.
func (r *Resolver) removeGone() {
	if r.tree.refused != nil {
		r.rescan()
		return
	}
	r.mu.RLock()
	ids := r.table.liveContainers()
	r.mu.RUnlock()
	for _, id := range ids {
		if _, err := r.tree.pathOf(id); errors.Is(err, errGone) {
			r.Remove(id)
		}
	}
}

// rescan walks at most once per rescanEvery, and never twice at a time.
func (r *Resolver) rescan() {
	if !r.scanMu.TryLock() {
		return
	}
	defer r.scanMu.Unlock()
	if r.now().Sub(r.lastScan) < rescanEvery {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = r.scan(ctx) // an unfinished walk has still added what it met
}

func (r *Resolver) count(change func(*Stats)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.stats)
}
