// SPDX-License-Identifier: GPL-2.0
/*
 * What an engine must check of an SA request before it believes it: NDIS
 * validates nothing (direct OID requests; INV-20, INV-21).
 */
#include <linux/bitops.h>
#include <linux/overflow.h>

#include "requests.h"

static const u32 gcm_key_len[] = { 16, 24, 32 };

static bool header_ok(const struct ov2_add_sa_ex *add)
{
	return add->header.type == OV2_OBJECT_TYPE_DEFAULT &&
	       add->header.revision >= OV2_REVISION_1 &&
	       add->header.size >= sizeof(*add);
}

static bool key_area_ok(const struct ov2_add_sa_ex *add, size_t len)
{
	return add->key_offset >= sizeof(*add) && add->key_offset <= len &&
	       add->key_len && add->key_len <= len - add->key_offset;
}

static bool key_in_area(const struct ov2_add_sa_ex *add,
			const struct ov2_algorithm_info *alg)
{
	return alg->key_len && alg->key_offset <= add->key_len &&
	       alg->key_len <= add->key_len - alg->key_offset;
}

static u32 gcm_key_len_of(u32 identifier)
{
	return gcm_key_len[ffs(identifier) - ffs(OV2_ENCR_AES_GCM_128)] +
	       OV2_GCM_SALT_LEN;
}

/* AuthenticationAlgorithm is ignored with a combined mode (INV-21). */
static enum ov2_status esp_check(const struct ov2_add_sa_ex *add,
				 const struct ov2_security_association *sa,
				 const struct ov2_capabilities *caps)
{
	const struct ov2_algorithm_info *alg = &sa->encr;

	if (hweight32(alg->identifier) != 1)
		return OV2_STATUS_INVALID_DATA;
	if (!(alg->identifier & caps->encr))
		return OV2_STATUS_NOT_SUPPORTED;
	if (!key_in_area(add, alg) ||
	    alg->key_len != gcm_key_len_of(alg->identifier))
		return OV2_STATUS_INVALID_DATA;
	if (alg->additional_info != 8 && alg->additional_info != 12 &&
	    alg->additional_info != 16)
		return OV2_STATUS_INVALID_DATA;
	return OV2_STATUS_SUCCESS;
}

static enum ov2_status sec_assoc_check(const struct ov2_add_sa_ex *add,
				       const struct ov2_capabilities *caps)
{
	const struct ov2_security_association *sa = &add->sec_assoc[0];

	if (add->num_ext_hdrs < 1 || add->num_ext_hdrs > OV2_MAX_EXT_HEADERS)
		return OV2_STATUS_INVALID_DATA;
	if (sa->flags & ~OV2_SEC_ASSOC_ESN)
		return OV2_STATUS_INVALID_DATA;
	if (sa->flags & OV2_SEC_ASSOC_ESN && !caps->esn)
		return OV2_STATUS_NOT_SUPPORTED;
	if (add->num_ext_hdrs == 2 && !caps->ah_esp_combined)
		return OV2_STATUS_NOT_SUPPORTED;

	switch (sa->operation) {
	case OV2_OPERATION_ESP:
		return caps->esp ? esp_check(add, sa, caps) :
				   OV2_STATUS_NOT_SUPPORTED;
	case OV2_OPERATION_AH:
		return OV2_STATUS_NOT_SUPPORTED;
	default:
		return OV2_STATUS_INVALID_DATA;
	}
}

/**
 * ov2_add_sa_check() - is an ADD_SA_EX request well formed and supported?
 * @add: the request, with its key area behind it
 * @len: bytes of both
 * @caps: what the engine can do; one that offers AH, bundles or other
 *	algorithms than AES-GCM needs more checks than these
 *
 * Any context. Source: INV-20 and INV-21.
 *
 * Return: OV2_STATUS_SUCCESS; INVALID_LENGTH if the buffer is too short for
 * the structure, INVALID_DATA if a field is out of bounds, NOT_SUPPORTED if
 * it is well formed and @caps do not have it.
 */
enum ov2_status ov2_add_sa_check(const struct ov2_add_sa_ex *add, size_t len,
				 const struct ov2_capabilities *caps)
{
	if (len < sizeof(*add))
		return OV2_STATUS_INVALID_LENGTH;
	if (!header_ok(add) || !key_area_ok(add, len))
		return OV2_STATUS_INVALID_DATA;
	if (add->flags & ~(OV2_SA_INBOUND | OV2_SA_IPV6))
		return OV2_STATUS_INVALID_DATA;
	if (add->flags & OV2_SA_IPV6 && !caps->ipv6)
		return OV2_STATUS_NOT_SUPPORTED;
	if (hweight32(add->udp_esp) > 1)
		return OV2_STATUS_INVALID_DATA;
	if (add->udp_esp & ~caps->udp_esp)
		return OV2_STATUS_NOT_SUPPORTED;
	return sec_assoc_check(add, caps);
}
