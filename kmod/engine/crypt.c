// SPDX-License-Identifier: GPL-2.0
/*
 * Makes one request to the crypto API, which works on the bytes of a frame in
 * place. A "crypt" is struct ov2_crypt with the memory behind it.
 */
#include <crypto/hash.h>
#include <linux/cpumask.h>
#include <linux/lockdep.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "crypt.h"
#include "member.h"
#include "../ov2/nbl.h"

/* A new crypt has at least STOCK_SIZE bytes, which is enough for a linear frame
 * and a usual cipher. If a frame needs a larger crypt, the CPU keeps the larger
 * crypt for later frames. A frame whose sk_buff has very many fragments may
 * need a crypt that is larger than STOCK_SIZE_MAX. Such a crypt is freed when
 * the frame is done.
 */
#define STOCK_SIZE	1024
#define STOCK_SIZE_MAX	4096

/* Each CPU keeps one crypt. If a cipher completes at once, the next frame takes
 * the same crypt, and nothing is allocated. If a cipher completes later, its
 * crypt is in use until then, and meanwhile the CPU allocates other crypts. So
 * no code has to know beforehand whether a cipher will complete at once, and
 * the memory does not grow with the number of SAs.
 */
static DEFINE_PER_CPU(struct ov2_crypt *, crypt_stock);

static const struct ov2_transform *
crypt_transform(const struct ov2_crypt *crypt)
{
	return &crypt->job.member->transform;
}

static struct ov2_crypt *crypt_stock_take(size_t size)
{
	struct ov2_crypt *crypt = this_cpu_xchg(crypt_stock, NULL);

	if (likely(crypt && crypt->size >= size))
		return crypt;

	kfree(crypt);
	size = max_t(size_t, size, STOCK_SIZE);
	crypt = kmalloc(size, GFP_ATOMIC);
	if (crypt)
		crypt->size = size;
	return crypt;
}

static void crypt_stock_give(struct ov2_crypt *crypt)
{
	if (crypt->size > STOCK_SIZE_MAX ||
	    this_cpu_cmpxchg(crypt_stock, NULL, crypt))
		kfree(crypt);
}

static struct ov2_crypt *crypt_take(const struct ov2_transform *transform,
				    unsigned int nsg)
{
	size_t req_offset = ALIGN(sizeof(struct ov2_crypt) +
				  transform->iv_align - 1 + OV2_CRYPT_IV_MAX,
				  CRYPTO_MINALIGN);
	size_t sg_offset = ALIGN(req_offset + transform->req_size,
				 __alignof__(struct scatterlist));
	struct ov2_crypt *crypt;

	crypt = crypt_stock_take(sg_offset + nsg * sizeof(*crypt->sg));
	if (!crypt)
		return NULL;

	crypt->iv = PTR_ALIGN((u8 *)(crypt + 1), transform->iv_align);
	crypt->req = (void *)crypt + req_offset;
	crypt->sg = (void *)crypt + sg_offset;
	crypt->finish = NULL;
	return crypt;
}

static noinline int crypt_own_copy(struct sk_buff *skb)
{
	struct sk_buff *trailer;

	return skb_cow_data(skb, 0, &trailer);
}

/* Makes sure that the memory of the frame belongs to the frame alone. Returns
 * the number of pieces that this memory has, or a negative errno. A head that
 * no clone shares belongs to the frame alone. A page of the frame may also
 * belong to the page cache (sendfile()) or to the queue of TCP, so
 * skb_cow_data() copies the bytes of pages.
 */
static int crypt_own(struct sk_buff *skb)
{
	if (likely(!skb_cloned(skb) && !skb_is_nonlinear(skb)))
		return 1;
	return crypt_own_copy(skb);
}

/* Sets one entry of a scatterlist. A frame has few entries. To call
 * sg_init_table() for each frame would cost more than to set these entries.
 */
static struct scatterlist *crypt_add(struct scatterlist *sg, const void *buf,
				     unsigned int len)
{
	*sg = (struct scatterlist) {};
	sg_set_buf(sg, buf, len);
	return sg + 1;
}

static int crypt_map(struct ov2_crypt *crypt, unsigned int pieces,
		     unsigned int head_len, unsigned int from,
		     unsigned int tail_len)
{
	const struct ov2_job *job = &crypt->job;
	struct scatterlist *sg = crypt->sg;
	unsigned int len = job->end - from;
	int nsg;

	if (head_len)
		sg = crypt_add(sg, crypt->head, head_len);
	if (len && likely(!skb_is_nonlinear(job->skb))) {
		sg = crypt_add(sg, job->skb->data + from, len);
	} else if (len) {
		memset(sg, 0, pieces * sizeof(*sg));
		nsg = skb_to_sgvec_nomark(job->skb, sg, from, len);
		if (nsg < 0)
			return nsg;
		sg += nsg;
	}
	if (tail_len)
		sg = crypt_add(sg, (u8 *)(&crypt->tail + 1) - tail_len,
			       tail_len);
	sg_mark_end(sg - 1);
	return 0;
}

/**
 * ov2_crypt_alloc() - make a frame's bytes writable, and map them
 * @job: what is to be done
 * @head_len: bytes of ov2_crypt.head that the cipher or hash runs over, or 0.
 *	The caller fills in these bytes after this call
 * @from: bytes from skb->data to where the cipher or hash begins in the frame.
 *	The cipher or hash runs from there up to ov2_job.end
 * @tail_len: bytes at the end of ov2_crypt.tail that are mapped behind the
 *	bytes of the frame, or 0. With ESN these bytes begin with the high half.
 *	With GMAC they end with the room for the authentication tag
 *
 * The frame's head may move.
 *
 * Context: BH disabled.
 * Return: the crypt, or an ERR_PTR().
 */
struct ov2_crypt *ov2_crypt_alloc(const struct ov2_job *job,
				  unsigned int head_len, unsigned int from,
				  unsigned int tail_len)
{
	struct ov2_crypt *crypt;
	int pieces;
	int err;

	lockdep_assert_in_softirq();
	pieces = crypt_own(job->skb);
	if (pieces < 0)
		return ERR_PTR(pieces);

	crypt = crypt_take(&job->member->transform,
			   !!head_len + pieces + !!tail_len);
	if (!crypt)
		return ERR_PTR(-ENOMEM);

	crypt->job = *job;
	err = crypt_map(crypt, pieces, head_len, from, tail_len);
	if (err) {
		ov2_crypt_free(crypt);
		return ERR_PTR(err);
	}
	return crypt;
}

/**
 * ov2_crypt_free() - undo ov2_crypt_alloc()
 * @crypt: what ov2_crypt_alloc() returned; the crypto API must be done with it
 *
 * A cipher may leave a key in its part of the request. For example,
 * chacha20poly1305 leaves the key of Poly1305 there. So this function wipes
 * this part after each frame, like aead_request_free(). After that a frame of
 * another SA may use the crypt. Some ciphers have no such part.
 *
 * Context: Any context.
 */
void ov2_crypt_free(struct ov2_crypt *crypt)
{
	const struct ov2_transform *transform = crypt_transform(crypt);

	if (transform->ctx_size)
		memzero_explicit(crypt->req + transform->req_size -
				 transform->ctx_size, transform->ctx_size);
	crypt_stock_give(crypt);
}

/**
 * ov2_crypt_exit() - free the crypts that the CPUs keep
 *
 * Context: Process context, at module exit. No job is left.
 */
void ov2_crypt_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kfree(per_cpu(crypt_stock, cpu));
}

/**
 * ov2_crypt_end() - finish a job when the crypto API is done with its crypt
 * @crypt: the crypt. This function frees it
 * @err: what the crypto API returned
 *
 * Context: Any context except hard interrupts.
 * Return: 0 or a negative errno: the result of the job.
 */
int ov2_crypt_end(struct ov2_crypt *crypt, int err)
{
	if (!err && crypt->finish)
		err = crypt->finish(crypt);
	ov2_crypt_free(crypt);
	return err;
}

/**
 * ov2_crypt_complete() - called by the crypto API if a request does not
 *	complete at once
 * @data: the crypt. This function frees it, unless @err is -EINPROGRESS
 * @err: the result
 *
 * -EINPROGRESS only tells us that a backlogged request was started. The real
 * completion follows.
 *
 * Context: Any context except hard interrupts.
 */
void ov2_crypt_complete(void *data, int err)
{
	void (*done)(struct ov2_nbl *nbl, int err);
	struct ov2_crypt *crypt = data;
	struct ov2_nbl *nbl;

	if (err == -EINPROGRESS)
		return;

	nbl = crypt->job.nbl;
	done = crypt->job.done;
	done(nbl, ov2_crypt_end(crypt, err));
}

/**
 * ov2_crypt_hash() - run a hash over head, frame and, with ESN, the high half
 * @crypt: from ov2_crypt_alloc(), with its head filled in. The digest goes into
 *	ov2_crypt.tail. When this returns, @crypt is freed, or the crypto API
 *	has it
 * @len: bytes of head, frame and high half together
 *
 * Context: BH disabled.
 * Return: as ov2_crypt_aead().
 */
int ov2_crypt_hash(struct ov2_crypt *crypt, unsigned int len)
{
	struct ahash_request *req = crypt->req;
	int err;

	ahash_request_set_tfm(req, crypt_transform(crypt)->hash);
	ahash_request_set_callback(req, 0, ov2_crypt_complete, crypt);
	ahash_request_set_crypt(req, crypt->sg, crypt->tail.icv, len);

	err = crypto_ahash_digest(req);
	return err == -EINPROGRESS ? err : ov2_crypt_end(crypt, err);
}
