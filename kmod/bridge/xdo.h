/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_XDO_H
#define _OV2_XDO_H

#include <linux/types.h>

struct net_device;
struct ov2_assoc;
struct xfrm_state;

bool ov2_xdo_is_card(const struct net_device *dev);
struct ov2_assoc *ov2_state_assoc(const struct xfrm_state *x);
void ov2_state_renumber(struct xfrm_state *x);

#endif /* _OV2_XDO_H */
