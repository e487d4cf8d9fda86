/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_POLICY_EVENT_H
#define _OV2_POLICY_EVENT_H

#include <linux/types.h>

struct ov2_adapter;
struct xfrm_policy;

void ov2_policy_event_added(const struct ov2_adapter *ad,
			    const struct xfrm_policy *xp);
void ov2_policy_event_deleted(const struct ov2_adapter *ad,
			      const struct xfrm_policy *xp);
void ov2_policy_event_expired(const struct ov2_adapter *ad,
			      const struct xfrm_policy *xp, bool hard);

#endif /* _OV2_POLICY_EVENT_H */
