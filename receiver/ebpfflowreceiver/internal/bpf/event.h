// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What user space reads: one ring buffer, every event begins with its kind.
// bpf2go generates the Go side of these structures.
#pragma once

#include "kernel.h"

enum kind {
	KIND_FLOW = 1,
	KIND_SAMPLE,
	KIND_EXEC,
	KIND_FORK,
	KIND_CGROUP_MADE,
	KIND_CGROUP_GONE,
};

// Why a flow is reported: IPFIX flowEndReason (RFC 5102 5.11.3).
enum reason {
	REASON_ACTIVE_TIMEOUT = 2,
	REASON_END_OF_FLOW = 3,
	REASON_LACK_OF_RESOURCES = 5,
};

enum initiator {
	INITIATOR_UNKNOWN,
	INITIATOR_LOCAL,
	INITIATOR_REMOTE,
};

enum direction {
	EGRESS,
	INGRESS,
};

// The two ends. Addresses in network order, IPv4 mapped into IPv6 (RFC 4291
// 2.5.5.2); ports in host order, zero where the protocol has none.
struct tuple {
	__u8 local[16];
	__u8 remote[16];
	__u16 local_port;
	__u16 remote_port;
	__u8 protocol;
	__u8 pad[3];
};

// Transport payload bytes and packets; TCP counts a byte once, however often it
// was transmitted.
struct counters {
	__u64 sent;
	__u64 received;
	__u64 sent_packets;
	__u64 received_packets;
};

// Times are CLOCK_MONOTONIC nanoseconds.
struct flow_event {
	__u32 kind;
	__u32 reason;
	__u64 cookie;
	__u64 cgroup;
	__u64 start;
	__u64 end;
	struct counters delta;
	struct tuple tuple;
	__u32 tgid;
	__u32 initiator;
};

struct sample_event {
	__u32 kind;
	__u32 direction;
	__u64 cookie;
	__u64 cgroup;
	__u64 time;
	struct tuple tuple;
	__u32 tgid;
	__u32 initiator;
	__u32 payload; // bytes in the packet
	__u32 length;  // bytes of them that follow this header
};

struct exec_event {
	__u32 kind;
	__u32 tgid;
	__u32 parent;
	__u32 args_length;
	__u64 cgroup;
	char file[256];
	char args[1024]; // separated by NUL
};

struct fork_event {
	__u32 kind;
	__u32 tgid;
	__u32 parent;
	__u32 pad;
};

struct cgroup_event {
	__u32 kind;
	__u32 pad;
	__u64 cgroup;
	char path[512];
};

// What could not be delivered; an index into the lost map.
enum loss {
	LOST_FLOWS,   // last words of a flow that found no room at all
	LOST_BYTES,   // the payload bytes in them
	LOST_SAMPLES, // payload samples
	LOST_EVENTS,  // process and cgroup events
	LOST_SOCKETS, // packets of sockets that got no state for want of memory
	LOST_PEERS,   // datagrams of a peer for which nothing had room, counted on
		      // their socket's last one
	LOSSES,
};

// Names the structures and numbers in the object's BTF, for bpf2go.
struct wire {
	struct flow_event flow;
	struct sample_event sample;
	struct exec_event exec;
	struct fork_event fork;
	struct cgroup_event cgroup;
	enum kind kind;
	enum reason reason;
	enum initiator initiator;
	enum direction direction;
	enum loss loss;
};

const struct wire *wire __attribute__((unused));
