/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DROP_H
#define _OV2_DROP_H

#include "counters.h"

struct sk_buff;

void ov2_drop_tx(struct ov2_adapter *ad, enum ov2_counter reason,
		 struct sk_buff *skb, unsigned int len);
void ov2_drop_rx(struct ov2_adapter *ad, enum ov2_counter reason,
		 struct sk_buff *skb, unsigned int len);

#endif /* _OV2_DROP_H */
