/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SIZES_H
#define _OV2_SIZES_H

#include <linux/types.h>

struct netlink_ext_ack;
struct ov2_port;

int ov2_sizes_check_ring(u32 size, struct netlink_ext_ack *extack);
void ov2_sizes_set_ring(struct ov2_port *port, u32 size);
int ov2_sizes_set_capacity(struct ov2_port *port, u32 capacity,
			   struct netlink_ext_ack *extack);

#endif /* _OV2_SIZES_H */
