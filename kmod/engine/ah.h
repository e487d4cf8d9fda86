/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_AH_H
#define _OV2_AH_H

#include <linux/types.h>

struct ov2_job;
struct ov2_transform;

unsigned int ov2_ah_len(const struct ov2_transform *transform, bool ipv6);
int ov2_ah_seal(const struct ov2_job *job);
int ov2_ah_open(const struct ov2_job *job);

#endif /* _OV2_AH_H */
