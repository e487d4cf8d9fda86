// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals of policies, from the rows of policy_refusals.h: find the reason,
 * tell the user, count, trace and log.
 */
#include <linux/netdevice.h>

#include "policy.h"
#include "refuse_policy.h"
#include "../sa/refuse.h"
#include "../../ov2/miniport.h"
#include "../../watch/log.h"
#include "../../watch/trace.h"

/* Is @xp an outbound bypass whose interface ID is the index of the card? Such a
 * bypass is for packets that leave through this card. The card sees no other
 * packets, so it need not compare the ID. The core itself uses this bypass only
 * for packets of the xfrm interface with this ID. But on the card, a packet
 * that does not come from this xfrm interface may meet @xp, too. If the core
 * has chosen a state in packet mode for this packet, the packet has a tag, and
 * the card drops the packet, because @xp does not protect it. If the packet's
 * socket has a bypass of its own, the core sends the packet in clear because of
 * the socket's bypass, and the card lets the packet pass because of @xp.
 */
static bool is_bypass_of_card(const struct xfrm_policy *xp)
{
	return xp->action == XFRM_POLICY_ALLOW && !xp->xfrm_nr &&
	       xp->xdo.dir == XFRM_DEV_OFFLOAD_OUT &&
	       xp->if_id == xp->xdo.dev->ifindex;
}

static bool is_for_everything(const struct xfrm_selector *sel)
{
	return !sel->prefixlen_s && !sel->prefixlen_d && !sel->proto;
}

static bool is_tunnel(const struct xfrm_policy *xp)
{
	return ov2_xfrm_policy_protects(xp) &&
	       xp->xfrm_vec[0].mode == XFRM_MODE_TUNNEL;
}

static bool lacks_address(const struct xfrm_tmpl *tmpl)
{
	return xfrm_addr_any(&tmpl->saddr, tmpl->encap_family) ||
	       xfrm_addr_any(&tmpl->id.daddr, tmpl->encap_family);
}

/**
 * ov2_policy_refused() - find the reason why a policy cannot be offloaded
 * @xp: the policy, of a card
 *
 * Context: Any context.
 * Return: the reason, OV2_CNT_POLICY_REFUSED_*, or OV2_CNT_NONE if nothing in
 * @xp is a reason.
 */
enum ov2_counter ov2_policy_refused(const struct xfrm_policy *xp)
{
#define REFUSED OV2_REFUSED_IF
#include "policy_refusals.h"
	return OV2_CNT_NONE;
}

static const char *policy_say(enum ov2_counter reason,
			      struct netlink_ext_ack *extack)
{
	switch (reason) {
#define REFUSED OV2_REFUSED_SAY
#include "policy_refusals.h"
	default:
		return ov2_counter_row(reason)->sentence;
	}
}

static void policy_log_tmpl(struct ov2_log_asked *asked,
			    const struct xfrm_tmpl *tmpl)
{
	asked->mode = tmpl->mode;
	asked->spi = tmpl->id.spi;
	asked->reqid = tmpl->reqid;
	if (tmpl->mode == XFRM_MODE_TRANSPORT)
		return;
	asked->tmpl_family = tmpl->encap_family;
	asked->tmpl_saddr = tmpl->saddr.in6;
	asked->tmpl_daddr = tmpl->id.daddr.in6;
}

static void policy_log(struct ov2_adapter *ad, const struct xfrm_policy *xp,
		       enum ov2_counter reason, const char *sentence, int err)
{
	const struct xfrm_selector *sel = &xp->selector;
	struct ov2_log_asked asked = {
		.is_policy = true,
		.dir = xp->xdo.dir,
		.type = xp->xdo.type,
		.tmpls = xp->xfrm_nr,
		.proto = sel->proto,
		.prefix_s = sel->prefixlen_s,
		.prefix_d = sel->prefixlen_d,
		.family = sel->family,
		.sport = sel->sport,
		.sport_mask = sel->sport_mask,
		.dport = sel->dport,
		.dport_mask = sel->dport_mask,
		.priority = xp->priority,
		.saddr = sel->saddr.in6,
		.daddr = sel->daddr.in6,
	};

	if (xp->xfrm_nr)
		policy_log_tmpl(&asked, &xp->xfrm_vec[0]);
	ov2_log_add(ad, reason, sentence, err, &asked);
}

/**
 * ov2_policy_refuse() - refuse a policy: tell the user, count, trace and log
 *	why
 * @xp: the policy, of a card
 * @reason: why, OV2_CNT_POLICY_REFUSED_*
 * @err: the errno for the core
 * @extack: may be NULL
 *
 * Context: Any context except hard interrupts.
 * Return: @err.
 */
int ov2_policy_refuse(const struct xfrm_policy *xp, enum ov2_counter reason,
		      int err, struct netlink_ext_ack *extack)
{
	struct ov2_adapter *ad = ov2_adapter_of(xp->xdo.dev);
	const char *sentence = policy_say(reason, extack);

	ov2_count(ad, reason);
	trace_ov2_policy_refuse(ad, ov2_counter_name(reason), err);
	policy_log(ad, xp, reason, sentence, err);
	return err;
}
