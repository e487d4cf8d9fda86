/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_H
#define _OV2_RIG_H

#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/wait.h>

#include "../../ov2/miniport.h"

#define OV2_RIG_KEYS_MAX	128
#define OV2_RIG_QUEUES		4

/**
 * struct ov2_rig - a card without a netdev, that collects what its engine gives
 * @ad: the card
 * @test: the test that it lives for
 * @lock: guards the lists
 * @ready: NBLs made and not sent yet, by ov2_nbl.link
 * @sent: NBLs that came back from a send, in that order; see
 *	ov2_rig_sent_status()
 * @indicated: NBLs that were received, in that order
 * @wire: frames on the wire, in that order; skb_get_queue_mapping() has the
 *	queue
 * @kept: frames for tests to compare with, or to inject copies of
 * @requests: all that were made for this rig, by ov2_rig_request.link
 * @discard: do not collect: frames and NBLs are freed at once, and counted
 * @nbls_out: NBLs that the engine has
 * @requests_out: requests that pend
 * @num_sent: sends that came back
 * @num_ok: sends that came back with SUCCESS
 * @num_wire: frames on the wire
 * @num_indicated: NBLs indicated
 * @num_status: status indications
 * @status_code: of the last one
 * @status_config: of the last one
 * @twice: NBLs that came back, and requests that completed, more than once
 * @event: woken whenever something comes back
 * @paused: between pause and restart
 *
 * What it collects is its own, and freed with it. When the test ends, also by
 * a failed assertion, every SA is deleted, the engine halted, and anything
 * lost or given back twice fails the test.
 */
struct ov2_rig {
	struct ov2_adapter ad;
	struct kunit *test;
	spinlock_t lock; /* see above */
	struct list_head ready;
	struct list_head sent;
	struct list_head indicated;
	struct sk_buff_head wire;
	struct sk_buff_head kept;
	struct list_head requests;
	bool discard;
	atomic_t nbls_out;
	atomic_t requests_out;
	atomic_t num_sent;
	atomic_t num_ok;
	atomic_t num_wire;
	atomic_t num_indicated;
	atomic_t num_status;
	u32 status_code;
	struct ov2_offload status_config;
	atomic_t twice;
	wait_queue_head_t event;
	bool paused;
};

/**
 * struct ov2_rig_request - a request with all that it needs
 * @req: the request; tests may spoil it
 * @link: place in ov2_rig.requests
 * @completed: how often it got a final status
 * @done: completed when it has its final status
 * @status: the final status, after @done
 * @cleanup: deletes what it added, when the rig goes
 * @cleanup_entry: what @cleanup.del points to
 * @ext: what @req.ext points to, if it is an add
 * @del: what @req.del points to, if it is a delete
 * @update: what @req.update points to, if it is an update
 * @parameters: what @req.parameters points to, if it is one that sets those
 * @encapsulation: what @req.encapsulation points to, likewise
 * @add: what @req.add points to, if it is an add
 * @keys: key area of @add
 */
struct ov2_rig_request {
	struct ov2_request req;
	struct list_head link;
	atomic_t completed;
	struct completion done;
	enum ov2_status status;
	struct ov2_request cleanup;
	struct ov2_delete_sa cleanup_entry;
	struct ov2_ext_add ext;
	struct ov2_delete_sa del;
	struct ov2_update_sa update;
	struct ov2_offload_parameters parameters;
	struct ov2_offload_encapsulation encapsulation;
	struct ov2_add_sa_ex add;
	u8 keys[OV2_RIG_KEYS_MAX];
};

/**
 * struct ov2_rig_sa - an SA as both of its ends know it
 * @ipv6: family of its endpoints
 * @tunnel: protects the tunnel portion
 * @esn: extended sequence numbers
 * @ah_only: AH alone, with @ah_auth
 * @net: endpoints are 10.0.net.1 and .2, or fd00:net::1 and ::2
 * @spi: of ESP, host order
 * @ah_spi: of AH, host order; with @ah_auth
 * @encr: OV2_ENCR_* of ESP
 * @auth: OV2_AUTH_* of ESP, 0 with a combined mode
 * @ah_auth: OV2_AUTH_* of AH; 0 = no AH
 * @icv_len: bytes, of a combined mode
 * @udp_esp: OV2_UDP_ESP_* or 0
 * @udp_dport: destination port of UDP-ESP, host order, 0 = any; frames have
 *	4500 then
 * @seq_hi: high half that the SA starts with, host order
 * @seq_lo: low half
 * @window: replay window
 * @key: which key; two SAs with the same number have the same keys
 * @out: its handle at the sender, from ov2_rig_add_outbound()
 * @in: its handle at the receiver, from ov2_rig_add_inbound()
 */
struct ov2_rig_sa {
	bool ipv6;
	bool tunnel;
	bool esn;
	bool ah_only;
	u8 net;
	u32 spi;
	u32 ah_spi;
	u32 encr;
	u32 auth;
	u32 ah_auth;
	u8 icv_len;
	u32 udp_esp;
	u16 udp_dport;
	u32 seq_hi;
	u32 seq_lo;
	u32 window;
	u8 key;
	unsigned long out;
	unsigned long in;
};

/**
 * struct ov2_rig_frame - a frame to be made
 * @sa: what slot 1 names; NULL = a plain frame
 * @tunnel: what slot 11 names, around @sa; NULL = none
 * @seq: number in the headers of @sa, low half
 * @tunnel_seq: number in the headers of @tunnel
 * @len: bytes of what @sa protects in transport mode, or of what the inner IP
 *	packet carries
 * @ipv6: family of a plain frame, or of the packet inside a tunnel
 * @proto: what is in there, default UDP
 * @more_pad: pad bytes beyond those needed, a multiple of the alignment
 *
 * The payload's bytes count up from the low byte of @seq.
 */
struct ov2_rig_frame {
	const struct ov2_rig_sa *sa;
	const struct ov2_rig_sa *tunnel;
	u32 seq;
	u32 tunnel_seq;
	unsigned int len;
	bool ipv6;
	u8 proto;
	u8 more_pad;
};

/* AES-GCM-128, IPv4, transport: what a test takes if it does not matter */
#define OV2_RIG_SA_GCM	{						\
	.spi = 0x1000,							\
	.encr = OV2_ENCR_AES_GCM_128,					\
	.icv_len = 16,							\
	.window = 64,							\
}

/* rig.c: the card */
struct ov2_rig *ov2_rig_new_idle(struct kunit *test,
				 const struct ov2_miniport_ops *miniport);
struct ov2_rig *ov2_rig_new(struct kunit *test,
			    const struct ov2_miniport_ops *miniport);
void ov2_rig_pause(struct ov2_rig *rig);
void ov2_rig_restart(struct ov2_rig *rig);
void ov2_rig_came_back(struct ov2_rig *rig, atomic_t *out);
bool ov2_rig_wait_none(struct ov2_rig *rig, const atomic_t *out);

/* rig_flow.c: frames in and out */
extern const struct ov2_adapter_ops ov2_rig_adapter_ops;
struct ov2_nbl *ov2_rig_nbl(struct ov2_rig *rig, struct sk_buff *skb,
			    u16 queue);
void ov2_rig_send(struct ov2_rig *rig, struct ov2_nbl *nbl);
void ov2_rig_receive(struct ov2_rig *rig, struct ov2_nbl *nbl);
enum ov2_status ov2_rig_sent_status(const struct ov2_nbl *nbl);
void ov2_rig_wait_idle(struct ov2_rig *rig);
struct sk_buff *ov2_rig_wire_first(struct ov2_rig *rig);
void ov2_rig_loop(struct ov2_rig *from, struct ov2_rig *to);
struct ov2_nbl *ov2_rig_inject(struct ov2_rig *rig, const struct sk_buff *skb,
			       u16 queue);
struct ov2_nbl *ov2_rig_last_indicated(struct ov2_rig *rig);
struct sk_buff *ov2_rig_keep_copy(struct ov2_rig *rig,
				  const struct sk_buff *skb);
void ov2_rig_flip(struct sk_buff *skb, unsigned int offset, u8 bits);
void ov2_rig_cut(struct sk_buff *skb, unsigned int len);
void ov2_rig_forget(struct ov2_rig *rig);

/* rig_frame.c: frames */
__be32 ov2_rig_ipv4(u8 net, u8 host);
void ov2_rig_ipv6(struct in6_addr *addr, u8 net, u8 host);
struct sk_buff *ov2_rig_skb(struct ov2_rig *rig,
			    const struct ov2_rig_frame *frame);
struct ov2_nbl *ov2_rig_frame(struct ov2_rig *rig,
			      const struct ov2_rig_frame *frame, u16 queue);

/* rig_add.c: requests that add an SA */
struct ov2_rig_request *ov2_rig_add_new(struct ov2_rig *rig,
					const struct ov2_rig_sa *sa,
					bool inbound);

/* rig_request.c: requests */
struct ov2_rig_request *ov2_rig_request_new(struct ov2_rig *rig, u32 oid);
struct ov2_rig_request *ov2_rig_delete_new(struct ov2_rig *rig,
					   unsigned long handle);
struct ov2_rig_request *ov2_rig_update_new(struct ov2_rig *rig,
					   unsigned long handle, u32 operation,
					   u32 spi, u32 seq_hi);
void ov2_rig_request_handle(struct ov2_rig_request *rr, unsigned long handle);
enum ov2_status ov2_rig_submit(struct ov2_rig *rig,
			       struct ov2_rig_request *rr);
enum ov2_status ov2_rig_wait(struct ov2_rig *rig, struct ov2_rig_request *rr);
enum ov2_status ov2_rig_request(struct ov2_rig *rig,
				struct ov2_rig_request *rr);
void ov2_rig_add_outbound(struct ov2_rig *rig, struct ov2_rig_sa *sa);
void ov2_rig_add_inbound(struct ov2_rig *rig, struct ov2_rig_sa *sa);
enum ov2_status ov2_rig_delete(struct ov2_rig *rig, unsigned long handle);
enum ov2_status ov2_rig_update(struct ov2_rig *rig, unsigned long handle,
			       u32 operation, u32 spi, u32 seq_hi);
enum ov2_status ov2_rig_parameter(struct ov2_rig *rig, u8 parameter);
enum ov2_status ov2_rig_encapsulation(struct ov2_rig *rig, u32 enabled);
void ov2_rig_request_complete(struct ov2_adapter *ad, struct ov2_request *req,
			      enum ov2_status status);
bool ov2_rig_requests_end(struct ov2_rig *rig);
void ov2_rig_requests_free(struct ov2_rig *rig);

#endif /* _OV2_RIG_H */
