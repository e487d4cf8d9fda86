/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_XDO_H
#define _OV2_XDO_H

struct xfrm_state;

void ov2_state_renumber(struct xfrm_state *x);

#endif /* _OV2_XDO_H */
