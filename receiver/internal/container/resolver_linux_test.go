package container

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// newTestResolver needs a cgroup v2 mount. The clock stands still.
func newTestResolver(t *testing.T, config Config) (*Resolver, *clock) {
	t.Helper()
	if config.HostRoot == "" {
		config.HostRoot = t.TempDir() // no runtime of this machine is asked
	}
	r, err := NewResolver(config)
	require.NoError(t, err)
	c := &clock{}
	r.now = c.now
	t.Cleanup(func() { require.NoError(t, r.Shutdown()) })
	return r, c
}

// clock starts at epoch and moves when told.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time          { return epoch.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// randomID is a container id that no other test uses.
func randomID() string {
	return fmt.Sprintf("%016x%016x%016x%016x", rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64())
}

// makeCgroup makes a cgroup, and its parents, in a tree of the test's own. The
// test may remove it; the rest goes when the test ends.
func makeCgroup(t *testing.T, r *Resolver, path string) (id uint64, below string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("making cgroups needs root")
	}
	top := filepath.Join(r.Root(), "identity-test-"+filepath.Base(t.TempDir())+fmt.Sprint(os.Getpid()))
	below = filepath.Join(top, path)
	require.NoError(t, os.MkdirAll(below, 0o755))
	t.Cleanup(func() {
		for dir := below; len(dir) >= len(top); dir = filepath.Dir(dir) {
			_ = unix.Rmdir(dir)
		}
	})
	return inode(t, below), below
}

func inode(t *testing.T, path string) uint64 {
	t.Helper()
	info, err := os.Stat(path)
	require.NoError(t, err)
	return info.Sys().(*syscall.Stat_t).Ino
}

// needHandles skips only where the capability is missing, so that handles that
// break are a failure.
func needHandles(t *testing.T, r *Resolver) {
	t.Helper()
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var caps [2]unix.CapUserData
	require.NoError(t, unix.Capget(&header, &caps[0]))
	if caps[0].Effective&(1<<unix.CAP_DAC_READ_SEARCH) == 0 {
		t.Skip("asking for a cgroup by its id needs CAP_DAC_READ_SEARCH")
	}
	require.NoError(t, r.HandlesRefused())
}

func TestLookupByHandle(t *testing.T) {
	r, _ := newTestResolver(t, Config{})
	needHandles(t, r)
	id := randomID()
	cgroupID, path := makeCgroup(t, r, "docker/"+id+"/init.scope")

	c, ok := r.Lookup(cgroupID)
	require.True(t, ok)
	assert.Equal(t, ID{ContainerID: id, Runtime: "docker"}, c.ID)

	_, ok = r.Lookup(inode(t, filepath.Dir(filepath.Dir(path))))
	assert.False(t, ok, "the docker cgroup itself is the host's")
	_, ok = r.Lookup(0)
	assert.False(t, ok)

	before := r.Stats()
	r.Lookup(cgroupID)
	assert.Equal(t, before, r.Stats(), "the second answer is from memory")
	assert.EqualValues(t, 2, before.Lookups)
}

func TestLookupOfGoneCgroup(t *testing.T) {
	r, clock := newTestResolver(t, Config{})
	needHandles(t, r)
	cgroupID, path := makeCgroup(t, r, "docker/"+randomID())
	require.NoError(t, unix.Rmdir(path))

	_, ok := r.Lookup(cgroupID)
	require.False(t, ok)
	r.Lookup(cgroupID)
	assert.EqualValues(t, 1, r.Stats().Lookups, "the negative answer is kept")
	assert.Zero(t, r.Stats().Scans, "and no walk is made for it")

	clock.advance(unresolvedRetry)
	r.Lookup(cgroupID)
	assert.EqualValues(t, 2, r.Stats().Lookups, "but doubted after a while")
	assert.EqualValues(t, 2, r.Stats().Unresolved)
}

func TestLookupByWalkWhereHandlesAreRefused(t *testing.T) {
	r, clock := newTestResolver(t, Config{})
	r.tree.refused = unix.EPERM
	first, second := randomID(), randomID()
	firstCgroup, _ := makeCgroup(t, r, "machine.slice/libpod-"+first+".scope")

	c, ok := r.Lookup(firstCgroup)
	require.True(t, ok)
	assert.Equal(t, first, c.ContainerID)

	secondCgroup, _ := makeCgroup(t, r, "machine.slice/libpod-"+second+".scope")
	_, ok = r.Lookup(secondCgroup)
	assert.False(t, ok, "no second walk so soon")
	assert.EqualValues(t, 1, r.Stats().Scans)

	clock.advance(rescanEvery)
	c, ok = r.Lookup(secondCgroup)
	require.True(t, ok)
	assert.Equal(t, second, c.ContainerID)
	assert.EqualValues(t, 2, r.Stats().Scans)
}

func TestScan(t *testing.T) {
	r, clock := newTestResolver(t, Config{})
	id := randomID()
	cgroupID, path := makeCgroup(t, r, "kubepods/burstable/pod"+uid+"/"+id)
	require.NoError(t, r.Scan(t.Context()))

	c, ok := r.Lookup(cgroupID)
	require.True(t, ok)
	assert.Equal(t, ID{ContainerID: id, PodUID: uid}, c.ID)
	assert.Zero(t, r.Stats().Lookups)

	require.NoError(t, unix.Rmdir(path))
	clock.advance(time.Second)
	require.NoError(t, r.Scan(t.Context()))
	_, ok = r.Lookup(cgroupID)
	assert.True(t, ok, "late records still find it")

	clock.advance(defaultLinger)
	r.tick()
	_, ok = r.Lookup(cgroupID)
	assert.False(t, ok)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	assert.ErrorIs(t, r.Scan(ctx), context.Canceled)
}

func TestTickNoticesRemoval(t *testing.T) {
	for _, refused := range []error{nil, unix.EPERM} {
		t.Run(fmt.Sprint("handles refused: ", refused), func(t *testing.T) {
			r, clock := newTestResolver(t, Config{})
			if refused == nil {
				needHandles(t, r)
			}
			r.tree.refused = refused
			cgroupID, path := makeCgroup(t, r, "docker/"+randomID())
			_, ok := r.Lookup(cgroupID)
			require.True(t, ok)
			require.NoError(t, unix.Rmdir(path))
			clock.advance(rescanEvery)
			r.tick()
			_, ok = r.Lookup(cgroupID)
			assert.True(t, ok)
			clock.advance(defaultLinger)
			r.tick()
			_, ok = r.Lookup(cgroupID)
			assert.False(t, ok)
		})
	}
}

func TestAddAndRemoveEvents(t *testing.T) {
	r, clock := newTestResolver(t, Config{Linger: time.Minute})
	const cgroupID = 1 << 62 // no real cgroup has it
	r.Add(cgroupID, "/docker/"+idA)
	r.Remove(cgroupID)
	clock.advance(time.Minute - 1)
	r.tick()
	c, ok := r.Lookup(cgroupID)
	require.True(t, ok)
	assert.Equal(t, idA, c.ContainerID)
	clock.advance(1)
	r.tick()
	_, ok = r.Lookup(cgroupID)
	assert.False(t, ok)
}

func TestNestedContainersAreTheOuterOnes(t *testing.T) {
	r, _ := newTestResolver(t, Config{})
	r.Add(1<<62, "/docker/"+idB+"/libpod-"+randomID())
	c, ok := r.Lookup(1 << 62)
	require.True(t, ok)
	assert.Equal(t, ID{ContainerID: idB, Runtime: "docker"}, c.ID, "names of its own making do not hide it")
}

func TestNestedClaims(t *testing.T) {
	r, _ := newTestResolver(t, Config{Nested: true})
	r.Add(1<<62, "/docker/"+idA)
	r.Add(1<<62+1, "/docker/"+idB)
	r.Add(1<<62+2, "/docker/"+idB+"/docker/"+idA)
	c, _ := r.Lookup(1<<62 + 2)
	assert.Equal(t, idB, c.ContainerID, "a container cannot take another's id")

	inner := randomID()
	r.Add(1<<62+3, "/docker/"+idB+"/docker/"+inner)
	c, _ = r.Lookup(1<<62 + 3)
	assert.Equal(t, ID{ContainerID: inner, Runtime: "docker", OuterID: idB}, c.ID)
	assert.True(t, c.Settled)

	r.Add(1<<62+4, "/docker/"+inner)
	c, _ = r.Lookup(1<<62 + 4)
	assert.Equal(t, ID{ContainerID: inner, Runtime: "docker"}, c.ID)
	c, _ = r.Lookup(1<<62 + 3)
	assert.Equal(t, idB, c.ContainerID, "the host's own claim wins, however late")
	assert.EqualValues(t, 2, r.Stats().Spoofed)
}

func TestNoCgroup2(t *testing.T) {
	_, err := NewResolver(Config{CgroupRoot: t.TempDir()})
	assert.ErrorIs(t, err, ErrNoCgroup2)
	_, err = NewResolver(Config{CgroupRoot: "/nonexistent"})
	assert.ErrorIs(t, err, os.ErrNotExist)
	_, err = NewResolver(Config{MaxCgroups: -1})
	assert.Error(t, err)
}

func TestConcurrentUse(t *testing.T) {
	r, _ := newTestResolver(t, Config{MaxCgroups: 64})
	r.Start()
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range uint64(300) {
				id := 1<<62 + i
				switch (i + uint64(worker)) % 4 {
				case 0:
					r.Add(id, fmt.Sprintf("/docker/%064x", i))
				case 1:
					r.Lookup(id)
				case 2:
					r.Remove(id)
				default:
					r.tick()
				}
			}
		})
	}
	wg.Go(func() { assert.NoError(t, r.Scan(context.WithoutCancel(t.Context()))) })
	wg.Wait()
	assert.LessOrEqual(t, r.Stats().Cgroups, 64)
}

func BenchmarkLookup(b *testing.B) {
	r := &Resolver{table: newTable(16, time.Minute), now: time.Now}
	r.table.add(7, numbered(7), epoch)
	b.ReportAllocs()
	for b.Loop() {
		r.Lookup(7)
	}
}

func BenchmarkPathOf(b *testing.B) {
	tree, err := openTree(Config{HostRoot: "/"})
	if err != nil {
		b.Skip(err)
	}
	defer func() { _ = tree.close() }()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tree.pathOf(1); err != nil {
			b.Skip(err)
		}
	}
}
