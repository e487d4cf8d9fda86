/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every reason to refuse a policy: one row for each, in the order in which the
 * conditions are tested. A condition may rely on the rows above it: their
 * conditions are false. The rows have the form of sa/state_refusals.h, with
 * conditions on the policy xp.
 *
 * If a policy has a field that the card cannot compare, the policy is refused.
 * The card never takes a simpler policy instead.
 */

/* With esp-hw-offload off, the card would refuse the states of the policy, and
 * the core would not remove the policy on NETDEV_DOWN.
 */
REFUSED(POLICY_REFUSED_DISABLED,
	!(xp->xdo.dev->features & NETIF_F_HW_ESP),
	"IPsec offload of the card is off, esp-hw-offload must be on")

/* If a packet comes in through an offloaded state, the card has compared it
 * with the card's inbound policies. Then there are two cases (verdict.c). If
 * the card alone decides, the core compares the packet with no policy.
 * Otherwise the core compares it once more, with in or fwd policies of its own.
 */
REFUSED(POLICY_REFUSED_DIR,
	xp->xdo.dir != XFRM_DEV_OFFLOAD_IN &&
	xp->xdo.dir != XFRM_DEV_OFFLOAD_OUT,
	"Direction must be in or out, a fwd policy needs no offload")

REFUSED(POLICY_REFUSED_TYPE,
	xp->type != XFRM_POLICY_TYPE_MAIN,
	"Sub-policies can't be offloaded, type must be main")

/* A received frame has no mark yet. The mark of a frame that is sent may differ
 * from the mark with which the core looked for a policy.
 */
REFUSED(POLICY_REFUSED_MARK,
	xp->mark.m || xp->mark.v,
	"Mark of a policy can't be offloaded, it must be 0")

/* The interface ID is not in the packet, so the card cannot compare it. In one
 * kind of policy the card need not compare it: see is_bypass_of_card().
 */
REFUSED(POLICY_REFUSED_IF_ID,
	xp->if_id && !is_bypass_of_card(xp),
	"Interface ID must be 0; an outbound bypass may have the card's index")

REFUSED(POLICY_REFUSED_CONTEXT,
	xp->security,
	"Security context can't be offloaded, there must be none")

REFUSED(POLICY_REFUSED_DEV,
	xp->selector.ifindex && xp->selector.ifindex != xp->xdo.dev->ifindex,
	"Device of the selector must be the card, or none")

REFUSED(POLICY_REFUSED_USER,
	xp->selector.user,
	"User of the selector can't be offloaded, it must be 0")

REFUSED(POLICY_REFUSED_TMPLS,
	ov2_xfrm_policy_protects(xp) && xp->xfrm_nr > 1,
	"Only one template can be offloaded")

REFUSED(POLICY_REFUSED_PROTO,
	ov2_xfrm_policy_protects(xp) && xp->xfrm_vec[0].id.proto != IPPROTO_ESP,
	"Protocol of the template must be ESP")

REFUSED(POLICY_REFUSED_MODE,
	ov2_xfrm_policy_protects(xp) &&
	xp->xfrm_vec[0].mode != XFRM_MODE_TRANSPORT &&
	xp->xfrm_vec[0].mode != XFRM_MODE_TUNNEL,
	"Mode of the template must be transport or tunnel")

REFUSED(POLICY_REFUSED_OPTIONAL,
	ov2_xfrm_policy_protects(xp) && xp->xfrm_vec[0].optional,
	"Level of the template must be required")

/* In an outbound policy, a template without reqid is a trap: no state of the
 * card has reqid 0 (SA_REFUSED_REQID), so the core asks a key manager for a
 * state. Packets are dropped until the key manager has put another policy in
 * front of the trap. In an inbound policy, a template without reqid accepts
 * states of any reqid, as in the core. In a policy for all packets of a family,
 * the card refuses a template without reqid, as mlx5 does, because the trap
 * would catch the key manager's own packets.
 */
REFUSED(POLICY_REFUSED_REQID,
	ov2_xfrm_policy_protects(xp) && !xp->xfrm_vec[0].reqid &&
	is_for_everything(&xp->selector),
	"Reqid of the template must not be 0 in a policy for all packets")

/* The core's outer route is wrong for the states of such a policy, see
 * SA_REFUSED_INNER_FAMILY.
 */
REFUSED(POLICY_REFUSED_FAMILY,
	is_tunnel(xp) && xp->xfrm_vec[0].encap_family != xp->selector.family,
	"Tunnel must be of the same address family as the selector")

/* The core would take a missing source address from a route. But the card looks
 * up no route before it chooses the state.
 */
REFUSED(POLICY_REFUSED_ADDR,
	is_tunnel(xp) && xp->xdo.dir == XFRM_DEV_OFFLOAD_OUT &&
	lacks_address(&xp->xfrm_vec[0]),
	"An outbound tunnel must have both its addresses")

REFUSED(POLICY_REFUSED_FULL, ELSEWHERE,
	"Too many policies, prefix lengths, or policies with equal addresses")

REFUSED(POLICY_REFUSED_NO_MEMORY, ELSEWHERE,
	"No memory for the policy")

#undef REFUSED
