// SPDX-License-Identifier: GPL-2.0
/* Each row of ov2_algorithms[] agrees with its RFC, and each look-up finds the
 * right row.
 */
#include <kunit/test.h>
#include <linux/bitops.h>
#include <linux/string.h>

#include "../algorithms.h"

#define ICV_MAX	64
#define KEY_BITS_MAX	1024

/**
 * struct expected - an algorithm with one key, as its RFC defines it
 * @name: the kernel's name
 * @auth: @id is one of OV2_AUTH_* and OV2_EXT_AUTH_*
 * @id: the identifier
 * @key_bits: bits of the key, with the salt
 * @iv_len: bytes of the explicit IV
 * @align: payload and trailer together are a multiple of @align bytes; 0 if
 *	@auth is set
 * @iv_random: the IV must be unpredictable
 * @icvs: bit n is set if an ICV may have n bytes
 */
struct expected {
	const char *name;
	bool auth;
	u32 id;
	unsigned int key_bits;
	u8 iv_len;
	u8 align;
	bool iv_random;
	u64 icvs;
};

/* RFC 4106 6 and RFC 4309 6: the ICV has 8, 12 or 16 bytes. */
#define CHOICE	(BIT_ULL(8) | BIT_ULL(12) | BIT_ULL(16))

static const struct expected table[] = {
	/* RFC 2410 */
	{ "ecb(cipher_null)", false, OV2_ENCR_NONE, 0, 0, 4, false, 0 },
	/* RFC 2405 */
	{ "cbc(des)", false, OV2_ENCR_DES_CBC, 64, 8, 8, true, 0 },
	/* RFC 2451 2.2 */
	{ "cbc(des3_ede)", false, OV2_ENCR_3_DES_CBC, 192, 8, 8, true, 0 },
	/* RFC 3602 2.1 to 2.4 */
	{ "cbc(aes)", false, OV2_ENCR_AES_CBC_128, 128, 16, 16, true, 0 },
	{ "cbc(aes)", false, OV2_ENCR_AES_CBC_192, 192, 16, 16, true, 0 },
	{ "cbc(aes)", false, OV2_ENCR_AES_CBC_256, 256, 16, 16, true, 0 },
	/* RFC 3686 5.1 */
	{ "rfc3686(ctr(aes))", false, OV2_EXT_ENCR_AES_CTR_128, 128 + 32, 8, 4,
	  false, 0 },
	{ "rfc3686(ctr(aes))", false, OV2_EXT_ENCR_AES_CTR_192, 192 + 32, 8, 4,
	  false, 0 },
	{ "rfc3686(ctr(aes))", false, OV2_EXT_ENCR_AES_CTR_256, 256 + 32, 8, 4,
	  false, 0 },
	/* RFC 4106 8.1 */
	{ "rfc4106(gcm(aes))", false, OV2_ENCR_AES_GCM_128, 128 + 32, 8, 4,
	  false, CHOICE },
	{ "rfc4106(gcm(aes))", false, OV2_ENCR_AES_GCM_192, 192 + 32, 8, 4,
	  false, CHOICE },
	{ "rfc4106(gcm(aes))", false, OV2_ENCR_AES_GCM_256, 256 + 32, 8, 4,
	  false, CHOICE },
	/* RFC 4309 7.1 */
	{ "rfc4309(ccm(aes))", false, OV2_EXT_ENCR_AES_CCM_128, 128 + 24, 8, 4,
	  false, CHOICE },
	{ "rfc4309(ccm(aes))", false, OV2_EXT_ENCR_AES_CCM_192, 192 + 24, 8, 4,
	  false, CHOICE },
	{ "rfc4309(ccm(aes))", false, OV2_EXT_ENCR_AES_CCM_256, 256 + 24, 8, 4,
	  false, CHOICE },
	/* RFC 7634 2 */
	{ "rfc7539esp(chacha20,poly1305)", false,
	  OV2_EXT_ENCR_CHACHA20_POLY1305, 256 + 32, 8, 4, false, BIT_ULL(16) },
	/* RFC 2403, RFC 2404 */
	{ "hmac(md5)", true, OV2_AUTH_MD5, 128, 0, 0, false, BIT_ULL(12) },
	{ "hmac(sha1)", true, OV2_AUTH_SHA_1, 160, 0, 0, false, BIT_ULL(12) },
	/* RFC 4868 2.6 */
	{ "hmac(sha256)", true, OV2_AUTH_SHA_256, 256, 0, 0, false,
	  BIT_ULL(16) },
	{ "hmac(sha384)", true, OV2_EXT_AUTH_SHA_384, 384, 0, 0, false,
	  BIT_ULL(24) },
	{ "hmac(sha512)", true, OV2_EXT_AUTH_SHA_512, 512, 0, 0, false,
	  BIT_ULL(32) },
	/* RFC 4543 5.3 */
	{ "rfc4543(gcm(aes))", true, OV2_AUTH_AES_GCM_128, 128 + 32, 8, 0,
	  false, BIT_ULL(16) },
	{ "rfc4543(gcm(aes))", true, OV2_AUTH_AES_GCM_192, 192 + 32, 8, 0,
	  false, BIT_ULL(16) },
	{ "rfc4543(gcm(aes))", true, OV2_AUTH_AES_GCM_256, 256 + 32, 8, 0,
	  false, BIT_ULL(16) },
};

static void expected_desc(const struct expected *expected, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s, %u bits", expected->name,
		 expected->key_bits);
}

KUNIT_ARRAY_PARAM(expected, table, expected_desc);

/* The name and the length of the key lead to the identifier, and the identifier
 * leads to the row.
 */
static void found_both_ways(struct kunit *test)
{
	const struct expected *expected = test->param_value;
	const struct ov2_algorithm *algorithm;

	algorithm = ov2_algorithm_named(expected->name);
	KUNIT_ASSERT_NOT_NULL(test, algorithm);
	KUNIT_EXPECT_EQ(test, ov2_algorithm_id(algorithm, expected->key_bits),
			expected->id);
	KUNIT_EXPECT_EQ(test,
			ov2_algorithm_key_len(algorithm, expected->id) * 8,
			expected->key_bits);
	KUNIT_EXPECT_EQ(test, ov2_algorithm_is_encr(algorithm),
			!expected->auth);
	KUNIT_EXPECT_PTR_EQ(test, expected->auth ?
			    ov2_auth_algorithm(expected->id) :
			    ov2_encr_algorithm(expected->id), algorithm);
}

static void lengths(struct kunit *test)
{
	const struct expected *expected = test->param_value;
	const struct ov2_algorithm *algorithm;
	unsigned int len;

	algorithm = ov2_algorithm_named(expected->name);
	KUNIT_ASSERT_NOT_NULL(test, algorithm);
	KUNIT_EXPECT_EQ(test, algorithm->iv_len, expected->iv_len);
	KUNIT_EXPECT_EQ(test, algorithm->iv_random, expected->iv_random);
	KUNIT_EXPECT_EQ(test, algorithm->align, expected->align);
	for (len = 0; len < ICV_MAX; len++)
		KUNIT_EXPECT_EQ_MSG(test, ov2_algorithm_icv_ok(algorithm, len),
				    !!(expected->icvs & BIT_ULL(len)),
				    "ICV of %u bytes", len);
}

/* echainiv is the kernel's generator of random IVs, and seqiv is its generator
 * of IVs that count up.
 */
static void iv_generator(struct kunit *test)
{
	const struct expected *expected = test->param_value;
	const char *name = ov2_algorithm_named(expected->name)->iv_generator;

	if (!expected->iv_len)
		KUNIT_EXPECT_NULL(test, name);
	else
		KUNIT_EXPECT_STREQ(test, name, expected->iv_random ?
				   "echainiv" : "seqiv");
}

/* Each identifier of a row is one bit, and no other row for the same field has
 * this bit.
 */
static void identifiers(struct kunit *test)
{
	const struct ov2_algorithm *algorithm;
	u32 encr = 0, auth = 0, id;
	u32 *seen;
	int i;

	for (algorithm = ov2_algorithms; algorithm->name; algorithm++) {
		seen = ov2_algorithm_is_encr(algorithm) ? &encr : &auth;
		KUNIT_EXPECT_NE(test, algorithm->keys[0].id, 0);
		for (i = 0; i < OV2_ALGORITHM_KEYS_MAX; i++) {
			id = algorithm->keys[i].id;
			KUNIT_EXPECT_LE(test, hweight32(id), 1);
			KUNIT_EXPECT_EQ_MSG(test, *seen & id, 0, "%s",
					    algorithm->name);
			*seen |= id;
		}
	}
	for (i = 0; i < ARRAY_SIZE(table); i++)
		KUNIT_EXPECT_NE(test,
				table[i].id & (table[i].auth ? auth : encr),
				0);
}

/* Each row has all members that bridge and engine need. */
static void rows_are_whole(struct kunit *test)
{
	const struct ov2_algorithm *algorithm;
	bool cipher;

	for (algorithm = ov2_algorithms; algorithm->name; algorithm++) {
		cipher = algorithm->kind == OV2_ALGORITHM_CIPHER;
		KUNIT_EXPECT_PTR_EQ(test, ov2_algorithm_named(algorithm->name),
				    algorithm);
		KUNIT_EXPECT_GT(test, algorithm->rfc, 0);
		KUNIT_EXPECT_EQ(test, !algorithm->iv_len,
				!algorithm->iv_generator);
		KUNIT_EXPECT_EQ(test, !algorithm->icv_lens[0], cipher);
		KUNIT_EXPECT_EQ(test, algorithm->align >= 4,
				ov2_algorithm_is_encr(algorithm));
		/* AdditionalInfo chooses the length of the ICV only for a
		 * combined mode. So each integrity algorithm has only one
		 * length.
		 */
		if (!ov2_algorithm_is_encr(algorithm))
			KUNIT_EXPECT_EQ(test, algorithm->icv_lens[1], 0);
	}
}

/* A key length that a row does not list has no identifier. An identifier that a
 * row does not list has no key length.
 */
static void other_keys(struct kunit *test)
{
	const struct ov2_algorithm *algorithm;
	unsigned int bits;
	u32 id;

	for (algorithm = ov2_algorithms; algorithm->name; algorithm++) {
		for (bits = 0; bits < KEY_BITS_MAX; bits++) {
			id = ov2_algorithm_id(algorithm, bits);
			if (id)
				KUNIT_EXPECT_EQ(test, bits, 8 *
						ov2_algorithm_key_len(algorithm,
								      id));
		}
		KUNIT_EXPECT_EQ(test, ov2_algorithm_key_len(algorithm, 0), 0);
		KUNIT_EXPECT_EQ(test, ov2_algorithm_key_len(algorithm,
							    BIT(31)), 0);
	}
}

static void unknown(struct kunit *test)
{
	static const char * const names[] = {
		"", "cbc", "cbc(aes", "cbc(aes))", "CBC(AES)", "gcm(aes)",
		"hmac(sm3)", "cmac(aes)", "digest_null",
	};
	static const u32 ids[] = {
		0, BIT(31), OV2_ENCR_AES_GCM_128 | OV2_ENCR_AES_GCM_192,
		U32_MAX,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		KUNIT_EXPECT_NULL(test, ov2_algorithm_named(names[i]));
	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		KUNIT_EXPECT_NULL(test, ov2_encr_algorithm(ids[i]));
		KUNIT_EXPECT_NULL(test, ov2_auth_algorithm(ids[i]));
	}
	KUNIT_EXPECT_NULL(test, ov2_auth_algorithm(OV2_EXT_ENCR_AES_CTR_256));
	KUNIT_EXPECT_NULL(test, ov2_encr_algorithm(OV2_ENCR_AES_CBC_256 << 1));
}

static struct kunit_case algorithms_cases[] = {
	KUNIT_CASE_PARAM(found_both_ways, expected_gen_params),
	KUNIT_CASE_PARAM(lengths, expected_gen_params),
	KUNIT_CASE_PARAM(iv_generator, expected_gen_params),
	KUNIT_CASE(identifiers),
	KUNIT_CASE(rows_are_whole),
	KUNIT_CASE(other_keys),
	KUNIT_CASE(unknown),
	{}
};

static struct kunit_suite algorithms_suite = {
	.name = "ov2_algorithms",
	.test_cases = algorithms_cases,
};

kunit_test_suite(algorithms_suite);
