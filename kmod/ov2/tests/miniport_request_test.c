// SPDX-License-Identifier: GPL-2.0
/*
 * Every engine keeps the contract of miniport.h about requests.
 *
 * Each case except null_remembers() runs with each engine of each_engine.c. The
 * cases are about requests and configuration.
 */
#include <kunit/test.h>

#include "../../unit/rig/each_engine.h"
#include "../../unit/rig/null_engine.h"
#include "../../unit/rig/null_request.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"

KUNIT_ARRAY_PARAM(engine, ov2_engines, ov2_engine_param_name);

/* An add gives a handle if and only if it succeeds (INV-10). */
static void add_handle(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
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
	/* A bit that names no algorithm */
	rr->add.sec_assoc[0].encr.identifier = OV2_ENCR_DES_CBC << 30;
	KUNIT_EXPECT_NE(test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, rr->add.handle, 0);
}

/* No two SAs have the same handle. */
static void add_unique(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
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
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_request *rr = ov2_rig_request_new(rig, 0xfc0302ff);

	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_INVALID_OID);
}

/* Adds SAs until their number is the capacity, and returns the last add.
 * Afterwards @sa has an SPI that none of these SAs has.
 */
static struct ov2_rig_request *fill_table(struct ov2_rig *rig,
					  struct ov2_rig_sa *sa)
{
	struct ov2_rig_request *rr = NULL;
	u32 i;

	for (i = 0; i < rig->ad.hardware->ipsec_v2.sa_capacity; i++,
	     sa->spi++) {
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

/* Adds succeed until the number of SAs is the capacity. The next add fails
 * (INV-15).
 */
static void add_capacity(struct kunit *test)
{
	const struct ov2_engine_param *param = test->param_value;
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *last;
	struct ov2_rig *rig;

	if (param->late)
		kunit_skip(test,
			   "this case takes long with a late cipher, and encrypts nothing");
	rig = ov2_param_rig(test);
	last = fill_table(rig, &sa);
	KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &sa),
			OV2_STATUS_RESOURCES);
	KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &sa),
			OV2_STATUS_RESOURCES);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, last->add.handle),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &sa), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &sa),
			OV2_STATUS_RESOURCES);
}

/* A refused add does not use up a part of the SA capacity (INV-15). */
static void add_refused_takes_no_place(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
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
		KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &sa),
				OV2_STATUS_SUCCESS);
}

/* A delete succeeds, even if its handle names no SA of the card (INV-16). */
static void delete_never_fails(struct kunit *test)
{
	struct ov2_rig *other = ov2_param_rig(test);
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, 0),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, ULONG_MAX),
			(u32)OV2_STATUS_SUCCESS);
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(other, sa.out),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, ov2_rig_send_on(rig, &sa, sa.out),
			    OV2_STATUS_SUCCESS, "deleted by another card");
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			(u32)OV2_STATUS_SUCCESS);
}

/* An update of an unknown SA or member, or of an SA without ESN, ends with
 * INVALID_PARAMETER (INV-18).
 */
static void update_rules(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
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
	/* Another generation, so that the handle names nothing */
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

/* An update that fails changes nothing (INV-18), and an update that succeeds
 * sets the high half.
 */
static void update_high_half(struct kunit *test)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig *rig, *peer;

	ov2_param_needs_encryption(test);
	rig = ov2_param_rig(test);
	peer = ov2_param_rig(test);
	sa.esn = true;
	sa.seq_hi = 5;
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_inbound(peer, &sa);
	ov2_rig_update(rig, sa.out, OV2_OPERATION_AH, sa.spi, 6);
	ov2_rig_update(rig, sa.out, OV2_OPERATION_ESP, sa.spi + 1, 6);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_SUCCESS);
	ov2_rig_loop(rig, peer);
	KUNIT_EXPECT_EQ(test,
			ov2_rig_last_indicated(peer)->info[OV2_INFO_IPSEC],
			OV2_RX_CRYPTO_DONE);

	ov2_rig_update(rig, sa.out, OV2_OPERATION_ESP, sa.spi, 6);
	ov2_rig_update(peer, sa.in, OV2_OPERATION_ESP, sa.spi, 6);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_SUCCESS);
	ov2_rig_loop(rig, peer);
	KUNIT_EXPECT_EQ(test,
			ov2_rig_last_indicated(peer)->info[OV2_INFO_IPSEC],
			OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, ov2_rig_last_indicated(peer)->ext_rx.seq64,
			0x600000001);
}

/* An update with the high half that the engine already has changes nothing.
 * This test finds an engine that sets the low half to 0 in such an update. When
 * the numbers then wrap, this engine infers the old high half for the first
 * numbers after the wrap.
 */
static void update_same_half(struct kunit *test)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 0xffffff00,
				       .len = 50 };
	struct ov2_rig *rig, *peer;
	struct ov2_nbl *nbl;
	int i;

	ov2_param_needs_encryption(test);
	rig = ov2_param_rig(test);
	peer = ov2_param_rig(test);
	sa.esn = true;
	sa.seq_hi = 5;
	ov2_rig_add_outbound(rig, &sa);
	ov2_rig_add_inbound(peer, &sa);
	for (i = 0; i < 2; i++) {
		nbl = ov2_rig_frame(rig, &frame, 0);
		nbl->ext_tx.seq_hi = 5 + i;
		nbl->ext_tx.valid = true;
		KUNIT_EXPECT_EQ(test, ov2_rig_send_status(rig, nbl),
				OV2_STATUS_SUCCESS);
		ov2_rig_loop(rig, peer);
		nbl = ov2_rig_last_indicated(peer);
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64,
				(u64)(5 + i) << 32 | frame.seq);
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_update(peer, sa.in,
							  OV2_OPERATION_ESP,
							  sa.spi, 5 + i),
				OV2_STATUS_SUCCESS);
		frame.seq = 5;
	}
}

/* Requests may come in atomic context (INV-19). If the engine sleeps, lockdep
 * reports an error.
 */
static void request_atomic(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
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

/* Each configuration with ESP or AH also has tunnel and 802.3 encapsulation
 * (INV-43).
 */
static void capabilities_hang_together(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	int parameter;

	KUNIT_EXPECT_TRUE(test, rig->ad.hardware->ipsec_v2.esp);
	KUNIT_EXPECT_GT(test, rig->ad.hardware->ipsec_v2.sa_capacity, 0);
	expect_hangs_together(test, &rig->ad.hardware->ipsec_v2);
	for (parameter = 0; parameter < OV2_PARAMETER_MAX; parameter++) {
		ov2_rig_parameter(rig, parameter);
		expect_hangs_together(test, &rig->ad.config->ipsec_v2);
	}
}

/* Each OFFLOAD_PARAMETERS request that succeeds makes one indication of the new
 * configuration (INV-42).
 */
static void set_indicates(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
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

/* With DISABLED the engine refuses new SAs, and keeps the SAs that it has
 * (ipsecov2.rst 3.5).
 */
static void disabled_keeps_sas(struct kunit *test)
{
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_sa other = OV2_RIG_SA_GCM;

	other.spi++;
	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_parameter(rig,
						     OV2_PARAMETER_DISABLED),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &other),
			OV2_STATUS_NOT_SUPPORTED);
	KUNIT_EXPECT_EQ(test, ov2_rig_send_on(rig, &sa, sa.out),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_parameter(rig,
						     OV2_PARAMETER_ESP_ENABLED),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_rig_add_status(rig, &other),
			OV2_STATUS_SUCCESS);
}

/* The query of a handle succeeds only while the SA lives: from the add of the
 * SA until its delete.
 */
static void query_live_only(struct kunit *test)
{
	static const struct ov2_sa_info unused;
	struct ov2_rig *rig = ov2_param_rig(test);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_adapter *ad = &rig->ad;
	struct ov2_sa_info info;

	ov2_rig_add_outbound(rig, &sa);
	memset(&info, 0xff, sizeof(info));
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, ad->miniport->query(ad, sa.out, &info));
	KUNIT_EXPECT_EQ(test, info.packets, unused.packets);
	KUNIT_EXPECT_EQ(test, info.bytes, unused.bytes);
	KUNIT_EXPECT_EQ(test, info.last_use, unused.last_use);
	KUNIT_EXPECT_MEMEQ(test, info.failed, unused.failed,
			   sizeof(info.failed));
	KUNIT_EXPECT_FALSE(test, ad->miniport->query(ad, 0, &info));
	KUNIT_EXPECT_FALSE(test, ad->miniport->query(ad, sa.out + 1, &info));
	rcu_read_unlock();

	ov2_rig_delete(rig, sa.out);
	rcu_read_lock();
	KUNIT_EXPECT_FALSE(test, ad->miniport->query(ad, sa.out, &info));
	rcu_read_unlock();
}

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

static struct kunit_case miniport_request_cases[] = {
	KUNIT_CASE_PARAM(add_handle, engine_gen_params),
	KUNIT_CASE_PARAM(add_unique, engine_gen_params),
	KUNIT_CASE_PARAM(add_capacity, engine_gen_params),
	KUNIT_CASE_PARAM(add_refused_takes_no_place, engine_gen_params),
	KUNIT_CASE_PARAM(request_unknown, engine_gen_params),
	KUNIT_CASE_PARAM(request_atomic, engine_gen_params),
	KUNIT_CASE_PARAM(delete_never_fails, engine_gen_params),
	KUNIT_CASE_PARAM(update_rules, engine_gen_params),
	KUNIT_CASE_PARAM(update_high_half, engine_gen_params),
	KUNIT_CASE_PARAM(update_same_half, engine_gen_params),
	KUNIT_CASE_PARAM(capabilities_hang_together, engine_gen_params),
	KUNIT_CASE_PARAM(set_indicates, engine_gen_params),
	KUNIT_CASE_PARAM(disabled_keeps_sas, engine_gen_params),
	KUNIT_CASE_PARAM(query_live_only, engine_gen_params),
	KUNIT_CASE(null_remembers),
	{}
};

static struct kunit_suite miniport_request_suite = {
	.name = "ov2_miniport_request",
	.init = ov2_param_init,
	.test_cases = miniport_request_cases,
};

kunit_test_suite(miniport_request_suite);
