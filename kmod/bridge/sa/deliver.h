/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DELIVER_H
#define _OV2_DELIVER_H

#include <linux/skbuff.h>

void ov2_deliver(struct sk_buff *skb, unsigned long rx_header);

#endif /* _OV2_DELIVER_H */
