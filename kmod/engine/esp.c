// SPDX-License-Identifier: GPL-2.0
/*
 * ESP (RFC 4303) by an AEAD of the kernel's crypto API, in place. In this API
 * even a cipher with a separate MAC is one AEAD. The engine has transforms of
 * its own and uses no code of xfrm, so that engine and xfrm check each other in
 * tests.
 *
 * A frame before ov2_esp_seal() and after it, in bytes from skb->data.
 * ov2_esp_open() goes the other way, and leaves IV and ICV where they are:
 *
 *	      ip          header        iv_offset payload_offset             end
 *	      v           v             v         v                            v
 *	| Eth | IP | UDP? | SPI, number | room    | payload, trailer | room    |
 *	| Eth | IP | UDP? | SPI, number | IV      | ciphertext       | ICV     |
 *	                    8 bytes       iv_len                       icv_len
 *
 * The AEAD authenticates the SPI and the number. In most AEAD templates of the
 * crypto API it also authenticates the IV. It changes the bytes from
 * payload_offset to end in place. Without ESN all these bytes are in the frame,
 * one behind the other, from header to end. With ESN the high half of the
 * number comes between SPI and low half. The high half is never sent, so SPI,
 * number and IV are built outside the frame:
 *
 *	| SPI | high half | low half | IV | payload, trailer | ICV |
 *	  4     4           4          iv_len
 *	|<------- ov2_crypt.head ------->|<------ the frame ------>|
 */
#include <crypto/aead.h>
#include <linux/skbuff.h>
#include <linux/unaligned.h>

#include "crypt.h"
#include "esp.h"
#include "frame.h"
#include "member.h"

static unsigned int job_iv_offset(const struct ov2_job *job)
{
	return job->header + OV2_ESP_HDR_LEN;
}

static unsigned int job_payload_offset(const struct ov2_job *job)
{
	return job_iv_offset(job) + job->member->transform.iv_len;
}

/* Returns the number of bytes in front of the payload that the AEAD gets: SPI,
 * sequence number and IV. All AEAD templates of the kernel expect the high half
 * of the number between the SPI and the low half. authencesn itself moves the
 * high half behind the payload, where a separate HMAC expects it. A template
 * that does not authenticate the IV skips the bytes of the IV.
 */
static unsigned int esp_aad_len(const struct ov2_job *job)
{
	return OV2_ESP_HDR_LEN + (job->member->esn ? 4 : 0) +
	       job->member->transform.iv_len;
}

static void esp_set_head(struct ov2_crypt *crypt)
{
	const struct ov2_job *job = &crypt->job;
	u8 *p = crypt->head;

	memcpy(p, &job->member->spi, 4);
	put_unaligned_be64(job->seq, p + 4);
	memcpy(p + 12, crypt->iv, job->member->transform.iv_len);
}

static struct ov2_crypt *esp_crypt_alloc(const struct ov2_job *job)
{
	if (job->member->esn)
		return ov2_crypt_alloc(job, esp_aad_len(job),
				       job_payload_offset(job), 0);
	return ov2_crypt_alloc(job, 0, job->header, 0);
}

/* Inline, so that the cipher's function is called directly. */
static __always_inline int
esp_crypt(struct ov2_crypt *crypt, unsigned int icv_len,
	  int (*op)(struct aead_request *req))
{
	const struct ov2_job *job = &crypt->job;

	if (job->member->esn)
		esp_set_head(crypt);
	return ov2_crypt_aead(crypt, esp_aad_len(job),
			      job->end - job_payload_offset(job) - icv_len,
			      op);
}

/* For most frames memcpy() is enough. skb_store_bits() also walks the fragments
 * of the sk_buff, but the IV is rarely in a fragment.
 */
static int esp_store_iv(const struct ov2_crypt *crypt)
{
	const struct ov2_job *job = &crypt->job;
	unsigned int iv_len = job->member->transform.iv_len;
	unsigned int offset = job_iv_offset(job);

	if (unlikely(offset + iv_len > skb_headlen(job->skb)))
		return skb_store_bits(job->skb, offset, crypt->iv, iv_len);
	memcpy(job->skb->data + offset, crypt->iv, iv_len);
	return 0;
}

/**
 * ov2_esp_seal() - write IV, ciphertext and ICV into a frame
 * @job: as for ov2_step_seal()
 *
 * Context: BH disabled.
 * Return: as ov2_step_seal().
 */
int ov2_esp_seal(const struct ov2_job *job)
{
	struct ov2_transform *transform = &job->member->transform;
	struct ov2_crypt *crypt = esp_crypt_alloc(job);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	err = ov2_transform_iv(transform, crypt->iv);
	if (!err)
		err = esp_store_iv(crypt);
	if (err) {
		ov2_crypt_free(crypt);
		return err;
	}
	return esp_crypt(crypt, transform->icv_len, crypto_aead_encrypt);
}

/**
 * ov2_esp_open() - verify and decrypt a frame in place
 * @job: as for ov2_step_open()
 *
 * Context: BH disabled.
 * Return: as ov2_step_open().
 */
int ov2_esp_open(const struct ov2_job *job)
{
	unsigned int iv_len = job->member->transform.iv_len;
	struct ov2_crypt *crypt = esp_crypt_alloc(job);
	const u8 *iv;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	iv = skb_header_pointer(job->skb, job_iv_offset(job), iv_len,
				crypt->iv);
	if (!iv) {
		ov2_crypt_free(crypt);
		return -EFAULT;
	}
	if (iv != crypt->iv)
		memcpy(crypt->iv, iv, iv_len);
	return esp_crypt(crypt, 0, crypto_aead_decrypt);
}
