/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_COUNT_H
#define _OV2_SA_COUNT_H

#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/jiffies.h>

#include "../../uapi/linux/ipsecov2.h"

/**
 * struct ov2_sa_counts - what an SA has done, as in struct ov2_sa_info
 * @packets: packets that were good
 * @bytes: bytes of their frames
 * @last_use: when the last good packet was counted, in jiffies of 64 bits
 * @failed: frames that were bad. @failed[n] counts the frames with status n + 1
 *
 * The counts are atomic. Counts per CPU would take much memory, because a card
 * may have 1,000,000 SAs. They would help little: the packets of an SA use one
 * send queue, so two CPUs rarely count at the same time.
 */
struct ov2_sa_counts {
	atomic64_t packets;
	atomic64_t bytes;
	atomic64_t last_use;
	atomic64_t failed[OV2_CRYPTO_STATUS_MAX - 1];
};

/* Success is the first status, so every other status is a failure. */
static_assert(OV2_CRYPTO_SUCCESS == 0);

/**
 * ov2_sa_count_good() - count packets of an SA that were sealed or verified
 * @counts: the counts of the SA
 * @packets: number of packets
 * @bytes: bytes of their frames
 *
 * Context: Any context.
 */
static inline void ov2_sa_count_good(struct ov2_sa_counts *counts,
				     unsigned int packets, unsigned int bytes)
{
	atomic64_add(packets, &counts->packets);
	atomic64_add(bytes, &counts->bytes);
	atomic64_set(&counts->last_use, get_jiffies_64());
}

/**
 * ov2_sa_count_received() - count a received frame of an SA, good or bad
 * @counts: the counts of the SA
 * @status: what the engine found
 * @bytes: bytes of the frame
 *
 * Context: Any context.
 */
static inline void ov2_sa_count_received(struct ov2_sa_counts *counts,
					 enum ov2_crypto_status status,
					 unsigned int bytes)
{
	if (likely(status == OV2_CRYPTO_SUCCESS))
		ov2_sa_count_good(counts, 1, bytes);
	else
		atomic64_inc(&counts->failed[status - 1]);
}

#endif /* _OV2_SA_COUNT_H */
