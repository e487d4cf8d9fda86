/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_STEP_H
#define _OV2_STEP_H

#include <linux/types.h>

#include "../ov2/records.h"

struct ov2_frame;
struct ov2_job;
struct ov2_member;
struct ov2_nbl;
struct ov2_step;

/**
 * struct ov2_payload - what an ESP or AH header protects, in clear
 * @next_header: protocol of the payload
 * @pad_length: ESP: pad bytes behind the payload
 * @start: bytes from skb->data to the payload
 * @end: bytes from skb->data to the end of the payload
 */
struct ov2_payload {
	u8 next_header;
	u8 pad_length;
	unsigned int start;
	unsigned int end;
};

/**
 * struct ov2_direction - how steps are done when sending, or when receiving
 * @crypt: ov2_step_seal() or ov2_step_open()
 * @next: a step has ended with 0 or a negative errno: set ov2_work.at to the
 *	next step. Returns false if nothing is left to do with the NBL. BH
 *	disabled
 */
struct ov2_direction {
	int (*crypt)(const struct ov2_job *job);
	bool (*next)(struct ov2_nbl *nbl, int err);
};

int ov2_step_seal(const struct ov2_job *job);
int ov2_step_open(const struct ov2_job *job);
struct ov2_member *ov2_step_member(struct ov2_nbl *nbl,
				   const struct ov2_step *step);
enum ov2_crypto_status ov2_step_check(const struct ov2_frame *frame,
				      const struct ov2_member *member);
void ov2_step_push(struct ov2_nbl *nbl, const struct ov2_frame *frame,
		   u8 sa, u8 member, u64 seq);
bool ov2_step_payload(struct ov2_nbl *nbl, const struct ov2_step *step,
		      struct ov2_payload *payload);
void ov2_steps_run(struct ov2_nbl *nbl);
void ov2_steps_release(struct ov2_nbl *nbl);

#endif /* _OV2_STEP_H */
