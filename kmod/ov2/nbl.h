/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_NBL_H
#define _OV2_NBL_H

#include <linux/skbuff.h>
#include <linux/types.h>

#include "../../uapi/linux/ipsecov2.h"
#include "../watch/counters.h"

#define OV2_NBL_MINIPORT_WORDS	24

/**
 * struct ov2_ext_tx - extension: the sequence number's high half on transmit
 * @seq_hi: high 32 bits that are authenticated, host order
 * @valid: @seq_hi is set. If not, the engine takes the SA's own, as IPsecOV2
 *	does (UPDATE_SA)
 */
struct ov2_ext_tx {
	u32 seq_hi;
	bool valid;
};

/**
 * struct ov2_ext_rx - extension: what was verified on receive
 * @handle: handle of the inbound SA that was tried, 0 if none was
 * @seq64: sequence number, with the high half that was authenticated
 *
 * Valid if OV2_RX_CRYPTO_DONE is set. IPsecOV2 has no word for the inbound
 * SA: the transport looks it up again from the packet.
 */
struct ov2_ext_rx {
	unsigned long handle;
	u64 seq64;
};

/**
 * struct ov2_nbl - frames and their records (NET_BUFFER_LIST)
 * @skb: the frames (NET_BUFFERs), linked by sk_buff.next, the last one's being
 *	NULL. Data is at the Ethernet header and the network header is set. The
 *	records are for all of them. One to be sent may have several; a received
 *	one, and a large send, has one
 * @queue: the card's queue that the frame came in on
 * @info: the out-of-band slots, host order
 * @ext_tx: extension, transmit
 * @ext_rx: extension, receive
 * @reason: why the frames are dropped: the engine sets it before an NBL to be
 *	sent completes with another status than OV2_STATUS_SUCCESS
 * @link: for lists of the present owner of the NBL
 * @miniport: the engine's own, while it owns the NBL; zero at first
 *
 * Records and extensions are the only message between bridge and engine.
 */
struct ov2_nbl {
	struct sk_buff *skb;
	u16 queue;
	unsigned long info[OV2_INFO_MAX];
	struct ov2_ext_tx ext_tx;
	struct ov2_ext_rx ext_rx;
	enum ov2_counter reason;
	struct list_head link;
	u64 miniport[OV2_NBL_MINIPORT_WORDS];
};

struct ov2_nbl *ov2_nbl_alloc(struct sk_buff *skb, u16 queue);
void ov2_nbl_free(struct ov2_nbl *nbl);
int ov2_nbl_init(void);
void ov2_nbl_exit(void);

#endif /* _OV2_NBL_H */
