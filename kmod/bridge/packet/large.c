// SPDX-License-Identifier: GPL-2.0
/*
 * Large packets in packet mode: they are classified, counted and framed once,
 * and the engine cuts them into segments (struct ov2_ext_lso). The segments are
 * the same as in software, where the core cuts a packet first and then protects
 * each segment.
 */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../../compat/skbuff.h"
#include "../../ov2/offload.h"
#include "large.h"

static unsigned int l4_header_len(const struct sk_buff *skb, int l4)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	if (skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4)
		return sizeof(struct udphdr);
	tcp = skb_header_pointer(skb, l4, sizeof(buf), &buf);
	return tcp ? tcp->doff * 4 : 0;
}

/* Tunnels inside the packet, and lists of packets, are left to the core. */
static bool type_ok(const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	return !skb->encapsulation && skb->ip_summed == CHECKSUM_PARTIAL &&
	       !(type & ~OV2_GSO_CUT) &&
	       type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6 | SKB_GSO_UDP_L4);
}

/**
 * ov2_large_read() - can the engine cut a packet?
 * @skb: a GSO packet, data at its IP header
 * @tunnel: the packet is to be protected in tunnel mode
 * @large: filled in
 *
 * In transport mode TCP or UDP stands right behind the IP header.
 *
 * Context: Any context.
 * Return: true if so; the core must cut the packet otherwise.
 */
bool ov2_large_read(const struct sk_buff *skb, bool tunnel,
		    struct ov2_large *large)
{
	int ip_len = ip_hdr(skb)->version == 6 ? sizeof(struct ipv6hdr) :
						 sizeof(struct iphdr);
	int l4;

	if (!type_ok(skb))
		return false;
	l4 = skb_checksum_start_offset(skb);
	if (tunnel ? l4 < ip_len : l4 != ip_len)
		return false;

	large->headers = l4 + l4_header_len(skb, l4);
	if (large->headers == l4 || large->headers >= skb->len)
		return false;
	large->payload = skb->len - large->headers;
	large->mss = skb_shinfo(skb)->gso_size;
	large->segments = skb_shinfo(skb)->gso_segs;
	return large->segments <= OV2_LSO_SEGMENTS_MAX &&
	       large->segments == DIV_ROUND_UP(large->payload, large->mss);
}

/**
 * ov2_large_bytes() - bytes of all segments
 * @large: the packet
 * @skip: bytes of each segment, from the IP header on, that do not count
 *
 * Context: Any context.
 * Return: the bytes.
 */
u64 ov2_large_bytes(const struct ov2_large *large, unsigned int skip)
{
	return (u64)(large->headers - skip) * large->segments + large->payload;
}

/**
 * ov2_large_set_ids() - say how the segments' IPv4 identifications differ
 * @skb: the packet, framed, its network header at the outermost IP header
 * @x: the state
 * @ext: its members for identifications are filled in
 *
 * In software each segment of a tunnel gets an outer header of its own. With DF
 * the identification in it is 0. Without DF the identification is one of the
 * numbers that ov2_outer_push() has reserved. The gso_type describes the IP
 * header that the packet had before it was framed; in a tunnel this is the
 * inner header.
 *
 * Context: Any context.
 */
void ov2_large_set_ids(const struct sk_buff *skb, const struct xfrm_state *x,
		       struct ov2_ext_lso *ext)
{
	bool same = skb_shinfo(skb)->gso_type & SKB_GSO_TCP_FIXEDID;
	const struct iphdr *ip = ip_hdr(skb);

	ext->same_id = same;
	ext->same_inner_id = same;
	if (ov2_state_is_tunnel(x))
		ext->same_id = ip->version == 4 && ip->frag_off & htons(IP_DF);
}
