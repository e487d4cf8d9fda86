// SPDX-License-Identifier: GPL-2.0
/* A packet that has the tag of packet mode, that a card has decrypted, or that
 * is behind a VLAN tag never leaves in clear against its policy.
 */
#include <kunit/test.h>
#include <linux/if_vlan.h>

#include "../../unit/rig/dropped.h"
#include "../../unit/rig/packet_shape.h"
#include "../bridge.h"
#include "../sa/assoc.h"
#include "../packet/packet.h"
#include "../packet/packet_send.h"
#include "../packet/tag.h"
#include "../../watch/counters.h"

#define REQID	7

static void adapter_end(void *data)
{
	struct ov2_adapter *ad = data;

	ov2_bridge_exit(ad);
	ov2_counters_free(ad);
}

/* Returns a card without an engine, because the tests only classify frames. */
static struct ov2_adapter *adapter_new(struct kunit *test)
{
	struct ov2_adapter *ad = kunit_kzalloc(test, sizeof(*ad), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ad);
	ad->dev = ov2_shape_device(test);
	ad->tx_queues = 1;
	ad->rx_queues = 1;
	ov2_handles_init(&ad->handles);
	KUNIT_ASSERT_EQ(test, ov2_counters_alloc(ad), 0);
	KUNIT_ASSERT_EQ(test, ov2_bridge_init(ad), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, adapter_end, ad), 0);
	return ad;
}

static struct ov2_policy *policy_new(struct kunit *test,
				     struct ov2_adapter *ad, bool ipv6,
				     u8 action, u32 reqid)
{
	struct ov2_policy *pol = ov2_shape_policy(test, XFRM_DEV_OFFLOAD_OUT,
						  ipv6, action, reqid);

	KUNIT_ASSERT_EQ(test, ov2_spd_add(&ov2_bridge_of(ad)->spd, pol), 0);
	return pol;
}

static void policy_end(struct ov2_adapter *ad, struct ov2_policy *pol)
{
	ov2_spd_del(&ov2_bridge_of(ad)->spd, pol);
	synchronize_rcu();
}

/* Returns the frame as ndo_start_xmit gets it, with a VLAN tag of each type in
 * @tags. The list of types ends with 0.
 */
static struct sk_buff *frame_ready(struct kunit *test, struct ov2_adapter *ad,
				   struct sk_buff *skb, bool ipv6,
				   const u16 *tags)
{
	skb->dev = ad->dev;
	skb->protocol = htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	for (; tags && *tags; tags++) {
		skb = vlan_insert_tag_set_proto(skb, htons(*tags), 5);
		KUNIT_ASSERT_NOT_NULL(test, skb);
	}
	return skb;
}

/* Returns the verdict, or OV2_DROPPED. If the frame is dropped, the counter
 * @reason moves by one.
 */
static int xmit(struct kunit *test, struct ov2_adapter *ad,
		struct sk_buff *skb, enum ov2_counter reason)
{
	u64 before = ov2_counter_read(ad, reason);
	enum ov2_verdict verdict;
	struct ov2_nbl *nbl;
	enum ov2_counter why;
	int ret;

	local_bh_disable();
	why = ov2_bridge_xmit(ad, skb, 0, &verdict, &nbl);
	ret = ov2_dropped_tx(ad, why, skb, verdict);
	local_bh_enable();
	KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(ad, reason),
			    before + (ret == OV2_DROPPED), "%s",
			    ov2_counter_name(reason));
	return ret;
}

static const u16 tags[][3] = {
	{ ETH_P_8021Q },
	{ ETH_P_8021AD },
	{ ETH_P_8021Q, ETH_P_8021AD },
	{ ETH_P_8021Q, ETH_P_8021Q },
};

/* A policy (action, reqid of its template), the protocol of a packet behind a
 * VLAN tag, what becomes of the packet, and the counter that a drop moves
 */
static const struct {
	u8 action;
	u32 reqid;
	u8 proto;
	int verdict;
	enum ov2_counter reason;
} rows[] = {
	{ XFRM_POLICY_ALLOW, REQID, IPPROTO_TCP, OV2_DROPPED,
	  OV2_CNT_TX_DROP_WRAPPED },
	{ XFRM_POLICY_BLOCK, 0, IPPROTO_TCP, OV2_DROPPED,
	  OV2_CNT_TX_DROP_BLOCKED },
	{ XFRM_POLICY_ALLOW, 0, IPPROTO_TCP, OV2_VERDICT_PLAIN,
	  OV2_CNT_TX_DROP_WRAPPED },
	{ XFRM_POLICY_ALLOW, REQID, IPPROTO_ESP, OV2_VERDICT_PLAIN,
	  OV2_CNT_TX_DROP_WRAPPED },
};

static void wrapped_row(struct kunit *test, struct ov2_adapter *ad, int row,
			bool ipv6)
{
	const struct ov2_shape shape = {
		.ipv6 = ipv6, .proto = rows[row].proto,
	};
	struct ov2_policy *pol;
	struct sk_buff *skb;
	int i;

	pol = policy_new(test, ad, ipv6, rows[row].action, rows[row].reqid);
	for (i = 0; i < ARRAY_SIZE(tags); i++) {
		skb = frame_ready(test, ad, ov2_shape_clear(test, &shape),
				  ipv6, tags[i]);
		KUNIT_EXPECT_EQ_MSG(test, xmit(test, ad, skb,
					       rows[row].reason),
				    rows[row].verdict,
				    "row %d, tags %d, ipv6 %d", row, i, ipv6);
	}
	policy_end(ad, pol);
}

static void leak_wrapped(struct kunit *test)
{
	struct ov2_adapter *ad = adapter_new(test);
	int row;

	for (row = 0; row < ARRAY_SIZE(rows); row++) {
		wrapped_row(test, ad, row, false);
		wrapped_row(test, ad, row, true);
	}
}

/* The core wants the packet protected. Later tc puts a VLAN tag on the packet.
 */
static void leak_wrapped_later(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct ov2_adapter *ad = adapter_new(test);
	enum ov2_verdict verdict;
	enum ov2_counter reason;
	struct sk_buff *skb;
	struct ov2_nbl *nbl;

	skb = frame_ready(test, ad, ov2_shape_clear(test, &shape), false,
			  tags[0]);
	local_bh_disable();
	rcu_read_lock();
	reason = ov2_packet_xmit(ad, skb, 0, true, &verdict, &nbl);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, reason, OV2_CNT_TX_DROP_WRAPPED);
}

/* The sec_path that a card sets on a frame that it has decrypted */
static void set_path(struct kunit *test, struct sk_buff *skb,
		     struct xfrm_state *x)
{
	struct sec_path *sp = secpath_set(skb);

	KUNIT_ASSERT_NOT_NULL(test, sp);
	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	sp->olen++;
	xfrm_offload(skb)->flags = CRYPTO_DONE;
	xfrm_offload(skb)->status = CRYPTO_SUCCESS;
}

static struct xfrm_state *state_new(struct kunit *test,
				    const struct ov2_shape *shape)
{
	struct xfrm_state *x = ov2_shape_state(test, shape);

	/* The last reference is never put, because the test owns the memory. */
	refcount_set(&x->refcnt, 100);
	return x;
}

static const struct ov2_shape shapes[] = {
	{},
	{ .ipv6 = true },
	{ .tunnel = true },
	{ .ipv6 = true, .tunnel = true, .inner6 = true },
	{ .udp = true },
	{ .udp = true, .tunnel = true },
};

/* A packet that a card has decrypted, and that still has its ESP header, is
 * dropped.
 */
static void leak_decrypted(struct kunit *test)
{
	struct ov2_adapter *ad = adapter_new(test);
	const struct ov2_shape *shape;
	struct xfrm_state *x;
	struct sk_buff *skb;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(shapes); i++) {
		shape = &shapes[i / 2];
		x = state_new(test, shape);
		skb = frame_ready(test, ad, ov2_shape_frame(test, shape),
				  shape->ipv6, i & 1 ? tags[0] : NULL);
		set_path(test, skb, x);
		KUNIT_ASSERT_EQ_MSG(test, xmit(test, ad, skb,
					       OV2_CNT_TX_DROP_DECRYPTED),
				    OV2_DROPPED, "shape %d", i);
		/* After xfrm_input() the sec_path of a packet from a tunnel has
		 * olen 0.
		 */
		skb_sec_path(skb)->olen = 0;
		KUNIT_EXPECT_EQ_MSG(test, xmit(test, ad, skb,
					       OV2_CNT_TX_DROP_DECRYPTED),
				    OV2_VERDICT_PLAIN, "shape %d", i);
		secpath_reset(skb);
	}
}

/* In transport mode the flag CRYPTO_DONE stays on the packet that xfrm_input()
 * has unpacked. If NAT has changed the destination, the packet may be
 * forwarded. The card must let such a packet leave, because the packet is no
 * longer ESP.
 */
static void leak_unpacked(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_TCP, IPPROTO_UDP };
	struct ov2_adapter *ad = adapter_new(test);
	struct ov2_shape shape = { .udp = true };
	struct xfrm_state *x;
	struct sk_buff *skb;
	int i;

	x = state_new(test, &shape);
	x->id.spi = htonl(0x12345678);
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		shape.proto = protos[i];
		skb = frame_ready(test, ad, ov2_shape_clear(test, &shape),
				  false, NULL);
		set_path(test, skb, x);
		KUNIT_EXPECT_EQ(test, xmit(test, ad, skb,
					   OV2_CNT_TX_DROP_DECRYPTED),
				OV2_VERDICT_PLAIN);
		secpath_reset(skb);
	}
}

/* The tag of packet mode has the flag CRYPTO_DONE, like the sec_path of a
 * decrypted packet. But no card has decrypted a tagged IPsec packet that goes
 * into a tunnel. So the card looks for the packet's policy. This test has no SA
 * for the policy, so the packet is dropped.
 */
static void leak_tagged_ipsec(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_ESP, IPPROTO_AH, IPPROTO_COMP };
	struct ov2_adapter *ad = adapter_new(test);
	struct ov2_shape shape = { .tunnel = true };
	struct xfrm_state *x = state_new(test, &shape);
	struct ov2_policy *pol;
	struct sk_buff *skb;
	int i;

	pol = policy_new(test, ad, false, XFRM_POLICY_ALLOW, REQID);
	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		shape.proto = protos[i];
		skb = frame_ready(test, ad, ov2_shape_clear(test, &shape),
				  false, NULL);
		KUNIT_ASSERT_TRUE(test, ov2_packet_tag(skb, x, 0));
		xfrm_offload(skb)->flags |= XFRM_XMIT;
		KUNIT_EXPECT_EQ(test,
				xmit(test, ad, skb, OV2_CNT_TX_DROP_NO_SA),
				OV2_DROPPED);
		secpath_reset(skb);
	}
	policy_end(ad, pol);
}

/* In crypto mode the core hands an ESP packet of @x to the card. Expects that
 * the card drops the packet for @reason, and does not use another state for it.
 * In this packet the transport header is not at ESP. So if the card finds the
 * association, the reason of the drop is that the card finds no trailer.
 */
static void expect_crypto(struct kunit *test, struct ov2_adapter *ad,
			  struct xfrm_state *x, unsigned long handle,
			  enum ov2_counter reason)
{
	const struct ov2_shape shape = {};
	struct sk_buff *skb;

	skb = frame_ready(test, ad, ov2_shape_frame(test, &shape), false, NULL);
	skb_set_transport_header(skb, ETH_HLEN);
	set_path(test, skb, x);
	xfrm_offload(skb)->flags = XFRM_XMIT;
	x->xso.offload_handle = handle;
	KUNIT_EXPECT_EQ(test, xmit(test, ad, skb, reason), OV2_DROPPED);
	secpath_reset(skb);
}

static void handle_end(void *data)
{
	ov2_handle_free(data);
	synchronize_rcu();
}

static struct ov2_handle *handle_new(struct kunit *test,
				     struct ov2_adapter *ad,
				     struct xfrm_state *x)
{
	struct ov2_assoc *assoc;
	struct ov2_handle *hdl;

	assoc = kunit_kzalloc(test, sizeof(*assoc), GFP_KERNEL);
	hdl = kunit_kzalloc(test, sizeof(*hdl), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, assoc);
	KUNIT_ASSERT_NOT_NULL(test, hdl);
	RCU_INIT_POINTER(assoc->x, x);
	KUNIT_ASSERT_EQ(test, ov2_handle_alloc(hdl, &ad->handles, assoc), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action(test, handle_end, hdl), 0);
	return hdl;
}

/* When a bond has changed its card, a state keeps its old handle for a moment.
 * On a 64-bit machine the old handle names nothing on the new card. On a 32-bit
 * machine the old handle may name another state of the new card. In both cases
 * the new card does not use the handle.
 */
static void leak_handle_of_another_card(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct ov2_adapter *old = adapter_new(test), *new = adapter_new(test);
	struct xfrm_state *x = state_new(test, &shape);
	struct xfrm_state *other = state_new(test, &shape);
	struct ov2_handle *stale = handle_new(test, old, x);
	struct ov2_handle *theirs = handle_new(test, new, other);

	expect_crypto(test, old, x, stale->value, OV2_CNT_TX_DROP_TRAILER);
	expect_crypto(test, new, x, stale->value, OV2_CNT_TX_DROP_NO_STATE);
	expect_crypto(test, new, x, theirs->value, OV2_CNT_TX_DROP_NO_STATE);
	expect_crypto(test, new, other, theirs->value,
		      OV2_CNT_TX_DROP_TRAILER);
}

static struct kunit_case clear_text_cases[] = {
	KUNIT_CASE(leak_wrapped),
	KUNIT_CASE(leak_wrapped_later),
	KUNIT_CASE(leak_decrypted),
	KUNIT_CASE(leak_unpacked),
	KUNIT_CASE(leak_tagged_ipsec),
	KUNIT_CASE(leak_handle_of_another_card),
	{}
};

static struct kunit_suite clear_text_suite = {
	.name = "ov2_clear_text",
	.test_cases = clear_text_cases,
};

kunit_test_suite(clear_text_suite);
