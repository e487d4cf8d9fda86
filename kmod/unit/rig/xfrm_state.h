/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_UNIT_STATE_H
#define _OV2_UNIT_STATE_H

#include <kunit/test.h>
#include <net/xfrm.h>

#define OV2_UNIT_SPI	0x12345678

struct xfrm_state *ov2_unit_state(struct kunit *test);
void ov2_unit_state_live(struct xfrm_state *x);
void ov2_unit_state_unheld(struct xfrm_state *x);
void ov2_unit_state_aead(struct kunit *test, struct xfrm_state *x,
			 const char *name, const u8 *key, unsigned int len,
			 unsigned int icv_len);
void ov2_unit_state_separate(struct kunit *test, struct xfrm_state *x,
			     const u8 *cipher_key, const u8 *hmac_key);

#endif /* _OV2_UNIT_STATE_H */
