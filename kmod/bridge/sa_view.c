// SPDX-License-Identifier: GPL-2.0
/* An SA as users see it. Some values come from its state, and the others come
 * from the engine. Keys are not shown.
 */
#include <linux/rcupdate.h>
#include <linux/refcount.h>

#include "sa_view.h"
#include "sa/assoc.h"
#include "sa/state_algorithm.h"
#include "../ov2/algorithms.h"
#include "../ov2/miniport.h"

static const char *algorithm_name(const struct ov2_algorithm *algorithm)
{
	return algorithm ? algorithm->name : NULL;
}

static void view_algorithms(struct ov2_sa_view *view,
			    const struct xfrm_state *x)
{
	view->auth_id = ov2_state_auth(x);
	view->encr_id = ov2_state_encr(x);
	view->auth = algorithm_name(ov2_auth_algorithm(view->auth_id));
	view->encr = algorithm_name(ov2_encr_algorithm(view->encr_id));
	view->icv_len = ov2_state_icv_len(x);
}

/* The core has two structures for the replay state: x->replay_esn and
 * x->replay. Each of them has a sequence number for each direction. If x->lock
 * is not held, the two halves of the sequence number may not fit together.
 */
static void view_numbers(struct ov2_sa_view *view, const struct xfrm_state *x)
{
	const struct xfrm_replay_state_esn *esn = x->replay_esn;

	view->esn = x->props.flags & XFRM_STATE_ESN;
	if (!esn) {
		view->seq = view->inbound ? x->replay.seq : x->replay.oseq;
		view->window = x->props.replay_window;
		return;
	}
	view->seq = view->inbound ? esn->seq : esn->oseq;
	if (view->esn)
		view->seq |= (u64)(view->inbound ? esn->seq_hi : esn->oseq_hi)
			     << 32;
	view->window = esn->replay_window;
}

static void view_encap(struct ov2_sa_view *view, const struct xfrm_state *x)
{
	if (!x->encap)
		return;
	view->encap_type = x->encap->encap_type;
	view->encap_sport = x->encap->encap_sport;
	view->encap_dport = x->encap->encap_dport;
}

/**
 * ov2_sa_view_name() - fill in only what identifies an SA and its state
 * @handle: the handle of the SA
 * @x: the state of the SA. Of the members that this function reads, only the
 *	interface ID may change while the state lives (xfrm_state_update())
 * @view: filled in with the values of these members; the rest is zero
 *
 * Context: Any context.
 */
void ov2_sa_view_name(unsigned long handle, const struct xfrm_state *x,
		      struct ov2_sa_view *view)
{
	*view = (struct ov2_sa_view){
		.handle = handle,
		.inbound = !ov2_state_is_outbound(x),
		.tunnel = ov2_state_is_tunnel(x),
		.proto = x->id.proto,
		.family = x->props.family,
		.spi = x->id.spi,
		.saddr = x->props.saddr.in6,
		.daddr = x->id.daddr.in6,
		.reqid = x->props.reqid,
		.if_id = x->if_id,
		.mark = x->mark.v,
		.mark_mask = x->mark.m,
	};
}

/* Needs only the association and the state itself, not what members of the
 * state point to.
 */
static void view_brief(const struct ov2_assoc *assoc,
		       const struct xfrm_state *x, struct ov2_sa_view *view)
{
	int i;

	ov2_sa_view_name(assoc->handle, x, view);
	view->packet = assoc->packet;
	for (i = 0; i < OV2_DECLINED; i++)
		view->declined[i] = atomic64_read(&assoc->declined[i]);
	for (i = 0; i < OV2_SOFTWARE; i++)
		view->software[i] = atomic64_read(&assoc->software[i]);
}

/* Reads what members of @x point to. */
static void view_members(struct ov2_sa_view *view, const struct xfrm_state *x)
{
	view_encap(view, x);
	view_algorithms(view, x);
	view_numbers(view, x);
}

/* May the caller read what members of @x point to? xfrm_state_gc_destroy()
 * frees this memory before it calls xdo_dev_state_free. But after the last
 * reference to @x is gone, xfrm_state_gc_task() first waits for a grace period.
 * So if there is a reference now, the memory is not freed before this RCU read
 * side ends.
 */
static bool state_is_held(const struct xfrm_state *x)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the state may be freed");
	return refcount_read(&x->refcnt);
}

/**
 * ov2_bridge_sa_view() - show an SA
 * @ad: the card
 * @handle: any value
 * @view: filled in, if @handle names an SA of a state. The strings that it
 *	points to are constant
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: true if @view is filled in; false if the SA is gone, or is being made
 * or deleted, or if nobody holds its state any more.
 */
bool ov2_bridge_sa_view(struct ov2_adapter *ad, unsigned long handle,
			struct ov2_sa_view *view)
{
	struct ov2_assoc *assoc = ov2_assoc_find(ad, handle);
	struct xfrm_state *x = assoc ? rcu_dereference(assoc->x) : NULL;

	/* The association still named the state in this read side. So the state
	 * itself cannot be freed before the read side ends, because
	 * bridge_state_free() first waits for a grace period. But what its
	 * members point to may have been freed already.
	 */
	if (!x || !state_is_held(x))
		return false;
	spin_lock_bh(&x->lock);
	view_brief(assoc, x, view);
	view_members(view, x);
	spin_unlock_bh(&x->lock);
	return ad->miniport->query(ad, handle, &view->engine);
}

/**
 * ov2_sa_view_last() - show an SA that is about to be deleted
 * @assoc: its association, from ov2_assoc_unset()
 * @x: its state. The core deletes most states under x->lock, and some without
 *	x->lock. So this function must not take the lock
 * @view: filled in. If the core is freeing @x, ov2_sa_view.brief is set. If the
 *	core only deletes @x, the core holds a reference, and the view is whole
 *
 * Context: Under rcu_read_lock(), any context but hard interrupts.
 * Return: true; false if the engine has no such SA.
 */
bool ov2_sa_view_last(const struct ov2_assoc *assoc, const struct xfrm_state *x,
		      struct ov2_sa_view *view)
{
	struct ov2_adapter *ad = assoc->ad;

	view_brief(assoc, x, view);
	view->brief = !state_is_held(x);
	if (!view->brief)
		view_members(view, x);
	return ad->miniport->query(ad, assoc->handle, &view->engine);
}
