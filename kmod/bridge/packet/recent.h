/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RECENT_H
#define _OV2_RECENT_H

#include <linux/cache.h>

#include "flow.h"

struct ov2_assoc;
struct ov2_bridge;
struct ov2_policy;

/**
 * struct ov2_recent - the last flow of a queue, and what was found for it
 * @changes: what ov2_recent_changes() returned before policy and state were
 *	looked up
 * @ports: the first four bytes of the TCP or UDP header
 * @family: AF_INET, AF_INET6, or 0 if nothing is remembered
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @core_checks: on receive, the core must check the packets of the flow
 *	(core_must_check())
 * @udp: on receive, the packets of the flow are UDP
 * @ifindex: of the card
 * @cpu: on send, the CPU for which @assoc was chosen, or UINT_MAX if packets of
 *	all CPUs choose @assoc
 * @saddr: source; the bytes behind an IPv4 address are not used
 * @daddr: destination, in the same form
 * @pol: the policy that packets of the flow meet, or NULL
 * @assoc: on send, the association of the state that protects the flow, or NULL
 *	if the state must be chosen for each packet. On receive, the association
 *	of the state that protected the flow
 *
 * Each send queue and each receive queue has such a structure. The structure of
 * a send queue is used only under the lock of this queue. The structure of a
 * receive queue is used only by the NAPI of this queue.
 */
struct ov2_recent {
	u64 changes;
	__be32 ports;
	u16 family;
	u8 proto;
	bool core_checks;
	bool udp;
	int ifindex;
	unsigned int cpu;
	xfrm_address_t saddr;
	xfrm_address_t daddr;
	const struct ov2_policy *pol;
	struct ov2_assoc *assoc;
} ____cacheline_aligned_in_smp;

/* Makes ov2_recent_is() return false until the next ov2_recent_set(). */
static inline void ov2_recent_forget(struct ov2_recent *recent)
{
	recent->family = 0;
}

u64 ov2_recent_changes(struct ov2_bridge *bridge);
bool ov2_recent_is(const struct ov2_recent *recent, struct ov2_bridge *bridge,
		   const struct sk_buff *skb);
void ov2_recent_set(struct ov2_recent *recent, u64 changes,
		    const struct ov2_flow *flow, const struct ov2_policy *pol,
		    struct ov2_assoc *assoc);

#endif /* _OV2_RECENT_H */
