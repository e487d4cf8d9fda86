// SPDX-License-Identifier: GPL-2.0
/* An SA as users see it: a part comes from its state, the rest from the engine.
 * Keys are not shown.
 */
#include "sa_view.h"
#include "xdo.h"
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

/* Both forms of the core's replay state have a number for each direction. */
static void view_numbers(struct ov2_sa_view *view, const struct xfrm_state *x)
{
	const struct xfrm_replay_state_esn *esn = x->replay_esn;

	lockdep_assert_held(&x->lock);
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

static void view_state(struct ov2_sa_view *view, const struct xfrm_state *x)
{
	lockdep_assert_held(&x->lock);
	view->inbound = !ov2_state_is_outbound(x);
	view->tunnel = ov2_state_is_tunnel(x);
	view->proto = x->id.proto;
	view->family = x->props.family;
	view->spi = x->id.spi;
	view->saddr = x->props.saddr.in6;
	view->daddr = x->id.daddr.in6;
	view->reqid = x->props.reqid;
	view->if_id = x->if_id;
	view->mark = x->mark.v;
	view->mark_mask = x->mark.m;
	view_encap(view, x);
	view_algorithms(view, x);
	view_numbers(view, x);
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
 * or deleted.
 */
bool ov2_bridge_sa_view(struct ov2_adapter *ad, unsigned long handle,
			struct ov2_sa_view *view)
{
	struct ov2_assoc *assoc = ov2_assoc_find(ad, handle);
	struct xfrm_state *x = assoc ? rcu_dereference(assoc->x) : NULL;
	int i;

	if (!x)
		return false;
	*view = (struct ov2_sa_view){
		.handle = handle,
		.packet = assoc->packet,
	};
	for (i = 0; i < OV2_DECLINED; i++)
		view->declined[i] = atomic64_read(&assoc->declined[i]);
	/* The association still named the state in this read side. So the state
	 * cannot be freed before the read side ends: bridge_state_free() and
	 * xfrm_state_gc_task() first wait for a grace period.
	 */
	spin_lock_bh(&x->lock);
	view_state(view, x);
	spin_unlock_bh(&x->lock);
	return ad->miniport->query(ad, handle, &view->engine);
}

/**
 * ov2_bridge_sa_find() - find an SA as xfrm finds its state
 * @net: the namespace
 * @spec: which SA
 * @handle: filled in with the handle of the SA, if the SA is found
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: the card of the SA; it is valid until the end of this read side. NULL
 * if xfrm has no such state, or if this state is not on a card.
 */
struct ov2_adapter *ov2_bridge_sa_find(struct net *net,
				       const struct ov2_sa_spec *spec,
				       unsigned long *handle)
{
	const xfrm_address_t daddr = { .in6 = spec->daddr };
	const struct ov2_assoc *assoc;
	struct ov2_adapter *ad = NULL;
	struct xfrm_state *x;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the card may go");
	x = xfrm_state_lookup(net, spec->mark, &daddr, spec->spi, spec->proto,
			      spec->family);
	if (!x)
		return NULL;

	spin_lock_bh(&x->lock);
	assoc = ov2_state_assoc(x);
	if (assoc && ov2_state_is_outbound(x) != spec->inbound) {
		*handle = assoc->handle;
		ad = assoc->ad;
	}
	spin_unlock_bh(&x->lock);
	xfrm_state_put(x);
	return ad;
}
