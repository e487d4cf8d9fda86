/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RECEIVE_NBL_H
#define _OV2_RECEIVE_NBL_H

struct ov2_adapter;
struct ov2_nbl;

void ov2_engine_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl);
void ov2_engine_received(struct ov2_adapter *ad, struct ov2_nbl *nbl);

#endif /* _OV2_RECEIVE_NBL_H */
