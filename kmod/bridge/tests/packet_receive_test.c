// SPDX-License-Identifier: GPL-2.0
/* Packet mode lets in what policies allow, and counts the reason of each drop.
 */
#include <kunit/skbuff.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/udp.h>

#include "../../unit/rig/dropped.h"
#include "../../unit/rig/packet_shape.h"
#include "../../unit/rig/xfrm_state.h"
#include "../bridge.h"
#include "../packet/packet.h"
#include "../packet/packet_receive.h"
#include "../packet/policy.h"
#include "../sa/assoc.h"
#include "../../ov2/handle.h"
#include "../../watch/counters.h"

#define SPI	0x1234
#define REQID	7

/**
 * struct rx_card - a card with all that receiving needs
 * @ad: the card
 * @assoc: an inbound association of the card
 * @x: the state of @assoc
 * @hdl: the handle that names @assoc
 * @inserted: has @x, if the core has inserted @x
 * @path: the path that ov2_packet_receive() returned last
 * @verdict: the verdict that it returned last
 */
struct rx_card {
	struct ov2_adapter ad;
	struct ov2_assoc assoc;
	struct xfrm_state *x;
	struct ov2_handle hdl;
	struct hlist_head inserted;
	enum ov2_packet_path path;
	enum ov2_rx_verdict verdict;
};

static void card_end(void *data)
{
	struct rx_card *card = data;

	ov2_bridge_exit(&card->ad);
	ov2_counters_free(&card->ad);
}

static void state_live(struct xfrm_state *x)
{
	ov2_unit_state_live(x);
	x->id.spi = htonl(SPI);
	x->props.reqid = REQID;
	x->props.replay_window = 32;
}

static struct rx_card *card_new(struct kunit *test,
				const struct ov2_shape *shape)
{
	struct rx_card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, card);
	card->ad.dev = ov2_shape_device(test);
	card->ad.rx_queues = 1;
	ov2_handles_init(&card->ad.handles);
	KUNIT_ASSERT_EQ(test, ov2_counters_alloc(&card->ad), 0);
	KUNIT_ASSERT_EQ(test, ov2_bridge_init(&card->ad), 0);
	kunit_add_action(test, card_end, card);
	card->assoc.spi = htonl(SPI);
	card->assoc.icv_len = OV2_SHAPE_ICV_LEN;
	card->assoc.packet = true;
	card->x = ov2_shape_state(test, shape);
	state_live(card->x);
	return card;
}

/* The policy is for all received packets of a family. Its template has the mode
 * and the family of the card's state.
 */
static struct ov2_policy *policy_new(struct kunit *test, struct rx_card *card,
				     bool ipv6, u8 action, u32 reqid)
{
	struct ov2_policy *pol = ov2_shape_policy(test, XFRM_DEV_OFFLOAD_IN,
						  ipv6, action, reqid);

	pol->tmpl.mode = card->x->props.mode;
	pol->tmpl.encap_family = card->x->props.family;
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&ov2_bridge_of(&card->ad)->spd, pol),
			0);
	return pol;
}

static void policy_end(struct rx_card *card, struct ov2_policy *pol)
{
	ov2_spd_del(&ov2_bridge_of(&card->ad)->spd, pol);
	synchronize_rcu();
}

/* Returns true if the packet was let in. */
static bool receive_nbl(struct rx_card *card, struct ov2_nbl *nbl,
			enum ov2_crypto_status status)
{
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.status = status,
	};
	enum ov2_counter reason;
	int ret;

	card->path = -1;
	card->verdict = OV2_RX_STACK;
	local_bh_disable();
	rcu_read_lock();
	reason = ov2_packet_receive(&card->ad, nbl, &card->assoc, card->x,
				    &res, &card->path, &card->verdict);
	rcu_read_unlock();
	ret = ov2_dropped_rx(&card->ad, reason, nbl->skb, card->verdict);
	local_bh_enable();
	return ret == card->verdict;
}

static struct ov2_nbl *nbl_new(struct kunit *test, struct rx_card *card,
			       const struct ov2_shape *shape, u64 seq)
{
	struct ov2_nbl *nbl = kunit_kzalloc(test, sizeof(*nbl), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, nbl);
	nbl->skb = ov2_shape_frame(test, shape);
	ov2_shape_receive(nbl->skb, card->ad.dev);
	nbl->ext_rx.seq64 = seq;
	return nbl;
}

/* Returns true if the packet was let in. If not, expects that the counter
 * @reason has moved by one.
 */
static bool receive(struct kunit *test, struct rx_card *card,
		    const struct ov2_shape *shape, u64 seq,
		    enum ov2_counter reason)
{
	u64 before = ov2_counter_read(&card->ad, reason);
	bool accepted;

	accepted = receive_nbl(card, nbl_new(test, card, shape, seq),
			       OV2_CRYPTO_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(&card->ad, reason),
			    before + !accepted, "%s",
			    ov2_counter_name(reason));
	return accepted;
}

/* Each packet that is let in moves the lifetimes and the window of its state. A
 * packet that is received a second time moves only the state's statistics.
 */
static void receive_counts(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);

	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 1,
					OV2_CNT_RX_DROP_REPLAY));
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 5,
					OV2_CNT_RX_DROP_REPLAY));
	KUNIT_EXPECT_FALSE(test, receive(test, card, &shape, 1,
					 OV2_CNT_RX_DROP_REPLAY));
	KUNIT_EXPECT_EQ(test, card->x->curlft.packets, 2);
	KUNIT_EXPECT_EQ(test, card->x->curlft.bytes, 2 * OV2_SHAPE_BODY);
	KUNIT_EXPECT_NE(test, card->x->curlft.use_time, 0);
	KUNIT_EXPECT_EQ(test, card->x->stats.replay, 1);
	KUNIT_EXPECT_EQ(test, card->x->replay.seq, 5);
	KUNIT_EXPECT_EQ(test, card->x->replay.bitmap, 0x11);
}

/* The frame goes to a second address of the card, which eth_type_trans() does
 * not know.
 */
static void receive_second_address(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 1);

	nbl->skb->pkt_type = PACKET_OTHERHOST;
	KUNIT_EXPECT_TRUE(test, receive_nbl(card, nbl, OV2_CRYPTO_SUCCESS));
}

/* In a tunnel the state also counts the bytes of the inner header. */
static void receive_counts_tunnel(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct rx_card *card = card_new(test, &shape);
	struct ov2_policy *pol;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 1,
					OV2_CNT_RX_DROP_TEMPLATE));
	KUNIT_EXPECT_EQ(test, card->x->curlft.bytes,
			OV2_SHAPE_BODY + sizeof(struct iphdr));
	policy_end(card, pol);
}

/* Packets meet each kind of policy, in transport mode and in tunnel mode. In
 * each row, the members transport and tunnel say whether a packet of this mode
 * is let in.
 */
static void receive_policies(struct kunit *test)
{
	static const struct {
		u8 action;
		u32 reqid;
		bool transport;
		bool tunnel;
		enum ov2_counter reason;
	} rows[] = {
		{ XFRM_POLICY_ALLOW, REQID, true, true,
		  OV2_CNT_RX_DROP_TEMPLATE },
		{ XFRM_POLICY_ALLOW, REQID + 1, false, false,
		  OV2_CNT_RX_DROP_TEMPLATE },
		{ XFRM_POLICY_ALLOW, 0, true, false,
		  OV2_CNT_RX_DROP_TEMPLATE },
		{ XFRM_POLICY_BLOCK, 0, false, false, OV2_CNT_RX_DROP_BLOCK },
	};
	struct ov2_shape shape = {};
	struct ov2_policy *pol;
	struct rx_card *card;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		shape.tunnel = i & 1;
		card = card_new(test, &shape);
		pol = policy_new(test, card, false, rows[i / 2].action,
				 rows[i / 2].reqid);
		KUNIT_EXPECT_EQ_MSG(test, receive(test, card, &shape, 1,
						  rows[i / 2].reason),
				    shape.tunnel ? rows[i / 2].tunnel :
						   rows[i / 2].transport,
				    "row %d", i);
		policy_end(card, pol);
	}
}

/* The core decides about a packet that no policy of the card matches. */
static void receive_no_policy(struct kunit *test)
{
	struct ov2_shape shape = {};
	struct rx_card *card;
	int i;

	for (i = 0; i < 4; i++) {
		shape.tunnel = i & 1;
		shape.ipv6 = i & 2;
		shape.inner6 = i & 2;
		card = card_new(test, &shape);
		KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 1,
						OV2_CNT_RX_DROP_TEMPLATE));
		KUNIT_EXPECT_EQ(test, card->path, OV2_PATH_STATE);
	}
}

/* From now on, the core counts @more more inbound policies. */
static void count_policies(const struct rx_card *card, int more)
{
	struct net *net = dev_net(card->ad.dev);
	unsigned int *count = &net->xfrm.policy_count[XFRM_POLICY_IN];

	WRITE_ONCE(*count, *count + more);
}

/* @counted: number of inbound policies that the core counts */
static void expect_path(struct kunit *test, struct rx_card *card,
			struct ov2_nbl *nbl, int counted,
			enum ov2_packet_path path)
{
	count_policies(card, counted);
	KUNIT_EXPECT_TRUE(test, receive_nbl(card, nbl, OV2_CRYPTO_SUCCESS));
	count_policies(card, -counted);
	KUNIT_EXPECT_EQ_MSG(test, card->path, path, "number %llu",
			    nbl->ext_rx.seq64);
}

/* The core tells the card that it has added @added, or has deleted a policy,
 * and that it counts @counted inbound policies now.
 */
static void tell_policies(struct rx_card *card, int counted,
			  const struct xfrm_policy *added)
{
	count_policies(card, counted);
	ov2_verdict_policies_changed(&card->ad, added);
	count_policies(card, -counted);
}

static void set_forwarding(struct net *net, bool ipv6, int value)
{
	if (ipv6)
		WRITE_ONCE(net->ipv6.devconf_all->forwarding, value);
	else
		IPV4_DEVCONF_ALL(net, FORWARDING) = value;
}

/* The core need not check a packet again if the card has all policies, if
 * nothing is forwarded, and if no other device is above the card. Otherwise the
 * core checks the packet.
 */
static void receive_last_word(struct kunit *test)
{
	struct ov2_shape shape = {};
	struct ov2_policy *pol;
	struct rx_card *card;
	struct net *net;

	for (shape.ipv6 = false; ; shape.ipv6 = true) {
		card = card_new(test, &shape);
		net = dev_net(card->ad.dev);
		pol = policy_new(test, card, shape.ipv6, XFRM_POLICY_ALLOW,
				 REQID);
		tell_policies(card, 1, NULL);
		expect_path(test, card, nbl_new(test, card, &shape, 1), 1,
			    OV2_PATH_OFFLOAD);
		expect_path(test, card, nbl_new(test, card, &shape, 2), 2,
			    OV2_PATH_STATE);
		set_forwarding(net, shape.ipv6, 1);
		expect_path(test, card, nbl_new(test, card, &shape, 3), 1,
			    OV2_PATH_STATE);
		/* Forwarding of the other family does not matter */
		set_forwarding(net, shape.ipv6, 0);
		set_forwarding(net, !shape.ipv6, 1);
		expect_path(test, card, nbl_new(test, card, &shape, 4), 1,
			    OV2_PATH_OFFLOAD);
		set_forwarding(net, !shape.ipv6, 0);
		/* The card is below another device, for example a bridge
		 * device
		 */
		rcu_assign_pointer(card->ad.dev->rx_handler,
				   (rx_handler_func_t __rcu *)1);
		expect_path(test, card, nbl_new(test, card, &shape, 5), 1,
			    OV2_PATH_STATE);
		RCU_INIT_POINTER(card->ad.dev->rx_handler, NULL);
		policy_end(card, pol);
		if (shape.ipv6)
			break;
	}
}

static void software_end(void *data)
{
	struct xfrm_policy *xp = data;

	spin_lock_bh(&init_net.xfrm.xfrm_policy_lock);
	list_del_init(&xp->walk.all);
	spin_unlock_bh(&init_net.xfrm.xfrm_policy_lock);
}

/* Returns an inbound policy in software that is in the core's list. The core
 * does not count it.
 */
static struct xfrm_policy *software_new(struct kunit *test)
{
	struct xfrm_policy *xp = kunit_kzalloc(test, sizeof(*xp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xp);
	spin_lock_bh(&init_net.xfrm.xfrm_policy_lock);
	list_add(&xp->walk.all, &init_net.xfrm.policy_all);
	spin_unlock_bh(&init_net.xfrm.xfrm_policy_lock);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, software_end, xp),
			0);
	return xp;
}

/* While a policy of the card comes or goes, the card has the policy, but the
 * core does not count it. If one policy is in software then, both counts are
 * equal. Nevertheless the core must check the packets.
 */
static void receive_policies_change(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	u64 *all_in = &ov2_bridge_of(&card->ad)->all_in_netns;
	struct xfrm_policy *software = software_new(test);
	struct ov2_policy *pol[2];
	u32 seq = 0;
	int i;

	/* A policy of the card comes beside a policy in software */
	pol[0] = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 1,
		    OV2_PATH_STATE);
	tell_policies(card, 2, NULL);
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 2,
		    OV2_PATH_STATE);
	/* The core tells the card that another policy has expired, while it
	 * does not count pol[0]
	 */
	tell_policies(card, 1, NULL);
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 1,
		    OV2_PATH_STATE);
	/* The policy in software has gone */
	kunit_release_action(test, software_end, software);
	tell_policies(card, 1, NULL);
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 1,
		    OV2_PATH_OFFLOAD);
	/* A second policy of the card comes. The core counts it, and then it
	 * also counts a policy in software
	 */
	pol[1] = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	for (i = 1; i <= 3; i++)
		expect_path(test, card, nbl_new(test, card, &shape, ++seq), i,
			    i == 2 ? OV2_PATH_OFFLOAD : OV2_PATH_STATE);
	/* The core tells the card about the policy in software, while it no
	 * longer counts the second policy
	 */
	software = software_new(test);
	tell_policies(card, 2, software);
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 2,
		    OV2_PATH_STATE);
	policy_end(card, pol[1]);
	kunit_release_action(test, software_end, software);
	tell_policies(card, 1, NULL);
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 1,
		    OV2_PATH_OFFLOAD);
	/* The card has all policies of another namespace */
	*all_in = init_net.net_cookie + 1;
	expect_path(test, card, nbl_new(test, card, &shape, ++seq), 1,
		    OV2_PATH_STATE);
	/* A card without policies does not have all of them. */
	policy_end(card, pol[0]);
	tell_policies(card, 0, software);
	KUNIT_EXPECT_EQ(test, *all_in, 0);
	/* The card has come back to this namespace */
	*all_in = init_net.net_cookie;
	ov2_verdict_policy_add(&card->ad);
	KUNIT_EXPECT_EQ(test, *all_in, 0);
}

/* A packet that may carry IPsec gets no xfrm_offload, or the core would take an
 * ESP header inside for the header that the card has verified. GRO would find
 * ESP in UDP.
 */
static void receive_nested(struct kunit *test)
{
	static const struct {
		u8 proto;
		bool gro;
		bool natted;
		enum ov2_packet_path path;
		enum ov2_rx_verdict verdict;
	} rows[] = {
		{ IPPROTO_ESP, .path = OV2_PATH_STATE },
		{ IPPROTO_AH, .path = OV2_PATH_STATE },
		{ IPPROTO_COMP, .path = OV2_PATH_STATE },
		{ IPPROTO_IPIP, .path = OV2_PATH_STATE },
		{ IPPROTO_IPV6, .path = OV2_PATH_STATE },
		{ IPPROTO_GRE, .path = OV2_PATH_STATE },
		{ NEXTHDR_DEST, .path = OV2_PATH_STATE },
		{ NEXTHDR_FRAGMENT, .path = OV2_PATH_STATE },
		{ IPPROTO_UDP, .path = OV2_PATH_OFFLOAD,
		  .verdict = OV2_RX_NO_GRO },
		{ IPPROTO_UDP, .natted = true, .path = OV2_PATH_STATE },
		{ IPPROTO_UDP, .gro = true, .path = OV2_PATH_STATE },
		{ IPPROTO_TCP, .gro = true, .path = OV2_PATH_OFFLOAD },
		{ IPPROTO_ICMP, .gro = true, .path = OV2_PATH_OFFLOAD },
		{ IPPROTO_ICMPV6, .gro = true, .path = OV2_PATH_OFFLOAD },
	};
	struct ov2_shape shape = {};
	struct ov2_policy *pol;
	struct ov2_nbl *nbl;
	struct rx_card *card;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		shape.ipv6 = i & 1;
		shape.proto = rows[i / 2].proto;
		shape.udp = rows[i / 2].natted;
		card = card_new(test, &shape);
		if (rows[i / 2].gro)
			card->ad.dev->features |= NETIF_F_GRO_UDP_FWD;
		pol = policy_new(test, card, shape.ipv6, XFRM_POLICY_ALLOW,
				 REQID);
		nbl = nbl_new(test, card, &shape, i + 1);
		tell_policies(card, 1, NULL);
		expect_path(test, card, nbl, 1, rows[i / 2].path);
		KUNIT_EXPECT_EQ_MSG(test, card->verdict, rows[i / 2].verdict,
				    "row %d", i / 2);
		policy_end(card, pol);
	}
}

/* A packet that the state's selector does not match is dropped. */
static void receive_selector(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);

	card->x->sel.proto = IPPROTO_UDP;
	KUNIT_EXPECT_FALSE(test, receive(test, card, &shape, 1,
					 OV2_CNT_RX_DROP_SELECTOR));
	card->x->sel.proto = IPPROTO_TCP;
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 2,
					OV2_CNT_RX_DROP_SELECTOR));
}

/* If the selector of the state compares ports, each fragment is dropped, even
 * the first fragment, which shows its ports.
 */
static void receive_selector_fragment(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct rx_card *card = card_new(test, &shape);
	struct xfrm_state *x = card->x;
	struct ov2_nbl *nbl;
	struct iphdr *inner;

	/* The bytes of the body are 0, 1, 2 and so on. */
	x->sel.family = AF_INET;
	x->sel.proto = IPPROTO_TCP;
	x->sel.dport = htons(0x0203);
	x->sel.dport_mask = htons(0xffff);
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 1,
					OV2_CNT_RX_DROP_SELECTOR));

	nbl = nbl_new(test, card, &shape, 2);
	inner = (struct iphdr *)(nbl->skb->data + x->props.header_len);
	inner->frag_off = htons(IP_MF);
	KUNIT_EXPECT_FALSE(test, receive_nbl(card, nbl, OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_SELECTOR), 1);
}

/* A dummy packet, or a packet of a state that is not valid, does not change the
 * state.
 */
static void receive_untouched(struct kunit *test)
{
	const struct ov2_shape shape = {};
	const struct ov2_shape dummy = { .proto = IPPROTO_NONE };
	struct rx_card *card = card_new(test, &shape);

	KUNIT_EXPECT_FALSE(test, receive(test, card, &dummy, 1,
					 OV2_CNT_RX_DROP_TRAILER));
	card->x->km.state = XFRM_STATE_EXPIRED;
	KUNIT_EXPECT_FALSE(test, receive(test, card, &shape, 1,
					 OV2_CNT_RX_DROP_STATE_INVALID));
	card->x->km.state = XFRM_STATE_ACQ;
	KUNIT_EXPECT_FALSE(test, receive(test, card, &shape, 1,
					 OV2_CNT_RX_DROP_ACQUIRE));
	KUNIT_EXPECT_EQ(test, card->x->curlft.packets, 0);
	KUNIT_EXPECT_EQ(test, card->x->replay.seq, 0);
}

/* Each bad status moves a counter, and does not move the window. */
static void receive_bad(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	int status;

	for (status = OV2_CRYPTO_SUCCESS + 1; status < OV2_CRYPTO_STATUS_MAX;
	     status++)
		KUNIT_EXPECT_FALSE(test, receive_nbl(card, nbl_new(test, card,
								   &shape, 1),
						     status));
	/* Four statuses say that the ICV of AH or ESP is wrong, in one of the
	 * two portions. One status says that the protocol is wrong. The other
	 * two statuses are a generic error and bad syntax.
	 */
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_AUTH), 4);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_PROTOCOL), 1);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_CRYPTO), 2);
	KUNIT_EXPECT_EQ(test, card->x->stats.integrity_failed, 4);
	KUNIT_EXPECT_EQ(test, card->x->replay.seq, 0);
}

static void handle_end(void *data)
{
	ov2_handle_free(data);
}

/* A card with a handle that leads to its association */
static struct rx_card *card_with_handle(struct kunit *test,
					const struct ov2_shape *shape)
{
	struct rx_card *card = card_new(test, shape);

	refcount_set(&card->x->refcnt, 1);
	RCU_INIT_POINTER(card->assoc.x, card->x);
	KUNIT_ASSERT_EQ(test, ov2_handle_alloc(&card->hdl, &card->ad.handles,
					       &card->assoc), 0);
	card->assoc.handle = card->hdl.value;
	kunit_add_action(test, handle_end, &card->hdl);
	return card;
}

/* KUnit has freed the packets of the test already, because they were made
 * later.
 */
static void path_end(void *data)
{
	struct rx_card *card = data;

	if (card->assoc.path)
		__skb_ext_put(card->assoc.path);
	hlist_del(&card->x->bydst);
}

/* A card as card_with_handle() makes, and the core has inserted its state */
static struct rx_card *card_with_inserted(struct kunit *test,
					  const struct ov2_shape *shape)
{
	struct rx_card *card = card_with_handle(test, shape);

	hlist_add_head(&card->x->bydst, &card->inserted);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, path_end,
							   card));
	return card;
}

/* Returns true if the packet was let in. */
static bool receive_result(struct rx_card *card, struct ov2_nbl *nbl,
			   const struct ov2_rx_result *res)
{
	enum ov2_rx_verdict verdict;
	enum ov2_counter reason;

	nbl->info[OV2_INFO_IPSEC] = ov2_rx_result_encode(res);
	nbl->ext_rx.handle = card->hdl.value;
	reason = ov2_bridge_receive(&card->ad, nbl, &verdict);
	return ov2_dropped_rx(&card->ad, reason, nbl->skb, verdict) !=
	       OV2_DROPPED;
}

static bool bridge_receive(struct rx_card *card, struct ov2_nbl *nbl,
			   enum ov2_crypto_status status)
{
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.status = status,
	};
	bool accepted;

	local_bh_disable();
	rcu_read_lock();
	accepted = receive_result(card, nbl, &res);
	rcu_read_unlock();
	local_bh_enable();
	return accepted;
}

/* A rejected packet holds no reference to the state. Packets are rejected here
 * for a bad status, for a policy that blocks, and for a number that was seen
 * before.
 */
static void bridge_rejects(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct ov2_policy *pol;
	struct ov2_nbl *nbl;
	int status;

	for (status = OV2_CRYPTO_SUCCESS + 1; status < OV2_CRYPTO_STATUS_MAX;
	     status++) {
		nbl = nbl_new(test, card, &shape, 1);
		KUNIT_EXPECT_FALSE(test, bridge_receive(card, nbl, status));
	}
	pol = policy_new(test, card, false, XFRM_POLICY_BLOCK, 0);
	nbl = nbl_new(test, card, &shape, 1);
	KUNIT_EXPECT_FALSE(test, bridge_receive(card, nbl,
						OV2_CRYPTO_SUCCESS));
	/* The number was seen before */
	nbl = nbl_new(test, card, &shape, 1);
	KUNIT_EXPECT_FALSE(test, bridge_receive(card, nbl,
						OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 1);
	policy_end(card, pol);
}

/* If the core checks a packet, the sec_path of the packet has the state, and no
 * xfrm_offload.
 */
static void bridge_accepts(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 1);
	const struct sec_path *sp;

	KUNIT_EXPECT_TRUE(test, bridge_receive(card, nbl, OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_NULL(test, xfrm_offload(nbl->skb));
	sp = skb_sec_path(nbl->skb);
	KUNIT_ASSERT_NOT_NULL(test, sp);
	KUNIT_EXPECT_EQ(test, sp->len, 1);
	KUNIT_EXPECT_EQ(test, sp->olen, 0);
	KUNIT_EXPECT_PTR_EQ(test, sp->xvec[0], card->x);
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 2);
	secpath_reset(nbl->skb);

	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 1);
}

/* The last reference to the state is gone before the first packet, so the state
 * must not be looked at.
 */
static void bridge_state_ended(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 1);

	refcount_set(&card->x->refcnt, 0);
	KUNIT_EXPECT_FALSE(test, bridge_receive(card, nbl, OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_SA_GONE), 1);
	KUNIT_EXPECT_EQ(test, card->x->curlft.packets, 0);
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 0);
}

static void state_ends_meanwhile(void)
{
	struct rx_card *card = kunit_get_current_test()->priv;

	refcount_set(&card->x->refcnt, 0);
}

/* The last reference to the state goes while the card looks at the packet, and
 * the core waits for this read side before it frees the state. The packet must
 * not take a reference again.
 */
static void bridge_state_ends(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 1);
	struct ov2_policy *pol;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	test->priv = card;
	ov2_bridge_of(&card->ad)->spd.looks.meanwhile = state_ends_meanwhile;
	KUNIT_EXPECT_FALSE(test, bridge_receive(card, nbl, OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_SA_GONE), 1);
	KUNIT_EXPECT_EQ(test, card->x->curlft.packets, 1);
	KUNIT_EXPECT_NULL(test, skb_sec_path(nbl->skb));
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 0);
	policy_end(card, pol);
}

static const struct xfrm_state *receive_state(struct kunit *test,
					      struct rx_card *card,
					      struct ov2_nbl *nbl)
{
	const struct xfrm_state *x;

	KUNIT_EXPECT_TRUE(test, bridge_receive(card, nbl, OV2_CRYPTO_SUCCESS));
	x = xfrm_input_state(nbl->skb);
	secpath_reset(nbl->skb);
	return x;
}

/* When a state ends, its handle leads to the association a little longer, and
 * the queue must not remember what is going to be freed.
 */
static void bridge_recalls_no_ended(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct ov2_bridge *bridge = ov2_bridge_of(&card->ad);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 2);

	KUNIT_EXPECT_PTR_EQ(test,
			    receive_state(test, card,
					  nbl_new(test, card, &shape, 1)),
			    card->x);
	KUNIT_EXPECT_PTR_EQ(test, bridge->memo_rx[0].assoc, &card->assoc);
	RCU_INIT_POINTER(card->assoc.x, NULL);
	atomic64_inc(&bridge->ended);
	KUNIT_EXPECT_FALSE(test, bridge_receive(card, nbl, OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_SA_GONE), 1);
	KUNIT_EXPECT_NULL(test, bridge->memo_rx[0].assoc);
}

/* A receive queue remembers the association of its last frame until any
 * association of the card ends. From then on, the memory of the remembered
 * association may be freed, and its handle may name another association.
 */
static void bridge_recalls(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct ov2_bridge *bridge = ov2_bridge_of(&card->ad);
	struct xfrm_state *x = ov2_shape_state(test, &shape);
	struct ov2_assoc next = card->assoc;
	struct ov2_nbl *nbls[3];
	int i;

	for (i = 0; i < ARRAY_SIZE(nbls); i++)
		nbls[i] = nbl_new(test, card, &shape, i + 1);
	state_live(x);
	refcount_set(&x->refcnt, 1);
	RCU_INIT_POINTER(next.x, x);
	KUNIT_EXPECT_PTR_EQ(test, receive_state(test, card, nbls[0]), card->x);
	card->hdl.transport = &next;
	KUNIT_EXPECT_PTR_EQ(test, receive_state(test, card, nbls[1]), card->x);
	atomic64_inc(&bridge->ended);
	KUNIT_EXPECT_PTR_EQ(test, receive_state(test, card, nbls[2]), x);
}

static struct sk_buff *receive_one(struct kunit *test, struct rx_card *card,
				   struct ov2_nbl *nbl, bool sa_delete_req)
{
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.sa_delete_req = sa_delete_req,
	};

	local_bh_disable();
	KUNIT_EXPECT_TRUE(test, receive_result(card, nbl, &res));
	local_bh_enable();
	KUNIT_EXPECT_TRUE(test, nbl->skb->slow_gro);
	return nbl->skb;
}

#define POLL	5

/* Packets share the sec_path that the association keeps, but only if it says
 * the same about each packet, and if the core does not check the packets. Only
 * sec_paths hold references to the state, and the queue holds none.
 */
static void bridge_shares(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_inserted(test, &shape);
	const struct ov2_rx_result good = { .crypto_done = true };
	struct ov2_nbl *nbls[POLL + 1];
	struct sk_buff *skbs[POLL];
	struct ov2_policy *pol;
	int i;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	for (i = 0; i <= POLL; i++)
		nbls[i] = nbl_new(test, card, &shape, i + 1);
	tell_policies(card, 1, NULL);
	count_policies(card, 1);
	rcu_read_lock();
	skbs[0] = receive_one(test, card, nbls[0], false);
	skbs[1] = receive_one(test, card, nbls[1], false);
	skbs[2] = receive_one(test, card, nbls[2], true);
	count_policies(card, 1);
	skbs[3] = receive_one(test, card, nbls[3], false);
	count_policies(card, -1);
	skbs[4] = receive_one(test, card, nbls[4], false);
	count_policies(card, -1);
	/* The state is deleted in the middle of the poll. */
	RCU_INIT_POINTER(card->assoc.x, NULL);
	local_bh_disable();
	KUNIT_EXPECT_FALSE(test, receive_result(card, nbls[POLL], &good));
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_SA_GONE), 1);
	rcu_read_unlock();

	KUNIT_EXPECT_PTR_EQ(test, skbs[0]->extensions, card->assoc.path);
	KUNIT_EXPECT_PTR_EQ(test, skbs[1]->extensions, card->assoc.path);
	KUNIT_EXPECT_PTR_EQ(test, skbs[4]->extensions, card->assoc.path);
	KUNIT_EXPECT_PTR_NE(test, skbs[2]->extensions, card->assoc.path);
	KUNIT_EXPECT_PTR_NE(test, skbs[3]->extensions, card->assoc.path);
	KUNIT_EXPECT_EQ(test, xfrm_offload(skbs[1])->flags, CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, xfrm_offload(skbs[2])->flags,
			CRYPTO_DONE | SA_DELETE_REQ);
	KUNIT_EXPECT_NULL(test, xfrm_offload(skbs[3]));
	/* The test holds one reference, and each of the three sec_paths holds
	 * one.
	 */
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 4);
	for (i = 0; i < POLL; i++) {
		KUNIT_EXPECT_PTR_EQ(test, xfrm_input_state(skbs[i]), card->x);
		secpath_reset(skbs[i]);
	}
	KUNIT_EXPECT_EQ(test, refcount_read(&card->x->refcnt), 2);
	policy_end(card, pol);
}

/* A poll with one packet, which the core need not check. */
static struct sk_buff *receive_alone(struct kunit *test, struct rx_card *card,
				     struct ov2_nbl *nbl, bool sa_delete_req)
{
	struct sk_buff *skb;

	tell_policies(card, 1, NULL);
	count_policies(card, 1);
	rcu_read_lock();
	skb = receive_one(test, card, nbl, sa_delete_req);
	rcu_read_unlock();
	count_policies(card, -1);
	KUNIT_EXPECT_NOT_NULL(test, xfrm_offload(skb));
	return skb;
}

/* The sec_path holds a reference to the state. So the association keeps no
 * sec_path as long as the core may free the state without deleting it. It also
 * keeps no sec_path with SA_DELETE_REQ, because only one packet has this
 * request.
 */
static void bridge_keeps(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_inserted(test, &shape);
	struct ov2_policy *pol;
	struct sk_buff *skb;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	hlist_del_init(&card->x->bydst);
	receive_alone(test, card, nbl_new(test, card, &shape, 1), false);
	KUNIT_EXPECT_NULL(test, card->assoc.path);

	hlist_add_head(&card->x->bydst, &card->inserted);
	receive_alone(test, card, nbl_new(test, card, &shape, 2), true);
	KUNIT_EXPECT_NULL(test, card->assoc.path);

	skb = receive_alone(test, card, nbl_new(test, card, &shape, 3), false);
	KUNIT_EXPECT_NOT_NULL(test, card->assoc.path);
	KUNIT_EXPECT_PTR_EQ(test, skb->extensions, card->assoc.path);
	skb = receive_alone(test, card, nbl_new(test, card, &shape, 4), false);
	KUNIT_EXPECT_PTR_EQ(test, skb->extensions, card->assoc.path);
	policy_end(card, pol);
}

/* A packet has other extensions. They stay with it, and no other packet gets
 * them.
 */
static void bridge_other_extensions(struct kunit *test)
{
	const u8 other = BIT((SKB_EXT_SEC_PATH + 1) % 8);
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_inserted(test, &shape);
	struct ov2_policy *pol;
	struct ov2_nbl *nbl;
	struct sk_buff *skb;
	u64 seq;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	for (seq = 1; seq <= 3; seq += 2) {
		nbl = nbl_new(test, card, &shape, seq);
		KUNIT_ASSERT_NOT_NULL(test, secpath_set(nbl->skb));
		nbl->skb->active_extensions |= other;
		skb = receive_alone(test, card, nbl, false);
		KUNIT_EXPECT_EQ(test, skb->active_extensions,
				other | BIT(SKB_EXT_SEC_PATH));
		KUNIT_EXPECT_TRUE(test, !card->assoc.path ||
				  skb->extensions != card->assoc.path);
		skb->active_extensions &= ~other;
		/* The first time, nothing was kept before. */
		KUNIT_EXPECT_EQ(test, !card->assoc.path, seq == 1);
		receive_alone(test, card, nbl_new(test, card, &shape, seq + 1),
			      false);
		KUNIT_EXPECT_NOT_NULL(test, card->assoc.path);
	}
	policy_end(card, pol);
}

static void expect_unwritten(struct kunit *test, const struct rx_card *card,
			     const struct sec_path *sp)
{
	const struct xfrm_offload good = {
		.flags = CRYPTO_DONE,
		.status = CRYPTO_SUCCESS,
	};

	KUNIT_EXPECT_EQ(test, sp->len, 1);
	KUNIT_EXPECT_EQ(test, sp->olen, 1);
	KUNIT_EXPECT_EQ(test, sp->verified_cnt, 0);
	KUNIT_EXPECT_PTR_EQ(test, sp->xvec[0], card->x);
	KUNIT_EXPECT_MEMEQ(test, &sp->ovec[0], &good, sizeof(good));
}

/* Code of the core has written into the sec_path that packets share. Further
 * packets do not get what was written.
 */
static void bridge_path_written(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_inserted(test, &shape);
	struct ov2_policy *pol;
	struct sec_path *sp;
	struct sk_buff *skb;
	int i;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	skb = receive_alone(test, card, nbl_new(test, card, &shape, 1), false);
	sp = skb_sec_path(skb);
	for (i = 0; i < 5; i++) {
		const struct sec_path unwritten = *sp;

		sp->len += i == 0;
		sp->olen -= i == 1;
		sp->verified_cnt += i == 2;
		sp->ovec[0].flags |= i == 3 ? XFRM_GRO : 0;
		sp->ovec[0].status |= i == 4 ? CRYPTO_GENERIC_ERROR : 0;
		skb = receive_alone(test, card,
				    nbl_new(test, card, &shape, 2 * i + 2),
				    false);
		KUNIT_EXPECT_PTR_NE(test, skb_sec_path(skb), sp);
		*sp = unwritten;
		expect_unwritten(test, card, skb_sec_path(skb));
		skb = receive_alone(test, card,
				    nbl_new(test, card, &shape, 2 * i + 3),
				    false);
		KUNIT_EXPECT_PTR_EQ(test, skb_sec_path(skb), sp);
	}
	policy_end(card, pol);
}

/* Returns true if the clear frame was let in. */
static bool clear(struct rx_card *card, struct sk_buff *skb)
{
	enum ov2_rx_verdict verdict;
	enum ov2_counter reason;
	int ret;

	local_bh_disable();
	reason = ov2_clear_receive(&card->ad, skb, &verdict);
	ret = ov2_dropped_rx(&card->ad, reason, skb, verdict);
	local_bh_enable();
	return ret == OV2_RX_STACK;
}

static struct sk_buff *clear_new(struct kunit *test, const struct rx_card *card,
				 const struct ov2_shape *shape)
{
	struct sk_buff *skb = ov2_shape_clear(test, shape);

	ov2_shape_receive(skb, card->ad.dev);
	return skb;
}

/* A clear packet is dropped if a policy protects or blocks it. */
static void clear_policies(struct kunit *test)
{
	static const struct {
		u8 action;
		u32 reqid;
		bool accepted;
		enum ov2_counter reason;
	} rows[] = {
		{ XFRM_POLICY_ALLOW, REQID, false, OV2_CNT_RX_DROP_CLEAR },
		{ XFRM_POLICY_BLOCK, 0, false, OV2_CNT_RX_DROP_BLOCK },
		{ XFRM_POLICY_ALLOW, 0, true, OV2_CNT_RX_DROP_CLEAR },
	};
	struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	struct ov2_policy *pol;
	u64 before;
	int i;

	KUNIT_EXPECT_TRUE(test, clear(card, clear_new(test, card, &shape)));
	for (i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		shape.ipv6 = i & 1;
		pol = policy_new(test, card, shape.ipv6, rows[i / 2].action,
				 rows[i / 2].reqid);
		before = ov2_counter_read(&card->ad, rows[i / 2].reason);
		KUNIT_EXPECT_EQ_MSG(test, clear(card, clear_new(test, card,
								&shape)),
				    rows[i / 2].accepted, "row %d", i);
		KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
						       rows[i / 2].reason),
				before + !rows[i / 2].accepted);
		policy_end(card, pol);
	}
}

/* The card lets in frames that are not IP, and packets of a family without
 * policies. It also lets in IPsec packets, because xfrm looks at these packets
 * itself.
 */
static void clear_exempt(struct kunit *test)
{
	struct ov2_shape shape = { .proto = IPPROTO_ESP };
	struct rx_card *card = card_new(test, &shape);
	struct ov2_policy *pol;
	struct sk_buff *skb;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	KUNIT_EXPECT_TRUE(test, clear(card, clear_new(test, card, &shape)));
	shape.proto = IPPROTO_AH;
	KUNIT_EXPECT_TRUE(test, clear(card, clear_new(test, card, &shape)));

	skb = clear_new(test, card, &(struct ov2_shape){});
	skb->protocol = htons(ETH_P_ARP);
	KUNIT_EXPECT_TRUE(test, clear(card, skb));
	skb = clear_new(test, card, &(struct ov2_shape){ .ipv6 = true });
	KUNIT_EXPECT_TRUE(test, clear(card, skb));
	policy_end(card, pol);
}

/* The stack takes off a priority tag, so the tag must not hide a packet. */
static void clear_tagged(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	struct ov2_policy *pol;
	struct sk_buff *skb;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	skb = vlan_insert_tag(ov2_shape_clear(test, &shape),
			      htons(ETH_P_8021Q), 0);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	ov2_shape_receive(skb, card->ad.dev);
	KUNIT_EXPECT_EQ(test, ntohs(skb->protocol), ETH_P_8021Q);
	KUNIT_EXPECT_FALSE(test, clear(card, skb));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_WRAPPED), 1);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_CLEAR), 0);
	policy_end(card, pol);
}

/* Later fragments show no ports, so they may belong to a protected packet. */
static void clear_fragment(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	struct ov2_policy *pol;
	struct sk_buff *skb;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	pol->sel.proto = IPPROTO_TCP;
	pol->sel.dport = htons(80);
	pol->sel.dport_mask = htons(0xffff);
	KUNIT_EXPECT_TRUE(test, clear(card, clear_new(test, card, &shape)));

	skb = clear_new(test, card, &shape);
	ip_hdr(skb)->frag_off = htons(100);
	KUNIT_EXPECT_FALSE(test, clear(card, skb));

	skb = clear_new(test, card, &shape);
	ip_hdr(skb)->frag_off = htons(100);
	ip_hdr(skb)->protocol = IPPROTO_UDP;
	KUNIT_EXPECT_TRUE(test, clear(card, skb));
	policy_end(card, pol);
}

/* A packet that cannot be read is dropped, although the only policy is a
 * bypass.
 */
static void clear_unreadable(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_new(test, &shape);
	struct ov2_policy *pol;
	struct sk_buff *skb;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, 0);
	skb = clear_new(test, card, &shape);
	skb_trim(skb, sizeof(struct iphdr) - 1);
	KUNIT_EXPECT_FALSE(test, clear(card, skb));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_CLEAR_BAD), 1);
	policy_end(card, pol);
}

static u32 gro_hash(struct kunit *test, struct rx_card *card, u64 seq)
{
	const struct ov2_shape shape = {};
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, seq);

	KUNIT_EXPECT_TRUE(test, receive_nbl(card, nbl, OV2_CRYPTO_SUCCESS));
	return skb_get_hash_raw(nbl->skb);
}

/* GRO merges only frames with the same hash. All other fields that GRO compares
 * may be equal in a protected frame and a clear frame, and in the frames of two
 * SAs that carry one flow. Two SAs may have the same SPI if their destinations
 * differ, so the hash is made from the handle.
 */
static void gro_keeps_apart(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct rx_card *card = card_with_handle(test, &shape);
	struct sk_buff *skb = clear_new(test, card, &shape);
	struct ov2_handle other;
	u32 hash;

	KUNIT_EXPECT_TRUE(test, clear(card, skb));
	KUNIT_EXPECT_EQ(test, skb_get_hash_raw(skb), 0);
	card->assoc.handle = card->hdl.value;
	hash = gro_hash(test, card, 1);
	KUNIT_EXPECT_NE(test, hash, 0);
	KUNIT_EXPECT_EQ(test, hash, gro_hash(test, card, 2));

	KUNIT_ASSERT_EQ(test, ov2_handle_alloc(&other, &card->ad.handles,
					       NULL), 0);
	card->assoc.handle = other.value;
	KUNIT_EXPECT_NE(test, hash, gro_hash(test, card, 3));
	ov2_handle_free(&other);
}

static struct kunit_case packet_receive_cases[] = {
	KUNIT_CASE(receive_counts),
	KUNIT_CASE(receive_second_address),
	KUNIT_CASE(receive_counts_tunnel),
	KUNIT_CASE(receive_policies),
	KUNIT_CASE(receive_no_policy),
	KUNIT_CASE(receive_last_word),
	KUNIT_CASE(receive_policies_change),
	KUNIT_CASE(receive_selector),
	KUNIT_CASE(receive_selector_fragment),
	KUNIT_CASE(receive_untouched),
	KUNIT_CASE(receive_bad),
	KUNIT_CASE(receive_nested),
	KUNIT_CASE(bridge_rejects),
	KUNIT_CASE(bridge_accepts),
	KUNIT_CASE(bridge_state_ended),
	KUNIT_CASE(bridge_state_ends),
	KUNIT_CASE(bridge_recalls),
	KUNIT_CASE(bridge_recalls_no_ended),
	KUNIT_CASE(bridge_shares),
	KUNIT_CASE(bridge_keeps),
	KUNIT_CASE(bridge_other_extensions),
	KUNIT_CASE(bridge_path_written),
	KUNIT_CASE(clear_policies),
	KUNIT_CASE(clear_exempt),
	KUNIT_CASE(clear_tagged),
	KUNIT_CASE(clear_fragment),
	KUNIT_CASE(clear_unreadable),
	KUNIT_CASE(gro_keeps_apart),
	{}
};

static struct kunit_suite packet_receive_suite = {
	.name = "ov2_packet_receive",
	.test_cases = packet_receive_cases,
};

kunit_test_suite(packet_receive_suite);
