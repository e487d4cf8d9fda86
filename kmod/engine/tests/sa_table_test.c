// SPDX-License-Identifier: GPL-2.0
/*
 * The engine's SA table finds what a naive model finds.
 *
 * The model is an array of the live SAs. The test does not read the table. It
 * sees which SA a received frame was for, and whether a send or an update was
 * accepted.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>

#include "../../unit/rig/random_choice.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine.h"
#include "../engine_miniport.h"
#include "../frame.h"
#include "../sa.h"
#include "../sa_memo.h"
#include "../sa_table.h"
#include "../../watch/counters.h"

/* Many short runs find more faults than few long runs, because each run of the
 * suite draws a new seed.
 */
#define RANDOM_STEPS	2000
#define REPLAY_STEPS	500

/* There are few SAs, SPIs and addresses, so that twins and reuse are common. */
#define MODEL_SAS	24
#define MODEL_SPIS	3
#define MODEL_NETS	2
#define MODEL_STALE	64

/**
 * struct model_sa - a live SA
 * @sa: the SA, with its handle in @sa.in and @sa.out; @sa.spi is 0 for a free
 *	place
 * @inbound: direction
 * @age: an older SA has a smaller value
 */
struct model_sa {
	struct ov2_rig_sa sa;
	bool inbound;
	unsigned int age;
};

/**
 * struct sa_table_model - what the engine should know
 * @test: the test
 * @rig: the card
 * @other: another card, on which no handle of @rig may work
 * @hardware: the capabilities of the engine, with a small capacity
 * @sas: the live SAs
 * @live: number of live SAs
 * @ages: number of SAs that were ever added
 * @stale: a ring of handles that were deleted
 * @num_stale: number of handles that were ever put into @stale
 */
struct sa_table_model {
	struct kunit *test;
	struct ov2_rig *rig;
	struct ov2_rig *other;
	struct ov2_offload hardware;
	struct model_sa sas[MODEL_SAS];
	unsigned int live;
	unsigned int ages;
	unsigned long stale[MODEL_STALE];
	unsigned int num_stale;
};

static struct ov2_rig_sa random_sa(void)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	sa.spi += ov2_below(MODEL_SPIS);
	sa.net = ov2_below(MODEL_NETS);
	sa.ipv6 = ov2_below(2);
	sa.esn = ov2_below(2);
	sa.tunnel = ov2_below(2);
	return sa;
}

/* Returns a random place: a place with a live SA if @live is true, and a free
 * place if @live is false. Returns NULL if there is no such place.
 */
static struct model_sa *any_place(struct sa_table_model *m, bool live)
{
	unsigned int i, start = ov2_below(MODEL_SAS);
	struct model_sa *place;

	for (i = 0; i < MODEL_SAS; i++) {
		place = &m->sas[(start + i) % MODEL_SAS];
		if (!!place->sa.spi == live)
			return place;
	}
	return NULL;
}

static void step_add(struct sa_table_model *m)
{
	struct model_sa *place = any_place(m, false);
	struct ov2_rig_sa sa = random_sa();
	struct ov2_rig_request *rr;
	bool inbound = ov2_below(2);
	u32 status;

	rr = ov2_rig_add_new(m->rig, &sa, inbound);
	status = ov2_rig_request(m->rig, rr);
	if (!place) {
		KUNIT_EXPECT_EQ(m->test, status, OV2_STATUS_RESOURCES);
		KUNIT_EXPECT_EQ(m->test, rr->add.handle, 0);
		return;
	}
	KUNIT_ASSERT_EQ(m->test, status, OV2_STATUS_SUCCESS);
	place->sa = sa;
	place->sa.in = rr->add.handle;
	place->sa.out = rr->add.handle;
	place->inbound = inbound;
	place->age = m->ages++;
	m->live++;
}

/* A delete is effective at once, so the model does not wait for its end. */
static void step_delete(struct sa_table_model *m)
{
	struct model_sa *place = any_place(m, true);
	struct ov2_rig_request *rr;

	if (!place)
		return;
	rr = ov2_rig_delete_new(m->rig, place->sa.in);
	KUNIT_EXPECT_EQ(m->test, (u32)ov2_rig_submit(m->rig, rr),
			OV2_STATUS_PENDING);
	m->stale[m->num_stale++ % MODEL_STALE] = place->sa.in;
	memset(place, 0, sizeof(*place));
	m->live--;
}

/* Returns a handle that was deleted, or 0. */
static unsigned long any_stale(struct sa_table_model *m)
{
	if (!m->num_stale)
		return 0;
	return m->stale[ov2_below(min(m->num_stale, MODEL_STALE))];
}

/* A delete or an update finds no SA if its handle is stale, or is 0. */
static void step_stale(struct sa_table_model *m)
{
	unsigned long handle = any_stale(m);
	struct ov2_rig_request *rr = ov2_rig_delete_new(m->rig, handle);
	struct ov2_rig_sa sa = random_sa();

	KUNIT_EXPECT_EQ(m->test, (u32)ov2_rig_submit(m->rig, rr),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(m->test, (u32)ov2_rig_update(m->rig, handle,
						     OV2_OPERATION_ESP,
						     sa.spi, 1),
			OV2_STATUS_INVALID_PARAMETER);
}

/* Returns the handle of the oldest SA that the packet could be for, or 0. */
static unsigned long model_receiver(const struct sa_table_model *m,
				    const struct ov2_rig_sa *sa)
{
	const struct model_sa *oldest = NULL, *place;
	int i;

	for (i = 0; i < MODEL_SAS; i++) {
		place = &m->sas[i];
		if (!place->inbound || place->sa.spi != sa->spi ||
		    place->sa.net != sa->net || place->sa.ipv6 != sa->ipv6)
			continue;
		if (!oldest || place->age < oldest->age)
			oldest = place;
	}
	return oldest ? oldest->sa.in : 0;
}

static void step_receive(struct sa_table_model *m)
{
	struct ov2_rig_sa sa = random_sa();
	struct ov2_rig_frame frame = { .sa = &sa, .seq = 1, .len = 20 };
	struct sk_buff *skb = ov2_rig_skb(m->rig, &frame);
	struct ov2_nbl *nbl;

	nbl = ov2_rig_inject(m->rig, skb, 0);
	KUNIT_EXPECT_EQ(m->test, nbl->ext_rx.handle, model_receiver(m, &sa));
	nbl = ov2_rig_inject(m->other, skb, 0);
	KUNIT_EXPECT_EQ(m->test, nbl->ext_rx.handle, 0);
}

/* Sends a frame of @sa by @rig, and returns the status. */
static u32 model_send(struct sa_table_model *m, struct ov2_rig *rig,
		      const struct ov2_rig_sa *sa)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 20 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	return ov2_rig_sent_status(nbl);
}

static void step_send(struct sa_table_model *m)
{
	struct model_sa *place = any_place(m, true);
	struct ov2_rig_sa sa = random_sa();

	sa.out = any_stale(m);
	if (sa.out)
		KUNIT_EXPECT_EQ(m->test, model_send(m, m->rig, &sa),
				OV2_STATUS_FAILURE);
	if (!place)
		return;
	KUNIT_EXPECT_EQ(m->test, model_send(m, m->rig, &place->sa),
			place->inbound ? OV2_STATUS_FAILURE :
					 OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(m->test, model_send(m, m->other, &place->sa),
			OV2_STATUS_FAILURE);
}

static void step_update(struct sa_table_model *m)
{
	u64 before = ov2_counter_read(&m->rig->ad, OV2_CNT_SA_UPDATE);
	struct model_sa *place = any_place(m, true);

	if (!place)
		return;
	KUNIT_EXPECT_EQ(m->test, (u32)ov2_rig_update(m->rig, place->sa.in,
						     OV2_OPERATION_ESP,
						     place->sa.spi, 0),
			place->sa.esn ? OV2_STATUS_SUCCESS :
					OV2_STATUS_INVALID_PARAMETER);
	KUNIT_EXPECT_EQ(m->test, ov2_counter_read(&m->rig->ad,
						  OV2_CNT_SA_UPDATE),
			before + place->sa.esn);
}

/* There are more adds than deletes, so that the table is often full. */
static void model_step(struct sa_table_model *m)
{
	switch (ov2_below(10)) {
	case 0 ... 2:
		step_add(m);
		break;
	case 3 ... 4:
		step_delete(m);
		break;
	case 5:
		step_stale(m);
		break;
	case 6 ... 7:
		step_receive(m);
		break;
	case 8:
		step_send(m);
		break;
	case 9:
		step_update(m);
		break;
	}
}

static struct sa_table_model *model_new(struct kunit *test)
{
	struct sa_table_model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	m->test = test;
	m->rig = ov2_rig_new(test, &ov2_engine_miniport);
	m->other = ov2_rig_new(test, &ov2_engine_miniport);
	m->hardware = *m->rig->ad.hardware;
	m->hardware.ipsec_v2.sa_capacity = MODEL_SAS;
	m->rig->ad.hardware = &m->hardware;
	return m;
}

static void model_run(struct kunit *test, unsigned int steps)
{
	struct sa_table_model *m = model_new(test);
	unsigned int step, full = 0;

	for (step = 0; step < steps; step++) {
		model_step(m);
		full += m->live == MODEL_SAS;
		if (step % 64 == 0) {
			ov2_rig_forget(m->rig);
			ov2_rig_forget(m->other);
		}
	}
	KUNIT_EXPECT_GT(test, full, 0);
	KUNIT_EXPECT_GT(test, m->num_stale, MODEL_STALE);
}

static void model_random(struct kunit *test)
{
	ov2_random_start(test);
	model_run(test, RANDOM_STEPS);
}

/* The steps are the same in each run. So if this test fails for the first time,
 * the reason is the last change of the code.
 */
static void model_replay(struct kunit *test)
{
	ov2_random_start_at(test, 20);
	model_run(test, REPLAY_STEPS);
}

/* A memo finds its SA only while the table of SAs has the version that the memo
 * was set with, and only for a frame that has the same values in all fields
 * that the look-up reads.
 */
static void memo_is_of_one_flow(struct kunit *test)
{
	const struct ov2_frame frame = { .kind = OV2_FRAME_ESP };
	struct ov2_frame others[7];
	struct ov2_sa_memo memo = {};
	struct ov2_sa sa = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(others); i++)
		others[i] = frame;
	others[0].kind = OV2_FRAME_AH;
	others[1].ipv6 = true;
	others[2].src.s6_addr32[0] = htonl(1);
	others[3].dst.s6_addr32[0] = htonl(1);
	others[4].spi = htonl(1);
	others[5].inner = true;
	others[6].udp_dport = htons(1);

	ov2_sa_memo_set(&memo, &sa, 5, &frame);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, ov2_sa_memo_find(&memo, 5, &frame), &sa);
	KUNIT_EXPECT_NULL(test, ov2_sa_memo_find(&memo, 6, &frame));
	for (i = 0; i < ARRAY_SIZE(others); i++)
		KUNIT_EXPECT_NULL_MSG(test,
				      ov2_sa_memo_find(&memo, 5, &others[i]),
				      "field %d", i);
	rcu_read_unlock();
}

/* For a frame that is ESP in IPv4, ov2_sa_memo_find_esp4() and
 * ov2_sa_memo_find() find the same, whatever bit of the headers is flipped.
 */
static void memo_ways_agree(struct kunit *test)
{
	const unsigned int len = sizeof(struct ov2_frame_esp4);
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);
	const struct ov2_frame_esp4 *esp4;
	struct ov2_frame_esp4 *hdr;
	struct ov2_sa_memo memo = {};
	struct ov2_frame frame;
	struct ov2_sa sa = {};
	unsigned int at, num = 0;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	hdr = skb_put_zero(skb, len);
	hdr->eth.h_proto = htons(ETH_P_IP);
	hdr->ip.version = 4;
	hdr->ip.ihl = 5;
	hdr->ip.protocol = IPPROTO_ESP;
	hdr->ip.tot_len = htons(len - ETH_HLEN);
	ov2_frame_parse(skb, &frame);
	ov2_sa_memo_set(&memo, &sa, 5, &frame);

	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, ov2_sa_memo_find_esp4(&memo, 5, hdr), &sa);
	KUNIT_EXPECT_NULL(test, ov2_sa_memo_find_esp4(&memo, 6, hdr));
	for (at = 0; at < 8 * len; at++) {
		skb->data[at / 8] ^= BIT(at % 8);
		ov2_frame_parse(skb, &frame);
		esp4 = ov2_frame_esp4(skb);
		if (esp4) {
			KUNIT_EXPECT_PTR_EQ_MSG(test,
						ov2_sa_memo_find_esp4(&memo, 5,
								      esp4),
						ov2_sa_memo_find(&memo, 5,
								 &frame),
						"bit %u", at);
			num++;
		}
		skb->data[at / 8] ^= BIT(at % 8);
	}
	ov2_frame_parse(skb, &frame);
	frame.inner = true;
	ov2_sa_memo_set(&memo, &sa, 5, &frame);
	KUNIT_EXPECT_NULL(test, ov2_sa_memo_find_esp4(&memo, 5, hdr));
	rcu_read_unlock();
	KUNIT_EXPECT_GT(test, num, 8U * 12);
	kfree_skb(skb);
}

static struct ov2_sa *sent_find(struct ov2_rig *rig, struct ov2_sa_sent *sent,
				unsigned long handle)
{
	struct ov2_engine *engine = rig->ad.engine;
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_sent_find(sent, &rig->ad, &engine->sas, handle);
	KUNIT_EXPECT_PTR_EQ(rig->test, sa,
			    ov2_sa_find_outbound(&rig->ad, handle));
	rcu_read_unlock();
	return sa;
}

/* The memo of a send queue finds what the table finds: the outbound SA that a
 * handle names; no SA for the handle of an inbound SA, for a handle that was
 * never given, and for the handle of an SA that was deleted.
 */
static void sent_is_what_table_has(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa one = OV2_RIG_SA_GCM, two = OV2_RIG_SA_GCM;
	struct ov2_sa_sent sent = {};

	two.spi++;
	ov2_rig_add_outbound(rig, &one);
	KUNIT_EXPECT_NULL(test, sent_find(rig, &sent, one.out + 1));
	ov2_rig_add_outbound(rig, &two);
	ov2_rig_add_inbound(rig, &two);
	KUNIT_EXPECT_NOT_NULL(test, sent_find(rig, &sent, one.out));
	KUNIT_EXPECT_NOT_NULL(test, sent_find(rig, &sent, one.out));
	KUNIT_EXPECT_NOT_NULL(test, sent_find(rig, &sent, two.out));
	KUNIT_EXPECT_NULL(test, sent_find(rig, &sent, two.in));
	KUNIT_EXPECT_NOT_NULL(test, sent_find(rig, &sent, two.out));
	ov2_rig_delete(rig, two.out);
	KUNIT_EXPECT_NULL(test, sent_find(rig, &sent, two.out));
	KUNIT_EXPECT_NOT_NULL(test, sent_find(rig, &sent, one.out));
}

static struct kunit_case sa_table_cases[] = {
	KUNIT_CASE(memo_is_of_one_flow),
	KUNIT_CASE(memo_ways_agree),
	KUNIT_CASE(sent_is_what_table_has),
	KUNIT_CASE_SLOW(model_random),
	KUNIT_CASE(model_replay),
	{}
};

static struct kunit_suite sa_table_suite = {
	.name = "ov2_sa_table",
	.test_cases = sa_table_cases,
};

kunit_test_suite(sa_table_suite);
