package capture

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"
)

// mostFiles is how many files a directory or a glob that is followed may show at once.
// Of more, the last ones by name are looked at.
const mostFiles = 1 << 16

// unknownSize is no file's.
const unknownSize = -1

// compressed are the endings that a writer's own compression adds (tcpdump -z).
var compressed = []string{".gz", ".zst", ".zstd"}

// following is a queue of what is there and of what comes. Of files that are gone it
// remembers nothing.
type following struct {
	pattern string
	poll    time.Duration
	problem func(error)
	done    chan struct{} // of the source

	seen    map[string]*sighting // by name without the ending of a compression
	waiting []candidate          // ordered
	current candidate
	buffer  []byte // to look at beginnings
	full    bool   // mostFiles was told of
	again   bool   // the current file's name has a new capture already
}

// sighting is what is known of a file that waits or was read.
type sighting struct {
	path    string
	size    int64
	changed time.Time
	begin   int64 // time of its first packet
	read    bool
	here    bool // seen in the scan that goes on
	grew    bool // was told of
}

func newFollowing(o Options) *files {
	q := &following{
		pattern: o.Path, poll: o.Poll, problem: o.Problem,
		seen: map[string]*sighting{}, buffer: make([]byte, windowSize),
	}
	s := newFiles(o, q)
	q.done = s.done
	return s
}

// next waits for a file that was not read.
func (q *following) next() (string, error) {
	for len(q.waiting) == 0 {
		if q.scan(); len(q.waiting) > 0 {
			break
		}
		if err := q.wait(); err != nil {
			return "", err
		}
	}
	q.current = q.waiting[0]
	q.waiting = q.waiting[1:]
	if _, err := os.Stat(q.current.path); err != nil {
		q.scan() // it may have been compressed in the meantime
	}
	if known := q.seen[plainName(q.current.path)]; known != nil {
		return known.path, nil
	}
	return q.current.path, nil
}

func (q *following) wait() error {
	timer := time.NewTimer(q.poll)
	defer timer.Stop()
	select {
	case <-q.done:
		return os.ErrClosed
	case <-timer.C:
		return nil
	}
}

func (q *following) follow(path string, file *os.File) io.Reader {
	return &tail{path: path, file: file, queue: q}
}

// newer says whether the writer has gone on to another file than the current one.
func (q *following) newer() bool {
	if slices.ContainsFunc(q.waiting, q.after) {
		return true
	}
	q.scan()
	if q.current.empty { // it has perhaps grown a packet, and with that a place in the order
		q.current = begin(q.current.path, q.buffer)
	}
	return slices.ContainsFunc(q.waiting, q.after)
}

func (q *following) after(c candidate) bool {
	return c.compare(q.current) > 0 || q.current.empty && c.changed > q.current.changed
}

// finish remembers how far the current file was read, so that a later growth is seen.
func (q *following) finish(path string, first int64) {
	known := q.seen[plainName(path)]
	if known == nil {
		return
	}
	known.read = true
	if first != 0 {
		known.begin = first
	}
	info, err := os.Stat(path)
	if err != nil || q.again {
		known.size = unknownSize // the next scan looks at its beginning
		q.again = false
		return
	}
	known.size, known.changed = info.Size(), info.ModTime()
}

// plainName is a path without the ending of a compression.
func plainName(path string) string {
	for _, ending := range compressed {
		if name, cut := strings.CutSuffix(path, ending); cut {
			return name
		}
	}
	return path
}

// scan looks for new files, and forgets those that are gone.
func (q *following) scan() {
	found, err := find(q.pattern)
	if err != nil {
		return // it may come back
	}
	paths := found.paths
	if len(paths) > mostFiles {
		if !q.full {
			q.problem(fmt.Errorf("path %q: %d files; only the last %d by name are looked at", q.pattern, len(paths), mostFiles))
		}
		q.full = true
		paths = paths[len(paths)-mostFiles:]
	}
	for _, known := range q.seen {
		known.here = false
	}
	for _, path := range paths { // a.pcap comes before a.pcap.gz
		q.look(path)
	}
	for name, known := range q.seen {
		if !known.here {
			delete(q.seen, name)
		}
	}
	for i, c := range q.waiting {
		if c.empty {
			q.waiting[i] = begin(c.path, q.buffer)
		}
	}
	slices.SortFunc(q.waiting, candidate.compare)
}

// look adds path to what waits, if it was not read.
func (q *following) look(path string) {
	info, err := os.Stat(path)
	if err != nil {
		return
	}
	name := plainName(path)
	known := q.seen[name]
	switch {
	case known == nil:
		known = &sighting{path: path}
		q.seen[name] = known
		q.enqueue(known, info)
	case known.here: // the same capture, compressed and not
	case !known.read: // waits, or is being read
		known.path = path
	case known.path != path || known.size != info.Size() || !known.changed.Equal(info.ModTime()):
		q.changed(known, path, info)
	}
	known.here = true
}

// enqueue lets a file wait for its turn.
func (q *following) enqueue(known *sighting, info fs.FileInfo) {
	c := begin(known.path, q.buffer)
	known.size, known.changed = info.Size(), info.ModTime()
	known.begin, known.read = c.time, false
	q.waiting = append(q.waiting, c)
}

// changed is for a file that is not as it was when it was read: overwritten by a new
// capture, compressed, or grown.
func (q *following) changed(known *sighting, path string, info fs.FileInfo) {
	first := begin(path, q.buffer).time
	renamed := known.path != path
	grown := !renamed && known.size != unknownSize && info.Size() > known.size
	known.path = path
	if first != known.begin && (!renamed || first > known.begin) {
		known.grew = false
		q.enqueue(known, info)
		return
	}
	known.size, known.changed = info.Size(), info.ModTime()
	if grown && !known.grew {
		known.grew = true
		q.problem(fmt.Errorf("%s: grows after it was left for a newer file; that part is not read", path))
	}
}
