/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_TRANSFORM_H
#define _OV2_TRANSFORM_H

#include "../ov2/requests.h"
#include "iv.h"

struct crypto_aead;
struct crypto_ahash;

/**
 * struct ov2_transform - the algorithms of one security association
 * @aead: ESP: cipher and integrity in one; AH: GMAC; else NULL
 * @hash: AH: HMAC; else NULL
 * @req_size: bytes of a request to @aead or @hash, @ctx_size included
 * @ctx_size: bytes at the end of the request that only the cipher or hash uses
 * @iv_align: the crypto API wants its users to align the IV to this many bytes,
 *	and some ciphers want a larger alignment than kmalloc() gives
 * @iv_len: bytes of the explicit IV; with AH it is inside the ICV field
 * @icv_len: bytes of the ICV
 * @align: the length of an ESP payload with its trailer is a multiple of @align
 *	bytes
 * @iv_random: the IV is random; else it comes from @ivs
 * @ivs: counter of IVs, made only for a counter mode in an outbound SA
 */
struct ov2_transform {
	struct crypto_aead *aead;
	struct crypto_ahash *hash;
	u32 req_size;
	u32 ctx_size;
	u32 iv_align;
	u8 iv_len;
	u8 icv_len;
	u8 align;
	bool iv_random;
	struct ov2_iv_counter ivs;
};

int ov2_transform_init(struct ov2_transform *transform,
		       const struct ov2_add_sa_ex *add,
		       const struct ov2_security_association *assoc);
void ov2_transform_destroy(struct ov2_transform *transform);
int ov2_transform_iv(struct ov2_transform *transform, u8 *iv);

#endif /* _OV2_TRANSFORM_H */
