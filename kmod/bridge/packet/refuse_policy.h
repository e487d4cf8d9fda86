/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REFUSE_POLICY_H
#define _OV2_REFUSE_POLICY_H

#include "../../compat/xfrm.h"
#include "../../watch/counters.h"

enum ov2_counter ov2_policy_refused(const struct xfrm_policy *xp);
int ov2_policy_refuse(const struct xfrm_policy *xp, enum ov2_counter reason,
		      int err, struct netlink_ext_ack *extack);

#endif /* _OV2_REFUSE_POLICY_H */
