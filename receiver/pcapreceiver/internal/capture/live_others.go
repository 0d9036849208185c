//go:build !linux

package capture

import (
	"fmt"
	"runtime"
)

// OpenLive says that a live interface needs Linux: it is read by AF_PACKET sockets.
func OpenLive(o LiveOptions) (Live, error) {
	return nil, fmt.Errorf("interface %q: a live interface is read on Linux only, not on %s; read what tcpdump or dumpcap write instead", o.Interface, runtime.GOOS)
}
