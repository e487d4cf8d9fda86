// SPDX-License-Identifier: GPL-2.0
/*
 * The associations of states that are on a bond, of all cards.
 *
 * Bonding may forget which card has a state. bond_ipsec_add_sa() chooses the
 * active card, calls xdo_dev_state_add, and only then puts the state into the
 * list of the bond. If the bond changes to another card meanwhile, the state is
 * on a card that is not active any more. At the next change
 * bond_ipsec_del_sa_all() calls the operations of the card that is active then,
 * and bond_ipsec_add_sa_all() adds the state to the next card. The first card
 * is never told. Its association would keep a pointer to the state after the
 * state is freed, and would hold the card's netdev for ever. So if a card is
 * asked about a state that it does not have, the state is looked for here.
 */
#include <linux/hashtable.h>
#include <linux/spinlock.h>

#include "assoc.h"
#include "bonded.h"

static DEFINE_SPINLOCK(bonded_lock); /* protects bonded */
static DEFINE_HASHTABLE(bonded, 10);

/**
 * ov2_bonded_add() - remember the association of a state on a bond
 * @assoc: the association, which has an SA
 * @x: its state
 *
 * Context: Any context except hard interrupts.
 */
void ov2_bonded_add(struct ov2_assoc *assoc, const struct xfrm_state *x)
{
	spin_lock_bh(&bonded_lock);
	hash_add(bonded, &assoc->bonded, (unsigned long)x);
	spin_unlock_bh(&bonded_lock);
}

/**
 * ov2_bonded_del() - forget an association that is about to end
 * @assoc: the association, from ov2_assoc_unset() or ov2_bonded_unset(). Its
 *	state need not be on a bond
 *
 * Context: Any context except hard interrupts.
 */
void ov2_bonded_del(struct ov2_assoc *assoc)
{
	if (hlist_unhashed_lockless(&assoc->bonded))
		return;
	spin_lock_bh(&bonded_lock);
	hash_del(&assoc->bonded);
	spin_unlock_bh(&bonded_lock);
}

/**
 * ov2_bonded_unset() - take a state on a bond out of its association, whichever
 *	card has the state
 * @x: the state
 *
 * Context: Any context except hard interrupts.
 * Return: as ov2_assoc_unset().
 */
struct ov2_assoc *ov2_bonded_unset(const struct xfrm_state *x)
{
	struct ov2_assoc *assoc, *found = NULL;

	spin_lock_bh(&bonded_lock);
	hash_for_each_possible(bonded, assoc, bonded, (unsigned long)x) {
		if (rcu_access_pointer(assoc->x) == x &&
		    ov2_assoc_take(assoc)) {
			found = assoc;
			break;
		}
	}
	spin_unlock_bh(&bonded_lock);
	return found;
}

/**
 * ov2_bonded_find_any() - find any state on a bond that a card still has
 * @ad: the card
 *
 * If the last reference to a state is gone, the core is about to call
 * xdo_dev_state_free, which ends the association. So such a state is left out.
 *
 * Context: Any context except hard interrupts.
 * Return: the state with a reference, which the caller must put; or NULL.
 */
struct xfrm_state *ov2_bonded_find_any(const struct ov2_adapter *ad)
{
	struct xfrm_state *x, *found = NULL;
	struct ov2_assoc *assoc;
	int bucket;

	spin_lock_bh(&bonded_lock);
	hash_for_each(bonded, bucket, assoc, bonded) {
		if (assoc->ad != ad)
			continue;
		/* Whoever frees a state takes it out of its association before,
		 * and needs bonded_lock to find or to forget this association.
		 */
		x = rcu_dereference_protected(assoc->x,
					      lockdep_is_held(&bonded_lock));
		if (x && refcount_inc_not_zero(&x->refcnt)) {
			found = x;
			break;
		}
	}
	spin_unlock_bh(&bonded_lock);
	return found;
}
