/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FLOW_H
#define _OV2_FLOW_H

#include "../../compat/xfrm.h"

/**
 * struct ov2_flow - what a packet is matched by
 * @fl: addresses, protocol, ports (or ICMP type and code, or GRE key), and as
 *	interface the card
 * @family: AF_INET, AF_INET6, or 0 if it is no IP packet
 * @wrapped: the IP packet stands behind a VLAN tag or a PPPoE header, not
 *	directly behind the Ethernet header
 * @transport: bytes from skb->data to what follows the IP headers
 * @fragment: it is one
 * @proto_known: the protocol is that of @fl; of a fragment it may be out of
 *	sight, behind IPv6 extension headers
 * @ports_known: the ports are those of @fl
 */
struct ov2_flow {
	struct flowi fl;
	u16 family;
	u16 transport;
	bool wrapped;
	bool fragment;
	bool proto_known;
	bool ports_known;
};

/**
 * enum ov2_match - does a packet match a selector?
 * @OV2_MATCH_NO: it does not
 * @OV2_MATCH_MAYBE: it does, if its unknown protocol or ports do
 * @OV2_MATCH_YES: it does
 */
enum ov2_match {
	OV2_MATCH_NO,
	OV2_MATCH_MAYBE,
	OV2_MATCH_YES,
};

bool ov2_flow_read(struct net *net, const struct sk_buff *skb,
		   struct ov2_flow *flow);
bool ov2_flow_may_wrap(__be16 ethertype);
bool ov2_flow_is_ipsec(const struct ov2_flow *flow);
enum ov2_match ov2_selector_match(const struct xfrm_selector *sel,
				  const struct ov2_flow *flow);

#endif /* _OV2_FLOW_H */
