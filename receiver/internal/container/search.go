package container

import (
	"context"
	"time"
)

const (
	maxSearches    = 256              // at once, most of them waiting
	maxAsking      = 8                // at once, reading files or sockets
	searchDeadline = 10 * time.Second // for one search
	askDeadline    = 2 * time.Second  // for one round over the sources
	firstPause     = 20 * time.Millisecond
	maxPause       = 2 * time.Second
	maxPostpone    = 10 * time.Minute
)

// source is one place where a runtime tells of its containers.
type source interface {
	// serves says whether containers of this runtime may be found here; the
	// runtime is empty when unknown.
	serves(runtime string) bool
	// names returns false when the container is not known here, or not yet.
	names(ctx context.Context, containerID string) (Names, bool)
}

// search bounds how much looking for names goes on at once.
type search struct {
	ctx     context.Context // nil until Start; done from Shutdown on
	sources []source
	running chan struct{}
	asking  chan struct{}
}

func newSearch(config Config) *search {
	return &search{
		sources: newSources(config),
		running: make(chan struct{}, maxSearches),
		asking:  make(chan struct{}, maxAsking),
	}
}

func (s *search) close() {
	for _, src := range s.sources {
		if socket, ok := src.(*dockerSocket); ok {
			socket.client.CloseIdleConnections()
		}
	}
}

// ask goes once over the sources; the first that knows the container wins.
func (s *search) ask(ctx context.Context, id ID) (Names, bool) {
	select {
	case s.asking <- struct{}{}:
		defer func() { <-s.asking }()
	case <-ctx.Done():
		return Names{}, false
	}
	ctx, cancel := context.WithTimeout(ctx, askDeadline)
	defer cancel()
	for _, src := range s.sources {
		if !src.serves(id.Runtime) {
			continue
		}
		if names, ok := src.names(ctx, id.ContainerID); ok {
			return names.clip(), true
		}
	}
	return Names{}, false
}

// find asks until there is an answer, the container is gone, or ctx is done.
// The runtime may write its files only after it made the cgroup.
func (s *search) find(ctx context.Context, id ID, exists func() bool) (Names, bool) {
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		last := !exists()
		if names, ok := s.ask(ctx, id); ok || last {
			return names, ok
		}
		select {
		case <-ctx.Done():
			return Names{}, false
		case <-time.After(pause):
		}
	}
}

// beginSearch starts looking for a container's names, if it is due. The caller
// holds mu. Shutdown waits for the goroutine.
func (r *Resolver) beginSearch(in *instance, now time.Time) {
	ctx, idle := r.search.ctx, in.searching || in.view.Settled && in.failed == 0
	if ctx == nil || ctx.Err() != nil || idle || now.Before(in.next) {
		return
	}
	select {
	case r.search.running <- struct{}{}:
	default:
		r.stats.Deferred++
		return
	}
	in.searching = true
	id := in.view.ID
	r.wg.Go(func() {
		defer func() { <-r.search.running }()
		ctx, cancel := context.WithTimeout(ctx, searchDeadline)
		defer cancel()
		names, found := r.search.find(ctx, id, func() bool { return r.exists(in) })
		r.settle(in, names, found)
	})
}

// searchUnnamed is beginSearch for every container without a name.
func (r *Resolver) searchUnnamed() {
	now := r.now()
	for _, in := range r.table.unnamed() {
		r.beginSearch(in, now)
	}
}

func (r *Resolver) exists(in *instance) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return in.live > 0
}

// settle ends a search. One that found nothing is repeated, ever more rarely.
func (r *Resolver) settle(in *instance, names Names, found bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	in.searching = false
	view := in.view.named(names)
	view.Settled = true
	in.view = view
	if found {
		r.stats.Named++
		in.failed = 0
		return
	}
	r.stats.Unnamed++
	in.failed++
	in.next = r.now().Add(min(tickEvery<<min(in.failed, 8), maxPostpone))
}
