// SPDX-License-Identifier: GPL-2.0
/* xfrm's algorithms, keys and ICVs, translated to identifiers of IPsecOV2. */
#include <linux/bits.h>

#include "../../ov2/algorithms.h"
#include "state_algorithm.h"

/* Returns the algorithm with @name if its kind is in the mask @kinds, or else
 * NULL.
 */
static const struct ov2_algorithm *named(const char *name, unsigned long kinds)
{
	const struct ov2_algorithm *algorithm = ov2_algorithm_named(name);

	return algorithm && kinds & BIT(algorithm->kind) ? algorithm : NULL;
}

/* Returns the AEAD or the cipher of a state, or NULL if IPsecOV2 does not have
 * it. xfrm treats GMAC as an AEAD.
 */
static const struct ov2_algorithm *state_cipher(const struct xfrm_state *x)
{
	if (x->aead)
		return named(x->aead->alg_name, BIT(OV2_ALGORITHM_COMBINED) |
						BIT(OV2_ALGORITHM_GMAC));
	return x->ealg ? named(x->ealg->alg_name, BIT(OV2_ALGORITHM_CIPHER)) :
			 NULL;
}

static const struct ov2_algorithm *state_mac(const struct xfrm_state *x)
{
	return x->aalg ? named(x->aalg->alg_name, BIT(OV2_ALGORITHM_MAC)) :
			 NULL;
}

/**
 * ov2_state_alg_known() - does IPsecOV2 know the algorithms of a state?
 * @x: the state
 *
 * The functions below must be called only for states that this function
 * accepts.
 *
 * Context: Any context.
 * Return: true if so. False also if @x has only a cipher, without integrity.
 */
bool ov2_state_alg_known(const struct xfrm_state *x)
{
	return state_cipher(x) && (x->aead || state_mac(x));
}

static unsigned int cipher_key_bits(const struct xfrm_state *x)
{
	return x->aead ? x->aead->alg_key_len : x->ealg->alg_key_len;
}

/**
 * ov2_state_encr() - find the identifier of a state's cipher or combined mode
 * @x: a state that ov2_state_alg_known() accepts
 *
 * Context: Any context.
 * Return: the identifier, or 0 if IPsecOV2 has no identifier for the length of
 * the key.
 */
u32 ov2_state_encr(const struct xfrm_state *x)
{
	const struct ov2_algorithm *cipher = state_cipher(x);

	if (cipher->kind == OV2_ALGORITHM_GMAC)
		return OV2_ENCR_NONE;
	return ov2_algorithm_id(cipher, cipher_key_bits(x));
}

/**
 * ov2_state_auth() - find the identifier of a state's integrity algorithm
 * @x: a state that ov2_state_alg_known() accepts
 *
 * Context: Any context.
 * Return: the identifier. A combined mode has no separate integrity algorithm,
 * so the function returns 0 for it. It also returns 0 if IPsecOV2 has no
 * identifier for the length of the key.
 */
u32 ov2_state_auth(const struct xfrm_state *x)
{
	const struct ov2_algorithm *cipher = state_cipher(x);

	if (cipher->kind == OV2_ALGORITHM_GMAC)
		return ov2_algorithm_id(cipher, cipher_key_bits(x));
	if (x->aead)
		return 0;
	return ov2_algorithm_id(state_mac(x), x->aalg->alg_key_len);
}

/**
 * ov2_state_key_ok() - do the RFCs allow the lengths of a state's keys?
 * @x: a state that ov2_state_alg_known() accepts
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_state_key_ok(const struct xfrm_state *x)
{
	if (state_cipher(x)->kind == OV2_ALGORITHM_COMBINED)
		return ov2_state_encr(x);
	return ov2_state_encr(x) && ov2_state_auth(x);
}

/**
 * ov2_state_icv_len() - bytes of a state's ICV
 * @x: a state that ov2_state_alg_known() accepts
 *
 * Context: Any context.
 * Return: the bytes.
 */
unsigned int ov2_state_icv_len(const struct xfrm_state *x)
{
	return (x->aead ? x->aead->alg_icv_len : x->aalg->alg_trunc_len) / 8;
}

/**
 * ov2_state_icv_ok() - do the RFCs allow the length of a state's ICV?
 * @x: a state that ov2_state_key_ok() accepts
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_state_icv_ok(const struct xfrm_state *x)
{
	return ov2_algorithm_icv_ok(x->aead ? state_cipher(x) : state_mac(x),
				    ov2_state_icv_len(x));
}

/**
 * ov2_state_geniv_ok() - does a state have the core's usual IV generator?
 * @x: a state that ov2_state_alg_known() accepts
 *
 * Context: Any context.
 * Return: true if so. A state with another generator might need other IVs than
 * the card makes.
 */
bool ov2_state_geniv_ok(const struct xfrm_state *x)
{
	const char *geniv = state_cipher(x)->iv_generator;

	if (!geniv || !x->geniv)
		return geniv == x->geniv;
	return !strcmp(geniv, x->geniv);
}

/**
 * ov2_state_iv_len() - bytes of the explicit IV of a state's packets
 * @x: a state that ov2_state_key_ok() accepts
 *
 * Context: Any context.
 * Return: the bytes.
 */
unsigned int ov2_state_iv_len(const struct xfrm_state *x)
{
	return state_cipher(x)->iv_len;
}

/**
 * ov2_state_align() - to what multiple a state's payloads are padded
 * @x: a state that ov2_state_key_ok() accepts
 *
 * Context: Any context.
 * Return: the multiple in bytes, for payload and trailer together.
 */
unsigned int ov2_state_align(const struct xfrm_state *x)
{
	return ov2_encr_algorithm(ov2_state_encr(x))->align;
}

/**
 * ov2_state_keys_len() - bytes of all keys of a state
 * @x: a state that ov2_state_key_ok() accepts
 *
 * Context: Any context.
 * Return: the bytes.
 */
u32 ov2_state_keys_len(const struct xfrm_state *x)
{
	u32 bits = cipher_key_bits(x);

	if (!x->aead)
		bits += x->aalg->alg_key_len;
	return bits / 8;
}

static void set_aead(const struct xfrm_state *x,
		     struct ov2_security_association *assoc)
{
	struct ov2_algorithm_info *info = &assoc->encr;

	info->identifier = ov2_state_encr(x);
	if (info->identifier == OV2_ENCR_NONE) {
		info = &assoc->auth;
		info->identifier = ov2_state_auth(x);
	} else {
		info->additional_info = ov2_state_icv_len(x);
	}
	info->key_len = cipher_key_bits(x) / 8;
}

static void set_separate(const struct xfrm_state *x,
			 struct ov2_security_association *assoc)
{
	assoc->encr.identifier = ov2_state_encr(x);
	assoc->encr.key_len = cipher_key_bits(x) / 8;
	assoc->auth.identifier = ov2_state_auth(x);
	assoc->auth.key_len = x->aalg->alg_key_len / 8;
	assoc->auth.key_offset = assoc->encr.key_len;
}

/**
 * ov2_state_set_algorithms() - fill in the algorithms and keys of a request
 * @x: a state that ov2_state_icv_ok() accepts
 * @assoc: filled in with the algorithms, and where their keys are in @keys
 * @keys: filled in with the keys, ov2_state_keys_len() bytes
 *
 * Context: Any context.
 */
void ov2_state_set_algorithms(const struct xfrm_state *x,
			      struct ov2_security_association *assoc,
			      u8 *keys)
{
	if (x->aead) {
		set_aead(x, assoc);
		memcpy(keys, x->aead->alg_key, cipher_key_bits(x) / 8);
		return;
	}

	set_separate(x, assoc);
	memcpy(keys, x->ealg->alg_key, assoc->encr.key_len);
	memcpy(keys + assoc->encr.key_len, x->aalg->alg_key,
	       assoc->auth.key_len);
}
