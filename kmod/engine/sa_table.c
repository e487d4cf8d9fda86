// SPDX-License-Identifier: GPL-2.0
/* The SA table: how SAs get in, are found and go. */
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "frame.h"
#include "sa.h"
#include "transform.h"
#include "../watch/counters.h"
#include "../watch/objects.h"
#include "../watch/trace.h"

static const struct rhashtable_params inbound_params = {
	.key_len = sizeof(struct ov2_sa_key),
	.key_offset = offsetof(struct ov2_sa, key),
	.head_offset = offsetof(struct ov2_sa, node),
	.automatic_shrinking = true,
};

/**
 * ov2_sa_table_init() - make the table, empty
 * @engine: the engine
 *
 * Process context.
 *
 * Return: 0 or a negative errno.
 */
int ov2_sa_table_init(struct ov2_engine *engine)
{
	init_waitqueue_head(&engine->idle);
	return rhltable_init(&engine->inbound, &inbound_params);
}

/**
 * ov2_sa_table_exit() - sleep until the last SA is freed, then free the table
 * @engine: the engine; every SA was deleted, no request can come
 *
 * Process context.
 */
void ov2_sa_table_exit(struct ov2_engine *engine)
{
	wait_event(engine->idle, !atomic_read(&engine->objects));
	/* Whoever made it zero may still be about to wake us. */
	flush_workqueue(ov2_engine_wq);
	rhltable_destroy(&engine->inbound);
}

static void sa_free_work(struct work_struct *work)
{
	struct ov2_sa *sa = container_of(to_rcu_work(work), struct ov2_sa,
					 free);
	struct ov2_engine *engine = sa->engine;
	struct ov2_adapter *ad = engine->ad;

	ov2_transform_free(sa);
	if (sa->del)
		ad->ops->request_complete(ad, sa->del, OV2_STATUS_SUCCESS);
	ov2_object_freed(OV2_OBJECT_SA, sa);
	kfree_sensitive(sa);
	if (atomic_dec_and_test(&engine->objects))
		wake_up(&engine->idle);
}

/**
 * ov2_sa_put() - give back a reference
 * @sa: the SA; NULL does nothing
 *
 * Any context.
 */
void ov2_sa_put(struct ov2_sa *sa)
{
	if (sa && refcount_dec_and_test(&sa->ref))
		queue_rcu_work(ov2_engine_wq, &sa->free);
}

static void sa_publish(struct ov2_sa *sa, struct ov2_add_sa_ex *add)
{
	add->handle = sa->hdl.value;
	trace_ov2_sa_add(sa->engine->ad, add, &sa->add->ext,
			 OV2_STATUS_SUCCESS);
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

static int sa_key_and_insert(struct ov2_sa *sa)
{
	struct ov2_engine *engine = sa->engine;
	int err;

	err = ov2_transform_key(sa, sa->add->add);
	if (err)
		return err;

	err = ov2_handle_alloc(&sa->hdl, engine->ad, sa->add->ext.transport);
	if (err || !sa->inbound)
		return err;

	err = rhltable_insert(&engine->inbound, &sa->node, inbound_params);
	if (err)
		ov2_handle_free(&sa->hdl);
	return err;
}

static void sa_keying_work(struct work_struct *work)
{
	struct ov2_sa *sa = container_of(work, struct ov2_sa, keying);
	struct ov2_engine *engine = sa->engine;
	struct ov2_request *req = sa->add;
	struct ov2_adapter *ad = engine->ad;
	int err;

	err = sa_key_and_insert(sa);
	if (err) {
		atomic_dec(&engine->bundles);
		trace_ov2_sa_add(ad, req->add, &req->ext,
				 errno_to_status(err));
		ov2_sa_put(sa);
	} else {
		sa_publish(sa, req->add);
	}
	ad->ops->request_complete(ad, req, errno_to_status(err));
}

static void sa_set_addresses(struct ov2_sa *sa,
			     const struct ov2_add_sa_ex *add)
{
	sa->key.ipv6 = !!(add->flags & OV2_SA_IPV6);
	if (sa->key.ipv6) {
		sa->src = add->v6.src;
		sa->key.dst = add->v6.dst;
	} else {
		sa->src.s6_addr32[0] = add->v4.src;
		sa->key.dst.s6_addr32[0] = add->v4.dst;
	}
}

static struct ov2_sa *sa_alloc(struct ov2_engine *engine,
			       struct ov2_request *req)
{
	const struct ov2_security_association *assoc;
	struct ov2_add_sa_ex *add = req->add;
	struct ov2_sa *sa;

	sa = kzalloc(sizeof(*sa), GFP_ATOMIC);
	if (!sa)
		return NULL;

	assoc = &add->sec_assoc[0];
	sa->engine = engine;
	sa->add = req;
	sa->serial = atomic64_inc_return(&engine->serial);
	sa_set_addresses(sa, add);
	sa->key.spi = assoc->spi;
	sa->inbound = add->flags & OV2_SA_INBOUND;
	sa->esn = assoc->flags & OV2_SEC_ASSOC_ESN;
	sa->tunnel = req->ext.mode == OV2_SA_TUNNEL;
	sa->udp_esp = add->udp_esp;
	sa->udp_dport = req->ext.udp_dport;
	sa->icv_len = assoc->encr.additional_info;
	sa->window = req->ext.window;
	sa->seq = (u64)assoc->seq_hi << 32 | req->ext.seq_lo;
	spin_lock_init(&sa->lock);
	refcount_set(&sa->ref, 1);
	INIT_WORK(&sa->keying, sa_keying_work);
	INIT_RCU_WORK(&sa->free, sa_free_work);
	atomic_inc(&engine->objects);
	ov2_object_created(OV2_OBJECT_SA, sa);
	return sa;
}

/* Setting a key may sleep and load modules: the rest of an add is work. */
static enum ov2_status request_add(struct ov2_engine *engine,
				   struct ov2_request *req)
{
	const struct ov2_capabilities *caps = engine->ad->caps;
	enum ov2_status status;
	struct ov2_sa *sa;

	if (req->len >= sizeof(*req->add))
		req->add->handle = 0;
	status = ov2_add_sa_check(req->add, req->len, caps);
	if (status != OV2_STATUS_SUCCESS)
		return status;

	if (!atomic_add_unless(&engine->bundles, 1, caps->sa_capacity))
		return OV2_STATUS_RESOURCES;

	sa = sa_alloc(engine, req);
	if (!sa) {
		atomic_dec(&engine->bundles);
		return OV2_STATUS_RESOURCES;
	}
	queue_work(ov2_engine_wq, &sa->keying);
	return OV2_STATUS_PENDING;
}

static struct ov2_sa *sa_find(struct ov2_adapter *ad, unsigned long handle)
{
	struct ov2_handle *hdl = ov2_handle_find(ad, handle);

	return hdl ? container_of(hdl, struct ov2_sa, hdl) : NULL;
}

/* An unknown handle is no error: a delete never fails (Q14). */
static enum ov2_status request_delete(struct ov2_engine *engine,
				      struct ov2_request *req)
{
	enum ov2_status status = OV2_STATUS_SUCCESS;
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = sa_find(engine->ad, req->del.handle);
	if (!sa || test_and_set_bit(0, &sa->dead_once))
		goto unlock;

	WRITE_ONCE(sa->dead, true);
	sa->del = req;
	trace_ov2_sa_delete(engine->ad, sa->hdl.value, sa->key.spi);
	ov2_count(engine->ad, OV2_CNT_SA_DELETE);
	ov2_handle_free(&sa->hdl);
	if (sa->inbound)
		rhltable_remove(&engine->inbound, &sa->node, inbound_params);
	atomic_dec(&engine->bundles);
	ov2_sa_put(sa);
	status = OV2_STATUS_PENDING;
unlock:
	rcu_read_unlock();
	return status;
}

static enum ov2_status request_update(struct ov2_engine *engine,
				      const struct ov2_update_sa *update)
{
	enum ov2_status status = OV2_STATUS_INVALID_PARAMETER;
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = sa_find(engine->ad, update->handle);
	if (!sa || !sa->esn || update->operation != OV2_OPERATION_ESP ||
	    update->spi != sa->key.spi)
		goto unlock;

	/* The engine's own reckoning stands where it agrees. */
	spin_lock_bh(&sa->lock);
	if (upper_32_bits(sa->seq) != update->seq_hi)
		sa->seq = (u64)update->seq_hi << 32;
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

/**
 * ov2_sa_get_outbound() - the SA that a transmit record names
 * @ad: the card
 * @handle: slot 1
 *
 * Any context.
 *
 * Return: a reference, or NULL if @handle names no live outbound SA of @ad.
 */
struct ov2_sa *ov2_sa_get_outbound(struct ov2_adapter *ad,
				   unsigned long handle)
{
	struct ov2_handle *hdl;
	struct ov2_sa *sa = NULL;

	rcu_read_lock();
	hdl = ov2_handle_find(ad, handle);
	if (hdl)
		sa = container_of(hdl, struct ov2_sa, hdl);
	if (sa && (sa->inbound || READ_ONCE(sa->dead) ||
		   !refcount_inc_not_zero(&sa->ref)))
		sa = NULL;
	rcu_read_unlock();
	return sa;
}

static bool sa_matches(const struct ov2_sa *sa, const struct ov2_frame *frame)
{
	if (READ_ONCE(sa->dead))
		return false;
	if (!ipv6_addr_any(&sa->src) && !ipv6_addr_equal(&sa->src, &frame->src))
		return false;
	/* With AH it is the SA of the SPI that matters, to name the clash. */
	if (frame->kind == OV2_FRAME_AH)
		return true;
	if (!sa->udp_esp)
		return frame->kind == OV2_FRAME_ESP;
	return frame->kind == OV2_FRAME_UDP_ESP &&
	       (!sa->udp_dport || sa->udp_dport == frame->udp_dport);
}

/**
 * ov2_sa_get_inbound() - the SA that a received frame belongs to
 * @engine: the engine
 * @frame: the frame, of kind ESP, UDP_ESP or AH
 *
 * Any context. Of live twins the oldest one wins: the other one is that of an
 * update, and goes away unused.
 *
 * Return: a reference, or NULL.
 */
struct ov2_sa *ov2_sa_get_inbound(struct ov2_engine *engine,
				  const struct ov2_frame *frame)
{
	const struct ov2_sa_key key = {
		.spi = frame->spi,
		.ipv6 = frame->ipv6,
		.dst = frame->dst,
	};
	struct ov2_sa *oldest = NULL;
	struct rhlist_head *list;
	struct rhlist_head *pos;
	struct ov2_sa *sa;

	rcu_read_lock();
	list = rhltable_lookup(&engine->inbound, &key, inbound_params);
	rhl_for_each_entry_rcu(sa, pos, list, node)
		if (sa_matches(sa, frame) &&
		    (!oldest || sa->serial < oldest->serial))
			oldest = sa;
	if (oldest && !refcount_inc_not_zero(&oldest->ref))
		oldest = NULL;
	rcu_read_unlock();
	return oldest;
}
