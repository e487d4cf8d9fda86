/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DECRYPTED_H
#define _OV2_DECRYPTED_H

#include <linux/skbuff.h>

struct net;

bool ov2_is_decrypted_esp(struct net *net, struct sk_buff *skb);

#endif /* _OV2_DECRYPTED_H */
