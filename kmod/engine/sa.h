/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_H
#define _OV2_SA_H

#include <linux/refcount.h>
#include <linux/rhashtable.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../ov2/handle.h"
#include "../ov2/miniport.h"
#include "../ov2/reaper.h"
#include "lane.h"
#include "transform.h"

struct ov2_frame;

/**
 * struct ov2_engine - the engine of one card
 * @ad: the card
 * @sas: SAs by struct ov2_sa_key; a list per key, since twins of one SPI live
 *	for a moment when a state is updated
 * @bundles: SAs that hold a place of the capacity
 * @starved: an add found no place, and none was freed since
 * @ref: one for each SA that is not freed yet, and one for the card until the
 *	engine is halted
 * @reaped: for ov2_reap(), which destroys this structure
 * @serial: age of SAs
 * @lock: guards insertion into @sas, @parameter and @encapsulation; BH
 * @parameter: what is on, never OV2_PARAMETER_NO_CHANGE
 * @encapsulation: OV2_ENCAPSULATION_NO_CHANGE until it is set
 * @resetting: nothing but deletes is accepted now, and what is sent fails
 * @running: not paused; the caller of pause, restart and reset serializes them
 * @tx: a lane per transmit queue
 * @rx: a lane per receive queue
 */
struct ov2_engine {
	struct ov2_adapter *ad;
	struct rhltable sas;
	atomic_t bundles;
	bool starved;
	refcount_t ref;
	struct ov2_reaped reaped;
	atomic64_t serial;
	spinlock_t lock; /* see above */
	u8 parameter;
	u8 encapsulation;
	bool resetting;
	bool running;
	struct ov2_lane *tx;
	struct ov2_lane *rx;
};

/**
 * struct ov2_sa_key - how an SA is found by what is in the packet
 * @spi: network order
 * @ipv6: family of @dst, as a whole word so that the key has no holes
 * @inbound: direction, likewise
 * @dst: the packet's destination, zero = any; IPv4 in the first word
 *
 * The protocol is not part of it: a packet with the SA's SPI but another
 * IPsec protocol has to be reported as such (CRYPTO_INVALID_PROTOCOL).
 */
struct ov2_sa_key {
	__be32 spi;
	u32 ipv6;
	u32 inbound;
	struct in6_addr dst;
};

/**
 * struct ov2_member - one security association of a bundle
 * @operation: enum ov2_operation
 * @spi: network order
 * @esn: extended sequence numbers
 * @transform: its algorithms, with their keys
 * @seq: inbound: highest number verified, or the last one that was set;
 *	outbound: only its high half, from add or update. Guarded by ov2_sa.lock
 */
struct ov2_member {
	u32 operation;
	__be32 spi;
	bool esn;
	struct ov2_transform transform;
	u64 seq;
};

/**
 * struct ov2_adding - one SA of an add that is being carried out
 * @req: the request
 * @add: its parameters, with the key behind them
 * @len: bytes of both
 * @copied: @add is a copy of an entry of a list, to be wiped and freed
 * @handle: out: where the handle is wanted
 */
struct ov2_adding {
	struct ov2_request *req;
	struct ov2_add_sa_ex *add;
	size_t len;
	bool copied;
	u64 *handle;
};

/**
 * struct ov2_sa - an SA in the engine's table: a bundle of IPsecOV2
 * @hdl: its handle
 * @engine: its engine
 * @node: place in ov2_engine.sas
 * @key: how it is found on receive, by the SPI of its outermost header; the
 *	family on transmit too
 * @src: sender of its packets, zero = any; IPv4 in the first word
 * @serial: its age, smaller is older
 * @ref: one for the table, one for every NBL
 * @live: keyed and not deleted: it may be used
 * @dead_once: bit 0 set by whoever deletes it
 * @mode: which portion it protects, OV2_SA_MODE_UNKNOWN if nobody has said
 * @seen_tunnel: @mode unknown, inbound: the last frame verified was a tunnel's
 * @single: see struct ov2_ext_add
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @udp_dport: destination port of UDP-ESP, 0 = any
 * @window: replay window, see struct ov2_ext_add
 * @lock: guards ov2_member.seq and @window
 * @members: number of @member
 * @member: as struct ov2_add_sa_ex has them
 * @keying: sets the keys, where it may sleep
 * @next_unkeyed: the next one of ov2_batch.unkeyed
 * @free: frees it, after a grace period, where it may sleep
 * @adding: what it is made of, until keyed
 * @transport: ov2_handle.transport
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
	bool live;
	unsigned long dead_once;
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
	struct ov2_sa *next_unkeyed;
	struct rcu_work free;
	struct ov2_adding adding;
	void *transport;
	struct ov2_request *del;
};

/* sa.c */
enum ov2_status ov2_sa_create(struct ov2_engine *engine,
			      const struct ov2_adding *adding);
void ov2_sa_key_all(struct ov2_sa *sa);
void ov2_sa_added(struct ov2_engine *engine, const struct ov2_adding *adding,
		  enum ov2_sa_mode mode, enum ov2_status status);
const struct ov2_ext_add *ov2_sa_ext(const struct ov2_request *req);
void ov2_sa_put(struct ov2_sa *sa);

/* sa_table.c */
int ov2_sa_table_init(struct ov2_engine *engine);
void ov2_sa_table_exit(struct ov2_engine *engine);
int ov2_sa_table_insert(struct ov2_sa *sa, bool allow_twin);
void ov2_sa_table_remove(struct ov2_sa *sa);
struct ov2_sa *ov2_sa_find(struct ov2_adapter *ad, unsigned long handle);
struct ov2_sa *ov2_sa_get_outbound(struct ov2_adapter *ad,
				   unsigned long handle);
struct ov2_sa *ov2_sa_get_inbound(struct ov2_engine *engine,
				  const struct ov2_frame *frame);
bool ov2_sa_nests(const struct ov2_sa *outer, const struct ov2_sa *sa);

/* sa_request.c */
enum ov2_status ov2_sa_request(struct ov2_adapter *ad,
			       struct ov2_request *req);
bool ov2_sa_delete_wanted(const struct ov2_engine *engine);

/* config.c */
void ov2_config_init(void);
void ov2_config_start(struct ov2_engine *engine);
enum ov2_status ov2_config_parameters(struct ov2_engine *engine,
				      const struct ov2_request *req);
enum ov2_status ov2_config_encapsulation(struct ov2_engine *engine,
					 const struct ov2_request *req);
bool ov2_config_receives(const struct ov2_engine *engine,
			 const struct ov2_sa *sa);
bool ov2_config_sends(const struct ov2_engine *engine);

/* sa_seq.c */
u64 ov2_sa_seq_tx(struct ov2_sa *sa, const struct ov2_member *member,
		  const struct ov2_ext_tx *ext, u32 seq_lo);
u64 ov2_sa_seq_rx(struct ov2_sa *sa, const struct ov2_member *member,
		  u32 seq_lo);
void ov2_sa_seq_verified(struct ov2_sa *sa, struct ov2_member *member,
			 u64 seq);

/* engine.c */
void ov2_engine_put(struct ov2_engine *engine);

extern struct workqueue_struct *ov2_engine_wq;

#endif /* _OV2_SA_H */
