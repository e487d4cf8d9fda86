// SPDX-License-Identifier: GPL-2.0
/*
 * Receiving in crypto mode: a frame that the engine has decrypted goes to
 * xfrm_input() at once. The offsets are those that esp4_gro_receive() and
 * esp6_gro_receive() would set:
 *
 *	+----------+-----------+-------+-------------+----+---------+-----+
 *	| Ethernet | IP        | (UDP) | SPI, number | IV | clear   | ICV |
 *	+----------+-----------+-------+-------------+----+---------+-----+
 *	^          ^                   ^
 *	MAC        network header      transport header, skb->data
 *	header
 *
 * Any other part of the stack would handle such a frame wrongly, because its
 * outer header says ESP and its payload is clear. The UDP layer would compute
 * its checksum over decrypted bytes, and compare the frame with the policy of a
 * socket. An ICMP error of the stack or of a firewall would quote clear text.
 * So taps, tc, netfilter and sockets see only the packet that xfrm has
 * unpacked.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "../../compat/route.h"
#include "../../compat/xfrm.h"
#include "../../ov2/records.h"
#include "deliver.h"
#include "headers.h"

/* Does xfrm_input() go on with another ESP, AH or IPComp header behind this ESP
 * header? The inner packet of a tunnel goes through the stack instead.
 */
static bool goes_on(const struct ov2_rx_header *hdr)
{
	return hdr->next_header == IPPROTO_ESP ||
	       hdr->next_header == IPPROTO_AH ||
	       hdr->next_header == IPPROTO_COMP;
}

/* If a packet has a second IPsec header, the packet must have a route when
 * xfrm_input() has taken off the second header. Otherwise the core drops the
 * packet (XfrmInError). ip_rcv() gives a packet its route. But a frame that the
 * engine has decrypted does not pass ip_rcv() before xfrm_input(), so this
 * function gives the packet its route.
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
	/* In skb->cb the parts of GRO and IP overlap xfrm's part. */
	memset(skb->cb, 0, sizeof(skb->cb));
	XFRM_SPI_SKB_CB(skb)->seq = seq;
	if (skb->protocol == htons(ETH_P_IPV6)) {
		IP6CB(skb)->iif = skb->skb_iif;
		/* The engine opens no frame with extension headers. */
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
 * @skb: the frame; taken. Data is at the IP header, ov2_headers_set() has set
 *	the offsets, and the sec_path says what the engine found
 * @hdr: the frame's record in slot 12 (OV2_INFO_IPSEC_HEADER), decoded
 *
 * xfrm_input() counts the frame, good or bad.
 *
 * Context: BH disabled, under rcu_read_lock(), in the NAPI of the frame's
 *   queue, because xfrm_input() hands the packet on through gro_cells.
 */
void ov2_deliver(struct sk_buff *skb, const struct ov2_rx_header *hdr)
{
	struct xfrm_state *x = xfrm_input_state(skb);
	unsigned int header = skb_transport_offset(skb);
	const struct ip_esp_hdr *esp;
	int encap_type = 0;
	__be32 seq = 0;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "xfrm_input() needs it");
	/* A shorter frame has a bad status, so its number is not used. */
	if (skb_headlen(skb) >= header + sizeof(*esp)) {
		esp = (const void *)skb_transport_header(skb);
		seq = esp->seq_no;
	}
	if (ov2_headers_udp(skb))
		encap_type = UDP_ENCAP_ESPINUDP;

	/* skb->sk may still be the socket of the sender, and the stack would
	 * believe that it is the socket of the receiver. ip_rcv() orphans
	 * packets, too.
	 */
	skb_orphan(skb);
	/* __netif_receive_skb_core() sets skb_iif of other packets. But not
	 * every packet comes to that function: a packet with two headers in
	 * transport mode goes from xfrm straight to its socket.
	 */
	skb->skb_iif = skb->dev->ifindex;
	set_cb(skb, seq);
	if (goes_on(hdr))
		set_route(skb);
	/* The mark is set after set_route(), because without an offload
	 * ip_rcv() looks up the route before xfrm_input() sets this mark.
	 */
	skb->mark = xfrm_smark_get(skb->mark, x);

	xfrm_offload(skb)->flags |= XFRM_GRO;
	__skb_pull(skb, header);
	xfrm_input(skb, IPPROTO_ESP, 0, encap_type);
}
