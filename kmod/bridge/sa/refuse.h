/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REFUSE_H
#define _OV2_REFUSE_H

#include "../../compat/xfrm.h"
#include "../../ov2/status.h"
#include "../../watch/counters.h"

/* One sentence of a switch over reasons, told through @extack of the function
 * it is in. A macro keeps each sentence a literal, as extack wants it.
 */
#define OV2_SAY(reason, sentence)					\
	case OV2_CNT_##reason:						\
		NL_SET_ERR_MSG_MOD(extack, sentence);			\
		break

bool ov2_state_refused(const struct xfrm_state *x, enum ov2_counter *reason);
int ov2_state_refuse(struct ov2_adapter *ad, const struct xfrm_state *x,
		     enum ov2_counter reason, int err,
		     struct netlink_ext_ack *extack);
int ov2_state_add_disabled(struct ov2_adapter *ad, const struct xfrm_state *x,
			   struct netlink_ext_ack *extack);
int ov2_state_add_failed(struct ov2_adapter *ad, const struct xfrm_state *x,
			 enum ov2_status status,
			 struct netlink_ext_ack *extack);

#endif /* _OV2_REFUSE_H */
