/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SEAL_AGAIN_H
#define _OV2_SEAL_AGAIN_H

#include "rig_pair.h"

int ov2_seal_on_one_cpu(struct kunit *test);
void ov2_seal_reset_ivs(struct ov2_rig *rig, const struct ov2_rig_sa *sa);
void ov2_seal_alone(struct ov2_pair *pair, const struct ov2_rig_sa *sa,
		    unsigned int esp, struct sk_buff_head *list);
void ov2_seal_expect_same(struct ov2_rig *rig, struct sk_buff_head *list);

#endif /* _OV2_SEAL_AGAIN_H */
