/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ASSOC_H
#define _OV2_ASSOC_H

#include "../../compat/xfrm.h"
#include "../../ov2/miniport.h"
#include "../packet/sad.h"

/**
 * struct ov2_assoc - an xfrm state that lives as an SA in the engine
 * @x: the state; unset when it is deleted. No reference: a lasting one would
 *	keep the kernel from ever freeing the state. Readers take one with
 *	refcount_inc_not_zero()
 * @ad: the card
 * @handle: the SA's handle; struct ov2_handle.transport leads back here
 * @spi: of the state, network order
 * @seq_hi: the high half that the engine was told last; x->lock guards it
 * @untold: a key manager has set the number, and the engine has not accepted it
 * @replay_turn: for ov2_replay_received()
 * @icv_len: bytes of the ICV
 * @iv_len: bytes of the explicit IV
 * @align: payload and trailer are a multiple of so many bytes
 * @udp_encap: ESP is behind a UDP header
 * @packet: packet mode: the stack leaves the whole of IPsec to the card
 * @sad: its place in the card's database, outbound in packet mode
 * @del: the request that ends it; must not be allocated when it is needed
 * @del_entry: its buffer
 * @rcu: freed a grace period after the SA
 * @dev_tracker: of the association's reference to the card's netdev. The
 *	state's own reference ends when the state is deleted, and the request
 *	that ends the SA completes later
 */
struct ov2_assoc {
	struct xfrm_state __rcu *x;
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
	bool untold;
	struct ov2_sad_link sad;
	struct ov2_request del;
	struct ov2_delete_sa del_entry;
	struct rcu_head rcu;
	netdevice_tracker dev_tracker;
};

/* Of a state that is being added or used: when it ends the core unsets it. */
static inline bool ov2_state_is_packet(const struct xfrm_state *x)
{
	return x->xso.type == XFRM_DEV_OFFLOAD_PACKET;
}

static inline bool ov2_state_is_tunnel(const struct xfrm_state *x)
{
	return x->props.mode == XFRM_MODE_TUNNEL;
}

/* request.c */
enum ov2_status ov2_bridge_request_add(struct ov2_adapter *ad,
				       struct xfrm_state *x,
				       struct ov2_assoc *assoc);

/* state.c */
struct ov2_assoc *ov2_assoc_find(struct ov2_adapter *ad, unsigned long handle);
void ov2_state_renumber(struct xfrm_state *x);

#endif /* _OV2_ASSOC_H */
