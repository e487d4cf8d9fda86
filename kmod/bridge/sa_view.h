/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_VIEW_H
#define _OV2_SA_VIEW_H

#include <linux/in6.h>
#include <linux/types.h>

#include "../ov2/sa_info.h"
#include "../watch/counters.h"

struct ov2_adapter;
struct ov2_assoc;
struct xfrm_state;

/**
 * struct ov2_sa_view - an SA as users see it
 * @handle: names the SA on its card
 * @inbound: direction
 * @brief: the state is being freed, so what its members pointed to is gone.
 *	@esn, the algorithms, @icv_len, @seq, @window and @encap_* are not
 *	filled in
 * @packet: packet mode
 * @tunnel: tunnel mode
 * @esn: extended sequence numbers
 * @proto: IPPROTO_ESP
 * @family: AF_INET or AF_INET6
 * @spi: network order
 * @saddr: source of the ESP packets; an IPv4 address is in the first word
 * @daddr: destination, in the same form
 * @auth: the kernel's name of the integrity algorithm; NULL if @encr has
 *	integrity
 * @encr: the kernel's name of the cipher or combined mode
 * @auth_id: the identifier of @auth with its key length, or 0
 * @encr_id: the identifier of @encr with its key length
 * @icv_len: bytes of the ICV
 * @seq: the sequence number sent last, or the highest one received, as the
 *	state has it
 * @window: replay window in packets
 * @encap_type: UDP_ENCAP_*, or 0 if ESP is not encapsulated
 * @encap_sport: source port of the UDP header, network order
 * @encap_dport: destination port of the UDP header, network order
 * @reqid: the number that policy and state have in common
 * @if_id: number of the xfrm interface, or 0
 * @mark: mark of the state
 * @mark_mask: bits of @mark that are compared
 * @declined: how many packets the card declined, for each reason
 * @software: how many ESP frames software has made although the card has the
 *	SA, for each reason
 * @engine: what the engine knows about the SA
 */
struct ov2_sa_view {
	unsigned long handle;
	bool inbound;
	bool brief;
	bool packet;
	bool tunnel;
	bool esn;
	u8 proto;
	u16 family;
	__be32 spi;
	struct in6_addr saddr;
	struct in6_addr daddr;
	const char *auth;
	const char *encr;
	u32 auth_id;
	u32 encr_id;
	u32 icv_len;
	u64 seq;
	u32 window;
	u16 encap_type;
	__be16 encap_sport;
	__be16 encap_dport;
	u32 reqid;
	u32 if_id;
	u32 mark;
	u32 mark_mask;
	u64 declined[OV2_DECLINED];
	u64 software[OV2_SOFTWARE];
	struct ov2_sa_info engine;
};

void ov2_sa_view_name(unsigned long handle, const struct xfrm_state *x,
		      struct ov2_sa_view *view);
bool ov2_sa_view_last(const struct ov2_assoc *assoc, const struct xfrm_state *x,
		      struct ov2_sa_view *view);
bool ov2_bridge_sa_view(struct ov2_adapter *ad, unsigned long handle,
			struct ov2_sa_view *view);

#endif /* _OV2_SA_VIEW_H */
