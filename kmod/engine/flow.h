/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FLOW_H
#define _OV2_FLOW_H

struct ov2_adapter;
struct ov2_nbl;

/* send.c */
void ov2_engine_send(struct ov2_adapter *ad, struct ov2_nbl *nbl);
void ov2_engine_sent(struct ov2_adapter *ad, struct ov2_nbl *nbl);

/* receive.c */
void ov2_engine_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl);
void ov2_engine_received(struct ov2_adapter *ad, struct ov2_nbl *nbl);

#endif /* _OV2_FLOW_H */
