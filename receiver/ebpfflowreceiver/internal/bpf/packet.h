// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Where the payload of a packet begins, and between whom it travels. skb->data
// is the IP header in a cgroup_skb program.
#pragma once

#include "event.h"

#define MAX_EXTENSIONS 4 // IPv6 extension headers walked (RFC 8200 4)

enum {
	ICMP = 1,
	TCP = 6,
	UDP = 17,
	ICMPV6 = 58,
	UDPLITE = 136,
	SCTP = 132,
	FRAGMENT = 44,
};

struct packet {
	__u8 source[16];
	__u8 destination[16];
	__u16 source_port;
	__u16 destination_port;
	__u8 protocol;
	__u32 payload; // offset from the IP header
	__u32 length;  // payload bytes
};

struct ipv4 {
	__u8 version_length;
	__u8 tos;
	__u16 total, id, fragment;
	__u8 ttl, protocol;
	__u16 checksum;
	__u8 source[4], destination[4];
};

struct ipv6 {
	__u32 flow;
	__u16 length;
	__u8 next, hops;
	__u8 source[16], destination[16];
};

static __always_inline void map_v4(__u8 *to, const __u8 *from)
{
	__builtin_memset(to, 0, 10);
	to[10] = to[11] = 0xff;
	__builtin_memcpy(to + 12, from, 4);
}

static __always_inline bool read_v4(struct __sk_buff *skb, struct packet *p, bool *first)
{
	struct ipv4 ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return false;
	map_v4(p->source, ip.source);
	map_v4(p->destination, ip.destination);
	p->protocol = ip.protocol;
	p->payload = (ip.version_length & 15) * 4;
	*first = !(ip.fragment & bpf_htons(0x1fff));
	return true;
}

static __always_inline bool read_v6(struct __sk_buff *skb, struct packet *p, bool *first)
{
	struct ipv6 ip;

	if (bpf_skb_load_bytes(skb, 0, &ip, sizeof(ip)))
		return false;
	__builtin_memcpy(p->source, ip.source, 16);
	__builtin_memcpy(p->destination, ip.destination, 16);
	p->protocol = ip.next;
	p->payload = sizeof(ip);
	*first = true;
#pragma unroll
	for (int i = 0; i < MAX_EXTENSIONS; i++) {
		__u8 extension[4];

		if (p->protocol != 0 && p->protocol != 43 && p->protocol != 60 &&
		    p->protocol != FRAGMENT)
			break;
		if (bpf_skb_load_bytes(skb, p->payload, extension, sizeof(extension)))
			return false;
		if (p->protocol == FRAGMENT) {
			*first = !((extension[2] << 8 | extension[3]) & 0xfff8);
			p->payload += 8;
		} else {
			p->payload += (extension[1] + 1) * 8;
		}
		p->protocol = extension[0];
	}
	return true;
}

static __always_inline bool has_ports(__u8 protocol)
{
	return protocol == TCP || protocol == UDP || protocol == UDPLITE || protocol == SCTP;
}

static __always_inline __u32 transport_header(struct __sk_buff *skb, struct packet *p)
{
	__u8 offset = 0;

	switch (p->protocol) {
	case TCP:
		bpf_skb_load_bytes(skb, p->payload + 12, &offset, 1);
		return (offset >> 4) * 4;
	case SCTP:
		return 12;
	case UDP:
	case UDPLITE:
	case ICMP:
	case ICMPV6:
		return 8;
	}
	return 0;
}

// A later fragment has no transport header: all of it is payload, its ports are
// zero.
static __always_inline bool read_packet(struct __sk_buff *skb, struct packet *p)
{
	bool first, v4 = skb->protocol == bpf_htons(0x0800);
	__u16 ports[2] = {};

	p->source_port = p->destination_port = 0;
	if (!(v4 ? read_v4(skb, p, &first) : read_v6(skb, p, &first)))
		return false;
	if (first) {
		if (has_ports(p->protocol) &&
		    bpf_skb_load_bytes(skb, p->payload, ports, sizeof(ports)) == 0) {
			p->source_port = bpf_ntohs(ports[0]);
			p->destination_port = bpf_ntohs(ports[1]);
		}
		p->payload += transport_header(skb, p);
	}
	p->length = skb->len > p->payload ? skb->len - p->payload : 0;
	return true;
}

static __always_inline void orient(struct tuple *t, const struct packet *p, enum direction d)
{
	__builtin_memset(t, 0, sizeof(*t));
	__builtin_memcpy(t->local, d == EGRESS ? p->source : p->destination, 16);
	__builtin_memcpy(t->remote, d == EGRESS ? p->destination : p->source, 16);
	t->local_port = d == EGRESS ? p->source_port : p->destination_port;
	t->remote_port = d == EGRESS ? p->destination_port : p->source_port;
	t->protocol = p->protocol;
}
