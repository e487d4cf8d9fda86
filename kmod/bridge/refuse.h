/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REFUSE_H
#define _OV2_REFUSE_H

#include "../compat/xfrm.h"
#include "../watch/counters.h"

bool ov2_state_refused(const struct xfrm_state *x, enum ov2_counter *reason);
int ov2_state_refuse(struct ov2_adapter *ad, const struct xfrm_state *x,
		     enum ov2_counter reason, int err,
		     struct netlink_ext_ack *extack);

#endif /* _OV2_REFUSE_H */
