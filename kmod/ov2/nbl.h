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
 * @seq_hi: high 32 bits of the number, host order; the ICV covers them
 * @valid: @seq_hi is set. If not, the engine does what IPsecOV2 says: it uses
 *	the high half from the last UPDATE_SA, or from the add if there was no
 *	UPDATE_SA
 */
struct ov2_ext_tx {
	u32 seq_hi;
	bool valid;
};

/**
 * struct ov2_ext_rx - extension: which SA and number were tried on receive
 * @handle: handle of the SA that the engine has tried for the outermost header
 * @seq64: sequence number of the outermost header, with the high half that the
 *	engine has tried
 *
 * Valid if OV2_RX_CRYPTO_DONE is set. The records of IPsecOV2 do not name the
 * inbound SA. So a receiver without this extension must look up the SA of the
 * packet a second time.
 */
struct ov2_ext_rx {
	unsigned long handle;
	u64 seq64;
};

/**
 * struct ov2_ext_lso - extension: a large send as Linux asks for it
 * @valid: the engine must read the record of slot 2 together with this
 *	extension (OV2_OFFLOAD_EXT_LARGE_SEND). If @valid is false, the large
 *	send is an LSOv2 send
 * @keep_cwr: TCP: each segment has the CWR flag of the template, which is the
 *	frame of the NBL (AccECN). If not, only the first segment has the flag
 *	(RFC 3168)
 * @same_id: IPv4: all segments have the same identification in the outermost
 *	header. If not, the identification counts up by one, and wraps at 2^16
 * @same_inner_id: as @same_id, for the IPv4 header inside a tunnel
 * @proto: IPPROTO_TCP or IPPROTO_UDP. With UDP each segment is a datagram
 * @segments: how many segments the template becomes. A sequence number is
 *	reserved for each of them
 *
 * In a tunnel the headers of the inner packet stand between the IV and the
 * header of TCP or UDP. In each segment the engine updates the headers of the
 * inner packet, and not only the outer IP header. In the template, the checksum
 * field of TCP or UDP holds the sum over the pseudo header, as with
 * CHECKSUM_PARTIAL. The pseudo header has the length of the whole template, and
 * not the length of a segment.
 */
struct ov2_ext_lso {
	bool valid;
	bool keep_cwr;
	bool same_id;
	bool same_inner_id;
	u8 proto;
	u16 segments;
};

/**
 * struct ov2_nbl - frames and their records (NET_BUFFER_LIST)
 * @skb: the frames (NET_BUFFERs), linked by sk_buff.next, which is NULL in the
 *	last one. sk_buff.data points at the Ethernet header, and the network
 *	header is set. The records apply to all frames. An NBL to be sent may
 *	have several frames; a received NBL and a large send have one frame
 * @queue: number of the receive queue that the frame came in on, or of the send
 *	queue that the frame leaves by
 * @frames: the number of frames that the NBL becomes on the line
 * @info: the out-of-band slots, host order
 * @ext_tx: extension, transmit
 * @ext_lso: extension, large send
 * @ext_rx: extension, receive
 * @reason: why the frames are dropped. If a send fails, the engine sets @reason
 *	before it hands back the NBL
 * @link: for lists of the present owner of the NBL
 * @miniport: private to the engine while it owns the NBL. At first the bytes
 *	are not zero but undefined: the engine itself clears what must be zero
 *
 * Beside the frames and @reason, bridge and engine exchange only records and
 * extensions.
 */
struct ov2_nbl {
	struct sk_buff *skb;
	u16 queue;
	u16 frames;
	unsigned long info[OV2_INFO_MAX];
	struct ov2_ext_tx ext_tx;
	struct ov2_ext_lso ext_lso;
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
