/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_REQUEST_H
#define _OV2_SA_REQUEST_H

#include <linux/types.h>

#include "../ov2/status.h"

struct ov2_adapter;
struct ov2_engine;
struct ov2_request;

enum ov2_status ov2_sa_request(struct ov2_adapter *ad,
			       struct ov2_request *req);
bool ov2_sa_delete_wanted(const struct ov2_engine *engine);

#endif /* _OV2_SA_REQUEST_H */
