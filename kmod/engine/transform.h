/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_TRANSFORM_H
#define _OV2_TRANSFORM_H

#include "../ov2/nbl.h"
#include "../ov2/requests.h"

struct ov2_frame;
struct ov2_sa;

/* AES-GCM in ESP: explicit IV of RFC 4106 section 3.1 */
#define OV2_GCM_IV_LEN	8

typedef void (*ov2_crypt_done_t)(struct ov2_nbl *nbl, int err);

int ov2_transform_key(struct ov2_sa *sa, const struct ov2_add_sa_ex *add);
void ov2_transform_free(struct ov2_sa *sa);
int ov2_transform_seal(struct ov2_sa *sa, struct ov2_nbl *nbl,
		       const struct ov2_frame *frame, u64 seq,
		       ov2_crypt_done_t done);
int ov2_transform_open(struct ov2_sa *sa, struct ov2_nbl *nbl,
		       const struct ov2_frame *frame, u64 seq,
		       ov2_crypt_done_t done);

#endif /* _OV2_TRANSFORM_H */
