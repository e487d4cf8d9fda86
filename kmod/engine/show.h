/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SHOW_H
#define _OV2_SHOW_H

#include "../ov2/adapter.h"
#include "../ov2/nbl.h"
#include "../watch/capture.h"
#include "../watch/trace.h"

/* Does anybody look at the frames that are sent? */
static inline bool ov2_show_tx_on(void)
{
	return trace_ov2_tx_record_enabled() || ov2_capture_on();
}

/* Does anybody look at the frames that are received? */
static inline bool ov2_show_rx_on(void)
{
	return trace_ov2_rx_record_enabled() || ov2_capture_on();
}

void ov2_show_to_send(const struct ov2_adapter *ad, const struct ov2_nbl *nbl);
void ov2_show_sent(const struct ov2_adapter *ad, struct ov2_nbl *nbl,
		   const struct sk_buff *skb);
void ov2_show_arrived(const struct ov2_adapter *ad, const struct ov2_nbl *nbl);
void ov2_show_received(const struct ov2_adapter *ad, struct ov2_nbl *nbl);

#endif /* _OV2_SHOW_H */
