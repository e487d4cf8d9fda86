/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_INFO_H
#define _OV2_SA_INFO_H

#include <linux/types.h>

#include "../../uapi/linux/ipsecov2.h"

/**
 * struct ov2_sa_info - what only the engine knows of an SA
 * @packets: packets that the engine has sealed and sent, or has verified as
 *	good; each segment of a large send counts as one
 * @bytes: bytes of the frames of @packets, with their Ethernet headers
 * @last_use: get_jiffies_64() at the last packet that @packets counts; 0 before
 *	the first packet
 * @seq: the highest number that the engine has verified, with its high half;
 *	valid if @follows_seq is set. In a bundle, the number of the outermost
 *	header
 * @follows_seq: the engine follows the numbers of this SA
 * @failed: how many received frames were bad. The index is the status in the
 *	record of such a frame, so @failed[OV2_CRYPTO_SUCCESS] is 0
 */
struct ov2_sa_info {
	u64 packets;
	u64 bytes;
	u64 last_use;
	u64 seq;
	bool follows_seq;
	u64 failed[OV2_CRYPTO_STATUS_MAX];
};

#endif /* _OV2_SA_INFO_H */
