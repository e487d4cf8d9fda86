/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REPLAY_H
#define _OV2_REPLAY_H

#include "../../compat/xfrm.h"

bool ov2_replay_check(struct xfrm_state *x, u64 seq);
void ov2_replay_advance(struct xfrm_state *x, u64 seq);
u32 ov2_replay_turn(const struct xfrm_state *x);
void ov2_replay_received(struct xfrm_state *x, u32 *turn);
bool ov2_replay_next(struct xfrm_state *x, u64 *seq);
bool ov2_replay_next_many(struct xfrm_state *x, u16 count, u64 *seq);

#endif /* _OV2_REPLAY_H */
