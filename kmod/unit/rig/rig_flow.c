// SPDX-License-Identifier: GPL-2.0
/* The rig's frames: given to the engine, and collected when they come out. */
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#include "rig.h"
#include "rig_flow.h"
#include "rig_frame.h"
#include "rig_request.h"

/* Indices in ov2_nbl.miniport. The rig uses them while it has the NBL. */
#define RIG_WORD_STATUS	0
#define RIG_WORD_MARK	1
/* "ov2 back": the NBL has come back */
#define RIG_MARK_BACK	0x6f7632206261636bULL

static void rig_nbl_free(struct ov2_nbl *nbl)
{
	kfree_skb_list(nbl->skb);
	ov2_nbl_free(nbl);
}

/* Note that an NBL has come back. Returns false if the NBL had come back
 * before. If ov2_rig.discard is set, the NBL is freed, and the result is always
 * true. So a second return of the NBL is not noticed.
 */
static bool rig_nbl_back(struct ov2_rig *rig, struct ov2_nbl *nbl,
			 struct list_head *list, enum ov2_status status)
{
	if (rig->discard) {
		rig_nbl_free(nbl);
		return true;
	}
	if (nbl->miniport[RIG_WORD_MARK] == RIG_MARK_BACK) {
		atomic_inc(&rig->twice);
		return false;
	}
	nbl->miniport[RIG_WORD_STATUS] = status;
	nbl->miniport[RIG_WORD_MARK] = RIG_MARK_BACK;
	spin_lock_bh(&rig->lock);
	list_add_tail(&nbl->link, list);
	spin_unlock_bh(&rig->lock);
	return true;
}

static struct ov2_rig *rig_of(struct ov2_adapter *ad)
{
	return container_of(ad, struct ov2_rig, ad);
}

static void rig_wire_out(struct ov2_adapter *ad, u16 queue,
			 struct sk_buff *skb)
{
	struct ov2_rig *rig = rig_of(ad);
	struct sk_buff *next;

	skb_list_walk_safe(skb, skb, next) {
		skb_mark_not_on_list(skb);
		atomic_inc(&rig->num_wire);
		if (rig->discard) {
			kfree_skb(skb);
			continue;
		}
		skb_set_queue_mapping(skb, queue);
		skb_queue_tail(&rig->wire, skb);
	}
}

static void rig_send_complete(struct ov2_adapter *ad, struct ov2_nbl *nbl,
			      enum ov2_status status)
{
	struct ov2_rig *rig = rig_of(ad);
	const struct sk_buff *skb;

	/* A card would drop the frames of a failed send, and count the reason
	 * for each frame. A rig also counts the reason for each frame, but
	 * keeps the frames.
	 */
	if (status != OV2_STATUS_SUCCESS)
		for (skb = nbl->skb; skb; skb = skb->next)
			ov2_count(ad, nbl->reason);
	if (!rig_nbl_back(rig, nbl, &rig->sent, status))
		return;
	atomic_inc(&rig->num_sent);
	if (status == OV2_STATUS_SUCCESS)
		atomic_inc(&rig->num_ok);
	ov2_rig_came_back(rig, &rig->nbls_out);
}

static void rig_indicate(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_rig *rig = rig_of(ad);

	if (!rig_nbl_back(rig, nbl, &rig->indicated, OV2_STATUS_SUCCESS))
		return;
	atomic_inc(&rig->num_indicated);
	ov2_rig_came_back(rig, &rig->nbls_out);
}

static void rig_status(struct ov2_adapter *ad, u32 code,
		       const struct ov2_offload *config)
{
	struct ov2_rig *rig = rig_of(ad);

	spin_lock_bh(&rig->lock);
	rig->status_code = code;
	rig->status_config = *config;
	spin_unlock_bh(&rig->lock);
	atomic_inc(&rig->num_status);
}

/* A rig collects what its engine hands up. */
const struct ov2_adapter_ops ov2_rig_adapter_ops = {
	.wire_out		= rig_wire_out,
	.send_complete		= rig_send_complete,
	.indicate		= rig_indicate,
	.request_complete	= ov2_rig_request_complete,
	.status			= rig_status,
};

/**
 * ov2_rig_nbl() - an NBL with empty records
 * @rig: the rig that will send or receive the NBL
 * @skb: the frame; skb->data is at the Ethernet header; taken
 * @queue: the queue
 *
 * Asserts that there is memory.
 *
 * Return: the NBL, which the rig owns until it is sent or received.
 */
struct ov2_nbl *ov2_rig_nbl(struct ov2_rig *rig, struct sk_buff *skb,
			    u16 queue)
{
	struct ov2_nbl *nbl = ov2_nbl_alloc(skb, queue);

	if (!nbl)
		kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(rig->test, nbl);
	nbl->miniport[RIG_WORD_MARK] = 0;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	spin_lock_bh(&rig->lock);
	list_add_tail(&nbl->link, &rig->ready);
	spin_unlock_bh(&rig->lock);
	return nbl;
}

static void rig_nbl_hand_over(struct ov2_rig *rig, struct ov2_nbl *nbl)
{
	spin_lock_bh(&rig->lock);
	list_del_init(&nbl->link);
	spin_unlock_bh(&rig->lock);
	atomic_inc(&rig->nbls_out);
}

/**
 * ov2_rig_send() - ov2_miniport_ops.send
 * @rig: the rig
 * @nbl: from ov2_rig_frame() or ov2_rig_nbl()
 *
 * The NBL may be looked at again when it is in ov2_rig.sent: see
 * ov2_rig_wait_idle().
 *
 * Context: Any context except hard interrupts; the caller serializes the calls
 *   for one queue.
 */
void ov2_rig_send(struct ov2_rig *rig, struct ov2_nbl *nbl)
{
	rig_nbl_hand_over(rig, nbl);
	local_bh_disable();
	rig->ad.miniport->send(&rig->ad, nbl);
	local_bh_enable();
}

/**
 * ov2_rig_receive() - ov2_miniport_ops.receive
 * @rig: the rig
 * @nbl: from ov2_rig_frame() or ov2_rig_nbl()
 *
 * The NBL may be looked at again when it is in ov2_rig.indicated.
 *
 * Context: Any context except hard interrupts; the caller serializes the calls
 *   for one queue.
 */
void ov2_rig_receive(struct ov2_rig *rig, struct ov2_nbl *nbl)
{
	rig_nbl_hand_over(rig, nbl);
	local_bh_disable();
	rig->ad.miniport->receive(&rig->ad, nbl);
	local_bh_enable();
}

/**
 * ov2_rig_sent_status() - how a send ended
 * @nbl: an NBL that was sent
 *
 * Return: the status that the send was completed with, or -1 if the NBL has not
 * come back.
 */
enum ov2_status ov2_rig_sent_status(const struct ov2_nbl *nbl)
{
	if (nbl->miniport[RIG_WORD_MARK] != RIG_MARK_BACK)
		return -1;
	return nbl->miniport[RIG_WORD_STATUS];
}

/**
 * ov2_rig_wait_idle() - sleep until the engine has no NBL
 * @rig: the rig
 *
 * Asserts that this does not take long.
 *
 * Context: Process context.
 */
void ov2_rig_wait_idle(struct ov2_rig *rig)
{
	KUNIT_ASSERT_TRUE_MSG(rig->test,
			      ov2_rig_wait_none(rig, &rig->nbls_out),
			      "the engine keeps %d NBLs",
			      atomic_read(&rig->nbls_out));
}

/**
 * ov2_rig_wire_first() - the oldest frame on the wire
 * @rig: the rig
 *
 * Asserts that there is a frame. The test may change the frame in place:
 * ov2_rig_flip(), ov2_rig_cut().
 *
 * Return: the frame, which the rig still owns.
 */
struct sk_buff *ov2_rig_wire_first(struct ov2_rig *rig)
{
	struct sk_buff *skb = skb_peek(&rig->wire);

	KUNIT_ASSERT_NOT_NULL_MSG(rig->test, skb, "nothing on the wire");
	return skb;
}

/**
 * ov2_rig_loop() - receive the oldest frame on the wire, as over a cable
 * @from: the rig that sent the frame; asserts that there is a frame
 * @to: the rig that receives the frame, on the receive queue with the number of
 *	the frame's send queue
 *
 * Waits until the frame is indicated: ov2_rig_last_indicated().
 *
 * Context: Process context.
 */
void ov2_rig_loop(struct ov2_rig *from, struct ov2_rig *to)
{
	struct sk_buff *skb = skb_dequeue(&from->wire);
	struct ov2_nbl *nbl;

	KUNIT_ASSERT_NOT_NULL_MSG(from->test, skb, "nothing on the wire");
	nbl = ov2_rig_nbl(to, skb, skb_get_queue_mapping(skb));
	ov2_rig_receive(to, nbl);
	ov2_rig_wait_idle(to);
}

/**
 * ov2_rig_inject() - receive a copy of a frame
 * @rig: the rig that receives
 * @skb: the frame, which the caller still owns
 * @queue: the receive queue
 *
 * Waits until the copy is indicated.
 *
 * Context: Process context.
 * Return: the NBL, indicated. The rig owns it.
 */
struct ov2_nbl *ov2_rig_inject(struct ov2_rig *rig, const struct sk_buff *skb,
			       u16 queue)
{
	struct sk_buff *copy = skb_copy(skb, GFP_KERNEL);
	struct ov2_nbl *nbl;

	KUNIT_ASSERT_NOT_NULL(rig->test, copy);
	nbl = ov2_rig_nbl(rig, copy, queue);
	ov2_rig_receive(rig, nbl);
	ov2_rig_wait_idle(rig);
	return nbl;
}

/**
 * ov2_rig_last_indicated() - the NBL that was indicated last
 * @rig: the rig; asserts that an NBL was indicated
 *
 * Return: the NBL, which the rig still owns.
 */
struct ov2_nbl *ov2_rig_last_indicated(struct ov2_rig *rig)
{
	KUNIT_ASSERT_FALSE_MSG(rig->test, list_empty(&rig->indicated),
			       "nothing was indicated");
	return list_last_entry(&rig->indicated, struct ov2_nbl, link);
}

/**
 * ov2_rig_keep_copy() - remember what a frame looks like
 * @rig: the rig that keeps the copy
 * @skb: the frame, which the caller still owns
 *
 * Asserts that there is memory.
 *
 * Context: Process context.
 * Return: a linear copy, which the rig owns.
 */
struct sk_buff *ov2_rig_keep_copy(struct ov2_rig *rig,
				  const struct sk_buff *skb)
{
	struct sk_buff *copy = skb_copy(skb, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(rig->test, copy);
	skb_queue_tail(&rig->kept, copy);
	return copy;
}

/**
 * ov2_rig_flip() - flip bits of a frame
 * @skb: the frame, linear
 * @offset: which byte
 * @bits: which bits
 */
void ov2_rig_flip(struct sk_buff *skb, unsigned int offset, u8 bits)
{
	skb->data[offset] ^= bits;
}

/**
 * ov2_rig_cut() - take bytes off a frame's end
 * @skb: the frame, linear
 * @len: bytes that stay; the packet length in the IP header is not changed
 */
void ov2_rig_cut(struct sk_buff *skb, unsigned int len)
{
	skb_trim(skb, len);
}

static void rig_nbls_free(struct ov2_rig *rig, struct list_head *nbls)
{
	struct ov2_nbl *nbl, *next;
	LIST_HEAD(list);

	spin_lock_bh(&rig->lock);
	list_splice_init(nbls, &list);
	spin_unlock_bh(&rig->lock);
	list_for_each_entry_safe(nbl, next, &list, link)
		rig_nbl_free(nbl);
}

/**
 * ov2_rig_forget() - free all frames and NBLs of a rig, also those not
 *	sent yet
 * @rig: the rig
 *
 * Afterwards pointers to these frames and NBLs are stale. The numbers that the
 * rig has counted stay.
 *
 * Context: Process context.
 */
void ov2_rig_forget(struct ov2_rig *rig)
{
	rig_nbls_free(rig, &rig->ready);
	rig_nbls_free(rig, &rig->sent);
	rig_nbls_free(rig, &rig->indicated);
	skb_queue_purge(&rig->wire);
	skb_queue_purge(&rig->kept);
}
