/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DELIVER_H
#define _OV2_DELIVER_H

#include <linux/skbuff.h>

struct ov2_rx_header;

void ov2_deliver(struct sk_buff *skb, const struct ov2_rx_header *hdr);

#endif /* _OV2_DELIVER_H */
