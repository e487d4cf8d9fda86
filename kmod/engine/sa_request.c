// SPDX-License-Identifier: GPL-2.0
/* SA requests: ov2_miniport_ops.request of this engine. */
#include <linux/rcupdate.h>

#include "sa.h"
#include "../watch/counters.h"
#include "../watch/trace.h"

/* Setting a key may sleep and load modules: the rest of an add is work. */
static enum ov2_status request_add(struct ov2_engine *engine,
				   struct ov2_request *req)
{
	const struct ov2_capabilities *caps = engine->ad->caps;
	enum ov2_status status;

	if (req->len >= sizeof(*req->add))
		req->add->handle = 0;
	status = ov2_add_sa_check(req->add, req->len, caps);
	if (status != OV2_STATUS_SUCCESS)
		return status;

	if (!atomic_add_unless(&engine->bundles, 1, caps->sa_capacity))
		return OV2_STATUS_RESOURCES;

	if (!ov2_sa_create(engine, req)) {
		atomic_dec(&engine->bundles);
		return OV2_STATUS_RESOURCES;
	}
	return OV2_STATUS_PENDING;
}

/* An unknown handle is no error: a delete never fails (Q14). */
static enum ov2_status request_delete(struct ov2_engine *engine,
				      struct ov2_request *req)
{
	enum ov2_status status = OV2_STATUS_SUCCESS;
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(engine->ad, req->del.handle);
	if (!sa || test_and_set_bit(0, &sa->dead_once))
		goto unlock;

	sa->del = req;
	trace_ov2_sa_delete(engine->ad, sa->hdl.value, sa->key.spi);
	ov2_count(engine->ad, OV2_CNT_SA_DELETE);
	ov2_sa_table_remove(sa);
	atomic_dec(&engine->bundles);
	ov2_sa_put(sa);
	status = OV2_STATUS_PENDING;
unlock:
	rcu_read_unlock();
	return status;
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

static enum ov2_status request_update(struct ov2_engine *engine,
				      const struct ov2_update_sa *update)
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

	/* The engine's own reckoning stands where it agrees. */
	spin_lock_bh(&sa->lock);
	if (upper_32_bits(member->seq) != update->seq_hi)
		member->seq = (u64)update->seq_hi << 32;
	spin_unlock_bh(&sa->lock);
	ov2_count(engine->ad, OV2_CNT_SA_UPDATE);
	status = OV2_STATUS_SUCCESS;
unlock:
	rcu_read_unlock();
	return status;
}

static enum ov2_status request_parameters(struct ov2_engine *engine,
					  u8 parameter)
{
	switch (parameter) {
	case OV2_PARAMETER_NO_CHANGE:
		break;
	case OV2_PARAMETER_DISABLED:
		WRITE_ONCE(engine->receive_off, true);
		break;
	case OV2_PARAMETER_ESP_ENABLED:
		WRITE_ONCE(engine->receive_off, false);
		break;
	case OV2_PARAMETER_AH_ENABLED:
	case OV2_PARAMETER_AH_AND_ESP_ENABLED:
		return OV2_STATUS_NOT_SUPPORTED;
	default:
		return OV2_STATUS_INVALID_DATA;
	}
	return OV2_STATUS_SUCCESS;
}

/**
 * ov2_sa_request() - ov2_miniport_ops.request of this engine
 * @ad: the card
 * @req: the request
 *
 * Any context, never sleeps.
 *
 * Return: as ov2_miniport_ops.request. An add pends until its key is set; a
 * delete takes effect at once and pends until the last frame that uses the
 * SA is out and the key is wiped (Q8).
 */
enum ov2_status ov2_sa_request(struct ov2_adapter *ad,
			       struct ov2_request *req)
{
	switch (req->oid) {
	case OV2_OID_ADD_SA_EX:
		return request_add(ad->engine, req);
	case OV2_OID_DELETE_SA:
		return request_delete(ad->engine, req);
	case OV2_OID_UPDATE_SA:
		return request_update(ad->engine, &req->update);
	case OV2_OID_OFFLOAD_PARAMETERS:
		return request_parameters(ad->engine, req->parameter);
	default:
		return OV2_STATUS_INVALID_OID;
	}
}
