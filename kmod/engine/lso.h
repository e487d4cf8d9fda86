/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LSO_H
#define _OV2_LSO_H

#include "../watch/counters.h"

struct ov2_nbl;
struct ov2_sa;

enum ov2_counter ov2_lso_segment(struct ov2_nbl *nbl, const struct ov2_sa *sa);

#endif /* _OV2_LSO_H */
