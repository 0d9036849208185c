//go:build linux

package kerneltest

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// disconnect is connect(2) to an address of no family, which the unix package
// has no type for.
func disconnect(fd int, nobody *unix.RawSockaddr) error {
	_, _, errno := unix.Syscall(unix.SYS_CONNECT, uintptr(fd), uintptr(unsafe.Pointer(nobody)), unsafe.Sizeof(*nobody))
	if errno != 0 {
		return errno
	}
	return nil
}
