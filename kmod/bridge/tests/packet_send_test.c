// SPDX-License-Identifier: GPL-2.0
/*
 * Packet mode protects a packet, lets it pass or drops it as policies say.
 *
 * Each drop has the right reason.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/if_vlan.h>
#include <linux/tcp.h>
#include <net/addrconf.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../../unit/rig/dropped.h"
#include "../../unit/rig/packet_shape.h"
#include "../../unit/rig/xfrm_state.h"
#include "../bridge.h"
#include "../sa/assoc.h"
#include "../packet/packet.h"
#include "../packet/packet_send.h"
#include "../packet/tag.h"
#include "../../ov2/nbl.h"
#include "../../ov2/offload.h"
#include "../../watch/counters.h"

#define SPI	0x1234
#define REQID	7
#define HANDLE	0x7777UL
#define QUEUE	3
/* A value that is no reason for a drop */
#define NO_REASON	OV2_CNT_MAX

static const struct ov2_offload tcp_sums = {
	.flags = OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE,
};

static const struct ov2_offload no_sums;

/**
 * struct tx_card - a card with an outbound state, and all that sending needs
 * @ad: the card
 * @assoc: the association of @x
 * @x: the state
 * @nbl: the NBL that ov2_packet_xmit() made last
 * @reason: the reason that ov2_packet_xmit() returned last
 */
struct tx_card {
	struct ov2_adapter ad;
	struct ov2_assoc assoc;
	struct xfrm_state *x;
	struct ov2_nbl *nbl;
	enum ov2_counter reason;
};

static struct ov2_bridge *bridge_of(struct tx_card *card)
{
	return ov2_bridge_of(&card->ad);
}

static void card_end(void *data)
{
	struct tx_card *card = data;

	ov2_sad_del(&bridge_of(card)->sad, &card->assoc);
	synchronize_rcu();
	ov2_bridge_exit(&card->ad);
	ov2_counters_free(&card->ad);
}

static void state_live(struct xfrm_state *x)
{
	ov2_unit_state_live(x);
	x->id.spi = htonl(SPI);
	x->props.reqid = REQID;
	x->xso.dir = XFRM_DEV_OFFLOAD_OUT;
	x->xso.type = XFRM_DEV_OFFLOAD_PACKET;
}

/* In the packets of ov2_shape_clear(), and in a state in transport mode, all
 * addresses are 0. The ends of a tunnel are addresses of the loopback device,
 * because this device has a route and never asks for a neighbour's address.
 */
static struct tx_card *card_new(struct kunit *test, struct net_device *dev,
				const struct ov2_shape *shape)
{
	struct tx_card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, card);
	card->ad.dev = dev;
	card->ad.tx_queues = QUEUE + 1;
	card->ad.hardware = &tcp_sums;
	KUNIT_ASSERT_EQ(test, ov2_counters_alloc(&card->ad), 0);
	KUNIT_ASSERT_EQ(test, ov2_bridge_init(&card->ad), 0);
	card->x = ov2_shape_state(test, shape);
	state_live(card->x);
	if (shape->tunnel) {
		card->x->id.daddr.a4 = htonl(INADDR_LOOPBACK);
		card->x->props.saddr.a4 = htonl(INADDR_LOOPBACK);
	}
	card->assoc.ad = &card->ad;
	card->assoc.handle = HANDLE;
	card->assoc.spi = htonl(SPI);
	card->assoc.icv_len = OV2_SHAPE_ICV_LEN;
	card->assoc.iv_len = OV2_SHAPE_IV_LEN;
	card->assoc.align = 4;
	card->assoc.packet = true;
	RCU_INIT_POINTER(card->assoc.x, card->x);
	KUNIT_ASSERT_EQ(test, ov2_sad_add(&bridge_of(card)->sad, &card->assoc,
					  card->x), 0);
	kunit_add_action(test, card_end, card);
	return card;
}

static struct tx_card *transport_card(struct kunit *test, bool ipv6)
{
	const struct ov2_shape shape = { .ipv6 = ipv6 };

	return card_new(test, ov2_shape_device(test), &shape);
}

/* The policy is for all packets of a family in one direction. */
static struct ov2_policy *policy_new(struct kunit *test, struct tx_card *card,
				     bool ipv6, u8 dir, u8 action, u32 reqid)
{
	struct ov2_policy *pol = ov2_shape_policy(test, dir, ipv6, action,
						  reqid);

	pol->tmpl.id.daddr = card->x->id.daddr;
	pol->tmpl.saddr = card->x->props.saddr;
	pol->tmpl.mode = card->x->props.mode;
	pol->tmpl.encap_family = card->x->props.family;
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&bridge_of(card)->spd, pol), 0);
	return pol;
}

static struct ov2_policy *policy_out(struct kunit *test, struct tx_card *card,
				     bool ipv6, u8 action, u32 reqid)
{
	return policy_new(test, card, ipv6, XFRM_DEV_OFFLOAD_OUT, action,
			  reqid);
}

static void policy_end(struct tx_card *card, struct ov2_policy *pol)
{
	ov2_spd_del(&bridge_of(card)->spd, pol);
	synchronize_rcu();
}

/* The packet is as the stack hands it over: data at the Ethernet header. */
static struct sk_buff *packet_new(struct kunit *test, bool ipv6)
{
	const struct ov2_shape shape = { .ipv6 = ipv6 };
	struct sk_buff *skb = ov2_shape_clear(test, &shape);

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = eth_hdr(skb)->h_proto;
	return skb;
}

/* Returns the verdict, or OV2_DROPPED. */
static int xmit(struct tx_card *card, struct sk_buff *skb, bool tagged)
{
	enum ov2_verdict verdict;
	int ret;

	card->nbl = NULL;
	skb->dev = card->ad.dev;
	local_bh_disable();
	rcu_read_lock();
	card->reason = ov2_packet_xmit(&card->ad, skb, QUEUE, tagged, &verdict,
				       &card->nbl);
	rcu_read_unlock();
	ret = ov2_dropped_tx(&card->ad, card->reason, skb, verdict);
	local_bh_enable();
	return ret;
}

static void expect_dropped(struct kunit *test, struct tx_card *card,
			   struct sk_buff *skb, bool tagged,
			   enum ov2_counter reason)
{
	KUNIT_EXPECT_EQ(test, xmit(card, skb, tagged), OV2_DROPPED);
	KUNIT_EXPECT_STREQ(test, ov2_counter_name(card->reason),
			   ov2_counter_name(reason));
	KUNIT_EXPECT_NULL(test, card->nbl);
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 1);
}

/* The frame leaves as it came. */
static void expect_plain(struct kunit *test, struct tx_card *card,
			 struct sk_buff *skb)
{
	u8 *before = kunit_kmalloc(test, skb->len, GFP_KERNEL);
	unsigned int len = skb->len;

	KUNIT_ASSERT_NOT_NULL(test, before);
	memcpy(before, skb->data, len);
	KUNIT_EXPECT_EQ(test, xmit(card, skb, false), OV2_VERDICT_PLAIN);
	KUNIT_EXPECT_NULL(test, card->nbl);
	KUNIT_ASSERT_EQ(test, skb->len, len);
	KUNIT_EXPECT_MEMEQ(test, skb->data, before, len);
}

static u64 mib_read(int mib)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += per_cpu_ptr(init_net.mib.xfrm_statistics,
				   cpu)->mibs[mib];
	return sum;
}

/* The frame keeps the Ethernet header of the stack. The state counts the bytes
 * behind the IP header.
 */
static void send_transport(struct kunit *test)
{
	static const u8 group[ETH_ALEN] = { 1 };
	const struct ethhdr *eth;
	struct tx_card *card;
	int ipv6;

	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		card = transport_card(test, ipv6);
		policy_out(test, card, ipv6, XFRM_POLICY_ALLOW, REQID);
		KUNIT_ASSERT_EQ(test, xmit(card, packet_new(test, ipv6), true),
				OV2_VERDICT_OFFLOAD);
		KUNIT_ASSERT_NOT_NULL(test, card->nbl);
		KUNIT_EXPECT_EQ(test, card->nbl->queue, QUEUE);
		KUNIT_EXPECT_EQ(test, card->nbl->info[OV2_INFO_IPSEC], HANDLE);
		KUNIT_EXPECT_EQ(test, card->nbl->info[OV2_INFO_IPSEC_TUNNEL],
				0);
		eth = (const struct ethhdr *)card->nbl->skb->data;
		KUNIT_EXPECT_EQ(test, skb_mac_offset(card->nbl->skb), 0);
		KUNIT_EXPECT_MEMEQ(test, eth->h_dest, group, ETH_ALEN);
		KUNIT_EXPECT_MEMEQ(test, eth->h_source, ov2_shape_peer_mac,
				   ETH_ALEN);
		KUNIT_EXPECT_EQ(test, ntohs(eth->h_proto),
				ipv6 ? ETH_P_IPV6 : ETH_P_IP);
		KUNIT_EXPECT_EQ(test, card->x->curlft.packets, 1);
		KUNIT_EXPECT_EQ(test, card->x->curlft.bytes, OV2_SHAPE_BODY);
		KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 1);
		ov2_nbl_free(card->nbl);
	}
}

static u32 sent_seq_lo(const struct ov2_nbl *nbl)
{
	unsigned int esp = ETH_HLEN + sizeof(struct iphdr);
	__be32 seq;

	skb_copy_bits(nbl->skb, esp + 4, &seq, sizeof(seq));
	return ntohl(seq);
}

/* Each packet has a number of its own. With ESN the engine gets both halves. */
static void send_numbers(struct kunit *test)
{
	struct tx_card *card = transport_card(test, false);
	struct xfrm_replay_state_esn *esn;
	int i;

	esn = kunit_kzalloc(test, struct_size(esn, bmp, 1), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, esn);
	esn->bmp_len = 1;
	esn->oseq = U32_MAX - 1;
	esn->oseq_hi = 5;
	card->x->replay_esn = esn;
	card->x->props.flags |= XFRM_STATE_ESN;
	card->x->repl_mode = XFRM_REPLAY_MODE_ESN;
	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, xmit(card, packet_new(test, false),
					   true), OV2_VERDICT_OFFLOAD);
		KUNIT_EXPECT_TRUE(test, card->nbl->ext_tx.valid);
		KUNIT_EXPECT_EQ(test, card->nbl->ext_tx.seq_hi, i ? 6 : 5);
		KUNIT_EXPECT_EQ(test, sent_seq_lo(card->nbl),
				U32_MAX + (u32)i);
		ov2_nbl_free(card->nbl);
	}
}

/* There are four cases: the card has no policy, a bypass, a policy that blocks,
 * or a policy for which there is no SA. In each case one packet has the tag and
 * one packet has no tag.
 */
static void send_policies(struct kunit *test)
{
	static const struct {
		bool policy;
		u8 action;
		u32 reqid;
		bool plain;
		enum ov2_counter reason;
		int mib;
	} rows[] = {
		{ .plain = true, .reason = OV2_CNT_TX_DROP_NO_POLICY },
		{ true, XFRM_POLICY_ALLOW, 0, true,
		  OV2_CNT_TX_DROP_NO_POLICY, 0 },
		{ true, XFRM_POLICY_BLOCK, 0, false,
		  OV2_CNT_TX_DROP_BLOCKED, LINUX_MIB_XFRMOUTPOLBLOCK },
		{ true, XFRM_POLICY_ALLOW, REQID + 1, false,
		  OV2_CNT_TX_DROP_NO_SA, LINUX_MIB_XFRMOUTNOSTATES },
	};
	struct ov2_policy *pol;
	struct tx_card *card;
	u64 before;
	int i, ipv6;

	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		ipv6 = i & 1;
		card = transport_card(test, ipv6);
		pol = NULL;
		if (rows[i / 2].policy)
			pol = policy_out(test, card, ipv6, rows[i / 2].action,
					 rows[i / 2].reqid);
		before = mib_read(rows[i / 2].mib);
		expect_dropped(test, card, packet_new(test, ipv6), true,
			       rows[i / 2].reason);
		if (rows[i / 2].plain)
			expect_plain(test, card, packet_new(test, ipv6));
		else
			expect_dropped(test, card, packet_new(test, ipv6),
				       false, rows[i / 2].reason);
		if (rows[i / 2].mib)
			KUNIT_EXPECT_EQ(test, mib_read(rows[i / 2].mib),
					before + 2);
		if (pol)
			policy_end(card, pol);
	}
}

/* The card looks at sent packets if it has an outbound policy, and does not
 * look at them otherwise. Neither an inbound policy nor a policy of the other
 * family applies to these packets.
 */
static void send_wanted(struct kunit *test)
{
	struct tx_card *card = transport_card(test, false);
	struct ov2_policy *pol;

	KUNIT_EXPECT_FALSE(test, ov2_packet_wanted(&card->ad));
	pol = policy_new(test, card, false, XFRM_DEV_OFFLOAD_IN,
			 XFRM_POLICY_BLOCK, 0);
	KUNIT_EXPECT_FALSE(test, ov2_packet_wanted(&card->ad));
	expect_plain(test, card, packet_new(test, false));
	policy_end(card, pol);
	pol = policy_out(test, card, true, XFRM_POLICY_BLOCK, 0);
	KUNIT_EXPECT_TRUE(test, ov2_packet_wanted(&card->ad));
	expect_plain(test, card, packet_new(test, false));
	policy_end(card, pol);
	KUNIT_EXPECT_FALSE(test, ov2_packet_wanted(&card->ad));
}

static struct sk_buff *packet_with_proto(struct kunit *test, bool ipv6,
					 u8 proto)
{
	struct sk_buff *skb = packet_new(test, ipv6);

	if (ipv6)
		ipv6_hdr(skb)->nexthdr = proto;
	else
		ip_hdr(skb)->protocol = proto;
	return skb;
}

/* A frame that is not IP, or that software has protected, leaves unchanged
 * although a policy blocks all packets. But the policy applies to a packet with
 * the tag.
 */
static void send_exempt(struct kunit *test)
{
	struct tx_card *card = transport_card(test, false);
	struct sk_buff *skb = packet_new(test, false);

	policy_out(test, card, false, XFRM_POLICY_BLOCK, 0);
	eth_hdr(skb)->h_proto = htons(ETH_P_ARP);
	expect_plain(test, card, skb);
	expect_plain(test, card, packet_with_proto(test, false, IPPROTO_ESP));
	expect_plain(test, card, packet_with_proto(test, false, IPPROTO_AH));
	expect_dropped(test, card, packet_with_proto(test, false, IPPROTO_ESP),
		       true, OV2_CNT_TX_DROP_BLOCKED);
}

/* Transport mode is for whole packets without options and extension headers. */
static void send_not_whole(struct kunit *test)
{
	static const __be16 fragments[] = {
		htons(IP_MF), htons(5), htons(IP_MF | 5),
	};
	struct tx_card *card = transport_card(test, false);
	struct sk_buff *skb;
	int i;

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	for (i = 0; i < ARRAY_SIZE(fragments); i++) {
		skb = packet_new(test, false);
		ip_hdr(skb)->frag_off = fragments[i];
		expect_dropped(test, card, skb, false,
			       OV2_CNT_TX_DROP_NOT_WHOLE);
	}
	skb = packet_new(test, false);
	ip_hdr(skb)->ihl = 6;
	expect_dropped(test, card, skb, false, OV2_CNT_TX_DROP_NOT_WHOLE);
	/* A packet with the flag "don't fragment" is not a fragment. */
	skb = packet_new(test, false);
	ip_hdr(skb)->frag_off = htons(IP_DF);
	KUNIT_ASSERT_EQ(test, xmit(card, skb, false), OV2_VERDICT_OFFLOAD);
	ov2_nbl_free(card->nbl);

	card = transport_card(test, true);
	policy_out(test, card, true, XFRM_POLICY_ALLOW, REQID);
	expect_dropped(test, card,
		       packet_with_proto(test, true, IPPROTO_DSTOPTS), false,
		       OV2_CNT_TX_DROP_NOT_WHOLE);
	expect_dropped(test, card,
		       packet_with_proto(test, true, IPPROTO_FRAGMENT), true,
		       OV2_CNT_TX_DROP_NOT_WHOLE);
}

/* A packet that cannot be read is dropped, because it may be a packet that must
 * not leave in clear.
 */
static void send_malformed(struct kunit *test)
{
	struct tx_card *card = transport_card(test, false);
	struct sk_buff *skb;
	int tagged;

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	for (tagged = 0; tagged < 2; tagged++) {
		skb = packet_new(test, false);
		skb_trim(skb, skb->len - 1);
		expect_dropped(test, card, skb, tagged,
			       OV2_CNT_TX_DROP_MALFORMED);
		skb = packet_new(test, false);
		skb_trim(skb, ETH_HLEN + 10);
		expect_dropped(test, card, skb, tagged,
			       OV2_CNT_TX_DROP_MALFORMED);
	}
	/* A frame that ends behind its Ethernet header carries no IP packet */
	skb = packet_new(test, false);
	skb_trim(skb, ETH_HLEN);
	expect_plain(test, card, skb);
	/* The packet has the tag, but begins with the network header */
	skb = packet_new(test, false);
	skb_reset_network_header(skb);
	expect_dropped(test, card, skb, true, OV2_CNT_TX_DROP_MALFORMED);
}

/* A forwarded packet with the tag: its Ethernet header is not written yet. */
static void send_without_ethernet(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct tx_card *card = card_new(test, init_net.loopback_dev, &shape);
	struct sk_buff *skb = packet_new(test, false);

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	memset(skb->data, 0, ETH_HLEN);
	KUNIT_ASSERT_EQ(test, xmit(card, skb, true), OV2_VERDICT_OFFLOAD);
	ov2_nbl_free(card->nbl);
}

static struct sk_buff *wrapped_new(struct kunit *test, u8 proto)
{
	struct sk_buff *skb = packet_with_proto(test, false, proto);

	skb = vlan_insert_tag(skb, htons(ETH_P_8021Q), 5);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	return skb;
}

static struct sk_buff *wrapped_arp_new(struct kunit *test)
{
	struct sk_buff *skb = wrapped_new(test, IPPROTO_TCP);

	((struct vlan_ethhdr *)skb->data)->h_vlan_encapsulated_proto =
		htons(ETH_P_ARP);
	return skb;
}

/* The card protects no packet behind a VLAN tag. So the card drops such a
 * packet if a policy protects or blocks the packet. No policy matches an ARP
 * packet.
 */
static void send_wrapped(struct kunit *test)
{
	static const struct {
		u8 action;
		u32 reqid;
		enum ov2_counter reason;
	} rows[] = {
		{ XFRM_POLICY_ALLOW, REQID, OV2_CNT_TX_DROP_WRAPPED },
		{ XFRM_POLICY_BLOCK, 0, OV2_CNT_TX_DROP_BLOCKED },
		{ XFRM_POLICY_ALLOW, 0, NO_REASON },
	};
	struct tx_card *card = transport_card(test, false);
	struct ov2_policy *pol;
	struct sk_buff *skb;
	u64 before;
	int i;

	expect_plain(test, card, wrapped_new(test, IPPROTO_TCP));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		pol = policy_out(test, card, false, rows[i].action,
				 rows[i].reqid);
		before = mib_read(LINUX_MIB_XFRMOUTPOLBLOCK);
		if (rows[i].reason == NO_REASON)
			expect_plain(test, card,
				     wrapped_new(test, IPPROTO_TCP));
		else
			expect_dropped(test, card,
				       wrapped_new(test, IPPROTO_TCP), false,
				       rows[i].reason);
		KUNIT_EXPECT_EQ(test, mib_read(LINUX_MIB_XFRMOUTPOLBLOCK),
				before +
				(rows[i].reason == OV2_CNT_TX_DROP_BLOCKED));
		expect_plain(test, card, wrapped_new(test, IPPROTO_ESP));
		expect_plain(test, card, wrapped_arp_new(test));
		skb = wrapped_new(test, IPPROTO_TCP);
		skb_trim(skb, ETH_HLEN + VLAN_HLEN + 10);
		expect_dropped(test, card, skb, false,
			       OV2_CNT_TX_DROP_MALFORMED);
		policy_end(card, pol);
	}
}

/* A packet that is behind a VLAN tag, and that also has the tag of packet mode,
 * is dropped even if no policy matches it.
 */
static void send_wrapped_tagged(struct kunit *test)
{
	struct tx_card *card = transport_card(test, false);
	struct sk_buff *skb = wrapped_new(test, IPPROTO_TCP);

	skb->protocol = htons(ETH_P_8021Q);
	expect_dropped(test, card, skb, true, OV2_CNT_TX_DROP_WRAPPED);
}

/* A packet is dropped if its state has no number left, or is not valid. The
 * packet takes no number.
 */
static void send_invalid(struct kunit *test)
{
	struct tx_card *card = transport_card(test, false);

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	card->x->replay.oseq = U32_MAX;
	expect_dropped(test, card, packet_new(test, false), true,
		       OV2_CNT_TX_DROP_SEQUENCE);
	card->x->replay.oseq = 0;
	/* The test sets EXPIRED itself, because this state has no timer */
	card->x->km.state = XFRM_STATE_EXPIRED;
	expect_dropped(test, card, packet_new(test, false), true,
		       OV2_CNT_TX_DROP_NO_SA);
	KUNIT_EXPECT_EQ(test, card->x->replay.oseq, 0);
}

/* In a tunnel the frame gets a new Ethernet header, because the header of the
 * stack is for the inner packet. The state counts all bytes of the inner
 * packet.
 */
static void send_tunnel(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct tx_card *card = card_new(test, init_net.loopback_dev, &shape);
	const struct net_device *dev = card->ad.dev;
	const struct ethhdr *eth;
	struct sk_buff *skb;
	int ipv6;

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	policy_out(test, card, true, XFRM_POLICY_ALLOW, REQID);
	for (ipv6 = 0; ipv6 < 2; ipv6++) {
		skb = packet_new(test, ipv6);
		card->x->curlft.bytes = 0;
		KUNIT_ASSERT_EQ(test, xmit(card, skb, true),
				OV2_VERDICT_OFFLOAD);
		eth = (const struct ethhdr *)card->nbl->skb->data;
		KUNIT_EXPECT_MEMEQ(test, eth->h_dest, dev->dev_addr, ETH_ALEN);
		KUNIT_EXPECT_MEMEQ(test, eth->h_source, dev->dev_addr,
				   ETH_ALEN);
		KUNIT_EXPECT_EQ(test, ntohs(eth->h_proto), ETH_P_IP);
		KUNIT_EXPECT_EQ(test, card->x->curlft.bytes,
				OV2_SHAPE_BODY + ov2_shape_ip_len(ipv6));
		KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 1);
		ov2_nbl_free(card->nbl);
	}
	/* A tunnel takes packets that transport mode does not take. */
	skb = packet_new(test, false);
	ip_hdr(skb)->frag_off = htons(IP_MF);
	KUNIT_ASSERT_EQ(test, xmit(card, skb, true), OV2_VERDICT_OFFLOAD);
	ov2_nbl_free(card->nbl);
}

/* The route leads to another device. */
static void send_no_way(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct tx_card *card = card_new(test, ov2_shape_device(test), &shape);

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	expect_dropped(test, card, packet_new(test, false), true,
		       OV2_CNT_TX_DROP_NO_WAY);
	KUNIT_EXPECT_EQ(test, card->x->replay.oseq, 0);
}

/* Returns a packet that lacks the checksum of TCP. */
static struct sk_buff *packet_to_sum(struct kunit *test)
{
	const unsigned int tcp = ETH_HLEN + sizeof(struct iphdr);
	struct sk_buff *skb = packet_new(test, false);

	memset(skb->data + tcp, 0, OV2_SHAPE_BODY);
	skb->data[tcp + OV2_SHAPE_BODY - 1] = 1;
	skb->ip_summed = CHECKSUM_PARTIAL;
	skb->csum_start = skb_headroom(skb) + tcp;
	skb->csum_offset = offsetof(struct tcphdr, check);
	return skb;
}

/* Slot 0 asks for TCP's checksum. An engine that does not offer this gets a
 * packet with a complete checksum.
 */
static void send_checksum(struct kunit *test)
{
	const unsigned int tcp = ETH_HLEN + sizeof(struct iphdr) +
				 sizeof(struct ip_esp_hdr) + OV2_SHAPE_IV_LEN;
	struct tx_card *card = transport_card(test, false);
	struct sk_buff *skb;

	policy_out(test, card, false, XFRM_POLICY_ALLOW, REQID);
	skb = packet_to_sum(test);
	KUNIT_ASSERT_EQ(test, xmit(card, skb, true), OV2_VERDICT_OFFLOAD);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, card->nbl->info[OV2_INFO_CHECKSUM],
			0x5 | tcp << 16);
	KUNIT_EXPECT_EQ(test, csum_fold(skb_checksum(skb, tcp, OV2_SHAPE_BODY,
						     0)), 0xfeff);
	ov2_nbl_free(card->nbl);

	card->ad.hardware = &no_sums;
	skb = packet_to_sum(test);
	KUNIT_ASSERT_EQ(test, xmit(card, skb, true), OV2_VERDICT_OFFLOAD);
	KUNIT_EXPECT_EQ(test, (int)skb->ip_summed, CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, card->nbl->info[OV2_INFO_CHECKSUM], 0);
	KUNIT_EXPECT_EQ(test, csum_fold(skb_checksum(skb, tcp, OV2_SHAPE_BODY,
						     0)), 0);
	ov2_nbl_free(card->nbl);
}

static struct kunit_case packet_send_cases[] = {
	KUNIT_CASE(send_transport),
	KUNIT_CASE(send_numbers),
	KUNIT_CASE(send_policies),
	KUNIT_CASE(send_wanted),
	KUNIT_CASE(send_exempt),
	KUNIT_CASE(send_not_whole),
	KUNIT_CASE(send_malformed),
	KUNIT_CASE(send_without_ethernet),
	KUNIT_CASE(send_wrapped),
	KUNIT_CASE(send_wrapped_tagged),
	KUNIT_CASE(send_invalid),
	KUNIT_CASE(send_tunnel),
	KUNIT_CASE(send_no_way),
	KUNIT_CASE(send_checksum),
	{}
};

static struct kunit_suite packet_send_suite = {
	.name = "ov2_packet_send",
	.test_cases = packet_send_cases,
};

kunit_test_suite(packet_send_suite);
