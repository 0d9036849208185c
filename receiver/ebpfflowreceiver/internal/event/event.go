// Package event is what the kernel side says, in plain Go: the seam above which
// everything runs on any machine.
package event

import (
	"net/netip"
	"time"
)

// Kind tells which part of an Event is set.
type Kind uint8

// The kinds of event.
const (
	KindFlow Kind = iota + 1
	KindSample
	KindExec
	KindFork
	KindCgroupMade
	KindCgroupGone
)

// Event is one message of the kernel. A Source reuses it: what must outlive the
// next read is copied.
type Event struct {
	Kind   Kind
	Flow   Flow
	Sample Sample
	Exec   Exec
	Fork   Fork
	Cgroup Cgroup
}

// Socket says which socket an event is about.
type Socket struct {
	Cookie        uint64 // unique among sockets since boot
	Cgroup        uint64 // id of the owner's cgroup: its inode
	Local, Remote netip.AddrPort
	Protocol      uint8 // IANA protocol number
	TGID          uint32
	Initiator     Initiator
}

// Initiator says who opened a flow.
type Initiator uint8

// The two ends, and a flow that began before it was watched.
const (
	Unknown Initiator = iota
	Local
	Remote
)

// Counters are transport payload bytes and packets.
type Counters struct {
	Sent, Received, SentPackets, ReceivedPackets uint64
}

// Reason is IPFIX flowEndReason.
type Reason uint8

// The reasons that the kernel side gives.
const (
	ActiveTimeout   Reason = 2
	EndOfFlow       Reason = 3
	LackOfResources Reason = 5
)

// Flow is what a flow moved since its last report. Times are nanoseconds of
// CLOCK_MONOTONIC.
type Flow struct {
	Socket
	Reason     Reason
	Start, End uint64
	Delta      Counters
}

// Sample is the beginning of a packet's payload.
type Sample struct {
	Socket
	Time    uint64 // CLOCK_MONOTONIC, ns
	Egress  bool
	Size    uint32 // bytes in the packet
	Payload []byte // the first of them
}

// Exec is a process that has replaced its program.
type Exec struct {
	TGID, Parent uint32
	Cgroup       uint64
	File         string // as it was given to execve
	Args         []string
}

// Fork is a new process.
type Fork struct {
	TGID, Parent uint32
}

// Cgroup is a cgroup made or gone.
type Cgroup struct {
	ID   uint64
	Path string // below the cgroup v2 root
}

// Losses count what the kernel side could not deliver since it was loaded.
type Losses struct {
	Flows   uint64 // last words of flows
	Bytes   uint64 // payload bytes in them
	Samples uint64
	Events  uint64 // processes and cgroups
	Sockets uint64 // packets of sockets that got no state
	Peers   uint64 // datagrams credited to their socket's first peer
}

// Source is the kernel side. Read, SetDeadline and Pending are for one goroutine;
// the rest may be called from any other.
type Source interface {
	// Read waits for the next event. It returns io.EOF behind the last one
	// before End, and os.ErrDeadlineExceeded past the deadline.
	Read(*Event) error
	// SetDeadline bounds Read's wait; the zero time lifts the bound.
	SetDeadline(time.Time)
	// Pending says that Read has something at once.
	Pending() bool
	// Sweep has every live flow that moved report through Read. One at a time.
	Sweep() error
	// Collect has last words that found no room in time report through Read,
	// and says whether some still wait.
	Collect() (more bool, err error)
	// Losses reads the loss counters.
	Losses() (Losses, error)
	// Ignore stops the accounting of a cgroup's future sockets.
	Ignore(cgroup uint64) error
	// Forget ends Ignore for a cgroup that is gone.
	Forget(cgroup uint64)
	// Detach stops the accounting; what is counted can still be swept.
	Detach() error
	// End has Read return io.EOF behind what is left.
	End() error
	// Close frees everything. Nobody may be reading.
	Close() error
}
