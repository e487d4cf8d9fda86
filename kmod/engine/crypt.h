/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CRYPT_H
#define _OV2_CRYPT_H

#include <crypto/aead.h>
#include <linux/scatterlist.h>

#include "member.h"

struct ov2_nbl;
struct sk_buff;

/* Bytes of an IPv6 header and of the longest AH header. AH is longest with
 * HMAC-SHA-512-256, and is padded to a multiple of 8 bytes.
 */
#define OV2_CRYPT_HEAD_MAX	(40 + 48)
/* AES-CBC */
#define OV2_CRYPT_IV_MAX	16
/* The digest of SHA-512. The ICV is the first part of a digest. */
#define OV2_CRYPT_DIGEST_MAX	64

/**
 * struct ov2_job - one member's work on one frame
 * @nbl: the NBL of the frame
 * @skb: the frame
 * @member: the member
 * @ip: bytes from skb->data to the IP header in front of the ESP or AH header
 * @header: bytes from skb->data to the ESP or AH header
 * @end: bytes from skb->data to the end of the packet, ICV included
 * @seq: sequence number, with its high half
 * @done: called with 0 or a negative errno, but only if the function that got
 *	the job returns -EINPROGRESS
 */
struct ov2_job {
	struct ov2_nbl *nbl;
	struct sk_buff *skb;
	struct ov2_member *member;
	unsigned int ip;
	unsigned int header;
	unsigned int end;
	u64 seq;
	void (*done)(struct ov2_nbl *nbl, int err);
};

/**
 * struct ov2_crypt - one job while the crypto API has it
 * @job: what is to be done; ov2_job.member lives as long as the NBL
 * @finish: what is left to do when the crypto API is done, or NULL
 * @size: bytes of this structure and of what lies behind it
 * @sg: maps the bytes for the cipher or hash: of @head, then of the frame, then
 *	of @tail. The array lies behind @req
 * @req: struct aead_request or struct ahash_request
 * @iv: explicit IV, OV2_CRYPT_IV_MAX bytes, aligned for the cipher. The cipher
 *	may change the bytes
 * @head: what is authenticated in front of the frame's bytes
 * @tail: AH only
 * @tail.seq_hi: high half of the number. With ESN it is authenticated behind
 *	the payload, but never sent
 * @tail.icv: the digest or authentication tag that the crypto API has computed
 */
struct ov2_crypt {
	struct ov2_job job;
	int (*finish)(struct ov2_crypt *crypt);
	size_t size;
	struct scatterlist *sg;
	void *req;
	u8 *iv;
	u8 head[OV2_CRYPT_HEAD_MAX] __aligned(8);
	struct {
		__be32 seq_hi;
		u8 icv[OV2_CRYPT_DIGEST_MAX];
	} tail;
};

struct ov2_crypt *ov2_crypt_alloc(const struct ov2_job *job,
				  unsigned int head_len, unsigned int from,
				  unsigned int tail_len);
void ov2_crypt_free(struct ov2_crypt *crypt);
int ov2_crypt_end(struct ov2_crypt *crypt, int err);
void ov2_crypt_complete(void *data, int err);
int ov2_crypt_hash(struct ov2_crypt *crypt, unsigned int len);
void ov2_crypt_exit(void);

/**
 * ov2_crypt_aead() - run an AEAD over head and frame
 * @crypt: from ov2_crypt_alloc(), with its head and IV filled in. When this
 *	returns, @crypt is freed, or the crypto API has it
 * @aad_len: number of bytes that are authenticated, but not encrypted
 * @len: number of bytes behind the first @aad_len bytes. They are encrypted or
 *	decrypted. When decrypting, @len includes the ICV
 * @op: crypto_aead_encrypt() or crypto_aead_decrypt()
 *
 * This function is inline, so that @op is called directly.
 *
 * Context: BH disabled.
 * Return: 0; -EINPROGRESS if the result goes to ov2_job.done, which may already
 * have been called when this returns; another negative errno if the job failed.
 */
static inline int
ov2_crypt_aead(struct ov2_crypt *crypt, unsigned int aad_len, unsigned int len,
	       int (*op)(struct aead_request *req))
{
	struct aead_request *req = crypt->req;
	int err;

	aead_request_set_tfm(req, crypt->job.member->transform.aead);
	aead_request_set_callback(req, 0, ov2_crypt_complete, crypt);
	aead_request_set_ad(req, aad_len);
	aead_request_set_crypt(req, crypt->sg, crypt->sg, len, crypt->iv);

	/* After -EINPROGRESS, @crypt and its NBL may be gone. */
	err = op(req);
	return err == -EINPROGRESS ? err : ov2_crypt_end(crypt, err);
}

#endif /* _OV2_CRYPT_H */
