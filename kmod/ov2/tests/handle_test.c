// SPDX-License-Identifier: GPL-2.0
/*
 * A handle finds its object while the object lives, and nothing afterwards.
 *
 * The handle spaces of two cards are compared with a naive model, an array of
 * the live objects.
 */
#include <kunit/test.h>
#include <linux/rcupdate.h>

#include "../../unit/rig/random_choice.h"
#include "../handle.h"
#include "../miniport.h"

#define OBJECTS	64
#define ROUNDS	20000
#define STALE	256

struct handle_model {
	struct ov2_adapter ads[2];
	struct ov2_handle handles[OBJECTS];
	bool live[OBJECTS];
	unsigned long stale[STALE];
	unsigned int num_stale;
};

static struct handle_model *model_new(struct kunit *test)
{
	struct handle_model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, m);
	ov2_handles_init(&m->ads[0].handles);
	ov2_handles_init(&m->ads[1].handles);
	return m;
}

static u32 slot_of(const struct ov2_handle *handle)
{
	return handle->value & OV2_HANDLE_SLOTS;
}

static void expect_resolves(struct kunit *test, struct handle_model *m, int i)
{
	struct ov2_handle *h = &m->handles[i];
	bool first = h->handles == &m->ads[0].handles;
	struct ov2_handles *other = &m->ads[first].handles;

	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, ov2_handle_find(h->handles, h->value), h);
	KUNIT_EXPECT_NULL(test, ov2_handle_find(other, h->value));
	rcu_read_unlock();
}

static void model_add(struct kunit *test, struct handle_model *m, int i)
{
	struct ov2_adapter *ad = &m->ads[ov2_below(2)];
	struct ov2_handle *h = &m->handles[i];
	int j;

	KUNIT_ASSERT_EQ(test, ov2_handle_alloc(h, &ad->handles, m), 0);
	KUNIT_ASSERT_NE(test, h->value, 0);
	KUNIT_EXPECT_PTR_EQ(test, h->transport, m);
	for (j = 0; j < OBJECTS; j++)
		if (m->live[j])
			KUNIT_EXPECT_NE(test, h->value, m->handles[j].value);
	m->live[i] = true;
}

static void model_remove(struct kunit *test, struct handle_model *m, int i)
{
	struct ov2_handle *h = &m->handles[i];

	ov2_handle_free(h);
	m->live[i] = false;
	m->stale[m->num_stale++ % STALE] = h->value;
}

static void expect_stale_is_gone(struct kunit *test, struct handle_model *m)
{
	unsigned long value = m->stale[ov2_below(STALE)];

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, ov2_handle_find(&m->ads[0].handles, value));
	KUNIT_EXPECT_NULL(test, ov2_handle_find(&m->ads[1].handles, value));
	rcu_read_unlock();
}

static void handle_model(struct kunit *test)
{
	struct handle_model *m = model_new(test);
	int round, i;

	ov2_random_start(test);
	for (round = 0; round < ROUNDS; round++) {
		i = ov2_below(OBJECTS);
		if (m->live[i])
			expect_resolves(test, m, i);
		if (!m->live[i])
			model_add(test, m, i);
		else
			model_remove(test, m, i);
		expect_stale_is_gone(test, m);
	}
	for (i = 0; i < OBJECTS; i++)
		if (m->live[i])
			ov2_handle_free(&m->handles[i]);
	KUNIT_EXPECT_TRUE(test, xa_empty(&m->ads[0].handles.slots));
	KUNIT_EXPECT_TRUE(test, xa_empty(&m->ads[1].handles.slots));
}

/* A slot that one card has taken is still free on another card. A handle of one
 * card names nothing on another card, even if both cards use the same slot.
 */
static void handle_space_of_its_own(struct kunit *test)
{
	struct handle_model *m = model_new(test);
	struct ov2_handle *own = &m->handles[OBJECTS - 1];
	int i;

	for (i = 0; i < OBJECTS - 1; i++) {
		KUNIT_ASSERT_EQ(test, 0,
				ov2_handle_alloc(&m->handles[i],
						 &m->ads[0].handles, m));
		KUNIT_EXPECT_EQ(test, slot_of(&m->handles[i]), i + 1);
	}
	KUNIT_ASSERT_EQ(test, ov2_handle_alloc(own, &m->ads[1].handles, m), 0);
	KUNIT_EXPECT_EQ(test, slot_of(own), 1);
	for (i = 0; i < OBJECTS; i++)
		expect_resolves(test, m, i);
	for (i = 0; i < OBJECTS; i++)
		ov2_handle_free(&m->handles[i]);
}

/* A slot that is given again has another generation, so that an old handle
 * names nothing, even if its slot has a new handle.
 */
static void handle_slot_again(struct kunit *test)
{
	struct handle_model *m = model_new(test);
	struct ov2_handles *handles = &m->ads->handles;
	struct ov2_handle *old, *new;
	int i, j;

	for (i = 0; i < OBJECTS; i++) {
		new = &m->handles[i];
		if (i)
			ov2_handle_reuse(handles, m->handles[0].value);
		KUNIT_ASSERT_EQ(test, ov2_handle_alloc(new, handles, m), 0);
		KUNIT_EXPECT_EQ(test, slot_of(new), slot_of(m->handles));
		rcu_read_lock();
		KUNIT_EXPECT_PTR_EQ(test, ov2_handle_find(handles, new->value),
				    new);
		for (j = 0; j < i; j++) {
			old = &m->handles[j];
			KUNIT_EXPECT_NE(test, old->value, new->value);
			KUNIT_EXPECT_NULL(test, ov2_handle_find(handles,
								old->value));
		}
		rcu_read_unlock();
		ov2_handle_free(new);
	}
}

static void handle_zero_is_nothing(struct kunit *test)
{
	struct ov2_adapter *ad = model_new(test)->ads;

	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, ov2_handle_find(&ad->handles, 0));
	KUNIT_EXPECT_NULL(test, ov2_handle_find(&ad->handles, ULONG_MAX));
	rcu_read_unlock();
}

/* A walk can stop anywhere and go on later. If a handle stays, the walk meets
 * it exactly once. The walk meets no handle that is gone.
 */
static void handle_walk(struct kunit *test)
{
	struct ov2_handle hdl[6] = {};
	struct ov2_handles handles;
	unsigned long slot = 0;
	int i;

	ov2_handles_init(&handles);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), 0);
	rcu_read_unlock();
	for (i = 0; i < 5; i++)
		KUNIT_ASSERT_EQ(test, ov2_handle_alloc(&hdl[i], &handles,
						       NULL), 0);

	slot = 0;
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), hdl[0].value);
	rcu_read_unlock();
	/* Free the handle that the walk has met, the next one and a later one.
	 */
	ov2_handle_free(&hdl[0]);
	ov2_handle_free(&hdl[1]);
	ov2_handle_free(&hdl[3]);
	KUNIT_ASSERT_EQ(test, ov2_handle_alloc(&hdl[5], &handles, NULL), 0);
	rcu_read_lock();
	slot++;
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), hdl[2].value);
	slot++;
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), hdl[4].value);
	slot++;
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), hdl[5].value);
	slot++;
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), 0);
	/* Behind the last slot nothing is found */
	slot = OV2_HANDLE_SLOTS + 1UL;
	KUNIT_EXPECT_EQ(test, ov2_handle_next(&handles, &slot), 0);
	rcu_read_unlock();
	ov2_handle_free(&hdl[2]);
	ov2_handle_free(&hdl[4]);
	ov2_handle_free(&hdl[5]);
}

/* The version changes with each handle that is given or freed. */
static void handle_version(struct kunit *test)
{
	struct ov2_handle hdl[2] = {};
	struct ov2_handles handles;
	u32 version;
	int i;

	ov2_handles_init(&handles);
	version = ov2_handles_version(&handles);
	for (i = 0; i < ARRAY_SIZE(hdl); i++) {
		KUNIT_ASSERT_EQ(test, ov2_handle_alloc(&hdl[i], &handles,
						       NULL), 0);
		KUNIT_EXPECT_NE(test, ov2_handles_version(&handles), version);
		version = ov2_handles_version(&handles);
	}
	for (i = 0; i < ARRAY_SIZE(hdl); i++) {
		ov2_handle_free(&hdl[i]);
		KUNIT_EXPECT_NE(test, ov2_handles_version(&handles), version);
		version = ov2_handles_version(&handles);
	}
	KUNIT_EXPECT_EQ(test, ov2_handles_version(&handles), version);
}

static struct kunit_case handle_cases[] = {
	KUNIT_CASE(handle_model),
	KUNIT_CASE(handle_space_of_its_own),
	KUNIT_CASE(handle_slot_again),
	KUNIT_CASE(handle_zero_is_nothing),
	KUNIT_CASE(handle_walk),
	KUNIT_CASE(handle_version),
	{}
};

static struct kunit_suite handle_suite = {
	.name = "ov2_handle",
	.test_cases = handle_cases,
};

kunit_test_suite(handle_suite);
