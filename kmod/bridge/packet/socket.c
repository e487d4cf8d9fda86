// SPDX-License-Identifier: GPL-2.0
/*
 * Clear UDP packets for a socket whose own policy lets them in. Software asks
 * the socket's own inbound policy (IP_XFRM_POLICY) first. Software asks the
 * other policies only if the socket has no policy for the packet
 * (__xfrm_policy_check()). So an IKE daemon gets the packets of its exchange
 * although a policy protects all packets between this host and the peer.
 * Hardware knows no sockets, but this card looks for the packet's socket.
 *
 * A packet that is let in must not reach another socket. The core would let the
 * packet in at any socket, because the core expects that the card has checked
 * the packet. While the packet is on its way, the daemon may end, and a socket
 * without a policy may get the daemon's port. So the packet is pinned to the
 * socket, as BPF's sk_assign does:
 *
 *	skb->sk			the socket
 *	skb->destructor		sock_pfree(), by which ip_rcv(), ipv6_rcv() and
 *				nf_queue() know that they must keep the socket
 *
 * UDP takes this socket without a look-up (skb_steal_sock()), and then asks the
 * socket's policy. The pin holds no reference to the socket, because a UDP
 * socket is freed a grace period after it is closed. So the packet goes up in
 * the caller's RCU section, without GRO and RPS, and must not wait in a queue.
 * A packet cannot be pinned in these cases:
 *
 * - Something above the card may take the frame elsewhere: a bridge device, a
 *   bond, a macvlan device, a VRF, XDP, or tc or nftables at the card's
 *   ingress.
 * - The packet is broadcast or multicast. Each listener gets a copy, and a pin
 *   is for one socket.
 * - The packet is a fragment, or is behind a VLAN tag, a PPPoE header, IPv4
 *   options or IPv6 extension headers. Another device or a later step decides
 *   where such a packet goes.
 * - The destination is no address of this host. IP drops a packet that has a
 *   socket and is to be forwarded.
 * - The socket is in a group of SO_REUSEPORT. UDP would choose a socket of the
 *   group again, and might choose another socket.
 * - A raw socket would also get the packet, although the raw socket's own
 *   policy does not let the packet in. The raw socket gets a copy without the
 *   pin, before UDP gets the packet, and the core believes that the card has
 *   checked the copy (raw_local_deliver(), raw_rcv()).
 * - A packet socket for the protocol IP would also get the packet. IP gets the
 *   packet first, and must leave it unchanged for the packet socket. So IP
 *   works on a copy, which has no pin (deliver_skb(), skb_share_check()).
 *
 * NAT takes the socket away from a packet that NAT may have changed
 * (nf_nat_ipv4_local_in()). So if NAT is loaded, a pinned packet is marked as
 * untracked, and NAT leaves it alone.
 *
 * A packet that cannot be pinned is dropped. A pinned packet to port 4500 may
 * be IKE, or ESP of a state that is in software. As without a card, UDP first
 * checks the policy, and then finds out which of the two the packet is.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/udp.h>
#include <net/l3mdev.h>
#include <net/route.h>

#include "flow.h"
#include "socket.h"
#include "../../compat/raw.h"
#include "../../compat/udp.h"
#include "../../ov2/miniport.h"
#include "../../watch/counters.h"

/* Under rcu_read_lock(). Decides as xfrm_sk_policy_lookup(), with one
 * exception: a policy that looks at more than the packet (at an interface ID, a
 * device, or a security context) lets nothing in.
 */
static bool policy_lets_in(const struct sock *sk, const struct ov2_flow *flow)
{
	const struct xfrm_policy *xp =
		rcu_dereference(sk->sk_policy[XFRM_POLICY_IN]);

	if (!xp || xp->family != flow->family || xp->if_id ||
	    xp->security || xp->selector.ifindex ||
	    (READ_ONCE(sk->sk_mark) & xp->mark.m) != xp->mark.v)
		return false;
	return xp->type == XFRM_POLICY_TYPE_MAIN &&
	       xp->action == XFRM_POLICY_ALLOW && !xp->xfrm_nr &&
	       ov2_selector_match(&xp->selector, flow) == OV2_MATCH_YES;
}

/* May the frame go another way than to IP? */
static bool may_leave_stack(const struct net_device *dev)
{
	if (rcu_access_pointer(dev->rx_handler) || netif_is_l3_slave(dev) ||
	    rcu_access_pointer(dev->xdp_prog) || ov2_has_packet_sockets(dev))
		return true;
#ifdef CONFIG_NET_XGRESS
	if (rcu_access_pointer(dev->tcx_ingress))
		return true;
#endif
#ifdef CONFIG_NETFILTER_INGRESS
	if (rcu_access_pointer(dev->nf_hooks_ingress))
		return true;
#endif
	return false;
}

static unsigned int flow_header_len(const struct ov2_flow *flow)
{
	return flow->family == AF_INET ? sizeof(struct iphdr) :
					 sizeof(struct ipv6hdr);
}

static bool is_simple_udp(const struct sk_buff *skb,
			  const struct ov2_flow *flow)
{
	return skb->pkt_type == PACKET_HOST && !flow->wrapped &&
	       flow->ports_known && flow->fl.flowi_proto == IPPROTO_UDP &&
	       flow->transport == flow_header_len(flow);
}

static struct sock *find4(struct net_device *dev, const struct flowi4 *fl)
{
	struct net *net = dev_net(dev);

	if (inet_addr_type_dev_table(net, dev, fl->daddr) != RTN_LOCAL)
		return NULL;
	return ov2_udp4_find(net, fl->saddr, fl->fl4_sport, fl->daddr,
			     fl->fl4_dport, dev->ifindex);
}

static struct sock *find6(struct net_device *dev, const struct flowi6 *fl)
{
	bool link = ipv6_addr_type(&fl->daddr) & IPV6_ADDR_LINKLOCAL;
	struct net *net = dev_net(dev);

	if (!ov2_in6_is_local(net, &fl->daddr, link ? dev : NULL))
		return NULL;
	return ov2_udp6_find(net, &fl->saddr, fl->fl6_sport, &fl->daddr,
			     fl->fl6_dport, dev->ifindex);
}

static bool raw_matches(struct net_device *dev, const struct sock *sk,
			const struct ov2_flow *flow)
{
	const struct flowi4 *fl4 = &flow->fl.u.ip4;
	const struct flowi6 *fl6 = &flow->fl.u.ip6;
	struct net *net = dev_net(dev);

	if (flow->family == AF_INET)
		return raw_v4_match(net, sk, IPPROTO_UDP, fl4->saddr,
				    fl4->daddr, dev->ifindex, 0);
	return ov2_raw6_match(net, sk, IPPROTO_UDP, &fl6->daddr, &fl6->saddr,
			      dev->ifindex);
}

/* Under rcu_read_lock(). Would a raw socket also get the packet, although the
 * raw socket's own policy does not let the packet in?
 */
static bool raw_socket_takes(struct net_device *dev,
			     const struct ov2_flow *flow)
{
	u32 hash = raw_hashfunc(dev_net(dev), IPPROTO_UDP);
	struct hlist_head *head;
	struct sock *sk;

	head = flow->family == AF_INET ? &raw_v4_hashinfo.ht[hash] :
					 ov2_raw6_sockets(hash);
	/* The table cannot be read, so assume that it has such a socket. */
	if (!head)
		return true;

	sk_for_each_rcu(sk, head)
		if (raw_matches(dev, sk, flow) && !policy_lets_in(sk, flow))
			return true;
	return false;
}

/**
 * ov2_socket_find() - find the UDP socket of a received packet
 * @dev: the card
 * @flow: the packet's flow: UDP, with its ports
 *
 * Context: Under rcu_read_lock(). The socket may be used until the read side
 *   ends.
 * Return: the socket, or NULL if no socket of this host gets the packet. Groups
 * (broadcast and multicast) have no socket.
 */
struct sock *ov2_socket_find(struct net_device *dev,
			     const struct ov2_flow *flow)
{
	return flow->family == AF_INET ? find4(dev, &flow->fl.u.ip4) :
					 find6(dev, &flow->fl.u.ip6);
}

/* Under rcu_read_lock(). Returns the socket to which the packet can be pinned,
 * or NULL. The policy of this socket lets the packet in.
 */
static struct sock *find_willing(struct net_device *dev,
				 const struct ov2_flow *flow)
{
	struct sock *sk;

	sk = ov2_socket_find(dev, flow);
	if (!sk || sk->sk_reuseport || sk_is_refcounted(sk))
		return NULL;
	if (!policy_lets_in(sk, flow) || raw_socket_takes(dev, flow))
		return NULL;
	return sk;
}

static void pin(struct sk_buff *skb, struct sock *sk)
{
	/* skb->sk may be the sender's socket, if the sender is on this host. */
	skb_orphan(skb);
	skb->sk = sk;
	skb->destructor = sock_pfree;
#if IS_ENABLED(CONFIG_NF_CONNTRACK)
	if (rcu_access_pointer(nf_nat_hook))
		skb_set_nfct(skb, IP_CT_UNTRACKED);
#endif
}

/**
 * ov2_socket_takes() - give a clear packet to a socket whose policy lets it in
 * @ad: the card
 * @skb: a packet that a policy of the card would drop; taken if the function
 *	returns true. Data is at the IP header
 * @flow: the packet's flow
 *
 * Context: BH disabled, under rcu_read_lock(), in the NAPI of the packet's
 *   queue.
 * Return: true if the socket took the packet, or if IP or netfilter dropped the
 * packet on its way to the socket.
 */
bool ov2_socket_takes(struct ov2_adapter *ad, struct sk_buff *skb,
		      const struct ov2_flow *flow)
{
	struct sock *sk;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the socket is not held");
	/* A packet from the emergency reserve (pfmemalloc) may go only to
	 * sockets that help to free memory. netif_receive_skb() makes sure of
	 * this, but netif_receive_skb_core() does not, so such a packet is not
	 * pinned.
	 */
	if (!is_simple_udp(skb, flow) || may_leave_stack(ad->dev) ||
	    skb_pfmemalloc(skb))
		return false;

	sk = find_willing(ad->dev, flow);
	if (!sk)
		return false;

	pin(skb, sk);
	ov2_count(ad, OV2_CNT_RX_CLEAR_SOCKET);
	netif_receive_skb_core(skb);
	return true;
}
