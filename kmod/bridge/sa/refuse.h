/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REFUSE_H
#define _OV2_REFUSE_H

#include <linux/netlink.h>

#include "../../compat/xfrm.h"
#include "../../ov2/status.h"
#include "../../watch/counters.h"

/*
 * Two functions include the rows of state_refusals.h, and two other functions
 * include the rows of policy_refusals.h. The first function of each pair finds
 * the reason. The second one tells the user and the log the sentence of the
 * reason.
 */

/* The condition of a row whose reason is found by other code */
#define ELSEWHERE	false

/* For a function that returns the reason: a row becomes a test of its condition
 */
#define OV2_REFUSED_IF(reason, condition, sentence)			\
	if (condition)							\
		return OV2_CNT_##reason;

/* For a function that has an argument extack and returns the sentence: a row
 * becomes a case of a switch over reasons. The sentence is a literal, because
 * extack keeps a pointer to it. The sentence must be so short that
 * NL_SET_ERR_MSG_FMT() could take it with the module's name in front.
 */
#define OV2_REFUSED_SAY(reason, condition, sentence)			\
	case OV2_CNT_##reason: {					\
		static_assert(sizeof(KBUILD_MODNAME ": " sentence) <=	\
			      NETLINK_MAX_FMTMSG_LEN);			\
		NL_SET_ERR_MSG_MOD(extack, sentence);			\
		return sentence;					\
	}

enum ov2_counter ov2_state_refused(const struct xfrm_state *x);
int ov2_state_refuse(struct ov2_adapter *ad, const struct xfrm_state *x,
		     enum ov2_counter reason, int err,
		     struct netlink_ext_ack *extack);
int ov2_state_add_disabled(struct ov2_adapter *ad, const struct xfrm_state *x,
			   struct netlink_ext_ack *extack);
int ov2_state_add_failed(struct ov2_adapter *ad, const struct xfrm_state *x,
			 enum ov2_status status,
			 struct netlink_ext_ack *extack);

#endif /* _OV2_REFUSE_H */
