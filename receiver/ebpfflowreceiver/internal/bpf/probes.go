//go:build linux && (amd64 || arm64)

package bpf

import (
	"slices"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

// probe is a program and the place where it is attached.
type probe struct {
	program string
	attach  func(cgroup string, p *ebpf.Program) (link.Link, error)
	// since511 asks for bpf_sk_storage_get in tracing programs.
	since511 bool
}

// probes is every program but the iterators. Adding one touches its C and this
// literal. The order is that of attachment: owners before packets.
var probes = []probe{
	{program: "on_exec", attach: tracing},
	{program: "on_fork", attach: tracing},
	{program: "on_cgroup_made", attach: tracing},
	{program: "on_cgroup_gone", attach: tracing},
	{program: "on_state", attach: tracing, since511: true},
	{program: "on_sockops", attach: atCgroup(ebpf.AttachCGroupSockOps)},
	{program: "on_create", attach: atCgroup(ebpf.AttachCGroupInetSockCreate)},
	{program: "on_release", attach: atCgroup(ebpf.AttachCgroupInetSockRelease)},
	{program: "on_connect4", attach: atCgroup(ebpf.AttachCGroupInet4Connect)},
	{program: "on_connect6", attach: atCgroup(ebpf.AttachCGroupInet6Connect)},
	{program: "on_egress", attach: atCgroup(ebpf.AttachCGroupInetEgress)},
	{program: "on_ingress", attach: atCgroup(ebpf.AttachCGroupInetIngress)},
}

const collector = "sweep_last_words"

type sweeper struct{ program, over string }

// sweepers are the iterators, and the map that each walks; the collector among
// them is read more often.
var sweepers = []sweeper{
	{program: "sweep_sockets", over: "sockets"},
	{program: "sweep_peers", over: "peers"},
	{program: collector, over: "last_words"},
}

// probesFor are the probes of a kernel with or without bpf_sk_storage_get in
// tracing programs.
func probesFor(tracingHelpers bool) []probe {
	return slices.DeleteFunc(slices.Clone(probes), func(p probe) bool {
		return p.since511 && !tracingHelpers
	})
}

func tracing(_ string, p *ebpf.Program) (link.Link, error) {
	return link.AttachTracing(link.TracingOptions{Program: p})
}

func atCgroup(t ebpf.AttachType) func(string, *ebpf.Program) (link.Link, error) {
	return func(cgroup string, p *ebpf.Program) (link.Link, error) {
		return link.AttachCgroup(link.CgroupOptions{Path: cgroup, Attach: t, Program: p})
	}
}
