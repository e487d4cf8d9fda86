/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_QUERY_H
#define _OV2_SA_QUERY_H

#include <linux/types.h>

struct ov2_adapter;
struct ov2_sa_info;

bool ov2_sa_query(struct ov2_adapter *ad, unsigned long handle,
		  struct ov2_sa_info *info);

#endif /* _OV2_SA_QUERY_H */
