/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_SEQ_H
#define _OV2_SA_SEQ_H

#include <linux/types.h>

struct ov2_ext_tx;
struct ov2_member;
struct ov2_sa;

u64 ov2_sa_seq_tx(struct ov2_sa *sa, const struct ov2_member *member,
		  const struct ov2_ext_tx *ext, u32 seq_lo);
u64 ov2_sa_seq_rx(struct ov2_sa *sa, const struct ov2_member *member,
		  u32 seq_lo);
void ov2_sa_seq_verified(struct ov2_sa *sa, struct ov2_member *member,
			 u64 seq);

#endif /* _OV2_SA_SEQ_H */
