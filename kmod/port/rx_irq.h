/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RX_IRQ_H
#define _OV2_RX_IRQ_H

struct ov2_rxq;

void ov2_rx_irq_init(struct ov2_rxq *rxq);
void ov2_rx_irq_raise(struct ov2_rxq *rxq);
void ov2_rx_irq_sync(const struct ov2_rxq *rxq);

#endif /* _OV2_RX_IRQ_H */
