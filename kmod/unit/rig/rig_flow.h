/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_FLOW_H
#define _OV2_RIG_FLOW_H

#include "rig.h"

extern const struct ov2_adapter_ops ov2_rig_adapter_ops;
struct ov2_nbl *ov2_rig_nbl(struct ov2_rig *rig, struct sk_buff *skb,
			    u16 queue);
void ov2_rig_send(struct ov2_rig *rig, struct ov2_nbl *nbl);
void ov2_rig_receive(struct ov2_rig *rig, struct ov2_nbl *nbl);
enum ov2_status ov2_rig_sent_status(const struct ov2_nbl *nbl);
void ov2_rig_wait_idle(struct ov2_rig *rig);
struct sk_buff *ov2_rig_wire_first(struct ov2_rig *rig);
void ov2_rig_loop(struct ov2_rig *from, struct ov2_rig *to);
struct ov2_nbl *ov2_rig_inject(struct ov2_rig *rig, const struct sk_buff *skb,
			       u16 queue);
struct ov2_nbl *ov2_rig_last_indicated(struct ov2_rig *rig);
struct sk_buff *ov2_rig_keep_copy(struct ov2_rig *rig,
				  const struct sk_buff *skb);
void ov2_rig_flip(struct sk_buff *skb, unsigned int offset, u8 bits);
void ov2_rig_cut(struct sk_buff *skb, unsigned int len);
void ov2_rig_forget(struct ov2_rig *rig);

#endif /* _OV2_RIG_FLOW_H */
