/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_STATE_ALGORITHM_H
#define _OV2_STATE_ALGORITHM_H

#include "../../compat/xfrm.h"
#include "../../ov2/requests.h"

bool ov2_state_alg_known(const struct xfrm_state *x);
u32 ov2_state_encr(const struct xfrm_state *x);
u32 ov2_state_auth(const struct xfrm_state *x);
bool ov2_state_key_ok(const struct xfrm_state *x);
bool ov2_state_icv_ok(const struct xfrm_state *x);
bool ov2_state_geniv_ok(const struct xfrm_state *x);
unsigned int ov2_state_icv_len(const struct xfrm_state *x);
unsigned int ov2_state_iv_len(const struct xfrm_state *x);
unsigned int ov2_state_align(const struct xfrm_state *x);
u32 ov2_state_keys_len(const struct xfrm_state *x);
void ov2_state_set_algorithms(const struct xfrm_state *x,
			      struct ov2_security_association *assoc,
			      u8 *keys);

#endif /* _OV2_STATE_ALGORITHM_H */
