/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ACCOUNT_H
#define _OV2_ACCOUNT_H

#include "../../../uapi/linux/ipsecov2.h"
#include "../../compat/xfrm.h"
#include "../../watch/counters.h"

enum ov2_counter ov2_account_out(struct xfrm_state *x, struct sk_buff *skb,
				 unsigned int len, u64 *seq);
bool ov2_account_out_large(struct xfrm_state *x, u64 bytes, u16 packets,
			   u64 *seq);
enum ov2_counter ov2_account_in(struct xfrm_state *x, struct sk_buff *skb,
				u64 seq, int len);
enum ov2_counter ov2_account_bad(struct xfrm_state *x, struct sk_buff *skb,
				 enum ov2_crypto_status status);

#endif /* _OV2_ACCOUNT_H */
