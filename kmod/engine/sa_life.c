// SPDX-License-Identifier: GPL-2.0
/* The life of an SA: it is made, keyed in process context, and freed. */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "batch.h"
#include "engine.h"
#include "sa.h"
#include "sa_life.h"
#include "sa_table.h"
#include "../ov2/miniport.h"
#include "../watch/counters.h"
#include "../watch/objects.h"
#include "../watch/trace.h"

static void sa_destroy(struct ov2_sa *sa)
{
	struct ov2_engine *engine = sa->engine;
	int i;

	for (i = 0; i < sa->members; i++)
		ov2_transform_destroy(&sa->member[i].transform);
	/* When the delete has completed, engine->ad may be gone, because a card
	 * may go when its last request has completed. So nothing below
	 * ov2_batch_done() uses engine->ad.
	 */
	if (sa->del)
		ov2_batch_done(engine->ad, sa->del, OV2_STATUS_SUCCESS);
	ov2_object_freed(OV2_OBJECT_SA, sa);
	kfree_sensitive(sa);
	ov2_engine_put(engine);
}

static void sa_destroy_work(struct work_struct *work)
{
	sa_destroy(container_of(work, struct ov2_sa, destroy));
}

static void sa_retired_work(struct work_struct *work)
{
	struct ov2_sa *sa = container_of(to_rcu_work(work), struct ov2_sa,
					 retired);

	if (refcount_dec_and_test(&sa->ref))
		sa_destroy(sa);
}

/**
 * ov2_sa_hold() - take a reference on an SA, so that the SA is not freed when
 *	the RCU read side ends
 * @sa: the SA
 *
 * This cannot fail, even if the SA was deleted meanwhile: ov2_sa_retire() gives
 * back the first reference only after this read side has ended.
 *
 * Context: In the RCU read side in which @sa was found.
 */
void ov2_sa_hold(struct ov2_sa *sa)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(), "the SA may be freed");
	refcount_inc(&sa->ref);
}

/**
 * ov2_sa_put() - undo ov2_sa_hold()
 * @sa: the SA
 *
 * Context: Any context.
 */
void ov2_sa_put(struct ov2_sa *sa)
{
	if (refcount_dec_and_test(&sa->ref))
		queue_work(ov2_engine_wq, &sa->destroy);
}

/**
 * ov2_sa_retire() - give back the reference that the SA was made with
 * @sa: the SA. Nothing finds it any more. It is freed when nobody uses it
 *
 * Context: Any context, once for each SA.
 */
void ov2_sa_retire(struct ov2_sa *sa)
{
	queue_rcu_work(ov2_engine_wq, &sa->retired);
}

/* An SA gets its keys, then goes live, and then its add completes and tells the
 * bridge the handle. So every delete and update names an SA that is keyed.
 */
static void sa_publish(struct ov2_sa *sa, const struct ov2_adding *adding)
{
	adding->add->handle = sa->hdl.value;
	*adding->handle = sa->hdl.value;
	ov2_sa_table_publish(&sa->engine->sas, sa);
	ov2_count(sa->engine->ad, OV2_CNT_SA_ADD);
}

static enum ov2_status errno_to_status(int err)
{
	switch (err) {
	case 0:
		return OV2_STATUS_SUCCESS;
	case -ENOENT:
		return OV2_STATUS_NOT_SUPPORTED;
	case -ENOMEM:
	case -EBUSY:
		return OV2_STATUS_RESOURCES;
	case -EINVAL:
		return OV2_STATUS_INVALID_DATA;
	default:
		return OV2_STATUS_FAILURE;
	}
}

static int sa_key(struct ov2_sa *sa)
{
	const struct ov2_add_sa_ex *add = sa->adding.add;
	int err;
	int i;

	for (i = 0; i < sa->members; i++) {
		err = ov2_transform_init(&sa->member[i].transform, add,
					 &add->sec_assoc[i]);
		if (err)
			return err;
	}
	return ov2_handle_alloc(&sa->hdl, &sa->engine->ad->handles,
				sa->hdl.transport);
}

static void sa_set_keys(struct ov2_sa *sa)
{
	struct ov2_engine *engine = sa->engine;
	enum ov2_sa_mode mode = sa->mode;
	struct ov2_adding adding;
	enum ov2_status status;

	might_sleep();
	status = errno_to_status(sa_key(sa));
	/* Copy sa->adding, because sa->counts takes its place in the union.
	 * From now on the SA does not point to the caller's memory, because the
	 * SA may live longer than the request.
	 */
	adding = sa->adding;
	sa->counts = (struct ov2_sa_counts){};
	if (status == OV2_STATUS_SUCCESS) {
		sa_publish(sa, &adding);
	} else {
		ov2_sa_table_remove(&engine->sas, sa);
		atomic_dec(&engine->bundles);
		ov2_sa_retire(sa);
	}
	ov2_sa_added(engine, &adding, mode, status);
}

static void sa_keying_work(struct work_struct *work)
{
	sa_set_keys(container_of(work, struct ov2_sa, keying));
}

/**
 * ov2_sa_key_all() - set the keys of the SAs of a request that may sleep
 * @sa: the first SA, from ov2_batch.unkeyed, or NULL. When the last SA is done,
 *	the request completes
 *
 * Context: Process context, sleeps.
 */
void ov2_sa_key_all(struct ov2_sa *sa)
{
	struct ov2_sa *next;

	for (; sa; sa = next) {
		next = sa->next_unkeyed;
		sa_set_keys(sa);
	}
}

static void sa_plan_keying(struct ov2_sa *sa)
{
	struct ov2_request *req = sa->adding.req;
	struct ov2_batch *batch = ov2_batch_of(req);

	if (!req->may_sleep) {
		queue_work(ov2_engine_wq, &sa->keying);
		return;
	}
	sa->next_unkeyed = batch->unkeyed;
	batch->unkeyed = sa;
}

/**
 * ov2_sa_added() - end the add of one SA, successful or not
 * @engine: the engine
 * @adding: the add of this SA. When this returns, @adding.add is freed if it is
 *	a copy. If ov2_batch_end() was called before, @adding.req may be gone
 * @mode: which portion the SA protects, for the trace
 * @status: how the add ended
 *
 * Context: Any context before ov2_batch_end(), process context after it.
 */
void ov2_sa_added(struct ov2_engine *engine, const struct ov2_adding *adding,
		  enum ov2_sa_mode mode, enum ov2_status status)
{
	trace_ov2_sa_add(engine->ad, adding->add, mode, status);
	if (adding->copied)
		kfree_sensitive(adding->add);
	ov2_batch_done(engine->ad, adding->req, status);
}

static struct ov2_sa *sa_alloc(struct ov2_engine *engine,
			       const struct ov2_adding *adding)
{
	struct ov2_sa *sa;

	/* Outside softirqs, the memory is charged to the task that makes the
	 * request.
	 */
	sa = kzalloc(sizeof(*sa), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!sa)
		return NULL;

	sa->engine = engine;
	sa->adding = *adding;
	sa->serial = atomic64_inc_return(&engine->serial);
	ov2_sa_fill(sa, adding->add, ov2_sa_ext(adding->req));
	spin_lock_init(&sa->lock);
	refcount_set(&sa->ref, 1);
	INIT_WORK(&sa->keying, sa_keying_work);
	INIT_RCU_WORK(&sa->retired, sa_retired_work);
	INIT_WORK(&sa->destroy, sa_destroy_work);
	return sa;
}

/**
 * ov2_sa_create() - make an SA, whose keys are set later
 * @engine: the engine
 * @adding: the add. ov2_add_sa_check() accepted it, and its SA counts against
 *	the SA capacity already
 *
 * Context: Any context.
 * Return: OV2_STATUS_PENDING; ov2_sa_added() is called when the keys are set,
 * maybe before this function returns. If the request may sleep, the caller must
 * call ov2_sa_key_all(), which sets the keys. If the function fails, it returns
 * OV2_STATUS_RESOURCES (there is no memory) or OV2_STATUS_INVALID_DATA (the
 * table has a twin of the SA already, and the request does not allow twins).
 */
enum ov2_status ov2_sa_create(struct ov2_engine *engine,
			      const struct ov2_adding *adding)
{
	struct ov2_sa *sa;
	int err;

	sa = sa_alloc(engine, adding);
	if (!sa)
		return OV2_STATUS_RESOURCES;

	refcount_inc(&engine->ref);
	ov2_object_created(OV2_OBJECT_SA, sa);
	err = ov2_sa_table_insert(&engine->sas, sa,
				  ov2_sa_ext(adding->req)->allow_twin);
	if (err) {
		/* The SA is in no table, and is freed like any other SA. */
		ov2_sa_retire(sa);
		return err == -EEXIST ? OV2_STATUS_INVALID_DATA :
					OV2_STATUS_RESOURCES;
	}
	sa_plan_keying(sa);
	return OV2_STATUS_PENDING;
}
