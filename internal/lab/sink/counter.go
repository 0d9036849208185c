// Package sink is the receiving end outside: real servers for HTTP, FTP, SSH,
// DNS, TCP and UDP, which count what arrives and when.
package sink

import (
	"io"
	"sync/atomic"
	"time"
)

// Counter counts payload bytes that arrived at the servers of this process.
type Counter struct {
	bytes atomic.Int64
	head  atomic.Int64 // ns since the epoch: the first request's head
	conns atomic.Int64 // raw connections that are open
}

// Reset starts over.
func (c *Counter) Reset() {
	c.bytes.Store(0)
	c.head.Store(0)
}

// Bytes is what has arrived since Reset.
func (c *Counter) Bytes() int64 { return c.bytes.Load() }

// Open is how many raw TCP connections are open.
func (c *Counter) Open() int64 { return c.conns.Load() }

// Head is when the first request since Reset said what it would send; the zero
// time where none did.
func (c *Counter) Head() time.Time {
	at := c.head.Load()
	if at == 0 {
		return time.Time{}
	}
	return time.Unix(0, at)
}

func (c *Counter) sawHead() { c.head.CompareAndSwap(0, time.Now().UnixNano()) }

// drain reads to the end, counting. Its buffer is small until it is filled, so
// that many idle connections cost little.
func (c *Counter) drain(r io.Reader) error {
	const small, large = 512, 64 << 10
	buf := make([]byte, small)
	for {
		n, err := r.Read(buf)
		c.bytes.Add(int64(n))
		if n == small {
			buf = make([]byte, large)
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
