/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FRAME_H
#define _OV2_FRAME_H

#include <linux/if_ether.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/skbuff.h>
#include <linux/types.h>
#include <net/ip.h>

#define OV2_ESP_HDR_LEN	8

/**
 * enum ov2_frame_kind - what a frame is to the engine
 * @OV2_FRAME_OTHER: nothing that the engine looks at
 * @OV2_FRAME_ESP: ESP
 * @OV2_FRAME_UDP_ESP: UDP that may be ESP: it is ESP only if an SA matches
 * @OV2_FRAME_AH: AH
 * @OV2_FRAME_INCAPABLE: IPsec in a form outside the capabilities: in a
 *	fragment, or behind IPv4 options or IPv6 extension headers
 */
enum ov2_frame_kind {
	OV2_FRAME_OTHER,
	OV2_FRAME_ESP,
	OV2_FRAME_UDP_ESP,
	OV2_FRAME_AH,
	OV2_FRAME_INCAPABLE,
};

/**
 * struct ov2_frame - where the headers of a frame or of an inner packet are
 * @kind: kind of the frame. @ipsec and the members below are valid only for
 *	ESP, UDP_ESP and AH
 * @ipv6: the IP header is an IPv6 header
 * @src: source; IPv4 in the first word, the rest zero
 * @dst: destination, in the same form
 * @ip: bytes from skb->data to the IP header
 * @limit: bytes from skb->data to where the IP packet must end at the latest
 * @ip_len: bytes of the IP packet, as its header says
 * @inner: this describes the inner packet of a tunnel
 * @template: this describes the template of a large send, whose lengths may be
 *	missing
 * @ipsec: bytes from the IP header to the ESP or AH header
 * @ah_len: AH: bytes of the header, as its length field says
 * @ah_next: AH: next header
 * @spi: network order
 * @seq: low half of the sequence number, host order
 * @udp_dport: destination port, network order; UDP only
 */
struct ov2_frame {
	enum ov2_frame_kind kind;
	bool ipv6;
	struct in6_addr src;
	struct in6_addr dst;
	unsigned int ip;
	unsigned int limit;
	unsigned int ip_len;
	bool inner;
	bool template;
	unsigned int ipsec;
	unsigned int ah_len;
	u8 ah_next;
	__be32 spi;
	u32 seq;
	__be16 udp_dport;
};

/**
 * struct ov2_frame_esp4 - the headers of a frame that is ESP in IPv4
 * @eth: Ethernet
 * @ip: IPv4, without options
 * @spi: network order
 * @seq: low half of the sequence number, network order
 *
 * An Ethernet header has 14 bytes, so @eth and @ip cannot both be aligned to 4
 * bytes. Therefore the structure is aligned to 2 bytes only.
 */
struct ov2_frame_esp4 {
	struct ethhdr eth;
	struct iphdr ip;
	__be32 spi;
	__be32 seq;
} __packed __aligned(2);

void ov2_frame_parse(const struct sk_buff *skb, struct ov2_frame *frame);
void ov2_frame_parse_any(const struct sk_buff *skb, struct ov2_frame *frame);
void ov2_frame_parse_template(const struct sk_buff *skb,
			      struct ov2_frame *frame);
void ov2_frame_parse_inner(const struct sk_buff *skb, u8 protocol,
			   unsigned int start, unsigned int end,
			   struct ov2_frame *frame);
void ov2_frame_skip_ah(const struct sk_buff *skb, struct ov2_frame *frame);

/**
 * ov2_frame_esp4() - read the headers of a common frame
 * @skb: the frame, linear or not; skb->data is at the Ethernet header
 *
 * Most frames that the engine looks at are ESP in IPv4 without options, are
 * complete, and are not fragments. For these frames one comparison with
 * skb_headlen() shows that all headers can be read.
 *
 * Context: Any context.
 * Return: the headers, or NULL if the frame is not of this kind.
 */
static inline const struct ov2_frame_esp4 *
ov2_frame_esp4(const struct sk_buff *skb)
{
	const struct ov2_frame_esp4 *hdr = (const void *)skb->data;
	const unsigned int min = sizeof(*hdr) - ETH_HLEN;

	static_assert(sizeof(*hdr) == ETH_HLEN + 20 + OV2_ESP_HDR_LEN);
	if (skb_headlen(skb) < sizeof(*hdr) ||
	    hdr->eth.h_proto != htons(ETH_P_IP))
		return NULL;
	/* 0x45 is version and length of a header without options. */
	if (*(const u8 *)&hdr->ip != 0x45 ||
	    hdr->ip.protocol != IPPROTO_ESP || ip_is_fragment(&hdr->ip))
		return NULL;
	if (ntohs(hdr->ip.tot_len) < min ||
	    ntohs(hdr->ip.tot_len) > skb->len - ETH_HLEN)
		return NULL;
	return hdr;
}

/**
 * ov2_frame_esp_payload_len() - number of bytes between IV and ICV
 * @frame: an ESP frame
 * @iv_len: bytes of the IV
 * @icv_len: bytes of the ICV
 *
 * Context: Any context.
 * Return: the number, with padding, pad length and next header included; 0 if
 * the packet is too short for pad length and next header.
 */
static inline unsigned int
ov2_frame_esp_payload_len(const struct ov2_frame *frame, unsigned int iv_len,
			  unsigned int icv_len)
{
	unsigned int around = frame->ipsec + OV2_ESP_HDR_LEN + iv_len + icv_len;

	return frame->ip_len < around + 2 ? 0 : frame->ip_len - around;
}

#endif /* _OV2_FRAME_H */
