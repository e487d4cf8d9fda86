/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_WANTS_H
#define _OV2_WANTS_H

#include <linux/types.h>

struct ov2_adapter;
struct sk_buff;

bool ov2_engine_wants(struct ov2_adapter *ad, const struct sk_buff *skb);

#endif /* _OV2_WANTS_H */
