/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RX_POLL_H
#define _OV2_RX_POLL_H

struct napi_struct;
struct ov2_adapter;
struct ov2_nbl;

int ov2_rx_poll(struct napi_struct *napi, int budget);
void ov2_rx_indicate(struct ov2_adapter *ad, struct ov2_nbl *nbl);

#endif /* _OV2_RX_POLL_H */
