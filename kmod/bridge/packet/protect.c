// SPDX-License-Identifier: GPL-2.0
/*
 * ESP framing in packet mode: headers and trailer (RFC 4303 2) are written
 * here. In crypto mode xfrm's core writes them. The engine writes IV,
 * ciphertext and ICV. A monitor may show the packet before the engine has it.
 * So while a monitor is up, the room of IV and ICV is cleared, because it may
 * hold what the memory held before, such as bytes of other users.
 *
 * Before, with data and network header at IP:
 *
 *	+-----------+---------+
 *	| IP        | payload |
 *	+-----------+---------+
 *	<- header -->
 *
 * Transport mode, afterwards. Data and network header are at IP:
 *
 *	+-----------+-------+-------------+----+-----------+-------------+-----+
 *	| IP        | (UDP) | SPI, number | IV | payload   | pad len nxt | ICV |
 *	+-----------+-------+-------------+----+-----------+-------------+-----+
 *	<- header --><--------- room ----------><-protected><--- tail --->
 *	            ^
 *	            transport header
 *
 * Tunnel mode, afterwards. Data and network header are at the outer IP header
 * (outer.c), and the packet is protected as a whole:
 *
 *	+----------+-------+-------------+----+---------+---------+------+-----+
 *	| outer IP | (UDP) | SPI, number | IV | IP      | payload | tail | ICV |
 *	+----------+-------+-------------+----+---------+---------+------+-----+
 *	            <--------- room ----------><--- inner_len ---->
 *	            ^
 *	            transport header
 */
#include <linux/udp.h>
#include <net/esp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../../watch/capture.h"
#include "protect.h"

/**
 * ov2_ip_header_len() - bytes of the IP header without options
 * @skb: a packet, its network header set
 *
 * Context: Any context.
 * Return: the number of bytes. In transport mode ESP does not protect them.
 */
unsigned int ov2_ip_header_len(const struct sk_buff *skb)
{
	return ip_hdr(skb)->version == 6 ? sizeof(struct ipv6hdr) :
					   sizeof(struct iphdr);
}

/**
 * ov2_frame_trim() - cut off the bytes behind the IP packet
 * @skb: data and network header at an IP header, whose version is 4 or 6 as
 *	skb->protocol says
 *
 * Ethernet pads short frames, and ESP's trailer must follow the packet
 * directly. A large packet has no padding, and may have no length in its
 * header.
 *
 * Context: Any context.
 * Return: false if the packet is shorter than its header says, or if there is
 *   no memory.
 */
bool ov2_frame_trim(struct sk_buff *skb)
{
	unsigned int len;

	if (!pskb_may_pull(skb, sizeof(struct iphdr)))
		return false;
	if (ip_hdr(skb)->version == 4)
		len = ntohs(ip_hdr(skb)->tot_len);
	else if (pskb_may_pull(skb, sizeof(struct ipv6hdr)))
		len = sizeof(struct ipv6hdr) +
		      ntohs(ipv6_hdr(skb)->payload_len);
	else
		return false;
	return skb_is_gso(skb) ||
	       (len <= skb->len && !pskb_trim_rcsum(skb, len));
}

/* Returns where the new tail begins, or NULL if there is no memory. */
static u8 *put_tail(struct sk_buff *skb, unsigned int len)
{
	struct sk_buff *last;

	/* For such a packet, the two functions below would do the same. */
	if (likely(!skb_cloned(skb) && skb_tailroom(skb) >= len))
		return __skb_put(skb, len);
	if (skb_cow_data(skb, len, &last) < 0)
		return NULL;
	return pskb_put(skb, last, len);
}

/* @protected: bytes that ESP protects */
static bool add_trailer(struct sk_buff *skb, const struct ov2_assoc *assoc,
			unsigned int protected, u8 next_header)
{
	unsigned int tail = ALIGN(protected + 2, assoc->align) - protected;
	u8 *end = put_tail(skb, tail + assoc->icv_len);

	if (!end)
		return false;
	esp_output_fill_trailer(end, 0, tail, next_header);
	if (ov2_capture_on())
		memset(end + tail, 0, assoc->icv_len);
	return true;
}

/* The engine gives each segment of a large packet its trailer and its length.
 * The length of the large packet itself may not fit into its field, so the
 * field is cleared.
 */
static void clear_length(struct sk_buff *skb)
{
	if (ip_hdr(skb)->version == 6)
		ipv6_hdr(skb)->payload_len = 0;
	else
		ip_hdr(skb)->tot_len = 0;
}

static unsigned int esp_header_len(const struct ov2_assoc *assoc)
{
	return sizeof(struct ip_esp_hdr) + assoc->iv_len +
	       (assoc->udp_encap ? sizeof(struct udphdr) : 0);
}

/* Write the UDP and ESP headers into the room at the transport header. UDP has
 * no checksum (RFC 3948 2.1).
 */
static void set_esp(struct sk_buff *skb, const struct ov2_assoc *assoc,
		    const struct xfrm_state *x, u32 seq)
{
	struct ip_esp_hdr *esp = (void *)skb_transport_header(skb);
	struct udphdr *udp;

	if (assoc->udp_encap) {
		udp = (void *)esp;
		udp->source = x->encap->encap_sport;
		udp->dest = x->encap->encap_dport;
		udp->len = htons(skb->len - skb_transport_offset(skb));
		udp->check = 0;
		esp = (void *)(udp + 1);
	}
	esp->spi = x->id.spi;
	esp->seq_no = htonl(seq);
	if (ov2_capture_on())
		memset(esp->enc_data, 0, assoc->iv_len);
}

static u8 protected_protocol(const struct sk_buff *skb,
			     const struct xfrm_state *x)
{
	bool ipv6 = ip_hdr(skb)->version == 6;

	if (ov2_state_is_tunnel(x))
		return ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
	return ipv6 ? ipv6_hdr(skb)->nexthdr : ip_hdr(skb)->protocol;
}

/* In transport mode the IP header moves in front of ESP. Only its protocol,
 * length and checksum change.
 */
static void open_transport(struct sk_buff *skb, const struct xfrm_state *x,
			   unsigned int header, unsigned int room)
{
	struct iphdr *ip = skb_push(skb, room);

	memmove(ip, skb_network_header(skb), header);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, header);
	if (ip->version == 6) {
		ipv6_hdr(skb)->nexthdr = IPPROTO_ESP;
		ipv6_hdr(skb)->payload_len = htons(skb->len - header);
		return;
	}
	ip->protocol = x->encap ? IPPROTO_UDP : IPPROTO_ESP;
	ip->tot_len = htons(skb->len);
	ip_send_check(ip);
}

static void open_tunnel(struct sk_buff *skb, const struct xfrm_state *x,
			const struct ov2_outer *outer, unsigned int room,
			unsigned int inner_len)
{
	skb_push(skb, room);
	skb_reset_transport_header(skb);
	ov2_outer_push(skb, x, outer, inner_len);
}

/**
 * ov2_frame_protect() - turn an IP packet into an ESP packet that is not
 *	encrypted yet
 * @skb: data and network header at the IP header. In transport mode the packet
 *	is no fragment, and has no options and no extension headers
 * @assoc: the association of @x
 * @x: the outbound state
 * @seq: the low half of the packet's sequence number, in host order
 * @outer: from ov2_outer_find(), in tunnel mode
 * @next_header: filled in with the next header of the trailer
 *
 * Context: Any context.
 * Return: false if there is no memory; @skb must be dropped then.
 */
bool ov2_frame_protect(struct sk_buff *skb, const struct ov2_assoc *assoc,
		       const struct xfrm_state *x, u32 seq,
		       const struct ov2_outer *outer, u8 *next_header)
{
	unsigned int room = esp_header_len(assoc);
	unsigned int inner_len = skb->len;
	unsigned int header = 0;

	if (!ov2_state_is_tunnel(x))
		header = ov2_ip_header_len(skb);
	*next_header = protected_protocol(skb, x);
	if (skb_cow_head(skb, x->props.header_len + ETH_HLEN))
		return false;
	if (!skb_is_gso(skb) &&
	    !add_trailer(skb, assoc, skb->len - header, *next_header))
		return false;

	if (ov2_state_is_tunnel(x))
		open_tunnel(skb, x, outer, room, inner_len);
	else
		open_transport(skb, x, header, room);
	set_esp(skb, assoc, x, seq);
	if (skb_is_gso(skb))
		clear_length(skb);
	return true;
}
