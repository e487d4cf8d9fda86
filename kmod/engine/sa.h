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

struct crypto_aead;
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
 * struct ov2_sa - an SA in the engine's table
 * @hdl: its handle
 * @engine: its engine
 * @node: place in ov2_engine.inbound
 * @key: how it is found on receive; spi and family on transmit too
 * @src: sender of its packets, zero = any; IPv4 in the first word
 * @serial: its age, smaller is older
 * @ref: one for the table, one for every NBL
 * @dead: deleted: nothing new may use it
 * @dead_once: bit 0 set by whoever deletes it
 * @inbound: direction
 * @esn: extended sequence numbers
 * @tunnel: protects the tunnel portion
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @udp_dport: destination port of UDP-ESP, 0 = any
 * @icv_len: bytes of the ICV
 * @window: replay window, see struct ov2_ext_add
 * @iv_salt: what explicit IVs are masked with
 * @aead: the transform; NULL until keyed
 * @lock: guards @seq
 * @seq: inbound: highest number verified; outbound: only its high half, from
 *	add or update
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
	bool esn;
	bool tunnel;
	u32 udp_esp;
	__be16 udp_dport;
	u8 icv_len;
	u32 window;
	__be64 iv_salt;
	struct crypto_aead *aead;
	spinlock_t lock; /* see above */
	u64 seq;
	struct work_struct keying;
	struct rcu_work free;
	struct ov2_request *add;
	struct ov2_request *del;
};

int ov2_sa_table_init(struct ov2_engine *engine);
void ov2_sa_table_exit(struct ov2_engine *engine);
enum ov2_status ov2_sa_request(struct ov2_adapter *ad,
			       struct ov2_request *req);
struct ov2_sa *ov2_sa_get_outbound(struct ov2_adapter *ad,
				   unsigned long handle);
struct ov2_sa *ov2_sa_get_inbound(struct ov2_engine *engine,
				  const struct ov2_frame *frame);
void ov2_sa_put(struct ov2_sa *sa);
u64 ov2_sa_seq_tx(struct ov2_sa *sa, const struct ov2_nbl *nbl, u32 seq_lo);
u64 ov2_sa_seq_rx(struct ov2_sa *sa, u32 seq_lo);
void ov2_sa_seq_verified(struct ov2_sa *sa, u64 seq);

extern struct workqueue_struct *ov2_engine_wq;

#endif /* _OV2_SA_H */
