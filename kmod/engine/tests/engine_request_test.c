// SPDX-License-Identifier: GPL-2.0
/*
 * An add of several SAs succeeds if at least one of them is added, and a
 * malformed list changes nothing.
 *
 * The tests also show that a bundle takes one place of the SA capacity.
 */
#include <kunit/test.h>
#include <linux/delay.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../sa_life.h"
#include "../sa_table.h"
#include "../../watch/counters.h"

#define ENTRIES	4

/**
 * struct list - a list of adds
 * @rr: the request that carries the list
 * @from: adds from which the entries are copied; the rig needs these adds to
 *	delete the SAs
 * @entry: the entries of the list
 */
struct list {
	struct ov2_rig_request *rr;
	struct ov2_rig_request *from[ENTRIES];
	struct {
		struct ov2_add_sa add;
		u8 keys[OV2_RIG_KEYS_MAX];
	} __aligned(8) entry[ENTRIES];
};

static void list_set_entry(struct list *list, int i)
{
	const struct ov2_add_sa_ex *ex = &list->from[i]->add;
	struct ov2_add_sa *add = &list->entry[i].add;

	add->header.type = OV2_OBJECT_TYPE_DEFAULT;
	add->header.revision = OV2_REVISION_1;
	add->header.size = sizeof(*add);
	add->num_ext_hdrs = ex->num_ext_hdrs;
	add->flags = ex->flags;
	add->v6.src = ex->v6.src;
	add->v6.dst = ex->v6.dst;
	add->handle = 0xdead;
	add->udp_esp = ex->udp_esp;
	memcpy(add->sec_assoc, ex->sec_assoc, sizeof(add->sec_assoc));
	add->key_len = ex->key_len;
	memcpy(list->entry[i].keys, list->from[i]->keys, ex->key_len);
	if (i)
		list->entry[i - 1].add.next = add;
}

/* Returns a list that adds outbound SAs, without the extension. The first SA
 * has @spi, and each further SA has the next SPI.
 */
static struct list *list_new(struct ov2_rig *rig, u32 spi)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct list *list;
	int i;

	list = kunit_kzalloc(rig->test, sizeof(*list), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(rig->test, list);
	for (i = 0; i < ENTRIES; i++) {
		sa.spi = spi + i;
		list->from[i] = ov2_rig_add_new(rig, &sa, false);
		list_set_entry(list, i);
	}
	list->rr = ov2_rig_request_new(rig, OV2_OID_ADD_SA);
	list->rr->req.add_list = &list->entry[0].add;
	list->rr->req.len = sizeof(list->entry);
	return list;
}

/* Submits the request of the list under a lock, because the engine must accept
 * requests from callers that hold a lock. Then waits until the request is
 * complete.
 */
static u32 list_request(struct ov2_rig *rig, struct list *list)
{
	u32 status;
	int i;

	spin_lock_bh(&rig->lock);
	ov2_rig_submit(rig, list->rr);
	spin_unlock_bh(&rig->lock);
	status = ov2_rig_wait(rig, list->rr);
	for (i = 0; i < ENTRIES; i++)
		list->from[i]->add.handle = list->entry[i].add.handle;
	return status;
}

/* @expected has a sign for each entry: + if the entry has got a handle, - if it
 * has not.
 */
static void expect_handles(struct kunit *test, const struct list *list,
			   const char *expected)
{
	int i;

	for (i = 0; i < ENTRIES; i++)
		KUNIT_EXPECT_EQ_MSG(test, list->entry[i].add.handle != 0,
				    expected[i] == '+', "entry %d", i);
}

/* Changes the capacity in a copy of the capabilities, without a request. */
static void set_capacity(struct ov2_rig *rig, u32 capacity)
{
	struct ov2_offload *hardware;

	hardware = kunit_kzalloc(rig->test, sizeof(*hardware), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(rig->test, hardware);
	*hardware = *rig->ad.hardware;
	hardware->ipsec_v2.sa_capacity = capacity;
	rig->ad.hardware = hardware;
}

/* Sends a frame of @sa with @handle in slot 1, and returns the status. */
static u32 send_on(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
		   unsigned long handle)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 50 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	nbl->info[OV2_INFO_IPSEC] = handle;
	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	return ov2_rig_sent_status(nbl);
}

/* A list of good entries succeeds (INV-11), and each entry gets its own handle.
 */
static void add_list_all(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list = list_new(rig, 0x100);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	int i;

	KUNIT_EXPECT_EQ(test, list_request(rig, list), OV2_STATUS_SUCCESS);
	expect_handles(test, list, "++++");
	for (i = 0; i < ENTRIES; i++) {
		sa.spi = 0x100 + i;
		KUNIT_EXPECT_EQ(test, send_on(rig, &sa,
					      list->entry[i].add.handle),
				OV2_STATUS_SUCCESS);
	}
}

/* If the caller may sleep, the engine sets the keys within the call, and not in
 * a work item.
 */
static void add_by_who_may_sleep(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list = list_new(rig, 0x100);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	int i;

	/* Neither AH nor ESP */
	list->entry[1].add.sec_assoc[0].operation = 77;
	list->rr->req.may_sleep = true;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_submit(rig, list->rr),
			OV2_STATUS_PENDING);
	KUNIT_EXPECT_EQ(test, atomic_read(&list->rr->completed), 1);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, list->rr),
			OV2_STATUS_SUCCESS);
	expect_handles(test, list, "+-++");
	for (i = 0; i < ENTRIES; i++) {
		list->from[i]->add.handle = list->entry[i].add.handle;
		if (!list->entry[i].add.handle)
			continue;
		sa.spi = 0x100 + i;
		KUNIT_EXPECT_EQ(test, send_on(rig, &sa,
					      list->entry[i].add.handle),
				OV2_STATUS_SUCCESS);
	}
}

/* A list with one bad entry succeeds, and the other entries are added. The bad
 * entry may be at any place of the list (INV-11).
 */
static void add_list_partial(struct kunit *test)
{
	static const char * const expected[] = { "-+++", "+-++", "++-+",
						 "+++-" };
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list;
	int i;

	for (i = 0; i < ENTRIES; i++) {
		list = list_new(rig, 0x100 * (i + 1));
		/* Neither AH nor ESP */
		list->entry[i].add.sec_assoc[0].operation = 77;
		KUNIT_EXPECT_EQ(test, list_request(rig, list),
				OV2_STATUS_SUCCESS);
		expect_handles(test, list, expected[i]);
	}
	list = list_new(rig, 0x1000);
	list->entry[3].add.key_len = sizeof(list->entry[3].keys) + 1;
	KUNIT_EXPECT_EQ(test, list_request(rig, list), OV2_STATUS_SUCCESS);
	expect_handles(test, list, "+++-");
}

/* A list without a good entry fails (INV-11), and takes no place of the SA
 * capacity (INV-15).
 */
static void add_list_none(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list;
	int round, i;

	set_capacity(rig, ENTRIES);
	for (round = 0; round < 3; round++) {
		list = list_new(rig, 0x100);
		/* No flag has this bit. */
		for (i = 0; i < ENTRIES; i++)
			list->entry[i].add.flags = 0x4;
		KUNIT_EXPECT_EQ(test, list_request(rig, list),
				OV2_STATUS_INVALID_DATA);
		expect_handles(test, list, "----");
	}
	list = list_new(rig, 0x100);
	KUNIT_EXPECT_EQ(test, list_request(rig, list), OV2_STATUS_SUCCESS);
	expect_handles(test, list, "++++");
	list = list_new(rig, 0x200);
	KUNIT_EXPECT_EQ(test, list_request(rig, list), OV2_STATUS_RESOURCES);
	expect_handles(test, list, "----");
}

/* If the table has room for a part of a list, the first entries are added. */
static void add_list_fills_table(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list = list_new(rig, 0x100);

	set_capacity(rig, 2);
	KUNIT_EXPECT_EQ(test, list_request(rig, list), OV2_STATUS_SUCCESS);
	expect_handles(test, list, "++--");
}

/* A list that cannot be read adds no SA. */
static void add_list_malformed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list = list_new(rig, 0x100);

	list->entry[ENTRIES - 1].add.next = &list->entry[0].add;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, list->rr),
			OV2_STATUS_INVALID_DATA);
	list->rr->req.len = sizeof(struct ov2_add_sa) - 1;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, list->rr),
			OV2_STATUS_INVALID_LENGTH);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad, OV2_CNT_SA_ADD), 0);
}

static struct ov2_rig_request *delete_list_new(struct ov2_rig *rig,
					       const u64 *handles, int num)
{
	struct ov2_rig_request *rr;
	struct ov2_delete_sa *list;
	int i;

	rr = ov2_rig_delete_new(rig, 0);
	list = kunit_kcalloc(rig->test, num, sizeof(*list), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(rig->test, list);
	for (i = 0; i < num; i++) {
		list[i] = rr->del;
		list[i].handle = handles[i];
		list[i].next = i + 1 < num ? &list[i + 1] : NULL;
	}
	rr->req.del = list;
	rr->req.len = num * sizeof(*list);
	return rr;
}

/* A list of deletes has one completion, even if some of its handles are unknown
 * (INV-16).
 */
static void delete_list(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list = list_new(rig, 0x100);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;
	u64 handles[ENTRIES + 2];
	int i;

	KUNIT_ASSERT_EQ(test, list_request(rig, list), OV2_STATUS_SUCCESS);
	for (i = 0; i < ENTRIES; i++)
		handles[i] = list->entry[i].add.handle;
	handles[ENTRIES] = 12345;
	handles[ENTRIES + 1] = handles[0];
	rr = delete_list_new(rig, handles, ENTRIES + 2);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad, OV2_CNT_SA_DELETE),
			ENTRIES);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad,
					       OV2_CNT_SA_DELETE_UNKNOWN), 2);
	for (i = 0; i < ENTRIES; i++) {
		sa.spi = 0x100 + i;
		KUNIT_EXPECT_EQ(test, send_on(rig, &sa, handles[i]),
				OV2_STATUS_FAILURE);
	}
}

/* A delete takes effect at once (INV-12), and completes when the last frame
 * that uses the SA has left the engine (Q8).
 */
static void delete_list_quiesces(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct list *list = list_new(rig, 0x100);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;
	u64 handles[ENTRIES];
	struct ov2_sa *used;
	int i;

	sa.spi = 0x102;
	KUNIT_ASSERT_EQ(test, list_request(rig, list), OV2_STATUS_SUCCESS);
	for (i = 0; i < ENTRIES; i++)
		handles[i] = list->entry[i].add.handle;
	/* Hold the SA, as a frame does while its cipher has not completed */
	rcu_read_lock();
	used = ov2_sa_find_outbound(&rig->ad, handles[2]);
	if (used)
		ov2_sa_hold(used);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, used);
	rr = delete_list_new(rig, handles, ENTRIES);
	spin_lock_bh(&rig->lock);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_submit(rig, rr),
			OV2_STATUS_PENDING);
	spin_unlock_bh(&rig->lock);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, handles[2]),
			OV2_STATUS_FAILURE);
	msleep(300);
	KUNIT_EXPECT_EQ(test, atomic_read(&rr->completed), 0);
	ov2_sa_put(used);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_wait(rig, rr), OV2_STATUS_SUCCESS);
}

/* A malformed delete deletes nothing. */
static void delete_malformed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;

	ov2_rig_add_outbound(rig, &sa);
	rr = ov2_rig_delete_new(rig, sa.out);
	rr->del.header.revision = 0;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_DATA);
	rr->req.len = sizeof(rr->del) - 1;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_LENGTH);
	KUNIT_EXPECT_EQ(test, send_on(rig, &sa, sa.out), OV2_STATUS_SUCCESS);
}

/* A bundle of AH and ESP takes one place of the SA capacity (INV-15). */
static void capacity_is_in_bundles(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;
	struct ov2_rig_sa first;

	set_capacity(rig, 2);
	sa.ah_spi = 0x2000;
	sa.ah_auth = OV2_AUTH_SHA_256;
	ov2_rig_add_outbound(rig, &sa);
	first = sa;
	sa.ah_spi++;
	ov2_rig_add_outbound(rig, &sa);
	sa.ah_spi++;
	rr = ov2_rig_add_new(rig, &sa, false);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_RESOURCES);
	ov2_rig_delete(rig, first.out);
	ov2_rig_add_outbound(rig, &sa);
}

/* An update with a wrong header or length is rejected (INV-18). */
static void update_malformed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;

	sa.esn = true;
	ov2_rig_add_outbound(rig, &sa);
	rr = ov2_rig_update_new(rig, sa.out, OV2_OPERATION_ESP, sa.spi, 9);
	rr->update.header.size--;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_DATA);
	rr->update.header.size++;
	rr->req.len--;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_LENGTH);
	rr->req.len++;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
}

static struct kunit_case engine_request_cases[] = {
	KUNIT_CASE(add_list_all),
	KUNIT_CASE(add_by_who_may_sleep),
	KUNIT_CASE(add_list_partial),
	KUNIT_CASE(add_list_none),
	KUNIT_CASE(add_list_fills_table),
	KUNIT_CASE(add_list_malformed),
	KUNIT_CASE(delete_list),
	KUNIT_CASE(delete_list_quiesces),
	KUNIT_CASE(delete_malformed),
	KUNIT_CASE(capacity_is_in_bundles),
	KUNIT_CASE(update_malformed),
	{}
};

static struct kunit_suite engine_request_suite = {
	.name = "ov2_engine_request",
	.test_cases = engine_request_cases,
};

kunit_test_suite(engine_request_suite);
