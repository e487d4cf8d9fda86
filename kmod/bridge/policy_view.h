/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_POLICY_VIEW_H
#define _OV2_POLICY_VIEW_H

#include <linux/in6.h>
#include <linux/types.h>

struct ov2_adapter;
struct xfrm_policy;

/**
 * struct ov2_tmpl_view - which states protect the packets of a policy
 * @tunnel: tunnel mode
 * @proto: IPPROTO_ESP
 * @family: AF_INET or AF_INET6, of the addresses
 * @spi: network order, 0 = any
 * @reqid: 0 = any
 * @saddr: source of the tunnel; an IPv4 address is in the first word
 * @daddr: destination, in the same form
 */
struct ov2_tmpl_view {
	bool tunnel;
	u8 proto;
	u16 family;
	__be32 spi;
	u32 reqid;
	struct in6_addr saddr;
	struct in6_addr daddr;
};

/**
 * struct ov2_policy_view - an offloaded policy as users see it
 * @index: xfrm's number of the policy
 * @inbound: direction
 * @block: the card drops the packets of the policy
 * @protects: the packets of the policy are protected as @tmpl says
 * @family: AF_INET or AF_INET6, of the addresses
 * @prefixlen_s: bits of @saddr that are compared
 * @prefixlen_d: bits of @daddr that are compared
 * @saddr: source of the packets; an IPv4 address is in the first word
 * @daddr: destination, in the same form
 * @proto: protocol of the packets, 0 = any
 * @sport: source port, network order
 * @sport_mask: bits of @sport that are compared, network order
 * @dport: destination port, network order
 * @dport_mask: bits of @dport that are compared, network order
 * @ifindex: index of the interface in the selector, or 0
 * @priority: of the policies that match a packet, the policy with the smallest
 *	@priority is used
 * @if_id: interface ID (XFRMA_IF_ID), or 0
 * @tmpl: valid if @protects is set
 * @hits: how many packets have matched the policy
 */
struct ov2_policy_view {
	u32 index;
	bool inbound;
	bool block;
	bool protects;
	u16 family;
	u8 prefixlen_s;
	u8 prefixlen_d;
	struct in6_addr saddr;
	struct in6_addr daddr;
	u8 proto;
	__be16 sport;
	__be16 sport_mask;
	__be16 dport;
	__be16 dport_mask;
	int ifindex;
	u32 priority;
	u32 if_id;
	struct ov2_tmpl_view tmpl;
	u64 hits;
};

void ov2_policy_view_name(const struct xfrm_policy *xp,
			  struct ov2_policy_view *view);
bool ov2_policy_view_of(const struct xfrm_policy *xp,
			struct ov2_policy_view *view);
bool ov2_bridge_policy_next(struct ov2_adapter *ad, unsigned long *slot,
			    struct ov2_policy_view *view);
bool ov2_bridge_policy_find(struct ov2_adapter *ad, u32 index,
			    struct ov2_policy_view *view);
unsigned int ov2_bridge_policy_count(const struct ov2_adapter *ad);
u32 ov2_bridge_policy_version(struct ov2_adapter *ad);

#endif /* _OV2_POLICY_VIEW_H */
