/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PACKET_RECEIVE_H
#define _OV2_PACKET_RECEIVE_H

#include "verdict.h"
#include "../../compat/xfrm.h"
#include "../../ov2/nbl.h"
#include "../../ov2/records.h"
#include "../../watch/counters.h"

struct ov2_assoc;

/**
 * enum ov2_packet_path - what the sec_path tells the core about a packet
 * @OV2_PATH_OFFLOAD: the sec_path names the packet's state, and says that the
 *	card has checked the packet. In packet mode the card has also compared
 *	the packet with all policies, so the core compares it with no policy
 * @OV2_PATH_STATE: the sec_path only names the packet's state, so the core
 *	itself compares the packet with policies
 */
enum ov2_packet_path {
	OV2_PATH_OFFLOAD,
	OV2_PATH_STATE,
};

enum ov2_counter ov2_packet_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				    struct ov2_assoc *assoc,
				    struct xfrm_state *x,
				    const struct ov2_rx_result *res,
				    enum ov2_packet_path *path,
				    enum ov2_rx_verdict *verdict);
enum ov2_counter ov2_clear_receive(struct ov2_adapter *ad, struct sk_buff *skb,
				   enum ov2_rx_verdict *verdict);

#endif /* _OV2_PACKET_RECEIVE_H */
