/* SPDX-License-Identifier: GPL-2.0 */
/* Why software encrypted packets of an offloaded state, if frames show it. */
#ifndef OV2_WHY_SOFTWARE_H
#define OV2_WHY_SOFTWARE_H

#include "answer.h"

unsigned long long why_software(const struct state *state,
				const struct known_sa *sa, uint32_t device,
				struct answer *answer);

#endif /* OV2_WHY_SOFTWARE_H */
