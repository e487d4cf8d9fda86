/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_NAPI_H
#define _OV2_COMPAT_NAPI_H

#include <linux/netdevice.h>

/*
 * In newer kernels each NAPI has a GRO node. Each NAPI also has its own copy of
 * the device's gro_flush_timeout and napi_defer_hard_irqs, and netlink can set
 * the copies of a single NAPI.
 */
#ifdef OV2_HAVE_GRO_NODE

static inline unsigned long *ov2_gro_flush_timeout(struct napi_struct *napi)
{
	return &napi->gro_flush_timeout;
}

static inline u32 *ov2_defer_hard_irqs(struct napi_struct *napi)
{
	return &napi->defer_hard_irqs;
}

/* Does GRO hold frames of this NAPI, to merge or to batch them? */
static inline bool ov2_gro_holds(const struct napi_struct *napi)
{
	return napi->gro.bitmask || napi->gro.rx_count;
}

#else

static inline unsigned long *ov2_gro_flush_timeout(struct napi_struct *napi)
{
	return &napi->dev->gro_flush_timeout;
}

static inline u32 *ov2_defer_hard_irqs(struct napi_struct *napi)
{
	return &napi->dev->napi_defer_hard_irqs;
}

static inline bool ov2_gro_holds(const struct napi_struct *napi)
{
	return napi->gro_bitmask || napi->rx_count;
}

#endif /* OV2_HAVE_GRO_NODE */

/*
 * Newer kernels keep the number of a NAPI, and what a user has set for it,
 * while the NAPI is deleted and added again.
 */
static inline void ov2_napi_add(struct net_device *dev,
				struct napi_struct *napi,
				int (*poll)(struct napi_struct *, int),
				int index)
{
#ifdef OV2_HAVE_NAPI_CONFIG
	netif_napi_add_config(dev, napi, poll, index);
#else
	netif_napi_add(dev, napi, poll);
#endif
}

#endif /* _OV2_COMPAT_NAPI_H */
