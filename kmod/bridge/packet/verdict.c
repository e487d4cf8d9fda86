// SPDX-License-Identifier: GPL-2.0
/*
 * Who has the last word on a packet that a card in packet mode lets in.
 *
 * A packet may say that hardware has checked it (xfrm_offload). Then the core
 * compares it neither with IN nor with FWD policies (__xfrm_policy_check2()).
 * So it may say that only where nobody but the card has such policies.
 *
 * Otherwise the core checks it, too. What the core says of its own policies is
 * right then. But of offloaded ones that overlap it may choose another one than
 * the card, and than it would in software: their priority does not count. The
 * newest one is the first in xfrm_policy_insert_list(), until
 * xfrm_dst_hash_transfer() turns them round.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/l3mdev.h>

#include "packet.h"
#include "verdict.h"
#include "../../compat/ipv6.h"

/* A policy enters the card's database before the core counts it, and leaves the
 * database after the core has stopped counting it. So if exactly one policy is
 * in software, the two counts agree while a policy of the card comes or goes.
 * A packet of that moment is not compared with the policy in software, as if
 * that policy had been added a moment later.
 */
static bool card_has_all_policies(const struct ov2_adapter *ad)
{
	const struct net *net = dev_net(ad->dev);

	return READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_IN]) ==
	       ov2_spd_count(&ov2_bridge_of(ad)->spd, XFRM_DEV_OFFLOAD_IN);
}

static bool ipv4_forwards(const struct net_device *dev)
{
	const struct in_device *in_dev = __in_dev_get_rcu(dev);

	return IPV4_DEVCONF_ALL_RO(dev_net(dev), FORWARDING) ||
	       (in_dev && IN_DEV_FORWARD(in_dev));
}

static bool ipv6_forwards(const struct net_device *dev)
{
	const struct inet6_dev *idev = __in6_dev_get(dev);

	return READ_ONCE(dev_net(dev)->ipv6.devconf_all->forwarding) ||
	       (idev && ov2_in6_forwards(idev));
}

/* Whether one packet will be forwarded cannot be known here: NAT may yet change
 * where it goes.
 */
static bool may_forward(const struct net_device *dev, u16 family)
{
	/* Another device takes it, which may forward. */
	if (rcu_access_pointer(dev->rx_handler) || netif_is_l3_slave(dev))
		return true;
	return family == AF_INET ? ipv4_forwards(dev) : ipv6_forwards(dev);
}

/**
 * ov2_verdict_is_last() - need the core not check what the card lets in?
 * @ad: the card
 * @family: of the packet, which an offloaded policy has accepted
 *
 * Context: Under rcu_read_lock().
 * Return: true if the card has all inbound policies of its namespace, and no
 * packet that comes in by the card can be forwarded.
 */
bool ov2_verdict_is_last(const struct ov2_adapter *ad, u16 family)
{
	return card_has_all_policies(ad) && !may_forward(ad->dev, family);
}
