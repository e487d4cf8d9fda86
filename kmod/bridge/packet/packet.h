/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PACKET_H
#define _OV2_PACKET_H

#include "../sa/assoc.h"
#include "../bridge.h"
#include "pending.h"
#include "../../ov2/reaper.h"
#include "../../ov2/records.h"

/**
 * struct ov2_bridge - what the bridge keeps for a card in packet mode
 * @ad: the card
 * @spd: its policies
 * @sad: its outbound states
 * @pending: packets that wait for a neighbour
 * @states: states in packet mode, both ways
 * @reaped: for ov2_reap(), which destroys this structure
 *
 * In packet mode the stack knows nothing but its own states and policies: the
 * bridge finds policy and state of each packet, as the transport does that
 * IPsecOV2 was made for.
 */
struct ov2_bridge {
	struct ov2_adapter *ad;
	struct ov2_spd spd;
	struct ov2_sad sad;
	struct ov2_pending pending;
	atomic_t states;
	struct ov2_reaped reaped;
};

/**
 * enum ov2_packet_path - what the core is to know of a packet that was let in
 * @OV2_PATH_OFFLOAD: its state, and that the card has decided about it
 * @OV2_PATH_STATE: its state: the core compares it with its policies
 */
enum ov2_packet_path {
	OV2_PATH_OFFLOAD,
	OV2_PATH_STATE,
};

/* packet.c */
struct ov2_bridge *ov2_bridge_of(const struct ov2_adapter *ad);

/* policy.c */
int ov2_bridge_policy_add(struct xfrm_policy *xp,
			  struct netlink_ext_ack *extack);
void ov2_bridge_policy_delete(struct xfrm_policy *xp);
void ov2_bridge_policy_free(struct xfrm_policy *xp);

/* packet_receive.c */
bool ov2_packet_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			const struct ov2_assoc *assoc, struct xfrm_state *x,
			const struct ov2_rx_result *res,
			enum ov2_packet_path *path);
enum ov2_rx_verdict ov2_clear_receive(struct ov2_adapter *ad,
				      struct sk_buff *skb);

/* socket.c */
bool ov2_socket_takes(struct ov2_adapter *ad, struct sk_buff *skb,
		      const struct ov2_flow *flow);

/* verdict.c */
bool ov2_verdict_is_last(const struct ov2_adapter *ad, u16 family);

#endif /* _OV2_PACKET_H */
