// SPDX-License-Identifier: GPL-2.0
/* The object "policy": which policies a card has, and how often packets matched
 * them.
 */
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "../bridge/policy_view.h"
#include "../ov2/adapter.h"
#include "dump.h"
#include "family.h"
#include "family_gen.h"
#include "put.h"

static int policy_put_ports(struct sk_buff *msg,
			    const struct ov2_policy_view *view)
{
	if (view->sport_mask &&
	    (nla_put_be16(msg, IPSECOV2_A_POLICY_SPORT, view->sport) ||
	     nla_put_be16(msg, IPSECOV2_A_POLICY_SPORT_MASK,
			  view->sport_mask)))
		return -EMSGSIZE;
	if (view->dport_mask &&
	    (nla_put_be16(msg, IPSECOV2_A_POLICY_DPORT, view->dport) ||
	     nla_put_be16(msg, IPSECOV2_A_POLICY_DPORT_MASK,
			  view->dport_mask)))
		return -EMSGSIZE;
	return 0;
}

static int policy_put_selector(struct sk_buff *msg,
			       const struct ov2_policy_view *view)
{
	if (nla_put_u16(msg, IPSECOV2_A_POLICY_FAMILY, view->family) ||
	    ov2_family_put_address(msg, IPSECOV2_A_POLICY_SADDR, view->family,
				   &view->saddr) ||
	    nla_put_u8(msg, IPSECOV2_A_POLICY_PREFIXLEN_S,
		       view->prefixlen_s) ||
	    ov2_family_put_address(msg, IPSECOV2_A_POLICY_DADDR, view->family,
				   &view->daddr) ||
	    nla_put_u8(msg, IPSECOV2_A_POLICY_PREFIXLEN_D,
		       view->prefixlen_d) ||
	    (view->proto &&
	     nla_put_u8(msg, IPSECOV2_A_POLICY_PROTO, view->proto)) ||
	    (view->ifindex &&
	     nla_put_u32(msg, IPSECOV2_A_POLICY_SEL_IFINDEX, view->ifindex)))
		return -EMSGSIZE;
	return policy_put_ports(msg, view);
}

static int policy_put_tmpl(struct sk_buff *msg,
			   const struct ov2_tmpl_view *tmpl)
{
	struct nlattr *nest;

	nest = nla_nest_start(msg, IPSECOV2_A_POLICY_TMPL);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u8(msg, IPSECOV2_A_POLICY_TMPL_MODE,
		       tmpl->tunnel ? IPSECOV2_MODE_TUNNEL :
				      IPSECOV2_MODE_TRANSPORT) ||
	    nla_put_u8(msg, IPSECOV2_A_POLICY_TMPL_PROTO, tmpl->proto) ||
	    nla_put_u32(msg, IPSECOV2_A_POLICY_TMPL_REQID, tmpl->reqid) ||
	    (tmpl->spi &&
	     nla_put_be32(msg, IPSECOV2_A_POLICY_TMPL_SPI, tmpl->spi)))
		return -EMSGSIZE;
	/* In transport mode xfrm uses the addresses of the packet, and ignores
	 * the addresses of the template.
	 */
	if (tmpl->tunnel &&
	    (nla_put_u16(msg, IPSECOV2_A_POLICY_TMPL_FAMILY, tmpl->family) ||
	     ov2_family_put_address(msg, IPSECOV2_A_POLICY_TMPL_SADDR,
				    tmpl->family, &tmpl->saddr) ||
	     ov2_family_put_address(msg, IPSECOV2_A_POLICY_TMPL_DADDR,
				    tmpl->family, &tmpl->daddr)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ov2_put_policy_name() - put what identifies a policy into a message
 * @msg: the message
 * @dev: the card
 * @view: the policy
 *
 * Context: Any context.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_policy_name(struct sk_buff *msg, const struct net_device *dev,
			const struct ov2_policy_view *view)
{
	if (nla_put_u32(msg, IPSECOV2_A_POLICY_IFINDEX, dev->ifindex) ||
	    nla_put_u32(msg, IPSECOV2_A_POLICY_INDEX, view->index) ||
	    nla_put_u8(msg, IPSECOV2_A_POLICY_DIR,
		       view->inbound ? IPSECOV2_DIRECTION_IN :
				       IPSECOV2_DIRECTION_OUT) ||
	    policy_put_selector(msg, view) ||
	    nla_put_u32(msg, IPSECOV2_A_POLICY_PRIORITY, view->priority) ||
	    (view->if_id &&
	     nla_put_u32(msg, IPSECOV2_A_POLICY_IF_ID, view->if_id)))
		return -EMSGSIZE;
	return 0;
}

/**
 * ov2_put_policy() - put all attributes of a policy into a message
 * @msg: the message
 * @dev: the card
 * @view: the policy
 *
 * Context: Any context.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_policy(struct sk_buff *msg, const struct net_device *dev,
		   const struct ov2_policy_view *view)
{
	if (ov2_put_policy_name(msg, dev, view) ||
	    nla_put_u8(msg, IPSECOV2_A_POLICY_ACTION,
		       view->block ? IPSECOV2_ACTION_BLOCK :
				     IPSECOV2_ACTION_ALLOW) ||
	    (view->protects && policy_put_tmpl(msg, &view->tmpl)) ||
	    nla_put_uint(msg, IPSECOV2_A_POLICY_HITS, view->hits))
		return -EMSGSIZE;
	return 0;
}

static int policy_find(const struct genl_info *info,
		       const struct net_device **dev,
		       struct ov2_policy_view *view)
{
	const struct nlattr *index = info->attrs[IPSECOV2_A_POLICY_INDEX];
	struct net_device *card;

	card = ov2_family_card(info, IPSECOV2_A_POLICY_IFINDEX);
	if (IS_ERR(card))
		return PTR_ERR(card);
	if (GENL_REQ_ATTR_CHECK(info, IPSECOV2_A_POLICY_INDEX))
		return -EINVAL;
	if (!ov2_bridge_policy_find(ov2_adapter_of(card), nla_get_u32(index),
				    view)) {
		NL_SET_ERR_MSG_ATTR(info->extack, index,
				    "ipsecov2: The card has no such policy");
		return -ENOENT;
	}
	*dev = card;
	return 0;
}

static int policy_put_asked(struct sk_buff *msg, const struct genl_info *info)
{
	const struct net_device *dev;
	struct ov2_policy_view view;
	int err;

	err = policy_find(info, &dev, &view);
	return err ?: ov2_put_policy(msg, dev, &view);
}

int ipsecov2_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ov2_family_reply(info, policy_put_asked);
}

static int policy_dump_card(struct sk_buff *skb, struct netlink_callback *cb,
			    struct net_device *dev, unsigned long *slot)
{
	struct ov2_policy_view view;
	void *hdr;

	while (ov2_bridge_policy_next(ov2_adapter_of(dev), slot, &view)) {
		hdr = genlmsg_iput(skb, genl_info_dump(cb));
		if (!hdr)
			return -EMSGSIZE;
		if (ov2_put_policy(skb, dev, &view)) {
			genlmsg_cancel(skb, hdr);
			return -EMSGSIZE;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
		++*slot;
	}
	return 0;
}

int ipsecov2_nl_policy_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb)
{
	static const struct ov2_dump_ops ops = {
		.ifindex = IPSECOV2_A_POLICY_IFINDEX,
		.version = ov2_bridge_policy_version,
		.card = policy_dump_card,
	};

	return ov2_family_dump(skb, cb, &ops);
}
