// SPDX-License-Identifier: GPL-2.0
/*
 * Each queue remembers its last flow, and the policy and the state that the
 * look-ups found for it. Most packets of a burst are of one flow, so they need
 * no look-up.
 *
 * What is remembered must be what a look-up would find now. So the databases
 * count their changes, and what was remembered before a change is no longer
 * used:
 *
 *	change					look-up
 *
 *	add or remove the policy or state	read the count
 *	increment the count	(1)	look up policy and state    (2)
 *	free it a grace period later		remember them with the count
 *
 * A look-up (2) may still find a policy or state that a change has just
 * removed. Then the look-up has read the count before (1), so from (1) on
 * nobody uses what this look-up remembers. A reader that still sees the old
 * count is in a read-side section that began before (1), and the policy or
 * state is freed a grace period after (1). So the pointers can be followed
 * after ov2_recent_is() has returned true, and nothing has to be forgotten at
 * the end of a burst.
 *
 * Some facts change without a call of the card's operations. So these facts are
 * not remembered, and are looked at for each packet: the template of a policy
 * (ov2_policy_tmpl_is_old()), whether a state is valid or dying, and what
 * ov2_verdict_is_last() looks at. Numbers, lifetimes and counts are not
 * remembered, because each packet changes them. The selector of a state is not
 * looked at again, because xfrm_state_update() changes no selector of a state
 * that has an SPI.
 */
#include <linux/in.h>
#include <linux/ipv6.h>
#include <net/ip.h>

#include "packet.h"
#include "recent.h"

/**
 * ov2_recent_changes() - read how often the databases of a card have changed
 * @bridge: the bridge of the card
 *
 * The databases are the SPD and the SAD. Each of them has a count of its
 * changes, and both counts only grow. So if their sum has not changed, neither
 * count has changed.
 *
 * Context: Any context. Look-ups after this call find the databases as they
 *   were at the call, or newer.
 * Return: the number.
 */
u64 ov2_recent_changes(struct ov2_bridge *bridge)
{
	u64 changes = atomic64_read(&bridge->spd.changes) +
		      atomic64_read(&bridge->sad.changes);

	/* Pairs with the barriers of ov2_spd_add(), ov2_spd_del(),
	 * ov2_sad_add() and ov2_sad_del().
	 */
	smp_rmb();
	return changes;
}

static bool is_same4(const struct ov2_recent *recent, const struct iphdr *ip)
{
	/* Version and length of a header without options, in one byte */
	return *(const u8 *)ip == 0x45 && !ip_is_fragment(ip) &&
	       ip->protocol == recent->proto &&
	       ip->saddr == recent->saddr.a4 && ip->daddr == recent->daddr.a4 &&
	       *(const __be32 *)(ip + 1) == recent->ports;
}

static bool is_same6(const struct ov2_recent *recent, const struct ipv6hdr *ip)
{
	return ip->version == 6 && ip->nexthdr == recent->proto &&
	       ipv6_addr_equal(&ip->saddr, &recent->saddr.in6) &&
	       ipv6_addr_equal(&ip->daddr, &recent->daddr.in6) &&
	       *(const __be32 *)(ip + 1) == recent->ports;
}

static bool is_same_flow(const struct ov2_recent *recent,
			 const struct sk_buff *skb)
{
	const void *ip = skb->data;

	if (recent->ifindex != skb->dev->ifindex)
		return false;
	if (recent->family == AF_INET)
		return skb->protocol == htons(ETH_P_IP) &&
		       skb_headlen(skb) >= sizeof(struct iphdr) +
					   sizeof(recent->ports) &&
		       is_same4(recent, ip);
	return recent->family == AF_INET6 &&
	       skb->protocol == htons(ETH_P_IPV6) &&
	       skb_headlen(skb) >= sizeof(struct ipv6hdr) +
				   sizeof(recent->ports) &&
	       is_same6(recent, ip);
}

/**
 * ov2_recent_is() - may a packet use what its queue remembers?
 * @recent: the memory of the packet's queue
 * @bridge: the bridge of the card
 * @skb: the packet. Data and network header are at its IP header, and protocol
 *	and device are set
 *
 * If this function returns true, the flow that ov2_flow_read() would read from
 * @skb is equal to the remembered flow. The reason is that a queue remembers
 * only flows that ov2_flow_read() reads without the dissector.
 *
 * Context: BH disabled, under rcu_read_lock(); see struct ov2_recent.
 * Return: true if look-ups would find ov2_recent.pol and ov2_recent.assoc now.
 * Then both pointers may be followed.
 */
bool ov2_recent_is(const struct ov2_recent *recent, struct ov2_bridge *bridge,
		   const struct sk_buff *skb)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the policy may go");
	return recent->changes == ov2_recent_changes(bridge) &&
	       !ov2_flow_has_dissector(dev_net(skb->dev)) &&
	       is_same_flow(recent, skb);
}

/* Returns the ports as in a header: the source port comes first, unlike in
 * union flowi_uli.
 */
static __be32 header_ports(const union flowi_uli *uli)
{
	const __be16 ports[] = { uli->ports.sport, uli->ports.dport };
	__be32 word;

	memcpy(&word, ports, sizeof(word));
	return word;
}

/**
 * ov2_recent_set() - remember what was found for a flow
 * @recent: the memory of the packet's queue
 * @changes: what ov2_recent_changes() returned before anything was looked up
 * @flow: the flow
 * @pol: the policy that the flow meets, or NULL
 * @assoc: see ov2_recent.assoc
 *
 * Only flows of TCP and UDP with ov2_flow.common set, and without
 * ov2_flow.wrapped, are remembered. For any other flow, the caller may read
 * policy and state in @recent, but ov2_recent_is() stays false.
 *
 * Context: BH disabled; see struct ov2_recent.
 */
void ov2_recent_set(struct ov2_recent *recent, u64 changes,
		    const struct ov2_flow *flow, const struct ov2_policy *pol,
		    struct ov2_assoc *assoc)
{
	const union flowi_uli *uli;

	ov2_recent_forget(recent);
	recent->pol = pol;
	recent->assoc = assoc;
	if (!flow->common || flow->wrapped ||
	    (flow->fl.flowi_proto != IPPROTO_TCP &&
	     flow->fl.flowi_proto != IPPROTO_UDP))
		return;

	uli = flow->family == AF_INET ? &flow->fl.u.ip4.uli :
					&flow->fl.u.ip6.uli;
	xfrm_flowi_addr_get(&flow->fl, &recent->saddr, &recent->daddr,
			    flow->family);
	recent->ports = header_ports(uli);
	recent->changes = changes;
	recent->proto = flow->fl.flowi_proto;
	recent->ifindex = flow->fl.flowi_oif;
	recent->family = flow->family;
}
