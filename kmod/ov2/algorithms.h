/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ALGORITHMS_H
#define _OV2_ALGORITHMS_H

#include "capabilities.h"

/**
 * enum ov2_algorithm_kind - what an algorithm needs beside it
 * @OV2_ALGORITHM_CIPHER: confidentiality alone: an HMAC
 * @OV2_ALGORITHM_COMBINED: confidentiality and integrity in one: nothing
 * @OV2_ALGORITHM_HMAC: integrity: in ESP a cipher, null at least
 * @OV2_ALGORITHM_GMAC: integrity: in ESP null encryption only (RFC 4543)
 */
enum ov2_algorithm_kind {
	OV2_ALGORITHM_CIPHER,
	OV2_ALGORITHM_COMBINED,
	OV2_ALGORITHM_HMAC,
	OV2_ALGORITHM_GMAC,
};

/**
 * struct ov2_algorithm - what its RFC says of an algorithm
 * @id: one OV2_ENCR_* or OV2_AUTH_* bit, or an extension's
 * @kind: what it is
 * @key_len: bytes of the key, the salt behind it included (Q5)
 * @iv_len: bytes of the explicit IV
 * @icv_len: bytes of the ICV; 0 = AdditionalInfo says, 8, 12 or 16
 * @align: an ESP payload with its trailer is a multiple of so many bytes
 * @iv_random: the IV must be unpredictable; else it must never repeat
 */
struct ov2_algorithm {
	u32 id;
	enum ov2_algorithm_kind kind;
	u8 key_len;
	u8 iv_len;
	u8 icv_len;
	u8 align;
	bool iv_random;
};

const struct ov2_algorithm *ov2_encr_algorithm(u32 id);
const struct ov2_algorithm *ov2_auth_algorithm(u32 id);

#endif /* _OV2_ALGORITHMS_H */
