// SPDX-License-Identifier: GPL-2.0
/* The object "card": what a user may change of it. */
#include <linux/ethtool_netlink.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>

#include "../compat/ethtool_notify.h"
#include "../port/port.h"
#include "../port/sizes.h"
#include "family.h"
#include "family_gen.h"

static int set_check_ring(const struct genl_info *info)
{
	const struct nlattr *ring = info->attrs[IPSECOV2_A_CARD_RX_RING];
	int err;

	if (!ring)
		return 0;
	err = ov2_sizes_check_ring(nla_get_u32(ring), info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, ring);
	return err;
}

static int set_capacity(const struct genl_info *info, struct ov2_port *port)
{
	const struct nlattr *attr = info->attrs[IPSECOV2_A_CARD_SA_CAPACITY];
	int err;

	if (!attr)
		return 0;
	err = ov2_sizes_set_capacity(port, nla_get_u32(attr), info->extack);
	if (err)
		NL_SET_BAD_ATTR(info->extack, attr);
	return err;
}

/* The steps that can fail come first. So if one value is impossible, nothing
 * changes.
 */
static int card_set(const struct genl_info *info, struct ov2_port *port)
{
	const struct nlattr *ring = info->attrs[IPSECOV2_A_CARD_RX_RING];
	int err;

	if (!ring && !info->attrs[IPSECOV2_A_CARD_SA_CAPACITY]) {
		NL_SET_ERR_MSG_MOD(info->extack,
				   "There is nothing to set: give sa-capacity, rx-ring or both");
		return -EINVAL;
	}
	err = set_check_ring(info) ?: set_capacity(info, port);
	if (err)
		return err;
	if (ring && nla_get_u32(ring) != port->ring) {
		ov2_sizes_set_ring(port, nla_get_u32(ring));
		/* If `ethtool -G` sets the size, the core tells listeners the
		 * new size. Here the module must tell them.
		 */
		ov2_ethtool_notify(port->ad.dev, ETHTOOL_MSG_RINGS_NTF);
	}
	return 0;
}

int ipsecov2_nl_card_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct net_device *dev;
	int err;

	rtnl_lock();
	/* After the end of the RCU read side, RTNL keeps the card alive. */
	rcu_read_lock();
	dev = ov2_family_card(info, IPSECOV2_A_CARD_IFINDEX);
	rcu_read_unlock();
	err = PTR_ERR_OR_ZERO(dev);
	if (!err)
		err = card_set(info, netdev_priv(dev));
	rtnl_unlock();
	return err;
}
