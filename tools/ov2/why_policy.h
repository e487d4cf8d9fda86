/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OV2_WHY_POLICY_H
#define OV2_WHY_POLICY_H

#include "answer.h"

void why_policy(const struct xfrm *xfrm, const struct known *known,
		const struct policy *policy, struct answer *answer);

#endif /* OV2_WHY_POLICY_H */
