// SPDX-License-Identifier: GPL-2.0
/*
 * ov2 keys: the keys of xfrm's states, so that Wireshark can decrypt the frames
 * on the wire. The keys come from the kernel, as for `ip xfrm state`. The
 * module gives out no keys.
 */
#include <linux/xfrm.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "commands.h"
#include "json.h"
#include "options.h"
#include "xfrm.h"

/* Two digits for each byte of the longest key, "0x", and the 0 at the end */
#define KEYS_HEX	(2 * 128 + 3)
#define KEYS_LINE	1024

/* The algorithms that Wireshark 4.4 knows, and its names for them (in
 * packet-ipsec.c). @icv: bits of the ICV, 0 for any length
 */
static const struct known {
	const char *kernel;
	unsigned int icv;
	const char *wireshark;
} keys_known[] = {
	{ "rfc4106(gcm(aes))", 64, "AES-GCM with 8 octet ICV [RFC4106]" },
	{ "rfc4106(gcm(aes))", 96, "AES-GCM with 12 octet ICV [RFC4106]" },
	{ "rfc4106(gcm(aes))", 128, "AES-GCM with 16 octet ICV [RFC4106]" },
	{ "cbc(aes)", 0, "AES-CBC [RFC3602]" },
	{ "rfc3686(ctr(aes))", 0, "AES-CTR [RFC3686]" },
	{ "cbc(des)", 0, "DES-CBC [RFC2405]" },
	{ "cbc(des3_ede)", 0, "TripleDES-CBC [RFC2451]" },
	{ "ecb(cipher_null)", 0, "NULL" },
	{ "hmac(md5)", 96, "HMAC-MD5-96 [RFC2403]" },
	{ "hmac(sha1)", 96, "HMAC-SHA-1-96 [RFC2404]" },
	{ "hmac(sha256)", 96,
	  "HMAC-SHA-256-96 [draft-ietf-ipsec-ciph-sha-256-00]" },
	{ "hmac(sha256)", 128, "HMAC-SHA-256-128 [RFC4868]" },
	{ "hmac(sha384)", 192, "HMAC-SHA-384-192 [RFC4868]" },
	{ "hmac(sha512)", 256, "HMAC-SHA-512-256 [RFC4868]" },
};

static const char *keys_name(const char *kernel, unsigned int icv)
{
	unsigned int i;

	for (i = 0; i < sizeof(keys_known) / sizeof(keys_known[0]); i++)
		if (!strcmp(keys_known[i].kernel, kernel) &&
		    (!keys_known[i].icv || keys_known[i].icv == icv))
			return keys_known[i].wireshark;
	return NULL;
}

/**
 * struct keys - one of the two algorithms of a state
 * @kernel: the kernel's name, or NULL if the state has no such algorithm
 * @name: Wireshark's name, or NULL if Wireshark does not know the algorithm
 * @hex: the key
 */
struct keys {
	const char *kernel;
	const char *name;
	char hex[KEYS_HEX];
};

static void keys_take(struct keys *keys, const char *kernel, unsigned int icv,
		      const char *key, unsigned int bits)
{
	unsigned int i, bytes = bits / 8;

	keys->kernel = kernel;
	keys->name = keys_name(kernel, icv);
	keys->hex[0] = 0;
	/* Wireshark knows no algorithm whose key is longer than keys->hex. */
	if (2 * bytes + 3 > sizeof(keys->hex))
		keys->name = NULL;
	if (!keys->name || !bytes)
		return;
	strcpy(keys->hex, "0x");
	for (i = 0; i < bytes; i++)
		sprintf(keys->hex + 2 + 2 * i, "%02x", (unsigned char)key[i]);
}

/**
 * struct row - what Wireshark's table needs of a state
 * @encr: the cipher, or the AEAD
 * @auth: the authentication
 * @esn: the sequence numbers have 64 bits
 * @high: the high half of the present sequence number
 */
struct row {
	struct keys encr;
	struct keys auth;
	bool esn;
	uint32_t high;
};

static void keys_read(const struct nlmsghdr *nlh, struct row *row)
{
	const struct xfrm_replay_state_esn *esn;
	const struct xfrm_algo_auth *trunc;
	const struct xfrm_algo_aead *aead;
	const struct xfrm_algo *algorithm;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct xfrm_usersa_info)) {
		const void *payload = mnl_attr_get_payload(attr);

		switch (mnl_attr_get_type(attr)) {
		case XFRMA_ALG_AEAD:
			aead = payload;
			keys_take(&row->encr, aead->alg_name,
				  aead->alg_icv_len, aead->alg_key,
				  aead->alg_key_len);
			break;
		case XFRMA_ALG_CRYPT:
			algorithm = payload;
			keys_take(&row->encr, algorithm->alg_name, 0,
				  algorithm->alg_key, algorithm->alg_key_len);
			break;
		case XFRMA_ALG_AUTH_TRUNC:
			trunc = payload;
			keys_take(&row->auth, trunc->alg_name,
				  trunc->alg_trunc_len, trunc->alg_key,
				  trunc->alg_key_len);
			break;
		case XFRMA_REPLAY_ESN_VAL:
			/* A state has one direction, so the half for the other
			 * direction is 0.
			 */
			esn = payload;
			row->high = esn->seq_hi | esn->oseq_hi;
			break;
		}
	}
}

static void keys_print(const struct xfrm_usersa_info *info,
		       const struct row *row)
{
	char src[XFRM_ADDRESS_TEXT], dst[XFRM_ADDRESS_TEXT], line[KEYS_LINE];

	xfrm_address_text(info->family, &info->saddr, src);
	xfrm_address_text(info->family, &info->id.daddr, dst);
	snprintf(line, sizeof(line),
		 "\"%s\",\"%s\",\"%s\",\"0x%08x\",\"%s\",\"%s\",\"%s\",\"%s\",\"%s\",\"%#x\"",
		 info->family == AF_INET6 ? "IPv6" : "IPv4", src, dst,
		 ntohl(info->id.spi), row->encr.name, row->encr.hex,
		 row->auth.kernel ? row->auth.name : "NULL",
		 row->auth.kernel ? row->auth.hex : "",
		 row->esn ? "64-bit" : "32-bit", row->high);
	if (!options.json) {
		puts(line);
		return;
	}
	json_open(NULL, '{');
	json_string("src", src);
	json_string("dst", dst);
	json_number("spi", ntohl(info->id.spi));
	json_string("esp_sa", line);
	json_close('}');
}

static int keys_state(const struct nlmsghdr *nlh, void *data)
{
	const struct xfrm_usersa_info *info = mnl_nlmsg_get_payload(nlh);
	unsigned int *shown = data;
	struct row row = {
		.esn = info->flags & XFRM_STATE_ESN,
	};

	if (nlh->nlmsg_type != XFRM_MSG_NEWSA || info->id.proto != IPPROTO_ESP)
		return 0;
	keys_read(nlh, &row);
	/* A larval state has no key yet. */
	if (!row.encr.kernel)
		return 0;
	if (!row.encr.name || (row.auth.kernel && !row.auth.name)) {
		warn("Wireshark cannot decrypt SPI %#x: it does not know %s with this ICV",
		     ntohl(info->id.spi),
		     row.encr.name ? row.auth.kernel : row.encr.kernel);
		return 0;
	}
	keys_print(info, &row);
	(*shown)++;
	return 0;
}

static enum status keys_run(int count, char **words)
{
	unsigned int shown = 0;
	enum status status;

	if (count)
		return wrong_use("keys takes no word, and got '%s'", words[0]);
	if (!options.wireshark)
		return wrong_use("keys needs --wireshark, the only form that it knows");
	if (options.json)
		json_open(NULL, '[');
	status = xfrm_states(keys_state, &shown);
	if (options.json)
		json_close(']');
	if (!status)
		warn("the keys of %u SAs: anyone who has them can read what the SAs protect; delete this output after use",
		     shown);
	return status;
}

const struct command command_keys = {
	.name = "keys",
	.words = "--wireshark",
	.about = "the keys of xfrm's states, for Wireshark",
	.run = keys_run,
};
