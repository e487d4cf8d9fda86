/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_MONITOR_H
#define _OV2_MONITOR_H

int ov2_monitor_register(void);
void ov2_monitor_unregister(void);

#endif /* _OV2_MONITOR_H */
