/* SPDX-License-Identifier: GPL-2.0 */
/* Who encrypted or decrypted the packets of an offloaded state. */
#ifndef OV2_WHY_PACKETS_H
#define OV2_WHY_PACKETS_H

#include "answer.h"

struct netdev_link;

uint32_t why_device(const struct state *state);
uint32_t why_card_below(const struct known *known, uint32_t device,
			const struct netdev_link *link);
void why_packets(const struct known *known, const struct state *state,
		 const struct known_sa *sa, struct answer *answer);

#endif /* OV2_WHY_PACKETS_H */
