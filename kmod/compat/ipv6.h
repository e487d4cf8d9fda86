/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_IPV6_H
#define _OV2_COMPAT_IPV6_H

#include <linux/ipv6.h>
#include <net/if_inet6.h>

/*
 * May a device forward what it receives, even if its namespace does not
 * forward? In newer kernels the device does so if its sysctl "force_forwarding"
 * is set. The sysctl "forwarding" of the device makes this host a router on the
 * device's link, but does not always mean that the device forwards. This
 * function returns true if at least one of these two sysctls is set.
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
