package container

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const imaginary = 1 << 62 // a cgroup id that no real cgroup has

// settled waits until the container of cgroupID is settled.
func settled(t *testing.T, r *Resolver, cgroupID uint64) *Container {
	t.Helper()
	var c *Container
	require.Eventually(t, func() bool {
		c, _ = r.Lookup(cgroupID)
		return c != nil && c.Settled
	}, 5*time.Second, 2*time.Millisecond)
	return c
}

func TestNamesFromSocket(t *testing.T) {
	root := serveSocket(t, engineAPI(idA, withIDs(`{"Id":"A","Name":"/web","Config":{"Image":"shop/web:1"}}`)))
	r, _ := newTestResolver(t, Config{HostRoot: root, Sockets: []string{"/docker.sock"}})
	r.Add(imaginary, "/docker/"+idA)
	c, ok := r.Lookup(imaginary)
	require.True(t, ok)
	assert.False(t, c.Settled, "nothing runs before Start")

	r.Start()
	c = settled(t, r, imaginary)
	assert.Equal(t, "web", c.Name)
	assert.Equal(t, "shop/web", c.Image)
	assert.EqualValues(t, 1, r.Stats().Named)

	r.Add(imaginary+1, "/docker/"+idA+"/child")
	c, _ = r.Lookup(imaginary + 1)
	assert.Equal(t, "web", c.Name)
	assert.EqualValues(t, 1, r.Stats().Named, "a child needs no search of its own")
}

// A runtime may make the cgroup first and its files a little later.
func TestNamesThatComeLate(t *testing.T) {
	var asked atomic.Int32
	known := engineAPI(idA, withIDs(`{"Id":"A","Name":"/late","Config":{}}`))
	root := serveSocket(t, func(w http.ResponseWriter, req *http.Request) {
		if asked.Add(1) < 3 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		known(w, req)
	})
	r, _ := newTestResolver(t, Config{HostRoot: root, Sockets: []string{"/docker.sock"}})
	r.Start()
	r.Add(imaginary, "/docker/"+idA)
	assert.Equal(t, "late", settled(t, r, imaginary).Name)
	assert.EqualValues(t, 3, asked.Load())
}

func TestSearchEndsWithTheContainer(t *testing.T) {
	r, clock := newTestResolver(t, Config{Sockets: []string{}})
	r.Start()
	r.Add(imaginary, "/docker/"+idA)
	r.Remove(imaginary)
	c := settled(t, r, imaginary)
	assert.Empty(t, c.Name)
	assert.EqualValues(t, 1, r.Stats().Unnamed)

	r.Add(imaginary+1, "/docker/"+idA)
	assert.False(t, r.searching(idA), "not again at once")
	clock.advance(maxPostpone)
	r.Add(imaginary+1, "/docker/"+idA)
	assert.True(t, r.searching(idA))
	r.Remove(imaginary + 1)
}

func (r *Resolver) searching(containerID string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.table.instances[containerID].searching
}

func TestSearchesAreBounded(t *testing.T) {
	r, _ := newTestResolver(t, Config{Sockets: []string{}})
	r.Start()
	for i := range uint64(maxSearches + 10) {
		r.Add(imaginary+i, fmt.Sprintf("/docker/%064x", i))
	}
	assert.EqualValues(t, 10, r.Stats().Deferred)
}

func TestNestedIsNotSearched(t *testing.T) {
	root := serveSocket(t, engineAPI(idA, withIDs(`{"Id":"A","Name":"/victim","Config":{}}`)))
	r, _ := newTestResolver(t, Config{HostRoot: root, Sockets: []string{"/docker.sock"}, Nested: true})
	r.Start()
	r.Add(imaginary, "/docker/"+idB+"/docker/"+idA)
	r.tick()
	c, _ := r.Lookup(imaginary)
	assert.True(t, c.Settled)
	assert.Empty(t, c.Name)
	assert.False(t, r.searching(idA))
}

func TestShutdownWithoutStart(t *testing.T) {
	r, err := NewResolver(Config{})
	if err != nil {
		t.Skip(err)
	}
	assert.NoError(t, r.Shutdown())
}
