/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_QUEUE_STATS_H
#define _OV2_QUEUE_STATS_H

#include <linux/types.h>
#include <net/netdev_queues.h>

#include "../watch/counters.h"

struct net_device;
struct ov2_rxq;
struct ov2_txq;
struct rtnl_link_stats64;

extern const struct netdev_stat_ops ov2_queue_stats_ops;

/* The sending end */
void ov2_queue_stats_init_tx(struct ov2_txq *txq);
void ov2_queue_stats_sent(struct ov2_txq *txq, unsigned int frames,
			  unsigned int bytes, bool cut);
void ov2_queue_stats_tx_drop(struct ov2_txq *txq);
void ov2_queue_stats_stopped(struct ov2_txq *txq);
void ov2_queue_stats_woken(struct ov2_txq *txq);

/* The receiving end */
void ov2_queue_stats_init_rx(struct ov2_rxq *rxq);
void ov2_queue_stats_received(struct ov2_rxq *rxq);
void ov2_queue_stats_rx_drop(struct ov2_rxq *rxq, enum ov2_counter reason);

void ov2_queue_stats_sum(struct net_device *dev,
			 struct rtnl_link_stats64 *stats);

#endif /* _OV2_QUEUE_STATS_H */
