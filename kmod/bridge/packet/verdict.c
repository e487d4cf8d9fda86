// SPDX-License-Identifier: GPL-2.0
/*
 * In packet mode, does the card alone decide about a packet that it lets in, or
 * does the core compare the packet with policies, too?
 *
 * If a packet has an xfrm_offload, the core believes that hardware has checked
 * the packet, and compares it neither with IN nor with FWD policies
 * (__xfrm_policy_check2()). So a packet may have an xfrm_offload only if the
 * card has all such policies.
 *
 * If a packet has no xfrm_offload, the core also checks the packet. Among the
 * policies in software the core chooses the right one. But if offloaded
 * policies overlap, the core may choose a policy that the card does not choose,
 * and that the core would not choose if the policies were in software. The
 * reason is that the core does not compare the priorities of offloaded
 * policies: xfrm_policy_insert_list() puts the youngest policy first, until
 * xfrm_dst_hash_transfer() reverses the order.
 */
#include <linux/inetdevice.h>
#include <net/addrconf.h>
#include <net/l3mdev.h>

#include "packet.h"
#include "verdict.h"
#include "../../compat/ipv6.h"

/* Did the card have all inbound policies of its namespace when the core told
 * about the last change?
 */
static bool had_all_policies(const struct ov2_adapter *ad)
{
	return READ_ONCE(ov2_bridge_of(ad)->all_in_netns) ==
	       dev_net(ad->dev)->net_cookie;
}

static bool core_counts(const struct ov2_adapter *ad, unsigned int policies)
{
	const struct net *net = dev_net(ad->dev);

	return READ_ONCE(net->xfrm.policy_count[XFRM_POLICY_IN]) == policies;
}

/* Two equal counts are not enough. A policy enters the SPD before the core
 * counts it, and leaves the SPD after the core has stopped counting it. At such
 * a moment, one policy in software makes the counts equal. all_in_netns is 0
 * then. But all_in_netns alone is not enough either, because the core counts a
 * new policy in software before it tells the key managers. If both happen at
 * once, a packet is not compared with the new policy. User space has not been
 * answered about this policy yet.
 */
static bool card_has_all_policies(const struct ov2_adapter *ad)
{
	const struct ov2_bridge *bridge = ov2_bridge_of(ad);

	return had_all_policies(ad) &&
	       core_counts(ad, ov2_spd_count(&bridge->spd,
					     XFRM_DEV_OFFLOAD_IN));
}

/* Does the core have an inbound policy that is not on the card?
 * xfrm_policy_flush() walks over the policies in the same way.
 */
static bool others_have_policies(const struct net *net,
				 const struct net_device *card)
{
	const struct xfrm_policy *xp;

	lockdep_assert_held(&net->xfrm.xfrm_policy_lock);
	list_for_each_entry(xp, &net->xfrm.policy_all, walk.all) {
		/* This entry is no policy. It marks where a dump continues */
		if (xp->walk.dead)
			continue;
		if (xfrm_policy_id2dir(xp->index) == XFRM_POLICY_IN &&
		    xp->xdo.dev != card)
			return true;
	}
	return false;
}

/**
 * ov2_verdict_policies_changed() - find out whether a card has all inbound
 *	policies of its namespace
 * @ad: the card
 * @added: the inbound policy that the core has added, or NULL if the core has
 *	deleted policies
 *
 * Call this for each card of the namespace, when the core tells the key
 * managers about a change. If the card had all policies, only a new policy
 * elsewhere can change that. So most calls do not walk over the policies.
 *
 * Context: Any context except hard interrupts. Takes
 *   net->xfrm.xfrm_policy_lock.
 */
void ov2_verdict_policies_changed(struct ov2_adapter *ad,
				  const struct xfrm_policy *added)
{
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	bool others = added && READ_ONCE(added->xdo.dev) != ad->dev;
	struct net *net = dev_net(ad->dev);
	unsigned int own;
	bool all;

	if (!others && (had_all_policies(ad) ||
			!ov2_spd_has(&bridge->spd, XFRM_DEV_OFFLOAD_IN)))
		return;

	spin_lock_bh(&net->xfrm.xfrm_policy_lock);
	own = ov2_spd_count(&bridge->spd, XFRM_DEV_OFFLOAD_IN);
	all = own && core_counts(ad, own) &&
	      !others_have_policies(net, ad->dev);
	WRITE_ONCE(bridge->all_in_netns, all ? net->net_cookie : 0);
	spin_unlock_bh(&net->xfrm.xfrm_policy_lock);
}

/**
 * ov2_verdict_policy_add() - a policy is going to enter a card's SPD
 * @ad: the card
 *
 * A card without inbound policies may have moved to another namespace, and back
 * again. So when its first inbound policy comes, the card forgets what it knew
 * about the policies of its namespace.
 *
 * Context: Process context.
 */
void ov2_verdict_policy_add(struct ov2_adapter *ad)
{
	struct ov2_bridge *bridge = ov2_bridge_of(ad);

	if (!ov2_spd_has(&bridge->spd, XFRM_DEV_OFFLOAD_IN))
		WRITE_ONCE(bridge->all_in_netns, 0);
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

/* The card cannot know whether a single packet will be forwarded, because NAT
 * may still change where the packet goes.
 */
static bool may_forward(const struct net_device *dev, u16 family)
{
	/* Another device takes the packet, and may forward it. */
	if (rcu_access_pointer(dev->rx_handler) || netif_is_l3_slave(dev))
		return true;
	return family == AF_INET ? ipv4_forwards(dev) : ipv6_forwards(dev);
}

/**
 * ov2_verdict_is_last() - does the card alone decide about a received packet?
 * @ad: the card
 * @family: AF_INET or AF_INET6, of the packet; an offloaded policy matches it
 *
 * Context: Under rcu_read_lock().
 * Return: true if the card has all inbound policies of its namespace, and no
 * packet that comes in through the card can be forwarded.
 */
bool ov2_verdict_is_last(const struct ov2_adapter *ad, u16 family)
{
	return card_has_all_policies(ad) && !may_forward(ad->dev, family);
}
