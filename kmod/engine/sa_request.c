// SPDX-License-Identifier: GPL-2.0
/* SA requests: ov2_miniport_ops.request of this engine. */
#include <linux/rcupdate.h>

#include "batch.h"
#include "config.h"
#include "engine.h"
#include "sa.h"
#include "sa_life.h"
#include "sa_request.h"
#include "sa_table.h"
#include "../ov2/lists.h"
#include "../watch/counters.h"
#include "../watch/trace.h"

static bool take_place(struct ov2_engine *engine)
{
	if (ov2_bundle_take(&engine->bundles, engine->ad))
		return true;
	WRITE_ONCE(engine->starved, true);
	return false;
}

/**
 * ov2_sa_delete_wanted() - should the bridge be asked for deletes?
 * @engine: the engine
 *
 * An add that runs at the same time as a delete may leave ov2_engine.starved
 * set, so this function looks at the number of SAs, too.
 *
 * Context: Any context.
 * Return: true if an add has found the table full, and the table is still full.
 */
bool ov2_sa_delete_wanted(const struct ov2_engine *engine)
{
	return READ_ONCE(engine->starved) &&
	       atomic_read(&engine->bundles) >= ov2_sa_capacity(engine->ad);
}

/* The configuration may have changed since the bridge looked at it, so the add
 * is checked against the present configuration (ipsecov2.rst 2.8).
 */
static enum ov2_status add_begin(struct ov2_engine *engine,
				 const struct ov2_adding *adding)
{
	const struct ov2_offload *config = READ_ONCE(engine->ad->config);
	enum ov2_status status;

	status = ov2_add_sa_check(adding->add, adding->len, &config->ipsec_v2);
	if (status != OV2_STATUS_SUCCESS)
		return status;
	if (!take_place(engine))
		return OV2_STATUS_RESOURCES;
	status = ov2_sa_create(engine, adding);
	if (status != OV2_STATUS_PENDING)
		atomic_dec(&engine->bundles);
	return status;
}

/* The keys are set later, because setting them may sleep and may load the
 * modules of the ciphers.
 */
static void add_one(struct ov2_engine *engine, const struct ov2_adding *adding)
{
	enum ov2_status status;

	ov2_batch_enter(adding->req);
	status = add_begin(engine, adding);
	if (status != OV2_STATUS_PENDING)
		ov2_sa_added(engine, adding, ov2_sa_ext(adding->req)->mode,
			     status);
}

static enum ov2_status sa_request_add_ex(struct ov2_engine *engine,
					 struct ov2_request *req)
{
	const struct ov2_adding adding = {
		.req = req,
		.add = req->add,
		.len = req->len,
		.handle = &req->add->handle,
	};

	if (req->len < sizeof(*req->add))
		return OV2_STATUS_INVALID_LENGTH;

	req->add->handle = 0;
	ov2_batch_begin(req);
	add_one(engine, &adding);
	return ov2_batch_end(req);
}

static void add_entry(struct ov2_engine *engine, struct ov2_request *req,
		      struct ov2_add_sa *entry)
{
	struct ov2_adding adding = {
		.req = req,
		.copied = true,
		.handle = &entry->handle,
	};
	enum ov2_status status;

	entry->handle = 0;
	status = ov2_add_sa_to_ex(entry, req->buf + req->len, &adding.add,
				  &adding.len);
	if (status == OV2_STATUS_SUCCESS) {
		add_one(engine, &adding);
	} else {
		ov2_batch_enter(req);
		ov2_batch_done(engine->ad, req, status);
	}
}

/* INV-11: one entry that succeeds makes the request a success. */
static enum ov2_status sa_request_add_list(struct ov2_engine *engine,
					   struct ov2_request *req)
{
	struct ov2_add_sa *entry;
	enum ov2_status status;

	status = ov2_add_list_check(req->add_list, req->len);
	if (status != OV2_STATUS_SUCCESS)
		return status;

	ov2_batch_begin(req);
	for (entry = req->add_list; entry; entry = entry->next)
		add_entry(engine, req, entry);
	return ov2_batch_end(req);
}

/* A delete takes effect at once: from now on nothing finds the SA. The SA is
 * freed when the last frame that uses it is out (ipsecov2.rst Q8). An add that
 * pends has given no handle yet, so a handle can only name an SA that was
 * added.
 */
static void delete_one(struct ov2_engine *engine, struct ov2_request *req,
		       unsigned long handle)
{
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(engine->ad, handle);
	if (!sa || test_and_set_bit(0, &sa->dead_once)) {
		/* A delete of an unknown handle succeeds (ipsecov2.rst Q14). */
		ov2_count(engine->ad, OV2_CNT_SA_DELETE_UNKNOWN);
		goto unlock;
	}

	ov2_batch_enter(req);
	sa->del = req;
	trace_ov2_sa_delete(engine->ad, sa->hdl.value, sa->key.spi);
	ov2_count(engine->ad, OV2_CNT_SA_DELETE);
	ov2_handle_free(&sa->hdl);
	ov2_sa_table_remove(&engine->sas, sa);
	atomic_dec(&engine->bundles);
	WRITE_ONCE(engine->starved, false);
	ov2_sa_retire(sa);
unlock:
	rcu_read_unlock();
}

static enum ov2_status sa_request_delete(struct ov2_engine *engine,
					 struct ov2_request *req)
{
	const struct ov2_delete_sa *entry;
	enum ov2_status status;

	status = ov2_delete_list_check(req->del, req->len);
	if (status != OV2_STATUS_SUCCESS)
		return status;

	ov2_batch_begin(req);
	for (entry = req->del; entry; entry = entry->next)
		delete_one(engine, req, entry->handle);
	return ov2_batch_end(req);
}

static struct ov2_member *sa_member(struct ov2_sa *sa,
				    const struct ov2_update_sa *update)
{
	int i;

	for (i = 0; i < sa->members; i++)
		if (sa->member[i].operation == update->operation &&
		    sa->member[i].spi == update->spi)
			return &sa->member[i];
	return NULL;
}

/* Without @ext, the update gives only the high half. If the engine's number has
 * this high half already, the number stays as it is. Otherwise its low half
 * becomes 0.
 */
static void update_number(struct ov2_sa *sa, struct ov2_member *member,
			  u32 seq_hi, const struct ov2_ext_update *ext)
{
	spin_lock_bh(&sa->lock);
	if (ext) {
		member->seq = (u64)seq_hi << 32 | ext->seq_lo;
		sa->window = ext->window;
	} else if (upper_32_bits(member->seq) != seq_hi) {
		member->seq = (u64)seq_hi << 32;
	}
	spin_unlock_bh(&sa->lock);
}

static enum ov2_status update_sa(struct ov2_engine *engine,
				 const struct ov2_update_sa *update,
				 const struct ov2_ext_update *ext)
{
	enum ov2_status status = OV2_STATUS_INVALID_PARAMETER;
	struct ov2_member *member;
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(engine->ad, update->handle);
	if (!sa)
		goto unlock;
	member = sa_member(sa, update);
	if (!member || !member->esn)
		goto unlock;

	update_number(sa, member, update->seq_hi, ext);
	ov2_count(engine->ad, OV2_CNT_SA_UPDATE);
	status = OV2_STATUS_SUCCESS;
unlock:
	rcu_read_unlock();
	return status;
}

static enum ov2_status sa_request_update(struct ov2_engine *engine,
					 const struct ov2_request *req)
{
	enum ov2_status status;

	status = ov2_object_check(req->update, req->len,
				  OV2_OBJECT_TYPE_DEFAULT, OV2_REVISION_1,
				  sizeof(*req->update));
	if (status != OV2_STATUS_SUCCESS)
		return status;
	return update_sa(engine, req->update, req->ext_update);
}

static enum ov2_status sa_request_accepted(struct ov2_engine *engine,
					   struct ov2_request *req)
{
	switch (req->oid) {
	case OV2_OID_ADD_SA:
		return sa_request_add_list(engine, req);
	case OV2_OID_ADD_SA_EX:
		return sa_request_add_ex(engine, req);
	case OV2_OID_DELETE_SA:
		return sa_request_delete(engine, req);
	case OV2_OID_UPDATE_SA:
		return sa_request_update(engine, req);
	case OV2_OID_OFFLOAD_PARAMETERS:
		return ov2_config_parameters(engine, req);
	case OV2_OID_OFFLOAD_ENCAPSULATION:
		return ov2_config_encapsulation(engine, req);
	case OV2_OID_EXT_SA_CAPACITY:
		return ov2_config_capacity(engine, req);
	default:
		return OV2_STATUS_INVALID_OID;
	}
}

/**
 * ov2_sa_request() - ov2_miniport_ops.request of this engine
 * @ad: the card
 * @req: the request
 *
 * Context: Any context except hard interrupts; sleeps only if
 *   ov2_request.may_sleep is set.
 * Return: as ov2_miniport_ops.request. An add pends until its keys are set; a
 * delete takes effect at once and pends until the last frame that uses one of
 * its SAs is out and the keys are wiped (ipsecov2.rst Q8).
 */
enum ov2_status ov2_sa_request(struct ov2_adapter *ad,
			       struct ov2_request *req)
{
	enum ov2_status status = OV2_STATUS_NOT_ACCEPTED;
	bool may_sleep = req->may_sleep;
	bool adds = req->oid == OV2_OID_ADD_SA || req->oid == OV2_OID_ADD_SA_EX;
	struct ov2_sa *unkeyed = NULL;
	struct ov2_engine *engine;

	might_sleep_if(may_sleep);
	rcu_read_lock();
	engine = READ_ONCE(ad->engine);
	if (ov2_engine_accepts(engine, req->oid))
		status = sa_request_accepted(engine, req);
	/* An add that pends and may sleep has SAs without keys, so the request
	 * cannot complete before the keys are set. Any other request that pends
	 * may be complete already, and gone.
	 */
	if (status == OV2_STATUS_PENDING && adds && may_sleep)
		unkeyed = ov2_batch_of(req)->unkeyed;
	rcu_read_unlock();

	ov2_sa_key_all(unkeyed);
	return status;
}
