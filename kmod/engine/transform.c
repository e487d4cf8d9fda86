// SPDX-License-Identifier: GPL-2.0
/* Makes and frees transforms. A transform is the algorithms of a member, with
 * their keys.
 */
#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <crypto/hash.h>
#include <linux/minmax.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "../ov2/algorithms.h"
#include "probe.h"
#include "transform.h"

static const u8 *add_key(const struct ov2_add_sa_ex *add,
			 const struct ov2_algorithm_info *info)
{
	return (const u8 *)add + add->key_offset + info->key_offset;
}

/* The crypto API takes the keys of cipher and MAC in one piece. */
static int aead_set_two_keys(struct crypto_aead *aead,
			     const struct ov2_add_sa_ex *add,
			     const struct ov2_security_association *assoc)
{
	struct {
		struct rtattr attr;
		struct crypto_authenc_key_param param;
		u8 keys[];
	} *blob;
	u32 auth_len = assoc->auth.key_len;
	u32 encr_len = assoc->encr.key_len;
	size_t len = sizeof(*blob) + auth_len + encr_len;
	int err;

	BUILD_BUG_ON(sizeof(*blob) != RTA_SPACE(sizeof(blob->param)));
	blob = kmalloc(len, GFP_KERNEL);
	if (!blob)
		return -ENOMEM;

	blob->attr.rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
	blob->attr.rta_len = RTA_LENGTH(sizeof(blob->param));
	blob->param.enckeylen = cpu_to_be32(encr_len);
	memcpy(blob->keys, add_key(add, &assoc->auth), auth_len);
	memcpy(blob->keys + auth_len, add_key(add, &assoc->encr), encr_len);
	err = crypto_aead_setkey(aead, (u8 *)blob, len);
	kfree_sensitive(blob);
	return err;
}

static int aead_set_key(struct crypto_aead *aead,
			const struct ov2_add_sa_ex *add,
			const struct ov2_algorithm_info *info)
{
	return crypto_aead_setkey(aead, add_key(add, info), info->key_len);
}

static int transform_aead(struct ov2_transform *transform, const char *name)
{
	struct crypto_aead *aead = crypto_alloc_aead(name, 0, 0);

	if (IS_ERR(aead))
		return PTR_ERR(aead);

	transform->aead = aead;
	transform->ctx_size = crypto_aead_reqsize(aead);
	transform->req_size = sizeof(struct aead_request) + transform->ctx_size;
	transform->iv_align = crypto_aead_alignmask(aead) + 1;
	return crypto_aead_setauthsize(aead, transform->icv_len);
}

static int transform_hash(struct ov2_transform *transform, const char *name)
{
	struct crypto_ahash *hash = crypto_alloc_ahash(name, 0, 0);

	if (IS_ERR(hash))
		return PTR_ERR(hash);

	transform->hash = hash;
	transform->ctx_size = crypto_ahash_reqsize(hash);
	transform->req_size = sizeof(struct ahash_request) +
			      transform->ctx_size;
	/* A hash has no IV. */
	transform->iv_align = 1;
	return 0;
}

static int ah_init(struct ov2_transform *transform,
		   const struct ov2_add_sa_ex *add,
		   const struct ov2_security_association *assoc)
{
	const struct ov2_algorithm_info *info = &assoc->auth;
	const struct ov2_algorithm *auth = ov2_auth_algorithm(info->identifier);
	int err;

	if (!auth)
		return -ENOENT;

	transform->iv_len = auth->iv_len;
	transform->icv_len = auth->icv_lens[0];
	if (auth->kind == OV2_ALGORITHM_GMAC) {
		err = transform_aead(transform, auth->name);
		return err ?: aead_set_key(transform->aead, add, info);
	}
	err = transform_hash(transform, auth->name);
	return err ?: crypto_ahash_setkey(transform->hash, add_key(add, info),
					  info->key_len);
}

static int esp_set_key(struct ov2_transform *transform,
		       const struct ov2_add_sa_ex *add,
		       const struct ov2_security_association *assoc,
		       const struct ov2_algorithm *auth)
{
	if (!auth)
		return aead_set_key(transform->aead, add, &assoc->encr);
	if (auth->kind == OV2_ALGORITHM_GMAC)
		return aead_set_key(transform->aead, add, &assoc->auth);
	return aead_set_two_keys(transform->aead, add, assoc);
}

/* An add without a cipher means the null cipher. With a combined mode, the
 * integrity algorithm of the add is ignored (INV-21).
 */
static int esp_init(struct ov2_transform *transform,
		    const struct ov2_add_sa_ex *add,
		    const struct ov2_security_association *assoc)
{
	u32 encr_id = assoc->encr.identifier ?: OV2_ENCR_NONE;
	const struct ov2_algorithm *encr = ov2_encr_algorithm(encr_id);
	const struct ov2_algorithm *auth = NULL;
	char name[CRYPTO_MAX_ALG_NAME];
	int err;

	if (!encr)
		return -ENOENT;
	if (encr->kind != OV2_ALGORITHM_COMBINED)
		auth = ov2_auth_algorithm(assoc->auth.identifier);
	if (!ov2_kernel_aead_name(encr, auth, assoc->flags & OV2_SEC_ASSOC_ESN,
				  name))
		return -ENOENT;

	transform->iv_len = encr->iv_len;
	if (auth && auth->kind == OV2_ALGORITHM_GMAC)
		transform->iv_len = auth->iv_len;
	transform->iv_random = encr->iv_random;
	transform->align = encr->align;
	transform->icv_len = auth ? auth->icv_lens[0] :
				    assoc->encr.additional_info;
	err = transform_aead(transform, name);
	return err ?: esp_set_key(transform, add, assoc, auth);
}

/**
 * ov2_transform_init() - make a transform, with its keys
 * @transform: zeroed
 * @add: a request that ov2_add_sa_check() accepted
 * @assoc: the security association of @add that the transform is for
 *
 * Context: Process context, sleeps.
 * Return: 0 or a negative errno; -ENOENT if this kernel lacks the algorithm.
 */
int ov2_transform_init(struct ov2_transform *transform,
		       const struct ov2_add_sa_ex *add,
		       const struct ov2_security_association *assoc)
{
	int err;

	might_sleep();
	if (assoc->operation == OV2_OPERATION_AH)
		err = ah_init(transform, add, assoc);
	else
		err = esp_init(transform, add, assoc);
	/* Only an outbound SA makes IVs. */
	if (!err && transform->iv_len && !transform->iv_random &&
	    !(add->flags & OV2_SA_INBOUND))
		err = ov2_iv_counter_init(&transform->ivs);
	if (err)
		ov2_transform_destroy(transform);
	return err;
}

/**
 * ov2_transform_destroy() - undo ov2_transform_init(); the keys are wiped
 * @transform: a transform that was made, or is still zeroed
 *
 * Context: Process context.
 */
void ov2_transform_destroy(struct ov2_transform *transform)
{
	ov2_iv_counter_destroy(&transform->ivs);
	crypto_free_aead(transform->aead);
	crypto_free_ahash(transform->hash);
	transform->aead = NULL;
	transform->hash = NULL;
}

/* get_random_u64() takes bytes from a batch that the CPU has drawn beforehand.
 * get_random_bytes() would compute a block of ChaCha20 for each IV
 * (Documentation/performance.rst, "A shorter way for most frames").
 */
static void transform_random_iv(u8 *iv, unsigned int len)
{
	unsigned int part;
	u64 word;

	for (; len; len -= part, iv += part) {
		part = min_t(unsigned int, len, sizeof(word));
		word = get_random_u64();
		memcpy(iv, &word, part);
	}
}

/**
 * ov2_transform_iv() - make an explicit IV for a frame
 * @transform: of an outbound SA
 * @iv: filled in with ov2_transform.iv_len bytes, which may be 0
 *
 * An IV of CBC must be unpredictable (RFC 3602 3). An IV of a counter mode must
 * be used only once under one key.
 *
 * Context: BH disabled.
 * Return: 0, or -EOVERFLOW if the SA has no IV left.
 */
int ov2_transform_iv(struct ov2_transform *transform, u8 *iv)
{
	if (transform->iv_random)
		transform_random_iv(iv, transform->iv_len);
	else if (transform->iv_len)
		return ov2_iv_counter_next(&transform->ivs, iv);
	return 0;
}
