// SPDX-License-Identifier: GPL-2.0
/*
 * ESP with AES-GCM (RFC 4106) by the kernel's crypto API, in place. The
 * transforms are the engine's own, so that what xfrm computes and what the
 * engine computes check each other.
 */
#include <crypto/aead.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/unaligned.h>

#include "sa.h"
#include "transform.h"

#define OV2_ESP_HDR_LEN		8
/* AES-GCM in ESP: explicit IV of RFC 4106 section 3.1 */
#define OV2_GCM_IV_LEN		8
/* SPI, sequence number (4 or, with ESN, 8 bytes), explicit IV */
#define OV2_GCM_AAD_MAX		(4 + 8 + OV2_GCM_IV_LEN)
/* RFC 4303 section 2.4 */
#define OV2_ESP_ALIGN		4

/**
 * struct ov2_crypt - one request to the cipher
 * @nbl: the frame that it is for
 * @done: called when it completes later
 * @aad: what is authenticated in front of the payload
 * @iv: explicit IV
 * @sg: @aad, then the payload with its ICV; behind @req
 * @req: the request
 */
struct ov2_crypt {
	struct ov2_nbl *nbl;
	void (*done)(struct ov2_nbl *nbl, int err);
	u8 aad[OV2_GCM_AAD_MAX];
	__be64 iv;
	struct scatterlist *sg;
	struct aead_request req;
};

/**
 * ov2_transform_init() - make a transform, with its keys
 * @transform: zeroed
 * @add: a request that ov2_add_sa_check() accepted
 * @assoc: the security association of @add that it is for
 *
 * Process context, sleeps.
 *
 * The explicit IV is the 64-bit sequence number, which never repeats within
 * one SA, masked with a salt drawn here: a key that is added again, with its
 * numbers from the start, has other IVs then (INV-30).
 *
 * Return: 0 or a negative errno; -ENOENT if this kernel lacks the algorithm.
 */
int ov2_transform_init(struct ov2_transform *transform,
		       const struct ov2_add_sa_ex *add,
		       const struct ov2_security_association *assoc)
{
	const struct ov2_algorithm_info *alg = &assoc->encr;
	const u8 *key = (const u8 *)add + add->key_offset + alg->key_offset;
	struct crypto_aead *aead;
	int err;

	aead = crypto_alloc_aead("rfc4106(gcm(aes))", 0, 0);
	if (IS_ERR(aead))
		return PTR_ERR(aead);

	err = crypto_aead_setkey(aead, key, alg->key_len);
	if (!err)
		err = crypto_aead_setauthsize(aead, alg->additional_info);
	if (err) {
		crypto_free_aead(aead);
		return err;
	}

	get_random_bytes(&transform->iv_salt, sizeof(transform->iv_salt));
	transform->iv_len = OV2_GCM_IV_LEN;
	transform->icv_len = alg->additional_info;
	transform->align = OV2_ESP_ALIGN;
	transform->aead = aead;
	return 0;
}

/**
 * ov2_transform_destroy() - end of ov2_transform_init(); the key is wiped
 * @transform: it; it may never have been made
 *
 * Process context.
 */
void ov2_transform_destroy(struct ov2_transform *transform)
{
	crypto_free_aead(transform->aead);
	transform->aead = NULL;
}

static struct ov2_crypt *crypt_alloc(const struct ov2_transform *transform,
				     unsigned int nsg)
{
	size_t sg_offset = ALIGN(sizeof(struct ov2_crypt) +
				 crypto_aead_reqsize(transform->aead),
				 __alignof__(struct scatterlist));
	struct ov2_crypt *crypt;

	crypt = kmalloc(sg_offset + array_size(nsg, sizeof(*crypt->sg)),
			GFP_ATOMIC);
	if (!crypt)
		return NULL;

	crypt->sg = (void *)crypt + sg_offset;
	sg_init_table(crypt->sg, nsg);
	return crypt;
}

/* RFC 4106 section 5; the cipher's template takes the IV as the last of it */
static unsigned int crypt_set_aad(struct ov2_crypt *crypt,
				  const struct ov2_job *job)
{
	u8 *p = crypt->aad;

	memcpy(p, &job->member->spi, 4);
	p += 4;
	if (job->member->esn) {
		put_unaligned_be64(job->seq, p);
		p += 8;
	} else {
		put_unaligned_be32(job->seq, p);
		p += 4;
	}
	memcpy(p, &crypt->iv, OV2_GCM_IV_LEN);
	return p + OV2_GCM_IV_LEN - crypt->aad;
}

static void crypt_complete(void *data, int err)
{
	void (*done)(struct ov2_nbl *nbl, int err);
	struct ov2_crypt *crypt = data;
	struct ov2_nbl *nbl;

	/* Only news: a request of the cipher's backlog was started. */
	if (err == -EINPROGRESS)
		return;

	nbl = crypt->nbl;
	done = crypt->done;
	kfree(crypt);
	done(nbl, err);
}

static unsigned int job_iv_offset(const struct ov2_job *job)
{
	return job->header + OV2_ESP_HDR_LEN;
}

/* Bytes behind the IV, ICV included. */
static unsigned int job_len(const struct ov2_job *job)
{
	return job->end - job_iv_offset(job) - OV2_GCM_IV_LEN;
}

/* Makes the frame's bytes ours, and maps AAD, payload and ICV. */
static struct ov2_crypt *crypt_map(const struct ov2_job *job)
{
	struct sk_buff *trailer;
	struct ov2_crypt *crypt;
	int nsg;

	nsg = skb_cow_data(job->skb, 0, &trailer);
	if (nsg < 0)
		return ERR_PTR(nsg);

	crypt = crypt_alloc(&job->member->transform, nsg + 1);
	if (!crypt)
		return ERR_PTR(-ENOMEM);

	nsg = skb_to_sgvec(job->skb, crypt->sg + 1,
			   job_iv_offset(job) + OV2_GCM_IV_LEN, job_len(job));
	if (nsg < 0) {
		kfree(crypt);
		return ERR_PTR(nsg);
	}
	crypt->nbl = job->nbl;
	crypt->done = job->done;
	return crypt;
}

static int crypt_run(struct ov2_crypt *crypt, const struct ov2_job *job,
		     unsigned int len, int (*op)(struct aead_request *req))
{
	unsigned int aad_len = crypt_set_aad(crypt, job);
	int err;

	sg_set_buf(crypt->sg, crypt->aad, aad_len);
	aead_request_set_tfm(&crypt->req, job->member->transform.aead);
	aead_request_set_callback(&crypt->req, 0, crypt_complete, crypt);
	aead_request_set_ad(&crypt->req, aad_len);
	aead_request_set_crypt(&crypt->req, crypt->sg, crypt->sg, len,
			       (u8 *)&crypt->iv);

	/* After -EINPROGRESS neither crypt nor NBL may be looked at. */
	err = op(&crypt->req);
	if (err != -EINPROGRESS)
		kfree(crypt);
	return err;
}

/**
 * ov2_transform_seal() - write IV, ciphertext and ICV into a frame
 * @job: what is to be done; the frame has its trailer and room for IV and ICV,
 *	and its lengths were checked
 *
 * BH disabled. @job is the caller's again when this returns.
 *
 * Return: 0; -EINPROGRESS if ov2_job.done will be called with the result (it
 * may have been already); another negative errno.
 */
int ov2_transform_seal(const struct ov2_job *job)
{
	const struct ov2_transform *transform = &job->member->transform;
	struct ov2_crypt *crypt = crypt_map(job);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	crypt->iv = cpu_to_be64(job->seq) ^ transform->iv_salt;
	err = skb_store_bits(job->skb, job_iv_offset(job), &crypt->iv,
			     OV2_GCM_IV_LEN);
	if (err) {
		kfree(crypt);
		return err;
	}
	return crypt_run(crypt, job, job_len(job) - transform->icv_len,
			 crypto_aead_encrypt);
}

/**
 * ov2_transform_open() - verify and decrypt a frame in place
 * @job: what is to be done; the frame's lengths were checked
 *
 * BH disabled. @job is the caller's again when this returns.
 *
 * Return: as ov2_transform_seal(); -EBADMSG if the ICV is wrong.
 */
int ov2_transform_open(const struct ov2_job *job)
{
	struct ov2_crypt *crypt = crypt_map(job);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	err = skb_copy_bits(job->skb, job_iv_offset(job), &crypt->iv,
			    OV2_GCM_IV_LEN);
	if (err) {
		kfree(crypt);
		return err;
	}
	return crypt_run(crypt, job, job_len(job), crypto_aead_decrypt);
}
