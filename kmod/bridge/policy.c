// SPDX-License-Identifier: GPL-2.0
/* What the card knows of an offloaded policy, and what it says of packets. */
#include "spd.h"

static bool selector_is_exact(const struct xfrm_selector *sel)
{
	unsigned int full = sel->family == AF_INET ? 32 : 128;

	return sel->prefixlen_s == full && sel->prefixlen_d == full;
}

static void key_set(struct ov2_policy_key *key,
		    const struct xfrm_selector *sel)
{
	if (sel->family == AF_INET) {
		key->saddr.a4 = sel->saddr.a4;
		key->daddr.a4 = sel->daddr.a4;
	} else {
		key->saddr = sel->saddr;
		key->daddr = sel->daddr;
	}
}

/**
 * ov2_policy_set() - take over what the card needs of a policy
 * @pol: out: all zero before
 * @xp: the policy, one that is not refused
 *
 * Any context.
 */
void ov2_policy_set(struct ov2_policy *pol, const struct xfrm_policy *xp)
{
	pol->key.dir = xp->xdo.dir;
	pol->key.family = xp->selector.family;
	pol->sel = xp->selector;
	pol->priority = xp->priority;
	pol->action = xp->action;
	pol->exact = selector_is_exact(&xp->selector);
	if (pol->exact)
		key_set(&pol->key, &xp->selector);
	pol->has_tmpl = xp->xfrm_nr;
	if (pol->has_tmpl)
		pol->tmpl = xp->xfrm_vec[0];
}

/**
 * ov2_policy_protects() - does a policy want its packets protected?
 * @pol: the policy
 *
 * Any context. One that neither protects nor blocks lets them pass in clear.
 *
 * Return: true if so.
 */
bool ov2_policy_protects(const struct ov2_policy *pol)
{
	return pol->action == XFRM_POLICY_ALLOW && pol->has_tmpl;
}

/**
 * ov2_policy_blocks() - does a policy want its packets dropped?
 * @pol: the policy
 *
 * Any context.
 *
 * Return: true if so.
 */
bool ov2_policy_blocks(const struct ov2_policy *pol)
{
	return pol->action != XFRM_POLICY_ALLOW;
}

static bool algorithm_fits(const struct xfrm_tmpl *tmpl,
			   const struct xfrm_state *x)
{
	return tmpl->allalgs || tmpl->aalgos & (1 << x->props.aalgo);
}

static bool tunnel_fits(const struct xfrm_tmpl *tmpl,
			const struct xfrm_state *x)
{
	return x->props.family == tmpl->encap_family &&
	       !xfrm_state_addr_cmp(tmpl, x, tmpl->encap_family);
}

/**
 * ov2_policy_fits() - is a packet protected as its policy wants?
 * @pol: the policy that the received packet met; it does not block
 * @x: the state that had protected it
 *
 * Any context. As xfrm_state_ok() of xfrm_policy.c. A policy without template
 * takes transport mode, too, as there.
 *
 * Return: true if so.
 */
bool ov2_policy_fits(const struct ov2_policy *pol, const struct xfrm_state *x)
{
	const struct xfrm_tmpl *tmpl = &pol->tmpl;

	if (!pol->has_tmpl)
		return x->props.mode == XFRM_MODE_TRANSPORT;

	return x->id.proto == tmpl->id.proto &&
	       (!tmpl->id.spi || x->id.spi == tmpl->id.spi) &&
	       (!tmpl->reqid || x->props.reqid == tmpl->reqid) &&
	       x->props.mode == tmpl->mode &&
	       algorithm_fits(tmpl, x) &&
	       (tmpl->mode == XFRM_MODE_TRANSPORT || tunnel_fits(tmpl, x));
}
