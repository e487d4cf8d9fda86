// SPDX-License-Identifier: GPL-2.0
/* xfrm's algorithms, keys and ICVs in the words of IPsecOV2. */
#include "../../ov2/algorithms.h"
#include "state_algorithm.h"

/**
 * struct alg_name - an algorithm of xfrm
 * @name: its name there
 * @geniv: the IV generator that the core gives it, or NULL
 * @encr: the identifiers for EncryptionAlgorithm, one a key length
 * @auth: the identifiers for AuthenticationAlgorithm, one a key length
 */
struct alg_name {
	const char *name;
	const char *geniv;
	u32 encr;
	u32 auth;
};

static const struct alg_name aeads[] = {
	{ "rfc4106(gcm(aes))", "seqiv", .encr = OV2_ENCR_AES_GCM },
	{ "rfc4309(ccm(aes))", "seqiv", .encr = OV2_EXT_ENCR_AES_CCM },
	{ "rfc4543(gcm(aes))", "seqiv", .auth = OV2_AUTH_AES_GCM },
	{ "rfc7539esp(chacha20,poly1305)", "seqiv",
	  .encr = OV2_EXT_ENCR_CHACHA20_POLY1305 },
	{}
};

static const struct alg_name ciphers[] = {
	{ "ecb(cipher_null)", NULL, .encr = OV2_ENCR_NONE },
	{ "cbc(des)", "echainiv", .encr = OV2_ENCR_DES_CBC },
	{ "cbc(des3_ede)", "echainiv", .encr = OV2_ENCR_3_DES_CBC },
	{ "cbc(aes)", "echainiv", .encr = OV2_ENCR_AES_CBC },
	{ "rfc3686(ctr(aes))", "seqiv", .encr = OV2_EXT_ENCR_AES_CTR },
	{}
};

static const struct alg_name hmacs[] = {
	{ "hmac(md5)", NULL, .auth = OV2_AUTH_MD5 },
	{ "hmac(sha1)", NULL, .auth = OV2_AUTH_SHA_1 },
	{ "hmac(sha256)", NULL, .auth = OV2_AUTH_SHA_256 },
	{ "hmac(sha384)", NULL, .auth = OV2_EXT_AUTH_SHA_384 },
	{ "hmac(sha512)", NULL, .auth = OV2_EXT_AUTH_SHA_512 },
	{}
};

static const struct alg_name *find(const struct alg_name *names,
				   const char *name)
{
	for (; names->name; names++)
		if (!strcmp(names->name, name))
			return names;
	return NULL;
}

static const struct alg_name *state_cipher(const struct xfrm_state *x)
{
	if (x->aead)
		return find(aeads, x->aead->alg_name);
	return x->ealg ? find(ciphers, x->ealg->alg_name) : NULL;
}

static const struct alg_name *state_hmac(const struct xfrm_state *x)
{
	return x->aalg ? find(hmacs, x->aalg->alg_name) : NULL;
}

/**
 * ov2_state_alg_known() - has IPsecOV2 a word for a state's algorithms?
 * @x: the state; integrity is obligatory
 *
 * The functions below want a state that this one accepts.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_state_alg_known(const struct xfrm_state *x)
{
	return state_cipher(x) && (x->aead || state_hmac(x));
}

/* That one of several identifiers whose keys are so long; 0 if none is. */
static u32 id_of_key(u32 ids, unsigned int bits,
		     const struct ov2_algorithm *(*algorithm)(u32 id))
{
	u32 id;

	for (id = 1; id; id <<= 1)
		if (ids & id && algorithm(id)->key_len * 8 == bits)
			return id;
	return 0;
}

static unsigned int cipher_key_bits(const struct xfrm_state *x)
{
	return x->aead ? x->aead->alg_key_len : x->ealg->alg_key_len;
}

static u32 state_encr(const struct xfrm_state *x)
{
	const struct alg_name *cipher = state_cipher(x);

	/* GMAC is integrity, and an AEAD only for xfrm */
	if (!cipher->encr)
		return OV2_ENCR_NONE;
	return id_of_key(cipher->encr, cipher_key_bits(x), ov2_encr_algorithm);
}

static u32 state_auth(const struct xfrm_state *x)
{
	if (x->aead)
		return id_of_key(state_cipher(x)->auth, cipher_key_bits(x),
				 ov2_auth_algorithm);
	return id_of_key(state_hmac(x)->auth, x->aalg->alg_key_len,
			 ov2_auth_algorithm);
}

/**
 * ov2_state_key_ok() - are a state's keys as long as the RFCs have them?
 * @x: a state of known algorithms
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_state_key_ok(const struct xfrm_state *x)
{
	if (x->aead && state_cipher(x)->encr)
		return state_encr(x);
	return state_encr(x) && state_auth(x);
}

/**
 * ov2_state_icv_len() - bytes of a state's ICV
 * @x: a state of known algorithms
 *
 * Context: Any context.
 * Return: the bytes.
 */
unsigned int ov2_state_icv_len(const struct xfrm_state *x)
{
	return (x->aead ? x->aead->alg_icv_len : x->aalg->alg_trunc_len) / 8;
}

static unsigned int icv_len_of(const struct xfrm_state *x)
{
	const struct ov2_algorithm *auth = ov2_auth_algorithm(state_auth(x));

	return auth ? auth->icv_len :
		      ov2_encr_algorithm(state_encr(x))->icv_len;
}

/**
 * ov2_state_icv_ok() - is a state's ICV as long as the RFCs have it?
 * @x: a state that ov2_state_key_ok() accepts
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_state_icv_ok(const struct xfrm_state *x)
{
	unsigned int expected = icv_len_of(x);
	unsigned int len = ov2_state_icv_len(x);

	if (expected)
		return len == expected;
	return len == 8 || len == 12 || len == 16;
}

/**
 * ov2_state_geniv_ok() - is a state's IV generator the core's usual one?
 * @x: a state of known algorithms
 *
 * Context: Any context.
 * Return: true if so. Another one might want another IV than the card's.
 */
bool ov2_state_geniv_ok(const struct xfrm_state *x)
{
	const char *geniv = state_cipher(x)->geniv;

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
	const struct ov2_algorithm *auth = ov2_auth_algorithm(state_auth(x));
	unsigned int len = ov2_encr_algorithm(state_encr(x))->iv_len;

	/* GMAC is the only integrity that brings one */
	return len || !auth ? len : auth->iv_len;
}

/**
 * ov2_state_align() - what a state's payloads are padded to
 * @x: a state that ov2_state_key_ok() accepts
 *
 * Context: Any context.
 * Return: payload and trailer are a multiple of so many bytes.
 */
unsigned int ov2_state_align(const struct xfrm_state *x)
{
	return ov2_encr_algorithm(state_encr(x))->align;
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

	if (state_cipher(x)->auth) {
		info = &assoc->auth;
		info->identifier = state_auth(x);
		assoc->encr.identifier = OV2_ENCR_NONE;
	} else {
		info->identifier = state_encr(x);
		info->additional_info = ov2_state_icv_len(x);
	}
	info->key_len = cipher_key_bits(x) / 8;
}

static void set_separate(const struct xfrm_state *x,
			 struct ov2_security_association *assoc)
{
	assoc->encr.identifier = state_encr(x);
	assoc->encr.key_len = cipher_key_bits(x) / 8;
	assoc->auth.identifier = state_auth(x);
	assoc->auth.key_len = x->aalg->alg_key_len / 8;
	assoc->auth.key_offset = assoc->encr.key_len;
}

/**
 * ov2_state_set_algorithms() - a state's algorithms and keys for a request
 * @x: a state that ov2_state_icv_ok() accepts
 * @assoc: its algorithms are set
 * @keys: the key area, ov2_state_keys_len() bytes
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
