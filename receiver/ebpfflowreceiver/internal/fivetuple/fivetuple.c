//go:build ignore

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The usual design, as the benchmark's reference: a counter per five-tuple in a
// per-CPU LRU hash, updated for every packet at the same hooks. It does nothing
// else: no layer 7, no process, no container, no early report.

#include "../bpf/packet.h"

struct flow {
	__u64 bytes;
	__u64 packets;
	__u64 last;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_PERCPU_HASH);
	__uint(max_entries, 65536);
	__type(key, struct tuple);
	__type(value, struct flow);
} flows SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

// Headers are read in place where they are linear and plain, as a program made
// for speed would; anything else goes the long way.
static __always_inline bool read_fast(struct __sk_buff *skb, struct tuple *t, enum direction d,
				      __u32 *payload)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;
	__u8 *here = d == EGRESS ? data + 12 : data + 16,
	     *there = d == EGRESS ? data + 16 : data + 12;
	__u16 from, to;

	if (data + 40 > end || data[0] != 0x45 || data[9] != TCP)
		return false;
	__builtin_memset(t, 0, sizeof(*t));
	map_v4(t->local, here);
	map_v4(t->remote, there);
	from = data[20] << 8 | data[21];
	to = data[22] << 8 | data[23];
	t->local_port = d == EGRESS ? from : to;
	t->remote_port = d == EGRESS ? to : from;
	t->protocol = TCP;
	*payload = skb->len - 20 - (data[32] >> 4) * 4;
	return true;
}

static __always_inline int count(struct __sk_buff *skb, enum direction d)
{
	struct tuple t;
	struct packet p;
	struct flow *known, fresh = {};
	__u32 payload;

	if (!read_fast(skb, &t, d, &payload)) {
		if (!read_packet(skb, &p))
			return 1;
		orient(&t, &p, d);
		payload = p.length;
	}
	known = bpf_map_lookup_elem(&flows, &t);
	if (known) {
		known->bytes += payload;
		known->packets++;
		known->last = bpf_ktime_get_ns();
		return 1;
	}
	fresh.bytes = payload;
	fresh.packets = 1;
	fresh.last = bpf_ktime_get_ns();
	bpf_map_update_elem(&flows, &t, &fresh, BPF_ANY);
	return 1;
}

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
	return count(skb, EGRESS);
}

SEC("cgroup_skb/ingress")
int on_ingress(struct __sk_buff *skb)
{
	return count(skb, INGRESS);
}

// What the statistics themselves cost.
SEC("cgroup_skb/egress")
int no_egress(struct __sk_buff *skb)
{
	return 1;
}

SEC("cgroup_skb/ingress")
int no_ingress(struct __sk_buff *skb)
{
	return 1;
}
