/* SPDX-License-Identifier: GPL-2.0 */
/* Who encrypted or decrypted the packets of an offloaded state. */
#ifndef OV2_WHY_PACKETS_H
#define OV2_WHY_PACKETS_H

#include "answer.h"

uint32_t why_device(const struct state *state);
void why_packets(const struct known *known, const struct state *state,
		 const struct known_sa *sa, struct answer *answer);

#endif /* OV2_WHY_PACKETS_H */
