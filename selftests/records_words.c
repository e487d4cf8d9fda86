// SPDX-License-Identifier: GPL-2.0
/*
 * The fields of ipsecov2.h are at the bits where the example words have them.
 *
 * The words are those of Documentation/ipsecov2.rst 1.3 and 1.5. Some words
 * stand for packets that this card does not make yet, so only this program
 * checks these words. The other words are also checked by records.py, on live
 * packets.
 */
#include <stdio.h>

#include <linux/ipsecov2.h>

/* Put a value in the field that a mask marks */
#define FIELD(mask, value)	((__u32)(value) * ((mask) & -(mask)) & (mask))
#define GET(mask, word)		(((word) & (mask)) / ((mask) & -(mask)))

#define RX(delete, done, next, status)				\
	(FIELD(OV2_RX_SA_DELETE_REQ, delete) |			\
	 FIELD(OV2_RX_CRYPTO_DONE, done) |			\
	 FIELD(OV2_RX_NEXT_CRYPTO_DONE, next) |			\
	 FIELD(OV2_RX_CRYPTO_STATUS, status))

/* Offsets in bytes */
#define TX_HDR(next_header, pad, ah, esp)			\
	(FIELD(OV2_TX_HDR_NEXT_HEADER, next_header) |		\
	 FIELD(OV2_TX_HDR_PAD_LENGTH, pad) |			\
	 FIELD(OV2_TX_HDR_AH_OFFSET, (ah) / 4) |		\
	 FIELD(OV2_TX_HDR_ESP_OFFSET, (esp) / 4))

#define RX_HDR(next_header, pad, set)				\
	(FIELD(OV2_RX_HDR_NEXT_HEADER, next_header) |		\
	 FIELD(OV2_RX_HDR_PAD_LENGTH, pad) |			\
	 FIELD(OV2_RX_HDR_INFO_SET, set))

enum { IPIP = 4, TCP = 6, UDP = 17 };

static const struct {
	const char *name;
	__u32 got;
	__u32 expected;
} words[] = {
	{ "untouched", RX(0, 0, 0, 0), 0x00000000 },
	{ "untouched, SA deletion requested", RX(1, 0, 0, 0), 0x00000001 },
	{ "one payload checked, good",
	  RX(0, 1, 0, OV2_CRYPTO_SUCCESS), 0x00000002 },
	{ "tunnel and transport checked, good",
	  RX(0, 1, 1, OV2_CRYPTO_SUCCESS), 0x00000006 },
	{ "transport ESP ICV bad",
	  RX(0, 1, 0, OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED), 0x00030002 },
	{ "tunnel ESP ICV bad, inner not checked",
	  RX(0, 1, 0, OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED), 0x00050002 },
	{ "tunnel good, inner transport ESP ICV bad",
	  RX(0, 1, 1, OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED), 0x00030006 },
	{ "bad lengths",
	  RX(0, 1, 0, OV2_CRYPTO_INVALID_PACKET_SYNTAX), 0x00060002 },
	{ "SA/packet protocol mismatch",
	  RX(0, 1, 0, OV2_CRYPTO_INVALID_PROTOCOL), 0x00070002 },
	{ "NextCryptoDone without CryptoDone (illegal)",
	  RX(0, 0, 1, 0), 0x00000004 },
	{ "IPv4 ESP, TCP, pad 2", TX_HDR(TCP, 2, 0, 20), 0x05000206 },
	{ "IPv6 ESP, UDP, pad 0", TX_HDR(UDP, 0, 0, 40), 0x0a000011 },
	{ "IPv4 UDP ESP, TCP, pad 3", TX_HDR(TCP, 3, 0, 28), 0x07000306 },
	{ "IPv4 AH ESP, TCP, pad 2", TX_HDR(TCP, 2, 20, 56), 0x0e050206 },
	{ "IPv6 AH only", TX_HDR(0, 0, 40, 0), 0x000a0000 },
	{ "IPv4 ESP tunnel, inner IPv4, pad 2",
	  TX_HDR(IPIP, 2, 0, 20), 0x05000204 },
	{ "received TCP, pad 2, valid", RX_HDR(TCP, 2, 1), 0x00010206 },
	{ "slot of the handle and of the result", OV2_INFO_IPSEC, 1 },
	{ "slot of the tunnel's handle", OV2_INFO_IPSEC_TUNNEL, 11 },
	{ "slot of the header", OV2_INFO_IPSEC_HEADER, 12 },
	{ "slot of the checksum", OV2_INFO_CHECKSUM, 0 },
	{ "slot of the large send", OV2_INFO_LSO, 2 },
	{ "largest ESP offset", GET(OV2_TX_HDR_ESP_OFFSET,
				    TX_HDR(0, 0, 0, 1020)) * 4, 1020 },
	{ "receive bits do not overlap and fill the word",
	  OV2_RX_SA_DELETE_REQ ^ OV2_RX_CRYPTO_DONE ^
	  OV2_RX_NEXT_CRYPTO_DONE ^ OV2_RX_RESERVED ^ OV2_RX_CRYPTO_STATUS,
	  0xffffffff },
	{ "header bits of transmit do not overlap and fill the word",
	  OV2_TX_HDR_NEXT_HEADER ^ OV2_TX_HDR_PAD_LENGTH ^
	  OV2_TX_HDR_AH_OFFSET ^ OV2_TX_HDR_ESP_OFFSET, 0xffffffff },
	{ "header bits of receive do not overlap and fill the word",
	  OV2_RX_HDR_NEXT_HEADER ^ OV2_RX_HDR_PAD_LENGTH ^
	  OV2_RX_HDR_INFO_SET ^ OV2_RX_HDR_RESERVED, 0xffffffff },
};

int main(void)
{
	const unsigned int count = sizeof(words) / sizeof(words[0]);
	unsigned int failed = 0, i;

	printf("KTAP version 1\n1..%u\n", count);
	for (i = 0; i < count; i++) {
		const int good = words[i].got == words[i].expected;

		if (!good)
			printf("# got 0x%08x, expected 0x%08x\n",
			       words[i].got, words[i].expected);
		printf("%s %u %s\n", good ? "ok" : "not ok", i + 1,
		       words[i].name);
		failed += !good;
	}
	printf("# Totals: pass:%u fail:%u xfail:0 xpass:0 skip:0 error:0\n",
	       count - failed, failed);
	return failed ? 1 : 0;
}
