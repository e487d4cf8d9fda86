// SPDX-License-Identifier: GPL-2.0
/*
 * Each field of a record has the bits that the interface defines (INV-9).
 *
 * The tests encode and decode example words, and show which words are no
 * records (INV-1 to INV-5).
 */
#include <kunit/test.h>
#include <linux/in.h>

#include "../records.h"

struct tx_example {
	u32 word;
	struct ov2_tx_header hdr;
};

/* Word; next header, pad length, offset of AH, offset of ESP */
static const struct tx_example tx_examples[] = {
	{ 0x05000206, { IPPROTO_TCP, 2, 0, 20 } },
	{ 0x0a000011, { IPPROTO_UDP, 0, 0, 40 } },
	{ 0x07000306, { IPPROTO_TCP, 3, 0, 28 } },
	{ 0x0e050206, { IPPROTO_TCP, 2, 20, 56 } },
	{ 0x000a0000, { 0, 0, 40, 0 } },
	{ 0x05000204, { IPPROTO_IPIP, 2, 0, 20 } },
	{ 0xffffffff, { 255, 255, 1020, 1020 } },
};

/* The first bit above the word. On a 32-bit machine a slot has no such bit, so
 * the value is 0.
 */
#define ABOVE_WORD	((unsigned long)BIT_ULL(32))

static void tx_header_words(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tx_examples); i++) {
		const struct tx_example *ex = &tx_examples[i];
		struct ov2_tx_header hdr = {};
		u32 word = 0;

		KUNIT_EXPECT_EQ(test, ov2_tx_header_encode(&ex->hdr, &word), 0);
		KUNIT_EXPECT_EQ(test, word, ex->word);
		KUNIT_EXPECT_TRUE(test, ov2_tx_header_decode(ex->word, &hdr));
		KUNIT_EXPECT_EQ(test, hdr.next_header, ex->hdr.next_header);
		KUNIT_EXPECT_EQ(test, hdr.pad_length, ex->hdr.pad_length);
		KUNIT_EXPECT_EQ(test, hdr.ah_offset, ex->hdr.ah_offset);
		KUNIT_EXPECT_EQ(test, hdr.esp_offset, ex->hdr.esp_offset);
	}
}

static void tx_header_offsets(struct kunit *test)
{
	unsigned int offset;
	u32 word;

	for (offset = 0; offset <= 2048; offset++) {
		const struct ov2_tx_header esp = { .esp_offset = offset };
		const struct ov2_tx_header ah = { .ah_offset = offset };
		int want = offset % 4 || offset > 1020 ? -ERANGE : 0;

		KUNIT_EXPECT_EQ(test, ov2_tx_header_encode(&esp, &word), want);
		KUNIT_EXPECT_EQ(test, ov2_tx_header_encode(&ah, &word), want);
	}
}

struct rx_example {
	u32 word;
	struct ov2_rx_result res;
};

/* Word; SaDeleteReq, CryptoDone, NextCryptoDone, CryptoStatus */
static const struct rx_example rx_examples[] = {
	{ 0x00000000, { false, false, false, OV2_CRYPTO_SUCCESS } },
	{ 0x00000001, { true, false, false, OV2_CRYPTO_SUCCESS } },
	{ 0x00000002, { false, true, false, OV2_CRYPTO_SUCCESS } },
	{ 0x00000006, { false, true, true, OV2_CRYPTO_SUCCESS } },
	{ 0x00030002, { false, true, false,
			OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED } },
	{ 0x00050002, { false, true, false,
			OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED } },
	{ 0x00030006, { false, true, true,
			OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED } },
	{ 0x00060002, { false, true, false,
			OV2_CRYPTO_INVALID_PACKET_SYNTAX } },
	{ 0x00070002, { false, true, false, OV2_CRYPTO_INVALID_PROTOCOL } },
};

static void rx_result_words(struct kunit *test)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(rx_examples); i++) {
		const struct rx_example *ex = &rx_examples[i];
		struct ov2_rx_result res;

		KUNIT_EXPECT_EQ(test, ov2_rx_result_encode(&ex->res), ex->word);
		KUNIT_EXPECT_TRUE(test, ov2_rx_result_decode(ex->word, &res));
		KUNIT_EXPECT_EQ(test, res.sa_delete_req, ex->res.sa_delete_req);
		KUNIT_EXPECT_EQ(test, res.crypto_done, ex->res.crypto_done);
		KUNIT_EXPECT_EQ(test, res.next_crypto_done,
				ex->res.next_crypto_done);
		KUNIT_EXPECT_EQ(test, (u32)res.status, (u32)ex->res.status);
	}
}

static void rx_result_illegal(struct kunit *test)
{
	struct ov2_rx_result res;

	/* NextCryptoDone alone, a reserved bit, a status that does not exist */
	KUNIT_EXPECT_FALSE(test, ov2_rx_result_decode(0x00000004, &res));
	KUNIT_EXPECT_FALSE(test, ov2_rx_result_decode(0x0000000a, &res));
	KUNIT_EXPECT_FALSE(test, ov2_rx_result_decode(0x00080002, &res));
	if (ABOVE_WORD)
		KUNIT_EXPECT_FALSE(test, ov2_rx_result_decode(ABOVE_WORD | 2,
							      &res));
	/* Without CryptoDone the status is ignored (INV-1). */
	KUNIT_EXPECT_TRUE(test, ov2_rx_result_decode(0x00030000, &res));
	KUNIT_EXPECT_EQ(test, (u32)res.status, (u32)OV2_CRYPTO_SUCCESS);
}

static void rx_result_not_done_is_zero(struct kunit *test)
{
	const struct ov2_rx_result res = {
		.next_crypto_done = true,
		.status = OV2_CRYPTO_GENERIC_ERROR,
	};

	KUNIT_EXPECT_EQ(test, ov2_rx_result_encode(&res), 0);
}

static void rx_header_words(struct kunit *test)
{
	struct ov2_rx_header hdr = { IPPROTO_TCP, 2, true };

	KUNIT_EXPECT_EQ(test, ov2_rx_header_encode(&hdr), 0x00010206);
	hdr.info_set = false;
	KUNIT_EXPECT_EQ(test, ov2_rx_header_encode(&hdr), 0);

	KUNIT_EXPECT_TRUE(test, ov2_rx_header_decode(0x0001ff84, &hdr));
	KUNIT_EXPECT_TRUE(test, hdr.info_set);
	KUNIT_EXPECT_EQ(test, hdr.pad_length, 255);
	KUNIT_EXPECT_EQ(test, hdr.next_header, IPPROTO_SCTP);
	KUNIT_EXPECT_TRUE(test, ov2_rx_header_decode(0x00000206, &hdr));
	KUNIT_EXPECT_FALSE(test, hdr.info_set);
	KUNIT_EXPECT_EQ(test, hdr.pad_length, 0);
	KUNIT_EXPECT_EQ(test, hdr.next_header, 0);
	KUNIT_EXPECT_FALSE(test, ov2_rx_header_decode(0x00030206, &hdr));
	KUNIT_EXPECT_FALSE(test, ov2_rx_header_decode(0x80000000, &hdr));
	if (ABOVE_WORD)
		KUNIT_EXPECT_FALSE(test,
				   ov2_rx_header_decode(ABOVE_WORD | 0x00010206,
							&hdr));
}

/* A slot with a reserved bit, or with a bit above the word, is no record. */
static void tx_illegal(struct kunit *test)
{
	struct ov2_tx_checksum csum;
	struct ov2_tx_header hdr;
	struct ov2_tx_lso lso;
	int bit;

	for (bit = 0; bit < 32; bit++)
		KUNIT_EXPECT_EQ(test, ov2_tx_checksum_decode(BIT(bit), &csum),
				!(OV2_TX_CSUM_RESERVED & BIT(bit)));
	KUNIT_EXPECT_TRUE(test, ov2_tx_lso_decode(U32_MAX, &lso));
	if (!ABOVE_WORD)
		return;
	KUNIT_EXPECT_FALSE(test, ov2_tx_checksum_decode(ABOVE_WORD, &csum));
	KUNIT_EXPECT_FALSE(test, ov2_tx_header_decode(ABOVE_WORD, &hdr));
	KUNIT_EXPECT_FALSE(test, ov2_tx_lso_decode(ABOVE_WORD, &lso));
}

static struct kunit_case records_cases[] = {
	KUNIT_CASE(tx_header_words),
	KUNIT_CASE(tx_header_offsets),
	KUNIT_CASE(rx_result_words),
	KUNIT_CASE(rx_result_illegal),
	KUNIT_CASE(rx_result_not_done_is_zero),
	KUNIT_CASE(rx_header_words),
	KUNIT_CASE(tx_illegal),
	{}
};

static struct kunit_suite records_suite = {
	.name = "ov2_records",
	.test_cases = records_cases,
};

kunit_test_suite(records_suite);
