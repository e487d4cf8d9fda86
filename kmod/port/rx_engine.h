/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RX_ENGINE_H
#define _OV2_RX_ENGINE_H

struct ov2_rxq;
struct sk_buff;

void ov2_rx_to_engine(struct ov2_rxq *rxq, struct sk_buff *skb);

#endif /* _OV2_RX_ENGINE_H */
