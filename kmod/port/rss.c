// SPDX-License-Identifier: GPL-2.0
/*
 * A table and a hash choose the receive queue of each incoming frame.
 *
 * A frame comes in on the receive queue table[n % 128]. Until a user says which
 * fields of a type of flows are hashed (ethtool -N rx-flow-hash), n is the
 * number of the frame's send queue. All packets of one flow go through the same
 * send queue, so they stay in order. After the user has chosen fields, n is the
 * Toeplitz hash, which NICs use. The input of the hash is the fields that the
 * user has chosen, in this order:
 *
 *	source address | destination address | bytes 0, 1 | bytes 2, 3
 *
 * The four bytes are behind the IP header. They are the ports of TCP, UDP and
 * SCTP, and the SPI of ESP. Only the first fragment of a packet has them, so
 * the hash of every fragment is computed from the addresses only. If the user
 * has chosen only addresses, fragments and whole packets of one flow have the
 * same hash. Otherwise they may overtake each other, as on any NIC.
 *
 * The hash is linear: each bit of the input that is 1 adds (by XOR) 32 bits of
 * the key to the hash. For bit n of the input, these are the 32 bits of the key
 * that begin at bit n. ov2_rss.steps has the sums for all values of each half
 * of a byte, so a byte takes two look-ups.
 */
#include <linux/bits.h>
#include <linux/ethtool.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/minmax.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "port.h"
#include "rss.h"

#define RSS_ADDRESSES	(RXH_IP_SRC | RXH_IP_DST)
#define RSS_L4		(RXH_L4_B_0_1 | RXH_L4_B_2_3)

/* A frame that has more VLAN tags than this is not hashed. */
#define RSS_TAGS	2

/* The 32 bits of the key that begin at bit @at */
static u32 key_window(const u8 *key, unsigned int at)
{
	u64 bits = get_unaligned_be32(&key[at / 8]);

	return (bits << 8 | key[at / 8 + 4]) >> (8 - at % 8);
}

/**
 * ov2_rss_set_key() - change the key of the hash
 * @rss: not published yet
 * @key: %OV2_RSS_KEY bytes
 *
 * Context: Any context.
 */
void ov2_rss_set_key(struct ov2_rss *rss, const u8 *key)
{
	unsigned int half, value, bit;
	u32 sum;

	static_assert(OV2_RSS_INPUT + sizeof(u32) <= OV2_RSS_KEY);
	memcpy(rss->key, key, OV2_RSS_KEY);
	for (half = 0; half < ARRAY_SIZE(rss->steps); half++)
		for (value = 0; value < 16; value++) {
			sum = 0;
			for (bit = 0; bit < 4; bit++)
				if (value & BIT(3 - bit))
					sum ^= key_window(key, 4 * half + bit);
			rss->steps[half][value] = sum;
		}
}

/**
 * ov2_rss_spread() - fill the table with the numbers of all queues, evenly
 * @rss: not published yet
 *
 * Context: Any context.
 */
void ov2_rss_spread(struct ov2_rss *rss)
{
	unsigned int i;

	for (i = 0; i < OV2_RSS_TABLE; i++)
		rss->table[i] = ethtool_rxfh_indir_default(i, rss->queues);
}

/**
 * ov2_rss_new() - make hash and table, to be published
 * @queues: number of receive queues in use
 * @old: everything except the number of queues is copied from here. If @old is
 *	NULL, the key is the key of the host, ov2_rss_spread() fills the table,
 *	and no fields are hashed
 *
 * Context: Process context.
 * Return: hash and table, which the caller frees with kfree() or kfree_rcu();
 * NULL if there is no memory.
 */
struct ov2_rss *ov2_rss_new(unsigned int queues, const struct ov2_rss *old)
{
	struct ov2_rss *rss;
	u8 key[OV2_RSS_KEY];

	if (old) {
		rss = kmemdup(old, sizeof(*old), GFP_KERNEL_ACCOUNT);
		if (rss)
			rss->queues = queues;
		return rss;
	}

	rss = kzalloc(sizeof(*rss), GFP_KERNEL_ACCOUNT);
	if (!rss)
		return NULL;
	rss->queues = queues;
	netdev_rss_key_fill(key, sizeof(key));
	ov2_rss_set_key(rss, key);
	ov2_rss_spread(rss);
	return rss;
}

/**
 * ov2_rss_type() - the index of a type of flows in ov2_rss.fields
 * @flow_type: TCP_V4_FLOW or another type of flows
 *
 * In the command ethtool, ESP and AH have one type together (AH_ESP_V4_FLOW).
 * In netlink, each of the two also has a type of its own.
 *
 * Context: Any context.
 * Return: an index of ov2_rss.fields; 0 for a type that the card does not
 * distinguish from other types.
 */
unsigned int ov2_rss_type(u32 flow_type)
{
	switch (flow_type) {
	case TCP_V4_FLOW:
	case TCP_V6_FLOW:
	case UDP_V4_FLOW:
	case UDP_V6_FLOW:
	case SCTP_V4_FLOW:
	case SCTP_V6_FLOW:
	case AH_ESP_V4_FLOW:
	case AH_ESP_V6_FLOW:
	case IPV4_FLOW:
	case IPV6_FLOW:
		return flow_type;
	case ESP_V4_FLOW:
	case AH_V4_FLOW:
		return AH_ESP_V4_FLOW;
	case ESP_V6_FLOW:
	case AH_V6_FLOW:
		return AH_ESP_V6_FLOW;
	default:
		return 0;
	}
}

/**
 * ov2_rss_may_hash() - which fields can be hashed?
 * @type: from ov2_rss_type(), not 0
 *
 * Context: Any context.
 * Return: the fields, as RXH_IP_SRC and so on.
 */
u8 ov2_rss_may_hash(unsigned int type)
{
	if (type == IPV4_FLOW || type == IPV6_FLOW)
		return RSS_ADDRESSES;
	return RSS_ADDRESSES | RSS_L4;
}

/**
 * ov2_rss_set_fields() - change what is hashed
 * @rss: not published yet
 * @type: from ov2_rss_type(), not 0
 * @fields: some of ov2_rss_may_hash(), or 0 for no hash
 *
 * Context: Any context.
 */
void ov2_rss_set_fields(struct ov2_rss *rss, unsigned int type, u8 fields)
{
	rss->fields[type] = fields;
	rss->by_flow = memchr_inv(rss->fields, 0, sizeof(rss->fields));
}

/**
 * ov2_rss_sharers() - how many send queues may feed one ring?
 * @rss: of the receiver
 * @tx_queues: number of send queues in use at the sender
 *
 * Context: Any context.
 * Return: the largest number of send queues that feed the same ring; at least
 * 1.
 */
unsigned int ov2_rss_sharers(const struct ov2_rss *rss, unsigned int tx_queues)
{
	unsigned int ring, queue, feeders, most = 1;

	if (rss->by_flow)
		return tx_queues;
	for (ring = 0; ring < rss->queues; ring++) {
		feeders = 0;
		for (queue = 0; queue < tx_queues; queue++)
			feeders += ov2_rss_queue(rss, queue) == ring;
		most = max(most, feeders);
	}
	return most;
}

static unsigned int flow_of_ipv4(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return TCP_V4_FLOW;
	case IPPROTO_UDP:
		return UDP_V4_FLOW;
	case IPPROTO_SCTP:
		return SCTP_V4_FLOW;
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return AH_ESP_V4_FLOW;
	default:
		return IPV4_FLOW;
	}
}

static unsigned int flow_of_ipv6(u8 proto)
{
	switch (proto) {
	case IPPROTO_TCP:
		return TCP_V6_FLOW;
	case IPPROTO_UDP:
		return UDP_V6_FLOW;
	case IPPROTO_SCTP:
		return SCTP_V6_FLOW;
	case IPPROTO_ESP:
	case IPPROTO_AH:
		return AH_ESP_V6_FLOW;
	default:
		return IPV6_FLOW;
	}
}

/* Returns the ethertype behind the VLAN tags, and moves @offset there. */
static __be16 network_type(const struct sk_buff *skb, int *offset)
{
	const struct vlan_hdr *tag;
	struct vlan_hdr tag_room;
	const __be16 *type;
	__be16 type_room;
	int tags;

	type = skb_header_pointer(skb, offsetof(struct ethhdr, h_proto),
				  sizeof(type_room), &type_room);
	*offset = ETH_HLEN;
	for (tags = 0; type && eth_type_vlan(*type) && tags < RSS_TAGS;
	     tags++) {
		tag = skb_header_pointer(skb, *offset, sizeof(tag_room),
					 &tag_room);
		if (!tag)
			return 0;
		type_room = tag->h_vlan_encapsulated_proto;
		type = &type_room;
		*offset += VLAN_HLEN;
	}
	return type ? *type : 0;
}

static void flow_add(struct ov2_rss_flow *flow, const void *field,
		     unsigned int len)
{
	memcpy(flow->input + flow->len, field, len);
	flow->len += len;
}

/* Add those of the four bytes at @offset that are hashed. If the frame is too
 * short to have the four bytes, only its addresses are hashed.
 */
static void flow_add_l4(struct ov2_rss_flow *flow, u8 fields,
			const struct sk_buff *skb, int offset)
{
	u8 l4[4];

	if (!(fields & RSS_L4) || skb_copy_bits(skb, offset, l4, sizeof(l4)))
		return;
	if (fields & RXH_L4_B_0_1)
		flow_add(flow, l4, 2);
	if (fields & RXH_L4_B_2_3)
		flow_add(flow, l4 + 2, 2);
}

static void rss_read_ipv4(const struct ov2_rss *rss, const struct sk_buff *skb,
			  int offset, struct ov2_rss_flow *flow)
{
	const struct iphdr *ip;
	struct iphdr room;
	u8 fields;

	ip = skb_header_pointer(skb, offset, sizeof(room), &room);
	if (!ip)
		return;
	fields = rss->fields[flow_of_ipv4(ip->protocol)];
	if (fields & RXH_IP_SRC)
		flow_add(flow, &ip->saddr, sizeof(ip->saddr));
	if (fields & RXH_IP_DST)
		flow_add(flow, &ip->daddr, sizeof(ip->daddr));
	if (!ip_is_fragment(ip))
		flow_add_l4(flow, fields, skb, offset + ip->ihl * 4);
}

/* The only extension headers that this function knows are the fragment header,
 * ESP and AH. A packet with any other extension header is of the type
 * IPV6_FLOW.
 */
static void rss_read_ipv6(const struct ov2_rss *rss, const struct sk_buff *skb,
			  int offset, struct ov2_rss_flow *flow)
{
	const struct frag_hdr *fragment = NULL;
	struct frag_hdr fragment_room;
	const struct ipv6hdr *ip;
	struct ipv6hdr room;
	u8 fields, proto;

	ip = skb_header_pointer(skb, offset, sizeof(room), &room);
	if (!ip)
		return;
	offset += sizeof(*ip);
	proto = ip->nexthdr;
	if (proto == NEXTHDR_FRAGMENT) {
		fragment = skb_header_pointer(skb, offset,
					      sizeof(fragment_room),
					      &fragment_room);
		if (fragment)
			proto = fragment->nexthdr;
	}
	fields = rss->fields[flow_of_ipv6(proto)];
	if (fields & RXH_IP_SRC)
		flow_add(flow, &ip->saddr, sizeof(ip->saddr));
	if (fields & RXH_IP_DST)
		flow_add(flow, &ip->daddr, sizeof(ip->daddr));
	if (!fragment)
		flow_add_l4(flow, fields, skb, offset);
}

/**
 * ov2_rss_read() - read the input of the hash from a frame
 * @rss: says which fields are hashed
 * @skb: the frame; skb->data is at the Ethernet header
 * @flow: filled in
 *
 * Context: Any context.
 * Return: false if the frame has none of the fields that are hashed. This is so
 * if the frame has no whole IP header, if nothing is hashed for its type of
 * flows, or if only ports are hashed and the frame is a fragment.
 */
bool ov2_rss_read(const struct ov2_rss *rss, const struct sk_buff *skb,
		  struct ov2_rss_flow *flow)
{
	int offset;
	__be16 type = network_type(skb, &offset);

	flow->len = 0;
	if (type == htons(ETH_P_IP))
		rss_read_ipv4(rss, skb, offset, flow);
	else if (type == htons(ETH_P_IPV6))
		rss_read_ipv6(rss, skb, offset, flow);
	return flow->len;
}

/**
 * ov2_rss_hash() - the Toeplitz hash of a flow
 * @rss: has the key
 * @flow: from ov2_rss_read()
 *
 * Context: Any context.
 * Return: the hash.
 */
u32 ov2_rss_hash(const struct ov2_rss *rss, const struct ov2_rss_flow *flow)
{
	unsigned int i;
	u32 hash = 0;

	for (i = 0; i < flow->len; i++)
		hash ^= rss->steps[2 * i][flow->input[i] >> 4] ^
			rss->steps[2 * i + 1][flow->input[i] & 15];
	return hash;
}

/**
 * ov2_rss_init() - give a card its hash and its table
 * @port: the card, whose number of receive queues is set
 *
 * Context: RTNL.
 * Return: 0 or -ENOMEM.
 */
int ov2_rss_init(struct ov2_port *port)
{
	struct ov2_rss *rss;

	ASSERT_RTNL();
	rss = ov2_rss_new(port->ad.dev->real_num_rx_queues, NULL);
	if (!rss)
		return -ENOMEM;
	RCU_INIT_POINTER(port->rss, rss);
	return 0;
}

/**
 * ov2_rss_exit() - undo ov2_rss_init()
 * @port: the card; no sender can find it any more, and a grace period has
 *	passed since then
 *
 * Context: Process context.
 */
void ov2_rss_exit(struct ov2_port *port)
{
	kfree(rcu_dereference_protected(port->rss, true));
}
