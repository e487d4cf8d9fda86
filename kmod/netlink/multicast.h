/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_NETLINK_MULTICAST_H
#define _OV2_NETLINK_MULTICAST_H

int ov2_events_register(void);
void ov2_events_unregister(void);

#endif /* _OV2_NETLINK_MULTICAST_H */
