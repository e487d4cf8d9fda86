/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PORT_H
#define _OV2_PORT_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/smp.h>
#include <linux/spinlock.h>

#include "../ov2/miniport.h"

#define OV2_PORT_KIND		"ipsecov2"
#define OV2_PORT_MAX_MTU	9000
#define OV2_PORT_DEFAULT_QUEUES	16

/* Frames that wait on a cable, per receive queue, before the sender stops. */
#define OV2_RING_FRAMES		512

/* Frames of a receive queue that its engine may hold. Without a limit an
 * asynchronous cipher would empty the ring as fast as it fills, and nothing
 * would ever stop the sender.
 */
#define OV2_RX_HELD_MAX		256

/**
 * struct ov2_rxq - a receive queue
 * @napi: its NAPI
 * @csd: calls @cpu to schedule @napi. Owned by the sender that set @called
 * @called: 1 while such a call is under way and has not begun. A sender that
 *	finds 1 need not call: the pending call will see the frame that this
 *	sender has queued
 * @cpu: where @napi runs, chosen when the card is opened. As the interrupt of a
 *	real queue it stays on one CPU, until this CPU goes offline: xfrm hands
 *	decrypted packets on through a queue of each CPU, so a flow that came up
 *	on two would be reordered
 * @port: the card
 * @index: its number
 * @ring: frames that came over the cable, oldest first. Fed by the peer
 * @open: @ring takes frames. Guarded by the lock of @ring
 * @lock: guards @indicated and @polling; BH
 * @indicated: NBLs that the engine is done with, by ov2_nbl.link
 * @polling: @napi is giving frames to the engine and looks at @indicated
 *	afterwards
 * @ready: NBLs on their way up the stack; @napi's own
 * @held: NBLs made and not delivered yet; @napi's own
 */
struct ov2_rxq {
	struct napi_struct napi;
	call_single_data_t csd;
	atomic_t called;
	unsigned int cpu;
	struct ov2_port *port;
	u16 index;
	struct sk_buff_head ring ____cacheline_aligned_in_smp;
	bool open;
	spinlock_t lock ____cacheline_aligned_in_smp;
	struct list_head indicated;
	bool polling;
	struct list_head ready;
	unsigned int held;
};

/**
 * struct ov2_txq - a send queue
 * @in_engine: NBLs given to the engine and not back yet
 */
struct ov2_txq {
	atomic_t in_engine;
} ____cacheline_aligned_in_smp;

struct ov2_filter_table;

/**
 * struct ov2_filter - which frames a card takes
 * @table: the addresses of dev->uc and dev->mc. Written under
 *	dev->addr_list_lock, read under RCU
 * @incomplete: an address is missing in @table for want of memory, so every
 *	frame is taken. Written under dev->addr_list_lock
 * @bridged: the card is a port of a bridge, or of a device that is one. Written
 *	under RTNL
 */
struct ov2_filter {
	struct ov2_filter_table *table;
	bool incomplete;
	bool bridged;
};

/**
 * enum ov2_filter_verdict - whose is a received frame?
 * @OV2_FILTER_OWN: the card's own: the engine sees it
 * @OV2_FILTER_OTHER: somebody else's, but wanted: it goes up as it came
 * @OV2_FILTER_UNWANTED: nobody's here
 */
enum ov2_filter_verdict {
	OV2_FILTER_OWN,
	OV2_FILTER_OTHER,
	OV2_FILTER_UNWANTED,
};

/**
 * struct ov2_port - a card, private data of its netdev
 * @ad: the card as bridge and engine see it
 * @peer: what the other end of the cable is plugged into, or NULL. Written
 *	under RTNL
 * @sharers: how many of its send queues feed one ring of @peer, at most.
 *	Written under RTNL
 * @up: the card takes frames from its peer. Written under RTNL
 * @filter: which frames it takes
 * @cpus: where it may receive. Written under RTNL, while it is down
 * @rxqs: @ad.rx_queues receive queues
 * @txqs: @ad.tx_queues send queues
 */
struct ov2_port {
	struct ov2_adapter ad;
	struct ov2_port __rcu *peer;
	unsigned int sharers;
	bool up;
	struct ov2_filter filter;
	cpumask_var_t cpus;
	struct ov2_rxq *rxqs;
	struct ov2_txq *txqs;
};

/* ov2_adapter_of() counts on it. */
static_assert(offsetof(struct ov2_port, ad) == 0);

static inline struct ov2_port *ov2_port_of(struct ov2_adapter *ad)
{
	return container_of(ad, struct ov2_port, ad);
}

/* Send queues are spread over the receive queues of the other end. */
static inline struct ov2_rxq *ov2_port_rxq(const struct ov2_port *peer,
					   u16 tx_queue)
{
	return &peer->rxqs[tx_queue % peer->ad.rx_queues];
}

/* link.c */
int ov2_link_register(const struct ov2_miniport_ops *miniport);
void ov2_link_unregister(void);
bool ov2_link_is_card(const struct net_device *dev);

/* device.c */
void ov2_port_setup(struct net_device *dev);

/* offload.c */
int ov2_port_enable(struct ov2_port *port);
netdev_features_t ov2_port_fix_features(struct net_device *dev,
					netdev_features_t features);
int ov2_port_set_features(struct net_device *dev, netdev_features_t features);
void ov2_port_status(struct ov2_adapter *ad, u32 code,
		     const struct ov2_offload *config);

/* plug.c */
void ov2_plug(struct ov2_port *port, struct ov2_port *peer);
void ov2_unplug(struct ov2_port *port);
void ov2_plug_update_carrier(struct ov2_port *port);
int ov2_plug_iflink(const struct net_device *dev);
struct net *ov2_plug_link_net(const struct net_device *dev);

/* filter.c */
int ov2_filter_init(struct ov2_port *port);
void ov2_filter_exit(struct ov2_port *port);
void ov2_filter_update(struct ov2_port *port);
void ov2_filter_clear(struct ov2_port *port);
int ov2_filter_register(void);
void ov2_filter_unregister(void);
enum ov2_filter_verdict ov2_filter(struct ov2_port *port,
				   const struct sk_buff *skb);

/* cpus.c */
void ov2_cpus_pick(struct cpumask *cpus, const struct cpumask *house,
		   const struct cpumask *allowed, const struct cpumask *online);
unsigned int ov2_cpus_nth(const struct cpumask *cpus,
			  const struct cpumask *online, u32 nth);
unsigned int ov2_cpus_next(const struct cpumask *cpus,
			   const struct cpumask *online, unsigned int gone);
int ov2_cpus_choose(struct ov2_port *port);

/* wire.c */
netdev_tx_t ov2_wire_start_xmit(struct sk_buff *skb, struct net_device *dev);
void ov2_wire_out(struct ov2_adapter *ad, u16 queue, struct sk_buff *skb);
void ov2_wire_send_complete(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			    enum ov2_status status);
void ov2_wire_wake(struct ov2_port *port, u16 queue);
void ov2_wire_wake_all(struct ov2_port *port);

/* rx.c */
int ov2_rx_alloc(struct ov2_port *port);
void ov2_rx_free(struct ov2_port *port);
void ov2_rx_add_napi(struct ov2_port *port);
void ov2_rx_del_napi(struct ov2_port *port);
int ov2_rx_start(struct ov2_port *port);
void ov2_rx_close(struct ov2_port *port);
void ov2_rx_stop(struct ov2_port *port);
bool ov2_rx_enqueue(struct ov2_port *port, u16 tx_queue, struct sk_buff *skb);
void ov2_rx_indicate(struct ov2_adapter *ad, struct ov2_nbl *nbl);

/* unshare.c */
int ov2_unshare(struct sk_buff *skb);

/* ethtool.c */
extern const struct ethtool_ops ov2_ethtool_ops;

#endif /* _OV2_PORT_H */
