/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FRAME_H
#define _OV2_FRAME_H

#include <linux/in6.h>
#include <linux/skbuff.h>
#include <linux/types.h>

/**
 * enum ov2_frame_kind - what a frame is to the engine
 * @OV2_FRAME_OTHER: nothing that the engine looks at
 * @OV2_FRAME_ESP: ESP
 * @OV2_FRAME_UDP_ESP: UDP that may carry ESP: an SA tells
 * @OV2_FRAME_AH: AH
 * @OV2_FRAME_INCAPABLE: IPsec in a form outside the capabilities: a
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
 * struct ov2_frame - where things are in a frame
 * @kind: what it is; nothing below is set for OV2_FRAME_OTHER, only the
 *	addresses for OV2_FRAME_INCAPABLE
 * @ipv6: family of the outer IP header
 * @src: outer source; IPv4 in the first word, the rest zero
 * @dst: outer destination, likewise
 * @ip: bytes from skb->data to the outer IP header
 * @ip_len: bytes from there to the end of the IP packet, as its header says
 * @ipsec: bytes from the outer IP header to the ESP or AH header
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
	unsigned int ip_len;
	unsigned int ipsec;
	__be32 spi;
	u32 seq;
	__be16 udp_dport;
};

void ov2_frame_parse(const struct sk_buff *skb, struct ov2_frame *frame);
unsigned int ov2_frame_esp_payload_len(const struct ov2_frame *frame,
				       unsigned int iv_len,
				       unsigned int icv_len);
bool ov2_frame_esp_trailer(const struct sk_buff *skb,
			   const struct ov2_frame *frame, unsigned int icv_len,
			   u8 *pad_length, u8 *next_header);

#endif /* _OV2_FRAME_H */
