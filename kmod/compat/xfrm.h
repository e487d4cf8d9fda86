/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_XFRM_H
#define _OV2_COMPAT_XFRM_H

#include <linux/netdevice.h>
#include <net/xfrm.h>

/*
 * In newer kernels the state operations of struct xfrmdev_ops have a device
 * argument: the device that carries out the operation. Under bonding this is
 * not x->xso.dev. Operations are written as newer kernels want them:
 *
 *	static int ov2_state_add(struct net_device *dev, struct xfrm_state *x,
 *				 struct netlink_ext_ack *extack);
 *	static void ov2_state_delete(struct net_device *dev,
 *				     struct xfrm_state *x);
 *	static void ov2_state_free(struct net_device *dev,
 *				   struct xfrm_state *x);
 *
 *	OV2_XDO_STATE_ADD(ov2_state_add);
 *	OV2_XDO_STATE_VOID(ov2_state_delete);
 *	OV2_XDO_STATE_VOID(ov2_state_free);
 *
 *	static const struct xfrmdev_ops ops = {
 *		.xdo_dev_state_add	= OV2_XDO(ov2_state_add),
 *		.xdo_dev_state_delete	= OV2_XDO(ov2_state_delete),
 *		.xdo_dev_state_free	= OV2_XDO(ov2_state_free),
 *	};
 */

#ifdef OV2_HAVE_XDO_DEV

#define OV2_XDO(op) op

/* Returns the device to which the state is offloaded, or NULL if the state has
 * no device any more. The device may be of another driver. Call this under
 * x->lock, or in an operation that the core calls for the state.
 */
static inline struct net_device *ov2_state_dev(const struct xfrm_state *x)
{
	return x->xso.real_dev ?: x->xso.dev;
}

#define OV2_XDO_STATE_ADD(op)						\
	static_assert(__same_type(&(op),				\
		((struct xfrmdev_ops *)NULL)->xdo_dev_state_add))

#define OV2_XDO_STATE_VOID(op)						\
	static_assert(__same_type(&(op),				\
		((struct xfrmdev_ops *)NULL)->xdo_dev_state_delete))

#else

/*
 * real_dev is not always the slave of the bond. It is unset for acquire states
 * and after a failover, and it is the bond itself at the first add. So the
 * returned device may be of another driver, and each operation checks this.
 */
static inline struct net_device *ov2_xdo_dev(const struct xfrm_state *x)
{
	return x->xso.real_dev ?: x->xso.dev;
}

/* In older kernels real_dev may point to a slave that is gone, because bonding
 * does not always clear real_dev. With these kernels no card takes a state of a
 * bond, so it is enough to return the bond.
 */
static inline struct net_device *ov2_state_dev(const struct xfrm_state *x)
{
	return x->xso.dev;
}

#define OV2_XDO(op) op##_xdo

#define OV2_XDO_STATE_ADD(op)						\
	static int op##_xdo(struct xfrm_state *x,			\
			    struct netlink_ext_ack *extack)		\
	{								\
		return op(ov2_xdo_dev(x), x, extack);			\
	}								\
	static_assert(__same_type(&(op##_xdo),				\
		((struct xfrmdev_ops *)NULL)->xdo_dev_state_add))

#define OV2_XDO_STATE_VOID(op)						\
	static void op##_xdo(struct xfrm_state *x)			\
	{								\
		op(ov2_xdo_dev(x), x);					\
	}								\
	static_assert(__same_type(&(op##_xdo),				\
		((struct xfrmdev_ops *)NULL)->xdo_dev_state_delete))

#endif /* OV2_HAVE_XDO_DEV */

/* Older kernels want the octet of the IP header in which the DSCP stands. */
static inline void
ov2_dst_lookup_set_dscp(struct xfrm_dst_lookup_params *params, dscp_t dscp)
{
#ifdef OV2_HAVE_DST_LOOKUP_DSCP
	params->dscp = dscp;
#else
	params->tos = inet_dscp_to_dsfield(dscp);
#endif
}

#endif /* _OV2_COMPAT_XFRM_H */
