// SPDX-License-Identifier: GPL-2.0
/*
 * Every engine keeps the contract of miniport.h about packets.
 *
 * Each case runs with each engine of each_engine.c. engine/tests/ has the tests
 * of cryptography.
 */
#include <kunit/test.h>
#include <linux/random.h>

#include "../../unit/rig/each_engine.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"

KUNIT_ARRAY_PARAM(engine, ov2_engines, ov2_engine_param_name);

/* --- send */

static void expect_nothing_left(struct kunit *test, struct ov2_rig *rig)
{
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), 0);
}

/* A frame without a handle leaves unchanged (INV-6). */
static void send_plain(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_frame frame = { .len = 200 };
	struct sk_buff *same;
	struct ov2_nbl *nbl;
	int i;

	for (i = 0; i < 2; i++) {
		frame.ipv6 = i;
		nbl = ov2_rig_frame(rig, &frame, 1);
		same = ov2_rig_keep_copy(rig, nbl->skb);
		KUNIT_EXPECT_EQ(test, ov2_rig_send_status(rig, nbl),
				OV2_STATUS_SUCCESS);
		KUNIT_ASSERT_EQ(test, skb_queue_len(&rig->wire), i + 1);
		KUNIT_ASSERT_EQ(test, rig->wire.prev->len, same->len);
		KUNIT_EXPECT_MEMEQ(test, rig->wire.prev->data, same->data,
				   same->len);
	}
}

/* A send fails if its handle is not from an add on this card (INV-12, INV-13).
 */
static void send_unknown_handle(struct kunit *test)
{
	struct ov2_rig *other = ov2_param_rig(test);
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, 1), OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, ULONG_MAX),
			OV2_STATUS_FAILURE);
	ov2_rig_add_outbound(other, &sa);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_FAILURE);
	ov2_rig_add_outbound(rig, &sa);
	/* Another generation, so that the handle names nothing */
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out ^ BIT(30)),
			OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* A send fails if its handle names nothing any more (INV-12, INV-13). */
static void send_after_delete(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	unsigned long stale;

	ov2_rig_add_outbound(rig, &sa);
	stale = sa.out;
	ov2_rig_delete(rig, stale);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, stale),
			OV2_STATUS_FAILURE);
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_NE(test, sa.out, stale);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, stale),
			OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* A send with the handle of an inbound SA fails (INV-14). */
static void send_inbound_handle(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_add_inbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.in),
			OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* Slot 11 without slot 1 has no meaning, so nothing may leave (Q1). */
static void send_tunnel_handle_alone(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 50 };
	struct ov2_nbl *nbl;

	sa.tunnel = true;
	ov2_rig_add_outbound(rig, &sa);
	nbl = ov2_rig_frame(rig, &frame, 0);
	nbl->info[OV2_INFO_IPSEC] = 0;
	nbl->info[OV2_INFO_IPSEC_TUNNEL] = sa.out;
	KUNIT_EXPECT_EQ(test, ov2_rig_send_status(rig, nbl),
			OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* If a send fails, the frame comes back whole, so that the sender can drop it.
 */
static void send_failed_keeps_frame(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 50 };
	struct ov2_nbl *nbl;

	sa.out = 1;
	nbl = ov2_rig_frame(rig, &frame, 0);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_status(rig, nbl),
			OV2_STATUS_FAILURE);
	KUNIT_EXPECT_NOT_NULL(test, nbl->skb);

	ov2_rig_add_outbound(rig, &sa);
	nbl = ov2_rig_frame(rig, &frame, 0);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_status(rig, nbl),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_NULL(test, nbl->skb);
}

#define ORDER_NBLS	200

/**
 * struct order - the NBLs that were given to an engine
 * @nbls: the NBLs, in the order in which the engine got them
 * @queues: the queue of each NBL
 */
struct order {
	struct ov2_nbl *nbls[ORDER_NBLS];
	u16 queues[ORDER_NBLS];
};

static struct order *order_new(struct kunit *test)
{
	struct order *order = kunit_kzalloc(test, sizeof(*order), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, order);
	for (i = 0; i < ORDER_NBLS; i++)
		order->queues[i] = get_random_u32_below(OV2_RIG_QUEUES);
	return order;
}

/* Searches from index @i on. Returns the index of the first NBL of @queue; if
 * there is no such NBL, ORDER_NBLS.
 */
static int order_next(const struct order *order, u16 queue, int i)
{
	while (i < ORDER_NBLS && order->queues[i] != queue)
		i++;
	return i;
}

static bool queue_in_order(struct list_head *list, const struct order *order,
			   u16 queue)
{
	int i = order_next(order, queue, 0);
	struct ov2_nbl *nbl;

	list_for_each_entry(nbl, list, link) {
		if (nbl->queue != queue)
			continue;
		if (i == ORDER_NBLS || order->nbls[i] != nbl)
			return false;
		i = order_next(order, queue, i + 1);
	}
	return i == ORDER_NBLS;
}

static void expect_in_order(struct kunit *test, struct list_head *list,
			    const struct order *order)
{
	u16 queue;

	for (queue = 0; queue < OV2_RIG_QUEUES; queue++)
		KUNIT_EXPECT_TRUE_MSG(test, queue_in_order(list, order, queue),
				      "queue %u", queue);
}

/* Each NBL, sent or refused, comes back once. The NBLs of a queue come back in
 * the order in which the engine got them.
 */
static void send_order(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa };
	struct order *order = order_new(test);
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 0; i < ORDER_NBLS; i++) {
		frame.seq = i;
		frame.len = get_random_u32_below(1400);
		order->nbls[i] = ov2_rig_frame(rig, &frame, order->queues[i]);
		if (i % 5 == 0)
			order->nbls[i]->info[OV2_INFO_IPSEC] = 1;
	}
	for (i = 0; i < ORDER_NBLS; i++)
		ov2_rig_send(rig, order->nbls[i]);
	ov2_rig_wait_idle(rig);
	expect_in_order(test, &rig->sent, order);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_sent), ORDER_NBLS);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_ok),
			ORDER_NBLS - ORDER_NBLS / 5);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire),
			ORDER_NBLS - ORDER_NBLS / 5);
}

/* SAs outlive a pause (INV-44). During the pause the engine accepts no NBL. */
static void send_paused(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame plain = { .len = 50 };

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_pause(rig);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, 1),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test,
			ov2_rig_send_status(rig, ov2_rig_frame(rig, &plain, 0)),
			OV2_STATUS_NOT_ACCEPTED);
	expect_nothing_left(test, rig);

	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), 1);
}

/* A pause waits until all NBLs are back. ov2_rig_pause() checks this. */
static void pause_waits(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 1000 };
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 0; i < 50; i++) {
		frame.seq = i;
		ov2_rig_send(rig, ov2_rig_frame(rig, &frame, 0));
		if (i % 10)
			continue;
		ov2_rig_pause(rig);
		KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_ok), i + 1);
		ov2_rig_restart(rig);
	}
}

static void pause_requests(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	/* Adds and deletes also work while the engine is paused. */
	ov2_rig_pause(rig);
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_SUCCESS);
	ov2_rig_pause(rig);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
}

/* --- receive */

static void expect_untouched(struct kunit *test, const struct ov2_nbl *nbl,
			     const struct sk_buff *same)
{
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], 0);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC_TUNNEL], 0);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC_HEADER], 0);
	KUNIT_EXPECT_EQ(test, nbl->ext_rx.handle, 0);
	KUNIT_ASSERT_EQ(test, nbl->skb->len, same->len);
	KUNIT_EXPECT_MEMEQ(test, nbl->skb->data, same->data, same->len);
}

/* A frame is left untouched if no SA matches the frame, or if only an outbound
 * SA does (INV-31).
 */
static void receive_untouched(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frames[] = {
		{ .len = 0 }, { .len = 333 }, { .len = 3, .ipv6 = true },
		{ .sa = &sa, .len = 100 },
	};
	struct sk_buff *skb;
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		skb = ov2_rig_skb(rig, &frames[i]);
		expect_untouched(test, ov2_rig_inject(rig, skb, i), skb);
	}
	/* These bytes are shorter than an Ethernet header. */
	skb = ov2_rig_keep_copy(rig, skb);
	ov2_rig_cut(skb, 3);
	expect_untouched(test, ov2_rig_inject(rig, skb, 0), skb);
}

static struct ov2_nbl *received_nbl(struct ov2_rig *rig,
				    const struct ov2_rig_frame *frame,
				    u16 queue)
{
	struct sk_buff *copy = skb_copy(ov2_rig_skb(rig, frame), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(rig->test, copy);
	return ov2_rig_nbl(rig, copy, queue);
}

/* The received NBLs of a queue come back in the order in which the engine got
 * them.
 */
static void receive_order(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa };
	struct order *order = order_new(test);
	int i;

	ov2_rig_add_inbound(rig, &sa);
	for (i = 0; i < ORDER_NBLS; i++) {
		frame.sa = i % 3 ? &sa : NULL;
		frame.seq = i;
		frame.len = get_random_u32_below(1400);
		order->nbls[i] = received_nbl(rig, &frame, order->queues[i]);
	}
	for (i = 0; i < ORDER_NBLS; i++)
		ov2_rig_receive(rig, order->nbls[i]);
	ov2_rig_wait_idle(rig);
	expect_in_order(test, &rig->indicated, order);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_indicated), ORDER_NBLS);
}

/* A frame that comes during a pause comes back untouched. */
static void receive_paused(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 100 };
	struct sk_buff *skb;

	ov2_rig_add_inbound(rig, &sa);
	skb = ov2_rig_skb(rig, &frame);
	ov2_rig_pause(rig);
	expect_untouched(test, ov2_rig_inject(rig, skb, 0), skb);
	ov2_rig_restart(rig);
	ov2_rig_inject(rig, skb, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_indicated), 2);
}

/* --- reset */

/* SAs work after a reset (INV-44). */
static void reset_keeps_sas(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 1; i <= 3; i++) {
		KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
				OV2_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), i);
		rig->ad.miniport->reset(&rig->ad);
	}
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
}

/* After a reset the engine has no NBL. */
static void reset_lets_go(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 1000 };
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 0; i < 20; i++)
		ov2_rig_send(rig, ov2_rig_frame(rig, &frame, i % 2));
	rig->ad.miniport->reset(&rig->ad);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->nbls_out), 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_ok),
			atomic_read(&rig->num_wire));
}

/* A reset of a paused engine leaves the engine paused. */
static void reset_paused(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_pause(rig);
	rig->ad.miniport->reset(&rig->ad);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_NOT_ACCEPTED);
	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_SUCCESS);
}

static struct kunit_case miniport_packet_cases[] = {
	KUNIT_CASE_PARAM(send_plain, engine_gen_params),
	KUNIT_CASE_PARAM(send_unknown_handle, engine_gen_params),
	KUNIT_CASE_PARAM(send_after_delete, engine_gen_params),
	KUNIT_CASE_PARAM(send_inbound_handle, engine_gen_params),
	KUNIT_CASE_PARAM(send_tunnel_handle_alone, engine_gen_params),
	KUNIT_CASE_PARAM(send_failed_keeps_frame, engine_gen_params),
	KUNIT_CASE_PARAM(send_order, engine_gen_params),
	KUNIT_CASE_PARAM(send_paused, engine_gen_params),
	KUNIT_CASE_PARAM(pause_waits, engine_gen_params),
	KUNIT_CASE_PARAM(pause_requests, engine_gen_params),
	KUNIT_CASE_PARAM(receive_untouched, engine_gen_params),
	KUNIT_CASE_PARAM(receive_order, engine_gen_params),
	KUNIT_CASE_PARAM(receive_paused, engine_gen_params),
	KUNIT_CASE_PARAM(reset_keeps_sas, engine_gen_params),
	KUNIT_CASE_PARAM(reset_lets_go, engine_gen_params),
	KUNIT_CASE_PARAM(reset_paused, engine_gen_params),
	{}
};

static struct kunit_suite miniport_packet_suite = {
	.name = "ov2_miniport_packet",
	.init = ov2_param_init,
	.test_cases = miniport_packet_cases,
};

kunit_test_suite(miniport_packet_suite);
