// SPDX-License-Identifier: GPL-2.0
/*
 * A malformed ADD_SA_EX request is refused.
 *
 * A refused request changes nothing (INV-20), because the check only reads the
 * request. A request for AH that names a cipher is refused. In a request for
 * GCM the integrity algorithm is ignored (INV-21).
 */
#include <kunit/test.h>

#include "../algorithms.h"
#include "../requests.h"

#define KEY_MAX	64

struct add_buf {
	struct ov2_add_sa_ex add;
	u8 key[2 * KEY_MAX];
};

static const struct ov2_capabilities all_caps = {
	.ipv6 = true,
	.ah = true,
	.esp = true,
	.ah_esp_combined = true,
	.transport = true,
	.tunnel = true,
	.esn = true,
	.udp_esp = OV2_UDP_ESP_TRANSPORT | OV2_UDP_ESP_TUNNEL,
	.auth = U32_MAX,
	.encr = U32_MAX,
};

static const u32 separate_ciphers[] = {
	OV2_ENCR_NONE, OV2_ENCR_DES_CBC, OV2_ENCR_3_DES_CBC,
	OV2_ENCR_AES_CBC_128, OV2_ENCR_AES_CBC_192, OV2_ENCR_AES_CBC_256,
	OV2_EXT_ENCR_AES_CTR_128, OV2_EXT_ENCR_AES_CTR_192,
	OV2_EXT_ENCR_AES_CTR_256,
};

static const u32 gcm_and_ccm[] = {
	OV2_ENCR_AES_GCM_128, OV2_ENCR_AES_GCM_192, OV2_ENCR_AES_GCM_256,
	OV2_EXT_ENCR_AES_CCM_128, OV2_EXT_ENCR_AES_CCM_192,
	OV2_EXT_ENCR_AES_CCM_256,
};

static const u32 hmacs[] = {
	OV2_AUTH_MD5, OV2_AUTH_SHA_1, OV2_AUTH_SHA_256, OV2_EXT_AUTH_SHA_384,
	OV2_EXT_AUTH_SHA_512,
};

static const u32 gmacs[] = {
	OV2_AUTH_AES_GCM_128, OV2_AUTH_AES_GCM_192, OV2_AUTH_AES_GCM_256,
};

/* These functions make good requests, and their parts. Most tests spoil one
 * field.
 */
static void any_add(struct add_buf *buf, u32 operation)
{
	memset(buf, 0, sizeof(*buf));
	buf->add.header.type = OV2_OBJECT_TYPE_DEFAULT;
	buf->add.header.revision = OV2_REVISION_1;
	buf->add.header.size = sizeof(buf->add);
	buf->add.num_ext_hdrs = 1;
	buf->add.key_offset = sizeof(buf->add);
	buf->add.key_len = sizeof(buf->key);
	buf->add.sec_assoc[0].operation = operation;
	buf->add.sec_assoc[0].spi = cpu_to_be32(0x100);
}

static void set_encr(struct ov2_security_association *sa, u32 id)
{
	const struct ov2_algorithm *encr = ov2_encr_algorithm(id);

	sa->encr.identifier = id;
	sa->encr.key_len = ov2_algorithm_key_len(encr, id);
	if (encr->kind == OV2_ALGORITHM_COMBINED)
		sa->encr.additional_info = 16;
}

static void set_auth(struct ov2_security_association *sa, u32 id)
{
	sa->auth.identifier = id;
	sa->auth.key_len = ov2_algorithm_key_len(ov2_auth_algorithm(id), id);
	sa->auth.key_offset = sa->encr.key_len;
}

static void gcm_add(struct add_buf *buf)
{
	any_add(buf, OV2_OPERATION_ESP);
	set_encr(&buf->add.sec_assoc[0], OV2_ENCR_AES_GCM_128);
	buf->add.key_len = 20;
}

static void cbc_add(struct add_buf *buf)
{
	any_add(buf, OV2_OPERATION_ESP);
	set_encr(&buf->add.sec_assoc[0], OV2_ENCR_AES_CBC_128);
	set_auth(&buf->add.sec_assoc[0], OV2_AUTH_SHA_1);
	buf->add.key_len = 36;
}

static void ah_add(struct add_buf *buf)
{
	any_add(buf, OV2_OPERATION_AH);
	set_auth(&buf->add.sec_assoc[0], OV2_AUTH_SHA_256);
	buf->add.key_len = 32;
}

/* A bundle: ESP with AES-GCM, inside AH */
static void bundle_add(struct add_buf *buf)
{
	gcm_add(buf);
	buf->add.num_ext_hdrs = 2;
	buf->add.sec_assoc[1].operation = OV2_OPERATION_AH;
	buf->add.sec_assoc[1].spi = cpu_to_be32(0x200);
	set_auth(&buf->add.sec_assoc[1], OV2_AUTH_MD5);
	buf->add.sec_assoc[1].auth.key_offset = 20;
	buf->add.key_len = 36;
}

static u32 check_caps(const struct add_buf *buf,
		      const struct ov2_capabilities *caps)
{
	return ov2_add_sa_check(&buf->add, sizeof(*buf), caps);
}

static u32 check(const struct add_buf *buf)
{
	return check_caps(buf, &all_caps);
}

static void add_good_combined(struct kunit *test)
{
	static const u32 icv_lens[] = { 8, 12, 16 };
	struct add_buf buf;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(gcm_and_ccm); i++) {
		for (j = 0; j < ARRAY_SIZE(icv_lens); j++) {
			any_add(&buf, OV2_OPERATION_ESP);
			set_encr(&buf.add.sec_assoc[0], gcm_and_ccm[i]);
			buf.add.sec_assoc[0].encr.additional_info =
				icv_lens[j];
			KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
		}
	}

	any_add(&buf, OV2_OPERATION_ESP);
	set_encr(&buf.add.sec_assoc[0], OV2_EXT_ENCR_CHACHA20_POLY1305);
	KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
	buf.add.sec_assoc[0].encr.additional_info = 12;
	KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_INVALID_DATA);
}

static void add_good_separate(struct kunit *test)
{
	struct add_buf buf;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(separate_ciphers); i++) {
		for (j = 0; j < ARRAY_SIZE(hmacs); j++) {
			any_add(&buf, OV2_OPERATION_ESP);
			set_encr(&buf.add.sec_assoc[0], separate_ciphers[i]);
			set_auth(&buf.add.sec_assoc[0], hmacs[j]);
			KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
		}
	}
	for (i = 0; i < ARRAY_SIZE(gmacs); i++) {
		any_add(&buf, OV2_OPERATION_ESP);
		set_encr(&buf.add.sec_assoc[0], OV2_ENCR_NONE);
		set_auth(&buf.add.sec_assoc[0], gmacs[i]);
		KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
	}
}

static void add_good_ah(struct kunit *test)
{
	struct add_buf buf;
	int i;

	for (i = 0; i < ARRAY_SIZE(hmacs); i++) {
		any_add(&buf, OV2_OPERATION_AH);
		set_auth(&buf.add.sec_assoc[0], hmacs[i]);
		KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
	}
	for (i = 0; i < ARRAY_SIZE(gmacs); i++) {
		any_add(&buf, OV2_OPERATION_AH);
		set_auth(&buf.add.sec_assoc[0], gmacs[i]);
		KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
	}
	bundle_add(&buf);
	KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
}

/* The buffer must hold the structure and the whole key area. */
static void add_length(struct kunit *test)
{
	struct add_buf buf;
	size_t len;

	gcm_add(&buf);
	for (len = 0; len < sizeof(buf.add); len++)
		KUNIT_EXPECT_EQ(test,
				ov2_add_sa_check(&buf.add, len, &all_caps),
				OV2_STATUS_INVALID_LENGTH);
	for (; len < sizeof(buf.add) + 20; len++)
		KUNIT_EXPECT_EQ(test,
				ov2_add_sa_check(&buf.add, len, &all_caps),
				OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, ov2_add_sa_check(&buf.add, len, &all_caps),
			OV2_STATUS_SUCCESS);
}

#define SPOIL(make, field, value, status)				\
	do {								\
		struct add_buf buf;					\
									\
		make(&buf);						\
		buf.add.field = (value);				\
		KUNIT_EXPECT_EQ_MSG(test, check(&buf), status,		\
				    #make ": " #field " = " #value);	\
	} while (0)

static void add_header(struct kunit *test)
{
	SPOIL(gcm_add, header.type, 0x81, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, header.revision, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, header.size, sizeof(struct ov2_add_sa_ex) - 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, header.revision, 2, OV2_STATUS_SUCCESS);
	SPOIL(gcm_add, num_ext_hdrs, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, num_ext_hdrs, 3, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, flags, 0x2, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, flags, OV2_SA_INBOUND | OV2_SA_IPV6,
	      OV2_STATUS_SUCCESS);
}

static void add_key_area(struct kunit *test)
{
	SPOIL(gcm_add, key_offset, sizeof(struct ov2_add_sa_ex) - 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, key_offset, sizeof(struct add_buf) + 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, key_offset, U32_MAX, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, key_len, U32_MAX, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, key_len, 2 * KEY_MAX + 1, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, key_len, 19, OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, key_len, 35, OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, key_len, 31, OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, key_len, 35, OV2_STATUS_INVALID_DATA);
}

static void add_keys(struct kunit *test)
{
	SPOIL(gcm_add, sec_assoc[0].encr.key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.key_len, 16, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.key_len, 28, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.key_offset, 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.key_offset, U32_MAX - 10,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].auth.key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].auth.key_len, 16, OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].auth.key_offset, 17,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].auth.key_offset, U32_MAX - 10,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].encr.key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].encr.key_len, 20, OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, sec_assoc[0].auth.key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, sec_assoc[0].auth.key_len, 20, OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, sec_assoc[1].auth.key_offset, 21,
	      OV2_STATUS_INVALID_DATA);
	/* Null encryption has no key */
	SPOIL(cbc_add, sec_assoc[0].encr.identifier, OV2_ENCR_NONE,
	      OV2_STATUS_INVALID_DATA);
}

static void add_identifiers(struct kunit *test)
{
	SPOIL(gcm_add, sec_assoc[0].encr.identifier, 0,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.identifier,
	      OV2_ENCR_AES_GCM_128 | OV2_ENCR_AES_GCM_256,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].auth.identifier,
	      OV2_AUTH_SHA_1 | OV2_AUTH_MD5, OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, sec_assoc[0].auth.identifier,
	      OV2_AUTH_SHA_256 | OV2_AUTH_MD5, OV2_STATUS_INVALID_DATA);
	/* Bits without a meaning, though the capabilities offer them */
	SPOIL(gcm_add, sec_assoc[0].encr.identifier, BIT(31),
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(cbc_add, sec_assoc[0].auth.identifier, BIT(31),
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(gcm_add, sec_assoc[0].encr.additional_info, 0,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.additional_info, 10,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].encr.additional_info, 128,
	      OV2_STATUS_INVALID_DATA);
}

/* In an ESP member, only some pairs of a cipher and an integrity algorithm are
 * accepted (IPSEC_OFFLOAD_V2_SECURITY_ASSOCIATION).
 */
static void add_esp_shapes(struct kunit *test)
{
	static const struct ov2_algorithm_info absent;

	/* A combined mode has its own integrity (INV-21) */
	SPOIL(gcm_add, sec_assoc[0].auth.key_len, U32_MAX,
	      OV2_STATUS_SUCCESS);
	SPOIL(gcm_add, sec_assoc[0].auth.identifier, OV2_AUTH_SHA_1,
	      OV2_STATUS_SUCCESS);
	/* Authentication only, encryption only, neither */
	SPOIL(cbc_add, sec_assoc[0].encr, absent, OV2_STATUS_SUCCESS);
	SPOIL(cbc_add, sec_assoc[0].auth, absent, OV2_STATUS_NOT_SUPPORTED);
	SPOIL(gcm_add, sec_assoc[0].encr, absent, OV2_STATUS_INVALID_DATA);
	/* Identifier 0 means "absent" only if the other fields are 0, too */
	SPOIL(cbc_add, sec_assoc[0].encr.identifier, 0,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(cbc_add, sec_assoc[0].auth.identifier, 0,
	      OV2_STATUS_INVALID_DATA);
	/* 0x8 is GMAC in one field and GCM in the other */
	SPOIL(cbc_add, sec_assoc[0].auth.identifier, OV2_AUTH_AES_GCM_128,
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(gcm_add, sec_assoc[0].encr.identifier, OV2_ENCR_AES_CBC_128,
	      OV2_STATUS_INVALID_DATA);
}

static void add_ah_shapes(struct kunit *test)
{
	static const struct ov2_algorithm_info absent;

	SPOIL(ah_add, sec_assoc[0].auth, absent, OV2_STATUS_INVALID_DATA);
	/* AH has no encryption (INV-21) */
	SPOIL(ah_add, sec_assoc[0].encr.identifier, OV2_ENCR_NONE,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, sec_assoc[0].encr.key_len, 1, OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, sec_assoc[0].encr.key_offset, 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, sec_assoc[0].encr.additional_info, 16,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(ah_add, udp_esp, OV2_UDP_ESP_TRANSPORT, OV2_STATUS_INVALID_DATA);
}

static void add_bundle_shapes(struct kunit *test)
{
	SPOIL(bundle_add, sec_assoc[0].operation, OV2_OPERATION_AH,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, sec_assoc[1].operation, OV2_OPERATION_ESP,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, sec_assoc[1].operation, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, sec_assoc[1].spi, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, sec_assoc[1].flags, 0x2, OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, sec_assoc[1].flags, OV2_SEC_ASSOC_ESN,
	      OV2_STATUS_SUCCESS);
	SPOIL(bundle_add, sec_assoc[1].encr.identifier, OV2_ENCR_NONE,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(bundle_add, udp_esp, OV2_UDP_ESP_TRANSPORT,
	      OV2_STATUS_INVALID_DATA);
	/* With one header the second entry is ignored. */
	SPOIL(gcm_add, sec_assoc[1].operation, 7, OV2_STATUS_SUCCESS);
}

/* A bundle with AH as its first member is refused. */
static void add_bundle_order(struct kunit *test)
{
	struct add_buf buf;

	bundle_add(&buf);
	swap(buf.add.sec_assoc[0], buf.add.sec_assoc[1]);
	KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_INVALID_DATA);
}

static void add_members(struct kunit *test)
{
	SPOIL(gcm_add, sec_assoc[0].operation, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].operation, 3, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].spi, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].flags, 0x2, OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, sec_assoc[0].flags, OV2_SEC_ASSOC_ESN,
	      OV2_STATUS_SUCCESS);
	SPOIL(gcm_add, udp_esp, OV2_UDP_ESP_TRANSPORT, OV2_STATUS_SUCCESS);
	SPOIL(gcm_add, udp_esp, OV2_UDP_ESP_TRANSPORT | OV2_UDP_ESP_TUNNEL,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(gcm_add, udp_esp, OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL,
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(gcm_add, udp_esp, 0x10, OV2_STATUS_NOT_SUPPORTED);
}

#define LACK(make, field, value)					\
	do {								\
		struct ov2_capabilities caps = all_caps;		\
		struct add_buf buf;					\
									\
		make(&buf);						\
		buf.add.flags = OV2_SA_IPV6;				\
		buf.add.sec_assoc[0].flags = OV2_SEC_ASSOC_ESN;		\
		KUNIT_EXPECT_EQ(test, check_caps(&buf, &caps),		\
				OV2_STATUS_SUCCESS);			\
		caps.field = (value);					\
		KUNIT_EXPECT_EQ_MSG(test, check_caps(&buf, &caps),	\
				    OV2_STATUS_NOT_SUPPORTED,		\
				    #make ": caps." #field " = " #value); \
	} while (0)

static void add_capabilities(struct kunit *test)
{
	LACK(gcm_add, ipv6, false);
	LACK(gcm_add, esn, false);
	LACK(gcm_add, esp, false);
	LACK(gcm_add, encr, ~OV2_ENCR_AES_GCM_128);
	LACK(cbc_add, encr, ~OV2_ENCR_AES_CBC_128);
	LACK(cbc_add, auth, ~OV2_AUTH_SHA_1);
	LACK(ah_add, ah, false);
	LACK(ah_add, auth, ~OV2_AUTH_SHA_256);
	LACK(bundle_add, ah, false);
	LACK(bundle_add, esp, false);
	LACK(bundle_add, ah_esp_combined, false);
	LACK(bundle_add, auth, ~OV2_AUTH_MD5);
}

static struct kunit_case add_request_cases[] = {
	KUNIT_CASE(add_good_combined),
	KUNIT_CASE(add_good_separate),
	KUNIT_CASE(add_good_ah),
	KUNIT_CASE(add_length),
	KUNIT_CASE(add_header),
	KUNIT_CASE(add_key_area),
	KUNIT_CASE(add_keys),
	KUNIT_CASE(add_identifiers),
	KUNIT_CASE(add_esp_shapes),
	KUNIT_CASE(add_ah_shapes),
	KUNIT_CASE(add_bundle_shapes),
	KUNIT_CASE(add_bundle_order),
	KUNIT_CASE(add_members),
	KUNIT_CASE(add_capabilities),
	{}
};

static struct kunit_suite add_request_suite = {
	.name = "ov2_add_request",
	.test_cases = add_request_cases,
};

kunit_test_suite(add_request_suite);
