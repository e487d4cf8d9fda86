// SPDX-License-Identifier: GPL-2.0
/*
 * Take ESP off a packet that the engine has decrypted in place. In software
 * esp_input_done2() and net/xfrm/xfrm_input.c do this.
 *
 * Before, with data and network header at IP:
 *
 *	+----------+----+-------+-------------+----+---------+----------+-----+
 *	| Ethernet | IP | (UDP) | SPI, number | IV | carried | pad, len,| ICV |
 *	|          |    |       |             |    |         | next hdr |     |
 *	+----------+----+-------+-------------+----+---------+----------+-----+
 *	            <----------- start ------------><- len -->
 *
 * Transport mode, afterwards. Ethernet and IP header have moved up, and IP has
 * a new protocol, length and checksum:
 *
 *	                           +----------+----+---------+
 *	                           | Ethernet | IP | carried |
 *	                           +----------+----+---------+
 *	                                      ^
 *	                                      data, network header
 *
 * Tunnel mode, afterwards. What was carried is an IP packet, and the Ethernet
 * header in front of it is addressed to this card:
 *
 *	                                +----------+---------+
 *	                                | Ethernet | carried |
 *	                                +----------+---------+
 *	                                           ^
 *	                                           data, network header
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/dsfield.h>
#include <net/inet_ecn.h>
#include <net/ip.h>

#include "../sa/assoc.h"
#include "decap.h"
#include "../../ov2/records.h"

/* Pad length and next header */
#define OV2_TRAILER_LEN	2

/* Bytes of the IP header in front of ESP. It has no options and no extension
 * headers, because the engine opens no frame that has them.
 */
static unsigned int outer_len(const struct xfrm_state *x)
{
	return x->props.family == AF_INET6 ? sizeof(struct ipv6hdr) :
					     sizeof(struct iphdr);
}

/* Reads pad length and next header from the record. If the engine has not
 * written them into the record, they are read from the end of the packet.
 */
static bool read_trailer(const struct sk_buff *skb, unsigned int end,
			 unsigned long header, struct ov2_rx_header *hdr)
{
	u8 trailer[OV2_TRAILER_LEN];

	if (!ov2_rx_header_decode(header, hdr))
		return false;
	if (hdr->info_set)
		return true;
	if (end < sizeof(trailer) ||
	    skb_copy_bits(skb, end - sizeof(trailer), trailer, sizeof(trailer)))
		return false;

	hdr->pad_length = trailer[0];
	hdr->next_header = trailer[1];
	return true;
}

/**
 * ov2_decap_read() - what does an ESP packet carry?
 * @skb: the packet, decrypted, nothing stripped. Data is at the IP header, and
 *	the packet ends where the IP header says
 * @x: the packet's state
 * @icv_len: bytes of the ICV
 * @header: the packet's record in slot 12 (OV2_INFO_IPSEC_HEADER)
 * @decap: filled in with where the carried bytes start and end
 *
 * There is nothing to deliver if the carried packet is empty or a dummy (RFC
 * 4303 section 2.6). The bytes of the padding are not checked. Software does
 * not check them, either.
 *
 * Context: Any context.
 */
void ov2_decap_read(const struct sk_buff *skb, const struct xfrm_state *x,
		    unsigned int icv_len, unsigned long header,
		    struct ov2_decap *decap)
{
	struct ov2_rx_header hdr;
	int end = skb->len - icv_len;

	/* In tunnel mode x->props.header_len includes the outer IP header. */
	decap->start = x->props.header_len;
	if (!ov2_state_is_tunnel(x))
		decap->start += outer_len(x);

	decap->len = -EINVAL;
	if (end < 0 || !read_trailer(skb, end, header, &hdr))
		return;

	decap->next_header = hdr.next_header;
	end -= OV2_TRAILER_LEN + hdr.pad_length;
	if (end > (int)decap->start && hdr.next_header != IPPROTO_NONE)
		decap->len = end - decap->start;
}

/* Cut out the @cut bytes behind the first @keep bytes of the packet. The @keep
 * bytes and the Ethernet header move up.
 */
static void cut_headers(struct sk_buff *skb, unsigned int keep,
			unsigned int cut)
{
	skb_reset_mac_len(skb);
	memmove(skb->data + cut, skb->data, keep);
	skb_pull(skb, cut);
	skb_reset_network_header(skb);
	skb_mac_header_rebuild(skb);
}

static bool decap_transport(struct sk_buff *skb, const struct xfrm_state *x,
			    const struct ov2_decap *decap)
{
	unsigned int keep = outer_len(x);

	if (skb_ensure_writable(skb, decap->start))
		return false;

	cut_headers(skb, keep, decap->start - keep);
	if (x->props.family == AF_INET6) {
		ipv6_hdr(skb)->nexthdr = decap->next_header;
		ipv6_hdr(skb)->payload_len = htons(skb->len - keep);
	} else {
		ip_hdr(skb)->protocol = decap->next_header;
		ip_hdr(skb)->tot_len = htons(skb->len);
		ip_send_check(ip_hdr(skb));
	}
	/* NAT may have changed the addresses, so the checksum of TCP or UDP may
	 * be wrong (RFC 3948 section 3.1.2). The ICV has proved that the bytes
	 * are right, so the checksum is not needed.
	 */
	if (x->encap)
		skb->ip_summed = CHECKSUM_UNNECESSARY;
	return true;
}

static __be16 inner_ethertype(u8 next_header)
{
	switch (next_header) {
	case IPPROTO_IPIP:
		return htons(ETH_P_IP);
	case IPPROTO_IPV6:
		return htons(ETH_P_IPV6);
	default:
		return 0;
	}
}

static u8 received_dsfield(const struct sk_buff *skb,
			   const struct xfrm_state *x)
{
	return x->props.family == AF_INET6 ? ipv6_get_dsfield(ipv6_hdr(skb)) :
					     ipv4_get_dsfield(ip_hdr(skb));
}

static void inner_set_dsfield(struct sk_buff *skb, const struct xfrm_state *x,
			      u8 outer)
{
	bool ce = INET_ECN_is_ce(outer) && !(x->props.flags & XFRM_STATE_NOECN);
	bool dscp = x->props.flags & XFRM_STATE_DECAP_DSCP;

	if (skb->protocol == htons(ETH_P_IPV6)) {
		if (dscp)
			ipv6_copy_dscp(outer, ipv6_hdr(skb));
		if (ce)
			IP6_ECN_set_ce(skb, ipv6_hdr(skb));
	} else {
		if (dscp)
			ipv4_copy_dscp(outer, ip_hdr(skb));
		if (ce)
			IP_ECN_set_ce(ip_hdr(skb));
	}
}

/* Make the Ethernet header fit the inner packet, with this card as destination.
 */
static void inner_set_ethernet(struct sk_buff *skb)
{
	eth_hdr(skb)->h_proto = skb->protocol;
	ether_addr_copy(eth_hdr(skb)->h_dest, skb->dev->dev_addr);
	skb->pkt_type = PACKET_HOST;
}

static bool decap_tunnel(struct sk_buff *skb, const struct xfrm_state *x,
			 const struct ov2_decap *decap)
{
	__be16 protocol = inner_ethertype(decap->next_header);
	unsigned int inner_len;
	u8 outer;

	if (!protocol)
		return false;
	inner_len = protocol == htons(ETH_P_IPV6) ? sizeof(struct ipv6hdr) :
						    sizeof(struct iphdr);
	if (skb_ensure_writable(skb, decap->start + inner_len))
		return false;

	outer = received_dsfield(skb, x);
	cut_headers(skb, 0, decap->start);
	skb->protocol = protocol;
	inner_set_ethernet(skb);
	inner_set_dsfield(skb, x, outer);
	return true;
}

/**
 * ov2_decap() - reduce an ESP packet to the packet that it carries
 * @skb: the packet that ov2_decap_read() has read. Its MAC header, network
 *	header and device are set. Afterwards it is an Ethernet frame with the
 *	carried packet, and data is at the IP header
 * @x: the packet's state
 * @decap: filled in by ov2_decap_read(); its len is not negative
 *
 * Context: Any context.
 * Return: true; false if there is no memory, or if a tunnel carries something
 * other than an IP packet. If false, @skb must be dropped.
 */
bool ov2_decap(struct sk_buff *skb, const struct xfrm_state *x,
	       const struct ov2_decap *decap)
{
	if (pskb_trim(skb, decap->start + decap->len))
		return false;

	skb->ip_summed = CHECKSUM_NONE;
	return ov2_state_is_tunnel(x) ? decap_tunnel(skb, x, decap) :
					decap_transport(skb, x, decap);
}
