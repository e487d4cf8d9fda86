/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_HOLD_ENGINE_H
#define _OV2_HOLD_ENGINE_H

#include <linux/list.h>
#include <linux/spinlock.h>

#include "../../ov2/miniport.h"

/**
 * struct ov2_hold_engine - an engine that holds NBLs until a test releases them
 * @lock: protects the lists and their numbers; taken with BH disabled
 * @sent: NBLs to be sent, oldest first
 * @received: NBLs that were received, oldest first
 * @num_sent: NBLs in @sent
 * @num_received: NBLs in @received
 * @at_once: give received NBLs back within ov2_miniport_ops.receive
 * @idle: the engine wants no received frame
 * @esp: the OV2_PARAMETER_* that was set last
 * @keeps_esp: refuse to set another OV2_PARAMETER_*
 */
struct ov2_hold_engine {
	spinlock_t lock; /* protects the lists and numbers */
	struct list_head sent;
	struct list_head received;
	unsigned int num_sent;
	unsigned int num_received;
	bool at_once;
	bool idle;
	u8 esp;
	bool keeps_esp;
};

extern const struct ov2_miniport_ops ov2_hold_miniport;

static inline struct ov2_hold_engine *ov2_hold_of(const struct ov2_adapter *ad)
{
	return ad->engine;
}

unsigned int ov2_hold_release_sent(struct ov2_adapter *ad, unsigned int num,
				   enum ov2_status status);
unsigned int ov2_hold_release_received(struct ov2_adapter *ad,
				       unsigned int num);

#endif /* _OV2_HOLD_ENGINE_H */
