/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SPARE_PATH_H
#define _OV2_SPARE_PATH_H

#include <linux/types.h>

struct sk_buff;

bool ov2_spare_path_use(struct sk_buff *skb);
void ov2_spare_path_keep(struct sk_buff *skb);
void ov2_spare_path_exit(void);

#endif /* _OV2_SPARE_PATH_H */
