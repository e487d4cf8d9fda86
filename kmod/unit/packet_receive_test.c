// SPDX-License-Identifier: GPL-2.0
/* What comes in, in packet mode: let in, or turned away for the right reason. */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/if_vlan.h>

#include "shape.h"
#include "../bridge/bridge.h"
#include "../bridge/packet.h"
#include "../watch/counters.h"

#define SPI	0x1234
#define REQID	7

/**
 * struct card - a card as far as receiving needs one
 * @ad: the card
 * @assoc: an inbound association of it
 * @x: its state
 * @nested: what ov2_packet_receive() said last
 */
struct card {
	struct ov2_adapter ad;
	struct ov2_assoc assoc;
	struct xfrm_state *x;
	bool nested;
};

static void card_end(void *data)
{
	struct card *card = data;

	ov2_bridge_exit(&card->ad);
	ov2_counters_free(&card->ad);
}

static void state_live(struct xfrm_state *x)
{
	write_pnet(&x->xs_net, &init_net);
	spin_lock_init(&x->lock);
	x->km.state = XFRM_STATE_VALID;
	x->id.proto = IPPROTO_ESP;
	x->id.spi = htonl(SPI);
	x->props.reqid = REQID;
	x->props.replay_window = 32;
	x->lft.hard_byte_limit = XFRM_INF;
	x->lft.hard_packet_limit = XFRM_INF;
	x->lft.soft_byte_limit = XFRM_INF;
	x->lft.soft_packet_limit = XFRM_INF;
}

static struct card *card_new(struct kunit *test, const struct ov2_shape *shape)
{
	struct card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, card);
	card->ad.dev = ov2_shape_device(test);
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

/* For all packets of the kind that the card's state is for */
static struct ov2_policy *policy_new(struct kunit *test, struct card *card,
				     bool ipv6, u8 action, u32 reqid)
{
	struct ov2_policy *pol = kunit_kzalloc(test, sizeof(*pol), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pol);
	pol->key.dir = XFRM_DEV_OFFLOAD_IN;
	pol->key.family = ipv6 ? AF_INET6 : AF_INET;
	pol->sel.family = pol->key.family;
	pol->action = action;
	pol->has_tmpl = reqid;
	pol->tmpl.id.proto = IPPROTO_ESP;
	pol->tmpl.reqid = reqid;
	pol->tmpl.mode = card->x->props.mode;
	pol->tmpl.encap_family = card->x->props.family;
	pol->tmpl.allalgs = 1;
	KUNIT_ASSERT_EQ(test, ov2_spd_add(&ov2_bridge_of(&card->ad)->spd, pol),
			0);
	return pol;
}

static void policy_end(struct card *card, struct ov2_policy *pol)
{
	ov2_spd_del(&ov2_bridge_of(&card->ad)->spd, pol);
	synchronize_rcu();
}

static bool receive_nbl(struct card *card, struct ov2_nbl *nbl,
			enum ov2_crypto_status status)
{
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.status = status,
	};
	bool accepted;

	card->nested = false;
	local_bh_disable();
	rcu_read_lock();
	accepted = ov2_packet_receive(&card->ad, nbl, &card->assoc, card->x,
				      &res, &card->nested);
	rcu_read_unlock();
	local_bh_enable();
	return accepted;
}

static struct ov2_nbl *nbl_new(struct kunit *test, struct card *card,
			       const struct ov2_shape *shape, u64 seq)
{
	struct ov2_nbl *nbl = kunit_kzalloc(test, sizeof(*nbl), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, nbl);
	nbl->skb = ov2_shape_frame(test, shape);
	ov2_shape_receive(nbl->skb, card->ad.dev);
	nbl->ext_rx.seq64 = seq;
	return nbl;
}

/* True if it was let in; if not, @reason is one more. */
static bool receive(struct kunit *test, struct card *card,
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

static void receive_counts(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);

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

/* To a second address of the card, of which eth_type_trans() does not know */
static void receive_second_address(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 1);

	nbl->skb->pkt_type = PACKET_OTHERHOST;
	KUNIT_EXPECT_TRUE(test, receive_nbl(card, nbl, OV2_CRYPTO_SUCCESS));
}

/* In a tunnel the inner header counts, too. */
static void receive_counts_tunnel(struct kunit *test)
{
	const struct ov2_shape shape = { .tunnel = true };
	struct card *card = card_new(test, &shape);
	struct ov2_policy *pol;

	pol = policy_new(test, card, false, XFRM_POLICY_ALLOW, REQID);
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 1,
					OV2_CNT_RX_DROP_TEMPLATE));
	KUNIT_EXPECT_EQ(test, card->x->curlft.bytes,
			OV2_SHAPE_BODY + sizeof(struct iphdr));
	policy_end(card, pol);
}

/* What a policy says, for transport mode and for tunnels */
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
	struct card *card;
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

static void receive_no_policy(struct kunit *test)
{
	struct ov2_shape shape = {};

	KUNIT_EXPECT_TRUE(test, receive(test, card_new(test, &shape), &shape,
					1, OV2_CNT_RX_DROP_NO_POLICY));
	shape.tunnel = true;
	KUNIT_EXPECT_FALSE(test, receive(test, card_new(test, &shape), &shape,
					 1, OV2_CNT_RX_DROP_NO_POLICY));
}

static void receive_selector(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);

	card->x->sel.proto = IPPROTO_UDP;
	KUNIT_EXPECT_FALSE(test, receive(test, card, &shape, 1,
					 OV2_CNT_RX_DROP_SELECTOR));
	card->x->sel.proto = IPPROTO_TCP;
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 2,
					OV2_CNT_RX_DROP_SELECTOR));
}

/* What is not valid does not move the state. */
static void receive_untouched(struct kunit *test)
{
	const struct ov2_shape shape = {};
	const struct ov2_shape dummy = { .proto = IPPROTO_NONE };
	struct card *card = card_new(test, &shape);

	KUNIT_EXPECT_FALSE(test, receive(test, card, &dummy, 1,
					 OV2_CNT_RX_DROP_TRAILER));
	card->x->km.state = XFRM_STATE_EXPIRED;
	KUNIT_EXPECT_FALSE(test, receive(test, card, &shape, 1,
					 OV2_CNT_RX_DROP_STATE_INVALID));
	KUNIT_EXPECT_EQ(test, card->x->curlft.packets, 0);
	KUNIT_EXPECT_EQ(test, card->x->replay.seq, 0);
}

static void receive_bad(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
	int status;

	for (status = OV2_CRYPTO_SUCCESS + 1; status < OV2_CRYPTO_STATUS_MAX;
	     status++)
		KUNIT_EXPECT_FALSE(test, receive_nbl(card, nbl_new(test, card,
								   &shape, 1),
						     status));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_AUTH), 4);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&card->ad,
					       OV2_CNT_RX_DROP_CRYPTO), 3);
	KUNIT_EXPECT_EQ(test, card->x->stats.integrity_failed, 4);
	KUNIT_EXPECT_EQ(test, card->x->replay.seq, 0);
}

/* The core must not take the inner ESP header for the one that was verified. */
static void receive_nested(struct kunit *test)
{
	static const u8 protos[] = { IPPROTO_ESP, IPPROTO_AH, IPPROTO_COMP };
	struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
	int i;

	for (i = 0; i < ARRAY_SIZE(protos); i++) {
		shape.proto = protos[i];
		KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, i + 1,
						OV2_CNT_RX_DROP_INNER));
		KUNIT_EXPECT_TRUE(test, card->nested);
	}
	shape.proto = IPPROTO_UDP;
	KUNIT_EXPECT_TRUE(test, receive(test, card, &shape, 9,
					OV2_CNT_RX_DROP_INNER));
	KUNIT_EXPECT_FALSE(test, card->nested);
}

static bool clear(struct card *card, struct sk_buff *skb)
{
	bool accepted;

	local_bh_disable();
	accepted = ov2_clear_receive(&card->ad, skb);
	local_bh_enable();
	return accepted;
}

static struct sk_buff *clear_new(struct kunit *test, const struct card *card,
				 const struct ov2_shape *shape)
{
	struct sk_buff *skb = ov2_shape_clear(test, shape);

	ov2_shape_receive(skb, card->ad.dev);
	return skb;
}

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
	struct card *card = card_new(test, &shape);
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

/* xfrm looks at IPsec itself, and others are not IP at all. */
static void clear_exempt(struct kunit *test)
{
	struct ov2_shape shape = { .proto = IPPROTO_ESP };
	struct card *card = card_new(test, &shape);
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

/* A priority tag is taken off by the stack: it must not hide anything. */
static void clear_tagged(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
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

/* Later fragments show no ports: they might be of what is protected. */
static void clear_fragment(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
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

static void clear_unreadable(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
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

/* GRO merges frames of one hash only, and looks at nothing else that would
 * tell a protected one.
 */
static void gro_keeps_apart(struct kunit *test)
{
	const struct ov2_shape shape = {};
	struct card *card = card_new(test, &shape);
	struct ov2_nbl *nbl = nbl_new(test, card, &shape, 1);
	struct sk_buff *skb = clear_new(test, card, &shape);

	KUNIT_EXPECT_TRUE(test, clear(card, skb));
	KUNIT_EXPECT_TRUE(test, receive_nbl(card, nbl, OV2_CRYPTO_SUCCESS));
	KUNIT_EXPECT_NE(test, skb_get_hash_raw(skb),
			skb_get_hash_raw(nbl->skb));
	KUNIT_EXPECT_EQ(test, skb_get_hash_raw(skb), 0);
}

static struct kunit_case packet_receive_cases[] = {
	KUNIT_CASE(receive_counts),
	KUNIT_CASE(receive_second_address),
	KUNIT_CASE(receive_counts_tunnel),
	KUNIT_CASE(receive_policies),
	KUNIT_CASE(receive_no_policy),
	KUNIT_CASE(receive_selector),
	KUNIT_CASE(receive_untouched),
	KUNIT_CASE(receive_bad),
	KUNIT_CASE(receive_nested),
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
