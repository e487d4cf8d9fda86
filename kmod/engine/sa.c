// SPDX-License-Identifier: GPL-2.0
/* The life of an SA: it is made, keyed where that may sleep, and freed. */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "sa.h"
#include "../watch/counters.h"
#include "../watch/objects.h"
#include "../watch/trace.h"

static void sa_free_work(struct work_struct *work)
{
	struct ov2_sa *sa = container_of(to_rcu_work(work), struct ov2_sa,
					 free);
	struct ov2_engine *engine = sa->engine;
	struct ov2_adapter *ad = engine->ad;
	int i;

	for (i = 0; i < sa->members; i++)
		ov2_transform_destroy(&sa->member[i].transform);
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
	const struct ov2_add_sa_ex *add = sa->add->add;
	int err;
	int i;

	for (i = 0; i < sa->members; i++) {
		err = ov2_transform_init(&sa->member[i].transform, add,
					 &add->sec_assoc[i]);
		if (err)
			return err;
	}
	return ov2_sa_table_insert(sa, sa->add->ext.transport);
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

static void sa_set_member(struct ov2_member *member,
			  const struct ov2_security_association *assoc,
			  u32 seq_lo)
{
	member->operation = assoc->operation;
	member->spi = assoc->spi;
	member->esn = assoc->flags & OV2_SEC_ASSOC_ESN;
	member->seq = (u64)assoc->seq_hi << 32 | seq_lo;
}

/* Without the extension the form of UDP-ESP tells, if there is one (Q2) */
static enum ov2_sa_mode sa_mode(const struct ov2_request *req)
{
	if (req->ext.mode != OV2_SA_MODE_UNKNOWN)
		return req->ext.mode;

	switch (req->add->udp_esp) {
	case OV2_UDP_ESP_TUNNEL:
	case OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL:
		return OV2_SA_TUNNEL;
	case OV2_UDP_ESP_TRANSPORT:
	case OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL:
		return OV2_SA_TRANSPORT;
	default:
		return OV2_SA_MODE_UNKNOWN;
	}
}

/**
 * ov2_sa_create() - make an SA, and have it keyed and put in the table
 * @engine: the engine
 * @req: an add that ov2_add_sa_check() accepted; a place of the capacity is
 *	taken for it. It is completed when the SA is keyed
 *
 * Any context.
 *
 * Return: false without memory.
 */
bool ov2_sa_create(struct ov2_engine *engine, struct ov2_request *req)
{
	struct ov2_add_sa_ex *add = req->add;
	struct ov2_sa *sa;
	int i;

	sa = kzalloc(sizeof(*sa), GFP_ATOMIC);
	if (!sa)
		return false;

	sa->engine = engine;
	sa->add = req;
	sa->serial = atomic64_inc_return(&engine->serial);
	sa_set_addresses(sa, add);
	sa->members = add->num_ext_hdrs;
	for (i = 0; i < sa->members; i++)
		sa_set_member(&sa->member[i], &add->sec_assoc[i],
			      req->ext.seq_lo);
	/* Of a bundle AH is the outer one, and the last */
	sa->key.spi = sa->member[sa->members - 1].spi;
	sa->inbound = add->flags & OV2_SA_INBOUND;
	sa->mode = sa_mode(req);
	sa->single = req->ext.single;
	sa->udp_esp = add->udp_esp;
	sa->udp_dport = req->ext.udp_dport;
	sa->window = req->ext.window;
	spin_lock_init(&sa->lock);
	refcount_set(&sa->ref, 1);
	INIT_WORK(&sa->keying, sa_keying_work);
	INIT_RCU_WORK(&sa->free, sa_free_work);
	atomic_inc(&engine->objects);
	ov2_object_created(OV2_OBJECT_SA, sa);
	queue_work(ov2_engine_wq, &sa->keying);
	return true;
}
