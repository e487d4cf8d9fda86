// SPDX-License-Identifier: GPL-2.0
/* The object "counter": what a card has counted. */
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "../port/port.h"
#include "../watch/counters.h"
#include "dump.h"
#include "family_gen.h"

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

/* Slot n is the counter that comes n places behind the first one. */
static int counter_dump_card(struct sk_buff *skb, struct netlink_callback *cb,
			     struct net_device *dev, unsigned long *slot)
{
	const unsigned long first = OV2_CNT_NONE + 1;
	int err;

	for (; first + *slot < OV2_CNT_MAX; ++*slot) {
		err = counter_put(skb, cb, dev, first + *slot);
		if (err)
			return err;
	}
	return 0;
}

int ipsecov2_nl_counter_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb)
{
	static const struct ov2_dump_ops ops = {
		.ifindex = IPSECOV2_A_COUNTER_IFINDEX,
		.card = counter_dump_card,
	};

	return ov2_family_dump(skb, cb, &ops);
}
