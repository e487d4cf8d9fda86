/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ADAPTER_H
#define _OV2_ADAPTER_H

#include <linux/netdevice.h>

#include "handle.h"
#include "offload.h"

struct ov2_adapter_ops;
struct ov2_counters;
struct ov2_log;
struct ov2_miniport_ops;

/**
 * struct ov2_adapter - one card, as bridge and engine see it
 * @miniport: the engine's operations
 * @ops: the card's operations
 * @dev: the netdev; traces show its name. The engine never reads its members
 * @counters: counters of this card (watch/counters.h)
 * @log: the last refusals and fallbacks of this card (watch/log.h)
 * @hardware: what the engine can do; set by @miniport->initialize. Only its
 *	sa_capacity changes: the request OV2_OID_EXT_SA_CAPACITY sets it, and
 *	ov2_sa_capacity() reads it
 * @config: the part of @hardware that is on. The engine exchanges the pointer
 *	with WRITE_ONCE(). Each structure to which @config points, or has
 *	pointed, lives until the engine ends. In these structures only
 *	sa_capacity changes
 * @bundles: number of SA bundles that the bridge has in the engine. The bridge
 *	counts them, so that they stay within ov2_capabilities.sa_capacity
 * @resized: rises by one before each request that sets the capacity, and by one
 *	after the request. So @resized is odd during such a request
 * @handles: the handles of the engine's SAs; ov2_handles_init() comes before
 *	@miniport->initialize
 * @engine: private to the engine
 * @transport: private to the bridge
 * @tx_queues: number of send queues. In an NBL to be sent, ov2_nbl.queue is
 *	less than @tx_queues
 * @rx_queues: number of receive queues. In a received NBL, ov2_nbl.queue is
 *	less than @rx_queues
 * @tx_used: number of send queues that new packets are put into, at most
 *	@tx_queues. Written under RTNL
 *
 * The adapter is the first member of the netdev's private data, so that the
 * bridge finds the adapter without knowing the port: see ov2_adapter_of().
 */
struct ov2_adapter {
	const struct ov2_miniport_ops *miniport;
	const struct ov2_adapter_ops *ops;
	struct net_device *dev;
	struct ov2_counters __percpu *counters;
	struct ov2_log *log;
	const struct ov2_offload *hardware;
	const struct ov2_offload *config;
	atomic_t bundles;
	atomic_t resized;
	struct ov2_handles handles;
	void *engine;
	void *transport;
	u16 tx_queues;
	u16 rx_queues;
	u16 tx_used;
};

/**
 * ov2_sa_capacity() - how many SA bundles a card takes now
 * @ad: the card
 *
 * Context: Any context.
 * Return: the number.
 */
static inline u32 ov2_sa_capacity(const struct ov2_adapter *ad)
{
	return READ_ONCE(ad->hardware->ipsec_v2.sa_capacity);
}

/**
 * ov2_bundle_take() - count one more SA bundle, if there is room for it
 * @bundles: the count
 * @ad: the card
 *
 * The count can be above the capacity, because an add can take a place just
 * before the capacity is lowered. So this function tests whether the count is
 * less than the capacity. atomic_add_unless() would only test whether the two
 * are equal. Then every add would find room while the count is above the
 * capacity.
 *
 * Context: Any context.
 * Return: false if the card is full.
 */
static inline bool ov2_bundle_take(atomic_t *bundles,
				   const struct ov2_adapter *ad)
{
	u32 capacity = ov2_sa_capacity(ad);
	int count = atomic_read(bundles);

	do {
		if ((u32)count >= capacity)
			return false;
	} while (!atomic_try_cmpxchg(bundles, &count, count + 1));
	return true;
}

/**
 * ov2_adapter_of() - find the adapter of a netdev
 * @dev: a netdev; the caller has checked that its kind is "ipsecov2"
 *
 * Context: Any context.
 * Return: its adapter.
 */
static inline struct ov2_adapter *ov2_adapter_of(struct net_device *dev)
{
	return netdev_priv(dev);
}

#endif /* _OV2_ADAPTER_H */
