/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_RAW_H
#define _OV2_COMPAT_RAW_H

#include <linux/kconfig.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <net/net_namespace.h>
#include <net/raw.h>
#include <net/rawv6.h>

/*
 * ov2_raw6_sockets() returns the list of the IPv6 raw sockets that have @hash.
 * It returns NULL if IPv6 is a module or off, because then this module cannot
 * use the symbols of IPv6.
 */
#if IS_BUILTIN(CONFIG_IPV6)

static inline struct hlist_head *ov2_raw6_sockets(u32 hash)
{
	return &raw_v6_hashinfo.ht[hash];
}

static inline bool ov2_raw6_match(struct net *net, const struct sock *sk,
				  unsigned short num,
				  const struct in6_addr *daddr,
				  const struct in6_addr *saddr, int dif)
{
	return raw_v6_match(net, sk, num, daddr, saddr, dif, 0);
}

#else

static inline struct hlist_head *ov2_raw6_sockets(u32 hash)
{
	return NULL;
}

static inline bool ov2_raw6_match(struct net *net, const struct sock *sk,
				  unsigned short num,
				  const struct in6_addr *daddr,
				  const struct in6_addr *saddr, int dif)
{
	return true;
}

#endif

/*
 * Are there packet sockets that want one protocol only? Such a socket gets a
 * packet after the handler of the protocol got the packet (for IPv4, ip_rcv()).
 * Some of these sockets are bound to a device, and others are not. In newer
 * kernels each namespace has a list of the unbound sockets. Older kernels have
 * the unbound sockets in a table that a module cannot read, so this function
 * does not see the unbound sockets.
 */
static inline bool ov2_has_packet_sockets(const struct net_device *dev)
{
#ifdef OV2_HAVE_NET_PTYPE_SPECIFIC
	if (!list_empty(&dev_net(dev)->ptype_specific))
		return true;
#endif
	return !list_empty(&dev->ptype_specific);
}

#endif /* _OV2_COMPAT_RAW_H */
