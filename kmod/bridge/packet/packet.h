/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PACKET_H
#define _OV2_PACKET_H

#include <linux/atomic.h>
#include <linux/limits.h>

#include "dead_policy.h"
#include "pending.h"
#include "sad.h"
#include "spd.h"
#include "../../ov2/miniport.h"
#include "../../ov2/reaper.h"

struct ov2_assoc_memo;
struct ov2_recent;

/**
 * struct ov2_bridge - what the bridge keeps for a card
 * @ad: the card
 * @senders: number of outbound states in crypto mode
 * @udp_senders: how many of the states in @senders have ESP in UDP
 * @spd: the card's policies
 * @dead: deleted policies that the core still refers to
 * @sad: the card's outbound states
 * @pending: packets that wait for a neighbour
 * @recent_rx: the last flow of each receive queue
 * @recent_tx: the last flow of each send queue
 * @memo_rx: the association that each receive queue has used last
 * @memo_tx: the association that each send queue has used last in crypto mode
 * @ended: how many associations have lost their state so far, in both modes
 * @in_packet_mode: number of states and policies in packet mode, both
 *	directions, and of those that are being added; OV2_PACKET_MODE_FORBIDDEN
 *	while esp-hw-offload is off or is being switched off
 * @all_in_netns: the cookie of the namespace whose inbound policies are all in
 *	@spd, or 0; changes when the core tells the key managers about an
 *	inbound policy, and becomes 0 when the first inbound policy enters @spd
 *	(verdict.c)
 * @reaped: for ov2_reap(), which destroys this structure
 *
 * In packet mode the bridge finds the policy and the state of each packet, and
 * adds the headers and the trailer of ESP. In IPsecOV2 this is the work of the
 * transport, Microsoft's word for the bridge's side of the contract.
 */
struct ov2_bridge {
	struct ov2_adapter *ad;
	atomic_t senders;
	atomic_t udp_senders;
	struct ov2_spd spd;
	struct ov2_dead_policies dead;
	struct ov2_sad sad;
	struct ov2_pending pending;
	struct ov2_recent *recent_rx;
	struct ov2_recent *recent_tx;
	struct ov2_assoc_memo *memo_rx;
	struct ov2_assoc_memo *memo_tx;
	atomic64_t ended;
	atomic_t in_packet_mode;
	u64 all_in_netns;
	struct ov2_reaped reaped;
};

/* May be called between ov2_bridge_init() and ov2_bridge_exit(). */
static inline struct ov2_bridge *ov2_bridge_of(const struct ov2_adapter *ad)
{
	return ad->transport;
}

/* A negative number, for atomic_inc_unless_negative() */
#define OV2_PACKET_MODE_FORBIDDEN	INT_MIN

/**
 * ov2_packet_mode_enter() - count one more state or policy in packet mode
 * @bridge: of the card
 *
 * Call this before the state or policy is added. From then on esp-hw-offload
 * cannot be switched off, even if the add takes long, for example because the
 * engine sets the keys.
 *
 * Context: Any context.
 * Return: true; then ov2_packet_mode_leave() comes when the add has failed, or
 * when the state or policy is deleted. False if esp-hw-offload is off, or is
 * being switched off.
 */
static inline bool ov2_packet_mode_enter(struct ov2_bridge *bridge)
{
	return atomic_inc_unless_negative(&bridge->in_packet_mode);
}

/**
 * ov2_packet_mode_leave() - undo ov2_packet_mode_enter()
 * @bridge: of the card
 *
 * Context: Any context.
 */
static inline void ov2_packet_mode_leave(struct ov2_bridge *bridge)
{
	atomic_dec(&bridge->in_packet_mode);
}

#endif /* _OV2_PACKET_H */
