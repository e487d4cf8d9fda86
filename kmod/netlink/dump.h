/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DUMP_H
#define _OV2_DUMP_H

#include <linux/types.h>

struct net_device;
struct netlink_callback;
struct ov2_adapter;
struct sk_buff;

/**
 * struct ov2_dump_ops - how the objects of a card are dumped
 * @ifindex: the number of the attribute by which a request can name one card
 * @version: returns a number that changes when an object of the card comes or
 *	goes; NULL if objects never come or go. Called in an RCU read side
 * @card: puts the objects of a card into the message. *@slot says where to
 *	start; slot 0 is the first object. Returns 0 after the last object. If
 *	an object does not fit, returns a negative errno, and *@slot is the slot
 *	of this object. Called in an RCU read side
 */
struct ov2_dump_ops {
	int ifindex;
	u32 (*version)(struct ov2_adapter *ad);
	int (*card)(struct sk_buff *skb, struct netlink_callback *cb,
		    struct net_device *dev, unsigned long *slot);
};

int ov2_family_dump(struct sk_buff *skb, struct netlink_callback *cb,
		    const struct ov2_dump_ops *ops);

#endif /* _OV2_DUMP_H */
