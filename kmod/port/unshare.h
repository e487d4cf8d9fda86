/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_UNSHARE_H
#define _OV2_UNSHARE_H

struct sk_buff;

bool ov2_may_stay_shared(const struct sk_buff *skb);
int ov2_unshare(struct sk_buff *skb);

#endif /* _OV2_UNSHARE_H */
