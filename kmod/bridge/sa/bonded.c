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

/* Takes the state out of @assoc, and returns it. Returns NULL if another CPU
 * has taken the state.
 */
static struct xfrm_state *bonded_take(struct ov2_assoc *assoc)
{
	lockdep_assert_held(&bonded_lock);
	return unrcu_pointer(xchg(&assoc->x, RCU_INITIALIZER(NULL)));
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
		if (rcu_access_pointer(assoc->x) == x && bonded_take(assoc)) {
			found = assoc;
			break;
		}
	}
	spin_unlock_bh(&bonded_lock);
	return found;
}

/**
 * ov2_bonded_unset_any() - take any state on a bond out of its association
 * @ad: the card that has the state
 * @x: filled in with the state, which may be used until the RCU read side ends
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: the association, which the caller must end with ov2_assoc_delete(),
 * or NULL if @ad has no state on a bond.
 */
struct ov2_assoc *ov2_bonded_unset_any(const struct ov2_adapter *ad,
				       struct xfrm_state **x)
{
	struct ov2_assoc *assoc, *found = NULL;
	int bucket;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the state may be freed");
	spin_lock_bh(&bonded_lock);
	hash_for_each(bonded, bucket, assoc, bonded) {
		*x = assoc->ad == ad ? bonded_take(assoc) : NULL;
		if (*x) {
			found = assoc;
			break;
		}
	}
	spin_unlock_bh(&bonded_lock);
	return found;
}
