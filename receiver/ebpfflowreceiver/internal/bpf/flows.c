//go:build ignore

// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// What every container sends, counted per socket.
//
// A socket's state hangs on the socket itself (BPF_MAP_TYPE_SK_STORAGE): it is
// made when the socket is, in its owner's context; inherited when a listener
// accepts; freed with the socket. No tuple is hashed and nothing is evicted.
//
// TCP's own counters are the truth about TCP: they know retransmissions. The
// packet hooks at the cgroup root watch them pass an alarm (1 MiB, then every
// doubling) and look at the first bytes of a turn; a packet in the middle of a
// bulk transfer is told by TCP's numbers and costs no more than reading them.
// Other protocols are counted here.
//
// Reports leave through one ring buffer: at the alarm; at the sweep, when user
// space reads an iterator; and at the end of the socket. A report carries the
// difference to the one before, and a full buffer leaves that difference to the
// next report. A last word that finds it full waits in a hash for the sweep. When
// that is full too it is lost, and counted. Samples are shed first.
//
// Nothing here decides what user space may see: cgroups that are no container's
// are ignored once user space says so, and observed until then, so that a
// container's first packet is never missed.

#include "datagram.h"
#include "owner.h"
#include "tcp.h"

char LICENSE[] SEC("license") = "GPL";

// Tracing programs have bpf_sk_storage_get and bpf_spin_lock since 5.11. Before,
// the sweep goes without the lock.
const volatile bool tracing_helpers = true;

// A listener carries nothing. A closed connection may send a last reset (RFC 2525
// 2.17): it has had its last word.
static __always_inline bool is_connection(const struct bpf_sock *sk)
{
	return sk->state != BPF_TCP_LISTEN && sk->state != BPF_TCP_CLOSE;
}

// What a connection moved before this packet is not ours, unless it began under
// our eyes. One of which nothing was seen and which has moved nothing has only
// now been accepted: by a listener that the kernel made itself, as MPTCP does.
static __always_inline void adopt(struct socket *s, struct tcp_sock *tp, const struct packet *p,
				  enum direction d)
{
	struct counters before;

	if (s->flags & BORN)
		return;
	tcp_totals(tp, &before);
	if (d == EGRESS && p->length) {
		before.sent = later(before.sent, p->length);
		before.sent_packets = later(before.sent_packets, 1);
	}
	if (before.sent == 0 && before.received == 0) {
		s->flags |= BORN;
		return;
	}
	s->reported = before;
	s->heard = before.received;
	s->alarm = next_alarm(tp);
}

// A closed socket still hears its peer for a moment, and has said all. It lives
// again when it connects, or when its counters have begun anew; and what a
// listener has inherited to an accepted socket is not that one's.
static __always_inline bool is_over(const struct socket *s, struct tcp_sock *tp, int state,
				    __u64 cookie)
{
	struct counters now;

	if (!(s->flags & CLOSED) || state == BPF_TCP_SYN_SENT || s->cookie != cookie)
		return false;
	tcp_totals(tp, &now);
	return now.sent >= s->reported.sent && now.received >= s->reported.received;
}

static __always_inline void renew(struct socket *s)
{
	s->flags = BORN;
	s->class = CLASS_QUIET;
	s->heard = 0;
	__builtin_memset(&s->reported, 0, sizeof(s->reported));
}

static __always_inline enum initiator initiator_of(const struct socket *s,
						   const struct bpf_sock *sk, enum direction d)
{
	if (sk->protocol != TCP)
		return d == EGRESS ? INITIATOR_LOCAL : INITIATOR_REMOTE;
	if (sk->state == BPF_TCP_SYN_SENT)
		return INITIATOR_LOCAL;
	return s->flags & BORN ? INITIATOR_REMOTE : INITIATOR_UNKNOWN;
}

static __noinline int begin(struct __sk_buff *skb, struct socket *s, enum direction d)
{
	__u64 cookie = bpf_get_socket_cookie(skb);
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tp;
	struct packet p;

	if (!s || !sk)
		return 0;
	sk = bpf_sk_fullsock(sk);
	if (!sk || (sk->protocol == TCP && !is_connection(sk)) || !read_packet(skb, &p))
		return 0;
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp && is_over(s, tp, sk->state, cookie))
		return 0;
	if (s->flags & CLOSED || (tp && sk->state == BPF_TCP_SYN_SENT))
		renew(s);
	s->cgroup = bpf_skb_cgroup_id(skb);
	if (is_ignored(s->cgroup)) {
		s->flags |= READY | IGNORED;
		return 0;
	}
	orient(&s->tuple, &p, d);
	s->cookie = cookie;
	s->start = s->last = bpf_ktime_get_ns();
	s->alarm = FIRST_ALARM;
	if (tp)
		adopt(s, tp, &p, d);
	s->initiator = initiator_of(s, sk, d);
	s->flags |= sk->protocol == TCP ? READY : READY | DATAGRAM;
	return 0;
}

// The state of the packet's socket, begun where this is its first packet.
static __always_inline struct socket *state_of(struct __sk_buff *skb, struct bpf_sock *sk,
					       enum direction d)
{
	struct socket *s = bpf_sk_storage_get(&sockets, sk, NULL, 0);

	if (s && s->flags & READY)
		return s;
	if (!s)
		s = bpf_sk_storage_get(&sockets, sk, NULL, BPF_SK_STORAGE_GET_F_CREATE);
	if (!s) {
		lose(LOST_SOCKETS, 1);
		return NULL;
	}
	begin(skb, s, d);
	return s->flags & READY ? s : NULL;
}

SEC("cgroup_skb/egress")
int on_egress(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct tcp_sock *tp;
	struct socket *s;

	if (!sk)
		return 1;
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp && is_bulk(skb, tp))
		return 1;
	s = state_of(skb, sk, EGRESS);
	if (!s || s->flags & IGNORED)
		return 1;
	if (s->flags & DATAGRAM)
		datagram(skb, s, EGRESS);
	else if (tp)
		tcp_egress(skb, sk, s, tp);
	return 1;
}

SEC("cgroup_skb/ingress")
int on_ingress(struct __sk_buff *skb)
{
	struct bpf_sock *sk = skb->sk;
	struct socket *s;

	if (!sk)
		return 1;
	if (skb->len > DOWNLOAD && is_plain_tcp(skb))
		return 1;
	s = state_of(skb, sk, INGRESS);
	if (!s || s->flags & IGNORED)
		return 1;
	if (s->flags & DATAGRAM)
		datagram(skb, s, INGRESS);
	else
		tcp_ingress(skb, s);
	return 1;
}

static __always_inline void close_tcp(struct socket *s, struct tcp_sock *tp)
{
	if (!(s->flags & READY) || s->flags & IGNORED)
		return;
	report_tcp(s, tp, REASON_END_OF_FLOW);
	s->flags = CLOSED;
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, struct sock *sk, int before, int after)
{
	struct tcp_sock *tp;
	struct socket *s;

	if (after == BPF_TCP_LISTEN || after == BPF_TCP_SYN_SENT)
		own_subflow(sk);
	if (after != BPF_TCP_CLOSE)
		return 0;
	s = bpf_sk_storage_get(&sockets, sk, NULL, 0);
	tp = bpf_skc_to_tcp_sock(sk);
	if (s && tp)
		close_tcp(s, tp);
	return 0;
}

// Says the same as on_state, where that could not: before 5.11, and for a close
// that comes as an interrupt into another one's tracepoint, which the kernel does
// not run twice at a time on one CPU. Whichever comes first has the last word.
SEC("sockops")
int on_sockops(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct tcp_sock *tp;
	struct socket *s;

	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_CONNECT_CB:
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		bpf_sock_ops_cb_flags_set(ctx,
					  ctx->bpf_sock_ops_cb_flags | BPF_SOCK_OPS_STATE_CB_FLAG);
		return 1;
	case BPF_SOCK_OPS_STATE_CB:
		if (ctx->args[1] != BPF_TCP_CLOSE || !sk)
			return 1;
		s = bpf_sk_storage_get(&sockets, sk, NULL, 0);
		tp = bpf_skc_to_tcp_sock(sk);
		if (s && tp)
			close_tcp(s, tp);
	}
	return 1;
}

SEC("cgroup/sock_release")
int on_release(struct bpf_sock *sk)
{
	struct socket *s = bpf_sk_storage_get(&sockets, sk, NULL, 0);

	if (s && (s->flags & (READY | DATAGRAM | IGNORED)) == (READY | DATAGRAM))
		report_datagrams(s, REASON_END_OF_FLOW);
	return 1;
}

static __always_inline void sweep(struct socket *s, struct sock *sk, enum reason why)
{
	struct tcp_sock *tp;

	if (!(s->flags & READY) || s->flags & IGNORED)
		return;
	if (s->flags & DATAGRAM) {
		report_datagrams(s, why);
		return;
	}
	tp = bpf_skc_to_tcp_sock(sk);
	if (tp)
		report_tcp(s, tp, why);
}

SEC("iter/bpf_sk_storage_map")
int sweep_sockets(struct bpf_iter__bpf_sk_storage_map *ctx)
{
	struct socket *s, *unlocked = ctx->value;
	struct sock *sk = ctx->sk;

	if (!sk)
		return 0;
	if (!tracing_helpers) {
		if (unlocked)
			sweep(unlocked, sk, REASON_UNLOCKED);
		return 0;
	}
	s = bpf_sk_storage_get(&sockets, sk, NULL, 0);
	if (s)
		sweep(s, sk, REASON_ACTIVE_TIMEOUT);
	return 0;
}

SEC("iter/bpf_map_elem")
int sweep_peers(struct bpf_iter__bpf_map_elem *ctx)
{
	struct peer_key *found = ctx->key, key;
	struct peer *p;

	if (!found)
		return 0;
	__builtin_memcpy(&key, found, sizeof(key));
	p = bpf_map_lookup_elem(&peers, &key);
	if (p && tracing_helpers)
		report_peer(p, &key, REASON_ACTIVE_TIMEOUT);
	else if (p)
		report_peer(p, &key, REASON_UNLOCKED);
	return 0;
}

SEC("iter/bpf_map_elem")
int sweep_last_words(struct bpf_iter__bpf_map_elem *ctx)
{
	struct flow_event *word = ctx->value, *e;
	struct last_word_key key;

	if (!word)
		return 0;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	__builtin_memcpy(e, word, sizeof(*e));
	key.cookie = e->cookie;
	key.start = e->start;
	bpf_ringbuf_submit(e, 0);
	bpf_map_delete_elem(&last_words, &key);
	return 0;
}
