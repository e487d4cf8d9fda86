/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PORT_H
#define _OV2_PORT_H

/* The structures of a card. Functions are in the headers of their files. */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/cache.h>
#include <linux/cpumask.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/u64_stats_sync.h>
#include <net/rtnetlink.h>

#include "../ov2/miniport.h"

#define OV2_PORT_KIND	"ipsecov2"

struct ov2_filter_table;
struct ov2_line_ops;
struct ov2_rss;
struct task_struct;

/**
 * struct ov2_rxq_stats - what a receive queue has received (queue_stats.c)
 * @syncp: for readers on 32-bit machines
 * @packets: frames that went up the stack
 * @bytes: their bytes
 * @drops: frames that were dropped
 * @filtered: frames that the card does not take
 * @no_memory: how many of the frames in @drops were dropped because memory was
 *	short
 */
struct ov2_rxq_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t drops;
	u64_stats_t filtered;
	u64_stats_t no_memory;
};

/**
 * struct ov2_txq_stats - what a send queue has sent (queue_stats.c)
 * @syncp: for readers on 32-bit machines
 * @packets: frames that went to the line; a large packet that crosses the line
 *	whole counts as one frame
 * @bytes: their bytes
 * @drops: packets and frames that were dropped
 * @large: large packets that the engine has cut
 * @segments: how many of the frames in @packets the engine has cut from large
 *	packets
 * @segment_bytes: bytes of the frames in @segments
 * @stops: how often the queue has stopped for lack of room
 */
struct ov2_txq_stats {
	struct u64_stats_sync syncp;
	u64_stats_t packets;
	u64_stats_t bytes;
	u64_stats_t drops;
	u64_stats_t large;
	u64_stats_t segments;
	u64_stats_t segment_bytes;
	u64_stats_t stops;
};

/**
 * struct ov2_rxq - a receive queue
 * @napi: its NAPI
 * @csd: calls @cpu to schedule @napi. Owned by the CPU that set @called
 * @called: 1 from the moment a CPU asks for such a call until the call begins.
 *	A CPU that finds 1 need not call: the pending call will see the frame
 *	that this CPU has queued
 * @masked: 1 from the moment the queue interrupts until the core allows the
 *	next interrupt (rx_irq.c)
 * @cpu: the CPU on which @napi runs, chosen when the card is opened. Like the
 *	interrupt of a real queue, @napi stays on its CPU until this CPU goes
 *	offline. Otherwise flows would be reordered, because each CPU has its
 *	own queue through which xfrm passes decrypted packets
 * @port: the card
 * @index: the number of this receive queue
 * @ring: frames that came over the line, oldest first (ring.c)
 * @segments: number of segments in @ring. Written under the lock of @ring
 * @open: true while @ring takes frames. Protected by the lock of @ring
 * @lock: protects @indicated and @polling; BH
 * @indicated: NBLs that the engine is done with, linked by ov2_nbl.link
 * @polling: @napi is giving frames to the engine, and will look at @indicated
 *	afterwards. Only @napi changes @polling
 * @ready: NBLs on their way up the stack; only @napi touches them, or the code
 *	that has disabled @napi
 * @held: number of frames given to the engine and not delivered yet; only @napi
 *	changes it, or the code that has disabled @napi
 * @merge: the next frames go through GRO, which may merge them (rx_poll.c);
 *	only @napi changes it
 * @up_frames: frames that went up the stack in this poll, and are not in the
 *	statistics yet; only @napi changes it
 * @up_bytes: their bytes
 * @stats: only @napi changes them, or the code that has disabled @napi
 */
struct ov2_rxq {
	struct napi_struct napi;
	call_single_data_t csd;
	atomic_t called;
	atomic_t masked;
	unsigned int cpu;
	struct ov2_port *port;
	u16 index;
	struct sk_buff_head ring ____cacheline_aligned_in_smp;
	unsigned int segments;
	bool open;
	/* protects indicated and polling */
	spinlock_t lock ____cacheline_aligned_in_smp;
	struct list_head indicated;
	bool polling;
	struct list_head ready;
	unsigned int held;
	bool merge;
	unsigned int up_frames;
	unsigned int up_bytes;
	struct ov2_rxq_stats stats;
};

/**
 * struct ov2_txq - a send queue
 * @in_engine: number of frames given to the engine and not back yet; a large
 *	send counts as many frames as it has segments (ring.c)
 * @burst: plain frames that go to the line together when the burst ends.
 *	Protected by the queue's lock, and empty while this lock is free
 * @left: how many segments the queue may send before it has to look at the room
 *	of its line again (ring.c). Protected by the queue's lock
 * @held: the queue stays stopped, because frames are changing their queues
 *	(channels.c). Written under RTNL
 * @ring: number of the receive queue at the other end whose ring decides
 *	whether this send queue has to stop. It is the fullest of the rings that
 *	this send queue feeds (cable.c). Written by every CPU that brings frames
 *	to the line
 * @sender: the task that runs ndo_start_xmit of this queue, or NULL. Written
 *	under the queue's lock
 * @stats: what ndo_start_xmit has counted. Protected by the queue's lock
 * @full: the queue has stopped for lack of room, and its wake is not counted
 *	yet (ring.c)
 * @wakes: how often the queue was woken after it had stopped for lack of room
 * @late_lock: protects @late
 * @late: as @stats, but for the frames that the engine has completed outside
 *	ndo_start_xmit
 */
struct ov2_txq {
	atomic_t in_engine;
	struct sk_buff_head burst;
	int left;
	bool held;
	u16 ring;
	const struct task_struct *sender;
	struct ov2_txq_stats stats;
	unsigned int full;
	atomic64_t wakes;
	spinlock_t late_lock ____cacheline_aligned_in_smp; /* protects late */
	struct ov2_txq_stats late;
} ____cacheline_aligned_in_smp;

/**
 * struct ov2_filter - which frames a card takes
 * @table: the addresses of dev->uc and dev->mc. Written under
 *	dev->addr_list_lock, read under RCU
 * @incomplete: an address is missing in @table, because memory was short, so
 *	every frame is taken. Written under dev->addr_list_lock
 * @bridged: the card is below a bridge device (filter.c). Written under RTNL
 */
struct ov2_filter {
	struct ov2_filter_table *table;
	bool incomplete;
	bool bridged;
};

/**
 * struct ov2_port - a card, private data of its netdev
 * @ad: the card as bridge and engine see it
 * @line: carries its frames away, and brings frames to it
 * @peer: private to cable.c: the card at the other end of the cable, or NULL.
 *	Written under RTNL, read under RCU
 * @sharers: how many of its send queues may feed one ring at the other end of
 *	its line (ring.c, channels.c). Written under RTNL
 * @rss: chooses the receive queue of each incoming frame. Replaced under RTNL,
 *	read under RCU
 * @limit: how many segments may wait on a ring at the other end of its line.
 *	This is ov2_port.ring of the card there (channels.c). Written under RTNL
 * @ring: how many segments may wait on each of its own rings (sizes.c). Written
 *	under RTNL
 * @up: the card takes frames from its line. Written under RTNL
 * @was_up: the card has been up; protected by RTNL
 * @ending: the card's namespace is ending: the card drops what the stack gives
 *	it in clear (netns.c)
 * @monitors: the monitors that show only this card (monitor.c); protected by
 *	RTNL
 * @filter: which frames it takes
 * @cpus: CPUs on which it may receive. Written under RTNL, while the card is
 *	down
 * @rxqs: @ad.rx_queues receive queues
 * @txqs: @ad.tx_queues send queues
 */
struct ov2_port {
	struct ov2_adapter ad;
	const struct ov2_line_ops *line;
	struct ov2_port __rcu *peer;
	unsigned int sharers;
	struct ov2_rss __rcu *rss;
	unsigned int limit;
	unsigned int ring;
	bool up;
	bool was_up;
	bool ending;
	struct list_head monitors;
	struct ov2_filter filter;
	cpumask_var_t cpus;
	struct ov2_rxq *rxqs;
	struct ov2_txq *txqs;
};

/* ov2_adapter_of() relies on this. */
static_assert(offsetof(struct ov2_port, ad) == 0);

static inline struct ov2_port *ov2_port_of(struct ov2_adapter *ad)
{
	return container_of(ad, struct ov2_port, ad);
}

/* Is a netdev a card of this module? The kind tells, as in netif_is_vxlan().
 * The private data of a card is a struct ov2_port.
 */
static inline bool ov2_port_is_card(const struct net_device *dev)
{
	return dev->rtnl_link_ops &&
	       !strcmp(dev->rtnl_link_ops->kind, OV2_PORT_KIND);
}

#endif /* _OV2_PORT_H */
