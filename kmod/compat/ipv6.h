/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_IPV6_H
#define _OV2_COMPAT_IPV6_H

#include <linux/ipv6.h>
#include <net/if_inet6.h>

/*
 * Newer kernels may forward what one device gets though the namespace does not
 * forward. In older ones, forwarding of one device only says that the device is
 * a router's.
 */
static inline bool ov2_in6_forwards(const struct inet6_dev *idev)
{
#ifdef OV2_HAVE_IN6_FORCE_FORWARDING
	if (READ_ONCE(idev->cnf.force_forwarding))
		return true;
#endif
	return READ_ONCE(idev->cnf.forwarding);
}

#endif /* _OV2_COMPAT_IPV6_H */
