// SPDX-License-Identifier: GPL-2.0
/*
 * Frames that are opened in one poll come up as if each was alone.
 *
 * Within a poll, the engine remembers the SA of the last frame, the bridge
 * remembers the last flow, and frames share a state and a sec_path. Another
 * card opens copies of the same frames, one by one, and forgets all after each
 * frame. Bytes, records, verdicts, sec_paths and counters must be the same on
 * both cards, also if the cipher of the first card completes later.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/udp.h>

#include "../../unit/rig/dropped.h"
#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/packet_shape.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../../unit/rig/xfrm_state.h"
#include "../bridge.h"
#include "../packet/packet.h"
#include "../packet/recent.h"
#include "../sa/assoc.h"
#include "../../engine/engine.h"
#include "../../engine/engine_miniport.h"
#include "../../engine/sa_memo.h"
#include "../../ov2/records.h"
#include "../../watch/counters.h"

#define SAS	2
#define FRAMES	36
/* RUN frames in a row have one SA. RUN / 2 frames in a row have one flow. */
#define RUN	6
#define REQID	7
#define IP	ETH_HLEN
#define ESP	(IP + 20)
#define CLEAR	(ESP + 16)
/* A policy blocks UDP to this port. */
#define BLOCKED	9

/**
 * struct opened - a frame that a card has opened
 * @nbl: the frame and its records; the rig of the card owns them
 * @reason: why the bridge drops the frame, or OV2_CNT_NONE
 * @verdict: what the bridge does with the frame
 */
struct opened {
	struct ov2_nbl *nbl;
	enum ov2_counter reason;
	enum ov2_rx_verdict verdict;
};

/**
 * struct receiver - a card with a bridge and the real engine
 * @rig: the card
 * @x: a state for each SA
 * @assoc: the association of each state
 * @inserted: the states, if the core has inserted them
 * @policies: the policies of the card in packet mode
 * @frames: the frames that the card has opened
 */
struct receiver {
	struct ov2_rig *rig;
	struct xfrm_state *x[SAS];
	struct ov2_assoc assoc[SAS];
	struct hlist_head inserted;
	struct ov2_policy *policies[2];
	struct opened frames[FRAMES];
};

/**
 * struct wire - the frames that all receivers get
 * @rig: the sender
 * @sas: the SAs of the frames
 * @frames: the frames, sealed, which the sender owns
 */
struct wire {
	struct ov2_rig *rig;
	struct ov2_rig_sa sas[SAS];
	struct sk_buff *frames[FRAMES];
};

static const u16 ports[] = { 1, 2, BLOCKED };

static const struct ov2_rig_sa *sa_of(const struct wire *wire, unsigned int n)
{
	return &wire->sas[n / RUN % SAS];
}

static u16 port_of(unsigned int n)
{
	return ports[n / (RUN / 2) % ARRAY_SIZE(ports)];
}

/* Seals a frame, and keeps it off the wire. */
static struct sk_buff *seal(struct wire *wire, unsigned int n)
{
	const struct ov2_rig_frame frame = {
		.sa = sa_of(wire, n), .seq = n + 1, .len = 60 + n,
	};
	struct ov2_nbl *nbl = ov2_rig_frame(wire->rig, &frame, 0);
	struct udphdr *udp = (void *)(nbl->skb->data + CLEAR);
	struct sk_buff *skb;

	udp->source = htons(1000);
	udp->dest = htons(port_of(n));
	ov2_rig_send(wire->rig, nbl);
	ov2_rig_wait_idle(wire->rig);
	skb = skb_dequeue(&wire->rig->wire);
	KUNIT_ASSERT_NOT_NULL(wire->rig->test, skb);
	skb_queue_tail(&wire->rig->kept, skb);
	return skb;
}

/* Among good frames there are frames with a wrong ICV, a wrong IP checksum, an
 * unknown SPI, and a number that was seen before.
 */
static struct wire *wire_new(struct kunit *test)
{
	struct wire *wire = kunit_kzalloc(test, sizeof(*wire), GFP_KERNEL);
	struct sk_buff *skb;
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, wire);
	wire->rig = ov2_rig_new(test, &ov2_engine_miniport);
	for (n = 0; n < SAS; n++) {
		wire->sas[n] = (struct ov2_rig_sa)OV2_RIG_SA_GCM;
		wire->sas[n].spi += n;
		wire->sas[n].key = n;
		ov2_rig_add_outbound(wire->rig, &wire->sas[n]);
	}
	for (n = 0; n < FRAMES; n++) {
		skb = seal(wire, n);
		wire->frames[n] = skb;
		if (n % 9 == 4)
			ov2_rig_flip(skb, skb->len - 1, 1);
		if (n % 11 == 5)
			ov2_rig_flip(skb, IP + offsetof(struct iphdr, ttl), 1);
		if (n % 13 == 6)
			ov2_rig_flip(skb, ESP, 1);
		if (n % 7 == 1)
			wire->frames[n] = wire->frames[n - 1];
	}
	return wire;
}

static void bridge_end(void *data)
{
	ov2_bridge_exit(data);
}

static void state_set(struct xfrm_state *x, const struct ov2_rig_sa *sa,
		      bool packet)
{
	ov2_unit_state_live(x);
	/* In crypto mode a frame ends in xfrm_input(), because the state is not
	 * valid.
	 */
	if (!packet)
		x->km.state = XFRM_STATE_VOID;
	x->id.spi = htonl(sa->spi);
	x->props.reqid = REQID;
	x->props.replay_window = 32;
}

static void add_sa(struct kunit *test, struct receiver *r, unsigned int i,
		   const struct ov2_rig_sa *sa, bool packet)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(r->rig, sa, true);

	rr->ext.single = true;
	rr->ext.transport = &r->assoc[i];
	RCU_INIT_POINTER(r->assoc[i].x, r->x[i]);
	r->assoc[i].spi = htonl(sa->spi);
	r->assoc[i].icv_len = sa->icv_len;
	r->assoc[i].packet = packet;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(r->rig, rr),
			(u32)OV2_STATUS_SUCCESS);
	r->assoc[i].handle = rr->add.handle;
}

static void policies_end(void *data)
{
	struct receiver *r = data;
	int i;

	for (i = 0; i < ARRAY_SIZE(r->policies); i++)
		ov2_spd_del(&ov2_bridge_of(&r->rig->ad)->spd, r->policies[i]);
	synchronize_rcu();
}

/* The first policy blocks one port, and the second policy lets in the rest. */
static void add_policies(struct kunit *test, struct receiver *r)
{
	struct ov2_policy *pol;
	int i;

	for (i = 0; i < ARRAY_SIZE(r->policies); i++) {
		pol = ov2_shape_policy(test, XFRM_DEV_OFFLOAD_IN, false,
				       i ? XFRM_POLICY_ALLOW :
					   XFRM_POLICY_BLOCK,
				       i ? REQID : 0);
		pol->tmpl.mode = XFRM_MODE_TRANSPORT;
		pol->tmpl.encap_family = AF_INET;
		pol->priority = i;
		if (!i) {
			pol->sel.proto = IPPROTO_UDP;
			pol->sel.dport = htons(BLOCKED);
			pol->sel.dport_mask = htons(0xffff);
		}
		KUNIT_ASSERT_EQ(test, 0,
				ov2_spd_add(&ov2_bridge_of(&r->rig->ad)->spd,
					    pol));
		r->policies[i] = pol;
	}
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, policies_end,
							   r));
}

static struct receiver *receiver_new(struct kunit *test,
				     const struct wire *wire, bool packet)
{
	struct receiver *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);
	const struct ov2_shape shape = {};
	int i;

	KUNIT_ASSERT_NOT_NULL(test, r);
	for (i = 0; i < SAS; i++) {
		r->x[i] = ov2_shape_state(test, &shape);
		state_set(r->x[i], &wire->sas[i], packet);
	}
	r->rig = ov2_rig_new(test, &ov2_engine_miniport);
	KUNIT_ASSERT_EQ(test, 0, ov2_bridge_init(&r->rig->ad));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, bridge_end,
							   &r->rig->ad));
	for (i = 0; i < SAS; i++)
		add_sa(test, r, i, &wire->sas[i], packet);
	if (packet)
		add_policies(test, r);
	return r;
}

/* An NBL may still have bytes of an older frame in nbl->miniport. These bytes
 * must not matter, so this function fills nbl->miniport with 0xa5.
 */
static void take_copies(struct receiver *r, const struct wire *wire)
{
	struct kunit *test = r->rig->test;
	struct sk_buff *copy;
	struct ov2_nbl *nbl;
	unsigned int n;

	for (n = 0; n < FRAMES; n++) {
		copy = skb_copy(wire->frames[n], GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		nbl = ov2_rig_nbl(r->rig, copy, 0);
		memset(nbl->miniport, 0xa5, sizeof(nbl->miniport));
		r->frames[n].nbl = nbl;
	}
}

/* The bridge gets the frame as the port gives it. */
static void to_bridge(struct receiver *r, struct opened *frame)
{
	struct sk_buff *skb = frame->nbl->skb;

	skb->dev = r->rig->ad.dev;
	skb->protocol = eth_type_trans(skb, skb->dev);
	/* xfrm_input() frees a frame in crypto mode. */
	if (!r->assoc[0].packet)
		skb_get(skb);
	frame->reason = ov2_bridge_receive(&r->rig->ad, frame->nbl,
					   &frame->verdict);
	ov2_dropped_rx(&r->rig->ad, frame->reason, skb, frame->verdict);
	if (!r->assoc[0].packet &&
	    (frame->reason || frame->verdict != OV2_RX_TAKEN))
		consume_skb(skb);
}

static void open_one_by_one(struct receiver *r)
{
	struct ov2_bridge *bridge = ov2_bridge_of(&r->rig->ad);
	struct ov2_engine *engine = r->rig->ad.engine;
	unsigned int n;

	for (n = 0; n < FRAMES; n++) {
		engine->memos[0].sa = NULL;
		ov2_rig_receive(r->rig, r->frames[n].nbl);
		ov2_rig_wait_idle(r->rig);
		ov2_recent_forget(&bridge->recent_rx[0]);
		bridge->memo_rx[0].assoc = NULL;
		local_bh_disable();
		rcu_read_lock();
		to_bridge(r, &r->frames[n]);
		rcu_read_unlock();
		local_bh_enable();
	}
}

static void open_in_one_poll(struct receiver *r)
{
	struct ov2_nbl *nbl;
	unsigned int n = 0;

	local_bh_disable();
	for (n = 0; n < FRAMES; n++)
		ov2_rig_receive(r->rig, r->frames[n].nbl);
	local_bh_enable();
	ov2_rig_wait_idle(r->rig);

	n = 0;
	local_bh_disable();
	rcu_read_lock();
	list_for_each_entry(nbl, &r->rig->indicated, link) {
		KUNIT_EXPECT_PTR_EQ(r->rig->test, nbl, r->frames[n].nbl);
		to_bridge(r, &r->frames[n++]);
	}
	rcu_read_unlock();
	local_bh_enable();
}

/* In packet mode, this function makes the core count as many policies as the
 * card has, so the core need not look at packets again. With @one_poll, the
 * function also makes the states look as if the core had inserted them. Then
 * the frames of a state share a sec_path. Otherwise each frame has its own.
 */
static void open(struct receiver *r, const struct wire *wire, bool one_poll)
{
	unsigned int *count = &init_net.xfrm.policy_count[XFRM_POLICY_IN];
	unsigned int before = *count;
	int i;

	take_copies(r, wire);
	if (r->assoc[0].packet) {
		WRITE_ONCE(*count, ARRAY_SIZE(r->policies));
		ov2_verdict_policies_changed(&r->rig->ad, NULL);
	}
	if (one_poll) {
		for (i = 0; i < SAS; i++)
			hlist_add_head(&r->x[i]->bydst, &r->inserted);
		open_in_one_poll(r);
	} else {
		open_one_by_one(r);
	}
	WRITE_ONCE(*count, before);
}

/* On the two cards, one SA has two states, and may have two handles. So this
 * and the next two functions return the index of the SA, or -1.
 */
static int sa_of_handle(const struct receiver *r, unsigned long handle)
{
	int i;

	for (i = 0; i < SAS; i++)
		if (r->assoc[i].handle == handle)
			return i;
	return -1;
}

/* The bridge makes the hash from the handle, or sets no hash. */
static int sa_of_hash(const struct receiver *r, const struct sk_buff *skb)
{
	int i;

	for (i = 0; i < SAS; i++)
		if (lower_32_bits(r->assoc[i].handle) == skb_get_hash_raw(skb))
			return i;
	return -1;
}

static int sa_of_state(const struct receiver *r, const struct xfrm_state *x)
{
	int i;

	for (i = 0; i < SAS; i++)
		if (r->x[i] == x)
			return i;
	return -1;
}

static void expect_same_path(struct kunit *test,
			     const struct receiver *r, struct sk_buff *skb,
			     const struct receiver *r2, struct sk_buff *skb2)
{
	const struct sec_path *sp = skb_sec_path(skb);
	const struct sec_path *sp2 = skb_sec_path(skb2);

	KUNIT_ASSERT_EQ(test, !sp, !sp2);
	if (!sp)
		return;
	KUNIT_EXPECT_EQ(test, sp->len, sp2->len);
	KUNIT_EXPECT_EQ(test, sp->olen, sp2->olen);
	KUNIT_EXPECT_EQ(test, sp->verified_cnt, sp2->verified_cnt);
	KUNIT_ASSERT_EQ(test, sp->len, 1);
	KUNIT_EXPECT_NE(test, sa_of_state(r, sp->xvec[0]), -1);
	KUNIT_EXPECT_EQ(test, sa_of_state(r, sp->xvec[0]),
			sa_of_state(r2, sp2->xvec[0]));
	KUNIT_EXPECT_MEMEQ(test, sp->ovec, sp2->ovec, sizeof(sp->ovec));
}

static void expect_same_skb(struct kunit *test, const struct sk_buff *skb,
			    const struct sk_buff *skb2)
{
	KUNIT_EXPECT_EQ(test, skb->protocol, skb2->protocol);
	KUNIT_EXPECT_EQ(test, (u8)skb->ip_summed, (u8)skb2->ip_summed);
	KUNIT_EXPECT_EQ(test, (u8)skb->pkt_type, (u8)skb2->pkt_type);
	KUNIT_EXPECT_EQ(test, (u8)skb->slow_gro, (u8)skb2->slow_gro);
	KUNIT_EXPECT_EQ(test, skb->mark, skb2->mark);
	KUNIT_EXPECT_EQ(test, skb->mac_len, skb2->mac_len);
	KUNIT_EXPECT_EQ(test, skb_network_offset(skb),
			skb_network_offset(skb2));
	KUNIT_EXPECT_EQ(test, skb->transport_header, skb2->transport_header);
	KUNIT_EXPECT_MEMEQ(test, skb->cb, skb2->cb, sizeof(skb->cb));
	KUNIT_ASSERT_EQ(test, skb_headroom(skb), skb_headroom(skb2));
	KUNIT_ASSERT_EQ(test, skb->len, skb2->len);
	KUNIT_EXPECT_MEMEQ(test, skb_mac_header(skb), skb_mac_header(skb2),
			   skb_tail_pointer(skb) - skb_mac_header(skb));
}

static void expect_same_frame(struct kunit *test, const struct receiver *r,
			      const struct receiver *r2, unsigned int n)
{
	const struct opened *frame = &r->frames[n], *frame2 = &r2->frames[n];
	const struct ov2_nbl *nbl = frame->nbl, *nbl2 = frame2->nbl;

	KUNIT_EXPECT_EQ_MSG(test, (int)frame->reason, (int)frame2->reason,
			    "frame %u", n);
	KUNIT_EXPECT_EQ_MSG(test, (int)frame->verdict, (int)frame2->verdict,
			    "frame %u", n);
	KUNIT_EXPECT_MEMEQ(test, nbl->info, nbl2->info, sizeof(nbl->info));
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, nbl2->ext_rx.seq64);
	KUNIT_EXPECT_EQ(test, sa_of_handle(r, nbl->ext_rx.handle),
			sa_of_handle(r2, nbl2->ext_rx.handle));
	KUNIT_EXPECT_EQ(test, sa_of_hash(r, nbl->skb),
			sa_of_hash(r2, nbl2->skb));
	expect_same_skb(test, nbl->skb, nbl2->skb);
	expect_same_path(test, r, nbl->skb, r2, nbl2->skb);
}

static void expect_same_state(struct kunit *test, const struct xfrm_state *x,
			      const struct xfrm_state *x2)
{
	KUNIT_EXPECT_EQ(test, x->curlft.packets, x2->curlft.packets);
	KUNIT_EXPECT_EQ(test, x->curlft.bytes, x2->curlft.bytes);
	KUNIT_EXPECT_MEMEQ(test, &x->replay, &x2->replay, sizeof(x->replay));
	KUNIT_EXPECT_MEMEQ(test, &x->stats, &x2->stats, sizeof(x->stats));
}

/* Takes the sec_paths off the frames and the associations. Then only the test
 * holds references to the states.
 */
static void let_go(struct kunit *test, struct receiver *r)
{
	unsigned int n;

	for (n = 0; n < FRAMES; n++)
		secpath_reset(r->frames[n].nbl->skb);
	for (n = 0; n < SAS; n++) {
		if (r->assoc[n].path)
			__skb_ext_put(r->assoc[n].path);
		KUNIT_EXPECT_EQ(test, refcount_read(&r->x[n]->refcnt), 1);
	}
}

static void expect_same(struct kunit *test, struct receiver *r,
			struct receiver *r2)
{
	unsigned int n;
	int i;

	for (n = 0; n < FRAMES; n++)
		expect_same_frame(test, r, r2, n);
	for (i = 0; i < SAS; i++)
		expect_same_state(test, r->x[i], r2->x[i]);
	for (i = OV2_CNT_NONE + 1; i < OV2_CNT_MAX; i++)
		KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(&r->rig->ad, i),
				    ov2_counter_read(&r2->rig->ad, i), "%s",
				    ov2_counter_name(i));
}

/* Counts the frames whose sec_path is also that of the frame before them. */
static unsigned int shared_paths(const struct receiver *r)
{
	const struct sec_path *sp, *last = NULL;
	unsigned int n, shared = 0;

	for (n = 0; n < FRAMES; n++) {
		sp = skb_sec_path(r->frames[n].nbl->skb);
		shared += sp && sp == last;
		last = sp;
	}
	return shared;
}

static void expect_seen(struct kunit *test, const struct receiver *r,
			enum ov2_counter counter)
{
	KUNIT_EXPECT_NE_MSG(test, ov2_counter_read(&r->rig->ad, counter), 0,
			    "%s", ov2_counter_name(counter));
}

static void one_poll(struct kunit *test, bool packet, bool late)
{
	struct wire *wire = wire_new(test);
	struct receiver *single, *poll;

	single = receiver_new(test, wire, packet);
	open(single, wire, false);
	if (late)
		ov2_late_aead(test);
	poll = receiver_new(test, wire, packet);
	open(poll, wire, true);
	expect_same(test, single, poll);

	expect_seen(test, poll, OV2_CNT_RX_PKTS);
	expect_seen(test, poll, OV2_CNT_RX_AUTH_FAILED);
	expect_seen(test, poll, OV2_CNT_RX_SADB_MISS);
	expect_seen(test, poll, OV2_CNT_RX_DROP_IP_CSUM);
	KUNIT_EXPECT_EQ(test, shared_paths(single), 0);
	if (packet) {
		expect_seen(test, poll, OV2_CNT_RX_DROP_BLOCK);
		expect_seen(test, poll, OV2_CNT_RX_DROP_REPLAY);
		KUNIT_EXPECT_NE(test, shared_paths(poll), 0);
	}
	let_go(test, single);
	let_go(test, poll);
}

static void one_poll_crypto(struct kunit *test)
{
	one_poll(test, false, false);
}

static void one_poll_crypto_late(struct kunit *test)
{
	one_poll(test, false, true);
}

static void one_poll_packet(struct kunit *test)
{
	one_poll(test, true, false);
}

static void one_poll_packet_late(struct kunit *test)
{
	one_poll(test, true, true);
}

static struct kunit_case one_poll_cases[] = {
	KUNIT_CASE(one_poll_crypto),
	KUNIT_CASE(one_poll_crypto_late),
	KUNIT_CASE(one_poll_packet),
	KUNIT_CASE(one_poll_packet_late),
	{}
};

static struct kunit_suite one_poll_suite = {
	.name = "ov2_one_poll",
	.test_cases = one_poll_cases,
};

kunit_test_suite(one_poll_suite);
