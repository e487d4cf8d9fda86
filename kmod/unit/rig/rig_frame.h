/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_FRAME_H
#define _OV2_RIG_FRAME_H

#include "rig.h"

struct ov2_rig_sa;

/**
 * struct ov2_rig_frame - a frame to be made
 * @sa: the SA that slot 1 names; NULL = a plain frame
 * @tunnel: the SA that slot 11 names, around @sa; NULL = none
 * @seq: number in the headers of @sa, low half
 * @tunnel_seq: number in the headers of @tunnel
 * @len: bytes of the payload of the innermost packet
 * @ipv6: family of a plain frame, or of the packet inside a tunnel
 * @proto: innermost protocol, default UDP
 * @more_pad: number of pad bytes beyond the needed ones; a multiple of the
 *	alignment
 *
 * The payload's bytes count up from the low byte of @seq.
 */
struct ov2_rig_frame {
	const struct ov2_rig_sa *sa;
	const struct ov2_rig_sa *tunnel;
	u32 seq;
	u32 tunnel_seq;
	unsigned int len;
	bool ipv6;
	u8 proto;
	u8 more_pad;
};

__be32 ov2_rig_ipv4(u8 net, u8 host);
void ov2_rig_ipv6(struct in6_addr *addr, u8 net, u8 host);
struct sk_buff *ov2_rig_skb(struct ov2_rig *rig,
			    const struct ov2_rig_frame *frame);
struct ov2_nbl *ov2_rig_frame(struct ov2_rig *rig,
			      const struct ov2_rig_frame *frame, u16 queue);

#endif /* _OV2_RIG_FRAME_H */
