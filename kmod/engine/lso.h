/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LSO_H
#define _OV2_LSO_H

struct ov2_nbl;
struct ov2_sa;

int ov2_lso_segment(struct ov2_nbl *nbl, const struct ov2_sa *sa);

#endif /* _OV2_LSO_H */
