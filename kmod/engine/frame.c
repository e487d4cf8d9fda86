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
	if (ah) {
		frame->spi = ah->spi;
		frame->seq = be32_to_cpu(ah->seq);
	}
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
	if (!udp || ntohs(udp->len) != frame->ip_len - offset)
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

static void parse_ipv4(const struct sk_buff *skb, struct ov2_frame *frame)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, frame->ip, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5)
		return;

	frame->ip_len = ntohs(ip->tot_len);
	frame->src.s6_addr32[0] = ip->saddr;
	frame->dst.s6_addr32[0] = ip->daddr;
	if (frame->ip_len > skb->len - frame->ip)
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

	ip = skb_header_pointer(skb, frame->ip, sizeof(buf), &buf);
	if (!ip || ip->version != 6)
		return;

	frame->ipv6 = true;
	frame->ip_len = ntohs(ip->payload_len) + sizeof(*ip);
	frame->src = ip->saddr;
	frame->dst = ip->daddr;
	if (frame->ip_len > skb->len - frame->ip)
		return;

	if (ipv6_ext_hdr(ip->nexthdr) && ip->nexthdr != NEXTHDR_AUTH)
		parse_ipv6_extension(skb, frame, ip->nexthdr);
	else
		parse_payload(skb, frame, ip->nexthdr, sizeof(*ip));
}

/**
 * ov2_frame_parse() - look at a frame as the silicon does
 * @skb: the frame, data at the Ethernet header, linear or not
 * @frame: out: what it is and where things are
 *
 * Any context. A frame whose IP length is longer than the frame is "other":
 * the stack drops it.
 */
void ov2_frame_parse(const struct sk_buff *skb, struct ov2_frame *frame)
{
	const struct ethhdr *eth;
	struct ethhdr buf;

	memset(frame, 0, sizeof(*frame));
	eth = skb_header_pointer(skb, 0, sizeof(buf), &buf);
	if (!eth)
		return;

	frame->ip = sizeof(*eth);
	if (eth->h_proto == htons(ETH_P_IP))
		parse_ipv4(skb, frame);
	else if (eth->h_proto == htons(ETH_P_IPV6))
		parse_ipv6(skb, frame);
}

/**
 * ov2_frame_esp_payload_len() - bytes from behind the IV to before the ICV
 * @frame: an ESP frame
 * @iv_len: bytes of the IV
 * @icv_len: bytes of the ICV
 *
 * Any context.
 *
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

/**
 * ov2_frame_esp_trailer() - read pad length and next header
 * @skb: the frame, its payload in clear
 * @frame: an ESP frame, long enough for ov2_frame_esp_payload_len()
 * @icv_len: bytes of the ICV
 * @pad_length: out
 * @next_header: out
 *
 * Any context.
 *
 * Return: false if the bytes cannot be read.
 */
bool ov2_frame_esp_trailer(const struct sk_buff *skb,
			   const struct ov2_frame *frame, unsigned int icv_len,
			   u8 *pad_length, u8 *next_header)
{
	u8 trailer[2];

	if (skb_copy_bits(skb, frame->ip + frame->ip_len - icv_len - 2,
			  trailer, sizeof(trailer)))
		return false;

	*pad_length = trailer[0];
	*next_header = trailer[1];
	return true;
}
