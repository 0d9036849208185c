package sink

import (
	"net"
	"sync"
)

// maxConns bounds the connections that one raw server holds at a time.
const maxConns = 20_000

// ServeTCP counts and throws away what comes over each connection, until the
// listener closes; then it closes what is left and waits for it.
func (c *Counter) ServeTCP(l net.Listener) {
	var (
		wg   sync.WaitGroup
		mu   sync.Mutex
		open = make(map[net.Conn]struct{})
		slot = make(chan struct{}, maxConns)
	)
	for {
		slot <- struct{}{}
		conn, err := l.Accept()
		if err != nil {
			break
		}
		mu.Lock()
		open[conn] = struct{}{}
		mu.Unlock()
		c.conns.Add(1)
		wg.Go(func() {
			_ = c.drain(conn) // a reset ends it as well as an end does
			mu.Lock()
			delete(open, conn)
			mu.Unlock()
			_ = conn.Close()
			c.conns.Add(-1)
			<-slot
		})
	}
	mu.Lock()
	for conn := range open {
		_ = conn.Close()
	}
	mu.Unlock()
	wg.Wait()
}

// ServeUDP counts and throws away datagrams until the socket closes.
func (c *Counter) ServeUDP(conn net.PacketConn) {
	buf := make([]byte, 64<<10)
	for {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return
		}
		c.bytes.Add(int64(n))
	}
}
