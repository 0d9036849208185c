package network

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// Namespace is a network namespace that lives as long as this handle, or a
// process or socket inside it.
type Namespace struct {
	handle netns.NsHandle
	link   *netlink.Handle
}

// newNamespace makes one, without changing the caller's.
func newNamespace() (*Namespace, error) {
	ns := &Namespace{}
	err := onThread(func() error {
		var err error
		ns.handle, err = netns.New()
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("new network namespace: %w", err)
	}
	ns.link, err = netlink.NewHandleAt(ns.handle, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("netlink in the namespace: %w", err), ns.handle.Close())
	}
	return ns, ns.up("lo")
}

// Do runs fn on a thread inside the namespace. Sockets that fn opens and
// processes that it starts stay there; goroutines that it starts do not.
func (n *Namespace) Do(fn func() error) error {
	return onThread(func() error {
		if err := netns.Set(n.handle); err != nil {
			return fmt.Errorf("enter the namespace: %w", err)
		}
		return fn()
	})
}

// Close lets go of the namespace.
func (n *Namespace) Close() error {
	n.link.Close()
	return n.handle.Close()
}

// onThread runs fn on a thread of its own and puts the thread back into the
// namespace it came from. A thread that cannot go back is never used again.
func onThread(fn func() error) error {
	done := make(chan error)
	go func() {
		runtime.LockOSThread()
		home, err := netns.Get()
		if err != nil {
			runtime.UnlockOSThread()
			done <- err
			return
		}
		err = fn()
		back := netns.Set(home)
		if back == nil {
			runtime.UnlockOSThread()
		}
		done <- errors.Join(err, back, home.Close())
	}()
	return <-done
}

func (n *Namespace) up(name string) error {
	l, err := n.link.LinkByName(name)
	if err != nil {
		return fmt.Errorf("link %s: %w", name, err)
	}
	return n.link.LinkSetUp(l)
}
