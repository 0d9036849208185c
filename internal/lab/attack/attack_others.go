//go:build !linux

package attack

import (
	"context"
	"errors"
	"net/netip"
)

var errNotLinux = errors.New("a Linux system call: runs in the lab's containers only")

func sendfile(context.Context, Options, netip.AddrPort) (int64, error) { return 0, errNotLinux }

func splice(context.Context, Options, netip.AddrPort) (int64, error) { return 0, errNotLinux }

func ioUring(context.Context, Options, netip.AddrPort) (int64, error) { return 0, errNotLinux }
