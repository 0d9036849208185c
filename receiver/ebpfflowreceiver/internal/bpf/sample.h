// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Samples of payload: the first bytes of each direction, then the first bytes of
// a turn (the container speaks after its peer did) where the protocol needs
// them. A bulk transfer is one turn, hence one sample.
#pragma once

#include "packet.h"
#include "state.h"

#define SAMPLE_MOST 4096
#define LINE_MOST 512

// The ring buffer takes constant sizes only: three powers of two, to waste little.
// The caller's length is between one and the size; the masking, behind a barrier,
// shows that to the verifiers of older kernels.
#define SAMPLE_OF(size)                                                                            \
	static __always_inline void sample_##size(struct __sk_buff *skb,                           \
						  const struct sample_event *head, __u32 offset)   \
	{                                                                                          \
		struct {                                                                           \
			struct sample_event head;                                                  \
			__u8 bytes[size];                                                          \
		} *e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);                                \
		__u64 length = head->length;                                                       \
                                                                                                   \
		if (!e) {                                                                          \
			lose(LOST_SAMPLES, 1);                                                     \
			return;                                                                    \
		}                                                                                  \
		__builtin_memcpy(&e->head, head, sizeof(*head));                                   \
		barrier_var(length);                                                               \
		length = ((length - 1) & (size - 1)) + 1;                                          \
		if (bpf_skb_load_bytes(skb, offset, e->bytes, length)) {                           \
			bpf_ringbuf_discard(e, 0);                                                 \
			return;                                                                    \
		}                                                                                  \
		bpf_ringbuf_submit(e, 0);                                                          \
	}

SAMPLE_OF(128)
SAMPLE_OF(512)
SAMPLE_OF(4096)

static __always_inline void sample(struct __sk_buff *skb, const struct socket *s,
				   const struct packet *p, enum direction direction, __u32 most)
{
	struct sample_event head = {
		.kind = KIND_SAMPLE,
		.direction = direction,
		.cookie = s->cookie,
		.cgroup = s->cgroup,
		.time = bpf_ktime_get_ns(),
		.tgid = s->tgid,
		.initiator = s->initiator,
		.payload = p->length,
		.length = p->length < most ? p->length : most,
	};

	if (is_crowded() || is_over_budget(s->cgroup, head.time, sizeof(head) + head.length)) {
		lose(LOST_SAMPLES, 1);
		return;
	}
	orient(&head.tuple, p, direction);
	if (head.length <= 128)
		sample_128(skb, &head, p->payload);
	else if (head.length <= 512)
		sample_512(skb, &head, p->payload);
	else
		sample_4096(skb, &head, p->payload);
}

#define WORD(a, b, c, d) ((__u32)(a) << 24 | (b) << 16 | (c) << 8 | (d))

static __always_inline bool is_request(__u32 word)
{
	switch (word) {
	case WORD('G', 'E', 'T', ' '):
	case WORD('P', 'U', 'T', ' '):
	case WORD('P', 'O', 'S', 'T'):
	case WORD('P', 'A', 'T', 'C'):
	case WORD('H', 'E', 'A', 'D'):
	case WORD('D', 'E', 'L', 'E'):
	case WORD('O', 'P', 'T', 'I'):
	case WORD('C', 'O', 'N', 'N'):
	case WORD('P', 'R', 'O', 'P'):
	case WORD('M', 'K', 'C', 'O'):
		return true;
	}
	return false;
}

static __always_inline bool is_tls(__u32 word)
{
	return word >> 16 == (22 << 8 | 3);
}
