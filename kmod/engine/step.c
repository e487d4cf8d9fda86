// SPDX-License-Identifier: GPL-2.0
/*
 * The work on an NBL is a small program: a step for each ESP or AH header of
 * each of its frames. When a cipher has ended a step, at once or later, a loop
 * starts the next step. So the call stack is never deeper than one step.
 */
#include <linux/bottom_half.h>
#include <linux/lockdep.h>

#include "ah.h"
#include "crypt.h"
#include "esp.h"
#include "frame.h"
#include "lane.h"
#include "sa.h"
#include "sa_life.h"
#include "step.h"
#include "work.h"

/**
 * ov2_step_seal() - write IV, ciphertext and ICV into a frame
 * @job: what is to be done; the frame has its trailer and room for IV and ICV,
 *	and its lengths were checked. When this returns, @job is not used any
 *	more
 *
 * Context: BH disabled.
 * Return: 0; -EINPROGRESS if the result goes to ov2_job.done, which may already
 * have been called when this returns; -EOVERFLOW if the SA has no IV left;
 * another negative errno if the job failed.
 */
int ov2_step_seal(const struct ov2_job *job)
{
	return job->member->operation == OV2_OPERATION_AH ? ov2_ah_seal(job) :
							    ov2_esp_seal(job);
}

/**
 * ov2_step_open() - verify and decrypt a frame in place
 * @job: what is to be done; the frame's lengths were checked. When this
 *	returns, @job is not used any more
 *
 * Context: BH disabled.
 * Return: as ov2_step_seal(); -EBADMSG if the ICV is wrong.
 */
int ov2_step_open(const struct ov2_job *job)
{
	return job->member->operation == OV2_OPERATION_AH ? ov2_ah_open(job) :
							    ov2_esp_open(job);
}

/**
 * ov2_step_check_ah() - ov2_step_check() for a member that is AH
 * @frame: the packet
 * @member: the member
 *
 * Context: Any context.
 * Return: as ov2_step_check().
 */
enum ov2_crypto_status ov2_step_check_ah(const struct ov2_frame *frame,
					 const struct ov2_member *member)
{
	unsigned int len = ov2_ah_len(&member->transform, frame->ipv6);

	if (frame->kind != OV2_FRAME_AH || frame->spi != member->spi)
		return OV2_CRYPTO_INVALID_PROTOCOL;
	if (frame->ah_len != len || frame->ipsec + len > frame->ip_len)
		return OV2_CRYPTO_INVALID_PACKET_SYNTAX;
	return OV2_CRYPTO_SUCCESS;
}

static bool step_ah_payload(struct ov2_nbl *nbl, const struct ov2_step *step,
			    struct ov2_payload *payload)
{
	const struct ov2_work *work = ov2_work(nbl);
	const u8 *next_and_len;
	u8 buf[2];

	next_and_len = skb_header_pointer(work->skb, step->header, sizeof(buf),
					  buf);
	if (!next_and_len)
		return false;

	payload->next_header = next_and_len[0];
	payload->pad_length = 0;
	payload->start = step->header + (next_and_len[1] + 2) * 4;
	payload->end = step->end;
	return true;
}

static bool step_esp_payload(struct ov2_nbl *nbl, const struct ov2_step *step,
			     struct ov2_payload *payload)
{
	const struct ov2_transform *transform =
		&ov2_step_member(nbl, step)->transform;
	const struct ov2_work *work = ov2_work(nbl);
	const u8 *trailer;
	u8 buf[2];

	payload->start = step->header + OV2_ESP_HDR_LEN + transform->iv_len;
	payload->end = step->end - transform->icv_len - sizeof(buf);
	trailer = skb_header_pointer(work->skb, payload->end, sizeof(buf), buf);
	if (!trailer)
		return false;

	payload->pad_length = trailer[0];
	payload->next_header = trailer[1];
	if (payload->pad_length > payload->end - payload->start)
		return false;
	payload->end -= payload->pad_length;
	return true;
}

/**
 * ov2_step_payload() - find the payload that a header protects
 * @nbl: the NBL
 * @step: a step that ov2_step_check() accepted; the payload of ESP is clear
 * @payload: filled in
 *
 * Context: Any context.
 * Return: false if the pad length is larger than the payload, or if the header
 * or trailer cannot be read.
 */
bool ov2_step_payload(struct ov2_nbl *nbl, const struct ov2_step *step,
		      struct ov2_payload *payload)
{
	if (ov2_step_member(nbl, step)->operation == OV2_OPERATION_AH)
		return step_ah_payload(nbl, step, payload);
	return step_esp_payload(nbl, step, payload);
}

/* If step_start() has returned -EINPROGRESS, its caller and the completion of
 * the cipher both call this function, in any order. The second call returns
 * true. Whoever made the second call goes on with the NBL.
 */
static bool step_my_turn(struct ov2_work *work)
{
	return atomic_dec_and_test(&work->turn);
}

static void step_completed(struct ov2_nbl *nbl, int err)
{
	struct ov2_work *work = ov2_work(nbl);

	work->err = err;
	if (!step_my_turn(work))
		return;

	local_bh_disable();
	if (work->direction->next(nbl, err))
		ov2_steps_run(nbl);
	else
		ov2_lane_done(work->lane, nbl);
	local_bh_enable();
}

/* The NBL goes back later, because a step ends later or older NBLs wait. The
 * caller's RCU read side, in which the SAs were found, may end before the NBL
 * goes back. So the NBL takes references on the SAs.
 */
static void step_wait(struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	int i;

	for (i = 0; i < OV2_WORK_SAS; i++) {
		if (work->sa[i] && !(work->held & BIT(i))) {
			ov2_sa_hold(work->sa[i]);
			work->held |= BIT(i);
		}
	}
	if (!work->waits)
		ov2_lane_wait(work->lane, nbl);
}

static int step_start(struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	const struct ov2_step *step = &work->step[work->at];
	const struct ov2_job job = {
		.nbl = nbl,
		.skb = work->skb,
		.member = ov2_step_member(nbl, step),
		.ip = step->ip,
		.header = step->header,
		.end = step->end,
		.seq = step->seq,
		.done = step_completed,
	};

	atomic_set(&work->turn, 2);
	return work->direction->seals ? ov2_step_seal(&job) :
					ov2_step_open(&job);
}

/**
 * ov2_steps_run() - run the steps of an NBL, then hand it back through its lane
 * @nbl: the NBL. It waits in ov2_work.lane, or the caller that brought it is
 *	between ov2_lane_enter() and ov2_lane_leave(). Its next step is
 *	ov2_work.at. When this returns, the NBL may be gone
 *
 * If a step ends later, the cipher's completion goes on with the NBL, on any
 * CPU. But first the NBL takes a place in the lane, and takes references on its
 * SAs. If all steps end at once and no older NBL waits, the NBL takes no
 * references.
 *
 * Context: BH disabled, in the RCU read side in which the SAs were found.
 */
void ov2_steps_run(struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	int err;

	lockdep_assert_in_softirq();
	do {
		err = step_start(nbl);
		if (err == -EINPROGRESS) {
			step_wait(nbl);
			if (!step_my_turn(work))
				return;
			err = work->err;
		}
	} while (work->direction->next(nbl, err));
	/* If older NBLs wait, this NBL stays in the lane after the call. A
	 * delete of its SAs must not complete before the NBL is back
	 * (ipsecov2.rst 2.2), so the NBL takes references.
	 */
	if (!work->waits && unlikely(ov2_lane_waits(work->lane)))
		step_wait(nbl);
	ov2_lane_done(work->lane, nbl);
}

/**
 * ov2_steps_release() - give back the references on an NBL's SAs
 * @nbl: the NBL, whose turn in the lane has come
 *
 * Context: Any context.
 */
void ov2_steps_release(struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	int i;

	if (likely(!work->held))
		return;
	for (i = 0; i < OV2_WORK_SAS; i++)
		if (work->held & BIT(i))
			ov2_sa_put(work->sa[i]);
}
