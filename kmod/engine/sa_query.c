// SPDX-License-Identifier: GPL-2.0
/* What users may know of an SA: what it has done, and its highest number. */
#include <linux/bug.h>
#include <linux/rcupdate.h>

#include "sa.h"
#include "sa_query.h"
#include "sa_table.h"
#include "../ov2/sa_info.h"

/* The outermost header is the last member. The engine follows the number of
 * this member only on receive, and only with extended sequence numbers. In this
 * case the engine needs the number to find the upper 32 bits of the next
 * number.
 */
static void query_seq(struct ov2_sa *sa, struct ov2_sa_info *info)
{
	const struct ov2_member *member = &sa->member[sa->members - 1];

	info->follows_seq = sa->key.inbound && member->esn;
	if (!info->follows_seq)
		return;
	spin_lock_bh(&sa->lock);
	info->seq = member->seq;
	spin_unlock_bh(&sa->lock);
}

/**
 * ov2_sa_query() - ov2_miniport_ops.query of this engine
 * @ad: the card
 * @handle: any value
 * @info: filled in, if @handle names a live SA of @ad
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: true if @info is filled in.
 */
bool ov2_sa_query(struct ov2_adapter *ad, unsigned long handle,
		  struct ov2_sa_info *info)
{
	struct ov2_sa *sa;
	int i;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the SA may be freed");
	sa = ov2_sa_find(ad, handle);
	if (!sa)
		return false;

	*info = (struct ov2_sa_info){
		.packets = atomic64_read(&sa->counts.packets),
		.bytes = atomic64_read(&sa->counts.bytes),
		.last_use = atomic64_read(&sa->counts.last_use),
	};
	for (i = 1; i < OV2_CRYPTO_STATUS_MAX; i++)
		info->failed[i] = atomic64_read(&sa->counts.failed[i - 1]);
	query_seq(sa, info);
	return true;
}
