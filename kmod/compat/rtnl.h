/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COMPAT_RTNL_H
#define _OV2_COMPAT_RTNL_H

#include <net/rtnetlink.h>

/*
 * In newer kernels rtnl_link_ops.newlink gets the namespaces and the attributes
 * in a structure. A newlink function is written as
 *
 *	static int newlink(struct net_device *dev, struct net *link_net,
 *			   struct nlattr *tb[], struct nlattr *data[],
 *			   struct netlink_ext_ack *extack);
 *
 *	OV2_RTNL_NEWLINK(newlink);
 *
 * and OV2_RTNL(newlink) goes into struct rtnl_link_ops. @link_net is the
 * namespace in which IFLA_LINK is to be looked up. If IFLA_LINK_NETNSID names a
 * namespace, older kernels create the device there, pass this namespace as
 * src_net and move the device afterwards. Without this attribute src_net is the
 * namespace of the request. So in both cases src_net is the namespace that
 * newlink() expects as @link_net.
 */
#define OV2_RTNL(op) op##_rtnl

#ifdef OV2_HAVE_RTNL_NEWLINK_PARAMS

#define OV2_RTNL_NEWLINK(op)						\
	static int op##_rtnl(struct net_device *dev,			\
			     struct rtnl_newlink_params *params,	\
			     struct netlink_ext_ack *extack)		\
	{								\
		return op(dev, rtnl_newlink_link_net(params),		\
			  params->tb, params->data, extack);		\
	}								\
	static_assert(__same_type(&(op##_rtnl),				\
		((struct rtnl_link_ops *)NULL)->newlink))

#else

#define OV2_RTNL_NEWLINK(op)						\
	static int op##_rtnl(struct net *src_net,			\
			     struct net_device *dev,			\
			     struct nlattr *tb[],			\
			     struct nlattr *data[],			\
			     struct netlink_ext_ack *extack)		\
	{								\
		return op(dev, src_net, tb, data, extack);		\
	}								\
	static_assert(__same_type(&(op##_rtnl),				\
		((struct rtnl_link_ops *)NULL)->newlink))

#endif /* OV2_HAVE_RTNL_NEWLINK_PARAMS */

#endif /* _OV2_COMPAT_RTNL_H */
