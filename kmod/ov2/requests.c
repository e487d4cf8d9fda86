// SPDX-License-Identifier: GPL-2.0
/*
 * The checks that an engine must make before it uses an SA request, because
 * NDIS does not validate direct OID requests (INV-20, INV-21). A malformed
 * request ends with another status than a well formed request for something
 * that the engine does not support.
 */
#include <linux/bitops.h>
#include <linux/string.h>

#include "algorithms.h"
#include "requests.h"

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
			const struct ov2_algorithm_info *info)
{
	return info->key_offset <= add->key_len &&
	       info->key_len <= add->key_len - info->key_offset;
}

static bool absent(const struct ov2_algorithm_info *info)
{
	return !memchr_inv(info, 0, sizeof(*info));
}

/* An identifier must be exactly one bit, and the engine must offer this bit. An
 * engine never offers unknown bits.
 */
static enum ov2_status identifier_check(u32 identifier, u32 offered)
{
	if (hweight32(identifier) != 1)
		return OV2_STATUS_INVALID_DATA;
	return identifier & offered ? OV2_STATUS_SUCCESS :
				      OV2_STATUS_NOT_SUPPORTED;
}

/* Null encryption has no key. An absent cipher has the identifier 0, and no key
 * either. All other algorithms have a key.
 */
static enum ov2_status key_check(const struct ov2_add_sa_ex *add,
				 const struct ov2_algorithm_info *info,
				 const struct ov2_algorithm *algorithm)
{
	if (info->key_len != ov2_algorithm_key_len(algorithm, info->identifier))
		return OV2_STATUS_INVALID_DATA;
	if (info->key_len && !key_in_area(add, info))
		return OV2_STATUS_INVALID_DATA;
	return OV2_STATUS_SUCCESS;
}

static enum ov2_status auth_check(const struct ov2_add_sa_ex *add,
				  const struct ov2_algorithm_info *info,
				  const struct ov2_capabilities *caps)
{
	enum ov2_status status = identifier_check(info->identifier, caps->auth);
	const struct ov2_algorithm *auth = ov2_auth_algorithm(info->identifier);

	if (status != OV2_STATUS_SUCCESS)
		return status;
	return auth ? key_check(add, info, auth) : OV2_STATUS_NOT_SUPPORTED;
}

/* AdditionalInfo is the ICV's length (ipsecov2.rst Q5). */
static enum ov2_status combined_check(const struct ov2_add_sa_ex *add,
				      const struct ov2_algorithm_info *info,
				      const struct ov2_algorithm *encr)
{
	if (!ov2_algorithm_icv_ok(encr, info->additional_info))
		return OV2_STATUS_INVALID_DATA;
	return key_check(add, info, encr);
}

/* Encryption without integrity is not safe. Version 1 of the interface forbade
 * it. Version 2 lists it, but this engine does not support it. GMAC goes with
 * null encryption only (RFC 4543).
 */
static enum ov2_status separate_check(const struct ov2_add_sa_ex *add,
				      const struct ov2_security_association *sa,
				      const struct ov2_capabilities *caps)
{
	u32 cipher = sa->encr.identifier & ~OV2_ENCR_NONE;
	const struct ov2_algorithm *auth;
	enum ov2_status status;

	if (absent(&sa->auth))
		return cipher ? OV2_STATUS_NOT_SUPPORTED :
				OV2_STATUS_INVALID_DATA;
	status = auth_check(add, &sa->auth, caps);
	if (status != OV2_STATUS_SUCCESS)
		return status;

	auth = ov2_auth_algorithm(sa->auth.identifier);
	return cipher && auth->kind == OV2_ALGORITHM_GMAC ?
	       OV2_STATUS_NOT_SUPPORTED : OV2_STATUS_SUCCESS;
}

/* A request for authentication alone has either the identifier of null
 * encryption, or no cipher. Both mean the same. With a combined mode, @sa->auth
 * is ignored (INV-21).
 */
static enum ov2_status esp_check(const struct ov2_add_sa_ex *add,
				 const struct ov2_security_association *sa,
				 const struct ov2_capabilities *caps)
{
	u32 id = absent(&sa->encr) ? OV2_ENCR_NONE : sa->encr.identifier;
	const struct ov2_algorithm *encr = ov2_encr_algorithm(id);
	enum ov2_status status;

	if (!caps->esp)
		return OV2_STATUS_NOT_SUPPORTED;
	status = identifier_check(id, caps->encr);
	if (status != OV2_STATUS_SUCCESS)
		return status;
	if (!encr)
		return OV2_STATUS_NOT_SUPPORTED;
	if (encr->kind == OV2_ALGORITHM_COMBINED)
		return combined_check(add, &sa->encr, encr);

	status = key_check(add, &sa->encr, encr);
	return status == OV2_STATUS_SUCCESS ? separate_check(add, sa, caps) :
					      status;
}

static enum ov2_status ah_check(const struct ov2_add_sa_ex *add,
				const struct ov2_security_association *sa,
				const struct ov2_capabilities *caps)
{
	if (!absent(&sa->encr))
		return OV2_STATUS_INVALID_DATA;
	return caps->ah ? auth_check(add, &sa->auth, caps) :
			  OV2_STATUS_NOT_SUPPORTED;
}

/* SPI 0 must never be sent (RFC 4303 2.1, RFC 4302 2.4). */
static enum ov2_status member_check(const struct ov2_add_sa_ex *add,
				    const struct ov2_security_association *sa,
				    const struct ov2_capabilities *caps)
{
	if (sa->flags & ~OV2_SEC_ASSOC_ESN || !sa->spi)
		return OV2_STATUS_INVALID_DATA;
	if (sa->flags & OV2_SEC_ASSOC_ESN && !caps->esn)
		return OV2_STATUS_NOT_SUPPORTED;

	switch (sa->operation) {
	case OV2_OPERATION_ESP:
		return esp_check(add, sa, caps);
	case OV2_OPERATION_AH:
		return ah_check(add, sa, caps);
	default:
		return OV2_STATUS_INVALID_DATA;
	}
}

/* If there are two members, the first is ESP and the second is AH
 * (IPSEC_OFFLOAD_V2_ADD_SA_EX). With UDP-ESP, ESP is the only member.
 */
static bool shape_ok(const struct ov2_add_sa_ex *add)
{
	const struct ov2_security_association *sa = add->sec_assoc;

	switch (add->num_ext_hdrs) {
	case 1:
		return !add->udp_esp || sa[0].operation == OV2_OPERATION_ESP;
	case 2:
		return !add->udp_esp && sa[0].operation == OV2_OPERATION_ESP &&
		       sa[1].operation == OV2_OPERATION_AH;
	default:
		return false;
	}
}

static enum ov2_status members_check(const struct ov2_add_sa_ex *add,
				     const struct ov2_capabilities *caps)
{
	enum ov2_status status;
	u32 i;

	for (i = 0; i < add->num_ext_hdrs; i++) {
		status = member_check(add, &add->sec_assoc[i], caps);
		if (status != OV2_STATUS_SUCCESS)
			return status;
	}
	if (add->num_ext_hdrs == 2 && !caps->ah_esp_combined)
		return OV2_STATUS_NOT_SUPPORTED;
	return OV2_STATUS_SUCCESS;
}

/**
 * ov2_add_sa_check() - is an ADD_SA_EX request well formed and supported?
 * @add: the request, with its key area behind it
 * @len: bytes of the request and of the key area
 * @caps: what the engine can do
 *
 * INV-20 and INV-21 list these checks (ipsecov2.rst, section 9).
 *
 * Context: Any context.
 * Return: OV2_STATUS_SUCCESS; INVALID_LENGTH if the buffer is too short for
 * the structure, INVALID_DATA if a field is out of bounds, NOT_SUPPORTED if the
 * request is well formed, but needs something that @caps lack.
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
	if (hweight32(add->udp_esp) > 1 || !shape_ok(add))
		return OV2_STATUS_INVALID_DATA;
	if (add->udp_esp & ~caps->udp_esp)
		return OV2_STATUS_NOT_SUPPORTED;
	return members_check(add, caps);
}
