/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_UDP_H
#define _OV2_COMPAT_UDP_H

#include <net/addrconf.h>
#include <net/udp.h>

/*
 * Return the socket that gets a datagram, or NULL. The datagram came in by the
 * device @dif, which has no L3 master. Call under rcu_read_lock(), because no
 * reference to the socket is taken. Older kernels want the namespace's table of
 * UDP sockets as an argument. In older kernels IPv6 may be a module, or may be
 * off. So with these kernels the functions of IPv6 are called through pointers
 * in vmlinux.
 */
static inline struct sock *ov2_udp4_find(struct net *net, __be32 saddr,
					 __be16 sport, __be32 daddr,
					 __be16 dport, int dif)
{
	return __udp4_lib_lookup(net, saddr, sport, daddr, dport, dif, 0,
#ifdef OV2_HAVE_UDP_LOOKUP_TABLE
				 net->ipv4.udp_table,
#endif
				 NULL);
}

#ifdef OV2_HAVE_IPV6_BPF_STUB

#include <net/ipv6_stubs.h>

static inline struct sock *ov2_udp6_find(struct net *net,
					 const struct in6_addr *saddr,
					 __be16 sport,
					 const struct in6_addr *daddr,
					 __be16 dport, int dif)
{
	if (!ipv6_bpf_stub)
		return NULL;
	return ipv6_bpf_stub->udp6_lib_lookup(net, saddr, sport, daddr, dport,
					      dif, 0,
#ifdef OV2_HAVE_UDP_LOOKUP_TABLE
					      net->ipv4.udp_table,
#endif
					      NULL);
}

/* Is @addr an address of @dev, or of the namespace if @dev is NULL? */
static inline bool ov2_in6_is_local(struct net *net,
				    const struct in6_addr *addr,
				    struct net_device *dev)
{
	return !IS_ERR_OR_NULL(ipv6_stub->ipv6_dev_find(net, addr, dev));
}

#else

static inline struct sock *ov2_udp6_find(struct net *net,
					 const struct in6_addr *saddr,
					 __be16 sport,
					 const struct in6_addr *daddr,
					 __be16 dport, int dif)
{
	return __udp6_lib_lookup(net, saddr, sport, daddr, dport, dif, 0,
				 NULL);
}

static inline bool ov2_in6_is_local(struct net *net,
				    const struct in6_addr *addr,
				    struct net_device *dev)
{
	return ipv6_dev_find(net, addr, dev);
}

#endif /* OV2_HAVE_IPV6_BPF_STUB */

#endif /* _OV2_COMPAT_UDP_H */
