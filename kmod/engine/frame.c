// SPDX-License-Identifier: GPL-2.0
/*
 * What the silicon reads from a frame. Lengths are those of the IP header,
 * never of the buffer: Ethernet pads short frames.
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

/* A header that the packet is too short for is left at zero: the SPI then
 * matches no SA, and a length check finds the rest.
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

	/* Cut inside the ESP header: only the SPI may be there. */
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
 * marker with IKE behind it, or a NAT keepalive of one byte. A UDP length
 * that is not the packet's is left to the stack, which trims.
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

/* LSOv2 leaves the length at zero: it is the buffer's then */
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

/* Behind extension headers, or in a fragment: outside the capabilities, if it
 * is IPsec at all. A later fragment shows it in its fragment header only.
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

/**
 * ov2_frame_parse() - look at a frame as the silicon does
 * @skb: the frame, data at the Ethernet header, linear or not
 * @frame: out: what it is and where things are
 *
 * A frame whose IP length is longer than the frame is "other": the stack drops
 * it.
 *
 * Context: Any context.
 */
void ov2_frame_parse(const struct sk_buff *skb, struct ov2_frame *frame)
{
	memset(frame, 0, sizeof(*frame));
	parse_ethernet(skb, frame);
}

/**
 * ov2_frame_parse_template() - look at the template of a large send
 * @skb: as ov2_frame_parse()
 * @frame: out: likewise
 *
 * An IP length of zero means the rest of the frame; the length in a UDP header
 * means nothing.
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
 * ov2_frame_parse_inner() - look at the packet inside a tunnel
 * @skb: the frame
 * @protocol: what the tunnel's ESP or AH names as next header
 * @start: bytes from skb->data to the packet
 * @end: bytes from skb->data that it may reach to
 * @frame: out: what it is; "other" if @protocol is not IP, or it does not fit
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
 * ov2_frame_skip_ah() - from the AH of a bundle to its ESP
 * @skb: the frame
 * @frame: of kind AH; becomes ESP if that is what stands behind the AH
 *	header, else "other"
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

/**
 * ov2_frame_esp_payload_len() - bytes from behind the IV to before the ICV
 * @frame: an ESP frame
 * @iv_len: bytes of the IV
 * @icv_len: bytes of the ICV
 *
 * Context: Any context.
 * Return: the bytes that are encrypted, pad length and next header included;
 * 0 if the packet cannot even hold those two.
 */
unsigned int ov2_frame_esp_payload_len(const struct ov2_frame *frame,
				       unsigned int iv_len,
				       unsigned int icv_len)
{
	unsigned int around = frame->ipsec + sizeof(struct esp_start) +
			      iv_len + icv_len;

	return frame->ip_len < around + 2 ? 0 : frame->ip_len - around;
}
