// SPDX-License-Identifier: GPL-2.0
/*
 * What the stack sends: protected frames get their records, what must not
 * leave in clear is dropped (Documentation/architecture.rst, "The way of a
 * packet").
 */
#include <net/esp.h>

#include "assoc.h"
#include "bridge.h"
#include "../ov2/records.h"
#include "../watch/drop.h"

#define OV2_UDP_HDR_LEN	8

/* The number's high half, by the flags that the core leaves: a packet that it
 * segmented in software shows the number after its own.
 */
static u32 xo_seq_hi(const struct xfrm_offload *xo)
{
	if (xo->flags & XFRM_GSO_SEGMENT && !xo->seq.low)
		return xo->seq.hi - 1;
	return xo->seq.hi;
}

/* The core framed it: ESP header where the transport header is, or behind
 * the UDP header there, and the trailer in front of room for the ICV.
 */
static bool tx_header(const struct sk_buff *skb, const struct ov2_assoc *assoc,
		      const struct xfrm_offload *xo, u32 *word)
{
	struct ov2_tx_header hdr = { .next_header = xo->proto };
	int offset = skb_transport_offset(skb) - skb_network_offset(skb);

	if (assoc->udp_encap)
		offset += OV2_UDP_HDR_LEN;
	if (offset <= 0 || offset > U16_MAX || skb_is_gso(skb))
		return false;
	if (skb->len < assoc->icv_len + 2 ||
	    skb_copy_bits(skb, skb->len - assoc->icv_len - 2, &hdr.pad_length,
			  sizeof(hdr.pad_length)))
		return false;

	hdr.esp_offset = offset;
	return !ov2_tx_header_encode(&hdr, word);
}

static struct ov2_nbl *tx_nbl(struct sk_buff *skb, u16 queue,
			      const struct ov2_assoc *assoc,
			      const struct xfrm_offload *xo,
			      enum ov2_counter *reason)
{
	struct ov2_nbl *nbl;
	u32 word;

	*reason = OV2_CNT_TX_DROP_TRAILER;
	if (!tx_header(skb, assoc, xo, &word))
		return NULL;

	*reason = OV2_CNT_TX_DROP_ALLOC;
	nbl = ov2_nbl_alloc(skb, queue);
	if (!nbl)
		return NULL;

	nbl->info[OV2_INFO_IPSEC] = assoc->handle;
	nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	nbl->ext_tx.seq_hi = xo_seq_hi(xo);
	nbl->ext_tx.valid = true;
	return nbl;
}

static struct ov2_nbl *tx_offload(struct ov2_adapter *ad, struct sk_buff *skb,
				  u16 queue, const struct xfrm_offload *xo,
				  enum ov2_counter *reason)
{
	const struct xfrm_state *x = xfrm_input_state(skb);
	struct ov2_nbl *nbl = NULL;
	struct ov2_assoc *assoc;

	*reason = OV2_CNT_TX_DROP_NO_STATE;
	rcu_read_lock();
	assoc = ov2_assoc_find(ad, x->xso.offload_handle);
	if (assoc && rcu_access_pointer(assoc->x) == x)
		nbl = tx_nbl(skb, queue, assoc, xo, reason);
	rcu_read_unlock();
	return nbl;
}

/* A path that a received frame still carries when it is forwarded. The state's
 * direction does not tell: the core also sends through states that were added
 * for the way in, unless they have an SA direction, and encrypts nothing.
 */
static bool is_receive_path(const struct xfrm_offload *xo)
{
	return xo->flags & (XFRM_GRO | CRYPTO_DONE);
}

/**
 * ov2_bridge_xmit() - what is to be done with a frame that the stack sends?
 * @ad: the card
 * @skb: the frame; stays the caller's
 * @queue: the transmit queue that it came on
 * @nbl: out: for OV2_VERDICT_OFFLOAD, the frame with its records
 *
 * BH disabled.
 *
 * A frame with xfrm_offload but without XFRM_XMIT is not encrypted, whoever
 * its state belongs to: with a noqueue qdisc the core hands such frames over
 * when it meant to come again.
 *
 * Return: the verdict.
 */
enum ov2_verdict ov2_bridge_xmit(struct ov2_adapter *ad, struct sk_buff *skb,
				 u16 queue, struct ov2_nbl **nbl)
{
	struct xfrm_offload *xo = xfrm_offload(skb);
	enum ov2_counter reason;

	if (!xo)
		return OV2_VERDICT_PLAIN;
	if (is_receive_path(xo)) {
		secpath_reset(skb);
		return OV2_VERDICT_PLAIN;
	}

	if (!(xo->flags & XFRM_XMIT)) {
		reason = OV2_CNT_TX_DROP_NO_XMIT;
	} else {
		*nbl = tx_offload(ad, skb, queue, xo, &reason);
		if (*nbl)
			return OV2_VERDICT_OFFLOAD;
	}
	ov2_drop_tx(ad, reason, skb->len);
	return OV2_VERDICT_DROP;
}
