/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RX_H
#define _OV2_RX_H

#include <linux/types.h>

struct ov2_port;
struct ov2_rxq;
struct sk_buff_head;

int ov2_rx_alloc(struct ov2_port *port);
void ov2_rx_free(struct ov2_port *port);
void ov2_rx_sync_irqs(struct ov2_port *port);
int ov2_rx_start(struct ov2_port *port);
void ov2_rx_close(struct ov2_port *port);
void ov2_rx_stop(struct ov2_port *port);
bool ov2_rx_is_idle(const struct ov2_rxq *rxq);
bool ov2_rx_enqueue(struct ov2_rxq *rxq, struct sk_buff_head *frames);

#endif /* _OV2_RX_H */
