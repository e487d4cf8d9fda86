/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RX_STACK_H
#define _OV2_RX_STACK_H

#include <linux/types.h>

#include "../watch/counters.h"

struct ov2_nbl;
struct ov2_rxq;
struct sk_buff;

void ov2_rx_plain_to_stack(struct ov2_rxq *rxq, struct sk_buff *skb, bool own);
void ov2_rx_to_stack(struct ov2_rxq *rxq, struct ov2_nbl *nbl);
void ov2_rx_drop(struct ov2_rxq *rxq, struct sk_buff *skb,
		 enum ov2_counter reason, unsigned int len);

#endif /* _OV2_RX_STACK_H */
