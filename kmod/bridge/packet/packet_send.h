/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PACKET_SEND_H
#define _OV2_PACKET_SEND_H

#include "verdict.h"
#include "../../ov2/nbl.h"
#include "../../watch/counters.h"

enum ov2_counter ov2_packet_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, bool tagged,
				 enum ov2_verdict *verdict,
				 struct ov2_nbl **nbl);
bool ov2_packet_wanted(const struct ov2_adapter *ad);

#endif /* _OV2_PACKET_SEND_H */
