/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_IPV6_H
#define _OV2_COMPAT_IPV6_H

#include <linux/ipv6.h>
#include <net/if_inet6.h>

/*
 * May a device forward what it receives, even if its namespace does not
 * forward? In newer kernels the device does so if its sysctl force_forwarding
 * is set. Its sysctl forwarding may mean only that this host is a router on the
 * device's link. This function returns true if either of the two is set.
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
