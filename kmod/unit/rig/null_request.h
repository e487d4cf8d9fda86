/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_NULL_REQUEST_H
#define _OV2_NULL_REQUEST_H

#include "null_engine.h"

extern const struct ov2_offload ov2_null_hardware;
bool ov2_null_may_send(struct ov2_adapter *ad, unsigned long handle);
bool ov2_null_query(struct ov2_adapter *ad, unsigned long handle,
		    struct ov2_sa_info *info);
void ov2_null_tell(struct ov2_adapter *ad, unsigned long handle,
		   const struct ov2_sa_info *info);
enum ov2_status ov2_null_request(struct ov2_adapter *ad,
				 struct ov2_request *req);
unsigned int ov2_null_num_asked(const struct ov2_adapter *ad);
struct ov2_null_asked ov2_null_asked(const struct ov2_adapter *ad,
				     unsigned int nth);

#endif /* _OV2_NULL_REQUEST_H */
