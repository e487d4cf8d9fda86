/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LOOKUP_H
#define _OV2_LOOKUP_H

#include <linux/atomic.h>
#include <linux/rhashtable.h>

/**
 * struct ov2_looks - for unit tests: how much work look-ups do
 * @count: entries looked at; the SPD also counts the keys that it looks for
 * @meanwhile: called once, in the middle of the next look-up, or NULL
 */
struct ov2_looks {
#ifdef OV2_UNIT
	atomic_t count;
	void (*meanwhile)(void);
#endif
};

static inline void ov2_look(struct ov2_looks *looks)
{
#ifdef OV2_UNIT
	void (*meanwhile)(void) = READ_ONCE(looks->meanwhile);

	atomic_inc(&looks->count);
	if (unlikely(meanwhile)) {
		looks->meanwhile = NULL;
		meanwhile();
	}
#endif
}

/* Does @list, the list of the entries of one key, have at least @max entries?
 * Under rcu_read_lock(). Reads at most @max entries.
 */
static inline bool ov2_list_reaches(struct rhlist_head *list, unsigned int max)
{
	struct rhlist_head *pos;
	unsigned int count = 0;

	rhl_for_each_rcu(pos, list)
		if (++count == max)
			return true;
	return false;
}

#endif /* _OV2_LOOKUP_H */
