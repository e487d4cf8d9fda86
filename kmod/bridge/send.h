/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SEND_H
#define _OV2_SEND_H

#include "sa/assoc.h"
#include "bridge.h"
#include "../watch/counters.h"

/* send.c */
struct ov2_nbl *ov2_send_nbl(struct sk_buff *skb, u16 queue,
			     const struct ov2_assoc *assoc, u8 next_header,
			     enum ov2_counter *reason);

/* packet_send.c */
enum ov2_verdict ov2_packet_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, bool tagged, struct ov2_nbl **nbl,
				 enum ov2_counter *reason);
bool ov2_packet_wanted(const struct ov2_adapter *ad);

/* decrypted.c */
bool ov2_is_decrypted_esp(struct net *net, struct sk_buff *skb);

/* tag.c */
bool ov2_packet_tag(struct sk_buff *skb, struct xfrm_state *x);
bool ov2_packet_tagged(const struct xfrm_offload *xo);
bool ov2_packet_tag_lost(const struct sk_buff *skb);

#endif /* _OV2_SEND_H */
