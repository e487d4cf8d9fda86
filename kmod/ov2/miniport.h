/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_MINIPORT_H
#define _OV2_MINIPORT_H

#include "adapter.h"
#include "nbl.h"
#include "requests.h"
#include "sa_info.h"
#include "status.h"

/**
 * struct ov2_miniport_ops - what an engine does for a card (calls down)
 * @name: the engine's name, as users see it
 * @initialize: give the card its engine. Process context, may sleep. Returns
 *	0 or a negative errno
 * @halt: take the engine away. Process context. The engine is paused, every SA
 *	was deleted, every request has completed, and no new request comes. So
 *	@halt has nothing to wait for
 * @pause: accept no more NBLs, then sleep until every NBL is back. Sends that
 *	come during the pause complete with OV2_STATUS_NOT_ACCEPTED, and
 *	received frames come back untouched. Requests are accepted
 * @restart: accept NBLs again after @pause
 * @reset: hand back every NBL, then go on. SAs and configuration stay.
 *	Sends that are in the engine, or that come during the reset, fail.
 *	Received frames that are in the engine are finished, and frames that
 *	come during the reset come back untouched. A reset does not change how
 *	pending requests complete. Process context, sleeps. The caller never
 *	lets two of @reset, @pause and @restart run at the same time
 * @request: carry out a request. Any context except hard interrupts; several
 *	calls may run at the same time. Sleeps only if ov2_request.may_sleep is
 *	set.
 *	OV2_STATUS_PENDING means that ov2_adapter_ops.request_complete is
 *	called, from process context, maybe before @request returns; any other
 *	status is final.
 *	During a reset, requests other than deletes end with
 *	OV2_STATUS_NOT_ACCEPTED. The caller makes no request after @halt; if a
 *	request came, it would end with this status, too
 * @send: protect an NBL and put its frames on the line, in order, all of them
 *	or none. An NBL without a handle and without a record of large send
 *	leaves as it is. BH disabled; the caller serializes calls with the same
 *	ov2_nbl.queue. The NBLs of a queue come back in the order of the calls,
 *	through ov2_adapter_ops.send_complete, maybe before @send returns
 * @wants: would @receive look for an SA for a received frame? If not, the frame
 *	goes up the stack without an NBL, and may overtake the frames that the
 *	engine has. So if the engine has an SA for a flow, @wants must return
 *	the same value for all frames of the flow, because otherwise these
 *	frames could overtake each other. @skb is as in ov2_nbl, and @wants does
 *	not change @skb. BH disabled
 * @receive: verify and decrypt an NBL in place. It is called for the card's
 *	own frames only: the card's packet filter comes first, as in NDIS. If
 *	the card takes a frame that may be for another host, the frame goes up
 *	the stack without the engine. @receive is never called for a large
 *	packet (skb_is_gso()). BH disabled; the caller serializes calls with the
 *	same ov2_nbl.queue. The NBLs of a queue, good or bad, come back in the
 *	order of the calls, through ov2_adapter_ops.indicate
 * @query: tell what the engine knows of the SA that a handle names. Fills in
 *	@info and returns true, or returns false if @handle names no live SA of
 *	the card. The values may be of different moments. Called only with
 *	handles that the engine has given; under rcu_read_lock(), any context
 *	except hard interrupts, in every state of the engine
 */
struct ov2_miniport_ops {
	const char *name;
	int (*initialize)(struct ov2_adapter *ad);
	void (*halt)(struct ov2_adapter *ad);
	void (*pause)(struct ov2_adapter *ad);
	void (*restart)(struct ov2_adapter *ad);
	void (*reset)(struct ov2_adapter *ad);
	enum ov2_status (*request)(struct ov2_adapter *ad,
				   struct ov2_request *req);
	void (*send)(struct ov2_adapter *ad, struct ov2_nbl *nbl);
	bool (*wants)(struct ov2_adapter *ad, const struct sk_buff *skb);
	void (*receive)(struct ov2_adapter *ad, struct ov2_nbl *nbl);
	bool (*query)(struct ov2_adapter *ad, unsigned long handle,
		      struct ov2_sa_info *info);
};

/**
 * struct ov2_adapter_ops - what a card does for its engine (calls up)
 * @wire_out: put finished frames on the line, in order: @skb and the frames
 *	behind it, linked by sk_buff.next. From then on they belong to the card.
 *	BH disabled
 * @send_complete: the engine is done with an NBL, and @nbl belongs to the card
 *	again. If @status is not SUCCESS, all frames are still in @nbl, and the
 *	card drops them with the reason @nbl->reason. BH disabled
 * @indicate: hand over a received frame with its records; @nbl belongs to the
 *	card again. BH disabled
 * @request_complete: end of a request that was pending. Process context
 * @status: a status indication; @code is always
 *	OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG. The engine calls @status once
 *	for each OFFLOAD_PARAMETERS, OFFLOAD_ENCAPSULATION or EXT_SA_CAPACITY
 *	request that succeeds, before the request returns. If two such requests
 *	run at the same time, their indications come in any order. Any context
 *	except hard interrupts
 */
struct ov2_adapter_ops {
	void (*wire_out)(struct ov2_adapter *ad, u16 queue,
			 struct sk_buff *skb);
	void (*send_complete)(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			      enum ov2_status status);
	void (*indicate)(struct ov2_adapter *ad, struct ov2_nbl *nbl);
	void (*request_complete)(struct ov2_adapter *ad,
				 struct ov2_request *req,
				 enum ov2_status status);
	void (*status)(struct ov2_adapter *ad, u32 code,
		       const struct ov2_offload *config);
};

#endif /* _OV2_MINIPORT_H */
