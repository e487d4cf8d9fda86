// SPDX-License-Identifier: GPL-2.0
/* The object "counter": what a card has counted. */
#include <linux/build_bug.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "../port/port.h"
#include "../watch/counters.h"
#include "family.h"
#include "family_gen.h"

/**
 * struct counter_dump - where a dump goes on, in netlink_callback.ctx
 * @ifindex: the next card has this index, or a higher one
 * @card: the interface index of the card whose counters are being shown
 * @counter: the last counter of @card that was shown, or OV2_CNT_NONE
 */
struct counter_dump {
	unsigned long ifindex;
	unsigned int card;
	unsigned int counter;
};

static_assert(sizeof(struct counter_dump) <=
	      sizeof_field(struct netlink_callback, ctx));

static int counter_put(struct sk_buff *skb, struct netlink_callback *cb,
		       const struct net_device *dev, enum ov2_counter counter)
{
	struct ov2_port *port = netdev_priv(dev);
	void *hdr;

	hdr = genlmsg_iput(skb, genl_info_dump(cb));
	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_u32(skb, IPSECOV2_A_COUNTER_IFINDEX, dev->ifindex) ||
	    nla_put_string(skb, IPSECOV2_A_COUNTER_NAME,
			   ov2_counter_name(counter)) ||
	    nla_put_uint(skb, IPSECOV2_A_COUNTER_VALUE,
			 ov2_counter_read(&port->ad, counter)) ||
	    nla_put_string(skb, IPSECOV2_A_COUNTER_EXPLANATION,
			   ov2_counter_row(counter)->sentence)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(skb, hdr);
	return 0;
}

static int counter_put_card(struct sk_buff *skb, struct netlink_callback *cb,
			    const struct net_device *dev)
{
	struct counter_dump *dump = (void *)cb->ctx;
	int err;

	/* This card starts with its first counter, even if the last card has
	 * gone before all its counters were shown.
	 */
	if (dump->card != dev->ifindex) {
		dump->card = dev->ifindex;
		dump->counter = OV2_CNT_NONE;
	}
	while (dump->counter + 1 < OV2_CNT_MAX) {
		err = counter_put(skb, cb, dev, dump->counter + 1);
		if (err)
			return err;
		dump->counter++;
	}
	return 0;
}

static int counter_dump_one(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct net_device *dev;

	dev = ov2_family_card(genl_info_dump(cb), IPSECOV2_A_COUNTER_IFINDEX);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	return counter_put_card(skb, cb, dev);
}

static int counter_dump_all(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct counter_dump *dump = (void *)cb->ctx;
	struct net *net = genl_info_net(genl_info_dump(cb));
	struct net_device *dev;
	int err;

	cb->seq = READ_ONCE(net->dev_base_seq);
	for_each_netdev_dump(net, dev, dump->ifindex) {
		if (!ov2_port_is_card(dev))
			continue;
		err = counter_put_card(skb, cb, dev);
		if (err)
			return err;
	}
	return 0;
}

int ipsecov2_nl_counter_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	int err;

	rcu_read_lock();
	if (info->attrs[IPSECOV2_A_COUNTER_IFINDEX])
		err = counter_dump_one(skb, cb);
	else
		err = counter_dump_all(skb, cb);
	rcu_read_unlock();
	return err;
}
