/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LARGE_H
#define _OV2_LARGE_H

#include "../../ov2/nbl.h"
#include "../sa/assoc.h"

bool ov2_large_read(const struct sk_buff *skb, bool tunnel, u64 *bytes);
void ov2_large_set_ids(const struct sk_buff *skb, const struct xfrm_state *x,
		       struct ov2_ext_lso *ext);

#endif /* _OV2_LARGE_H */
