/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SHOWN_H
#define _OV2_SHOWN_H

#include <kunit/test.h>
#include <linux/skbuff.h>

#include "../../watch/capture.h"

/**
 * struct ov2_shown - a monitor that keeps what it shows
 * @tap: the monitor
 * @frames: what it has shown, oldest first. Each frame begins with struct
 *	ov2_capture_header
 */
struct ov2_shown {
	struct ov2_tap tap;
	struct sk_buff_head frames;
};

struct ov2_shown *ov2_shown_new(struct kunit *test);
void ov2_shown_settle(struct ov2_shown *shown);

#endif /* _OV2_SHOWN_H */
