package container

import (
	"cmp"
	"slices"
	"time"
)

// table is the bounded memory of cgroups and the containers that own them. When
// it is full it forgets first what a container can make at will (nested ones,
// and all of a container that has very many), so that no container pushes out
// another; then removed cgroups, then the host's, then those longest known. What
// is forgotten too early can be asked of the kernel again, as long as it exists.
// The Resolver's lock guards it.
type table struct {
	limit     int
	linger    time.Duration
	cgroups   map[uint64]*cgroup
	instances map[string]*instance // by container id
}

type cgroup struct {
	id    uint64
	owner *instance // nil: the host's
	seen  time.Time // last Add
	gone  time.Time // zero while it exists
	retry time.Time // host's: when to doubt it; zero means never
}

// instance is one container, shared by all its cgroups.
type instance struct {
	view    *Container // replaced, never changed
	cgroups int        // in the table
	live    int        // of these, not gone

	searching bool
	failed    int       // searches that found nothing
	next      time.Time // no search before it
}

func newTable(limit int, linger time.Duration) *table {
	return &table{
		limit:     limit,
		linger:    linger,
		cgroups:   map[uint64]*cgroup{},
		instances: map[string]*instance{},
	}
}

// add remembers a container's cgroup and returns its instance, and how many
// cgroups had to be evicted for it.
func (t *table) add(cgroupID uint64, id ID, now time.Time) (*instance, int64) {
	if cg := t.cgroups[cgroupID]; cg != nil && cg.owner != nil && cg.owner.view.ContainerID == id.ContainerID {
		cg.revive(now)
		return cg.owner, 0
	}
	cg, evicted := t.put(cgroupID, now)
	in := t.instances[id.ContainerID]
	if in == nil {
		// No runtime of the host knows a nested container's name.
		in = &instance{view: &Container{ID: id, Settled: id.OuterID != ""}}
		t.instances[id.ContainerID] = in
	}
	cg.owner = in
	in.cgroups++
	in.live++
	return in, evicted
}

// addHost remembers that a cgroup is the host's, until retry when that is set.
func (t *table) addHost(cgroupID uint64, now, retry time.Time) int64 {
	cg, evicted := t.put(cgroupID, now)
	cg.retry = retry
	return evicted
}

// put returns a fresh entry that belongs to nobody yet.
func (t *table) put(cgroupID uint64, now time.Time) (*cgroup, int64) {
	if old := t.cgroups[cgroupID]; old != nil {
		t.forget(old)
	}
	evicted := t.makeRoom()
	cg := &cgroup{id: cgroupID, seen: now}
	t.cgroups[cgroupID] = cg
	return cg, evicted
}

func (c *cgroup) revive(now time.Time) {
	c.seen = now
	if !c.gone.IsZero() {
		c.gone = time.Time{}
		c.owner.live++
	}
}

func (t *table) remove(cgroupID uint64, now time.Time) {
	cg := t.cgroups[cgroupID]
	if cg == nil || !cg.gone.IsZero() {
		return
	}
	cg.gone = now
	if cg.owner != nil {
		cg.owner.live--
	}
}

// removeUnseen marks as gone what a walk that began at start did not meet.
func (t *table) removeUnseen(start, now time.Time) {
	for id, cg := range t.cgroups {
		if cg.seen.Before(start) {
			t.remove(id, now)
		}
	}
}

func (t *table) expire(now time.Time) {
	for _, cg := range t.cgroups {
		stale := !cg.gone.IsZero() && now.Sub(cg.gone) >= t.linger
		doubted := !cg.retry.IsZero() && !now.Before(cg.retry)
		if stale || doubted {
			t.forget(cg)
		}
	}
}

func (t *table) forget(cg *cgroup) {
	delete(t.cgroups, cg.id)
	in := cg.owner
	if in == nil {
		return
	}
	in.cgroups--
	if cg.gone.IsZero() {
		in.live--
	}
	if in.cgroups == 0 && t.instances[in.view.ContainerID] == in {
		delete(t.instances, in.view.ContainerID)
	}
}

// makeRoom evicts an eighth at once when the table is full, so that the sort is
// paid for by many additions.
func (t *table) makeRoom() int64 {
	if len(t.cgroups) < t.limit {
		return 0
	}
	victims := make([]*cgroup, 0, len(t.cgroups))
	for _, cg := range t.cgroups {
		victims = append(victims, cg)
	}
	slices.SortFunc(victims, byWorth)
	victims = victims[:t.limit/8+1]
	for _, cg := range victims {
		t.forget(cg)
	}
	return int64(len(victims))
}

// byWorth orders what to evict first.
func byWorth(a, b *cgroup) int {
	return cmp.Or(
		cmp.Compare(a.worth(), b.worth()),
		a.gone.Compare(b.gone),
		a.seen.Compare(b.seen),
		cmp.Compare(a.id, b.id),
	)
}

// crowd is how many cgroups make a container the first to be evicted from.
const crowd = 64

func (c *cgroup) worth() int {
	switch {
	case c.owner != nil && (c.owner.cgroups > crowd || c.owner.view.OuterID != ""):
		return 0
	case !c.gone.IsZero():
		return 1
	case c.owner == nil:
		return 2
	}
	return 3
}

// liveContainers lists the cgroups of containers that are not known to be gone.
func (t *table) liveContainers() []uint64 {
	var ids []uint64
	for id, cg := range t.cgroups {
		if cg.owner != nil && cg.gone.IsZero() {
			ids = append(ids, id)
		}
	}
	return ids
}

// unnamed lists the containers whose name may still be found, in order of their
// ids.
func (t *table) unnamed() []*instance {
	var list []*instance
	for _, in := range t.instances {
		if in.live > 0 && in.view.OuterID == "" && in.view.Names == (Names{}) {
			list = append(list, in)
		}
	}
	slices.SortFunc(list, func(a, b *instance) int {
		return cmp.Compare(a.view.ContainerID, b.view.ContainerID)
	})
	return list
}

// disown gives what a nested cgroup claimed back to the outer container.
func (in *instance) disown() {
	outer := in.view.OuterID
	in.view = &Container{ID: ID{ContainerID: outer}, Settled: true}
}
