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

#include "frame.h"
#include "sa.h"
#include "transform.h"

#define OV2_ESP_HDR_LEN		8
/* SPI, sequence number (4 or, with ESN, 8 bytes), explicit IV */
#define OV2_GCM_AAD_MAX		(4 + 8 + OV2_GCM_IV_LEN)

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
	ov2_crypt_done_t done;
	u8 aad[OV2_GCM_AAD_MAX];
	__be64 iv;
	struct scatterlist *sg;
	struct aead_request req;
};

/**
 * ov2_transform_key() - make an SA's transform
 * @sa: the SA; icv_len is set
 * @add: a request that ov2_add_sa_check() accepted, with its keys
 *
 * Process context, sleeps.
 *
 * The explicit IV is the 64-bit sequence number, which never repeats within
 * one SA, masked with a salt drawn here: a key that is added again, with its
 * numbers from the start, has other IVs then (INV-30).
 *
 * Return: 0 or a negative errno; -ENOENT if this kernel lacks the algorithm.
 */
int ov2_transform_key(struct ov2_sa *sa, const struct ov2_add_sa_ex *add)
{
	const struct ov2_algorithm_info *alg = &add->sec_assoc[0].encr;
	const u8 *key = (const u8 *)add + add->key_offset + alg->key_offset;
	struct crypto_aead *aead;
	int err;

	aead = crypto_alloc_aead("rfc4106(gcm(aes))", 0, 0);
	if (IS_ERR(aead))
		return PTR_ERR(aead);

	err = crypto_aead_setkey(aead, key, alg->key_len);
	if (!err)
		err = crypto_aead_setauthsize(aead, sa->icv_len);
	if (err) {
		crypto_free_aead(aead);
		return err;
	}

	get_random_bytes(&sa->iv_salt, sizeof(sa->iv_salt));
	sa->aead = aead;
	return 0;
}

/**
 * ov2_transform_free() - end of ov2_transform_key(); the key is wiped
 * @sa: the SA; it may have no transform
 *
 * Process context.
 */
void ov2_transform_free(struct ov2_sa *sa)
{
	crypto_free_aead(sa->aead);
	sa->aead = NULL;
}

static struct ov2_crypt *crypt_alloc(struct ov2_sa *sa, unsigned int nsg)
{
	size_t sg_offset = ALIGN(sizeof(struct ov2_crypt) +
				 crypto_aead_reqsize(sa->aead),
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
				  const struct ov2_sa *sa, u64 seq)
{
	u8 *p = crypt->aad;

	memcpy(p, &sa->key.spi, 4);
	p += 4;
	if (sa->esn) {
		put_unaligned_be64(seq, p);
		p += 8;
	} else {
		put_unaligned_be32(seq, p);
		p += 4;
	}
	memcpy(p, &crypt->iv, OV2_GCM_IV_LEN);
	return p + OV2_GCM_IV_LEN - crypt->aad;
}

static void crypt_complete(void *data, int err)
{
	struct ov2_crypt *crypt = data;
	struct ov2_nbl *nbl = crypt->nbl;
	ov2_crypt_done_t done = crypt->done;

	/* Only news: a request of the cipher's backlog was started. */
	if (err == -EINPROGRESS)
		return;

	kfree(crypt);
	done(nbl, err);
}

/* Makes the frame's bytes ours, and maps AAD, payload and ICV. */
static struct ov2_crypt *crypt_map(struct ov2_sa *sa, struct ov2_nbl *nbl,
				   const struct ov2_frame *frame)
{
	unsigned int offset = frame->ip + frame->ipsec + OV2_ESP_HDR_LEN +
			      OV2_GCM_IV_LEN;
	unsigned int len = frame->ip + frame->ip_len - offset;
	struct sk_buff *trailer;
	struct ov2_crypt *crypt;
	int nsg;

	nsg = skb_cow_data(nbl->skb, 0, &trailer);
	if (nsg < 0)
		return ERR_PTR(nsg);

	crypt = crypt_alloc(sa, nsg + 1);
	if (!crypt)
		return ERR_PTR(-ENOMEM);

	nsg = skb_to_sgvec(nbl->skb, crypt->sg + 1, offset, len);
	if (nsg < 0) {
		kfree(crypt);
		return ERR_PTR(nsg);
	}
	crypt->nbl = nbl;
	return crypt;
}

static int crypt_run(struct ov2_crypt *crypt, struct ov2_sa *sa, u64 seq,
		     unsigned int len, int (*op)(struct aead_request *req),
		     ov2_crypt_done_t done)
{
	unsigned int aad_len = crypt_set_aad(crypt, sa, seq);
	int err;

	sg_set_buf(crypt->sg, crypt->aad, aad_len);
	aead_request_set_tfm(&crypt->req, sa->aead);
	aead_request_set_callback(&crypt->req, 0, crypt_complete, crypt);
	aead_request_set_ad(&crypt->req, aad_len);
	aead_request_set_crypt(&crypt->req, crypt->sg, crypt->sg, len,
			       (u8 *)&crypt->iv);
	crypt->done = done;

	/* After -EINPROGRESS neither crypt nor NBL may be looked at. */
	err = op(&crypt->req);
	if (err != -EINPROGRESS)
		kfree(crypt);
	return err;
}

/**
 * ov2_transform_seal() - write IV, ciphertext and ICV into a frame
 * @sa: an outbound SA
 * @nbl: the frame, framed with trailer and room for IV and ICV
 * @frame: where things are in it; its lengths were checked
 * @seq: 64-bit sequence number
 * @done: called if the cipher completes later
 *
 * BH disabled.
 *
 * Return: 0; -EINPROGRESS if @done will be called with the result (it may
 * have been already); another negative errno.
 */
int ov2_transform_seal(struct ov2_sa *sa, struct ov2_nbl *nbl,
		       const struct ov2_frame *frame, u64 seq,
		       ov2_crypt_done_t done)
{
	unsigned int iv_offset = frame->ip + frame->ipsec + OV2_ESP_HDR_LEN;
	struct ov2_crypt *crypt = crypt_map(sa, nbl, frame);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	crypt->iv = cpu_to_be64(seq) ^ sa->iv_salt;
	err = skb_store_bits(nbl->skb, iv_offset, &crypt->iv, OV2_GCM_IV_LEN);
	if (err) {
		kfree(crypt);
		return err;
	}
	return crypt_run(crypt, sa, seq,
			 ov2_frame_esp_payload_len(frame, OV2_GCM_IV_LEN,
						   sa->icv_len),
			 crypto_aead_encrypt, done);
}

/**
 * ov2_transform_open() - verify and decrypt a frame in place
 * @sa: an inbound SA
 * @nbl: the frame
 * @frame: where things are in it; its lengths were checked
 * @seq: 64-bit sequence number
 * @done: called if the cipher completes later
 *
 * BH disabled.
 *
 * Return: as ov2_transform_seal(); -EBADMSG if the ICV is wrong.
 */
int ov2_transform_open(struct ov2_sa *sa, struct ov2_nbl *nbl,
		       const struct ov2_frame *frame, u64 seq,
		       ov2_crypt_done_t done)
{
	unsigned int iv_offset = frame->ip + frame->ipsec + OV2_ESP_HDR_LEN;
	struct ov2_crypt *crypt = crypt_map(sa, nbl, frame);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	err = skb_copy_bits(nbl->skb, iv_offset, &crypt->iv, OV2_GCM_IV_LEN);
	if (err) {
		kfree(crypt);
		return err;
	}
	return crypt_run(crypt, sa, seq,
			 ov2_frame_esp_payload_len(frame, OV2_GCM_IV_LEN,
						   sa->icv_len) + sa->icv_len,
			 crypto_aead_decrypt, done);
}
