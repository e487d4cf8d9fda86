// SPDX-License-Identifier: GPL-2.0
/*
 * What the engine reads from a frame. The engine takes the lengths from the IP
 * header, not from the buffer, because Ethernet pads short frames. Only the
 * template of a large send (lso.c) may have no length in its IP header.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "frame.h"

#define OV2_NON_ESP_MARKER	0

struct esp_start {
	__be32 spi;
	__be32 seq;
};

struct ah_start {
	u8 next_header;
	u8 len;
	__be16 reserved;
	__be32 spi;
	__be32 seq;
};

static const void *bytes_at(const struct sk_buff *skb,
			    const struct ov2_frame *frame, unsigned int offset,
			    unsigned int len, void *buf)
{
	if (offset + len > frame->ip_len)
		return NULL;
	return skb_header_pointer(skb, frame->ip + offset, len, buf);
}

/* If the packet ends inside the ESP header, the number stays zero. If a part of
 * the SPI is missing, the SPI stays zero, too, and SPI 0 matches no SA. If the
 * SPI is complete, an SA may match, and then a length check finds that the
 * packet is too short.
 */
static void parse_esp(const struct sk_buff *skb, struct ov2_frame *frame,
		      unsigned int offset)
{
	const struct esp_start *esp;
	struct esp_start buf;

	frame->ipsec = offset;
	esp = bytes_at(skb, frame, offset, sizeof(buf), &buf);
	if (esp) {
		frame->spi = esp->spi;
		frame->seq = be32_to_cpu(esp->seq);
		return;
	}

	/* The packet ends inside the ESP header. The SPI may be complete. */
	esp = bytes_at(skb, frame, offset, sizeof(esp->spi), &buf);
	if (esp)
		frame->spi = esp->spi;
}

static void parse_ah(const struct sk_buff *skb, struct ov2_frame *frame,
		     unsigned int offset)
{
	const struct ah_start *ah;
	struct ah_start buf;

	frame->kind = OV2_FRAME_AH;
	frame->ipsec = offset;
	ah = bytes_at(skb, frame, offset, sizeof(buf), &buf);
	if (!ah)
		return;

	frame->spi = ah->spi;
	frame->seq = be32_to_cpu(ah->seq);
	frame->ah_next = ah->next_header;
	frame->ah_len = (ah->len + 2) * 4;
}

/* RFC 3948 2.2 and 2.3: behind the UDP header stands a non-zero SPI, a zero
 * marker with IKE behind it, or a NAT keepalive of one byte. The engine expects
 * the ICV at the end of the IP packet. If the UDP datagram ends elsewhere, the
 * frame is left to the stack, which trims or drops the packet.
 */
static void parse_udp(const struct sk_buff *skb, struct ov2_frame *frame,
		      unsigned int offset)
{
	const struct udphdr *udp;
	struct udphdr buf;

	udp = bytes_at(skb, frame, offset, sizeof(buf), &buf);
	if (!udp)
		return;
	if (!frame->template && ntohs(udp->len) != frame->ip_len - offset)
		return;

	frame->udp_dport = udp->dest;
	parse_esp(skb, frame, offset + sizeof(*udp));
	if (frame->spi != htonl(OV2_NON_ESP_MARKER))
		frame->kind = OV2_FRAME_UDP_ESP;
}

static void parse_payload(const struct sk_buff *skb, struct ov2_frame *frame,
			  u8 proto, unsigned int offset)
{
	switch (proto) {
	case IPPROTO_ESP:
		frame->kind = OV2_FRAME_ESP;
		parse_esp(skb, frame, offset);
		break;
	case IPPROTO_AH:
		parse_ah(skb, frame, offset);
		break;
	case IPPROTO_UDP:
		if (!frame->ipv6)
			parse_udp(skb, frame, offset);
		break;
	}
}

/* LSOv2 may leave the length in the IP header at zero: then the packet ends
 * where the buffer ends.
 */
static bool set_ip_len(struct ov2_frame *frame, unsigned int len, bool unset)
{
	unsigned int room = frame->limit - frame->ip;

	frame->ip_len = frame->template && unset ? room : len;
	return frame->ip_len <= room;
}

static const void *ip_header(const struct sk_buff *skb,
			     const struct ov2_frame *frame, unsigned int len,
			     void *buf)
{
	if (frame->ip + len > frame->limit)
		return NULL;
	return skb_header_pointer(skb, frame->ip, len, buf);
}

static void parse_ipv4(const struct sk_buff *skb, struct ov2_frame *frame)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = ip_header(skb, frame, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return;

	frame->src.s6_addr32[0] = ip->saddr;
	frame->dst.s6_addr32[0] = ip->daddr;
	if (!set_ip_len(frame, ntohs(ip->tot_len), !ip->tot_len))
		return;

	if (ip_is_fragment(ip) || ip->ihl > 5) {
		if (ip->protocol == IPPROTO_ESP || ip->protocol == IPPROTO_AH)
			frame->kind = OV2_FRAME_INCAPABLE;
		return;
	}
	parse_payload(skb, frame, ip->protocol, sizeof(*ip));
}

/* ESP or AH behind extension headers, or in a fragment, is outside the
 * capabilities. In a fragment that is not the first, only the fragment header
 * names the protocol.
 */
static void parse_ipv6_extension(const struct sk_buff *skb,
				 struct ov2_frame *frame, u8 nexthdr)
{
	__be16 frag_off;
	const u8 *next;
	int offset;
	u8 buf;

	offset = ipv6_skip_exthdr(skb, frame->ip + sizeof(struct ipv6hdr),
				  &nexthdr, &frag_off);
	if (offset < 0)
		return;
	if (nexthdr == NEXTHDR_FRAGMENT) {
		next = skb_header_pointer(skb, offset, sizeof(buf), &buf);
		if (next)
			nexthdr = *next;
	}
	if (nexthdr == NEXTHDR_ESP || nexthdr == NEXTHDR_AUTH)
		frame->kind = OV2_FRAME_INCAPABLE;
}

static void parse_ipv6(const struct sk_buff *skb, struct ov2_frame *frame)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf;

	ip = ip_header(skb, frame, sizeof(buf), &buf);
	if (!ip || ip->version != 6)
		return;

	frame->ipv6 = true;
	frame->src = ip->saddr;
	frame->dst = ip->daddr;
	if (!set_ip_len(frame, ntohs(ip->payload_len) + sizeof(*ip),
			!ip->payload_len))
		return;

	if (ipv6_ext_hdr(ip->nexthdr) && ip->nexthdr != NEXTHDR_AUTH)
		parse_ipv6_extension(skb, frame, ip->nexthdr);
	else
		parse_payload(skb, frame, ip->nexthdr, sizeof(*ip));
}

static void parse_ethernet(const struct sk_buff *skb, struct ov2_frame *frame)
{
	const struct ethhdr *eth;
	struct ethhdr buf;

	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth)
		return;

	frame->ip = sizeof(*eth);
	frame->limit = skb->len;
	if (eth->h_proto == htons(ETH_P_IP))
		parse_ipv4(skb, frame);
	else if (eth->h_proto == htons(ETH_P_IPV6))
		parse_ipv6(skb, frame);
}

/* Reads a common frame as parse_ethernet() does, but in a shorter way. */
static bool parse_common(const struct sk_buff *skb, struct ov2_frame *frame)
{
	const struct ov2_frame_esp4 *hdr = ov2_frame_esp4(skb);

	if (!hdr)
		return false;

	*frame = (struct ov2_frame) {
		.kind = OV2_FRAME_ESP,
		.src.s6_addr32[0] = hdr->ip.saddr,
		.dst.s6_addr32[0] = hdr->ip.daddr,
		.ip = ETH_HLEN,
		.limit = skb->len,
		.ip_len = ntohs(hdr->ip.tot_len),
		.ipsec = sizeof(hdr->ip),
		.spi = hdr->spi,
		.seq = be32_to_cpu(hdr->seq),
	};
	return true;
}

/**
 * ov2_frame_parse() - find IP, ESP and AH in a frame
 * @skb: the frame, linear or not; skb->data is at the Ethernet header
 * @frame: filled in with what the frame is and where its headers are
 *
 * If the length in the IP header is larger than the frame, the frame is
 * OV2_FRAME_OTHER, because the stack drops such a frame.
 *
 * Context: Any context.
 */
void ov2_frame_parse(const struct sk_buff *skb, struct ov2_frame *frame)
{
	if (likely(parse_common(skb, frame)))
		return;
	ov2_frame_parse_any(skb, frame);
}

/**
 * ov2_frame_parse_any() - ov2_frame_parse(), without the short way for common
 *	frames
 * @skb: the frame, linear or not; skb->data is at the Ethernet header
 * @frame: filled in with what the frame is and where its headers are
 *
 * Context: Any context.
 */
void ov2_frame_parse_any(const struct sk_buff *skb, struct ov2_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	parse_ethernet(skb, frame);
}

/**
 * ov2_frame_parse_template() - ov2_frame_parse() for a large send's template
 * @skb: the template
 * @frame: filled in
 *
 * If the length in the IP header is zero, the packet ends where the frame ends.
 * The length in a UDP header is ignored.
 *
 * Context: Any context.
 */
void ov2_frame_parse_template(const struct sk_buff *skb,
			      struct ov2_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->template = true;
	parse_ethernet(skb, frame);
}

/**
 * ov2_frame_parse_inner() - find ESP and AH in the inner packet of a tunnel
 * @skb: the frame
 * @protocol: the next header of the ESP or AH header of the tunnel
 * @start: bytes from skb->data to the inner packet
 * @end: bytes from skb->data to where the inner packet must end at the latest
 * @frame: filled in. It is OV2_FRAME_OTHER if @protocol is not IP, or if the
 *	inner packet is longer than @end allows
 *
 * Context: Any context.
 */
void ov2_frame_parse_inner(const struct sk_buff *skb, u8 protocol,
			   unsigned int start, unsigned int end,
			   struct ov2_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	frame->inner = true;
	frame->ip = start;
	frame->limit = end;
	if (protocol == IPPROTO_IPIP)
		parse_ipv4(skb, frame);
	else if (protocol == IPPROTO_IPV6)
		parse_ipv6(skb, frame);
}

/**
 * ov2_frame_skip_ah() - go on from an AH header to the ESP header behind it
 * @skb: the frame
 * @frame: of kind AH; becomes OV2_FRAME_ESP if ESP stands behind the AH header,
 *	else OV2_FRAME_OTHER
 *
 * Context: Any context.
 */
void ov2_frame_skip_ah(const struct sk_buff *skb, struct ov2_frame *frame)
{
	frame->kind = OV2_FRAME_OTHER;
	frame->spi = 0;
	frame->seq = 0;
	if (frame->ah_next != IPPROTO_ESP)
		return;

	frame->kind = OV2_FRAME_ESP;
	parse_esp(skb, frame, frame->ipsec + frame->ah_len);
}
