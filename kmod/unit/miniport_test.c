// SPDX-License-Identifier: GPL-2.0
/*
 * The contract between a card and its engine (miniport.h), tried with every
 * engine there is. What is about cryptography is tested elsewhere.
 */
#include <kunit/test.h>
#include <linux/random.h>

#include "late.h"
#include "null_engine.h"
#include "rig.h"
#include "../engine/engine.h"
#include "../ov2/records.h"

/**
 * struct engine_param - an engine to test
 * @name: its name
 * @miniport: its operations
 * @encrypts: it is more than the contract
 * @late: with a cipher that completes from other CPUs, in no order
 */
struct engine_param {
	const char *name;
	const struct ov2_miniport_ops *miniport;
	bool encrypts;
	bool late;
};

static const struct engine_param engines[] = {
	{ "engine", &ov2_engine_miniport, .encrypts = true },
	{ "engine, late", &ov2_engine_miniport, .encrypts = true,
	  .late = true },
	{ "null", &ov2_null_miniport },
};

static void engine_name(const struct engine_param *param, char *desc)
{
	strscpy(desc, param->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(engine, engines, engine_name);

static int miniport_init(struct kunit *test)
{
	const struct engine_param *param = test->param_value;

	if (param && param->late)
		ov2_late_aead(test);
	return 0;
}

static struct ov2_rig *rig_of_param(struct kunit *test)
{
	const struct engine_param *param = test->param_value;

	return ov2_rig_new(test, param->miniport);
}

static void needs_encryption(struct kunit *test)
{
	const struct engine_param *param = test->param_value;

	if (!param->encrypts)
		kunit_skip(test, "this engine encrypts nothing");
}

/* --- requests */

/* INV-10: a handle if and only if it succeeded */
static void add_handle(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;

	rr = ov2_rig_add_new(rig, &sa, false);
	rr->add.handle = 0xdead;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_NE(test, rr->add.handle, 0);
	KUNIT_EXPECT_NE(test, rr->add.handle, 0xdead);

	rr = ov2_rig_add_new(rig, &sa, false);
	rr->add.handle = 0xdead;
	rr->add.header.type = 0;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, rr->add.handle, 0);

	rr = ov2_rig_add_new(rig, &sa, false);
	rr->add.handle = 0xdead;
	rr->add.sec_assoc[0].encr.identifier = OV2_ENCR_DES_CBC << 30;
	KUNIT_EXPECT_NE(test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, rr->add.handle, 0);
}

static void add_unique(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sas[OV2_NULL_CAPACITY];
	int i, j;

	for (i = 0; i < ARRAY_SIZE(sas); i++) {
		sas[i] = (struct ov2_rig_sa)OV2_RIG_SA_GCM;
		sas[i].spi += i;
		ov2_rig_add_outbound(rig, &sas[i]);
		for (j = 0; j < i; j++)
			KUNIT_EXPECT_NE(test, sas[i].out, sas[j].out);
	}
}

static void request_unknown(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_request *rr = ov2_rig_request_new(rig, 0xfc0302ff);

	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_INVALID_OID);
}

static struct ov2_rig_request *fill_table(struct ov2_rig *rig,
					  struct ov2_rig_sa *sa)
{
	struct ov2_rig_request *rr = NULL;
	u32 i;

	for (i = 0; i < rig->ad.hardware->ipsec_v2.sa_capacity; i++, sa->spi++) {
		rr = ov2_rig_add_new(rig, sa, false);
		ov2_rig_submit(rig, rr);
	}
	KUNIT_ASSERT_TRUE(rig->test,
			  ov2_rig_wait_none(rig, &rig->requests_out));
	list_for_each_entry(rr, &rig->requests, link)
		KUNIT_ASSERT_EQ(rig->test, (u32)rr->status,
				(u32)OV2_STATUS_SUCCESS);
	return list_last_entry(&rig->requests, struct ov2_rig_request, link);
}

static u32 add_status(struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, sa, false);
	u32 status = ov2_rig_request(rig, rr);

	KUNIT_EXPECT_EQ(rig->test, status == OV2_STATUS_SUCCESS,
			rr->add.handle != 0);
	return status;
}

/* INV-15 */
static void add_capacity(struct kunit *test)
{
	const struct engine_param *param = test->param_value;
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *last;
	struct ov2_rig *rig;

	if (param->late)
		kunit_skip(test, "takes long, and encrypts nothing");
	rig = rig_of_param(test);
	last = fill_table(rig, &sa);
	KUNIT_EXPECT_EQ(test, add_status(rig, &sa), OV2_STATUS_RESOURCES);
	KUNIT_EXPECT_EQ(test, add_status(rig, &sa), OV2_STATUS_RESOURCES);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, last->add.handle),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_status(rig, &sa), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_status(rig, &sa), OV2_STATUS_RESOURCES);
}

/* INV-15: what is refused takes no place */
static void add_refused_takes_no_place(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;
	int i;

	for (i = 0; i < 2 * OV2_NULL_CAPACITY; i++) {
		rr = ov2_rig_add_new(rig, &sa, false);
		rr->add.key_len = 1;
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
				(u32)OV2_STATUS_INVALID_DATA);
	}
	for (i = 0; i < OV2_NULL_CAPACITY; i++, sa.spi++)
		KUNIT_EXPECT_EQ(test, add_status(rig, &sa),
				OV2_STATUS_SUCCESS);
}

static u32 send_status(struct ov2_rig *rig, struct ov2_nbl *nbl)
{
	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	return ov2_rig_sent_status(nbl);
}

static u32 send_on(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
		   unsigned long handle)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 50 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	nbl->info[OV2_INFO_IPSEC] = handle;
	return send_status(rig, nbl);
}

/* INV-16: nothing that could be deleted makes a delete fail */
static void delete_never_fails(struct kunit *test)
{
	struct ov2_rig *other = rig_of_param(test);
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, 0),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, ULONG_MAX),
			(u32)OV2_STATUS_SUCCESS);
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(other, sa.out),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, send_on(rig, &sa, sa.out),
			    OV2_STATUS_SUCCESS, "deleted by another card");
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
}

/* INV-18 */
static void update_rules(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa no_esn = OV2_RIG_SA_GCM;
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	u32 esp = OV2_OPERATION_ESP;

	sa.spi++;
	sa.esn = true;
	ov2_rig_add_outbound(rig, &no_esn);
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out, esp, sa.spi, 1),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, 0, esp, sa.spi, 1),
			(u32)OV2_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out ^ BIT(30), esp,
						  sa.spi, 1),
			(u32)OV2_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out, OV2_OPERATION_AH,
						  sa.spi, 1),
			(u32)OV2_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out, esp,
						  sa.spi + 1, 1),
			(u32)OV2_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, no_esn.out, esp,
						  no_esn.spi, 1),
			(u32)OV2_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out, esp, sa.spi, 1),
			(u32)OV2_STATUS_INVALID_PARAMETER);
}

/* INV-18: an update that fails changes nothing, one that succeeds does */
static void update_high_half(struct kunit *test)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig *rig, *peer;

	needs_encryption(test);
	rig = rig_of_param(test);
	peer = rig_of_param(test);
	sa.esn = true;
	sa.seq_hi = 5;
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_inbound(peer, &sa);
	ov2_rig_update(rig, sa.out, OV2_OPERATION_AH, sa.spi, 6);
	ov2_rig_update(rig, sa.out, OV2_OPERATION_ESP, sa.spi + 1, 6);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
	ov2_rig_loop(rig, peer);
	KUNIT_EXPECT_EQ(test, ov2_rig_last_indicated(peer)->info[OV2_INFO_IPSEC],
			OV2_RX_CRYPTO_DONE);

	ov2_rig_update(rig, sa.out, OV2_OPERATION_ESP, sa.spi, 6);
	ov2_rig_update(peer, sa.in, OV2_OPERATION_ESP, sa.spi, 6);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
	ov2_rig_loop(rig, peer);
	KUNIT_EXPECT_EQ(test, ov2_rig_last_indicated(peer)->info[OV2_INFO_IPSEC],
			OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, ov2_rig_last_indicated(peer)->ext_rx.seq64,
			0x600000001);
}

/* INV-19: requests may come where nobody may sleep; lockdep watches */
static void request_atomic(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_request *add, *update, *del;
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	sa.esn = true;
	add = ov2_rig_add_new(rig, &sa, false);
	spin_lock_bh(&rig->lock);
	ov2_rig_submit(rig, add);
	spin_unlock_bh(&rig->lock);
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_wait(rig, add),
			(u32)OV2_STATUS_SUCCESS);

	update = ov2_rig_update_new(rig, add->add.handle, OV2_OPERATION_ESP,
				    sa.spi, 1);
	del = ov2_rig_delete_new(rig, add->add.handle);
	local_bh_disable();
	rcu_read_lock();
	ov2_rig_submit(rig, update);
	ov2_rig_submit(rig, del);
	rcu_read_unlock();
	local_bh_enable();
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, update),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, del),
			(u32)OV2_STATUS_SUCCESS);
}

/* --- send */

static void expect_nothing_left(struct kunit *test, struct ov2_rig *rig)
{
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), 0);
}

/* INV-6: without a handle the engine has nothing to do with a frame */
static void send_plain(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_frame frame = { .len = 200 };
	struct sk_buff *same;
	struct ov2_nbl *nbl;
	int i;

	for (i = 0; i < 2; i++) {
		frame.ipv6 = i;
		nbl = ov2_rig_frame(rig, &frame, 1);
		same = ov2_rig_keep_copy(rig, nbl->skb);
		KUNIT_EXPECT_EQ(test, send_status(rig, nbl),
				OV2_STATUS_SUCCESS);
		KUNIT_ASSERT_EQ(test, skb_queue_len(&rig->wire), i + 1);
		KUNIT_ASSERT_EQ(test, rig->wire.prev->len, same->len);
		KUNIT_EXPECT_MEMEQ(test, rig->wire.prev->data, same->data,
				   same->len);
	}
}

/* INV-12, INV-13: a handle that names nothing, here or any more */
static void send_unknown_handle(struct kunit *test)
{
	struct ov2_rig *other = rig_of_param(test);
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, 1), OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, ULONG_MAX),
			OV2_STATUS_FAILURE);
	ov2_rig_add_outbound(other, &sa);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_FAILURE);
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out ^ BIT(30)),
			OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

static void send_after_delete(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	unsigned long stale;

	ov2_rig_add_outbound(rig, &sa);
	stale = sa.out;
	ov2_rig_delete(rig, stale);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, stale), OV2_STATUS_FAILURE);
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_NE(test, sa.out, stale);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, stale), OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* INV-14 */
static void send_inbound_handle(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_add_inbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.in), OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* Q1: a tunnel without what is in it is not defined, so nothing may leave */
static void send_tunnel_handle_alone(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 50 };
	struct ov2_nbl *nbl;

	sa.tunnel = true;
	ov2_rig_add_outbound(rig, &sa);
	nbl = ov2_rig_frame(rig, &frame, 0);
	nbl->info[OV2_INFO_IPSEC] = 0;
	nbl->info[OV2_INFO_IPSEC_TUNNEL] = sa.out;
	KUNIT_EXPECT_EQ(test, send_status(rig, nbl), OV2_STATUS_FAILURE);
	expect_nothing_left(test, rig);
}

/* A failed frame comes back whole, for whoever sent it to drop */
static void send_failed_keeps_frame(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 50 };
	struct ov2_nbl *nbl;

	sa.out = 1;
	nbl = ov2_rig_frame(rig, &frame, 0);
	KUNIT_EXPECT_EQ(test, send_status(rig, nbl), OV2_STATUS_FAILURE);
	KUNIT_EXPECT_NOT_NULL(test, nbl->skb);

	ov2_rig_add_outbound(rig, &sa);
	nbl = ov2_rig_frame(rig, &frame, 0);
	KUNIT_EXPECT_EQ(test, send_status(rig, nbl), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_NULL(test, nbl->skb);
}

#define ORDER_NBLS	200

/**
 * struct order - what was given to an engine
 * @nbls: in this order
 * @queues: on these queues
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

/* Each NBL comes back once, in the order of its queue, good or bad */
static void send_order(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
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

/* INV-44: SAs outlive a pause; nothing is accepted in it */
static void send_paused(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame plain = { .len = 50 };

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_pause(rig);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, 1), OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, send_status(rig, ov2_rig_frame(rig, &plain, 0)),
			OV2_STATUS_NOT_ACCEPTED);
	expect_nothing_left(test, rig);

	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), 1);
}

/* A pause waits: ov2_rig_pause() expects that all NBLs are back */
static void pause_waits(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
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
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	/* A card that is down has SAs added and deleted too. */
	ov2_rig_pause(rig);
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
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

/* INV-31: not for any SA, or for one that only sends */
static void receive_untouched(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
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
	/* Not even a frame */
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

static void receive_order(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
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

static void receive_paused(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
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

/* INV-44 */
static void reset_keeps_sas(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 1; i <= 3; i++) {
		KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out),
				OV2_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), i);
		rig->ad.miniport->reset(&rig->ad);
	}
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
}

static void reset_lets_go(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
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

/* A card that is down stays so */
static void reset_paused(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_pause(rig);
	rig->ad.miniport->reset(&rig->ad);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out),
			OV2_STATUS_NOT_ACCEPTED);
	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
}

/* --- capabilities and configuration */

static void expect_hangs_together(struct kunit *test,
				  const struct ov2_capabilities *caps)
{
	if (caps->esp || caps->ah) {
		KUNIT_EXPECT_TRUE(test, caps->tunnel);
		KUNIT_EXPECT_TRUE(test, caps->encapsulation &
					OV2_ENCAPSULATION_IEEE_802_3);
	}
	if (caps->ah_esp_combined)
		KUNIT_EXPECT_TRUE(test, caps->ah && caps->esp);
	if (caps->transport_tunnel_combined)
		KUNIT_EXPECT_TRUE(test, caps->transport);
}

/* INV-43, whatever is on */
static void capabilities_hang_together(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	int parameter;

	KUNIT_EXPECT_TRUE(test, rig->ad.hardware->ipsec_v2.esp);
	KUNIT_EXPECT_GT(test, rig->ad.hardware->ipsec_v2.sa_capacity, 0);
	expect_hangs_together(test, &rig->ad.hardware->ipsec_v2);
	for (parameter = 0; parameter < OV2_PARAMETER_MAX; parameter++) {
		ov2_rig_parameter(rig, parameter);
		expect_hangs_together(test, &rig->ad.config->ipsec_v2);
	}
}

/* INV-42: one indication for each set that succeeds, with what is on then */
static void set_indicates(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	const struct ov2_offload hardware = *rig->ad.hardware;
	int before, parameter;
	bool success;

	for (parameter = 0; parameter < 256; parameter++) {
		before = atomic_read(&rig->num_status);
		success = ov2_rig_parameter(rig, parameter) ==
			  OV2_STATUS_SUCCESS;
		KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_status) - before,
				success);
		if (parameter >= OV2_PARAMETER_MAX)
			KUNIT_EXPECT_FALSE(test, success);
		KUNIT_EXPECT_MEMEQ(test, &rig->status_config, rig->ad.config,
				   sizeof(rig->status_config));
	}
	KUNIT_EXPECT_EQ(test, rig->status_code,
			OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG);
	KUNIT_EXPECT_MEMEQ(test, &hardware, rig->ad.hardware,
			   sizeof(hardware));
}

/* 3.5: what is disabled takes no new SA, and keeps those it has */
static void disabled_keeps_sas(struct kunit *test)
{
	struct ov2_rig *rig = rig_of_param(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa other = OV2_RIG_SA_GCM;

	other.spi++;
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_parameter(rig,
						     OV2_PARAMETER_DISABLED),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_status(rig, &other),
			OV2_STATUS_NOT_SUPPORTED);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_parameter(rig,
						     OV2_PARAMETER_ESP_ENABLED),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_status(rig, &other), OV2_STATUS_SUCCESS);
}

/* --- the null engine's own */

static void null_remembers(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_null_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	unsigned int before = ov2_null_num_asked(&rig->ad);
	struct ov2_null_asked asked;

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_delete(rig, sa.out);
	KUNIT_ASSERT_EQ(test, ov2_null_num_asked(&rig->ad), before + 2);
	asked = ov2_null_asked(&rig->ad, before);
	KUNIT_EXPECT_EQ(test, asked.oid, OV2_OID_ADD_SA_EX);
	KUNIT_EXPECT_EQ(test, asked.handle, sa.out);
	asked = ov2_null_asked(&rig->ad, before + 1);
	KUNIT_EXPECT_EQ(test, asked.oid, OV2_OID_DELETE_SA);
	KUNIT_EXPECT_EQ(test, asked.handle, sa.out);
}

static struct kunit_case miniport_cases[] = {
	KUNIT_CASE_PARAM(add_handle, engine_gen_params),
	KUNIT_CASE_PARAM(add_unique, engine_gen_params),
	KUNIT_CASE_PARAM(add_capacity, engine_gen_params),
	KUNIT_CASE_PARAM(add_refused_takes_no_place, engine_gen_params),
	KUNIT_CASE_PARAM(request_unknown, engine_gen_params),
	KUNIT_CASE_PARAM(request_atomic, engine_gen_params),
	KUNIT_CASE_PARAM(delete_never_fails, engine_gen_params),
	KUNIT_CASE_PARAM(update_rules, engine_gen_params),
	KUNIT_CASE_PARAM(update_high_half, engine_gen_params),
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
	KUNIT_CASE_PARAM(capabilities_hang_together, engine_gen_params),
	KUNIT_CASE_PARAM(set_indicates, engine_gen_params),
	KUNIT_CASE_PARAM(disabled_keeps_sas, engine_gen_params),
	KUNIT_CASE(null_remembers),
	{}
};

static struct kunit_suite miniport_suite = {
	.name = "ov2_miniport",
	.init = miniport_init,
	.test_cases = miniport_cases,
};

kunit_test_suite(miniport_suite);
