/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_NETNS_H
#define _OV2_NETNS_H

int ov2_netns_register(void);
void ov2_netns_unregister(void);

#endif /* _OV2_NETNS_H */
