/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_H
#define _OV2_RIG_H

#include <kunit/test.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../../ov2/miniport.h"

#define OV2_RIG_QUEUES		4

/**
 * struct ov2_rig - a card of a test; it collects what its engine gives back
 * @ad: the card
 * @test: the test that the rig lives for
 * @lock: protects the lists
 * @ready: NBLs that were made and not sent yet, linked by ov2_nbl.link
 * @sent: NBLs that came back from a send, in the order of their return; see
 *	ov2_rig_sent_status()
 * @indicated: NBLs that were indicated, in the order of the indications
 * @wire: frames on the wire, oldest first; skb_get_queue_mapping() has the
 *	queue
 * @kept: frames that a test keeps, to compare other frames with them, or to
 *	inject copies of them
 * @requests: all requests made for this rig, linked by ov2_rig_request.link
 * @discard: frames and NBLs are counted and freed at once, not collected
 * @nbls_out: NBLs that the engine has
 * @requests_out: requests that pend
 * @num_sent: sends that came back
 * @num_ok: sends that came back with SUCCESS
 * @num_wire: frames that the engine has put on the wire
 * @num_indicated: NBLs indicated
 * @num_status: status indications
 * @status_code: the code of the last indication
 * @status_config: the configuration of the last indication
 * @twice: how often an NBL came back, or a request completed, more than once
 * @event: woken whenever something comes back
 * @paused: between pause and restart
 *
 * The rig owns the frames and NBLs that it collects, and frees them at its end.
 * When the test ends, also by a failed assertion, every SA is deleted and the
 * engine is halted. If an NBL or a request was lost, or was given back twice,
 * the test fails.
 */
struct ov2_rig {
	struct ov2_adapter ad;
	struct kunit *test;
	spinlock_t lock; /* protects the lists */
	struct list_head ready;
	struct list_head sent;
	struct list_head indicated;
	struct sk_buff_head wire;
	struct sk_buff_head kept;
	struct list_head requests;
	bool discard;
	atomic_t nbls_out;
	atomic_t requests_out;
	atomic_t num_sent;
	atomic_t num_ok;
	atomic_t num_wire;
	atomic_t num_indicated;
	atomic_t num_status;
	u32 status_code;
	struct ov2_offload status_config;
	atomic_t twice;
	wait_queue_head_t event;
	bool paused;
};

struct ov2_rig *ov2_rig_new_idle(struct kunit *test,
				 const struct ov2_miniport_ops *miniport);
struct ov2_rig *ov2_rig_new(struct kunit *test,
			    const struct ov2_miniport_ops *miniport);
void ov2_rig_pause(struct ov2_rig *rig);
void ov2_rig_restart(struct ov2_rig *rig);
void ov2_rig_came_back(struct ov2_rig *rig, atomic_t *out);
bool ov2_rig_wait_none(struct ov2_rig *rig, const atomic_t *out);

#endif /* _OV2_RIG_H */
