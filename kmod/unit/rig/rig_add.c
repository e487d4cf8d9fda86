// SPDX-License-Identifier: GPL-2.0
/* Makes the requests with which tests add an SA. */
#include "rig.h"
#include "rig_add.h"
#include "rig_frame.h"
#include "rig_request.h"

/* The first byte of a key; @number is ov2_rig_sa.key. Each further byte is
 * larger by one.
 */
#define RIG_KEY_START(number)	(0x11 + 29 * (number))
/* Bytes of salt behind a key of AES-GCM (RFC 4106 section 8.1) */
#define RIG_GCM_SALT_LEN	4
/* Bytes of salt behind a key of ChaCha20-Poly1305 (RFC 7634 section 2) */
#define RIG_CHACHA_SALT_LEN	4

/* Returns the length of the key, with the salt, for the algorithm @bit.
 * @smallest is the same algorithm with a key of 128 bits.
 */
static unsigned int gcm_key_len(u32 bit, u32 smallest)
{
	return 16 + 8 * (ffs(bit) - ffs(smallest)) + RIG_GCM_SALT_LEN;
}

static unsigned int encr_key_len(u32 encr)
{
	switch (encr) {
	case OV2_ENCR_DES_CBC:
		return 8;
	case OV2_ENCR_3_DES_CBC:
		return 24;
	case OV2_ENCR_AES_CBC_128:
		return 16;
	case OV2_ENCR_AES_CBC_192:
		return 24;
	case OV2_ENCR_AES_CBC_256:
		return 32;
	case OV2_ENCR_AES_GCM_128:
	case OV2_ENCR_AES_GCM_192:
	case OV2_ENCR_AES_GCM_256:
		return gcm_key_len(encr, OV2_ENCR_AES_GCM_128);
	case OV2_EXT_ENCR_CHACHA20_POLY1305:
		return 32 + RIG_CHACHA_SALT_LEN;
	default:
		return 0;
	}
}

static unsigned int auth_key_len(u32 auth)
{
	switch (auth) {
	case OV2_AUTH_MD5:
		return 16;
	case OV2_AUTH_SHA_1:
		return 20;
	case OV2_AUTH_SHA_256:
		return 32;
	case OV2_AUTH_AES_GCM_128:
	case OV2_AUTH_AES_GCM_192:
	case OV2_AUTH_AES_GCM_256:
		return gcm_key_len(auth, OV2_AUTH_AES_GCM_128);
	default:
		return 0;
	}
}

static void rig_add_key(struct ov2_rig_request *rr,
			struct ov2_algorithm_info *alg, u32 identifier,
			unsigned int len)
{
	alg->identifier = identifier;
	alg->key_len = len;
	alg->key_offset = len ? rr->add.key_len : 0;
	rr->add.key_len += len;
}

static struct ov2_security_association *
rig_add_assoc(struct ov2_rig_request *rr, const struct ov2_rig_sa *sa,
	      u32 operation, u32 spi)
{
	struct ov2_security_association *assoc;

	assoc = &rr->add.sec_assoc[rr->add.num_ext_hdrs++];
	assoc->flags = sa->esn ? OV2_SEC_ASSOC_ESN : 0;
	assoc->operation = operation;
	assoc->spi = cpu_to_be32(spi);
	assoc->seq_hi = sa->seq_hi;
	return assoc;
}

static void rig_add_esp(struct ov2_rig_request *rr,
			const struct ov2_rig_sa *sa)
{
	struct ov2_security_association *assoc;

	assoc = rig_add_assoc(rr, sa, OV2_OPERATION_ESP, sa->spi);
	rig_add_key(rr, &assoc->encr, sa->encr, encr_key_len(sa->encr));
	rig_add_key(rr, &assoc->auth, sa->auth, auth_key_len(sa->auth));
	if (!sa->auth)
		assoc->encr.additional_info = sa->icv_len;
}

static void rig_add_ah(struct ov2_rig_request *rr, const struct ov2_rig_sa *sa)
{
	struct ov2_security_association *assoc;

	assoc = rig_add_assoc(rr, sa, OV2_OPERATION_AH, sa->ah_spi);
	rig_add_key(rr, &assoc->auth, sa->ah_auth, auth_key_len(sa->ah_auth));
}

static void rig_add_addresses(struct ov2_add_sa_ex *add,
			      const struct ov2_rig_sa *sa)
{
	if (sa->ipv6) {
		add->flags |= OV2_SA_IPV6;
		ov2_rig_ipv6(&add->v6.src, sa->net, 1);
		ov2_rig_ipv6(&add->v6.dst, sa->net, 2);
	} else {
		add->v4.src = ov2_rig_ipv4(sa->net, 1);
		add->v4.dst = ov2_rig_ipv4(sa->net, 2);
	}
}

/**
 * ov2_rig_add_new() - allocate a request that adds an SA
 * @rig: the rig that will submit the request; the request is freed with this
 *	rig
 * @sa: the SA
 * @inbound: true if @rig receives with the SA, false if @rig sends with it
 *
 * Context: Process context.
 * Return: the request (OV2_OID_ADD_SA_EX).
 */
struct ov2_rig_request *ov2_rig_add_new(struct ov2_rig *rig,
					const struct ov2_rig_sa *sa,
					bool inbound)
{
	struct ov2_rig_request *rr;
	unsigned int i;

	rr = ov2_rig_request_new(rig, OV2_OID_ADD_SA_EX);
	rr->add.header.type = OV2_OBJECT_TYPE_DEFAULT;
	rr->add.header.revision = OV2_REVISION_1;
	rr->add.header.size = sizeof(rr->add);
	rr->add.flags = inbound ? OV2_SA_INBOUND : 0;
	rig_add_addresses(&rr->add, sa);
	rr->add.udp_esp = sa->udp_esp;
	if (!sa->ah_only)
		rig_add_esp(rr, sa);
	if (sa->ah_auth)
		rig_add_ah(rr, sa);
	rr->add.key_offset = offsetof(struct ov2_rig_request, keys) -
			     offsetof(struct ov2_rig_request, add);
	for (i = 0; i < OV2_RIG_KEYS_MAX; i++)
		rr->keys[i] = RIG_KEY_START(sa->key) + i;

	rr->req.add = &rr->add;
	rr->req.len = rr->add.key_offset + rr->add.key_len;
	rr->req.ext = &rr->ext;
	rr->ext.mode = sa->tunnel ? OV2_SA_TUNNEL : OV2_SA_TRANSPORT;
	rr->ext.udp_dport = cpu_to_be16(sa->udp_dport);
	rr->ext.seq_lo = sa->seq_lo;
	rr->ext.allow_twin = true;
	rr->ext.window = sa->window;
	return rr;
}
