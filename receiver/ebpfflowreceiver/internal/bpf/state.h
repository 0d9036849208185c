// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The maps, and what is kept for a socket.
#pragma once

#include "event.h"

#define FIRST_ALARM (1ull << 20)

// A received packet longer than this is part of a download. Greetings, replies
// and answers, all that is sampled of what a peer says, are shorter.
#define DOWNLOAD 8192

enum {
	READY = 1,    // tuple, cgroup and start are set
	IGNORED = 2,  // not a container's: counted by nobody
	DATAGRAM = 4, // anything but TCP
	SPOKEN = 8,   // the container has sent its first payload
	HEARD = 16,   // so has the peer
	BORN = 32,    // made under our eyes, or inherited from such a socket
	CLOSED = 64,  // its last word has been said
};

// What a TCP flow's first bytes promise, hence what else is worth a sample.
enum class {
	CLASS_QUIET,  // nothing more
	CLASS_HTTP,   // a request after each answer
	CLASS_FRAMES, // HTTP/2: its head may take several packets
	CLASS_LINES,  // FTP and SMTP control: both directions, each turn
	CLASS_HELLO,  // a ClientHello that goes on in the next packet
};

// A socket's state lives and dies with it. Only READY sockets have more than
// the owner's tgid. `lock` guards `reported`: the sweep runs beside the packets.
// What every packet reads comes first, in one cache line that no packet of a bulk
// transfer writes: data and acknowledgements pass on different CPUs.
struct socket {
	struct bpf_spin_lock lock;
	__u8 flags;
	__u8 class;
	__u8 budget; // samples still allowed to a class that is not turn by turn
	__u8 initiator;
	__u32 tgid;
	__u32 pad;
	__u64 alarm; // bytes sent at which a report leaves at once
	__u64 heard; // TCP bytes received when the container last spoke
	__u64 cookie;
	__u64 cgroup;
	__u64 start;
	__u64 last;
	struct counters total; // datagrams; TCP counts for itself
	struct counters reported;
	struct tuple tuple;
};

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC | BPF_F_CLONE);
	__type(key, int);
	__type(value, struct socket);
} sockets SEC(".maps");

// Further peers of an unconnected socket. When it is full, datagram.h says what
// happens.
struct peer_key {
	__u64 cookie;
	struct tuple tuple;
};

struct peer {
	struct bpf_spin_lock lock;
	__u32 tgid;
	__u32 initiator;
	__u32 pad;
	__u64 alarm;
	__u64 cgroup;
	__u64 start;
	__u64 last;
	struct counters total;
	struct counters reported;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct peer_key);
	__type(value, struct peer);
} peers SEC(".maps");

// Cgroups that user space knows to be no container.
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, __u64);
	__type(value, __u8);
} ignored SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 8 << 20);
} events SEC(".maps");

// Last words of flows that found the ring buffer full. A socket that connects
// again has the same cookie.
struct last_word_key {
	__u64 cookie;
	__u64 start;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 131072);
	__type(key, struct last_word_key);
	__type(value, struct flow_event);
} last_words SEC(".maps");

// How much of the ring buffer a cgroup's samples took in a second or so: one
// container's chatter must not make the others' unheard.
struct budget {
	__u64 second;
	__u64 bytes;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, __u64);
	__type(value, struct budget);
} budgets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, LOSSES);
	__type(key, __u32);
	__type(value, __u64);
} lost SEC(".maps");

static __always_inline void lose(__u32 what, __u64 amount)
{
	__u64 *count = bpf_map_lookup_elem(&lost, &what);

	if (count)
		__sync_fetch_and_add(count, amount);
}

// Samples leave the second half of the ring buffer to flows and processes.
static __always_inline bool is_crowded(void)
{
	return bpf_ringbuf_query(&events, BPF_RB_AVAIL_DATA) >
	       bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) / 2;
}

static __always_inline bool is_over_budget(__u64 cgroup, __u64 now, __u64 bytes)
{
	struct budget *b = bpf_map_lookup_elem(&budgets, &cgroup), fresh;
	__u64 second = now >> 30;

	if (!b || b->second != second) {
		fresh.second = second;
		fresh.bytes = bytes;
		bpf_map_update_elem(&budgets, &cgroup, &fresh, BPF_ANY);
		return false;
	}
	b->bytes += bytes;
	return b->bytes > bpf_ringbuf_query(&events, BPF_RB_RING_SIZE) / 2;
}

static __always_inline bool is_ignored(__u64 cgroup)
{
	return bpf_map_lookup_elem(&ignored, &cgroup) != NULL;
}
