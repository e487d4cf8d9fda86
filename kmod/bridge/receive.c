// SPDX-License-Identifier: GPL-2.0
/* Receive records become sec_path and xfrm_offload. */
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "bridge.h"
#include "xdo.h"
#include "packet/packet_receive.h"
#include "sa/assoc.h"
#include "sa/deliver.h"
#include "sa/headers.h"
#include "../ov2/records.h"
#include "../watch/counters.h"

/* Returns NULL if the state was deleted after the engine had found its SA. */
static struct xfrm_state *rx_state_get(const struct ov2_assoc *assoc)
{
	struct xfrm_state *x = assoc ? rcu_dereference(assoc->x) : NULL;

	return x && refcount_inc_not_zero(&x->refcnt) ? x : NULL;
}

/* Takes the caller's reference on x. If the sec_path holds the state but no
 * xfrm_offload, the core compares the packet with its policies, as if the core
 * had decrypted it. In a record the status is a number, in Linux it is a bit
 * (Documentation/ipsecov2.rst, 1.3).
 */
static bool rx_set_path(struct sk_buff *skb, struct xfrm_state *x,
			const struct ov2_rx_result *res,
			enum ov2_packet_path path)
{
	struct xfrm_offload *xo;
	struct sec_path *sp;

	secpath_reset(skb);
	sp = secpath_set(skb);
	if (!sp) {
		xfrm_state_put(x);
		return false;
	}

	sp->xvec[sp->len++] = x;
	if (path != OV2_PATH_OFFLOAD)
		return true;

	sp->olen++;
	xo = xfrm_offload(skb);
	xo->flags = CRYPTO_DONE;
	if (res->sa_delete_req)
		xo->flags |= SA_DELETE_REQ;
	xo->status = 1 << res->status;
	return true;
}

/* Ethernet pads short frames. IP trims the padding too late: xfrm_input() and
 * ov2_decap_read() look for the trailer at the end of the packet. The engine
 * has checked that the frame is at least as long as the IP header says.
 */
static bool rx_trim_padding(struct sk_buff *skb)
{
	bool ipv6 = skb->protocol == htons(ETH_P_IPV6);
	int offset = ipv6 ? offsetof(struct ipv6hdr, payload_len) :
			    offsetof(struct iphdr, tot_len);
	__be16 len;

	if (skb_copy_bits(skb, offset, &len, sizeof(len)))
		return false;
	return !pskb_trim_rcsum(skb, ntohs(len) +
				(ipv6 ? sizeof(struct ipv6hdr) : 0));
}

/* For a state in packet mode: takes ESP off, and the stack gets a clear packet.
 */
static enum ov2_counter rx_packet(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				  const struct ov2_assoc *assoc,
				  struct xfrm_state *x,
				  const struct ov2_rx_result *res)
{
	enum ov2_packet_path path = OV2_PATH_STATE;
	enum ov2_counter reason;

	reason = ov2_packet_receive(ad, nbl, assoc, x, res, &path);
	if (reason) {
		xfrm_state_put(x);
		return reason;
	}
	skb_unset_transport_header(nbl->skb);
	return rx_set_path(nbl->skb, x, res, path) ? OV2_CNT_NONE :
						     OV2_CNT_RX_DROP_SP_ALLOC;
}

/* For a state in crypto mode: the frame goes straight to xfrm, because no other
 * part of the stack may see it now (sa/deliver.c).
 */
static enum ov2_counter rx_crypto(struct ov2_nbl *nbl, struct xfrm_state *x,
				  const struct ov2_rx_result *res,
				  enum ov2_rx_verdict *verdict)
{
	if (!rx_set_path(nbl->skb, x, res, OV2_PATH_OFFLOAD))
		return OV2_CNT_RX_DROP_SP_ALLOC;
	ov2_deliver(nbl->skb, nbl->info[OV2_INFO_IPSEC_HEADER]);
	*verdict = OV2_RX_TAKEN;
	return OV2_CNT_NONE;
}

/* Under rcu_read_lock(). The engine has verified the frame, or found it bad. */
static enum ov2_counter rx_verified(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				    const struct ov2_rx_result *res,
				    enum ov2_rx_verdict *verdict)
{
	struct ov2_assoc *assoc = ov2_assoc_find(ad, nbl->ext_rx.handle);
	struct xfrm_state *x = rx_state_get(assoc);
	enum ov2_counter reason;

	if (!x)
		return OV2_CNT_RX_DROP_SA_GONE;
	/* A key manager has set the number, and the engine has not accepted the
	 * update. Tell the engine again, though it is too late for this frame.
	 */
	if (unlikely(READ_ONCE(assoc->untold)))
		ov2_state_renumber(x);

	/* The sender may have left the checksum of an outer UDP header to be
	 * completed. That header is done with, and the stack would take the
	 * mark for the checksum of the packet inside.
	 */
	nbl->skb->ip_summed = CHECKSUM_NONE;
	reason = OV2_CNT_RX_DROP_ALLOC;
	if (rx_trim_padding(nbl->skb))
		reason = ov2_headers_set(nbl->skb);
	if (reason) {
		xfrm_state_put(x);
		return reason;
	}
	return assoc->packet ? rx_packet(ad, nbl, assoc, x, res) :
			       rx_crypto(nbl, x, res, verdict);
}

/* If the records cannot be decoded, the frame is dropped, because the engine
 * may have changed its bytes. The engine never decrypts two payloads of a
 * frame: every add forbids it (ov2_ext_add.single).
 */
static bool rx_records_ok(const struct ov2_nbl *nbl, struct ov2_rx_result *res)
{
	struct ov2_rx_header hdr;

	return ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], res) &&
	       ov2_rx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr) &&
	       !res->next_crypto_done;
}

/**
 * ov2_bridge_receive() - turn a received frame's records into a sec_path
 * @ad: the card
 * @nbl: the frame; stays the caller's, but its skb is taken if the verdict is
 *	OV2_RX_TAKEN
 * @verdict: filled in with what is to be done, if the frame may come in
 *
 * A frame that the engine did not touch goes to the stack as it is, unless an
 * offloaded policy says that the frame must be dropped (ov2_clear_receive()).
 *
 * Context: BH disabled, in the NAPI of the frame's queue.
 * Return: OV2_CNT_NONE, or why the caller must drop the frame.
 */
enum ov2_counter ov2_bridge_receive(struct ov2_adapter *ad,
				    struct ov2_nbl *nbl,
				    enum ov2_rx_verdict *verdict)
{
	enum ov2_counter reason;
	struct ov2_rx_result res;

	*verdict = OV2_RX_STACK;
	if (!rx_records_ok(nbl, &res))
		return OV2_CNT_RX_DROP_RECORD;
	/* Linux has a flag for this (SA_DELETE_REQ), but no code that acts on
	 * it, so count it here.
	 */
	if (res.sa_delete_req)
		ov2_count(ad, OV2_CNT_RX_SA_DELETE_REQ);
	if (!res.crypto_done)
		return ov2_clear_receive(ad, nbl->skb, verdict);

	rcu_read_lock();
	reason = rx_verified(ad, nbl, &res, verdict);
	rcu_read_unlock();
	return reason;
}

/**
 * ov2_bridge_receive_plain() - may a frame come in that the engine did not see?
 * @ad: the card
 * @skb: the frame; stays the caller's unless the verdict is OV2_RX_TAKEN. Data
 *	is behind the Ethernet header. It may be a large packet, or lack its
 *	sum, since only its headers are read
 * @verdict: filled in with what is to be done, if the frame may come in
 *
 * Context: BH disabled, in the NAPI of the frame's queue.
 * Return: OV2_CNT_NONE, or why the caller must drop the frame.
 */
enum ov2_counter ov2_bridge_receive_plain(struct ov2_adapter *ad,
					  struct sk_buff *skb,
					  enum ov2_rx_verdict *verdict)
{
	return ov2_clear_receive(ad, skb, verdict);
}
