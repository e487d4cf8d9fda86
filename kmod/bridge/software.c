// SPDX-License-Identifier: GPL-2.0
/*
 * ESP frames that software has made, although the card has their SA.
 *
 * In crypto mode the core encrypts some packets of an offloaded state itself,
 * and newer kernels do not ask the card before (xfrm_dev_offload_ok()). Such a
 * packet still leaves by the card, as ESP that the card has not made. So the
 * card sees the frame. The frame still shows some of the properties because of
 * which the core did not leave the packet to the card. Under each property
 * stands the end of the name of its counter, ipsec_tx_software_*:
 *
 *	Ethernet  VLAN, PPPoE  IP  options, extension headers  UDP  ESP
 *	          ~~~~~~~~~~~      ~~~~~~~~~~~~~~~~~~~~~~~~~~
 *	          way              headers, fragment
 *
 * In a tunnel, the core looks at the headers of the inner packet. These headers
 * are encrypted in the frame, so the card cannot read them. Such a frame moves
 * the counter ipsec_tx_software_other.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/ipv6.h>

#include "software.h"
#include "packet/flow.h"
#include "sa/assoc.h"

/* Reads the IPv4 header at @depth, and moves @depth behind the header. Returns
 * the protocol. Returns 0 if the frame carries no whole IPv4 header, or if the
 * packet is a fragment but not the first fragment.
 */
static u8 read_ip4(const struct sk_buff *skb, int *depth,
		   struct ov2_software_frame *frame)
{
	const struct iphdr *ip;
	struct iphdr room;

	ip = skb_header_pointer(skb, *depth, sizeof(room), &room);
	if (!ip || ip->frag_off & htons(IP_OFFSET))
		return 0;

	frame->family = AF_INET;
	frame->saddr.a4 = ip->saddr;
	frame->daddr.a4 = ip->daddr;
	frame->fragment = ip->frag_off & htons(IP_MF);
	frame->headers = ip->ihl != sizeof(room) / 4;
	*depth += ip->ihl * 4;
	return ip->protocol;
}

/* Reads, like read_ip4(), the extension headers of IPv6 that may be in front of
 * ESP. AH is not among them: if there is AH, the packet has a second SA.
 */
static u8 read_ext(const struct sk_buff *skb, int *depth, u8 proto,
		   struct ov2_software_frame *frame)
{
	const struct frag_hdr *hdr;
	struct frag_hdr room;
	int len;

	while (proto == NEXTHDR_HOP || proto == NEXTHDR_ROUTING ||
	       proto == NEXTHDR_DEST || proto == NEXTHDR_FRAGMENT) {
		hdr = skb_header_pointer(skb, *depth, sizeof(room), &room);
		if (!hdr)
			return 0;
		if (proto == NEXTHDR_FRAGMENT) {
			if (hdr->frag_off & htons(IP6_OFFSET))
				return 0;
			frame->fragment = true;
			len = sizeof(*hdr);
		} else {
			frame->headers = true;
			len = ipv6_optlen((const struct ipv6_opt_hdr *)hdr);
		}
		*depth += len;
		proto = hdr->nexthdr;
	}
	return proto;
}

static u8 read_ip6(const struct sk_buff *skb, int *depth,
		   struct ov2_software_frame *frame)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr room;

	ip = skb_header_pointer(skb, *depth, sizeof(room), &room);
	if (!ip)
		return 0;

	frame->family = AF_INET6;
	frame->saddr.in6 = ip->saddr;
	frame->daddr.in6 = ip->daddr;
	*depth += sizeof(room);
	return read_ext(skb, depth, ip->nexthdr, frame);
}

/**
 * ov2_software_read() - test if a frame is ESP, and read its headers
 * @skb: a frame to be sent. Data is at the Ethernet header. The frame may be
 *	nonlinear
 * @udp: the frame may be ESP in UDP
 * @frame: filled in if the function returns true
 *
 * The function is called for each frame that the core hands over without an
 * xfrm_offload. So it returns early for frames that are not ESP. Behind UDP, an
 * SPI of 0 means that the packet is not ESP (RFC 3948 2.2).
 *
 * Context: Any context.
 * Return: true if the outermost IPsec header of the frame is ESP.
 */
bool ov2_software_read(const struct sk_buff *skb, bool udp,
		       struct ov2_software_frame *frame)
{
	const struct ethhdr *eth = (const struct ethhdr *)skb->data;
	const struct udphdr *outer;
	struct udphdr udp_room;
	int depth = ETH_HLEN;
	const __be32 *spi;
	__be32 spi_room;
	__be16 type;
	u8 proto;

	if (skb_headlen(skb) < ETH_HLEN)
		return false;
	memset(frame, 0, sizeof(*frame));
	type = eth->h_proto;
	frame->wrapped = ov2_flow_may_wrap(type);
	if (frame->wrapped)
		ov2_flow_unwrap(skb, &type, &depth);
	if (type == htons(ETH_P_IP))
		proto = read_ip4(skb, &depth, frame);
	else if (type == htons(ETH_P_IPV6))
		proto = read_ip6(skb, &depth, frame);
	else
		return false;

	if (proto == IPPROTO_UDP && udp) {
		outer = skb_header_pointer(skb, depth, sizeof(udp_room),
					   &udp_room);
		if (!outer)
			return false;
		frame->dport = outer->dest;
		depth += sizeof(*outer);
	} else if (proto != IPPROTO_ESP) {
		return false;
	}
	spi = skb_header_pointer(skb, depth, sizeof(spi_room), &spi_room);
	if (!spi || !*spi)
		return false;
	frame->spi = *spi;
	return true;
}

static bool is_of_state(const struct ov2_software_frame *frame,
			const struct xfrm_state *x)
{
	if (frame->dport != (x->encap ? x->encap->encap_dport : 0))
		return false;
	return xfrm_addr_any(&x->props.saddr, frame->family) ||
	       xfrm_addr_equal(&frame->saddr, &x->props.saddr, frame->family);
}

static enum ov2_counter why(const struct ov2_adapter *ad,
			    const struct ov2_software_frame *frame)
{
	if (!(ad->dev->features & NETIF_F_HW_ESP))
		return OV2_CNT_TX_SOFTWARE_DISABLED;
	if (frame->wrapped)
		return OV2_CNT_TX_SOFTWARE_WAY;
	if (frame->fragment)
		return OV2_CNT_TX_SOFTWARE_FRAGMENT;
	return frame->headers ? OV2_CNT_TX_SOFTWARE_HEADERS :
				OV2_CNT_TX_SOFTWARE_OTHER;
}

/**
 * ov2_software_count() - count an ESP frame that software has made, if the card
 *	has the SA of the frame
 * @ad: the card
 * @x: the state that has SPI and destination of the frame
 * @frame: the frame
 *
 * The core first tests by which device the packet leaves, then the MTU, and
 * then the headers. So if a frame shows several reasons, the reason that the
 * core tests first is counted.
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: true if the frame was counted.
 */
bool ov2_software_count(struct ov2_adapter *ad, const struct xfrm_state *x,
			const struct ov2_software_frame *frame)
{
	struct ov2_assoc *assoc = ov2_assoc_of_state(ad, x);
	enum ov2_counter reason;

	if (!assoc || !assoc->sends || !is_of_state(frame, x))
		return false;
	reason = why(ad, frame);
	ov2_count(ad, reason);
	atomic64_inc(&assoc->software[reason - OV2_SOFTWARE_FIRST]);
	return true;
}

/**
 * ov2_software_look() - read a frame, and count it if software has made it for
 *	an SA of the card
 * @ad: the card
 * @skb: the frame
 *
 * This function looks up the state in xfrm, as if the frame were received. The
 * look-up compares the mark of the frame. A frame has the mark that its packet
 * had before ESP, but if the state has an output mark, the frame has the output
 * mark. So if a state has both a mark and an output mark, the look-up does not
 * find the state, and the frame is not counted.
 *
 * Context: BH disabled, RCU read side.
 */
void ov2_software_look(struct ov2_adapter *ad, const struct sk_buff *skb)
{
	bool udp = atomic_read(&ov2_bridge_of(ad)->udp_senders);
	struct ov2_software_frame frame;
	struct xfrm_state *x;

	if (!ov2_software_read(skb, udp, &frame))
		return;
	x = xfrm_state_lookup(dev_net(ad->dev), skb->mark, &frame.daddr,
			      frame.spi, IPPROTO_ESP, frame.family);
	if (!x)
		return;
	ov2_software_count(ad, x, &frame);
	xfrm_state_put(x);
}
