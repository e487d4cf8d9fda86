/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_XDO_H
#define _OV2_XDO_H

struct ov2_assoc;
struct xfrm_state;

struct ov2_assoc *ov2_state_assoc(const struct xfrm_state *x);
void ov2_state_renumber(struct xfrm_state *x);

#endif /* _OV2_XDO_H */
