/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PENDING_H
#define _OV2_PENDING_H

#include <linux/skbuff.h>
#include <linux/workqueue.h>

struct neighbour;

/* The list takes no more packets than this before the work item runs. The
 * neighbour itself limits the number of bytes of the packets that it keeps.
 */
#define OV2_PENDING_MAX	128

/**
 * struct ov2_pending - packets that wait for the address of a neighbour
 * @packets: the packets, each with a reference to its neighbour
 * @work: hands the packets to their neighbours
 */
struct ov2_pending {
	struct sk_buff_head packets;
	struct work_struct work;
};

void ov2_pending_init(struct ov2_pending *pending);
void ov2_pending_destroy(struct ov2_pending *pending);
bool ov2_pending_add(struct ov2_pending *pending, struct sk_buff *skb,
		     struct neighbour *neigh);

#endif /* _OV2_PENDING_H */
