// Package capture is where frames come from: capture files, directories in which a
// writer rotates them, standard input, and a live interface.
//
// Formats are recognised by content, never by name: pcap (microseconds, nanoseconds,
// both byte orders, and the variant with longer record headers that patched libpcaps
// wrote) and pcapng (any number of sections and of interfaces, each with its own link
// type and clock; unknown blocks are skipped), each plain, gzipped or zstd-compressed.
//
// What is wrong with an input is told once through [Options.Problem], as one of
// [*TruncatedError], [*FormatError], [*TimeError] or an error of the file system, and the
// next input is read. Memory does not depend on an input's numbers: one buffer serves all
// of them, a frame is at most 256 KiB (libpcap's MAXIMUM_SNAPLEN), and a zstd window at
// most 8 MiB.
//
// Order. A glob is read in the order of names, numbers in them compared as numbers, so
// that cap2 comes before cap10. A directory is read in the order of its files' first
// packets, then of names. Within a file frames come as they were written; nothing is
// sorted.
package capture

import (
	"time"

	"github.com/gopacket/gopacket/layers"
)

// Frame is one captured frame.
type Frame struct {
	// Time is ns since the epoch, by the capture's clock, and within 1980 to 2262. A frame
	// without a time in that range has its predecessor's, the first one 1980-01-01.
	Time int64
	Link layers.LinkType
	// Data is valid until the next call of Next.
	Data []byte
	// Length is the frame's on the wire, at least len(Data), which a snap length may
	// have cut.
	Length int
}

// Source gives frames in order.
type Source interface {
	// Next reads the next frame into f. io.EOF ends a finite source, os.ErrClosed one
	// that was closed; no other error comes from files.
	Next(f *Frame) error
	// Close may be called from another goroutine, to end a Next that waits.
	Close() error
}

// Live is a network interface.
type Live interface {
	Source
	// Lost is how many packets the kernel dropped, for want of room in the buffer, since
	// the last call.
	Lost() (packets uint64, err error)
}

// Options say what to read, and how long.
type Options struct {
	// Path is a file, a glob, a directory (its files, not its subdirectories and nothing
	// that begins with a dot), or "-", standard input.
	Path string
	// Follow goes on at the end: what is being written is read as it grows and left once a
	// newer file exists, and new files are read as they come. Each file is read once, also
	// when its writer compresses it afterwards (a.pcap, then a.pcap.gz), and again when it
	// is overwritten by a new capture, as tcpdump -W does. One writer a directory: what a
	// file grows by after it was left is not read, and is a Problem.
	Follow bool
	// Poll is how often to look for what is new; 0 is once a second.
	Poll time.Duration
	// Problem is told of an input that is skipped or ends early. It is called from within
	// Open and Next; nil ignores problems.
	Problem func(error)
}

// LiveOptions say where to listen.
type LiveOptions struct {
	// Interface is one interface's name.
	Interface string
	// Filter is a pcap filter expression; empty takes all. See package filter for what is
	// understood of the language.
	Filter string
	// SnapLength is the most bytes to take of a frame; 0 takes all.
	SnapLength int
	// Promiscuous takes frames for others too, as a mirror port needs.
	Promiscuous bool
	// BufferSize is the kernel's buffer in bytes, 0 is 8 MiB. It is rounded up to whole
	// blocks of 1 MiB.
	BufferSize int
}

// maxFrame is the longest frame that is believed: libpcap's MAXIMUM_SNAPLEN.
const maxFrame = 256 << 10

// earliest is 1980-01-01, the first time that is believed, in ns since the epoch. The
// last one is what an int64 can hold, in 2262.
const earliest = 315_532_800 * int64(time.Second)
