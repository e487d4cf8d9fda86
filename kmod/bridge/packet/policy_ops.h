/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_POLICY_OPS_H
#define _OV2_POLICY_OPS_H

#include "../../compat/xfrm.h"

int ov2_bridge_policy_add(struct xfrm_policy *xp,
			  struct netlink_ext_ack *extack);
void ov2_bridge_policy_delete(struct xfrm_policy *xp);
void ov2_bridge_policy_free(struct xfrm_policy *xp);

#endif /* _OV2_POLICY_OPS_H */
