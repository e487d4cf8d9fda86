/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CHECKSUM_H
#define _OV2_CHECKSUM_H

#include <linux/types.h>

#include "../watch/counters.h"

struct ov2_payload;
struct sk_buff;

enum ov2_counter ov2_checksum_complete(struct sk_buff *skb,
				       unsigned long request, unsigned int ip,
				       bool ipv6,
				       const struct ov2_payload *payload);

#endif /* _OV2_CHECKSUM_H */
