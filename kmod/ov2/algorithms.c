// SPDX-License-Identifier: GPL-2.0
/* The algorithms of IPsecOV2 and of the extensions, as their RFCs have them. */
#include <linux/array_size.h>

#include "algorithms.h"

/* RFC 4303 2.4: ESP ends on a multiple of 4 bytes, whatever the cipher */
#define ESP_ALIGN	4
/* RFC 4106 3.1, 4309 3.1, 3686 3.1, 7634 2, 4543 3.1 */
#define COUNTER_IV	8

#define NULL_CIPHER(_id)						\
	{ .id = (_id), .kind = OV2_ALGORITHM_CIPHER, .align = ESP_ALIGN }
#define DES_CBC(_id, key)						\
	{ .id = (_id), .kind = OV2_ALGORITHM_CIPHER, .key_len = (key),	\
	  .iv_len = 8, .align = 8, .iv_random = true }
#define AES_CBC(_id, key)						\
	{ .id = (_id), .kind = OV2_ALGORITHM_CIPHER, .key_len = (key),	\
	  .iv_len = 16, .align = 16, .iv_random = true }
#define CTR(_id, key)							\
	{ .id = (_id), .kind = OV2_ALGORITHM_CIPHER, .key_len = (key),	\
	  .iv_len = COUNTER_IV, .align = ESP_ALIGN }
#define COMBINED(_id, key, icv)						\
	{ .id = (_id), .kind = OV2_ALGORITHM_COMBINED, .key_len = (key), \
	  .iv_len = COUNTER_IV, .icv_len = (icv), .align = ESP_ALIGN }

static const struct ov2_algorithm encr_algorithms[] = {
	/* RFC 2410 */
	NULL_CIPHER(OV2_ENCR_NONE),
	/* RFC 2405, 2451, 3602 */
	DES_CBC(OV2_ENCR_DES_CBC, 8),
	DES_CBC(OV2_ENCR_3_DES_CBC, 24),
	AES_CBC(OV2_ENCR_AES_CBC_128, 16),
	AES_CBC(OV2_ENCR_AES_CBC_192, 24),
	AES_CBC(OV2_ENCR_AES_CBC_256, 32),
	/* RFC 3686: 4 bytes of nonce */
	CTR(OV2_EXT_ENCR_AES_CTR_128, 16 + 4),
	CTR(OV2_EXT_ENCR_AES_CTR_192, 24 + 4),
	CTR(OV2_EXT_ENCR_AES_CTR_256, 32 + 4),
	/* RFC 4106: 4 bytes of salt */
	COMBINED(OV2_ENCR_AES_GCM_128, 16 + 4, 0),
	COMBINED(OV2_ENCR_AES_GCM_192, 24 + 4, 0),
	COMBINED(OV2_ENCR_AES_GCM_256, 32 + 4, 0),
	/* RFC 4309: 3 bytes of salt */
	COMBINED(OV2_EXT_ENCR_AES_CCM_128, 16 + 3, 0),
	COMBINED(OV2_EXT_ENCR_AES_CCM_192, 24 + 3, 0),
	COMBINED(OV2_EXT_ENCR_AES_CCM_256, 32 + 3, 0),
	/* RFC 7634: 4 bytes of salt */
	COMBINED(OV2_EXT_ENCR_CHACHA20_POLY1305, 32 + 4, 16),
};

#define HMAC(_id, key, icv)						\
	{ .id = (_id), .kind = OV2_ALGORITHM_HMAC, .key_len = (key),	\
	  .icv_len = (icv) }
#define GMAC(_id, key)							\
	{ .id = (_id), .kind = OV2_ALGORITHM_GMAC, .key_len = (key),	\
	  .iv_len = COUNTER_IV, .icv_len = 16 }

static const struct ov2_algorithm auth_algorithms[] = {
	/* RFC 2403, 2404, 4868 (Q18) */
	HMAC(OV2_AUTH_MD5, 16, 12),
	HMAC(OV2_AUTH_SHA_1, 20, 12),
	HMAC(OV2_AUTH_SHA_256, 32, 16),
	HMAC(OV2_EXT_AUTH_SHA_384, 48, 24),
	HMAC(OV2_EXT_AUTH_SHA_512, 64, 32),
	/* RFC 4543: 4 bytes of salt */
	GMAC(OV2_AUTH_AES_GCM_128, 16 + 4),
	GMAC(OV2_AUTH_AES_GCM_192, 24 + 4),
	GMAC(OV2_AUTH_AES_GCM_256, 32 + 4),
};

static const struct ov2_algorithm *find(const struct ov2_algorithm *algorithms,
					size_t count, u32 id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (algorithms[i].id == id)
			return &algorithms[i];
	return NULL;
}

/**
 * ov2_encr_algorithm() - an algorithm of the field EncryptionAlgorithm
 * @id: any value
 *
 * Context: Any context.
 * Return: it, or NULL if @id is not exactly one known bit.
 */
const struct ov2_algorithm *ov2_encr_algorithm(u32 id)
{
	return find(encr_algorithms, ARRAY_SIZE(encr_algorithms), id);
}

/**
 * ov2_auth_algorithm() - an algorithm of the field AuthenticationAlgorithm
 * @id: any value
 *
 * Context: Any context.
 * Return: it, or NULL if @id is not exactly one known bit.
 */
const struct ov2_algorithm *ov2_auth_algorithm(u32 id)
{
	return find(auth_algorithms, ARRAY_SIZE(auth_algorithms), id);
}
