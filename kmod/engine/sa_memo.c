// SPDX-License-Identifier: GPL-2.0
/*
 * Frames of one flow come in bursts. So a receive queue remembers the SA of its
 * last frame. The queue asks the table of SAs only if the next frame differs in
 * a field that the look-up reads, or if the table has changed. A send queue
 * remembers the SA of its last NBL in the same way, by the SA's handle.
 *
 * A memo holds no reference. A reader must compare the version of the table
 * before it uses the SA of a memo. When an SA leaves the table, first the
 * version changes, then a grace period begins, and after the grace period the
 * SA is freed. So if a reader finds the version unchanged, the grace period
 * cannot end before the RCU read side of this reader has ended.
 */
#include <linux/rcupdate.h>
#include <net/ipv6.h>

#include "sa_memo.h"
#include "sa_table.h"

/* The fields of a frame that ov2_sa_find_inbound() reads */
static bool memo_same_flow(const struct ov2_frame *a, const struct ov2_frame *b)
{
	return a->spi == b->spi && a->kind == b->kind && a->ipv6 == b->ipv6 &&
	       a->inner == b->inner && a->udp_dport == b->udp_dport &&
	       ipv6_addr_equal(&a->dst, &b->dst) &&
	       ipv6_addr_equal(&a->src, &b->src);
}

/**
 * ov2_sa_memo_find() - look for the SA of a frame in the memo of a queue
 * @memo: the memo of the queue
 * @version: what ov2_sa_table_version() returns now
 * @frame: the frame
 *
 * Context: Any context, in the RCU read side in which @version was read.
 * Return: the SA that the table finds for @frame, or NULL if the table must be
 * asked.
 */
struct ov2_sa *ov2_sa_memo_find(const struct ov2_sa_memo *memo, s64 version,
				const struct ov2_frame *frame)
{
	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(), "the SA may be freed");
	if (memo->version != version || !memo_same_flow(&memo->frame, frame))
		return NULL;
	return memo->sa;
}

/**
 * ov2_sa_memo_find_esp4() - ov2_sa_memo_find() for a frame that is ESP in IPv4
 * @memo: the memo of the queue
 * @version: what ov2_sa_table_version() returns now
 * @hdr: the headers of the frame, from ov2_frame_esp4()
 *
 * Context: Any context, in the RCU read side in which @version was read.
 * Return: as ov2_sa_memo_find().
 */
struct ov2_sa *ov2_sa_memo_find_esp4(const struct ov2_sa_memo *memo,
				     s64 version,
				     const struct ov2_frame_esp4 *hdr)
{
	const struct ov2_frame *frame = &memo->frame;

	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(), "the SA may be freed");
	if (memo->version != version || frame->kind != OV2_FRAME_ESP ||
	    frame->ipv6 || frame->inner || frame->spi != hdr->spi ||
	    frame->dst.s6_addr32[0] != hdr->ip.daddr ||
	    frame->src.s6_addr32[0] != hdr->ip.saddr)
		return NULL;
	return memo->sa;
}

/**
 * ov2_sa_memo_set() - remember what a look-up has found
 * @memo: the memo of the queue
 * @sa: the SA that ov2_sa_find_inbound() has found
 * @version: what ov2_sa_table_version() returned before the look-up
 * @frame: the frame
 *
 * Context: Any context.
 */
void ov2_sa_memo_set(struct ov2_sa_memo *memo, struct ov2_sa *sa, s64 version,
		     const struct ov2_frame *frame)
{
	memo->sa = sa;
	memo->version = version;
	memo->frame = *frame;
}

/**
 * ov2_sa_sent_find() - ov2_sa_find_outbound() with the memo of a send queue
 * @sent: the memo of the queue
 * @ad: the card
 * @table: the SA table of the card
 * @handle: the handle in slot 1, which is not 0
 *
 * Context: Any context, in an RCU read side; see struct ov2_sa_sent.
 * Return: as ov2_sa_find_outbound().
 */
struct ov2_sa *ov2_sa_sent_find(struct ov2_sa_sent *sent,
				struct ov2_adapter *ad,
				struct ov2_sa_table *table,
				unsigned long handle)
{
	s64 version = ov2_sa_table_version(table);

	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(), "the SA may be freed");
	if (likely(sent->handle == handle && sent->version == version))
		return sent->sa;

	sent->sa = ov2_sa_find_outbound(ad, handle);
	sent->version = version;
	sent->handle = handle;
	return sent->sa;
}
