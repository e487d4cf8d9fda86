/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_H
#define _OV2_SA_H

#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "../ov2/handle.h"
#include "../ov2/requests.h"
#include "member.h"
#include "sa_count.h"

struct ov2_engine;

/**
 * struct ov2_sa_key - the fields by which an SA is found
 * @spi: network order
 * @ipv6: 1 if @dst is an IPv6 address, else 0. This is a whole word, so that
 *	the key has no holes
 * @inbound: 1 if the SA is inbound, else 0; a whole word for the same reason
 * @dst: the packet's destination, zero = any; IPv4 in the first word
 *
 * The protocol is not part of the key. So a packet that has the SPI of the SA,
 * but another IPsec protocol, finds the SA. The engine reports such a packet
 * with the status CRYPTO_INVALID_PROTOCOL.
 */
struct ov2_sa_key {
	__be32 spi;
	u32 ipv6;
	u32 inbound;
	struct in6_addr dst;
};

/**
 * struct ov2_adding - one SA of an add that is being carried out
 * @req: the request
 * @add: the parameters of this SA, with the keys behind them
 * @len: bytes of the parameters and the keys
 * @copied: @add is a copy of an entry of a list, to be wiped and freed
 * @handle: where the handle is to be written
 */
struct ov2_adding {
	struct ov2_request *req;
	struct ov2_add_sa_ex *add;
	size_t len;
	bool copied;
	u64 *handle;
};

/**
 * struct ov2_sa - an SA in the engine's table: a bundle of one or two members
 * @hdl: its handle
 * @engine: its engine
 * @node: place in the table of SAs
 * @key: the fields by which a received frame finds the SA. The SPI is the SPI
 *	of the outermost header. When the SA sends, only the family and the
 *	direction in @key are read
 * @src: source of its packets, zero = any; IPv4 in the first word
 * @window: replay window, see struct ov2_ext_add
 * @serial: an older SA of the engine has a smaller serial
 * @ref: one reference that the SA is made with, and one for every NBL that uses
 *	the SA and waits in a lane. The first reference is given back a grace
 *	period after the SA has left the table. So a reader that finds the SA
 *	may take a reference
 * @mode: which portion it protects, OV2_SA_MODE_UNKNOWN if the add gives no
 *	mode
 * @dead_once: bit 0 is set by the first delete of the SA
 * @live: the SA is keyed and not deleted, so sends, frames and requests find it
 * @seen_tunnel: the payload of the last good frame was an IP packet. Used only
 *	if the SA is inbound and @mode is unknown
 * @single: see struct ov2_ext_add
 * @straight: the only member of the SA is ESP, and in a received frame the
 *	engine looks for no other IPsec header behind this ESP header
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @lock: protects ov2_member.seq and @window; taken with BH disabled
 * @udp_dport: destination port of UDP-ESP, 0 = any
 * @members: number of elements of @member that are used
 * @member: in the order of ov2_add_sa_ex.sec_assoc
 * @keying: sets the keys, in process context
 * @next_unkeyed: the next SA of ov2_batch.unkeyed
 * @retired: gives the first reference back after a grace period, in process
 *	context
 * @destroy: frees the SA, in process context
 * @adding: the add that the SA is made from, until the SA has its keys
 * @counts: what the SA has done; takes the place of @adding when the SA has its
 *	keys
 * @del: the delete that pends until the SA is freed, or NULL
 *
 * On a machine of 64 bits without debugging the structure has 512 bytes. With
 * one byte more, kmalloc() would take twice as much for each SA.
 */
struct ov2_sa {
	struct ov2_handle hdl;
	struct ov2_engine *engine;
	struct rhlist_head node;
	struct ov2_sa_key key;
	struct in6_addr src;
	u32 window;
	u64 serial;
	refcount_t ref;
	enum ov2_sa_mode mode;
	unsigned long dead_once;
	bool live;
	bool seen_tunnel;
	bool single;
	bool straight;
	u32 udp_esp;
	spinlock_t lock; /* protects ov2_member.seq and window */
	__be16 udp_dport;
	u8 members;
	struct ov2_member member[OV2_MAX_EXT_HEADERS];
	struct work_struct keying;
	struct ov2_sa *next_unkeyed;
	struct rcu_work retired;
	struct work_struct destroy;
	union {
		struct ov2_adding adding;
		struct ov2_sa_counts counts;
	};
	struct ov2_request *del;
};

const struct ov2_ext_add *ov2_sa_ext(const struct ov2_request *req);
void ov2_sa_fill(struct ov2_sa *sa, const struct ov2_add_sa_ex *add,
		 const struct ov2_ext_add *ext);
enum ov2_operation ov2_sa_outer_operation(const struct ov2_sa *sa);
bool ov2_sa_nests(const struct ov2_sa *outer, const struct ov2_sa *sa);

#endif /* _OV2_SA_H */
