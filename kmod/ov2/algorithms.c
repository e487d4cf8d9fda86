// SPDX-License-Identifier: GPL-2.0
/*
 * The algorithms of IPsecOV2 and of the extensions, as their RFCs define them.
 *
 * All facts about an algorithm stand in its row. The bridge finds the row by
 * xfrm's name of the algorithm. In this row the bridge finds the identifier by
 * the length of the key. The engine finds the row by the identifier in a
 * request.
 */
#include <linux/bits.h>
#include <linux/string.h>

#include "algorithms.h"

/*
 * tools/generate.d/algorithms.py reads these rows, so they must keep their
 * form. A row begins with a line "{" and ends with a line "},". Both lines
 * begin with one tab. Each line between them begins with two tabs, and sets one
 * member of struct ov2_algorithm: ".member = value,". A member that a row does
 * not set is 0. .keys has one { identifier, bytes } or several. If there are
 * several, each has a line of its own.
 */
const struct ov2_algorithm ov2_algorithms[] = {
	{
		.name = "ecb(cipher_null)",
		.rfc = 2410,
		.kind = OV2_ALGORITHM_CIPHER,
		.align = 4,
		.keys = { { OV2_ENCR_NONE, 0 } },
	},
	{
		.name = "cbc(des)",
		.rfc = 2405,
		.kind = OV2_ALGORITHM_CIPHER,
		.iv_generator = "echainiv",
		.iv_len = 8,
		.iv_random = true,
		.align = 8,
		.keys = { { OV2_ENCR_DES_CBC, 8 } },
	},
	{
		.name = "cbc(des3_ede)",
		.rfc = 2451,
		.kind = OV2_ALGORITHM_CIPHER,
		.iv_generator = "echainiv",
		.iv_len = 8,
		.iv_random = true,
		.align = 8,
		.keys = { { OV2_ENCR_3_DES_CBC, 24 } },
	},
	{
		.name = "cbc(aes)",
		.rfc = 3602,
		.kind = OV2_ALGORITHM_CIPHER,
		.iv_generator = "echainiv",
		.iv_len = 16,
		.iv_random = true,
		.align = 16,
		.keys = {
			{ OV2_ENCR_AES_CBC_128, 16 },
			{ OV2_ENCR_AES_CBC_192, 24 },
			{ OV2_ENCR_AES_CBC_256, 32 },
		},
	},
	{
		.name = "rfc3686(ctr(aes))",
		.rfc = 3686,
		.kind = OV2_ALGORITHM_CIPHER,
		.iv_generator = "seqiv",
		.iv_len = 8,
		.align = 4,
		.salt_len = 4,
		.keys = {
			{ OV2_EXT_ENCR_AES_CTR_128, 16 },
			{ OV2_EXT_ENCR_AES_CTR_192, 24 },
			{ OV2_EXT_ENCR_AES_CTR_256, 32 },
		},
	},
	{
		.name = "rfc4106(gcm(aes))",
		.rfc = 4106,
		.kind = OV2_ALGORITHM_COMBINED,
		.iv_generator = "seqiv",
		.iv_len = 8,
		.align = 4,
		.salt_len = 4,
		.keys = {
			{ OV2_ENCR_AES_GCM_128, 16 },
			{ OV2_ENCR_AES_GCM_192, 24 },
			{ OV2_ENCR_AES_GCM_256, 32 },
		},
		.icv_lens = { 8, 12, 16 },
	},
	{
		.name = "rfc4309(ccm(aes))",
		.rfc = 4309,
		.kind = OV2_ALGORITHM_COMBINED,
		.iv_generator = "seqiv",
		.iv_len = 8,
		.align = 4,
		.salt_len = 3,
		.keys = {
			{ OV2_EXT_ENCR_AES_CCM_128, 16 },
			{ OV2_EXT_ENCR_AES_CCM_192, 24 },
			{ OV2_EXT_ENCR_AES_CCM_256, 32 },
		},
		.icv_lens = { 8, 12, 16 },
	},
	{
		.name = "rfc7539esp(chacha20,poly1305)",
		.rfc = 7634,
		.kind = OV2_ALGORITHM_COMBINED,
		.iv_generator = "seqiv",
		.iv_len = 8,
		.align = 4,
		.salt_len = 4,
		.keys = { { OV2_EXT_ENCR_CHACHA20_POLY1305, 32 } },
		.icv_lens = { 16 },
	},
	{
		.name = "hmac(md5)",
		.rfc = 2403,
		.kind = OV2_ALGORITHM_MAC,
		.keys = { { OV2_AUTH_MD5, 16 } },
		.icv_lens = { 12 },
	},
	{
		.name = "hmac(sha1)",
		.rfc = 2404,
		.kind = OV2_ALGORITHM_MAC,
		.keys = { { OV2_AUTH_SHA_1, 20 } },
		.icv_lens = { 12 },
	},
	{
		.name = "hmac(sha256)",
		.rfc = 4868,
		.kind = OV2_ALGORITHM_MAC,
		.keys = { { OV2_AUTH_SHA_256, 32 } },
		.icv_lens = { 16 },
	},
	{
		.name = "hmac(sha384)",
		.rfc = 4868,
		.kind = OV2_ALGORITHM_MAC,
		.keys = { { OV2_EXT_AUTH_SHA_384, 48 } },
		.icv_lens = { 24 },
	},
	{
		.name = "hmac(sha512)",
		.rfc = 4868,
		.kind = OV2_ALGORITHM_MAC,
		.keys = { { OV2_EXT_AUTH_SHA_512, 64 } },
		.icv_lens = { 32 },
	},
	{
		.name = "rfc4543(gcm(aes))",
		.rfc = 4543,
		.kind = OV2_ALGORITHM_GMAC,
		.iv_generator = "seqiv",
		.iv_len = 8,
		.salt_len = 4,
		.keys = {
			{ OV2_AUTH_AES_GCM_128, 16 },
			{ OV2_AUTH_AES_GCM_192, 24 },
			{ OV2_AUTH_AES_GCM_256, 32 },
		},
		.icv_lens = { 16 },
	},
	{}
};

static const struct ov2_algorithm *find(bool encr, u32 id)
{
	const struct ov2_algorithm *algorithm;
	int i;

	if (!id)
		return NULL;
	for (algorithm = ov2_algorithms; algorithm->name; algorithm++) {
		if (ov2_algorithm_is_encr(algorithm) != encr)
			continue;
		for (i = 0; i < OV2_ALGORITHM_KEYS_MAX; i++)
			if (algorithm->keys[i].id == id)
				return algorithm;
	}
	return NULL;
}

/**
 * ov2_encr_algorithm() - find a cipher by its identifier
 * @id: any value
 *
 * Context: Any context.
 * Return: the algorithm, or NULL if @id is not exactly one known bit of
 * OV2_ENCR_* or OV2_EXT_ENCR_*.
 */
const struct ov2_algorithm *ov2_encr_algorithm(u32 id)
{
	return find(true, id);
}

/**
 * ov2_auth_algorithm() - find an integrity algorithm by its identifier
 * @id: any value
 *
 * Context: Any context.
 * Return: the algorithm, or NULL if @id is not exactly one known bit of
 * OV2_AUTH_* or OV2_EXT_AUTH_*.
 */
const struct ov2_algorithm *ov2_auth_algorithm(u32 id)
{
	return find(false, id);
}

/**
 * ov2_algorithm_named() - find an algorithm by its name in the kernel
 * @name: the name in xfrm and in the crypto API
 *
 * Context: Any context.
 * Return: the algorithm, or NULL if neither IPsecOV2 nor an extension has it.
 */
const struct ov2_algorithm *ov2_algorithm_named(const char *name)
{
	const struct ov2_algorithm *algorithm;

	for (algorithm = ov2_algorithms; algorithm->name; algorithm++)
		if (!strcmp(algorithm->name, name))
			return algorithm;
	return NULL;
}

/**
 * ov2_algorithm_ids() - put all identifiers of an algorithm into one mask
 * @algorithm: the algorithm
 *
 * Context: Any context.
 * Return: the mask, in the form of ov2_capabilities.auth and .encr.
 */
u32 ov2_algorithm_ids(const struct ov2_algorithm *algorithm)
{
	u32 ids = 0;
	int i;

	for (i = 0; i < OV2_ALGORITHM_KEYS_MAX; i++)
		ids |= algorithm->keys[i].id;
	return ids;
}

/**
 * ov2_algorithm_key_len() - tell how long a key and the salt behind it are
 * @algorithm: the algorithm
 * @id: one of its identifiers
 *
 * Context: Any context.
 * Return: the bytes of the key and of the salt, together. 0 for null
 * encryption, and 0 if @id is no identifier of @algorithm.
 */
unsigned int ov2_algorithm_key_len(const struct ov2_algorithm *algorithm,
				   u32 id)
{
	int i;

	for (i = 0; i < OV2_ALGORITHM_KEYS_MAX; i++)
		if (id && algorithm->keys[i].id == id)
			return algorithm->keys[i].len + algorithm->salt_len;
	return 0;
}

/**
 * ov2_algorithm_id() - find the identifier of an algorithm for a key length
 * @algorithm: the algorithm
 * @key_bits: bits of the key and of the salt behind it, together
 *
 * Context: Any context.
 * Return: the identifier, or 0 if @algorithm has no key of @key_bits.
 */
u32 ov2_algorithm_id(const struct ov2_algorithm *algorithm,
		     unsigned int key_bits)
{
	unsigned int len;
	u32 id;
	int i;

	for (i = 0; i < OV2_ALGORITHM_KEYS_MAX; i++) {
		id = algorithm->keys[i].id;
		len = ov2_algorithm_key_len(algorithm, id);
		if (id && key_bits == len * BITS_PER_BYTE)
			return id;
	}
	return 0;
}

/**
 * ov2_algorithm_icv_ok() - does the RFC know an ICV of this length?
 * @algorithm: the algorithm
 * @len: bytes of the ICV
 *
 * Context: Any context.
 * Return: true if it does; always false if @algorithm makes no ICV.
 */
bool ov2_algorithm_icv_ok(const struct ov2_algorithm *algorithm,
			  unsigned int len)
{
	int i;

	for (i = 0; i < OV2_ALGORITHM_ICVS_MAX; i++)
		if (len && algorithm->icv_lens[i] == len)
			return true;
	return false;
}
