/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_UNSHARE_H
#define _OV2_UNSHARE_H

struct sk_buff;

int ov2_unshare(struct sk_buff *skb);

#endif /* _OV2_UNSHARE_H */
