//go:build linux && (amd64 || arm64)

package bpf

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// raw is the structure as the kernel writes it, and what follows it.
func raw[T any](k T, tail string) []byte {
	return aligned(append(unsafe.Slice((*byte)(unsafe.Pointer(&k)), unsafe.Sizeof(k)), tail...))
}

func chars(to []int8, s string) {
	for i := range len(s) {
		to[i] = int8(s[i])
	}
}

func tupleOf(local, remote netip.AddrPort) kernelTuple {
	return kernelTuple{Local: local.Addr().As16(), Remote: remote.Addr().As16(),
		LocalPort: local.Port(), RemotePort: remote.Port(), Protocol: 6}
}

func execOf(file, args string) kernelExecEvent {
	k := kernelExecEvent{Kind: uint32(kernelKindKIND_EXEC), Tgid: 7, Parent: 6, ArgsLength: uint32(len(args)), Cgroup: 5}
	chars(k.File[:], file)
	chars(k.Args[:], args)
	return k
}

func cgroupOf(kind kernelKind, path string) kernelCgroupEvent {
	k := kernelCgroupEvent{Kind: uint32(kind), Cgroup: 5}
	chars(k.Path[:], path)
	return k
}

func sampleOf(length uint32) kernelSampleEvent {
	return kernelSampleEvent{Kind: uint32(kernelKindKIND_SAMPLE), Payload: 9, Length: length, Time: 3,
		Tuple: tupleOf(local, remote), Initiator: uint32(kernelInitiatorINITIATOR_REMOTE)}
}

var (
	local  = netip.MustParseAddrPort("10.0.0.2:40000")
	remote = netip.MustParseAddrPort("[2001:db8::1]:443")
)

func flowOf() kernelFlowEvent {
	return kernelFlowEvent{Kind: uint32(kernelKindKIND_FLOW), Reason: uint32(kernelReasonREASON_END_OF_FLOW), Cookie: 1, Cgroup: 2,
		Start: 3, End: 4, Delta: kernelCounters{Sent: 5, Received: 6, SentPackets: 7, ReceivedPackets: 8},
		Tuple: tupleOf(local, remote), Tgid: 9, Initiator: uint32(kernelInitiatorINITIATOR_LOCAL)}
}

func TestDecode(t *testing.T) {
	full := strings.Repeat("x", 1020)
	for name, c := range map[string]struct {
		raw  []byte
		want event.Event
	}{
		"flow": {raw(flowOf(), ""), event.Event{Kind: event.KindFlow, Flow: event.Flow{
			Socket: event.Socket{Cookie: 1, Cgroup: 2, Local: local, Remote: remote, Protocol: 6, TGID: 9, Initiator: event.Local},
			Reason: event.EndOfFlow, Start: 3, End: 4,
			Delta: event.Counters{Sent: 5, Received: 6, SentPackets: 7, ReceivedPackets: 8}}}},
		"sample": {raw(sampleOf(2), "hi\x00\x00"), event.Event{Kind: event.KindSample, Sample: event.Sample{
			Socket: event.Socket{Local: local, Remote: remote, Protocol: 6, Initiator: event.Remote},
			Time:   3, Egress: true, Size: 9, Payload: []byte("hi")}}},
		"a sample longer than it is": {raw(sampleOf(1<<32-1), "hi"), event.Event{Kind: event.KindSample, Sample: event.Sample{
			Socket: event.Socket{Local: local, Remote: remote, Protocol: 6, Initiator: event.Remote},
			Time:   3, Egress: true, Size: 9, Payload: []byte("hi")}}},
		"exec": {raw(execOf("/bin/sh", "sh\x00-c\x00x\x00"), ""), event.Event{Kind: event.KindExec, Exec: event.Exec{
			TGID: 7, Parent: 6, Cgroup: 5, File: "/bin/sh", Args: []string{"sh", "-c", "x"}}}},
		"no arguments": {raw(execOf("/bin/sh", ""), ""), event.Event{Kind: event.KindExec, Exec: event.Exec{
			TGID: 7, Parent: 6, Cgroup: 5, File: "/bin/sh"}}},
		"an empty argument": {raw(execOf("/bin/sh", "sh\x00\x00x\x00"), ""), event.Event{Kind: event.KindExec, Exec: event.Exec{
			TGID: 7, Parent: 6, Cgroup: 5, File: "/bin/sh", Args: []string{"sh", "", "x"}}}},
		"a cut argument": {raw(execOf("/bin/sh", "sh\x00"+full+"x"), ""), event.Event{Kind: event.KindExec, Exec: event.Exec{
			TGID: 7, Parent: 6, Cgroup: 5, File: "/bin/sh", Args: []string{"sh"}}}},
		"an argument that just fits": {raw(execOf("/bin/sh", "sh\x00"+full+"\x00"), ""), event.Event{Kind: event.KindExec, Exec: event.Exec{
			TGID: 7, Parent: 6, Cgroup: 5, File: "/bin/sh", Args: []string{"sh", full}}}},
		"one argument, cut": {raw(execOf("/bin/sh", full+"xxxx"), ""), event.Event{Kind: event.KindExec, Exec: event.Exec{
			TGID: 7, Parent: 6, Cgroup: 5, File: "/bin/sh"}}},
		"fork": {raw(kernelForkEvent{Kind: uint32(kernelKindKIND_FORK), Tgid: 7, Parent: 6}, ""),
			event.Event{Kind: event.KindFork, Fork: event.Fork{TGID: 7, Parent: 6}}},
		"cgroup made": {raw(cgroupOf(kernelKindKIND_CGROUP_MADE, "/a"), ""),
			event.Event{Kind: event.KindCgroupMade, Cgroup: event.Cgroup{ID: 5, Path: "/a"}}},
		"cgroup gone, a path without end": {raw(cgroupOf(kernelKindKIND_CGROUP_GONE, strings.Repeat("a", 512)), ""),
			event.Event{Kind: event.KindCgroupGone, Cgroup: event.Cgroup{ID: 5, Path: strings.Repeat("a", 512)}}},
	} {
		t.Run(name, func(t *testing.T) {
			var got event.Event
			require.True(t, decode(c.raw, &got))
			assert.Equal(t, c.want, got)
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, b := range map[string][]byte{
		"nothing":     nil,
		"half a kind": {1, 0},
		"no kind":     make([]byte, 4096),
		"later kind":  append([]byte{7, 0, 0, 0}, make([]byte, 4096)...),
	} {
		assert.False(t, decode(b, new(event.Event)), name)
	}
	for _, whole := range [][]byte{raw(flowOf(), ""), raw(sampleOf(0), ""), raw(execOf("x", "y"), ""),
		raw(kernelForkEvent{Kind: uint32(kernelKindKIND_FORK)}, ""), raw(cgroupOf(kernelKindKIND_CGROUP_MADE, "/a"), "")} {
		for n := range len(whole) {
			require.False(t, decode(whole[:n], new(event.Event)), "%d of %d", n, len(whole))
		}
		require.True(t, decode(whole, new(event.Event)))
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range [][]byte{raw(flowOf(), ""), raw(sampleOf(1<<32-1), "hi"), raw(execOf("x", "y\x00z"), ""),
		raw(kernelForkEvent{Kind: uint32(kernelKindKIND_FORK)}, ""), raw(cgroupOf(kernelKindKIND_CGROUP_GONE, "/a"), "")} {
		f.Add(seed)
		f.Add(seed[:len(seed)-1])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 8192 {
			return
		}
		b = aligned(b)
		var e event.Event
		if !decode(b, &e) {
			return
		}
		if e.Kind < event.KindFlow || e.Kind > event.KindCgroupGone {
			t.Fatalf("kind %d", e.Kind)
		}
		if len(e.Sample.Payload) > len(b) || len(e.Exec.Args) > len(b) || len(e.Cgroup.Path) > len(b) {
			t.Fatal("more out than in")
		}
	})
}

// aligned copies to where the ring buffer would have it: 8-byte aligned.
func aligned(b []byte) []byte {
	memory := make([]uint64, len(b)/8+1)
	to := unsafe.Slice((*byte)(unsafe.Pointer(&memory[0])), len(memory)*8)
	return to[:copy(to, b)]
}

func BenchmarkDecode(b *testing.B) {
	var e event.Event
	for name, record := range map[string][]byte{
		"flow": raw(flowOf(), ""), "sample": raw(sampleOf(100), strings.Repeat("x", 128)), "exec": raw(execOf("/bin/sh", "sh\x00-c\x00x\x00"), "")} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				decode(record, &e)
			}
		})
	}
}

// The first word is the kind, in the kernel's own byte order.
func TestKindComesFirst(t *testing.T) {
	assert.EqualValues(t, kernelKindKIND_EXEC, binary.NativeEndian.Uint32(raw(execOf("", ""), "")))
}
