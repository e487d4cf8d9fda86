// SPDX-License-Identifier: GPL-2.0
/*
 * Large packets in packet mode: they are classified and counted once, they get
 * the headers of ESP once, and then the engine cuts them into segments (struct
 * ov2_ext_lso). The segments are the same as in software, where the core cuts a
 * packet first and then protects each segment.
 */
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "large.h"
#include "protect.h"
#include "../sa/framed.h"
#include "../../ov2/offload.h"

static unsigned int l4_header_len(const struct sk_buff *skb, u8 proto, int l4)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	if (proto == IPPROTO_UDP)
		return sizeof(struct udphdr);
	tcp = skb_header_pointer(skb, l4, sizeof(buf), &buf);
	return tcp ? tcp->doff * 4 : 0;
}

/**
 * ov2_large_read() - can the engine cut a packet? If so, count the bytes
 * @skb: a GSO packet, data and network header at its IP header
 * @tunnel: the packet is to be protected in tunnel mode
 * @bytes: filled in with the number of bytes that ESP protects, all segments
 *	together
 *
 * In transport mode TCP or UDP must stand right behind the IP header. If a
 * tunnel is inside the packet, or if the packet is a list of packets
 * (SKB_GSO_FRAGLIST), the core must cut the packet.
 *
 * Context: Any context.
 * Return: true if the engine can cut the packet; false if the core must cut it.
 */
bool ov2_large_read(const struct sk_buff *skb, bool tunnel, u64 *bytes)
{
	const struct skb_shared_info *info = skb_shinfo(skb);
	unsigned int headers, payload, l4_len;
	int ip_len = ov2_ip_header_len(skb);
	u8 proto = ov2_large_proto(skb);
	int l4;

	if (!proto || skb->encapsulation || skb->ip_summed != CHECKSUM_PARTIAL)
		return false;
	l4 = skb_checksum_start_offset(skb);
	if (tunnel ? l4 < ip_len : l4 != ip_len)
		return false;

	l4_len = l4_header_len(skb, proto, l4);
	headers = l4 + l4_len;
	if (!l4_len || headers >= skb->len)
		return false;
	payload = skb->len - headers;
	*bytes = (u64)(headers - (tunnel ? 0 : ip_len)) * info->gso_segs +
		 payload;
	return info->gso_segs <= OV2_LSO_SEGMENTS_MAX &&
	       info->gso_segs == DIV_ROUND_UP(payload, info->gso_size);
}

/**
 * ov2_large_set_ids() - say whether the segments share an IPv4 identification
 * @skb: the packet, with the headers of ESP. The network header is at the
 *	outermost IP header
 * @x: the state
 * @ext: its members for identifications are filled in
 *
 * In software each segment of a tunnel gets an outer header of its own. With DF
 * the identification in the outer header is 0. Without DF each segment has an
 * identification of its own. The engine does the same, and without DF it uses
 * the numbers that ov2_outer_push() has reserved. The gso_type describes the IP
 * header that the packet had before it got the headers of ESP. In a tunnel this
 * is the inner header.
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
