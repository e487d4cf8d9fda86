/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_HEADERS_H
#define _OV2_HEADERS_H

#include <linux/skbuff.h>

#include "../../watch/counters.h"

bool ov2_headers_udp(const struct sk_buff *skb);
enum ov2_counter ov2_headers_set(struct sk_buff *skb);

#endif /* _OV2_HEADERS_H */
