// SPDX-License-Identifier: GPL-2.0
/*
 * The receive filter: which of the frames on the line a card takes, and which
 * of these frames are its own. Only the card's own frames go to the engine,
 * because frames that the engine decrypts must stay on this host. All other
 * frames that the card takes (for a bridge, for a packet socket) go up as they
 * came. The rules:
 *
 *   destination MAC      taken if                     own if
 *   -------------------  ---------------------------  ------------------
 *   dev_addr             always                       always
 *   in dev->uc           always                       not below a bridge
 *   broadcast            always                       (1)
 *   in dev->mc           always                       (1)
 *   any other multicast  IFF_ALLMULTI or IFF_PROMISC  (1)
 *   any other unicast    IFF_PROMISC                  never
 *
 *   (1) The IP destination is a group or 255.255.255.255, and the card is not
 *       below a bridge.
 *
 * If an address is missing in the card's table, because memory was short, all
 * frames are taken.
 *
 * In this file a bridge is a bridge device above the card, or Open vSwitch.
 * Below a bridge, dev->uc names other hosts, too, because br_fdb_sync_static()
 * puts each static entry of the bridge into dev->uc. And a bridge sends frames
 * for a group to all its ports.
 */
#include <linux/etherdevice.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/rhashtable.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "../ov2/reaper.h"
#include "filter.h"
#include "port.h"

/**
 * struct filter_key - the key by which an address is found
 * @addr: the address
 * @multicast: 1 for an address of dev->mc, 0 for an address of dev->uc. The
 *	address alone does not show which list it is from, because a user may
 *	put a unicast address into dev->mc (SIOCADDMULTI)
 */
struct filter_key {
	u8 addr[ETH_ALEN];
	u16 multicast;
};

/* The key is hashed as bytes, so it must have no holes. */
static_assert(sizeof(struct filter_key) == ETH_ALEN + sizeof(u16));

/**
 * struct filter_addr - an address of dev->uc or dev->mc
 * @node: its place in ov2_filter_table.addrs
 * @key: the key by which it is found
 * @rcu: for freeing the address a grace period after it has left the table
 */
struct filter_addr {
	struct rhash_head node;
	struct filter_key key;
	struct rcu_head rcu;
};

/**
 * struct ov2_filter_table - the addresses of a card
 * @addrs: struct filter_addr, found by their keys
 * @reaped: for ov2_reap(), which destroys this structure. The netdev may be
 *	freed first. So the netdev's private data does not contain this
 *	structure, but a pointer to it
 */
struct ov2_filter_table {
	struct rhashtable addrs;
	struct ov2_reaped reaped;
};

static const struct rhashtable_params filter_params = {
	.head_offset		= offsetof(struct filter_addr, node),
	.key_offset		= offsetof(struct filter_addr, key),
	.key_len		= sizeof(struct filter_key),
	.automatic_shrinking	= true,
};

static struct filter_key filter_key(const u8 *addr, bool multicast)
{
	struct filter_key key = { .multicast = multicast };

	memcpy(key.addr, addr, sizeof(key.addr));
	return key;
}

static int filter_add(struct net_device *dev, const u8 *addr, bool multicast)
{
	struct ov2_port *port = netdev_priv(dev);
	struct filter_addr *fa;
	int err;

	fa = kmalloc(sizeof(*fa), GFP_ATOMIC | __GFP_ACCOUNT);
	if (!fa)
		return -ENOMEM;

	fa->key = filter_key(addr, multicast);
	err = rhashtable_insert_fast(&port->filter.table->addrs, &fa->node,
				     filter_params);
	if (err)
		kfree(fa);
	/* -EEXIST is no error: the address may be in the table already. If the
	 * lists change while the card goes down, an address may stay in the
	 * table although the netdev no longer has it.
	 */
	return err == -EEXIST ? 0 : err;
}

static int filter_del(struct net_device *dev, const u8 *addr, bool multicast)
{
	struct filter_key key = filter_key(addr, multicast);
	struct ov2_port *port = netdev_priv(dev);
	struct filter_addr *fa;

	rcu_read_lock();
	fa = rhashtable_lookup(&port->filter.table->addrs, &key, filter_params);
	if (fa && !rhashtable_remove_fast(&port->filter.table->addrs, &fa->node,
					  filter_params))
		kfree_rcu(fa, rcu);
	rcu_read_unlock();
	return 0;
}

static int filter_add_uc(struct net_device *dev, const u8 *addr)
{
	return filter_add(dev, addr, false);
}

static int filter_del_uc(struct net_device *dev, const u8 *addr)
{
	return filter_del(dev, addr, false);
}

static int filter_add_mc(struct net_device *dev, const u8 *addr)
{
	return filter_add(dev, addr, true);
}

static int filter_del_mc(struct net_device *dev, const u8 *addr)
{
	return filter_del(dev, addr, true);
}

static bool filter_has(struct ov2_filter *filter, const u8 *addr,
		       bool multicast)
{
	struct filter_key key = filter_key(addr, multicast);

	return rhashtable_lookup_fast(&filter->table->addrs, &key,
				      filter_params);
}

/**
 * ov2_filter_init() - give a card its filter, without addresses
 * @port: the card
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_filter_init(struct ov2_port *port)
{
	struct ov2_filter_table *table;
	int err;

	table = kzalloc(sizeof(*table), GFP_KERNEL_ACCOUNT);
	if (!table)
		return -ENOMEM;

	err = rhashtable_init(&table->addrs, &filter_params);
	if (err)
		kfree(table);
	else
		port->filter.table = table;
	return err;
}

static void filter_addr_free(void *addr, void *arg)
{
	kfree(addr);
}

static void filter_destroy(struct ov2_reaped *reaped)
{
	struct ov2_filter_table *table;

	table = container_of(reaped, struct ov2_filter_table, reaped);
	rhashtable_free_and_destroy(&table->addrs, filter_addr_free, NULL);
	kfree(table);
}

/**
 * ov2_filter_exit() - undo ov2_filter_init()
 * @port: the card; it receives no more frames
 *
 * Context: Any context. A work item destroys the table later, because
 * destroying may sleep.
 */
void ov2_filter_exit(struct ov2_port *port)
{
	ov2_reap(&port->filter.table->reaped, filter_destroy);
}

/**
 * ov2_filter_update() - copy the address lists of the netdev
 * @port: the card
 *
 * If there is no memory for an address, the card takes every frame, like a NIC
 * whose table is full. The next change of a list tries again. Until then the
 * stack decrypts frames to the missing address, because the filter cannot tell
 * that these frames are the card's own.
 *
 * Context: Under dev->addr_list_lock, BH disabled.
 */
void ov2_filter_update(struct ov2_port *port)
{
	struct net_device *dev = port->ad.dev;
	int uc_err, mc_err;

	lockdep_assert_held(&dev->addr_list_lock);
	uc_err = __dev_uc_sync(dev, filter_add_uc, filter_del_uc);
	mc_err = __dev_mc_sync(dev, filter_add_mc, filter_del_mc);
	WRITE_ONCE(port->filter.incomplete, uc_err || mc_err);
}

/**
 * ov2_filter_clear() - forget all addresses
 * @port: the card; it is going down
 *
 * While a card is down, the stack changes the lists without a call to the card,
 * and a move to another namespace empties the lists. The first
 * ov2_filter_update() after the card is up brings the addresses back.
 *
 * Context: Process context.
 */
void ov2_filter_clear(struct ov2_port *port)
{
	struct net_device *dev = port->ad.dev;

	netif_addr_lock_bh(dev);
	__dev_uc_unsync(dev, filter_del_uc);
	__dev_mc_unsync(dev, filter_del_mc);
	netif_addr_unlock_bh(dev);
}

static int filter_is_bridge(struct net_device *upper,
			    struct netdev_nested_priv *priv)
{
	return netif_is_any_bridge_master(upper);
}

/* If @dev is a card, note whether a bridge is above it. Between the card and
 * the bridge there may be a bond, a VLAN or a macvlan.
 */
static int filter_look_up(struct net_device *dev,
			  struct netdev_nested_priv *priv)
{
	struct ov2_port *port;

	if (!ov2_port_is_card(dev))
		return 0;

	ASSERT_RTNL();
	port = netdev_priv(dev);
	rcu_read_lock();
	WRITE_ONCE(port->filter.bridged,
		   netdev_walk_all_upper_dev_rcu(dev, filter_is_bridge, NULL));
	rcu_read_unlock();
	return 0;
}

/* A link between two devices has come or gone. @dev is the lower device, and
 * cards may be below @dev. br_add_if() makes the link before it lets the
 * port forward, so no frame is forwarded before the filter knows the bridge.
 */
static int filter_event(struct notifier_block *nb, unsigned long event,
			void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (event == NETDEV_CHANGEUPPER) {
		filter_look_up(dev, NULL);
		netdev_walk_all_lower_dev(dev, filter_look_up, NULL);
	}
	return NOTIFY_DONE;
}

static struct notifier_block filter_notifier = {
	.notifier_call = filter_event,
};

/**
 * ov2_filter_register() - from now on, note which cards are below a bridge
 *
 * Context: Process context, at module init.
 * Return: 0 or a negative errno.
 */
int ov2_filter_register(void)
{
	return register_netdevice_notifier(&filter_notifier);
}

/**
 * ov2_filter_unregister() - undo ov2_filter_register()
 *
 * Context: Process context, at module exit.
 */
void ov2_filter_unregister(void)
{
	unregister_netdevice_notifier(&filter_notifier);
}

static bool filter_to_group(const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6;
	struct ipv6hdr room6;
	const struct iphdr *ip;
	struct iphdr room;

	switch (eth_hdr(skb)->h_proto) {
	case htons(ETH_P_IP):
		ip = skb_header_pointer(skb, ETH_HLEN, sizeof(room), &room);
		return ip && (ipv4_is_multicast(ip->daddr) ||
			      ipv4_is_lbcast(ip->daddr));
	case htons(ETH_P_IPV6):
		ip6 = skb_header_pointer(skb, ETH_HLEN, sizeof(room6), &room6);
		return ip6 && ipv6_addr_is_multicast(&ip6->daddr);
	default:
		return false;
	}
}

static enum ov2_filter_verdict filter_multicast(struct ov2_port *port,
						const struct sk_buff *skb)
{
	unsigned int flags = READ_ONCE(port->ad.dev->flags);
	struct ov2_filter *filter = &port->filter;
	const u8 *dest = eth_hdr(skb)->h_dest;

	if (!is_broadcast_ether_addr(dest) && !READ_ONCE(filter->incomplete) &&
	    !(flags & (IFF_ALLMULTI | IFF_PROMISC)) &&
	    !filter_has(filter, dest, true))
		return OV2_FILTER_UNWANTED;
	if (READ_ONCE(filter->bridged) || !filter_to_group(skb))
		return OV2_FILTER_OTHER;
	return OV2_FILTER_OWN;
}

/**
 * ov2_filter() - is a frame the card's own, for another host, or unwanted?
 * @port: the card that received it
 * @skb: the frame. skb->data and the MAC header are at the Ethernet header of
 *	the frame, and this header is linear
 *
 * The cost does not depend on the number of addresses.
 *
 * Context: BH disabled.
 * Return: the verdict.
 */
enum ov2_filter_verdict ov2_filter(struct ov2_port *port,
				   const struct sk_buff *skb)
{
	struct ov2_filter *filter = &port->filter;
	const struct net_device *dev = port->ad.dev;
	const u8 *dest = eth_hdr(skb)->h_dest;

	if (ether_addr_equal(dest, dev->dev_addr))
		return OV2_FILTER_OWN;
	if (is_multicast_ether_addr(dest))
		return filter_multicast(port, skb);
	if (filter_has(filter, dest, false))
		return READ_ONCE(filter->bridged) ? OV2_FILTER_OTHER :
						    OV2_FILTER_OWN;
	if (READ_ONCE(filter->incomplete) ||
	    READ_ONCE(dev->flags) & IFF_PROMISC)
		return OV2_FILTER_OTHER;
	return OV2_FILTER_UNWANTED;
}
