/* SPDX-License-Identifier: GPL-2.0 */
/* What to do about a request that a card did not take. */
#ifndef OV2_WHY_ADVICE_H
#define OV2_WHY_ADVICE_H

#include "answer.h"

void why_advice(const struct known_entry *entry, const char *again,
		struct answer *answer);

#endif /* OV2_WHY_ADVICE_H */
