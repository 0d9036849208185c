// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Everything but TCP: counted here, packet by packet. A socket's first peer is
// counted in its own state, further peers in a hash beside it. When that is full
// the socket's own state goes from peer to peer, with a report at each step.
#pragma once

#include "report.h"
#include "sample.h"

static __always_inline bool same_remote(const struct tuple *a, const struct tuple *b)
{
	const __u64 *x = (const __u64 *)a->remote, *y = (const __u64 *)b->remote;

	return x[0] == y[0] && x[1] == y[1] && a->remote_port == b->remote_port;
}

// Docker's resolver, 127.0.0.11 in every user network, answers on a port of its
// own behind a translation that is done when the packet gets here.
static __always_inline bool is_dns(const struct tuple *t)
{
	return t->remote_port == 53 || t->local_port == 53 ||
	       *(const __u32 *)(t->remote + 12) == bpf_htonl(0x7f00000b);
}

static __always_inline void count(struct counters *c, enum direction d, __u64 bytes, __u64 packets)
{
	if (d == EGRESS) {
		__sync_fetch_and_add(&c->sent, bytes);
		__sync_fetch_and_add(&c->sent_packets, packets);
	} else {
		__sync_fetch_and_add(&c->received, bytes);
		__sync_fetch_and_add(&c->received_packets, packets);
	}
}

static __always_inline struct peer *find_peer(const struct socket *s, const struct peer_key *key,
					      enum direction d)
{
	struct peer *found = bpf_map_lookup_elem(&peers, key);
	struct peer fresh;

	if (found)
		return found;
	__builtin_memset(&fresh, 0, sizeof(fresh));
	fresh.tgid = s->tgid;
	fresh.initiator = d == EGRESS ? INITIATOR_LOCAL : INITIATOR_REMOTE;
	fresh.alarm = FIRST_ALARM;
	fresh.cgroup = s->cgroup;
	fresh.start = bpf_ktime_get_ns();
	bpf_map_update_elem(&peers, key, &fresh, BPF_NOEXIST);
	return bpf_map_lookup_elem(&peers, key);
}

static __noinline int count_peer(struct socket *s, const struct tuple *t, enum direction d,
				 __u32 bytes, __u32 packets)
{
	struct peer_key key = {};
	struct peer *p;

	if (!s || !t)
		return 0;
	key.cookie = s->cookie;
	__builtin_memcpy(&key.tuple, t, sizeof(*t));
	p = find_peer(s, &key, d);
	if (!p)
		return 0;
	count(&p->total, d, bytes, packets);
	p->last = bpf_ktime_get_ns();
	if (p->total.sent >= p->alarm) {
		p->alarm = 2 * p->total.sent;
		report_peer(p, &key, REASON_ACTIVE_TIMEOUT);
	}
	return 1;
}

static __always_inline void count_first(struct socket *s, enum direction d, __u32 bytes,
					__u32 packets)
{
	count(&s->total, d, bytes, packets);
	s->last = bpf_ktime_get_ns();
	if (s->total.sent >= s->alarm) {
		s->alarm = 2 * s->total.sent;
		report_datagrams(s, REASON_ACTIVE_TIMEOUT);
	}
}

// False where the state cannot leave its peer: the packet is counted there.
static __always_inline bool move_on(struct socket *s, const struct tuple *t)
{
	if (!report_datagrams(s, REASON_LACK_OF_RESOURCES))
		return false;
	__builtin_memcpy(&s->tuple, t, sizeof(*t));
	return true;
}

static __noinline int datagram(struct __sk_buff *skb, struct socket *s, enum direction d)
{
	__u8 seen = d == EGRESS ? SPOKEN : HEARD;
	__u32 packets = skb->gso_segs > 1 ? skb->gso_segs : 1;
	struct packet p;
	struct tuple t;

	if (!s || !read_packet(skb, &p))
		return 0;
	orient(&t, &p, d);
	if (same_remote(&t, &s->tuple)) {
		count_first(s, d, p.length, packets);
	} else if (!count_peer(s, &t, d, p.length, packets)) {
		if (!move_on(s, &t))
			lose(LOST_PEERS, packets);
		count_first(s, d, p.length, packets);
	}
	if (p.length && (!(s->flags & seen) || is_dns(&t))) {
		s->flags |= seen;
		sample(skb, s, &p, d, SAMPLE_MOST);
	}
	return 0;
}
