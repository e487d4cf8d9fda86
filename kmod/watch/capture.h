/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CAPTURE_H
#define _OV2_CAPTURE_H

#include <linux/jump_label.h>
#include <linux/list.h>
#include <linux/netdevice.h>
#include <linux/sizes.h>
#include <linux/skbuff.h>

#include "../../uapi/linux/ipsecov2_capture.h"
#include "../ov2/adapter.h"
#include "../ov2/nbl.h"

/* So much memory may be in the copies that wait for the packet sockets, in
 * bytes: for one monitor, and for all monitors together
 */
#define OV2_CAPTURE_WAITING	((long)SZ_16M)
#define OV2_CAPTURE_WAITING_ALL	((long)SZ_64M)

/**
 * struct ov2_tap - a monitor that is up
 * @list: in the list of its namespace; protected by RTNL, read under RCU
 * @dev: the monitor
 * @card: the card that is shown, or NULL for all cards in the namespace of @dev
 * @clear: frames in clear are shown as a whole
 * @was_up: the monitor has been up; protected by RTNL
 * @copies: the copies that wait for @napi; its lock is taken with BH disabled
 * @waiting: the memory of @copies, in bytes; protected by the lock of @copies
 * @napi: gives @copies to the packet sockets
 */
struct ov2_tap {
	struct list_head list;
	struct net_device *dev;
	const struct net_device *card;
	bool clear;
	bool was_up;
	struct sk_buff_head copies;
	long waiting;
	struct napi_struct napi;
};

/**
 * struct ov2_captured - a frame at one side of the engine
 * @point: where the frame is
 * @nbl: its records, or NULL if there are none yet
 * @skb: the frame; skb->data is at the Ethernet header
 * @queue: its queue
 * @headers: number of bytes, from the start of the frame, that every monitor
 *	may show. They end with the outermost ESP header, or with the SPI of the
 *	outermost AH. In a frame that has neither ESP nor AH, they are the
 *	Ethernet header; if the bridge drops this frame, they are the Ethernet
 *	header and the IP header. The bytes behind them may be in clear. 0 if
 *	every monitor may show the whole frame
 * @handle: the SA, or 0
 * @spi: the SPI of the outermost header, network order
 * @seq: the sequence number of this header
 * @verdict: what became of the frame, or ""
 */
struct ov2_captured {
	enum ov2_capture_point point;
	const struct ov2_nbl *nbl;
	const struct sk_buff *skb;
	u16 queue;
	unsigned int headers;
	unsigned long handle;
	__be32 spi;
	u64 seq;
	const char *verdict;
};

DECLARE_STATIC_KEY_FALSE(ov2_capture_key);

/* While no monitor is up, this costs a frame one instruction. */
static inline bool ov2_capture_on(void)
{
	return static_branch_unlikely(&ov2_capture_key);
}

void ov2_capture(const struct ov2_adapter *ad,
		 const struct ov2_captured *captured);
void ov2_tap_init(struct ov2_tap *tap);
void ov2_tap_add(struct ov2_tap *tap);
void ov2_tap_del(struct ov2_tap *tap);
int ov2_capture_register(void);
void ov2_capture_unregister(void);

#endif /* _OV2_CAPTURE_H */
