/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SOFTWARE_H
#define _OV2_SOFTWARE_H

#include "../compat/xfrm.h"
#include "packet/packet.h"
#include "../watch/counters.h"

/**
 * struct ov2_software_frame - what the headers of an ESP frame say
 * @family: AF_INET or AF_INET6
 * @saddr: source of the ESP packet; an IPv4 address is in the first 4 bytes
 * @daddr: destination, in the same form
 * @spi: network order
 * @dport: destination port of the UDP header, network order; 0 if ESP is not in
 *	UDP
 * @wrapped: a VLAN tag or a PPPoE header is in front of the IP header
 * @fragment: the frame is the first fragment of the packet
 * @headers: IPv4 options or IPv6 extension headers are in front of ESP
 */
struct ov2_software_frame {
	u16 family;
	xfrm_address_t saddr;
	xfrm_address_t daddr;
	__be32 spi;
	__be16 dport;
	bool wrapped;
	bool fragment;
	bool headers;
};

bool ov2_software_read(const struct sk_buff *skb, bool udp,
		       struct ov2_software_frame *frame);
bool ov2_software_count(struct ov2_adapter *ad, const struct xfrm_state *x,
			const struct ov2_software_frame *frame);
void ov2_software_look(struct ov2_adapter *ad, const struct sk_buff *skb);

/**
 * ov2_software_sent() - count a frame, if software has made it for an SA of the
 *	card
 * @ad: the card
 * @skb: a frame of the stack that has no xfrm_offload. Data is at the Ethernet
 *	header
 *
 * A card without outbound SAs in crypto mode looks at no frame.
 *
 * Context: BH disabled, RCU read side.
 */
static inline void ov2_software_sent(struct ov2_adapter *ad,
				     const struct sk_buff *skb)
{
	if (atomic_read(&ov2_bridge_of(ad)->senders))
		ov2_software_look(ad, skb);
}

#endif /* _OV2_SOFTWARE_H */
