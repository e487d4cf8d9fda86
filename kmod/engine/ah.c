// SPDX-License-Identifier: GPL-2.0
/*
 * AH (RFC 4302): the ICV is computed over a copy of the headers, and over the
 * payload in place. In the copy, the fields that may change on the way are
 * zero.
 *
 * ov2_ah_open() changes no byte of a frame. A frame before ov2_ah_seal() and
 * after it, in bytes from skb->data:
 *
 *	      ip   header                   field_offset                     end
 *	      v    v                        v                                  v
 *	| Eth | IP | next, len, SPI, number | room                 | payload   |
 *	| Eth | IP | next, len, SPI, number | IV? | ICV      | pad | payload   |
 *	             OV2_AH_HDR_LEN           iv_len, icv_len
 *	           |<----------------- ov2_ah_len() -------------->|
 *
 * Only GMAC has an IV here. "pad" fills the header up to a multiple of 4 bytes
 * in IPv4, and of 8 bytes in IPv6 (RFC 4302 2.6). The ICV is computed over:
 *
 *	| IP | next, len, SPI, number | IV, ICV: 0 | pad | payload | high half |
 *	|<--------------- ov2_crypt.head --------------->| frame   | .tail     |
 *
 * Without ESN there is no high half.
 */
#include <crypto/aead.h>
#include <crypto/utils.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>

#include "ah.h"
#include "crypt.h"
#include "member.h"

#define OV2_AH_HDR_LEN	12
/* RFC 4302 2.2 */
#define AH_ALIGN_IPV4	4
#define AH_ALIGN_IPV6	8
/* The GMAC of the crypto API was made for ESP. It takes 16 bytes as associated
 * data (in ESP: SPI, number and IV), and authenticates associated data and
 * payload alike. So AH may pass any 16 bytes as associated data. ah_crypt()
 * passes the first 16 bytes of the IP header.
 */
#define GMAC_AAD_LEN	16

/**
 * ov2_ah_len() - compute the length of an AH header with its ICV and padding
 * @transform: the transform of an AH member
 * @ipv6: the IP header in front of the AH header is an IPv6 header
 *
 * RFC 4302 2.6 forbids more padding than the alignment needs.
 *
 * Context: Any context.
 * Return: the number of bytes.
 */
unsigned int ov2_ah_len(const struct ov2_transform *transform, bool ipv6)
{
	return ALIGN(OV2_AH_HDR_LEN + transform->iv_len + transform->icv_len,
		     ipv6 ? AH_ALIGN_IPV6 : AH_ALIGN_IPV4);
}

static unsigned int job_ip_len(const struct ov2_job *job)
{
	return job->header - job->ip;
}

static bool job_ipv6(const struct ov2_job *job)
{
	return job_ip_len(job) == sizeof(struct ipv6hdr);
}

static unsigned int job_ah_len(const struct ov2_job *job)
{
	return ov2_ah_len(&job->member->transform, job_ipv6(job));
}

static unsigned int job_field_offset(const struct ov2_job *job)
{
	return job->header + OV2_AH_HDR_LEN;
}

/* RFC 4302 3.3.3.1.1 */
static void zero_mutable_ipv4(struct iphdr *ip)
{
	ip->tos = 0;
	ip->frag_off = 0;
	ip->ttl = 0;
	ip->check = 0;
}

/* RFC 4302 3.3.3.1.2 */
static void zero_mutable_ipv6(struct ipv6hdr *ip)
{
	ip->priority = 0;
	memset(ip->flow_lbl, 0, sizeof(ip->flow_lbl));
	ip->hop_limit = 0;
}

/* The whole ICV field is zero for the computation (RFC 4302 3.3.3). With GMAC
 * this field consists of the IV and the authentication tag (RFC 4543 section
 * 4). The padding behind the field is authenticated as it is. Erratum 3643 says
 * that IPv6 needs this padding.
 */
static int ah_set_head(struct ov2_crypt *crypt)
{
	const struct ov2_job *job = &crypt->job;
	const struct ov2_transform *transform = &job->member->transform;
	unsigned int ip_len = job_ip_len(job);
	int err;

	err = skb_copy_bits(job->skb, job->ip, crypt->head,
			    ip_len + job_ah_len(job));
	if (err)
		return err;

	if (job_ipv6(job))
		zero_mutable_ipv6((struct ipv6hdr *)crypt->head);
	else
		zero_mutable_ipv4((struct iphdr *)crypt->head);
	memset(crypt->head + ip_len + OV2_AH_HDR_LEN, 0,
	       transform->iv_len + transform->icv_len);
	crypt->tail.seq_hi = cpu_to_be32(upper_32_bits(job->seq));
	return 0;
}

/* The engine does not handle IPv4 options and IPv6 extension headers. */
static bool ah_job_ok(const struct ov2_job *job)
{
	unsigned int ip_len = job_ip_len(job);

	return (ip_len == sizeof(struct iphdr) ||
		ip_len == sizeof(struct ipv6hdr)) &&
	       job->end >= job->header + job_ah_len(job);
}

static struct ov2_crypt *ah_crypt_alloc(const struct ov2_job *job,
					int (*finish)(struct ov2_crypt *crypt))
{
	unsigned int tail_len = job->member->esn ?
				sizeof_field(struct ov2_crypt, tail) :
				sizeof_field(struct ov2_crypt, tail.icv);
	struct ov2_crypt *crypt;
	int err;

	if (!ah_job_ok(job))
		return ERR_PTR(-EINVAL);

	crypt = ov2_crypt_alloc(job, job_ip_len(job) + job_ah_len(job),
				job->header + job_ah_len(job), tail_len);
	if (IS_ERR(crypt))
		return crypt;

	crypt->finish = finish;
	err = ah_set_head(crypt);
	if (err) {
		ov2_crypt_free(crypt);
		return ERR_PTR(err);
	}
	return crypt;
}

/* GMAC encrypts nothing, but the crypto API computes the ICV of GMAC only in a
 * request to encrypt. So a received frame is "encrypted" like a frame to be
 * sent, and then ah_compare() compares the computed ICV with the received ICV.
 */
static int ah_crypt(struct ov2_crypt *crypt)
{
	const struct ov2_job *job = &crypt->job;
	unsigned int len = job->end - job->ip + (job->member->esn ? 4 : 0);

	if (!job->member->transform.aead)
		return ov2_crypt_hash(crypt, len);
	return ov2_crypt_aead(crypt, GMAC_AAD_LEN, len - GMAC_AAD_LEN,
			      crypto_aead_encrypt);
}

static int ah_store(struct ov2_crypt *crypt)
{
	const struct ov2_job *job = &crypt->job;
	const struct ov2_transform *transform = &job->member->transform;

	return skb_store_bits(job->skb,
			      job_field_offset(job) + transform->iv_len,
			      crypt->tail.icv, transform->icv_len);
}

static int ah_compare(struct ov2_crypt *crypt)
{
	const struct ov2_job *job = &crypt->job;
	const struct ov2_transform *transform = &job->member->transform;
	u8 icv[OV2_CRYPT_DIGEST_MAX];
	int err;

	err = skb_copy_bits(job->skb, job_field_offset(job) + transform->iv_len,
			    icv, transform->icv_len);
	if (err)
		return err;
	return crypto_memneq(icv, crypt->tail.icv, transform->icv_len) ?
	       -EBADMSG : 0;
}

/**
 * ov2_ah_seal() - write the ICV field of a frame
 * @job: as for ov2_step_seal(). The ICV field is overwritten. The padding
 *	behind this field is not changed
 *
 * Context: BH disabled.
 * Return: as ov2_step_seal().
 */
int ov2_ah_seal(const struct ov2_job *job)
{
	struct ov2_transform *transform = &job->member->transform;
	struct ov2_crypt *crypt = ah_crypt_alloc(job, ah_store);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	err = ov2_transform_iv(transform, crypt->iv);
	if (!err)
		err = skb_store_bits(job->skb, job_field_offset(job), crypt->iv,
				     transform->iv_len);
	if (err) {
		ov2_crypt_free(crypt);
		return err;
	}
	return ah_crypt(crypt);
}

/**
 * ov2_ah_open() - verify the ICV field of a frame
 * @job: as for ov2_step_open()
 *
 * Context: BH disabled.
 * Return: as ov2_step_open().
 */
int ov2_ah_open(const struct ov2_job *job)
{
	struct ov2_crypt *crypt = ah_crypt_alloc(job, ah_compare);
	int err;

	if (IS_ERR(crypt))
		return PTR_ERR(crypt);

	err = skb_copy_bits(job->skb, job_field_offset(job), crypt->iv,
			    job->member->transform.iv_len);
	if (err) {
		ov2_crypt_free(crypt);
		return err;
	}
	return ah_crypt(crypt);
}
