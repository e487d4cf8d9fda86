// SPDX-License-Identifier: GPL-2.0
/*
 * Associations: each links a state to its SA in the engine. The state's
 * offload_handle and the engine's records name the SA by a handle, and the
 * handle leads to the association.
 */
#include <linux/bits.h>
#include <linux/slab.h>

#include "assoc.h"
#include "state_algorithm.h"
#include "../../ov2/handle.h"
#include "../../watch/objects.h"

/**
 * ov2_assoc_alloc() - make an association, without an SA yet
 * @ad: the card
 * @x: the state; ov2_state_refused() has not refused it
 *
 * Context: Process context.
 * Return: the association, or NULL if there is no memory. If the association
 * gets no SA, the caller ends it with ov2_assoc_discard(). Otherwise the caller
 * ends it with ov2_assoc_delete().
 */
struct ov2_assoc *ov2_assoc_alloc(struct ov2_adapter *ad, struct xfrm_state *x)
{
	struct ov2_assoc *assoc;

	assoc = kzalloc(sizeof(*assoc), GFP_KERNEL_ACCOUNT);
	if (!assoc)
		return NULL;

	RCU_INIT_POINTER(assoc->x, x);
	assoc->ad = ad;
	netdev_hold(ad->dev, &assoc->dev_tracker, GFP_KERNEL);
	assoc->spi = x->id.spi;
	assoc->icv_len = ov2_state_icv_len(x);
	assoc->iv_len = ov2_state_iv_len(x);
	assoc->align = ov2_state_align(x);
	assoc->udp_encap = x->encap;
	assoc->packet = ov2_state_is_packet(x);
	assoc->sends = ov2_state_is_outbound(x) && !assoc->packet;
	ov2_object_created(OV2_OBJECT_ASSOC, assoc);
	return assoc;
}

/* Gives back the reference to the netdev of the card. Then the netdev may be
 * freed.
 */
static void assoc_release(struct ov2_assoc *assoc)
{
	netdev_put(assoc->ad->dev, &assoc->dev_tracker);
	ov2_object_freed(OV2_OBJECT_ASSOC, assoc);
}

/**
 * ov2_assoc_discard() - free an association that has no SA
 * @assoc: the association. The engine has refused its SA, so no packet can have
 *	found the association
 *
 * Context: Any context except hard interrupts.
 */
void ov2_assoc_discard(struct ov2_assoc *assoc)
{
	assoc_release(assoc);
	kfree(assoc);
}

/**
 * ov2_assoc_find() - find the association that a handle names
 * @ad: the card
 * @handle: any value
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the association, or NULL if @handle names no live SA of @ad.
 */
struct ov2_assoc *ov2_assoc_find(struct ov2_adapter *ad, unsigned long handle)
{
	struct ov2_handle *hdl = ov2_handle_find(&ad->handles, handle);

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the association may be freed");
	return hdl ? hdl->transport : NULL;
}

/**
 * ov2_assoc_of_state() - find the association of a state
 * @ad: the card that the state may be on
 * @x: the state. Its handle may be stale, or may name an SA of another card,
 *	because bonding overwrites the handle at failover
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: the association, or NULL if @x is not on @ad.
 */
struct ov2_assoc *ov2_assoc_of_state(struct ov2_adapter *ad,
				     const struct xfrm_state *x)
{
	struct ov2_assoc *assoc = ov2_assoc_find(ad, x->xso.offload_handle);

	return assoc && rcu_access_pointer(assoc->x) == x ? assoc : NULL;
}

static bool memo_leads_to(const struct ov2_assoc_memo *memo, s64 ended,
			  unsigned long handle)
{
	return memo->assoc && memo->ended == ended &&
	       memo->assoc->handle == handle;
}

/**
 * ov2_assoc_recall() - find the association of a state, with the memo of a send
 *	queue
 * @memo: the memo of the queue
 * @ended: ov2_bridge.ended, read with acquire
 * @ad: the card that the state may be on
 * @x: the state, as for ov2_assoc_of_state()
 *
 * A memo holds no reference. When an association ends, first its state is taken
 * out, then ov2_bridge.ended grows, and then a grace period begins. The
 * association is freed after this grace period. So if ov2_bridge.ended has not
 * changed since the look-up, the association is not freed before the RCU read
 * side of the caller ends.
 *
 * Context: Under rcu_read_lock(), in which @ended was read; BH disabled.
 * Return: as ov2_assoc_of_state().
 */
struct ov2_assoc *ov2_assoc_recall(struct ov2_assoc_memo *memo, s64 ended,
				   struct ov2_adapter *ad,
				   const struct xfrm_state *x)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the association may be freed");
	if (likely(memo_leads_to(memo, ended, x->xso.offload_handle) &&
		   rcu_access_pointer(memo->assoc->x) == x))
		return memo->assoc;

	memo->assoc = ov2_assoc_of_state(ad, x);
	memo->ended = ended;
	return memo->assoc;
}

/**
 * ov2_assoc_recall_handle() - find the association that a handle names, with
 *	the memo of a receive queue
 * @memo: the memo of the queue
 * @ended: ov2_bridge.ended, read with acquire
 * @ad: the card
 * @handle: any value
 *
 * ov2_assoc_recall() says why the association in a memo may be used. A handle
 * leads to its association even after ov2_bridge.ended has grown, until the
 * engine has deleted the SA. So the queue does not remember an association
 * without a state.
 *
 * Context: Under rcu_read_lock(), in which @ended was read; in the NAPI of the
 *   queue.
 * Return: the association, or NULL if @handle names no SA of @ad that has a
 * state. The state may end at any time.
 */
struct ov2_assoc *ov2_assoc_recall_handle(struct ov2_assoc_memo *memo,
					  s64 ended, struct ov2_adapter *ad,
					  unsigned long handle)
{
	struct ov2_assoc *assoc;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the association may be freed");
	if (unlikely(!memo_leads_to(memo, ended, handle))) {
		assoc = ov2_assoc_find(ad, handle);
		memo->assoc = assoc && rcu_access_pointer(assoc->x) ? assoc :
								      NULL;
		memo->ended = ended;
	}
	return memo->assoc;
}

/**
 * ov2_assoc_keep_path() - keep the sec_path of a received packet for further
 *	packets of the SA
 * @assoc: the association of the packet's state, in packet mode
 * @path: the packet's extensions: only a sec_path, which holds the state. If
 *	nothing is kept yet, the association gets a reference to them
 *
 * The kept sec_path holds a reference to the state until the association is
 * freed. So nothing is kept before the core has inserted the state. If the core
 * has not inserted a state, it may give up the state and not call
 * xdo_dev_state_delete (xfrm_do_migrate_state()). Then it calls
 * xdo_dev_state_free, but only after the last reference is gone. A state that
 * was inserted is always deleted first.
 *
 * Context: Under rcu_read_lock(), any context.
 */
void ov2_assoc_keep_path(struct ov2_assoc *assoc, struct skb_ext *path)
{
	const struct xfrm_state *x = rcu_dereference(assoc->x);

	if (READ_ONCE(assoc->path) || !x ||
	    hlist_unhashed_lockless(&x->bydst))
		return;
	refcount_inc(&path->refcnt);
	/* Another queue may have been faster. */
	if (cmpxchg(&assoc->path, NULL, path))
		__skb_ext_put(path);
}

/**
 * ov2_assoc_take() - take the state out of an association
 * @assoc: the association
 *
 * Context: Any context.
 * Return: false if another CPU has taken the state.
 */
bool ov2_assoc_take(struct ov2_assoc *assoc)
{
	return unrcu_pointer(xchg(&assoc->x, RCU_INITIALIZER(NULL)));
}

/**
 * ov2_assoc_unset() - take a state out of its association
 * @ad: the card that the state may be on
 * @x: the state
 *
 * From now on no packet finds the state through its SA. The core may free a
 * state while another CPU still deletes the state, so two CPUs may call this
 * function for one state. Only one of the two calls returns the association.
 *
 * Context: Any context.
 * Return: the association of @x, which the caller must end with
 * ov2_assoc_delete(), or NULL if there is nothing to end.
 */
struct ov2_assoc *ov2_assoc_unset(struct ov2_adapter *ad,
				  const struct xfrm_state *x)
{
	struct ov2_assoc *assoc;

	rcu_read_lock();
	assoc = ov2_assoc_of_state(ad, x);
	if (assoc && !ov2_assoc_take(assoc))
		assoc = NULL;
	rcu_read_unlock();
	return assoc;
}

/**
 * ov2_assoc_delete() - delete the SA of an association
 * @assoc: the association, from which ov2_assoc_unset() has taken the state.
 *	When this function returns, the association may have been freed already
 *
 * Context: Any context except hard interrupts. Memory is freed later: when the
 *   engine has deleted the SA and a grace period has passed.
 */
void ov2_assoc_delete(struct ov2_assoc *assoc)
{
	struct ov2_adapter *ad = assoc->ad;

	assoc->del_entry.header.type = OV2_OBJECT_TYPE_DEFAULT;
	assoc->del_entry.header.revision = OV2_REVISION_1;
	assoc->del_entry.header.size = sizeof(assoc->del_entry);
	assoc->del_entry.handle = assoc->handle;
	assoc->del.oid = OV2_OID_DELETE_SA;
	assoc->del.len = sizeof(assoc->del_entry);
	assoc->del.del = &assoc->del_entry;
	assoc->del.caller = assoc;
	if (ad->miniport->request(ad, &assoc->del) != OV2_STATUS_PENDING)
		ov2_assoc_deleted(assoc);
}

static void assoc_free(struct rcu_head *rcu)
{
	struct ov2_assoc *assoc = container_of(rcu, struct ov2_assoc, rcu);

	if (assoc->path)
		__skb_ext_put(assoc->path);
	kfree(assoc);
}

/**
 * ov2_assoc_deleted() - free an association whose SA is gone
 * @assoc: the association
 *
 * When cards are deleted, nobody waits for each SA in turn. Instead each
 * association holds a reference to the netdev of its card. netdev_run_todo()
 * waits until nobody holds a reference to any of the deleted netdevs. After
 * that, ov2_module_exit() waits for RCU callbacks. So assoc_free() is queued
 * before the reference to the netdev is given back.
 *
 * Context: Any context except hard interrupts.
 */
void ov2_assoc_deleted(struct ov2_assoc *assoc)
{
	rcu_read_lock();
	call_rcu(&assoc->rcu, assoc_free);
	assoc_release(assoc);
	rcu_read_unlock();
}

#define TOLD_REASONS	(BIT(OV2_TELL_REASONS) - 1U)

/**
 * ov2_assoc_tell() - should users be told about an SA?
 * @assoc: the association of the SA
 * @now: seconds of a clock that never goes back
 * @reason: the reason to tell users, a number less than OV2_TELL_REASONS
 *
 * A reason may come with every packet, and users cannot read a message for
 * each packet. So in a period of OV2_TELL_SECONDS each reason is told only
 * once. A period begins when a reason comes and no period runs. In a new period
 * all reasons can be told again, for listeners that came meanwhile. The upper
 * 24 bits of ov2_assoc.told have the second at which the period began; the
 * other bits have the reasons that were told in the period.
 *
 * Context: Any context.
 * Return: true if so. If several CPUs ask about one reason at the same time,
 * only one of them gets true.
 */
bool ov2_assoc_tell(struct ov2_assoc *assoc, u32 now, unsigned int reason)
{
	u32 old = READ_ONCE(assoc->told), new, since;

	do {
		new = old;
		since = (now << OV2_TELL_REASONS) - (old & ~TOLD_REASONS);
		if (!(old & TOLD_REASONS) ||
		    since >> OV2_TELL_REASONS >= OV2_TELL_SECONDS)
			new = now << OV2_TELL_REASONS;
		new |= BIT(reason);
		if (new == old)
			return false;
	} while (!try_cmpxchg(&assoc->told, &old, new));
	return true;
}

static u32 state_seq_hi(const struct xfrm_state *x)
{
	return ov2_state_is_outbound(x) ? x->replay_esn->oseq_hi :
					  x->replay_esn->seq_hi;
}

static u32 state_seq_lo(const struct xfrm_state *x)
{
	return ov2_state_is_outbound(x) ? x->replay_esn->oseq :
					  x->replay_esn->seq;
}

static enum ov2_status assoc_update(const struct ov2_assoc *assoc, u32 seq_hi,
				    const struct ov2_ext_update *ext)
{
	const struct ov2_update_sa update = {
		.header = {
			.type = OV2_OBJECT_TYPE_DEFAULT,
			.revision = OV2_REVISION_1,
			.size = sizeof(update),
		},
		.handle = assoc->handle,
		.operation = OV2_OPERATION_ESP,
		.spi = assoc->spi,
		.seq_hi = seq_hi,
	};
	struct ov2_request req = {
		.oid = OV2_OID_UPDATE_SA,
		.len = sizeof(update),
		.update = &update,
		.ext_update = ext,
	};

	return assoc->ad->miniport->request(assoc->ad, &req);
}

/**
 * ov2_assoc_advance() - tell the engine the high half of a state's sequence
 *	number
 * @assoc: the association of @x
 * @x: the state, with extended numbers; its lock is held
 *
 * This function is called for every packet. It updates the engine only if the
 * high half differs from the last one that the engine accepted.
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 */
void ov2_assoc_advance(struct ov2_assoc *assoc, const struct xfrm_state *x)
{
	u32 seq_hi = state_seq_hi(x);

	lockdep_assert_held(&x->lock);
	if (assoc->seq_hi != seq_hi &&
	    assoc_update(assoc, seq_hi, NULL) == OV2_STATUS_SUCCESS)
		assoc->seq_hi = seq_hi;
}

/**
 * ov2_assoc_renumber() - tell the engine a sequence number that a key manager
 *	has set
 * @assoc: the association of @x
 * @x: the state, with extended numbers; its lock is held
 *
 * If the engine does not accept the update, this function sets
 * ov2_assoc.untold. If the SA is inbound, the next received frame of the SA
 * makes the bridge call this function again.
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 */
void ov2_assoc_renumber(struct ov2_assoc *assoc, const struct xfrm_state *x)
{
	const struct ov2_ext_update ext = {
		.seq_lo = state_seq_lo(x),
		.window = x->replay_esn->replay_window,
	};
	u32 seq_hi = state_seq_hi(x);
	enum ov2_status status;

	lockdep_assert_held(&x->lock);
	status = assoc_update(assoc, seq_hi, &ext);
	WRITE_ONCE(assoc->untold, status != OV2_STATUS_SUCCESS);
	if (status == OV2_STATUS_SUCCESS)
		assoc->seq_hi = seq_hi;
}
