/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_STEP_H
#define _OV2_STEP_H

#include <linux/types.h>

#include "frame.h"
#include "sa.h"
#include "work.h"
#include "../ov2/records.h"

struct ov2_job;

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
 * @seals: true if steps seal, false if they open
 * @next: called with BH disabled when a step has ended with @err, which is 0 or
 *	a negative errno. Sets ov2_work.at to the next step. Returns false if
 *	nothing is left to do with the NBL
 */
struct ov2_direction {
	bool seals;
	bool (*next)(struct ov2_nbl *nbl, int err);
};

int ov2_step_seal(const struct ov2_job *job);
int ov2_step_open(const struct ov2_job *job);
enum ov2_crypto_status ov2_step_check_ah(const struct ov2_frame *frame,
					 const struct ov2_member *member);
bool ov2_step_payload(struct ov2_nbl *nbl, const struct ov2_step *step,
		      struct ov2_payload *payload);
void ov2_steps_run(struct ov2_nbl *nbl);
void ov2_steps_release(struct ov2_nbl *nbl);

/**
 * ov2_step_member() - the member that a step is for
 * @nbl: an NBL of the engine
 * @step: a step of @nbl
 *
 * Context: Any context.
 * Return: the member.
 */
static inline struct ov2_member *
ov2_step_member(struct ov2_nbl *nbl, const struct ov2_step *step)
{
	const struct ov2_work *work = ov2_work(nbl);

	return &work->sa[step->sa]->member[step->member];
}

/* A block cipher needs whole blocks. With other ciphers each length that has
 * room for pad length and next header passes here. RFC 4303 2.4 wants a
 * multiple of 4 bytes, but this is a duty of the sender: send_nbl.c checks it
 * for frames to be sent.
 */
static inline enum ov2_crypto_status
ov2_step_check_esp(const struct ov2_frame *frame,
		   const struct ov2_member *member)
{
	const struct ov2_transform *transform = &member->transform;
	unsigned int len;

	if (frame->kind != OV2_FRAME_ESP && frame->kind != OV2_FRAME_UDP_ESP)
		return OV2_CRYPTO_INVALID_PROTOCOL;

	len = ov2_frame_esp_payload_len(frame, transform->iv_len,
					transform->icv_len);
	if (!len || (transform->align > 4 && len % transform->align))
		return OV2_CRYPTO_INVALID_PACKET_SYNTAX;
	if (frame->spi != member->spi)
		return OV2_CRYPTO_INVALID_PROTOCOL;
	return OV2_CRYPTO_SUCCESS;
}

/**
 * ov2_step_check() - does a packet have the header that a member needs?
 * @frame: the packet
 * @member: the member whose header must come next in the packet
 *
 * Only the header and the lengths are looked at.
 *
 * Context: Any context.
 * Return: OV2_CRYPTO_SUCCESS; INVALID_PROTOCOL if the header has another
 * protocol or SPI than @member; INVALID_PACKET_SYNTAX if a length is wrong.
 */
static inline enum ov2_crypto_status
ov2_step_check(const struct ov2_frame *frame, const struct ov2_member *member)
{
	if (unlikely(member->operation == OV2_OPERATION_AH))
		return ov2_step_check_ah(frame, member);
	return ov2_step_check_esp(frame, member);
}

/**
 * ov2_step_push() - append a step to ov2_work.step
 * @nbl: the NBL
 * @frame: the packet, at the header that the step is for
 * @sa: index of ov2_work.sa
 * @member: index of ov2_sa.member
 * @seq: sequence number, with its high half
 *
 * ov2_work.step has room, because this is called at most once for each header
 * of each SA of the NBL.
 *
 * Context: Any context.
 */
static inline void
ov2_step_push(struct ov2_nbl *nbl, const struct ov2_frame *frame, u8 sa,
	      u8 member, u64 seq)
{
	struct ov2_work *work = ov2_work(nbl);

	work->step[work->steps++] = (struct ov2_step) {
		.sa = sa,
		.member = member,
		.ip = frame->ip,
		.header = frame->ip + frame->ipsec,
		.end = frame->ip + frame->ip_len,
		.seq = seq,
	};
}

/**
 * ov2_step_set_esp4() - note the only step of a frame, and its number
 * @nbl: the NBL. Its SA with index 0 has one member, which is ESP
 * @hdr: the headers of the frame, from ov2_frame_esp4()
 * @seq: sequence number, with its high half
 *
 * Sets step, steps, at and seq of struct ov2_work.
 *
 * Context: Any context.
 */
static inline void ov2_step_set_esp4(struct ov2_nbl *nbl,
				     const struct ov2_frame_esp4 *hdr, u64 seq)
{
	struct ov2_work *work = ov2_work(nbl);

	work->step[0] = (struct ov2_step) {
		.ip = ETH_HLEN,
		.header = offsetof(struct ov2_frame_esp4, spi),
		.end = ETH_HLEN + ntohs(hdr->ip.tot_len),
		.seq = seq,
	};
	work->steps = 1;
	work->at = 0;
	work->seq = seq;
}

#endif /* _OV2_STEP_H */
