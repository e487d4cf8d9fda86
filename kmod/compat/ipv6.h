/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_IPV6_H
#define _OV2_COMPAT_IPV6_H

#include <linux/ipv6.h>
#include <net/if_inet6.h>

/*
 * Does a device forward what it receives, even if its namespace does not? In
 * newer kernels it does with the sysctl force_forwarding. The sysctl forwarding
 * of the device may mean only that this host is a router on the device's link.
 * This function returns true for either of the two sysctls.
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
