/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ASSOC_H
#define _OV2_ASSOC_H

#include <linux/cache.h>
#include <linux/rhashtable.h>

#include "../../compat/xfrm.h"
#include "../../ov2/miniport.h"
#include "../../watch/counters.h"

/**
 * struct ov2_sad_key - the fields by which an outbound state is found
 * @reqid: the number that policy and state have in common
 * @family: of @saddr and @daddr
 * @mode: XFRM_MODE_TRANSPORT or XFRM_MODE_TUNNEL
 * @cpu: the CPU that the state is for (RFC 9611), or UINT_MAX if the state is
 *	for all CPUs
 * @saddr: source of the ESP packet; the bytes behind an IPv4 address are zero
 * @daddr: destination, in the same form
 */
struct ov2_sad_key {
	u32 reqid;
	u16 family;
	u16 mode;
	u32 cpu;
	xfrm_address_t saddr;
	xfrm_address_t daddr;
};

/**
 * struct ov2_sad_link - an association's place in the card's SAD
 * @node: in ov2_sad.table; protected by ov2_sad.lock
 * @key: the key of the association in the table; constant while @linked is set
 * @linked: the association is in the table; protected by ov2_sad.lock
 */
struct ov2_sad_link {
	struct rhlist_head node;
	struct ov2_sad_key key;
	bool linked;
};

/**
 * struct ov2_assoc - the link between a state and its SA in the engine
 * @x: the state; unset when the state is deleted. This pointer is no reference:
 *	with a reference from the start, the core would never free a state that
 *	it cannot insert. A reader may use the state until its RCU read side
 *	ends. If it reads what members of the state point to, it first checks
 *	that x->refcnt is not 0, or that the state is valid. If it keeps the
 *	state longer, it takes a reference with refcount_inc_not_zero()
 * @path: the skb extensions that received packets share, or NULL; set once.
 *	They hold only a sec_path. The sec_path holds a reference to @x;
 *	ov2_assoc_keep_path() says why this does no harm
 * @ad: the card
 * @handle: the SA's handle. The member transport of struct ov2_handle leads
 *	from the handle back to the association
 * @spi: SPI of the state, network order
 * @seq_hi: the high half of the sequence number that the engine accepted last;
 *	protected by x->lock
 * @replay_turn: how often the low half of the sequence number had wrapped when
 *	ov2_replay_turn() was called last; protected by x->lock
 * @icv_len: bytes of the ICV
 * @iv_len: bytes of the explicit IV
 * @align: payload and trailer together are a multiple of @align bytes
 * @udp_encap: ESP is behind a UDP header
 * @packet: the state is in packet mode: the stack leaves the whole of IPsec to
 *	the card
 * @sends: the state is outbound and in crypto mode
 * @declined: how many packets the card declined, for each reason
 * @software: how many ESP frames software has made although the card has the
 *	SA, for each reason
 * @untold: a key manager has set the sequence number, and the engine has not
 *	accepted the update; written under x->lock
 * @told: which reasons users were told lately, see ov2_assoc_tell()
 * @sad: place in the card's SAD, if the state is outbound in packet mode
 * @bonded: place in the table of associations on bonds (bonded.c), if the state
 *	is on a bond
 * @del: the request that deletes the SA; it is part of the association, so that
 *	a delete cannot fail for lack of memory
 * @del_entry: the buffer of @del
 * @rcu: for freeing the association and @path a grace period after the SA is
 *	gone
 * @dev_tracker: tracks the association's reference to the card's netdev. The
 *	association needs a reference of its own: the core gives back the
 *	state's reference when the state is deleted, and @del completes later
 */
struct ov2_assoc {
	struct xfrm_state __rcu *x;
	struct skb_ext *path;
	struct ov2_adapter *ad;
	unsigned long handle;
	__be32 spi;
	u32 seq_hi;
	u32 replay_turn;
	u8 icv_len;
	u8 iv_len;
	u8 align;
	bool udp_encap;
	bool packet;
	bool sends;
	bool untold;
	u32 told;
	atomic64_t declined[OV2_DECLINED];
	atomic64_t software[OV2_SOFTWARE];
	struct ov2_sad_link sad;
	struct hlist_node bonded;
	struct ov2_request del;
	struct ov2_delete_sa del_entry;
	struct rcu_head rcu;
	netdevice_tracker dev_tracker;
};

/**
 * struct ov2_assoc_memo - the association that a queue has used last
 * @assoc: the association, or NULL if nothing is remembered
 * @ended: what ov2_bridge.ended was before @assoc was looked up
 *
 * The caller serializes all calls for one queue.
 */
struct ov2_assoc_memo {
	struct ov2_assoc *assoc;
	s64 ended;
} ____cacheline_aligned_in_smp;

/* For ov2_assoc_tell(): the number of reasons that it knows, and the length of
 * its period in seconds. In one period users are told each reason only once.
 */
#define OV2_TELL_REASONS	8
#define OV2_TELL_SECONDS	60

/* Call this only while the core adds or uses @x. When a state ends, the core
 * clears the type of the state.
 */
static inline bool ov2_state_is_packet(const struct xfrm_state *x)
{
	return x->xso.type == XFRM_DEV_OFFLOAD_PACKET;
}

static inline bool ov2_state_is_outbound(const struct xfrm_state *x)
{
	return x->xso.dir == XFRM_DEV_OFFLOAD_OUT;
}

static inline bool ov2_state_is_tunnel(const struct xfrm_state *x)
{
	return x->props.mode == XFRM_MODE_TUNNEL;
}

struct ov2_assoc *ov2_assoc_alloc(struct ov2_adapter *ad,
				  struct xfrm_state *x);
void ov2_assoc_discard(struct ov2_assoc *assoc);
struct ov2_assoc *ov2_assoc_find(struct ov2_adapter *ad, unsigned long handle);
struct ov2_assoc *ov2_assoc_of_state(struct ov2_adapter *ad,
				     const struct xfrm_state *x);
struct ov2_assoc *ov2_assoc_recall(struct ov2_assoc_memo *memo, s64 ended,
				   struct ov2_adapter *ad,
				   const struct xfrm_state *x);
struct ov2_assoc *ov2_assoc_recall_handle(struct ov2_assoc_memo *memo,
					  s64 ended, struct ov2_adapter *ad,
					  unsigned long handle);
void ov2_assoc_keep_path(struct ov2_assoc *assoc, struct skb_ext *path);
bool ov2_assoc_take(struct ov2_assoc *assoc);
struct ov2_assoc *ov2_assoc_unset(struct ov2_adapter *ad,
				  const struct xfrm_state *x);
void ov2_assoc_delete(struct ov2_assoc *assoc);
void ov2_assoc_deleted(struct ov2_assoc *assoc);
bool ov2_assoc_tell(struct ov2_assoc *assoc, u32 now, unsigned int reason);
void ov2_assoc_advance(struct ov2_assoc *assoc, const struct xfrm_state *x);
void ov2_assoc_renumber(struct ov2_assoc *assoc, const struct xfrm_state *x);

#endif /* _OV2_ASSOC_H */
