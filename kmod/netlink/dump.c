// SPDX-License-Identifier: GPL-2.0
/*
 * Dumps of the objects of cards, for example of SAs. A dump may take several
 * calls. No lock is held between two calls. Each call goes on from the slot at
 * which the call before it has stopped.
 */
#include <linux/build_bug.h>
#include <linux/jhash.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../port/port.h"
#include "dump.h"
#include "family.h"

/**
 * struct dump_state - where a dump goes on, in netlink_callback.ctx
 * @ifindex: the next card has this index, or a higher one
 * @slot: the next object of @card is in this slot, or in a later one
 * @card: the interface index of the card whose objects are being shown
 */
struct dump_state {
	unsigned long ifindex;
	unsigned long slot;
	unsigned int card;
};

static_assert(sizeof(struct dump_state) <=
	      sizeof_field(struct netlink_callback, ctx));

/* Returns a number that changes when a card that is dumped comes or goes, or
 * when an object of such a card comes or goes.
 */
static u32 dump_version(struct netlink_callback *cb,
			const struct ov2_dump_ops *ops)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *only = info->attrs[ops->ifindex];
	struct net *net = genl_info_net(info);
	u32 version = READ_ONCE(net->dev_base_seq);
	struct net_device *dev;

	for_each_netdev_rcu(net, dev) {
		if (!ov2_port_is_card(dev) ||
		    (only && nla_get_u32(only) != dev->ifindex))
			continue;
		version = jhash_3words(version, dev->ifindex, ops->version ?
				       ops->version(ov2_adapter_of(dev)) : 0,
				       0);
	}
	return version;
}

static int dump_card(struct sk_buff *skb, struct netlink_callback *cb,
		     struct net_device *dev, const struct ov2_dump_ops *ops)
{
	struct dump_state *state = (void *)cb->ctx;

	/* The dump of this card starts with the card's first object, even if
	 * the previous card went away before all of its objects were shown.
	 */
	if (state->card != dev->ifindex) {
		state->card = dev->ifindex;
		state->slot = 0;
	}
	return ops->card(skb, cb, dev, &state->slot);
}

static int dump_all(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ov2_dump_ops *ops)
{
	struct net *net = genl_info_net(genl_info_dump(cb));
	struct dump_state *state = (void *)cb->ctx;
	struct net_device *dev;
	int err;

	for_each_netdev_dump(net, dev, state->ifindex) {
		if (!ov2_port_is_card(dev))
			continue;
		err = dump_card(skb, cb, dev, ops);
		if (err)
			return err;
	}
	return 0;
}

static int dump_one(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ov2_dump_ops *ops)
{
	struct net_device *dev;

	dev = ov2_family_card(genl_info_dump(cb), ops->ifindex);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	return dump_card(skb, cb, dev, ops);
}

/**
 * ov2_family_dump() - dump the objects of one card, or of all cards
 * @skb: filled in
 * @cb: the dump
 * @ops: how the objects are dumped
 *
 * If a card or an object comes or goes while the dump runs,
 * genl_dump_check_consistent() sets NLM_F_DUMP_INTR in the next message.
 *
 * Context: Process context.
 * Return: 0 when all objects are shown, or a negative errno.
 */
int ov2_family_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ov2_dump_ops *ops)
{
	int err;

	rcu_read_lock();
	cb->seq = dump_version(cb, ops);
	if (genl_info_dump(cb)->attrs[ops->ifindex])
		err = dump_one(skb, cb, ops);
	else
		err = dump_all(skb, cb, ops);
	/* netlink_dump_done() compares this version with the version from the
	 * time when the last object was dumped. If they differ, it sets
	 * NLM_F_DUMP_INTR in the message that ends the dump.
	 */
	if (!err)
		cb->seq = dump_version(cb, ops);
	rcu_read_unlock();
	return err;
}
