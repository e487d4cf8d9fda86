// SPDX-License-Identifier: GPL-2.0
/*
 * Which policies cannot be offloaded, and the one sentence that says so. What a
 * card does not match must not be there to be matched: a policy is refused as a
 * whole, never simplified.
 */
#include <linux/netdevice.h>

#include "policy.h"
#include "refuse_policy.h"
#include "../sa/refuse.h"
#include "../../ov2/miniport.h"
#include "../../watch/trace.h"

/* States would be refused, and NETDEV_DOWN would not take the policy away. */
static bool refuse_disabled(const struct xfrm_policy *xp)
{
	return !(xp->xdo.dev->features & NETIF_F_HW_ESP);
}

/* What comes out of an offloaded state has passed the card's inbound policies,
 * and the core then asks no policy of its own, fwd or in.
 */
static bool refuse_direction(const struct xfrm_policy *xp)
{
	return xp->xdo.dir != XFRM_DEV_OFFLOAD_IN &&
	       xp->xdo.dir != XFRM_DEV_OFFLOAD_OUT;
}

static bool refuse_type(const struct xfrm_policy *xp)
{
	return xp->type != XFRM_POLICY_TYPE_MAIN;
}

/* A received frame has no mark yet; and a sent one's mark may be another one
 * than the flow had when the core looked for its policy.
 */
static bool refuse_mark(const struct xfrm_policy *xp)
{
	return xp->mark.m || xp->mark.v;
}

/* The interface ID is not in the packet. An outbound bypass whose ID is the
 * index of the card can be offloaded all the same: it means what leaves through
 * this card, and the card sees nothing else. The core finds a policy with an ID
 * only for packets of the xfrm interface that has this ID, so it does not look
 * at such a bypass. It is for sockets that have an outbound policy of their
 * own.
 */
static bool refuse_if_id(const struct xfrm_policy *xp)
{
	bool bypass = xp->action == XFRM_POLICY_ALLOW && !xp->xfrm_nr;

	if (bypass && xp->xdo.dir == XFRM_DEV_OFFLOAD_OUT &&
	    xp->if_id == xp->xdo.dev->ifindex)
		return false;
	return xp->if_id;
}

/* Its states would be of one CPU each, which are refused. */
static bool refuse_pcpu(const struct xfrm_policy *xp)
{
	return xp->flags & XFRM_POLICY_CPU_ACQUIRE;
}

static bool refuse_context(const struct xfrm_policy *xp)
{
	return xp->security;
}

static bool refuse_dev(const struct xfrm_policy *xp)
{
	return xp->selector.ifindex &&
	       xp->selector.ifindex != xp->xdo.dev->ifindex;
}

static bool refuse_user(const struct xfrm_policy *xp)
{
	return xp->selector.user;
}

static bool refuse_tmpls(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) && xp->xfrm_nr > 1;
}

static bool refuse_proto(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) &&
	       xp->xfrm_vec[0].id.proto != IPPROTO_ESP;
}

static bool refuse_mode(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) &&
	       xp->xfrm_vec[0].mode != XFRM_MODE_TRANSPORT &&
	       xp->xfrm_vec[0].mode != XFRM_MODE_TUNNEL;
}

static bool refuse_optional(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) && xp->xfrm_vec[0].optional;
}

static bool is_for_everything(const struct xfrm_selector *sel)
{
	return !sel->prefixlen_s && !sel->prefixlen_d && !sel->proto;
}

/* Outbound, a template without reqid is a trap: no state of the card has reqid
 * 0 (SA_REFUSED_REQID), so the core acquires a state, and nothing leaves before
 * the key manager has put a better policy in front. Inbound, such a template
 * takes states of any reqid, as in the core. In a policy for all packets of a
 * family it is refused, as mlx5 refuses it: the trap would catch the key
 * manager's own packets.
 */
static bool refuse_reqid(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) && !xp->xfrm_vec[0].reqid &&
	       is_for_everything(&xp->selector);
}

static bool is_tunnel(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) &&
	       xp->xfrm_vec[0].mode == XFRM_MODE_TUNNEL;
}

/* The core keeps the inner family for the outer route of such states. */
static bool refuse_family(const struct xfrm_policy *xp)
{
	return is_tunnel(xp) &&
	       xp->xfrm_vec[0].encap_family != xp->selector.family;
}

/* The core would find the source by a route that the card does not ask. */
static bool refuse_addr(const struct xfrm_policy *xp)
{
	const struct xfrm_tmpl *tmpl = xp->xfrm_vec;

	return is_tunnel(xp) && xp->xdo.dir == XFRM_DEV_OFFLOAD_OUT &&
	       (xfrm_addr_any(&tmpl->saddr, tmpl->encap_family) ||
		xfrm_addr_any(&tmpl->id.daddr, tmpl->encap_family));
}

/* In this order: what an earlier test lets pass a later one relies on. */
static const struct {
	bool (*refused)(const struct xfrm_policy *xp);
	enum ov2_counter reason;
} tests[] = {
	{ refuse_disabled, OV2_CNT_POLICY_REFUSED_DISABLED },
	{ refuse_direction, OV2_CNT_POLICY_REFUSED_DIR },
	{ refuse_type, OV2_CNT_POLICY_REFUSED_TYPE },
	{ refuse_mark, OV2_CNT_POLICY_REFUSED_MARK },
	{ refuse_if_id, OV2_CNT_POLICY_REFUSED_IF_ID },
	{ refuse_pcpu, OV2_CNT_POLICY_REFUSED_PCPU },
	{ refuse_context, OV2_CNT_POLICY_REFUSED_CONTEXT },
	{ refuse_dev, OV2_CNT_POLICY_REFUSED_DEV },
	{ refuse_user, OV2_CNT_POLICY_REFUSED_USER },
	{ refuse_tmpls, OV2_CNT_POLICY_REFUSED_TMPLS },
	{ refuse_proto, OV2_CNT_POLICY_REFUSED_PROTO },
	{ refuse_mode, OV2_CNT_POLICY_REFUSED_MODE },
	{ refuse_optional, OV2_CNT_POLICY_REFUSED_OPTIONAL },
	{ refuse_reqid, OV2_CNT_POLICY_REFUSED_REQID },
	{ refuse_family, OV2_CNT_POLICY_REFUSED_FAMILY },
	{ refuse_addr, OV2_CNT_POLICY_REFUSED_ADDR },
};

/**
 * ov2_policy_refused() - is a policy one that cannot be offloaded?
 * @xp: the policy, of a card
 * @reason: out: why, as its counter
 *
 * Context: Any context.
 * Return: true if it cannot.
 */
bool ov2_policy_refused(const struct xfrm_policy *xp,
			enum ov2_counter *reason)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (tests[i].refused(xp)) {
			*reason = tests[i].reason;
			return true;
		}
	}
	return false;
}

static void say_what(enum ov2_counter reason, struct netlink_ext_ack *extack)
{
	switch (reason) {
	OV2_SAY(POLICY_REFUSED_DISABLED,
		"IPsec offload of the card is off, esp-hw-offload must be on");
	OV2_SAY(POLICY_REFUSED_DIR,
		"Direction must be in or out, a fwd policy needs no offload");
	OV2_SAY(POLICY_REFUSED_TYPE,
		"Sub-policies can't be offloaded, type must be main");
	OV2_SAY(POLICY_REFUSED_MARK,
		"Mark of a policy can't be offloaded, it must be 0");
	OV2_SAY(POLICY_REFUSED_IF_ID,
		"Interface ID must be 0, or the card's index in an outbound bypass");
	OV2_SAY(POLICY_REFUSED_PCPU,
		"States of one CPU can't be acquired, flag cpu-acquire must be 0");
	OV2_SAY(POLICY_REFUSED_CONTEXT,
		"Security context can't be offloaded, there must be none");
	OV2_SAY(POLICY_REFUSED_DEV,
		"Device of the selector must be the card, or none");
	OV2_SAY(POLICY_REFUSED_USER,
		"User of the selector can't be offloaded, it must be 0");
	OV2_SAY(POLICY_REFUSED_TMPLS,
		"Only one template can be offloaded");
	OV2_SAY(POLICY_REFUSED_PROTO,
		"Protocol of the template must be ESP");
	OV2_SAY(POLICY_REFUSED_MODE,
		"Mode of the template must be transport or tunnel");
	OV2_SAY(POLICY_REFUSED_OPTIONAL,
		"Level of the template must be required");
	OV2_SAY(POLICY_REFUSED_REQID,
		"Reqid of the template must not be 0 in a policy for all packets");
	OV2_SAY(POLICY_REFUSED_FAMILY,
		"Tunnel must be of the same address family as the selector");
	OV2_SAY(POLICY_REFUSED_ADDR,
		"An outbound tunnel must have both its addresses");
	OV2_SAY(POLICY_REFUSED_FULL,
		"Too many policies, pairs of prefix lengths, or policies with equal addresses");
	OV2_SAY(POLICY_REFUSED_NO_MEMORY,
		"No memory for the policy");
	default:
		break;
	}
}

/**
 * ov2_policy_refuse() - refuse a policy: say, count and trace why
 * @xp: the policy, of a card
 * @reason: why, OV2_CNT_POLICY_REFUSED_*
 * @err: what the core is told
 * @extack: may be NULL
 *
 * Context: Any context.
 * Return: @err.
 */
int ov2_policy_refuse(const struct xfrm_policy *xp, enum ov2_counter reason,
		      int err, struct netlink_ext_ack *extack)
{
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);

	say_what(reason, extack);
	ov2_count(ad, reason);
	trace_ov2_policy_refuse(ad, ov2_counter_name(reason), err);
	return err;
}
