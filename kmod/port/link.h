/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LINK_H
#define _OV2_LINK_H

struct ov2_miniport_ops;

int ov2_link_register(const struct ov2_miniport_ops *miniport);
void ov2_link_unregister(void);

#endif /* _OV2_LINK_H */
