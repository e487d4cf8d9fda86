// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving in crypto mode: what the engine has decrypted goes to xfrm_input()
 * at once, with the offsets that esp4_gro_receive() and esp6_gro_receive()
 * leave:
 *
 *	+----------+-----------+-------+------------+----+---------+-----+
 *	| Ethernet | IP        | (UDP) | SPI number | IV | clear   | ICV |
 *	+----------+-----------+-------+------------+----+---------+-----+
 *	^          ^                   ^
 *	MAC        network header      transport header, skb->data
 *	header
 *
 * No other part of the stack can do anything right with a frame whose outer
 * header says ESP and whose payload is clear: the UDP layer sums decrypted
 * bytes and asks the policy of a socket, and an ICMP error of the stack or of a
 * firewall quotes clear text. So taps, tc, netfilter and sockets get to see
 * only the packet that xfrm takes out.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "../../compat/route.h"
#include "../../compat/xfrm.h"
#include "../../ov2/records.h"
#include "deliver.h"
#include "headers.h"

/* Is there another header for xfrm_input() behind this one? A tunnel's packet
 * comes in again instead.
 */
static bool goes_on(unsigned long rx_header)
{
	struct ov2_rx_header hdr;

	if (!ov2_rx_header_decode(rx_header, &hdr))
		return false;
	return hdr.next_header == IPPROTO_ESP ||
	       hdr.next_header == IPPROTO_AH ||
	       hdr.next_header == IPPROTO_COMP;
}

/* For a second header xfrm_input() demands a route on the packet, and takes it
 * when that header is off. Packets that come by ip_rcv() have one; those of GRO
 * do not, so with GRO the core drops what has two (XfrmInError).
 */
static void set_route(struct sk_buff *skb)
{
	if (skb->protocol == htons(ETH_P_IPV6))
		ov2_route_input6(skb);
	else
		ov2_route_input(skb);
}

static void set_cb(struct sk_buff *skb, __be32 seq)
{
	/* GRO's and IP's parts of it overlap xfrm's. */
	memset(skb->cb, 0, sizeof(skb->cb));
	XFRM_SPI_SKB_CB(skb)->seq = seq;
	if (skb->protocol == htons(ETH_P_IPV6)) {
		IP6CB(skb)->iif = skb->skb_iif;
		/* The engine leaves extension headers alone. */
		IP6CB(skb)->nhoff = offsetof(struct ipv6hdr, nexthdr);
		XFRM_SPI_SKB_CB(skb)->family = AF_INET6;
		XFRM_SPI_SKB_CB(skb)->daddroff = offsetof(struct ipv6hdr,
							  daddr);
	} else {
		IPCB(skb)->iif = skb->skb_iif;
		XFRM_SPI_SKB_CB(skb)->family = AF_INET;
		XFRM_SPI_SKB_CB(skb)->daddroff = offsetof(struct iphdr, daddr);
	}
}

/**
 * ov2_deliver() - hand a frame of a state in crypto mode to xfrm
 * @skb: the frame; taken. Data is at the IP header, ov2_headers_set() was here,
 *	and the sec_path says what the engine found
 * @rx_header: slot 12 of its records
 *
 * Good or bad, xfrm_input() counts the frame.
 *
 * Context: BH disabled, under rcu_read_lock(), in the NAPI of its queue:
 *   xfrm_input() hands the packet on through gro_cells.
 */
void ov2_deliver(struct sk_buff *skb, unsigned long rx_header)
{
	struct xfrm_state *x = xfrm_input_state(skb);
	unsigned int header = skb_transport_offset(skb);
	const struct ip_esp_hdr *esp;
	int encap_type = 0;
	__be32 seq = 0;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "xfrm_input() needs it");
	/* A shorter frame has a bad status, and nobody reads its number. */
	if (skb_headlen(skb) >= header + sizeof(*esp)) {
		esp = (const void *)skb_transport_header(skb);
		seq = esp->seq_no;
	}
	if (ov2_headers_udp(skb))
		encap_type = UDP_ENCAP_ESPINUDP;

	/* As ip_rcv(): the receiving socket is looked for in skb->sk, where the
	 * sender's is.
	 */
	skb_orphan(skb);
	/* After two headers in transport mode the packet goes from xfrm to its
	 * socket at once, so __netif_receive_skb_core() and ip_rcv() do not say
	 * where it came in.
	 */
	skb->skb_iif = skb->dev->ifindex;
	set_cb(skb, seq);
	if (goes_on(rx_header))
		set_route(skb);
	/* xfrm_input() and esp4_gro_receive() set the mark, too, when they have
	 * looked up the state themselves. As there, the route for a second
	 * header was looked up without this mark.
	 */
	skb->mark = xfrm_smark_get(skb->mark, x);

	xfrm_offload(skb)->flags |= XFRM_GRO;
	__skb_pull(skb, header);
	xfrm_input(skb, IPPROTO_ESP, 0, encap_type);
}
