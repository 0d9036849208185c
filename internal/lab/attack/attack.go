// Package attack is what runs inside the lab's containers where no ordinary
// tool sends in the way that a scenario wants. Every one of them sends to the
// lab's own hosts and to nobody else.
package attack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/otelcol-exfil/otelcol-exfil/internal/lab/network"
)

// Options are what an attack sends, and where.
type Options struct {
	To    string        // host:port
	File  string        // what to upload
	Bytes int64         // how much, where there is no file
	Count int           // connections, requests or datagrams
	Size  int           // bytes of each
	Hold  time.Duration // how long idle connections stay open
}

// Bounds of what anybody may ask for.
const (
	maxBytes = 4 << 30
	maxCount = 1_000_000
	maxSize  = 1 << 20
	maxHold  = 10 * time.Minute
)

// attack sends and says how many payload bytes it gave to its sockets.
type attack func(context.Context, Options, netip.AddrPort) (int64, error)

var attacks = map[string]attack{
	"put":      put,
	"h2":       putH2,
	"chunked":  postChunked,
	"posts":    postMany,
	"stream":   stream,
	"churn":    churn,
	"udp":      datagrams,
	"idle":     idle,
	"mail":     mail,
	"sendfile": sendfile,
	"splice":   splice,
	"io_uring": ioUring,
}

// Names lists the attacks, sorted.
func Names() []string { return slices.Sorted(maps.Keys(attacks)) }

// Run runs one attack, after it has made sure of its target.
func Run(ctx context.Context, name string, o Options) (int64, error) {
	run, ok := attacks[name]
	if !ok {
		return 0, fmt.Errorf("no attack %q: there are %v", name, Names())
	}
	if err := o.check(); err != nil {
		return 0, err
	}
	to, err := resolve(ctx, o.To)
	if err != nil {
		return 0, err
	}
	return run(ctx, o, to)
}

func (o Options) check() error {
	if o.Bytes < 0 || o.Bytes > maxBytes || o.Count < 0 || o.Count > maxCount ||
		o.Size < 0 || o.Size > maxSize || o.Hold < 0 || o.Hold > maxHold {
		return errors.New("more than the lab sends: see the bounds in attack.go")
	}
	return nil
}

// resolve finds the target and refuses every host that is not the lab's. What
// it returns is dialled, never the name: nothing can change in between.
func resolve(ctx context.Context, hostport string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(hostport)
	if err != nil {
		return netip.AddrPort{}, err
	}
	port, err := net.DefaultResolver.LookupPort(ctx, "tcp", service)
	if err != nil {
		return netip.AddrPort{}, err
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil {
		return netip.AddrPort{}, err
	}
	if len(addrs) == 0 {
		return netip.AddrPort{}, fmt.Errorf("%s has no address", host)
	}
	addr := addrs[0].Unmap()
	return netip.AddrPortFrom(addr, uint16(port)), network.Check(addr)
}

func dial(ctx context.Context, to netip.AddrPort) (*net.TCPConn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}
