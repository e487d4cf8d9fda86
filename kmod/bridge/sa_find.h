/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_FIND_H
#define _OV2_SA_FIND_H

#include <linux/in6.h>
#include <linux/types.h>

struct net;
struct ov2_adapter;

/**
 * struct ov2_sa_spec - which SA a user means
 * @inbound: direction
 * @proto: IPPROTO_ESP or IPPROTO_AH
 * @family: AF_INET or AF_INET6
 * @spi: network order
 * @daddr: destination; an IPv4 address is in the first word
 * @mark: mark of the packets that the SA is for
 */
struct ov2_sa_spec {
	bool inbound;
	u8 proto;
	u16 family;
	__be32 spi;
	struct in6_addr daddr;
	u32 mark;
};

struct ov2_adapter *ov2_bridge_sa_find(struct net *net,
				       const struct ov2_sa_spec *spec,
				       unsigned long *handle);

#endif /* _OV2_SA_FIND_H */
