/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_WORK_H
#define _OV2_WORK_H

#include <linux/atomic.h>
#include <linux/build_bug.h>

#include "../ov2/nbl.h"
#include "../ov2/requests.h"
#include "../watch/counters.h"

struct ov2_direction;
struct ov2_lane;
struct ov2_sa;

/* A packet has the headers of at most two bundles: a bundle in transport mode,
 * inside a bundle in tunnel mode.
 */
#define OV2_WORK_SAS	2
#define OV2_WORK_STEPS	(OV2_WORK_SAS * OV2_MAX_EXT_HEADERS)

/**
 * struct ov2_step - what one member of an SA does with a frame
 * @sa: index of ov2_work.sa
 * @member: index of ov2_sa.member
 * @ip: bytes from skb->data to the IP header in front of the ESP or AH header
 * @header: bytes from skb->data to the ESP or AH header
 * @end: bytes from skb->data to the end of the packet that begins at @ip
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
 * struct ov2_work - what the engine knows of an NBL that it has
 * @direction: send or receive
 * @lane: the lane of its queue
 * @skb: the frame that is worked on now; an NBL to be sent may have several
 *	frames
 * @sa: the SAs of the NBL, or NULL. Sending: the SA of slot 1 and the SA of
 *	slot 11; receiving: the outer SA, and the SA inside its tunnel. The
 *	engine may use both SAs within the RCU read side in which it found them,
 *	and after that only the SAs in @held
 * @held: bit n says that the NBL holds a reference on @sa[n]. The engine takes
 *	the references if a step does not end at once, or if older NBLs wait in
 *	@lane
 * @step: what is to be done with @skb, outermost header first
 * @steps: number of elements of @step that are used
 * @at: the step that runs or runs next
 * @turn: 2 when a step starts. After -EINPROGRESS, ov2_steps_run() and the
 *	completion each count @turn down, and the second of them goes on with
 *	the NBL
 * @err: the result of a step that completed later
 * @seq: sequence number of the outermost header, with its high half
 * @spi: receiving: SPI of the outermost header, network order, for traces and
 *	monitors; 0 if the frame has no SPI, or is UDP for which there is no SA
 * @reason: sending: why the frames must not leave, or OV2_CNT_NONE
 * @waits: ov2_lane_wait() has put the NBL into @lane, because a step ends later
 *	or because older NBLs are not back yet
 * @done: the work is over, and the NBL only waits for its turn in the lane
 */
struct ov2_work {
	const struct ov2_direction *direction;
	struct ov2_lane *lane;
	struct sk_buff *skb;
	struct ov2_sa *sa[OV2_WORK_SAS];
	struct ov2_step step[OV2_WORK_STEPS];
	u8 steps;
	u8 at;
	atomic_t turn;
	int err;
	u64 seq;
	__be32 spi;
	enum ov2_counter reason;
	u8 held;
	bool waits;
	bool done;
};

static_assert(sizeof(struct ov2_work) <=
	      sizeof_field(struct ov2_nbl, miniport));

/**
 * ov2_work() - the engine's own part of an NBL
 * @nbl: an NBL that the engine owns
 *
 * Context: Any context.
 * Return: the part; ov2_work_begin() made it.
 */
static inline struct ov2_work *ov2_work(struct ov2_nbl *nbl)
{
	return (struct ov2_work *)nbl->miniport;
}

/**
 * ov2_work_begin() - set up the engine's part of an NBL
 * @nbl: the NBL
 * @direction: send or receive
 * @lane: the lane of its queue
 *
 * ov2_work.step is not cleared, because it is large. Only its first
 * ov2_work.steps elements are valid.
 *
 * Context: Any context.
 * Return: the engine's part of @nbl.
 */
static inline struct ov2_work *
ov2_work_begin(struct ov2_nbl *nbl, const struct ov2_direction *direction,
	       struct ov2_lane *lane)
{
	struct ov2_work *work = ov2_work(nbl);

	work->direction = direction;
	work->lane = lane;
	work->skb = nbl->skb;
	work->sa[0] = NULL;
	work->sa[1] = NULL;
	work->steps = 0;
	work->at = 0;
	work->seq = 0;
	work->spi = 0;
	work->reason = OV2_CNT_NONE;
	work->held = 0;
	work->waits = false;
	work->done = false;
	return work;
}

#endif /* _OV2_WORK_H */
