// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Reports carry what was counted since the last one. What has been reported is
// kept beside the counters and moves only when the ring buffer has taken the
// report: a full buffer delays numbers and loses none, but for last words.
#pragma once

#include "state.h"

// An interval report by a sweep that cannot take the lock: before 5.11. It may
// tell the bytes of an alarm that rings at the same moment twice.
#define REASON_UNLOCKED 255

static __always_inline void tcp_totals(struct tcp_sock *tp, struct counters *c)
{
	c->sent = tp->bytes_sent - tp->bytes_retrans;
	c->received = tp->bytes_received;
	c->sent_packets = tp->data_segs_out;
	c->received_packets = tp->data_segs_in;
}

static __always_inline __u64 later(__u64 now, __u64 before)
{
	return now > before ? now - before : 0;
}

// The caller holds the lock of `reported`.
static __always_inline void take_delta(struct counters *delta, const struct counters *total,
				       struct counters *reported)
{
	delta->sent = later(total->sent, reported->sent);
	delta->received = later(total->received, reported->received);
	delta->sent_packets = later(total->sent_packets, reported->sent_packets);
	delta->received_packets = later(total->received_packets, reported->received_packets);
	reported->sent += delta->sent;
	reported->received += delta->received;
	reported->sent_packets += delta->sent_packets;
	reported->received_packets += delta->received_packets;
}

static __always_inline bool unreported(const struct counters *total,
				       const struct counters *reported)
{
	return total->sent > reported->sent || total->received > reported->received ||
	       total->sent_packets > reported->sent_packets ||
	       total->received_packets > reported->received_packets;
}

// Moves what is not yet reported into the event, and says why.
static __always_inline void claim(struct flow_event *e, struct bpf_spin_lock *lock,
				  const struct counters *total, struct counters *reported,
				  enum reason why)
{
	if (why != REASON_UNLOCKED)
		bpf_spin_lock(lock);
	take_delta(&e->delta, total, reported);
	if (why != REASON_UNLOCKED)
		bpf_spin_unlock(lock);
	e->kind = KIND_FLOW;
	e->reason = why == REASON_UNLOCKED ? REASON_ACTIVE_TIMEOUT : why;
}

static __always_inline void fill(struct flow_event *e, struct socket *s,
				 const struct counters *total, __u64 end, enum reason why)
{
	claim(e, &s->lock, total, &s->reported, why);
	e->cookie = s->cookie;
	e->cgroup = s->cgroup;
	e->start = s->start;
	e->end = end;
	__builtin_memcpy(&e->tuple, &s->tuple, sizeof(e->tuple));
	e->tgid = s->tgid;
	e->initiator = s->initiator;
}

static __noinline int keep_last_word(struct socket *s, const struct counters *total, __u64 end)
{
	struct flow_event e = {};
	struct last_word_key key;

	if (!s || !total)
		return 0;
	fill(&e, s, total, end, REASON_END_OF_FLOW);
	key.cookie = e.cookie;
	key.start = e.start;
	if (bpf_map_update_elem(&last_words, &key, &e, BPF_NOEXIST)) {
		lose(LOST_FLOWS, 1);
		lose(LOST_BYTES, e.delta.sent + e.delta.received);
	}
	return 0;
}

// False where the ring buffer is full.
static __always_inline bool report_socket(struct socket *s, const struct counters *total, __u64 end,
					  enum reason why)
{
	struct flow_event *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);

	if (e) {
		fill(e, s, total, end, why);
		bpf_ringbuf_submit(e, 0);
		return true;
	}
	if (why == REASON_END_OF_FLOW)
		keep_last_word(s, total, end);
	return false;
}

static __always_inline bool report_tcp(struct socket *s, struct tcp_sock *tp, enum reason why)
{
	struct counters total;

	tcp_totals(tp, &total);
	if (why != REASON_END_OF_FLOW && !unreported(&total, &s->reported))
		return true;
	return report_socket(s, &total, tp->tcp_mstamp * 1000, why);
}

static __always_inline bool report_datagrams(struct socket *s, enum reason why)
{
	struct counters total = s->total;

	if (why != REASON_END_OF_FLOW && !unreported(&total, &s->reported))
		return true;
	return report_socket(s, &total, s->last, why);
}

static __always_inline void report_peer(struct peer *p, const struct peer_key *key, enum reason why)
{
	struct counters total = p->total;
	struct flow_event *e;

	if (!unreported(&total, &p->reported))
		return;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return;
	claim(e, &p->lock, &total, &p->reported, why);
	e->cookie = key->cookie;
	e->cgroup = p->cgroup;
	e->start = p->start;
	e->end = p->last;
	__builtin_memcpy(&e->tuple, &key->tuple, sizeof(e->tuple));
	e->tgid = p->tgid;
	e->initiator = p->initiator;
	bpf_ringbuf_submit(e, 0);
}
