//go:build linux && (amd64 || arm64)

package bpf

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"unsafe"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// decode reads one ring buffer record into e; false where it is none of ours.
// The record is 8-byte aligned memory in the kernel's own byte order.
func decode(raw []byte, e *event.Event) bool {
	if len(raw) < 8 {
		return false
	}
	switch kernelKind(binary.NativeEndian.Uint32(raw)) {
	case kernelKindKIND_FLOW:
		return read(raw, e, decodeFlow)
	case kernelKindKIND_SAMPLE:
		return read(raw, e, func(k *kernelSampleEvent, e *event.Event) { decodeSample(k, raw, e) })
	case kernelKindKIND_EXEC:
		return read(raw, e, decodeExec)
	case kernelKindKIND_FORK:
		return read(raw, e, decodeFork)
	case kernelKindKIND_CGROUP_MADE:
		e.Kind = event.KindCgroupMade
		return read(raw, e, decodeCgroup)
	case kernelKindKIND_CGROUP_GONE:
		e.Kind = event.KindCgroupGone
		return read(raw, e, decodeCgroup)
	}
	return false
}

func read[T any](raw []byte, e *event.Event, fill func(*T, *event.Event)) bool {
	var zero T
	if uintptr(len(raw)) < unsafe.Sizeof(zero) {
		return false
	}
	fill((*T)(unsafe.Pointer(&raw[0])), e)
	return true
}

func decodeFlow(k *kernelFlowEvent, e *event.Event) {
	e.Kind = event.KindFlow
	e.Flow = event.Flow{
		Socket: socketOf(k.Cookie, k.Cgroup, &k.Tuple, k.Tgid, k.Initiator),
		Reason: event.Reason(k.Reason),
		Start:  k.Start,
		End:    k.End,
		Delta: event.Counters{
			Sent: k.Delta.Sent, Received: k.Delta.Received,
			SentPackets: k.Delta.SentPackets, ReceivedPackets: k.Delta.ReceivedPackets,
		},
	}
}

func decodeSample(k *kernelSampleEvent, raw []byte, e *event.Event) {
	payload := raw[unsafe.Sizeof(*k):]
	e.Kind = event.KindSample
	e.Sample = event.Sample{
		Socket:  socketOf(k.Cookie, k.Cgroup, &k.Tuple, k.Tgid, k.Initiator),
		Time:    k.Time,
		Egress:  kernelDirection(k.Direction) == kernelDirectionEGRESS,
		Size:    k.Payload,
		Payload: payload[:min(int(k.Length), len(payload))],
	}
}

func socketOf(cookie, cgroup uint64, t *kernelTuple, tgid, initiator uint32) event.Socket {
	return event.Socket{
		Cookie:    cookie,
		Cgroup:    cgroup,
		Local:     netip.AddrPortFrom(netip.AddrFrom16(t.Local).Unmap(), t.LocalPort),
		Remote:    netip.AddrPortFrom(netip.AddrFrom16(t.Remote).Unmap(), t.RemotePort),
		Protocol:  t.Protocol,
		TGID:      tgid,
		Initiator: event.Initiator(initiator),
	}
}

func decodeExec(k *kernelExecEvent, e *event.Event) {
	e.Kind = event.KindExec
	e.Exec = event.Exec{
		TGID: k.Tgid, Parent: k.Parent, Cgroup: k.Cgroup,
		File: text(bytesOf(k.File[:])),
		Args: arguments(bytesOf(k.Args[:min(int(k.ArgsLength), len(k.Args))]), len(k.Args)),
	}
}

func decodeFork(k *kernelForkEvent, e *event.Event) {
	e.Kind = event.KindFork
	e.Fork = event.Fork{TGID: k.Tgid, Parent: k.Parent}
}

func decodeCgroup(k *kernelCgroupEvent, e *event.Event) {
	e.Cgroup = event.Cgroup{ID: k.Cgroup, Path: text(bytesOf(k.Path[:]))}
}

func bytesOf(c []int8) []byte {
	if len(c) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&c[0])), len(c))
}

// text copies a NUL-terminated string.
func text(b []byte) string {
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return string(b)
}

// arguments copies NUL-separated words. One that was cut short at the limit is
// left out: half a secret is not told from a word.
func arguments(b []byte, limit int) []string {
	if len(b) == limit && b[limit-1] != 0 {
		b = b[:bytes.LastIndexByte(b, 0)+1]
	}
	if len(b) == 0 {
		return nil
	}
	var words []string
	for word := range bytes.SplitSeq(bytes.TrimSuffix(b, []byte{0}), []byte{0}) {
		words = append(words, string(word))
	}
	return words
}
