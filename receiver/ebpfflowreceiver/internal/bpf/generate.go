// Package bpf holds the kernel side of the receiver, its generated Go bindings
// and their loader. flows.c tells how flows are accounted.
package bpf

//go:generate go tool -modfile=../../../../internal/tools/go.mod bpf2go -target amd64,arm64 -cflags "-O2 -g -Wall -Werror -I/usr/include/x86_64-linux-gnu -I/usr/include/aarch64-linux-gnu" -type tuple -type counters -type flow_event -type sample_event -type exec_event -type fork_event -type cgroup_event -type peer -type peer_key -type last_word_key -type kind -type reason -type initiator -type direction -type loss kernel flows.c
