// SPDX-License-Identifier: GPL-2.0
/* What an ADD_SA_EX request must not get away with: INV-20 and INV-21. */
#include <kunit/test.h>

#include "../ov2/requests.h"

#define KEY_MAX	64

struct add_buf {
	struct ov2_add_sa_ex add;
	u8 key[KEY_MAX];
};

static const struct ov2_capabilities caps = {
	.ipv6 = true,
	.esp = true,
	.transport = true,
	.tunnel = true,
	.esn = true,
	.udp_esp = OV2_UDP_ESP_TRANSPORT | OV2_UDP_ESP_TUNNEL,
	.encr = OV2_ENCR_AES_GCM_128 | OV2_ENCR_AES_GCM_192 |
		OV2_ENCR_AES_GCM_256,
};

/* A request that nothing is wrong with; each test spoils one thing. */
static void good_add(struct add_buf *buf)
{
	struct ov2_security_association *sa = &buf->add.sec_assoc[0];

	memset(buf, 0, sizeof(*buf));
	buf->add.header.type = OV2_OBJECT_TYPE_DEFAULT;
	buf->add.header.revision = OV2_REVISION_1;
	buf->add.header.size = sizeof(buf->add);
	buf->add.num_ext_hdrs = 1;
	buf->add.key_offset = sizeof(buf->add);
	buf->add.key_len = 20;
	sa->operation = OV2_OPERATION_ESP;
	sa->spi = cpu_to_be32(0x100);
	sa->encr.identifier = OV2_ENCR_AES_GCM_128;
	sa->encr.key_len = 20;
	sa->encr.additional_info = 16;
}

static u32 check(const struct add_buf *buf)
{
	return ov2_add_sa_check(&buf->add, sizeof(*buf), &caps);
}

static void add_good(struct kunit *test)
{
	static const u32 icv_lens[] = { 8, 12, 16 };
	static const u32 key_lens[] = { 20, 28, 36 };
	struct add_buf buf;
	int i, j;

	for (i = 0; i < ARRAY_SIZE(key_lens); i++) {
		for (j = 0; j < ARRAY_SIZE(icv_lens); j++) {
			good_add(&buf);
			buf.add.key_len = key_lens[i];
			buf.add.sec_assoc[0].encr.identifier =
				OV2_ENCR_AES_GCM_128 << i;
			buf.add.sec_assoc[0].encr.key_len = key_lens[i];
			buf.add.sec_assoc[0].encr.additional_info =
				icv_lens[j];
			KUNIT_EXPECT_EQ(test, check(&buf), OV2_STATUS_SUCCESS);
		}
	}
}

static void add_length(struct kunit *test)
{
	struct add_buf buf;
	size_t len;

	good_add(&buf);
	for (len = 0; len < sizeof(buf.add); len++)
		KUNIT_EXPECT_EQ(test, ov2_add_sa_check(&buf.add, len, &caps),
				OV2_STATUS_INVALID_LENGTH);
	for (; len < sizeof(buf.add) + 20; len++)
		KUNIT_EXPECT_EQ(test, ov2_add_sa_check(&buf.add, len, &caps),
				OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, ov2_add_sa_check(&buf.add, len, &caps),
			OV2_STATUS_SUCCESS);
}

#define SPOIL(field, value, status)					\
	do {								\
		struct add_buf buf;					\
									\
		good_add(&buf);						\
		buf.add.field = (value);				\
		KUNIT_EXPECT_EQ_MSG(test, check(&buf), status,		\
				    #field " = " #value);		\
	} while (0)

static void add_header(struct kunit *test)
{
	SPOIL(header.type, 0x81, OV2_STATUS_INVALID_DATA);
	SPOIL(header.revision, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(header.size, sizeof(struct ov2_add_sa_ex) - 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(header.revision, 2, OV2_STATUS_SUCCESS);
	SPOIL(num_ext_hdrs, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(num_ext_hdrs, 3, OV2_STATUS_INVALID_DATA);
	SPOIL(num_ext_hdrs, 2, OV2_STATUS_NOT_SUPPORTED);
	SPOIL(flags, 0x2, OV2_STATUS_INVALID_DATA);
	SPOIL(flags, OV2_SA_INBOUND | OV2_SA_IPV6, OV2_STATUS_SUCCESS);
}

static void add_keys(struct kunit *test)
{
	SPOIL(key_offset, sizeof(struct ov2_add_sa_ex) - 1,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(key_offset, sizeof(struct add_buf) + 1, OV2_STATUS_INVALID_DATA);
	SPOIL(key_offset, U32_MAX, OV2_STATUS_INVALID_DATA);
	SPOIL(key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(key_len, U32_MAX, OV2_STATUS_INVALID_DATA);
	SPOIL(key_len, KEY_MAX + 1, OV2_STATUS_INVALID_DATA);
	SPOIL(key_len, 19, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.key_len, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.key_len, 16, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.key_len, 28, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.key_offset, 1, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.key_offset, U32_MAX - 10,
	      OV2_STATUS_INVALID_DATA);
}

static void add_algorithms(struct kunit *test)
{
	SPOIL(sec_assoc[0].encr.identifier, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.identifier,
	      OV2_ENCR_AES_GCM_128 | OV2_ENCR_AES_GCM_256,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.identifier, OV2_ENCR_AES_CBC_128,
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(sec_assoc[0].encr.identifier, OV2_ENCR_NONE,
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(sec_assoc[0].encr.additional_info, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.additional_info, 10, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].encr.additional_info, 128, OV2_STATUS_INVALID_DATA);
	/* INV-21: a combined mode has its own integrity */
	SPOIL(sec_assoc[0].auth.key_len, U32_MAX, OV2_STATUS_SUCCESS);
}

static void add_operations(struct kunit *test)
{
	SPOIL(sec_assoc[0].operation, 0, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].operation, 3, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].operation, OV2_OPERATION_AH,
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(sec_assoc[0].flags, 0x2, OV2_STATUS_INVALID_DATA);
	SPOIL(sec_assoc[0].flags, OV2_SEC_ASSOC_ESN, OV2_STATUS_SUCCESS);
	SPOIL(udp_esp, OV2_UDP_ESP_TRANSPORT, OV2_STATUS_SUCCESS);
	SPOIL(udp_esp, OV2_UDP_ESP_TRANSPORT | OV2_UDP_ESP_TUNNEL,
	      OV2_STATUS_INVALID_DATA);
	SPOIL(udp_esp, OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL,
	      OV2_STATUS_NOT_SUPPORTED);
	SPOIL(udp_esp, 0x10, OV2_STATUS_NOT_SUPPORTED);
}

static struct kunit_case requests_cases[] = {
	KUNIT_CASE(add_good),
	KUNIT_CASE(add_length),
	KUNIT_CASE(add_header),
	KUNIT_CASE(add_keys),
	KUNIT_CASE(add_algorithms),
	KUNIT_CASE(add_operations),
	{}
};

static struct kunit_suite requests_suite = {
	.name = "ov2_requests",
	.test_cases = requests_cases,
};

kunit_test_suite(requests_suite);
