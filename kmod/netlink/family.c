// SPDX-License-Identifier: GPL-2.0
/*
 * The generic netlink family. Its operations and their netlink policies are
 * generated from Documentation/netlink/specs/ipsecov2.yaml (family_gen.c). The
 * object "module" is in this file; the other objects have files of their own.
 */
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "../port/port.h"
#include "family.h"
#include "family_gen.h"
#include "multicast.h"

/**
 * ov2_family_card() - find the card that a request names
 * @info: the request
 * @attr: the number of the attribute that holds the interface index. If the
 *	request has this attribute, the netlink policy has checked it
 *
 * Context: RCU read side; the card is valid until the end of this read side.
 * Return: the card's netdev; -EINVAL if the attribute is missing; -ENODEV if no
 * card in the namespace of the socket has this index. After an error, extack
 * says what is wrong.
 */
struct net_device *ov2_family_card(const struct genl_info *info, int attr)
{
	struct net_device *dev;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "a card needs RCU");
	if (GENL_REQ_ATTR_CHECK(info, attr))
		return ERR_PTR(-EINVAL);

	dev = dev_get_by_index_rcu(genl_info_net(info),
				   nla_get_u32(info->attrs[attr]));
	if (dev && ov2_port_is_card(dev))
		return dev;
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	if (dev)
		NL_SET_ERR_MSG_MOD(info->extack,
				   "The interface is not of type ipsecov2");
	else
		NL_SET_ERR_MSG_MOD(info->extack,
				   "There is no interface of this index");
	return ERR_PTR(-ENODEV);
}

/**
 * ov2_family_put_address() - put an IPv4 or IPv6 address into a message
 * @msg: the message
 * @attr: the attribute
 * @family: AF_INET or AF_INET6
 * @addr: the address; an IPv4 address is in the first word
 *
 * Context: Any context.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_family_put_address(struct sk_buff *msg, int attr, u16 family,
			   const struct in6_addr *addr)
{
	return nla_put(msg, attr, family == AF_INET6 ? sizeof(*addr) :
						       sizeof(__be32), addr);
}

/**
 * ov2_family_reply() - answer a request with one message
 * @info: the request
 * @put: fills in the message. Returns 0 or a negative errno. Called under
 *	rcu_read_lock()
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_family_reply(struct genl_info *info,
		     int (*put)(struct sk_buff *msg,
				const struct genl_info *info))
{
	struct sk_buff *msg;
	void *hdr;
	int err;

	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;

	err = -EMSGSIZE;
	hdr = genlmsg_iput(msg, info);
	if (!hdr)
		goto err_msg;

	rcu_read_lock();
	err = put(msg, info);
	rcu_read_unlock();
	if (err)
		goto err_msg;

	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);

err_msg:
	nlmsg_free(msg);
	return err;
}

static int module_put_asked(struct sk_buff *msg, const struct genl_info *info)
{
	return nla_put_string(msg, IPSECOV2_A_MODULE_VERSION,
			      THIS_MODULE->version);
}

/**
 * ov2_family_no_attributes() - refuse a request that has attributes
 * @info: the request, of an operation that has no attributes
 *
 * The kernel checks attributes by the policy of the operation. If an operation
 * has no policy, Linux 6.12 checks nothing, and 7.3 refuses each attribute.
 *
 * Context: Any context.
 * Return: 0 if the request has no attributes; otherwise a negative errno, and
 *	extack names the first attribute.
 */
int ov2_family_no_attributes(const struct genl_info *info)
{
	return genlmsg_parse(info->nlhdr, info->family, NULL, 0, NULL,
			     info->extack);
}

int ipsecov2_nl_module_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = ov2_family_no_attributes(info);

	return err ?: ov2_family_reply(info, module_put_asked);
}

/* The kernel's generator of C code leaves out the flags of multicast groups. So
 * these groups take the place of the generated groups.
 */
static const struct genl_multicast_group family_groups[] = {
	[IPSECOV2_NLGRP_CARDS] = { .name = IPSECOV2_MCGRP_CARDS },
	[IPSECOV2_NLGRP_SAS] = {
		.name = IPSECOV2_MCGRP_SAS,
		.flags = GENL_MCAST_CAP_NET_ADMIN,
	},
};

/**
 * ov2_family_register() - register the netlink family and its events
 *
 * Context: Process context, at module init, after ov2_link_register().
 * Return: 0 or a negative errno.
 */
int ov2_family_register(void)
{
	int err;

	ipsecov2_nl_family.mcgrps = family_groups;
	ipsecov2_nl_family.n_mcgrps = ARRAY_SIZE(family_groups);
	err = genl_register_family(&ipsecov2_nl_family);
	if (err)
		return err;
	err = ov2_events_register();
	if (err)
		genl_unregister_family(&ipsecov2_nl_family);
	return err;
}

/**
 * ov2_family_unregister() - undo ov2_family_register()
 *
 * Waits until the requests that still run have ended. For each card, all
 * programs that listen to the family get the event that the card is gone.
 *
 * Context: Process context, at module exit, before ov2_link_unregister().
 */
void ov2_family_unregister(void)
{
	ov2_events_unregister();
	genl_unregister_family(&ipsecov2_nl_family);
}

MODULE_ALIAS_GENL_FAMILY(IPSECOV2_FAMILY_NAME);
