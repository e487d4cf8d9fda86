/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_DECAP_H
#define _OV2_DECAP_H

#include "../../compat/xfrm.h"

/**
 * struct ov2_decap - what an ESP packet carries
 * @start: bytes from the start of the IP header to the carried bytes
 * @len: number of carried bytes; negative if there is nothing to deliver
 * @next_header: protocol of the carried bytes
 */
struct ov2_decap {
	unsigned int start;
	int len;
	u8 next_header;
};

void ov2_decap_read(const struct sk_buff *skb, const struct xfrm_state *x,
		    unsigned int icv_len, unsigned long header,
		    struct ov2_decap *decap);
bool ov2_decap(struct sk_buff *skb, const struct xfrm_state *x,
	       const struct ov2_decap *decap);

#endif /* _OV2_DECAP_H */
