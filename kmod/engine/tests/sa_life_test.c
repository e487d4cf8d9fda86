// SPDX-License-Identifier: GPL-2.0
/*
 * An SA may have a twin, is deleted once, and outlives a reset.
 *
 * The tests are about twins, deletes that the engine asks for, reset and halt.
 */
#include <kunit/test.h>
#include <linux/workqueue.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine.h"
#include "../engine_miniport.h"
#include "../sa_life.h"
#include "../sa_table.h"
#include "../../watch/counters.h"
#include "../../watch/trace.h"

/* Adds an SA without ov2_ext_add.allow_twin. */
static u32 add_alone(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
		     bool inbound)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, sa, inbound);

	rr->ext.allow_twin = false;
	return ov2_rig_request(rig, rr);
}

/* A twin has the SPI, destination, protocol and direction of another SA.
 * Without ov2_ext_add.allow_twin it is rejected (Q15).
 */
static void twin_is_rejected(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa other = sa;
	bool inbound;

	for (inbound = false;; inbound = true) {
		KUNIT_EXPECT_EQ(test, add_alone(rig, &sa, inbound),
				OV2_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, add_alone(rig, &sa, inbound),
				OV2_STATUS_INVALID_DATA);
		if (inbound)
			break;
	}
	/* An SA with another destination, family, protocol or SPI is no twin.
	 */
	other.net++;
	KUNIT_EXPECT_EQ(test, add_alone(rig, &other, true),
			OV2_STATUS_SUCCESS);
	other = sa;
	other.ipv6 = true;
	KUNIT_EXPECT_EQ(test, add_alone(rig, &other, true),
			OV2_STATUS_SUCCESS);
	other = sa;
	other.ah_only = true;
	other.ah_spi = sa.spi;
	other.ah_auth = OV2_AUTH_SHA_256;
	KUNIT_EXPECT_EQ(test, add_alone(rig, &other, true),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &other, true),
			OV2_STATUS_INVALID_DATA);
	other = sa;
	other.spi++;
	KUNIT_EXPECT_EQ(test, add_alone(rig, &other, true),
			OV2_STATUS_SUCCESS);
}

/* The SA of an add is in the table as soon as the add is submitted, even before
 * the keys of the SA are set.
 */
static void twin_of_pending(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr[8];
	int i;

	for (i = 0; i < ARRAY_SIZE(rr); i++) {
		rr[i] = ov2_rig_add_new(rig, &sa, false);
		rr[i]->ext.allow_twin = false;
		ov2_rig_submit(rig, rr[i]);
	}
	for (i = 0; i < ARRAY_SIZE(rr); i++)
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, rr[i]),
				i ? OV2_STATUS_INVALID_DATA :
				    OV2_STATUS_SUCCESS);
}

/* A new SA with the SPI of a deleted SA is no twin, even while the delete still
 * pends.
 */
static void twin_after_delete(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *del;
	struct ov2_sa *used;

	ov2_rig_add_outbound(rig, &sa);
	rcu_read_lock();
	used = ov2_sa_find_outbound(&rig->ad, sa.out);
	if (used)
		ov2_sa_hold(used);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, used);
	del = ov2_rig_delete_new(rig, sa.out);
	ov2_rig_submit(rig, del);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &sa, false), OV2_STATUS_SUCCESS);
	ov2_sa_put(used);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, del), OV2_STATUS_SUCCESS);
}

/**
 * struct again - a second delete of an SA
 * @rig: the card that has the SA
 * @rr: the request
 */
struct again {
	struct ov2_rig *rig;
	struct ov2_rig_request *rr;
};

/* Submits the second delete of an SA while the engine carries out the first.
 * The tracepoint also tells of the deletes of other cards.
 */
static void delete_again(void *data, const struct ov2_adapter *ad,
			 unsigned long handle, __be32 spi)
{
	struct again *again = data;

	if (ad != &again->rig->ad)
		return;

	/* Only a faulty engine carries out the second delete, too, and so calls
	 * this function again. Two requests pend then, and this function must
	 * not submit the second delete once more.
	 */
	if (atomic_read(&again->rig->requests_out) == 1)
		ov2_rig_submit(again->rig, again->rr);
}

/* If two deletes of an SA come at the same time, one of them deletes the SA,
 * and the other delete finds no SA. Both deletes succeed (INV-16).
 */
static void delete_once(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct again again = { .rig = rig };
	struct ov2_rig_request *del[2];
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 0; i < ARRAY_SIZE(del); i++)
		del[i] = ov2_rig_delete_new(rig, sa.out);
	again.rr = del[1];
	KUNIT_ASSERT_EQ(test, 0,
			register_trace_ov2_sa_delete(delete_again, &again));
	ov2_rig_submit(rig, del[0]);
	unregister_trace_ov2_sa_delete(delete_again, &again);
	tracepoint_synchronize_unregister();
	for (i = 0; i < ARRAY_SIZE(del); i++)
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, del[i]),
				OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad, OV2_CNT_SA_DELETE), 1);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad,
					       OV2_CNT_SA_DELETE_UNKNOWN), 1);
}

/* Sends a frame of an SA, and returns the status with which it came back. */
static u32 send_one(struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 60 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	return ov2_rig_sent_status(nbl);
}

/* The oldest live twin gets the frames, wherever it is in the table. */
static void twin_oldest_receives(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_nbl *nbl;
	unsigned long in[4];
	int i;

	ov2_rig_add_outbound(rig, &sa);
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		ov2_rig_add_inbound(rig, &sa);
		in[i] = sa.in;
	}
	KUNIT_ASSERT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		nbl = ov2_rig_inject(rig, ov2_rig_wire_first(rig), 0);
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ_MSG(test, nbl->ext_rx.handle, in[i], "%d", i);
		ov2_rig_delete(rig, in[i]);
	}
}

/* Adds an SA in pure IPsecOV2, which has no extensions. */
static struct ov2_rig_request *pure_add(struct ov2_rig *rig,
					const struct ov2_rig_sa *sa,
					bool inbound)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, sa, inbound);

	rr->req.ext = NULL;
	KUNIT_ASSERT_EQ(rig->test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
	return rr;
}

/* Without the extension, an SA for ESP in UDP takes only frames with the
 * destination port 4500 (Q16), and an SA works without a mode (Q2).
 */
static void pure_requests(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sas[2] = { OV2_RIG_SA_GCM, OV2_RIG_SA_GCM };
	struct ov2_rig_frame frame = { .seq = 1, .len = 60 };
	struct ov2_nbl *nbl;
	int i;

	sas[1].spi++;
	sas[1].udp_esp = OV2_UDP_ESP_TRANSPORT;
	for (i = 0; i < ARRAY_SIZE(sas); i++) {
		sas[i].out = pure_add(rig, &sas[i], false)->add.handle;
		sas[i].in = pure_add(rig, &sas[i], true)->add.handle;
		KUNIT_EXPECT_EQ(test, send_one(rig, &sas[i]),
				OV2_STATUS_SUCCESS);
		ov2_rig_loop(rig, rig);
		nbl = ov2_rig_last_indicated(rig);
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.handle, sas[i].in);
	}
	sas[1].udp_dport = 4501;
	frame.sa = &sas[1];
	nbl = ov2_rig_inject(rig, ov2_rig_skb(rig, &frame), 0);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], 0);
}

/* The destination zero stands for any destination. If one SA has the packet's
 * destination and another SA has zero, the SA with the packet's destination is
 * used (ipsecov2.rst 2.4).
 */
static void wildcard_destination(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, &sa, true);

	rr->add.v4.dst = 0;
	rr->add.v4.src = 0;
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_rig_inject(rig, ov2_rig_skb(rig, &frame),
					     0)->ext_rx.handle,
			rr->add.handle);
	ov2_rig_add_inbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, ov2_rig_inject(rig, ov2_rig_skb(rig, &frame),
					     0)->ext_rx.handle, sa.in);
	sa.net++;
	KUNIT_EXPECT_EQ(test, ov2_rig_inject(rig, ov2_rig_skb(rig, &frame),
					     0)->ext_rx.handle,
			rr->add.handle);
	sa.ipv6 = true;
	KUNIT_EXPECT_EQ(test, ov2_rig_inject(rig, ov2_rig_skb(rig, &frame),
					     0)->ext_rx.handle, 0);
}

/* Gives the card a copy of its capabilities, with another SA capacity. The test
 * does not use OV2_OID_EXT_SA_CAPACITY, because this request cannot set the
 * capacity to 0.
 */
static void set_capacity(struct ov2_rig *rig, u32 capacity)
{
	struct ov2_offload *hardware;

	hardware = kunit_kzalloc(rig->test, sizeof(*hardware), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(rig->test, hardware);
	*hardware = *rig->ad.hardware;
	hardware->ipsec_v2.sa_capacity = capacity;
	rig->ad.hardware = hardware;
}

/* Returns slot 1 of a copy of @skb after the card has received the copy. */
static u32 receive_word(struct ov2_rig *rig, const struct sk_buff *skb)
{
	return ov2_rig_inject(rig, skb, 0)->info[OV2_INFO_IPSEC];
}

/* The engine asks for a delete, and the SA works until it is deleted (INV-17).
 * The test does the work of the transport, which deletes the pair of SAs.
 */
static void delete_protocol(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM, next = OV2_RIG_SA_GCM;
	struct sk_buff *skb;
	int i;

	set_capacity(rig, 2);
	next.spi++;
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_inbound(rig, &sa);
	KUNIT_ASSERT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
	skb = ov2_rig_wire_first(rig);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), OV2_RX_CRYPTO_DONE);

	KUNIT_EXPECT_EQ(test, add_alone(rig, &next, false),
			OV2_STATUS_RESOURCES);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, receive_word(rig, skb),
				OV2_RX_SA_DELETE_REQ | OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);

	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.in),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), 0);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &next, false),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &next, true), OV2_STATUS_SUCCESS);
}

/* If a frame matches no SA of this card, the engine does not ask for a delete.
 */
static void delete_not_wanted(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 60 };

	set_capacity(rig, 0);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &sa, true), OV2_STATUS_RESOURCES);
	KUNIT_EXPECT_EQ(test, receive_word(rig, ov2_rig_skb(rig, &frame)), 0);
	frame.sa = NULL;
	KUNIT_EXPECT_EQ(test, receive_word(rig, ov2_rig_skb(rig, &frame)), 0);
}

static const u8 *iv_of(const struct sk_buff *skb)
{
	/* Ethernet, IPv4, ESP header */
	return skb->data + 14 + 20 + 8;
}

/* After a reset the SAs work as before (INV-44). The counter of their IVs goes
 * on, so that no IV comes twice even though the transport repeats a number here
 * (INV-30).
 */
static void reset_keeps_sas(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	const struct ov2_offload *config;
	struct sk_buff *before;
	u64 iv[2];
	int i;

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_inbound(rig, &sa);
	ov2_rig_parameter(rig, OV2_PARAMETER_ESP_ENABLED);
	config = rig->ad.config;
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
	before = ov2_rig_keep_copy(rig, ov2_rig_wire_first(rig));
	memcpy(&iv[0], iv_of(before), sizeof(iv[0]));
	for (i = 0; i < 3; i++)
		rig->ad.miniport->reset(&rig->ad);

	KUNIT_EXPECT_PTR_EQ(test, rig->ad.config, config);
	KUNIT_EXPECT_EQ(test, receive_word(rig, before), OV2_RX_CRYPTO_DONE);
	ov2_rig_forget(rig);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
	memcpy(&iv[1], iv_of(ov2_rig_wire_first(rig)), sizeof(iv[1]));
	KUNIT_EXPECT_NE(test, iv[0], iv[1]);
	ov2_rig_loop(rig, rig);
	KUNIT_EXPECT_EQ(test, ov2_rig_last_indicated(rig)->info[OV2_INFO_IPSEC],
			OV2_RX_CRYPTO_DONE);
}

/* During a reset, sends fail, and requests other than deletes are refused. */
static void reset_meanwhile(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_engine *engine = rig->ad.engine;
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa next = OV2_RIG_SA_GCM;
	struct ov2_rig_request *del;

	next.spi++;
	sa.esn = true;
	ov2_rig_add_outbound(rig, &sa);
	del = ov2_rig_delete_new(rig, sa.out);
	WRITE_ONCE(engine->state, OV2_ENGINE_RESETTING);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_REQUEST_ABORTED);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), 0);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &next, false),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(rig, sa.out,
						  OV2_OPERATION_ESP, sa.spi,
						  1),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_parameter(rig,
						     OV2_PARAMETER_DISABLED),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, del),
			OV2_STATUS_SUCCESS);
	WRITE_ONCE(engine->state, OV2_ENGINE_RUNNING);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &next, false),
			OV2_STATUS_SUCCESS);
}

/* A reset of a paused engine leaves the engine paused. */
static void reset_of_paused(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_pause(rig);
	rig->ad.miniport->reset(&rig->ad);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_NOT_ACCEPTED);
	ov2_rig_restart(rig);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
}

#define BUSY_NBLS	500

/**
 * struct busy - a sender
 * @work: the work item that sends
 * @rig: the card
 * @nbl: the NBLs, which are sent in the order of the array
 */
struct busy {
	struct work_struct work;
	struct ov2_rig *rig;
	struct ov2_nbl *nbl[BUSY_NBLS];
};

static void busy_send(struct work_struct *work)
{
	struct busy *busy = container_of(work, struct busy, work);
	int i;

	for (i = 0; i < BUSY_NBLS; i++) {
		ov2_rig_send(busy->rig, busy->nbl[i]);
		cond_resched();
	}
}

/* Every NBL comes back once, and every request that pends completes once. The
 * rig counts this.
 */
static void reset_under_load(struct kunit *test)
{
	struct busy *busy = kunit_kzalloc(test, sizeof(*busy), GFP_KERNEL);
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM, next = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 600 };
	struct ov2_rig_request *rr[20];
	int i;

	KUNIT_ASSERT_NOT_NULL(test, busy);
	ov2_rig_add_outbound(rig, &sa);
	busy->rig = rig;
	INIT_WORK(&busy->work, busy_send);
	for (i = 0; i < BUSY_NBLS; i++) {
		frame.seq = i;
		busy->nbl[i] = ov2_rig_frame(rig, &frame, 0);
	}
	queue_work(system_unbound_wq, &busy->work);
	for (i = 0; i < ARRAY_SIZE(rr); i++) {
		next.spi++;
		rr[i] = ov2_rig_add_new(rig, &next, i & 1);
		ov2_rig_submit(rig, rr[i]);
		rig->ad.miniport->reset(&rig->ad);
	}
	flush_work(&busy->work);
	ov2_rig_wait_idle(rig);
	for (i = 0; i < ARRAY_SIZE(rr); i++)
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, rr[i]),
				OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_sent), BUSY_NBLS);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_ok),
			atomic_read(&rig->num_wire));
}

/* An engine that is halted accepts no request. */
static void halted_refuses(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_pause(rig);
	rig->ad.miniport->halt(&rig->ad);
	KUNIT_EXPECT_EQ(test, add_alone(rig, &sa, true),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, 1),
			OV2_STATUS_NOT_ACCEPTED);
	KUNIT_ASSERT_EQ(test, rig->ad.miniport->initialize(&rig->ad), 0);
}

static struct kunit_case sa_life_cases[] = {
	KUNIT_CASE(twin_is_rejected),
	KUNIT_CASE(twin_of_pending),
	KUNIT_CASE(twin_after_delete),
	KUNIT_CASE(twin_oldest_receives),
	KUNIT_CASE(delete_once),
	KUNIT_CASE(pure_requests),
	KUNIT_CASE(wildcard_destination),
	KUNIT_CASE(delete_protocol),
	KUNIT_CASE(delete_not_wanted),
	KUNIT_CASE(reset_keeps_sas),
	KUNIT_CASE(reset_meanwhile),
	KUNIT_CASE(reset_of_paused),
	KUNIT_CASE(reset_under_load),
	KUNIT_CASE(halted_refuses),
	{}
};

static struct kunit_suite sa_life_suite = {
	.name = "ov2_sa_life",
	.test_cases = sa_life_cases,
};

kunit_test_suite(sa_life_suite);
