// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's names of the algorithms, and which of them the kernel that
 * runs has. Those of several key lengths have one name.
 */
#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/array_size.h>
#include <linux/bitops.h>

#include "../ov2/algorithms.h"
#include "probe.h"
#include "transform.h"

/**
 * struct kernel_name - what the crypto API calls an algorithm
 * @ids: the identifiers that it serves
 * @name: its name
 */
struct kernel_name {
	u32 ids;
	const char *name;
};

static const struct kernel_name encr_names[] = {
	{ OV2_ENCR_NONE, "ecb(cipher_null)" },
	{ OV2_ENCR_DES_CBC, "cbc(des)" },
	{ OV2_ENCR_3_DES_CBC, "cbc(des3_ede)" },
	{ OV2_ENCR_AES_CBC, "cbc(aes)" },
	{ OV2_EXT_ENCR_AES_CTR, "rfc3686(ctr(aes))" },
	{ OV2_ENCR_AES_GCM, "rfc4106(gcm(aes))" },
	{ OV2_EXT_ENCR_AES_CCM, "rfc4309(ccm(aes))" },
	{ OV2_EXT_ENCR_CHACHA20_POLY1305, "rfc7539esp(chacha20,poly1305)" },
};

static const struct kernel_name auth_names[] = {
	{ OV2_AUTH_MD5, "hmac(md5)" },
	{ OV2_AUTH_SHA_1, "hmac(sha1)" },
	{ OV2_AUTH_SHA_256, "hmac(sha256)" },
	{ OV2_EXT_AUTH_SHA_384, "hmac(sha384)" },
	{ OV2_EXT_AUTH_SHA_512, "hmac(sha512)" },
	{ OV2_AUTH_AES_GCM, "rfc4543(gcm(aes))" },
};

static const char *encr_name(u32 id)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(encr_names); i++)
		if (encr_names[i].ids & id)
			return encr_names[i].name;
	return NULL;
}

/**
 * ov2_kernel_auth_name() - the kernel's name of an integrity algorithm
 * @auth: one OV2_AUTH_* or OV2_EXT_AUTH_* bit
 *
 * Context: Any context.
 * Return: the name of an ahash for an HMAC, of an AEAD for GMAC.
 */
const char *ov2_kernel_auth_name(u32 auth)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(auth_names); i++)
		if (auth_names[i].ids & auth)
			return auth_names[i].name;
	return NULL;
}

static bool is_kind(const struct ov2_algorithm *algorithm,
		    enum ov2_algorithm_kind kind)
{
	return algorithm && algorithm->kind == kind;
}

/**
 * ov2_kernel_aead_name() - the kernel's name of all that an ESP SA does
 * @encr: one OV2_ENCR_* or OV2_EXT_ENCR_* bit
 * @auth: one OV2_AUTH_* or OV2_EXT_AUTH_* bit; ignored with a combined mode
 * @esn: extended sequence numbers: a separate HMAC covers the high half
 *	behind the payload (RFC 4303 2.2.1)
 * @name: out, CRYPTO_MAX_ALG_NAME bytes
 *
 * Context: Any context.
 * Return: false if there is no such name.
 */
bool ov2_kernel_aead_name(u32 encr, u32 auth, bool esn, char *name)
{
	const char *integrity = ov2_kernel_auth_name(auth);
	const char *cipher = encr_name(encr);

	if (is_kind(ov2_encr_algorithm(encr), OV2_ALGORITHM_COMBINED))
		return strscpy(name, cipher, CRYPTO_MAX_ALG_NAME) > 0;
	if (!cipher || !integrity)
		return false;
	if (is_kind(ov2_auth_algorithm(auth), OV2_ALGORITHM_GMAC))
		return strscpy(name, integrity, CRYPTO_MAX_ALG_NAME) > 0;
	return snprintf(name, CRYPTO_MAX_ALG_NAME, "authenc%s(%s,%s)",
			esn ? "esn" : "", integrity, cipher) <
	       CRYPTO_MAX_ALG_NAME;
}

static bool has_aead(u32 encr, u32 auth, bool esn)
{
	char name[CRYPTO_MAX_ALG_NAME];

	return ov2_kernel_aead_name(encr, auth, esn, name) &&
	       crypto_has_aead(name, 0, 0);
}

static u32 lowest_bit(u32 mask)
{
	return mask & -mask;
}

static u32 probe_auth(void)
{
	u32 found = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(auth_names); i++) {
		const struct kernel_name *auth = &auth_names[i];
		u32 id = lowest_bit(auth->ids);

		if (is_kind(ov2_auth_algorithm(id), OV2_ALGORITHM_GMAC) ?
		    crypto_has_aead(auth->name, 0, 0) :
		    crypto_has_ahash(auth->name, 0, 0))
			found |= auth->ids;
	}
	return found;
}

/* A cipher goes with every HMAC or with none: one is asked for. */
static bool probe_encr_with(u32 encr, u32 hmacs)
{
	u32 hmac = lowest_bit(hmacs);

	if (is_kind(ov2_encr_algorithm(encr), OV2_ALGORITHM_COMBINED))
		return has_aead(encr, 0, false);
	return hmac && has_aead(encr, hmac, false) &&
	       has_aead(encr, hmac, true);
}

static u32 probe_encr(u32 hmacs)
{
	u32 found = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(encr_names); i++)
		if (probe_encr_with(lowest_bit(encr_names[i].ids), hmacs))
			found |= encr_names[i].ids;
	return found;
}

/**
 * ov2_transform_probe() - which algorithms does the kernel that runs have?
 * @caps: its masks of algorithms are set
 *
 * What is missing here is never offered, so no add fails for it.
 *
 * Context: Process context, sleeps: the crypto API loads modules and tests what
 *   it finds.
 */
void ov2_transform_probe(struct ov2_capabilities *caps)
{
	caps->auth = probe_auth();
	caps->encr = probe_encr(caps->auth & ~OV2_AUTH_AES_GCM);
}
