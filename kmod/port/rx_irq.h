/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RX_IRQ_H
#define _OV2_RX_IRQ_H

#include <linux/atomic.h>

#include "port.h"

void ov2_rx_irq_force(struct ov2_rxq *rxq);
void ov2_rx_irq_init(struct ov2_rxq *rxq);
void ov2_rx_irq_sync(const struct ov2_rxq *rxq);

/**
 * ov2_rx_irq_raise() - interrupt, unless the receive queue is masked
 * @rxq: the queue, which has got a frame or an NBL
 *
 * Context: BH disabled.
 */
static inline void ov2_rx_irq_raise(struct ov2_rxq *rxq)
{
	if (!atomic_xchg(&rxq->masked, 1))
		ov2_rx_irq_force(rxq);
}

/**
 * ov2_rx_irq_unmask() - let a receive queue interrupt again
 * @rxq: the queue. What came while it was masked has raised no interrupt, so
 *	look at the queue afterwards
 *
 * Context: Any context.
 */
static inline void ov2_rx_irq_unmask(struct ov2_rxq *rxq)
{
	atomic_xchg(&rxq->masked, 0);
}

#endif /* _OV2_RX_IRQ_H */
