/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_UNSHARE_H
#define _OV2_UNSHARE_H

#include <linux/kconfig.h>

struct sk_buff;

/* See ov2_may_stay_shared(). */
#define OV2_MAY_SHARE	(!IS_ENABLED(CONFIG_INET_ESPINTCP) && \
			 !IS_ENABLED(CONFIG_INET6_ESPINTCP))

bool ov2_may_stay_shared(const struct sk_buff *skb);
int ov2_unshare(struct sk_buff *skb);

#endif /* _OV2_UNSHARE_H */
