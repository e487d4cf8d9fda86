// SPDX-License-Identifier: GPL-2.0
/* What an offloaded policy says about packets, and about the states that
 * protect the packets.
 */
#include <linux/inetdevice.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "policy.h"
#include "../../watch/objects.h"

/**
 * ov2_policy_key_set() - set the addresses of a key
 * @key: the key; its family is set, and its addresses are zero or were set by
 *	this function
 * @saddr: source; bits behind its prefix are ignored
 * @prefix_s: length of the prefix of @saddr, in bits
 * @daddr: destination; bits behind its prefix are ignored
 * @prefix_d: length of the prefix of @daddr, in bits
 *
 * Context: Any context.
 */
void ov2_policy_key_set(struct ov2_policy_key *key,
			const xfrm_address_t *saddr, u8 prefix_s,
			const xfrm_address_t *daddr, u8 prefix_d)
{
	key->prefix_s = prefix_s;
	key->prefix_d = prefix_d;
	if (key->family == AF_INET) {
		key->saddr.a4 = saddr->a4 & inet_make_mask(prefix_s);
		key->daddr.a4 = daddr->a4 & inet_make_mask(prefix_d);
	} else {
		ipv6_addr_prefix(&key->saddr.in6, &saddr->in6, prefix_s);
		ipv6_addr_prefix(&key->daddr.in6, &daddr->in6, prefix_d);
	}
}

/**
 * ov2_policy_set() - copy the parts of xfrm's policy that the card needs
 * @pol: filled in; all zero before
 * @xp: xfrm's policy; ov2_policy_refused() has not refused it
 *
 * Context: Any context.
 */
void ov2_policy_set(struct ov2_policy *pol, const struct xfrm_policy *xp)
{
	pol->key.dir = xp->xdo.dir;
	pol->key.family = xp->selector.family;
	ov2_policy_key_set(&pol->key, &xp->selector.saddr,
			   xp->selector.prefixlen_s, &xp->selector.daddr,
			   xp->selector.prefixlen_d);
	pol->sel = xp->selector;
	pol->priority = xp->priority;
	pol->action = xp->action;
	pol->has_tmpl = ov2_xfrm_policy_protects(xp);
	if (pol->has_tmpl)
		pol->tmpl = xp->xfrm_vec[0];
}

/**
 * ov2_policy_new() - make a policy of the card for a policy of xfrm
 * @xp: xfrm's policy; ov2_policy_refused() has not refused it. The core has not
 *	published it yet, so its template and genid cannot change
 *
 * Context: Process context.
 * Return: the policy, or NULL if there is no memory.
 */
struct ov2_policy *ov2_policy_new(struct xfrm_policy *xp)
{
	struct ov2_policy *pol = kzalloc(sizeof(*pol), GFP_KERNEL_ACCOUNT);

	if (!pol)
		return NULL;
	pol->hits = alloc_percpu_gfp(u64, GFP_KERNEL_ACCOUNT);
	if (!pol->hits) {
		kfree(pol);
		return NULL;
	}
	ov2_policy_set(pol, xp);
	pol->xp = xp;
	pol->genid = atomic_read(&xp->genid);
	ov2_object_created(OV2_OBJECT_POLICY, pol);
	return pol;
}

/**
 * ov2_policy_free() - undo ov2_policy_new()
 * @pol: the policy. It was never in the SPD, or it left the SPD at least a
 *	grace period ago
 *
 * Context: Any context except hard interrupts.
 */
void ov2_policy_free(struct ov2_policy *pol)
{
	ov2_object_freed(OV2_OBJECT_POLICY, pol);
	free_percpu(pol->hits);
	kfree(pol);
}

static void policy_free(struct rcu_head *rcu)
{
	ov2_policy_free(container_of(rcu, struct ov2_policy, rcu));
}

/**
 * ov2_policy_free_rcu() - undo ov2_policy_new() a grace period later
 * @pol: the policy, which has left the SPD
 *
 * Context: Any context except hard interrupts.
 */
void ov2_policy_free_rcu(struct ov2_policy *pol)
{
	call_rcu(&pol->rcu, policy_free);
}

/**
 * ov2_policy_protects() - does a policy want its packets protected?
 * @pol: the policy
 *
 * A policy that neither protects nor blocks is a bypass: its packets pass in
 * clear.
 *
 * Context: Any context.
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
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_policy_blocks(const struct ov2_policy *pol)
{
	return pol->action != XFRM_POLICY_ALLOW;
}

/**
 * ov2_policy_tmpl() - find the template that a policy has now
 * @pol: a policy that protects
 * @room: room for a copy
 *
 * XFRM_MSG_MIGRATE changes the addresses of a policy's template and tells no
 * driver. xfrm_policy_migrate() writes the addresses under the policy's lock,
 * and increments the policy's genid, so that users of old copies read the
 * template again. The card also has a copy. If the genid has changed, this
 * function reads the template again.
 *
 * Context: Any context except hard interrupts, in the RCU read side in which
 *   @pol was found.
 * Return: the template, in @pol or in @room.
 */
const struct xfrm_tmpl *ov2_policy_tmpl(const struct ov2_policy *pol,
					struct xfrm_tmpl *room)
{
	struct xfrm_policy *xp = pol->xp;

	if (!ov2_policy_tmpl_is_old(pol))
		return &pol->tmpl;

	read_lock_bh(&xp->lock);
	*room = xp->xfrm_vec[0];
	read_unlock_bh(&xp->lock);
	return room;
}

static bool algorithm_fits(const struct xfrm_tmpl *tmpl,
			   const struct xfrm_state *x)
{
	return tmpl->allalgs || tmpl->aalgos & (1 << x->props.aalgo);
}

/* Does not compare the destination of the state with the destination of the
 * template. The core does not compare them, either. The packet came to this
 * host, so its destination is right.
 */
static bool tunnel_fits(const struct xfrm_tmpl *tmpl,
			const struct xfrm_state *x)
{
	return x->props.family == tmpl->encap_family &&
	       !xfrm_state_addr_cmp(tmpl, x, tmpl->encap_family);
}

/**
 * ov2_policy_fits() - is a received packet protected as its policy wants?
 * @pol: the policy that the packet met; it does not block
 * @x: the state that protected the packet
 *
 * Does the same as xfrm_state_ok() of xfrm_policy.c. A policy without a
 * template lets in a packet that came in transport mode, but no packet that
 * came through a tunnel.
 *
 * Context: Under rcu_read_lock().
 * Return: true if so.
 */
bool ov2_policy_fits(const struct ov2_policy *pol, const struct xfrm_state *x)
{
	const struct xfrm_tmpl *tmpl;
	struct xfrm_tmpl room;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the policy may go");
	if (!pol->has_tmpl)
		return x->props.mode == XFRM_MODE_TRANSPORT;

	tmpl = ov2_policy_tmpl(pol, &room);
	return x->id.proto == tmpl->id.proto &&
	       (!tmpl->id.spi || x->id.spi == tmpl->id.spi) &&
	       (!tmpl->reqid || x->props.reqid == tmpl->reqid) &&
	       x->props.mode == tmpl->mode &&
	       algorithm_fits(tmpl, x) &&
	       (tmpl->mode == XFRM_MODE_TRANSPORT || tunnel_fits(tmpl, x));
}
