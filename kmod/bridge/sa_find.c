// SPDX-License-Identifier: GPL-2.0
/* Which SA a user means. */
#include "sa_find.h"
#include "xdo.h"
#include "sa/assoc.h"

/**
 * ov2_bridge_sa_find() - find an SA as xfrm finds its state
 * @net: the namespace
 * @spec: which SA
 * @handle: filled in with the handle of the SA, if the SA is found
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: the card of the SA; it is valid until the end of this read side. NULL
 * if xfrm has no such state, or if this state is not on a card or does not have
 * the direction that @spec asks for.
 */
struct ov2_adapter *ov2_bridge_sa_find(struct net *net,
				       const struct ov2_sa_spec *spec,
				       unsigned long *handle)
{
	const xfrm_address_t daddr = { .in6 = spec->daddr };
	const struct ov2_assoc *assoc;
	struct ov2_adapter *ad = NULL;
	struct xfrm_state *x;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the card may be freed");
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
