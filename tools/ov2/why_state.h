/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OV2_WHY_STATE_H
#define OV2_WHY_STATE_H

#include "answer.h"

void why_state(const struct xfrm *xfrm, const struct known *known,
	       const struct state *state, struct answer *answer);

#endif /* OV2_WHY_STATE_H */
