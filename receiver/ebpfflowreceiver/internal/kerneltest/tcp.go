//go:build linux

package kerneltest

import (
	"fmt"
	"io"
	"net"
	"sync"
)

// workloads is every workload by name.
var workloads = map[string]func([]int64) (Sent, error){
	"stream":      func(a []int64) (Sent, error) { return stream("tcp", Outside, a[0]) },
	"stream6":     func(a []int64) (Sent, error) { return stream("tcp", Outside6, a[0]) },
	"mapped":      func(a []int64) (Sent, error) { return stream("tcp", "::ffff:"+Outside, a[0]) },
	"reuse":       func(a []int64) (Sent, error) { return reuse(a[0]) },
	"serve":       func(a []int64) (Sent, error) { return serve(a[0]) },
	"connections": func(a []int64) (Sent, error) { return connections(a[0], a[1]) },
	"bulk_send":   func(a []int64) (Sent, error) { return bulkSend(a[0], a[1]) },
	"bulk_take":   func(a []int64) (Sent, error) { return bulkTake() },
	"crowd":       func(a []int64) (Sent, error) { return crowd(a[0]) },
	"datagrams":   func(a []int64) (Sent, error) { return datagrams(a[0], a[1]) },
	"scatter":     func(a []int64) (Sent, error) { return scatter(a[0], a[1]) },
	"ping":        func(a []int64) (Sent, error) { return ping(a[0], a[1]) },
	"raw":         func(a []int64) (Sent, error) { return raw(a[0], a[1]) },
}

// sink accepts connections and reads each to its end.
func sink(address string) (net.Listener, uint16, *sync.WaitGroup, error) {
	l, err := net.Listen("tcp", net.JoinHostPort(address, "0"))
	if err != nil {
		return nil, 0, nil, err
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				_, _ = io.Copy(io.Discard, c)
				_ = c.Close()
			})
		}
	})
	return l, uint16(l.Addr().(*net.TCPAddr).Port), &wg, nil
}

// stream sends bytes over one connection.
func stream(network, address string, bytes int64) (Sent, error) {
	return toSink(address, func(port uint16) (int64, error) {
		return send(network, net.JoinHostPort(address, fmt.Sprint(port)), bytes)
	})
}

// connections sends a few bytes over each of many connections, eight at a time.
func connections(count, bytes int64) (Sent, error) {
	return toSink(Outside, func(port uint16) (int64, error) {
		var wg sync.WaitGroup
		results := make([]int64, 8)
		errs := make([]error, 8)
		for i := range results {
			wg.Go(func() {
				for range count / 8 {
					n, err := send("tcp", net.JoinHostPort(Outside, fmt.Sprint(port)), bytes)
					results[i] += n
					if err != nil {
						errs[i] = err
						return
					}
				}
			})
		}
		wg.Wait()
		var total int64
		for i, n := range results {
			if errs[i] != nil {
				return 0, errs[i]
			}
			total += n
		}
		return total, nil
	})
}

func toSink(address string, run func(port uint16) (int64, error)) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	l, port, wg, err := sink(address)
	if err != nil {
		return Sent{}, err
	}
	n, err := run(port)
	_ = l.Close()
	wg.Wait()
	return Sent{Bytes: n, Port: port}, err
}

func send(network, address string, bytes int64) (int64, error) {
	c, err := net.Dial(network, address)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(c, io.LimitReader(zeros{}, bytes))
	if err == nil {
		err = c.(*net.TCPConn).CloseWrite()
	}
	if err == nil {
		_, err = io.Copy(io.Discard, c) // until the peer has all of it
	}
	_ = c.Close()
	return n, err
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

// serve listens on the container's side and sends to whoever connects.
func serve(bytes int64) (Sent, error) {
	if err := setUp(); err != nil {
		return Sent{}, err
	}
	l, err := net.Listen("tcp", Inside+":8080")
	if err != nil {
		return Sent{}, err
	}
	client := &net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(Outside)}}
	c, err := client.Dial("tcp", Inside+":8080")
	if err != nil {
		return Sent{}, err
	}
	served, err := l.Accept()
	if err != nil {
		return Sent{}, err
	}
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = io.Copy(io.Discard, c) })
	n, err := io.Copy(served, io.LimitReader(zeros{}, bytes))
	_ = served.Close()
	wg.Wait()
	_ = c.Close()
	return Sent{Bytes: n, Port: uint16(c.LocalAddr().(*net.TCPAddr).Port)}, err
}

// bulkSend sends to a port of the loopback address; bulkTake reads from one.
func bulkSend(port, bytes int64) (Sent, error) {
	n, err := send("tcp", net.JoinHostPort("127.0.0.1", fmt.Sprint(port)), bytes)
	return Sent{Bytes: n}, err
}

const bulkPort = "49152"

func bulkTake() (Sent, error) {
	l, err := net.Listen("tcp", "127.0.0.1:"+bulkPort)
	if err != nil {
		return Sent{}, err
	}
	fmt.Println("ready")
	c, err := l.Accept()
	if err != nil {
		return Sent{}, err
	}
	n, err := io.Copy(io.Discard, c)
	_ = c.Close()
	_ = l.Close()
	return Sent{Received: n}, err
}
