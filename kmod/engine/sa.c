// SPDX-License-Identifier: GPL-2.0
/* The addresses, members and mode of an SA, as its add gives them. */
#include "sa.h"

static void sa_set_addresses(struct ov2_sa *sa,
			     const struct ov2_add_sa_ex *add)
{
	sa->key.ipv6 = !!(add->flags & OV2_SA_IPV6);
	if (sa->key.ipv6) {
		sa->src = add->v6.src;
		sa->key.dst = add->v6.dst;
	} else {
		sa->src.s6_addr32[0] = add->v4.src;
		sa->key.dst.s6_addr32[0] = add->v4.dst;
	}
}

/* Without the extension, the form of UDP-ESP tells the mode, and without
 * UDP-ESP the mode is unknown (ipsecov2.rst Q2).
 */
static enum ov2_sa_mode sa_mode(const struct ov2_ext_add *ext, u32 udp_esp)
{
	if (ext->mode != OV2_SA_MODE_UNKNOWN)
		return ext->mode;

	switch (udp_esp) {
	case OV2_UDP_ESP_TUNNEL:
	case OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL:
		return OV2_SA_TUNNEL;
	case OV2_UDP_ESP_TRANSPORT:
	case OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL:
		return OV2_SA_TRANSPORT;
	default:
		return OV2_SA_MODE_UNKNOWN;
	}
}

/* The defaults for an add without the extension (ipsecov2.rst Q2, Q16) */
static const struct ov2_ext_add no_ext = {
	.mode = OV2_SA_MODE_UNKNOWN,
	.udp_dport = htons(OV2_UDP_ESP_PORT),
};

/**
 * ov2_sa_ext() - the extension of an add, or the defaults
 * @req: the request
 *
 * Context: Any context.
 * Return: the extension, never NULL.
 */
const struct ov2_ext_add *ov2_sa_ext(const struct ov2_request *req)
{
	return req->ext ? req->ext : &no_ext;
}

/**
 * ov2_sa_fill() - set addresses, members and mode of an SA from its add
 * @sa: the SA, zeroed, not in the table yet
 * @add: the add; ov2_add_sa_check() accepted it
 * @ext: the extension of the add
 *
 * Context: Any context.
 */
void ov2_sa_fill(struct ov2_sa *sa, const struct ov2_add_sa_ex *add,
		 const struct ov2_ext_add *ext)
{
	const struct ov2_security_association *assoc;
	struct ov2_member *member;
	int i;

	sa->udp_esp = add->udp_esp;
	sa->mode = sa_mode(ext, sa->udp_esp);
	sa->single = ext->single;
	sa->udp_dport = ext->udp_dport;
	sa->window = ext->window;
	sa->hdl.transport = ext->transport;

	sa->key.inbound = !!(add->flags & OV2_SA_INBOUND);
	sa_set_addresses(sa, add);
	sa->members = add->num_ext_hdrs;
	for (i = 0; i < sa->members; i++) {
		assoc = &add->sec_assoc[i];
		member = &sa->member[i];
		member->operation = assoc->operation;
		member->spi = assoc->spi;
		member->esn = assoc->flags & OV2_SEC_ASSOC_ESN;
		member->seq = (u64)assoc->seq_hi << 32 | ext->seq_lo;
	}
	/* If there is an AH header, it is the outermost header of the SA. Its
	 * member is the last one.
	 */
	sa->key.spi = sa->member[sa->members - 1].spi;
	sa->straight = sa->members == 1 &&
		       sa->member[0].operation == OV2_OPERATION_ESP &&
		       (sa->single || sa->mode == OV2_SA_TRANSPORT);
}

/**
 * ov2_sa_outer_operation() - the protocol of the outermost header of an SA
 * @sa: the SA
 *
 * Context: Any context.
 * Return: OV2_OPERATION_AH for AH alone, and for AH around ESP;
 * OV2_OPERATION_ESP for ESP alone.
 */
enum ov2_operation ov2_sa_outer_operation(const struct ov2_sa *sa)
{
	return sa->member[sa->members - 1].operation;
}

/**
 * ov2_sa_nests() - may the packet of one SA be inside the tunnel of another?
 * @outer: the SA of the tunnel
 * @sa: the SA of the packet inside
 *
 * An SA of unknown mode may be the outer or the inner SA. At most one of the
 * two SAs may have UDP-ESP. The outer SA may have only the form
 * OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL. The inner SA may have only the form
 * OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL (ipsecov2.rst 2.9).
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_sa_nests(const struct ov2_sa *outer, const struct ov2_sa *sa)
{
	if (sa->mode == OV2_SA_TUNNEL || outer->mode == OV2_SA_TRANSPORT)
		return false;
	if (sa->udp_esp)
		return sa->udp_esp == OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL &&
		       !outer->udp_esp;
	return !(outer->udp_esp & ~OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL);
}
