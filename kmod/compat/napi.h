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

#endif /* _OV2_COMPAT_NAPI_H */
