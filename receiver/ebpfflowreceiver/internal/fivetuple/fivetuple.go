// Package fivetuple is the usual way to count flows in the kernel, for the
// benchmark to measure ours against: see fivetuple.c.
package fivetuple

import (
	"fmt"

	"github.com/cilium/ebpf"
)

//go:generate go tool -modfile=../../../../internal/tools/go.mod bpf2go -target amd64,arm64 -cflags "-O2 -g -Wall -Werror -I/usr/include/x86_64-linux-gnu -I/usr/include/aarch64-linux-gnu" counter fivetuple.c

// Programs are pairs for the two cgroup_skb hooks.
type Programs struct {
	Egress, Ingress *ebpf.Program
	// These do nothing: what the kernel's statistics say of them is the cost of
	// the statistics.
	NoEgress, NoIngress *ebpf.Program
	objects             counterObjects
}

// Load brings the programs into the kernel.
func Load() (*Programs, error) {
	p := &Programs{}
	if err := loadCounterObjects(&p.objects, nil); err != nil {
		return nil, fmt.Errorf("load the reference counter: %w", err)
	}
	p.Egress, p.Ingress = p.objects.OnEgress, p.objects.OnIngress
	p.NoEgress, p.NoIngress = p.objects.NoEgress, p.objects.NoIngress
	return p, nil
}

// Close removes them.
func (p *Programs) Close() error { return p.objects.Close() }
