/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_STEP_H
#define _OV2_STEP_H

#include <linux/types.h>

#include "transform.h"

struct ov2_frame;
struct ov2_nbl;
struct ov2_sa;

/**
 * struct ov2_step - what one member of an SA does with a frame
 * @sa: index of ov2_work.sa
 * @member: index of ov2_sa.member
 * @ip: bytes from skb->data to the IP header in front
 * @header: bytes from skb->data to the ESP or AH header
 * @end: bytes from skb->data to the end of that IP packet
 * @seq: sequence number, with its high half
 */
struct ov2_step {
	u8 sa;
	u8 member;
	u32 ip;
	u32 header;
	u32 end;
	u64 seq;
};

/**
 * struct ov2_payload - what an ESP or AH header protects, in clear
 * @next_header: what it is
 * @pad_length: ESP: pad bytes behind it
 * @start: bytes from skb->data to it
 * @end: bytes from skb->data to its end
 */
struct ov2_payload {
	u8 next_header;
	u8 pad_length;
	unsigned int start;
	unsigned int end;
};

/**
 * struct ov2_flow - how steps are done in one direction
 * @crypt: ov2_transform_seal() or ov2_transform_open()
 * @next: a step ended with 0 or a negative errno: choose ov2_work.at for the
 *	next one. False if nothing is left to do with the NBL. BH disabled
 */
struct ov2_flow {
	int (*crypt)(const struct ov2_job *job);
	bool (*next)(struct ov2_nbl *nbl, int err);
};

struct ov2_member *ov2_step_member(struct ov2_nbl *nbl,
				   const struct ov2_step *step);
enum ov2_crypto_status ov2_step_check(const struct ov2_frame *frame,
				      const struct ov2_member *member);
void ov2_step_push(struct ov2_nbl *nbl, const struct ov2_frame *frame,
		   u8 sa, u8 member, u64 seq);
bool ov2_step_payload(struct ov2_nbl *nbl, const struct ov2_step *step,
		      struct ov2_payload *payload);
void ov2_steps_run(struct ov2_nbl *nbl);

#endif /* _OV2_STEP_H */
