// SPDX-License-Identifier: GPL-2.0
/* One request to the crypto API over the bytes of a frame, in place. */
#include <crypto/aead.h>
#include <crypto/hash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "crypt.h"
#include "member.h"
#include "../ov2/nbl.h"

/* One entry for the head, and one for the tail. In the tail the high half of
 * the number stands right before the ICV, so one entry covers both, or the ICV
 * alone.
 */
#define OWN_SG	2

static const struct ov2_transform *
crypt_transform(const struct ov2_crypt *crypt)
{
	return &crypt->job.member->transform;
}

static struct ov2_crypt *crypt_alloc(const struct ov2_transform *transform,
				     unsigned int nsg)
{
	/* A hash has no IV. */
	size_t iv_align = transform->aead ?
			  crypto_aead_alignmask(transform->aead) + 1 : 1;
	/* The crypto API wants its users to align the IV, and some ciphers want
	 * a larger alignment than kmalloc() gives.
	 */
	size_t req_offset = ALIGN(sizeof(struct ov2_crypt) + iv_align - 1 +
				  OV2_CRYPT_IV_MAX, CRYPTO_MINALIGN);
	size_t sg_offset = ALIGN(req_offset + transform->req_size,
				 __alignof__(struct scatterlist));
	struct ov2_crypt *crypt;

	crypt = kmalloc(sg_offset + array_size(nsg, sizeof(*crypt->sg)),
			GFP_ATOMIC);
	if (!crypt)
		return NULL;

	crypt->iv = PTR_ALIGN((u8 *)(crypt + 1), iv_align);
	crypt->req = (void *)crypt + req_offset;
	crypt->sg = (void *)crypt + sg_offset;
	crypt->finish = NULL;
	sg_init_table(crypt->sg, nsg);
	return crypt;
}

static int crypt_map(struct ov2_crypt *crypt, unsigned int head_len,
		     unsigned int payload)
{
	const struct ov2_job *job = &crypt->job;
	int nsg = 0;

	sg_set_buf(crypt->sg, crypt->head, head_len);
	if (job->end > payload)
		nsg = skb_to_sgvec_nomark(job->skb, crypt->sg + 1, payload,
					  job->end - payload);
	if (nsg < 0)
		return nsg;

	if (job->member->esn)
		sg_set_buf(crypt->sg + 1 + nsg, &crypt->tail,
			   sizeof(crypt->tail));
	else
		sg_set_buf(crypt->sg + 1 + nsg, crypt->tail.icv,
			   sizeof(crypt->tail.icv));
	sg_mark_end(crypt->sg + 1 + nsg);
	return 0;
}

/**
 * ov2_crypt_alloc() - make a frame's bytes writable, and map them
 * @job: what is to be done
 * @head_len: bytes of ov2_crypt.head that the cipher or hash runs over. The
 *	caller fills them in
 * @payload: bytes from skb->data to the first byte of the frame that the cipher
 *	or hash runs over. The last one is before ov2_job.end
 *
 * Context: BH disabled.
 * Return: the crypt, or an ERR_PTR().
 */
struct ov2_crypt *ov2_crypt_alloc(const struct ov2_job *job,
				  unsigned int head_len, unsigned int payload)
{
	struct sk_buff *trailer;
	struct ov2_crypt *crypt;
	int err;

	err = skb_cow_data(job->skb, 0, &trailer);
	if (err < 0)
		return ERR_PTR(err);

	crypt = crypt_alloc(&job->member->transform, err + OWN_SG);
	if (!crypt)
		return ERR_PTR(-ENOMEM);

	crypt->job = *job;
	err = crypt_map(crypt, head_len, payload);
	if (err) {
		ov2_crypt_free(crypt);
		return ERR_PTR(err);
	}
	return crypt;
}

/**
 * ov2_crypt_free() - end of ov2_crypt_alloc()
 * @crypt: what ov2_crypt_alloc() returned. The crypto API does not have it
 *
 * A cipher may leave a key in its request, as chacha20poly1305 leaves the key
 * of Poly1305. So the request is wiped, as by aead_request_free().
 *
 * Context: Any context.
 */
void ov2_crypt_free(struct ov2_crypt *crypt)
{
	memzero_explicit(crypt->req, crypt_transform(crypt)->req_size);
	kfree(crypt);
}

static int crypt_end(struct ov2_crypt *crypt, int err)
{
	if (!err && crypt->finish)
		err = crypt->finish(crypt);
	ov2_crypt_free(crypt);
	return err;
}

static void crypt_complete(void *data, int err)
{
	void (*done)(struct ov2_nbl *nbl, int err);
	struct ov2_crypt *crypt = data;
	struct ov2_nbl *nbl;

	/* -EINPROGRESS only tells us that a backlogged request was started. The
	 * real completion follows.
	 */
	if (err == -EINPROGRESS)
		return;

	nbl = crypt->job.nbl;
	done = crypt->job.done;
	done(nbl, crypt_end(crypt, err));
}

/**
 * ov2_crypt_aead() - run an AEAD over head and payload
 * @crypt: from ov2_crypt_alloc(), its head and IV filled in; taken
 * @aad_len: bytes that are authenticated only
 * @len: bytes behind them; with an ICV when decrypting
 * @op: crypto_aead_encrypt() or crypto_aead_decrypt()
 *
 * Context: BH disabled.
 * Return: 0; -EINPROGRESS if ov2_job.done will be called with the result (the
 * call may be over by now); another negative errno.
 */
int ov2_crypt_aead(struct ov2_crypt *crypt, unsigned int aad_len,
		   unsigned int len, int (*op)(struct aead_request *req))
{
	struct aead_request *req = crypt->req;
	int err;

	aead_request_set_tfm(req, crypt_transform(crypt)->aead);
	aead_request_set_callback(req, 0, crypt_complete, crypt);
	aead_request_set_ad(req, aad_len);
	aead_request_set_crypt(req, crypt->sg, crypt->sg, len, crypt->iv);

	/* After -EINPROGRESS, @crypt and its NBL may be gone. */
	err = op(req);
	return err == -EINPROGRESS ? err : crypt_end(crypt, err);
}

/**
 * ov2_crypt_hash() - run a hash over head, payload and, with ESN, the high half
 * @crypt: from ov2_crypt_alloc(), its head filled in; taken. The digest is put
 *	in ov2_crypt.tail
 * @len: bytes of all these together
 *
 * Context: BH disabled.
 * Return: as ov2_crypt_aead().
 */
int ov2_crypt_hash(struct ov2_crypt *crypt, unsigned int len)
{
	struct ahash_request *req = crypt->req;
	int err;

	ahash_request_set_tfm(req, crypt_transform(crypt)->hash);
	ahash_request_set_callback(req, 0, crypt_complete, crypt);
	ahash_request_set_crypt(req, crypt->sg, crypt->tail.icv, len);

	err = crypto_ahash_digest(req);
	return err == -EINPROGRESS ? err : crypt_end(crypt, err);
}
