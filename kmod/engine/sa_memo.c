// SPDX-License-Identifier: GPL-2.0
/*
 * Frames of one flow come in bursts. So a receive queue remembers the SA of its
 * last frame. The queue asks the table of SAs only if the next frame differs in
 * a field that the look-up reads, or if the table has changed.
 *
 * A memo holds no reference. A reader must compare the version of the table
 * before it uses the SA of a memo. When an SA leaves the table, first the
 * version changes, then a grace period begins, and after the grace period the
 * SA is freed. So if a reader finds the version unchanged, the grace period
 * does not end before the RCU read side of this reader.
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
