/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CHANNELS_H
#define _OV2_CHANNELS_H

#include <linux/types.h>

struct ov2_port;
struct ov2_rss;

u16 ov2_channels_fold(u16 queue, u16 used);
int ov2_channels_set(struct ov2_port *port, u16 rx_queues, u16 tx_queues);
int ov2_channels_steer(struct ov2_port *port, struct ov2_rss *rss);
void ov2_channels_share(struct ov2_port *port);
void ov2_channels_link_napi(struct ov2_port *port);
void ov2_channels_unlink_napi(struct ov2_port *port);

#endif /* _OV2_CHANNELS_H */
