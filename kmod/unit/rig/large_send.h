/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LARGE_SEND_H
#define _OV2_LARGE_SEND_H

#include "rig.h"
#include "rig_add.h"

#define OV2_LARGE_MSS		100
/* TCP's sequence number and IPv4's identification in the template */
#define OV2_LARGE_TCP_SEQ	0xfffffff0
#define OV2_LARGE_IP_ID		0x7ffe
/* TCP's header with its options */
#define OV2_LARGE_TCP_LEN	32U

/**
 * struct ov2_large - a large send
 * @a: the sender
 * @b: the receiver
 * @sa: the SA that protects the large send, as both ends know it
 * @len: bytes of TCP payload
 * @junk: number of bytes that follow the payload
 * @mss: bytes of payload in a segment
 * @seq: sequence number in the first ESP header
 * @nbl: the NBL that is sent
 */
struct ov2_large {
	struct ov2_rig *a;
	struct ov2_rig *b;
	struct ov2_rig_sa sa;
	unsigned int len;
	u8 junk;
	u32 mss;
	u32 seq;
	struct ov2_nbl *nbl;
};

struct ov2_large ov2_large_new(struct kunit *test, unsigned int len);
void ov2_large_add(struct ov2_large *large);
unsigned int ov2_large_ip_len(const struct ov2_large *large);
unsigned int ov2_large_ah_len(const struct ov2_large *large);
unsigned int ov2_large_tcp(const struct ov2_large *large);
u8 ov2_large_byte(unsigned int i);
struct sk_buff *ov2_large_template(struct ov2_large *large);
void ov2_large_make(struct ov2_large *large);
void ov2_large_in_pieces(struct ov2_large *large, unsigned int linear);
enum ov2_status ov2_large_send(struct ov2_large *large);
void ov2_large_refused(struct ov2_large *large);

#endif /* _OV2_LARGE_SEND_H */
