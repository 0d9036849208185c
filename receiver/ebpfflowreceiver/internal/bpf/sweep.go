//go:build linux && (amd64 || arm64)

package bpf

import (
	"errors"
	"fmt"
	"io"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"

	"github.com/otelcol-exfil/otelcol-exfil/receiver/ebpfflowreceiver/internal/event"
)

// Sweep reads the iterators: in the kernel they report every flow that moved.
// Then it forgets datagram peers that have been silent for long.
func (s *Source) Sweep() error {
	for program, it := range s.iterators {
		if program == collector {
			continue
		}
		if err := drain(it); err != nil {
			return err
		}
	}
	return s.peers.expire()
}

// Collect reads the last words that found the ring buffer full.
func (s *Source) Collect() (more bool, err error) {
	if err := drain(s.iterators[collector]); err != nil {
		return false, err
	}
	var key kernelLastWordKey
	err = s.collection.Maps["last_words"].NextKey(nil, &key)
	if errors.Is(err, ebpf.ErrKeyNotExist) {
		return false, nil
	}
	return err == nil, err
}

// drain runs one iterator to its end; the programs write nothing to it.
func drain(it *link.Iter) error {
	r, err := it.Open()
	if err != nil {
		return fmt.Errorf("open an iterator: %w", err)
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}

// Losses sums the per-CPU loss counters.
func (s *Source) Losses() (event.Losses, error) {
	var counts [kernelLossLOSSES]uint64
	for i := range counts {
		var perCPU []uint64
		if err := s.collection.Maps["lost"].Lookup(uint32(i), &perCPU); err != nil {
			return event.Losses{}, fmt.Errorf("read the loss counters: %w", err)
		}
		for _, n := range perCPU {
			counts[i] += n
		}
	}
	return event.Losses{
		Flows:   counts[kernelLossLOST_FLOWS],
		Bytes:   counts[kernelLossLOST_BYTES],
		Samples: counts[kernelLossLOST_SAMPLES],
		Events:  counts[kernelLossLOST_EVENTS],
		Sockets: counts[kernelLossLOST_SOCKETS],
		Peers:   counts[kernelLossLOST_PEERS],
	}, nil
}

// idleNanoseconds is how long a datagram peer may be silent before it is
// forgotten.
const idleNanoseconds = 60e9

// peerTable is the hash of further peers.
type peerTable struct {
	hash *ebpf.Map
	now  func() uint64 // CLOCK_MONOTONIC, ns
	gone []kernelPeerKey
}

func newPeerTable(hash *ebpf.Map) peerTable { return peerTable{hash: hash, now: monotonic} }

// expire deletes silent peers. One that speaks again begins anew; what it had
// counted has been reported, or it stays.
func (t *peerTable) expire() error {
	var (
		key  kernelPeerKey
		peer kernelPeer
		now  = t.now()
	)
	t.gone = t.gone[:0]
	entries := t.hash.Iterate()
	for entries.Next(&key, &peer) {
		if peer.Last+idleNanoseconds < now && peer.Total == peer.Reported {
			t.gone = append(t.gone, key)
		}
	}
	for _, key := range t.gone {
		if err := t.hash.Delete(&key); err != nil && !errors.Is(err, ebpf.ErrKeyNotExist) {
			return fmt.Errorf("forget a peer: %w", err)
		}
	}
	// A table that changes under the walk is walked on at the next sweep.
	if err := entries.Err(); err != nil && !errors.Is(err, ebpf.ErrIterationAborted) {
		return fmt.Errorf("walk the peers: %w", err)
	}
	return nil
}
