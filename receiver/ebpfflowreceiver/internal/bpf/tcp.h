// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// TCP counts for itself; here its packets are only watched for the bytes at
// which a report leaves at once, and for the beginnings of turns.
#pragma once

#include "report.h"
#include "sample.h"

static __always_inline __u32 first_word(struct __sk_buff *skb, const struct packet *p)
{
	__u8 w[4] = {};

	if (p->length >= sizeof(w))
		bpf_skb_load_bytes(skb, p->payload, w, sizeof(w));
	return WORD(w[0], w[1], w[2], w[3]);
}

// The class that a connection's first bytes give it.
static __always_inline enum class classify(struct __sk_buff *skb, const struct packet *p,
					   __u32 word) {
	__u8 record[2] = {};

	if (word == WORD('P', 'R', 'I', ' ')) return CLASS_FRAMES;
	if (is_request(word)) return CLASS_HTTP;
	if (is_tls(word)){bpf_skb_load_bytes(skb, p->payload + 3, record, sizeof(record));
			  if (p->length < SAMPLE_MOST &&
			      p->length < (record[0] << 8 | record[1]) + 5) return CLASS_HELLO;}
return CLASS_QUIET;
}

static __noinline int first_egress(struct __sk_buff *skb, struct socket *s)
{
	struct packet p;

	if (!s || !read_packet(skb, &p) || p.length == 0)
		return 0;
	s->flags |= SPOKEN;
	if (p.destination_port == 53)
		s->class = CLASS_LINES; // DNS over TCP: many questions (RFC 7766)
	if (s->class != CLASS_LINES)
		s->class = classify(skb, &p, first_word(skb, &p));
	s->budget = 8;
	sample(skb, s, &p, EGRESS, SAMPLE_MOST);
	return 0;
}

// The container speaks again. `turn` says that its peer spoke in between.
static __noinline int next_egress(struct __sk_buff *skb, struct socket *s, bool turn)
{
	struct packet p;
	__u32 word;

	if (!s || !read_packet(skb, &p) || p.length == 0)
		return 0;
	word = first_word(skb, &p);
	switch (s->class) {
	case CLASS_HTTP:
		if (is_request(word))
			sample(skb, s, &p, EGRESS, SAMPLE_MOST);
		return 0;
	case CLASS_FRAMES:
		if (turn)
			s->budget = 2;
		if (s->budget == 0)
			return 0;
		s->budget--;
		sample(skb, s, &p, EGRESS, SAMPLE_MOST);
		return 0;
	case CLASS_LINES:
		if (is_tls(word))
			s->class = CLASS_QUIET;
		s->budget = 4;
		sample(skb, s, &p, EGRESS, LINE_MOST);
		return 0;
	case CLASS_HELLO:
		s->class = CLASS_QUIET;
		sample(skb, s, &p, EGRESS, SAMPLE_MOST);
		return 0;
	}
	return 0;
}

// The next power of two.
static __always_inline __u64 doubled(__u64 v)
{
	v |= v >> 1;
	v |= v >> 2;
	v |= v >> 4;
	v |= v >> 8;
	v |= v >> 16;
	v |= v >> 32;
	return v + 1;
}

static __always_inline __u64 next_alarm(struct tcp_sock *tp)
{
	return tp->bytes_sent < FIRST_ALARM ? FIRST_ALARM : doubled(tp->bytes_sent);
}

// The middle of a bulk transfer, told by TCP's own numbers alone: nothing can
// begin here. A turn begins after the peer has spoken, with nothing in flight; an
// alarm is a power of two from 1 MiB up, and this packet passes none.
static __always_inline bool is_bulk(struct __sk_buff *skb, struct tcp_sock *tp)
{
	__u64 sent = tp->bytes_sent, before = sent - skb->len;

	return sent > FIRST_ALARM + (64 << 10) && (before ^ sent) <= before &&
	       (tp->packets_out || tp->bytes_received == 0);
}

// The alarm counts what was sent twice too: it may be early, never late.
static __noinline int ring_alarm(struct bpf_sock *sk, struct socket *s)
{
	struct tcp_sock *tp;

	if (!s || !sk)
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp && report_tcp(s, tp, REASON_ACTIVE_TIMEOUT))
		s->alarm = next_alarm(tp);
	return 0;
}

static __always_inline void look(struct __sk_buff *skb, struct socket *s, struct tcp_sock *tp)
{
	__u64 heard = tp->bytes_received;
	bool turn = heard != s->heard;

	if (tp->bytes_sent == 0)
		return;
	if (!(s->flags & SPOKEN))
		first_egress(skb, s);
	else if (turn || s->class == CLASS_FRAMES || s->class == CLASS_HELLO)
		next_egress(skb, s, turn);
	else
		return;
	s->heard = heard;
}

static __always_inline void tcp_egress(struct __sk_buff *skb, struct bpf_sock *sk, struct socket *s,
				       struct tcp_sock *tp)
{
	if (tp->bytes_sent >= s->alarm)
		ring_alarm(sk, s);
	if (!(s->flags & SPOKEN) || s->class != CLASS_QUIET)
		look(skb, s, tp);
}

// A plain TCP packet, told from its header in place.
static __always_inline bool is_plain_tcp(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 40 > end)
		return false;
	return data[0] == 0x45 ? data[9] == TCP : data[0] >> 4 == 6 && data[6] == TCP;
}

// Whether a TCP packet carries nothing, told from its headers in place.
static __always_inline bool is_empty(struct __sk_buff *skb)
{
	__u8 *data = (void *)(long)skb->data, *end = (void *)(long)skb->data_end;

	if (data + 60 <= end && data[0] >> 4 == 6 && data[6] == TCP)
		return skb->len <= 40 + (data[52] >> 4) * 4;
	if (data + 40 <= end && data[0] == 0x45)
		return skb->len <= 20 + (data[32] >> 4) * 4;
	return false;
}

static __noinline int hear(struct __sk_buff *skb, struct socket *s)
{
	bool first;
	struct packet p;
	__u32 word;

	if (!s || !read_packet(skb, &p) || p.length == 0)
		return 0;
	first = !(s->flags & HEARD);
	s->flags |= HEARD;
	if (first) {
		word = first_word(skb, &p);
		if (word >> 8 == WORD(0, '2', '2', '0')) {
			s->class = CLASS_LINES;
			s->budget = 4;
		}
		sample(skb, s, &p, INGRESS, LINE_MOST);
	} else if (s->budget) {
		s->budget--;
		sample(skb, s, &p, INGRESS, LINE_MOST);
	}
	return 0;
}

static __always_inline void tcp_ingress(struct __sk_buff *skb, struct socket *s)
{
	if (s->flags & HEARD && s->class != CLASS_LINES)
		return;
	if (!is_empty(skb))
		hear(skb, s);
}
