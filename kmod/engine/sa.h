/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_H
#define _OV2_SA_H

#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../ov2/handle.h"
#include "../ov2/miniport.h"
#include "lane.h"
#include "transform.h"

struct ov2_frame;

/**
 * struct ov2_engine - the engine of one card
 * @ad: the card
 * @inbound: inbound SAs by struct ov2_sa_key; a list per key, since twins of
 *	one SPI live for a moment when a state is updated
 * @bundles: SAs that hold a place of the capacity
 * @objects: SAs that are not freed yet
 * @idle: woken when @objects becomes zero
 * @serial: age of SAs
 * @receive_off: received frames stay untouched (OV2_PARAMETER_DISABLED)
 * @tx: a lane per transmit queue
 * @rx: a lane per receive queue
 */
struct ov2_engine {
	struct ov2_adapter *ad;
	struct rhltable inbound;
	atomic_t bundles;
	atomic_t objects;
	wait_queue_head_t idle;
	atomic64_t serial;
	bool receive_off;
	struct ov2_lane *tx;
	struct ov2_lane *rx;
};

/**
 * struct ov2_sa_key - how an inbound SA is found
 * @spi: network order
 * @ipv6: family of @dst, as a whole word so that the key has no holes
 * @dst: the packet's destination; IPv4 in the first word
 *
 * The protocol is not part of it: a packet with the SA's SPI but another
 * IPsec protocol has to be reported as such (CRYPTO_INVALID_PROTOCOL).
 */
struct ov2_sa_key {
	__be32 spi;
	u32 ipv6;
	struct in6_addr dst;
};

/**
 * struct ov2_member - one security association of a bundle
 * @operation: enum ov2_operation
 * @spi: network order
 * @esn: extended sequence numbers
 * @transform: its algorithms, with their keys
 * @seq: inbound: highest number verified; outbound: only its high half, from
 *	add or update. Guarded by ov2_sa.lock
 */
struct ov2_member {
	u32 operation;
	__be32 spi;
	bool esn;
	struct ov2_transform transform;
	u64 seq;
};

/**
 * struct ov2_sa - an SA in the engine's table: a bundle of IPsecOV2
 * @hdl: its handle
 * @engine: its engine
 * @node: place in ov2_engine.inbound
 * @key: how it is found on receive, by the SPI of its outermost header; the
 *	family on transmit too
 * @src: sender of its packets, zero = any; IPv4 in the first word
 * @serial: its age, smaller is older
 * @ref: one for the table, one for every NBL
 * @dead: deleted: nothing new may use it
 * @dead_once: bit 0 set by whoever deletes it
 * @inbound: direction
 * @mode: which portion it protects, OV2_SA_MODE_UNKNOWN if nobody has said
 * @seen_tunnel: @mode unknown, inbound: the last frame verified was a tunnel's
 * @single: see struct ov2_ext_add
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @udp_dport: destination port of UDP-ESP, 0 = any
 * @window: replay window, see struct ov2_ext_add
 * @lock: guards ov2_member.seq
 * @members: number of @member
 * @member: as struct ov2_add_sa_ex has them
 * @keying: sets the keys, where it may sleep
 * @free: frees it, after a grace period, where it may sleep
 * @add: the request that is pending until keyed
 * @del: the request that is pending until freed
 */
struct ov2_sa {
	struct ov2_handle hdl;
	struct ov2_engine *engine;
	struct rhlist_head node;
	struct ov2_sa_key key;
	struct in6_addr src;
	u64 serial;
	refcount_t ref;
	bool dead;
	unsigned long dead_once;
	bool inbound;
	enum ov2_sa_mode mode;
	bool seen_tunnel;
	bool single;
	u32 udp_esp;
	__be16 udp_dport;
	u32 window;
	spinlock_t lock; /* see above */
	u8 members;
	struct ov2_member member[OV2_MAX_EXT_HEADERS];
	struct work_struct keying;
	struct rcu_work free;
	struct ov2_request *add;
	struct ov2_request *del;
};

/* sa.c */
bool ov2_sa_create(struct ov2_engine *engine, struct ov2_request *req);
void ov2_sa_put(struct ov2_sa *sa);

/* sa_table.c */
int ov2_sa_table_init(struct ov2_engine *engine);
void ov2_sa_table_exit(struct ov2_engine *engine);
int ov2_sa_table_insert(struct ov2_sa *sa, void *transport);
void ov2_sa_table_remove(struct ov2_sa *sa);
struct ov2_sa *ov2_sa_find(struct ov2_adapter *ad, unsigned long handle);
struct ov2_sa *ov2_sa_get_outbound(struct ov2_adapter *ad,
				   unsigned long handle);
struct ov2_sa *ov2_sa_get_inbound(struct ov2_engine *engine,
				  const struct ov2_frame *frame);

/* sa_request.c */
enum ov2_status ov2_sa_request(struct ov2_adapter *ad,
			       struct ov2_request *req);

/* sa_seq.c */
u64 ov2_sa_seq_tx(struct ov2_sa *sa, const struct ov2_member *member,
		  const struct ov2_ext_tx *ext, u32 seq_lo);
u64 ov2_sa_seq_rx(struct ov2_sa *sa, const struct ov2_member *member,
		  u32 seq_lo);
void ov2_sa_seq_verified(struct ov2_sa *sa, struct ov2_member *member,
			 u64 seq);

extern struct workqueue_struct *ov2_engine_wq;

#endif /* _OV2_SA_H */
