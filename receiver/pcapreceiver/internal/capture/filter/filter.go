// Package filter compiles filter expressions, as tcpdump has them (pcap-filter(7)), to
// classic BPF programs that a packet socket runs in the kernel.
//
// Of the language this much is understood:
//
//   - host, net (CIDR, "net 10.1", "net 10.0.0.0 mask 255.0.0.0"), port, portrange, proto,
//     each with src, dst, "src or dst" or "src and dst" and with a protocol before it
//     where that has a meaning: "src net 10.0.0.0/8", "tcp dst port 443", "ip proto 47",
//     "ether host 02:00:00:00:00:01", "arp host 10.0.0.1"
//   - protocols alone: ip, ip6, arp, rarp, tcp, udp, sctp, icmp, icmp6, igmp, esp, ah, pim,
//     vrrp; "vlan" and "vlan 7" for the tag that the kernel took off the frame
//   - broadcast, multicast, "ip multicast", "ip6 multicast"; "less 100", "greater 100"
//   - and, or (of equal rank, from left to right), not, their signs, parentheses, and
//     qualifiers that carry over: "port 80 or 443", "host (10.0.0.1 or 10.0.0.2)"
//
// Everything else is an error that names the word: host names, since what they resolve to
// changes, and byte and arithmetic expressions such as tcp[13] among it.
package filter

import (
	"fmt"

	"github.com/gopacket/gopacket/layers"
	"golang.org/x/net/bpf"
)

const (
	// mostInstructions is the kernel's BPF_MAXINSNS.
	mostInstructions = 4096
	// mostText and mostDepth bound what is parsed, in bytes and in nested parentheses.
	mostText, mostDepth = 64 << 10, 100
)

// SyntaxError says which word is not understood.
type SyntaxError struct {
	Word string // empty at the expression's end
	// Offset is where the word begins, in bytes.
	Offset int
	Reason string
}

func (e *SyntaxError) Error() string {
	if e.Word == "" {
		return e.Reason + " at the expression's end"
	}
	return fmt.Sprintf("%q (at byte %d): %s", e.Word, e.Offset, e.Reason)
}

// Compile gives a program that returns keep, the number of bytes to keep, for a frame that
// the expression takes, and 0 for others. An empty expression takes all.
func Compile(expression string, link layers.LinkType, keep uint32) ([]bpf.Instruction, error) {
	root, err := parse(expression, link)
	if err != nil {
		return nil, err
	}
	program := generate(root, keep)
	if len(program) > mostInstructions {
		return nil, fmt.Errorf("it becomes %d instructions, more than the %d that a kernel takes: shorten it, networks instead of hosts", len(program), mostInstructions)
	}
	return program, nil
}

// Assemble is Compile in the kernel's form.
func Assemble(expression string, link layers.LinkType, keep uint32) ([]bpf.RawInstruction, error) {
	program, err := Compile(expression, link, keep)
	if err != nil {
		return nil, err
	}
	return bpf.Assemble(program)
}
