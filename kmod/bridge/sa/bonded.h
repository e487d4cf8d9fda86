/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_BONDED_H
#define _OV2_BONDED_H

struct ov2_adapter;
struct ov2_assoc;
struct xfrm_state;

void ov2_bonded_add(struct ov2_assoc *assoc, const struct xfrm_state *x);
void ov2_bonded_del(struct ov2_assoc *assoc);
struct ov2_assoc *ov2_bonded_unset(const struct xfrm_state *x);
struct xfrm_state *ov2_bonded_find_any(const struct ov2_adapter *ad);

#endif /* _OV2_BONDED_H */
