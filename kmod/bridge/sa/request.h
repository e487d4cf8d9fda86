/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REQUEST_H
#define _OV2_REQUEST_H

#include "../../compat/xfrm.h"
#include "../../ov2/miniport.h"

struct ov2_assoc;

enum ov2_status ov2_bridge_request_add(struct ov2_adapter *ad,
				       struct xfrm_state *x,
				       struct ov2_assoc *assoc);
void ov2_bridge_request_added(struct ov2_request *req,
			      enum ov2_status status);

#endif /* _OV2_REQUEST_H */
