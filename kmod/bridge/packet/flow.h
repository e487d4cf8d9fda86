/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FLOW_H
#define _OV2_FLOW_H

#include "../../compat/xfrm.h"

/**
 * struct ov2_flow - the fields of one packet that are compared with selectors
 * @fl: addresses, protocol, ports (or ICMP type and code, or GRE key), and the
 *	card as interface
 * @family: AF_INET, AF_INET6, or 0 if the frame carries no IP packet
 * @wrapped: the IP packet stands behind a VLAN tag or a PPPoE header, not
 *	directly behind the Ethernet header
 * @transport: bytes from skb->data to the header behind the IP headers
 * @fragment: the packet is a fragment
 * @proto_known: the protocol in @fl is right. A fragment may hide its protocol
 *	behind IPv6 extension headers
 * @ports_known: the ports in @fl are right
 * @common: flow.c has read the packet without the dissector. It does so for
 *	TCP, UDP and ICMP packets that are no fragments and have neither IPv4
 *	options nor IPv6 extension headers
 */
struct ov2_flow {
	struct flowi fl;
	u16 family;
	u16 transport;
	bool wrapped;
	bool fragment;
	bool proto_known;
	bool ports_known;
	bool common;
};

/**
 * enum ov2_match - does a packet match a selector?
 * @OV2_MATCH_NO: it does not match
 * @OV2_MATCH_MAYBE: it matches if its unknown protocol or ports match
 * @OV2_MATCH_YES: it matches
 */
enum ov2_match {
	OV2_MATCH_NO,
	OV2_MATCH_MAYBE,
	OV2_MATCH_YES,
};

bool ov2_flow_read(struct net *net, const struct sk_buff *skb,
		   struct ov2_flow *flow);
#ifdef OV2_UNIT
bool ov2_flow_dissect(struct net *net, const struct sk_buff *skb,
		      struct ov2_flow *flow);
#endif
bool ov2_flow_has_dissector(const struct net *net);
bool ov2_flow_may_wrap(__be16 ethertype);
void ov2_flow_unwrap(const struct sk_buff *skb, __be16 *type, int *depth);
bool ov2_flow_is_ipsec(const struct ov2_flow *flow);
enum ov2_match ov2_selector_match(const struct xfrm_selector *sel,
				  const struct ov2_flow *flow);

#endif /* _OV2_FLOW_H */
