/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_EVENT_H
#define _OV2_SA_EVENT_H

#include <linux/types.h>

#include "../watch/counters.h"

struct ov2_adapter;
struct ov2_assoc;
struct xfrm_state;

void ov2_sa_event_added(const struct ov2_assoc *assoc);
void ov2_sa_event_deleted(const struct ov2_assoc *assoc,
			  const struct xfrm_state *x);
void ov2_sa_event_expired(const struct ov2_adapter *ad,
			  const struct xfrm_state *x, bool hard);
void ov2_sa_event_declined(struct ov2_adapter *ad, const struct xfrm_state *x,
			   enum ov2_counter reason);
void ov2_sa_event_delete_req(struct ov2_adapter *ad, unsigned long handle);

#endif /* _OV2_SA_EVENT_H */
