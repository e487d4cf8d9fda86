/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ALGORITHMS_H
#define _OV2_ALGORITHMS_H

#include "capabilities.h"

/**
 * enum ov2_algorithm_kind - what an algorithm does, and what it is used with
 * @OV2_ALGORITHM_CIPHER: confidentiality alone; ESP needs a MAC with it
 * @OV2_ALGORITHM_COMBINED: confidentiality and integrity in one
 * @OV2_ALGORITHM_MAC: integrity, from a keyed hash; ESP uses it with any cipher
 * @OV2_ALGORITHM_GMAC: integrity; ESP uses it only with null encryption
 *	(RFC 4543)
 *
 * The identifiers of the first two kinds are OV2_ENCR_* and OV2_EXT_ENCR_*, the
 * identifiers of the other two are OV2_AUTH_* and OV2_EXT_AUTH_*.
 */
enum ov2_algorithm_kind {
	OV2_ALGORITHM_CIPHER,
	OV2_ALGORITHM_COMBINED,
	OV2_ALGORITHM_MAC,
	OV2_ALGORITHM_GMAC,
};

#define OV2_ALGORITHM_KEYS_MAX	3
#define OV2_ALGORITHM_ICVS_MAX	3

/**
 * struct ov2_algorithm_key - a key length of an algorithm
 * @id: the identifier of the algorithm with a key of this length: one bit
 * @len: bytes of the key, without the salt
 */
struct ov2_algorithm_key {
	u32 id;
	u8 len;
};

/**
 * struct ov2_algorithm - an algorithm, as its RFC describes it
 * @name: the kernel's name, in xfrm and in the crypto API
 * @rfc: number of the RFC that says how ESP uses the algorithm
 * @kind: what it does
 * @iv_generator: the kernel's name for the way in which the IVs are made; NULL
 *	if the algorithm has no IVs
 * @iv_len: bytes of the explicit IV
 * @iv_random: true if the IV must be unpredictable; false if it is enough that
 *	the IV never repeats
 * @align: in an ESP packet, the length of payload and trailer together is a
 *	multiple of @align bytes (RFC 4303 2.4). At least 4 for a cipher or a
 *	combined mode; 0 for the other kinds
 * @salt_len: bytes of salt (or nonce) that stand behind each key
 * @keys: one or more key lengths
 * @icv_lens: lengths of the ICV in bytes, none for a cipher. If there are
 *	several, AdditionalInfo of a request chooses one of them
 */
struct ov2_algorithm {
	const char *name;
	u16 rfc;
	enum ov2_algorithm_kind kind;
	const char *iv_generator;
	u8 iv_len;
	bool iv_random;
	u8 align;
	u8 salt_len;
	struct ov2_algorithm_key keys[OV2_ALGORITHM_KEYS_MAX];
	u8 icv_lens[OV2_ALGORITHM_ICVS_MAX];
};

/* The last row has no name. */
extern const struct ov2_algorithm ov2_algorithms[];

/* Are the algorithm's identifiers OV2_ENCR_* or OV2_EXT_ENCR_*? */
static inline bool
ov2_algorithm_is_encr(const struct ov2_algorithm *algorithm)
{
	return algorithm->kind == OV2_ALGORITHM_CIPHER ||
	       algorithm->kind == OV2_ALGORITHM_COMBINED;
}

const struct ov2_algorithm *ov2_encr_algorithm(u32 id);
const struct ov2_algorithm *ov2_auth_algorithm(u32 id);
const struct ov2_algorithm *ov2_algorithm_named(const char *name);
u32 ov2_algorithm_ids(const struct ov2_algorithm *algorithm);
u32 ov2_algorithm_id(const struct ov2_algorithm *algorithm,
		     unsigned int key_bits);
unsigned int ov2_algorithm_key_len(const struct ov2_algorithm *algorithm,
				   u32 id);
bool ov2_algorithm_icv_ok(const struct ov2_algorithm *algorithm,
			  unsigned int len);

#endif /* _OV2_ALGORITHMS_H */
