// SPDX-License-Identifier: GPL-2.0
/* Users are told what happens to the SAs of a card. */
#include <linux/build_bug.h>
#include <linux/timekeeping.h>

#include "sa_event.h"
#include "sa_view.h"
#include "sa/assoc.h"
#include "../watch/event.h"

/* ov2_assoc_tell() knows each reason by a number. The reasons for which a card
 * declines a packet come first, in the order of their counters. The next number
 * stands for the engine's request to delete the SA.
 */
#define TELL_DECLINED(reason)	((reason) - OV2_DECLINED_FIRST)
#define TELL_DELETE_REQ		OV2_DECLINED

static_assert(TELL_DELETE_REQ < OV2_TELL_REASONS);

/**
 * ov2_sa_event_added() - tell users that a card has a new SA
 * @assoc: the association of the SA
 *
 * Context: Process context, without x->lock.
 */
void ov2_sa_event_added(const struct ov2_assoc *assoc)
{
	struct ov2_adapter *ad = assoc->ad;
	struct ov2_sa_view view;

	if (!ov2_event_wants_sas(ad))
		return;
	rcu_read_lock();
	if (ov2_bridge_sa_view(ad, assoc->handle, &view))
		ov2_event_sa(ad, OV2_LIFE_ADDED, &view);
	rcu_read_unlock();
}

/**
 * ov2_sa_event_deleted() - tell users that a card is about to delete an SA
 * @assoc: the association, from ov2_assoc_unset()
 * @x: its state. If the core is freeing @x already, the event says less (see
 *	ov2_sa_view.brief)
 *
 * Context: Any context but hard interrupts.
 */
void ov2_sa_event_deleted(const struct ov2_assoc *assoc,
			  const struct xfrm_state *x)
{
	struct ov2_sa_view view;

	if (!ov2_event_wants_sas(assoc->ad))
		return;
	rcu_read_lock();
	if (ov2_sa_view_last(assoc, x, &view))
		ov2_event_sa(assoc->ad, OV2_LIFE_DELETED, &view);
	rcu_read_unlock();
}

/**
 * ov2_sa_event_expired() - tell users that a state has reached a limit
 * @ad: the card of the state
 * @x: the state; its lock is held
 * @hard: true for the hard limit; then the SA may be gone already. False for
 *	the soft limit
 *
 * Context: Under rcu_read_lock(), any context but hard interrupts.
 */
void ov2_sa_event_expired(const struct ov2_adapter *ad,
			  const struct xfrm_state *x, bool hard)
{
	struct ov2_sa_view view;

	lockdep_assert_held(&x->lock);
	if (x->xso.flags & XFRM_DEV_OFFLOAD_FLAG_ACQ ||
	    !ov2_event_wants_sas(ad))
		return;
	ov2_sa_view_name(x->xso.offload_handle, x, &view);
	ov2_event_sa(ad, hard ? OV2_LIFE_HARD : OV2_LIFE_SOFT, &view);
}

static void event_tell(struct ov2_assoc *assoc, const struct xfrm_state *x,
		       enum ov2_counter reason, unsigned int tell)
{
	struct ov2_sa_view view;

	if (!assoc || !ov2_assoc_tell(assoc, ktime_get_seconds(), tell))
		return;
	ov2_sa_view_name(assoc->handle, x, &view);
	ov2_event_sa_told(assoc->ad, reason, &view);
}

/**
 * ov2_sa_event_declined() - tell users that a card has declined a packet
 * @ad: the card
 * @x: the packet's state, which is not always on @ad
 * @reason: the counter that moved, OV2_CNT_TX_FALLBACK_* or _TX_REFUSED_*
 *
 * Context: Any context but hard interrupts.
 */
void ov2_sa_event_declined(struct ov2_adapter *ad, const struct xfrm_state *x,
			   enum ov2_counter reason)
{
	if (!ov2_event_wants_sas(ad))
		return;
	rcu_read_lock();
	event_tell(ov2_assoc_of_state(ad, x), x, reason,
		   TELL_DECLINED(reason));
	rcu_read_unlock();
}

/**
 * ov2_sa_event_delete_req() - tell users that the engine asks to delete an SA
 * @ad: the card
 * @handle: the handle of the SA, or a stale handle
 *
 * Context: Any context but hard interrupts.
 */
void ov2_sa_event_delete_req(struct ov2_adapter *ad, unsigned long handle)
{
	const struct xfrm_state *x;
	struct ov2_assoc *assoc;

	if (!ov2_event_wants_sas(ad))
		return;
	rcu_read_lock();
	assoc = ov2_assoc_find(ad, handle);
	x = assoc ? rcu_dereference(assoc->x) : NULL;
	if (x)
		event_tell(assoc, x, OV2_CNT_RX_SA_DELETE_REQ, TELL_DELETE_REQ);
	rcu_read_unlock();
}
