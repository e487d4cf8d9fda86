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

/* NULL if it was deleted after the engine had found its SA. */
static struct xfrm_state *rx_state_get(const struct ov2_assoc *assoc)
{
	struct xfrm_state *x = assoc ? rcu_dereference(assoc->x) : NULL;

	return x && refcount_inc_not_zero(&x->refcnt) ? x : NULL;
}

/* Takes the reference on x. Without an xfrm_offload beside the state the core
 * compares the packet with its policies as if it had decrypted it. IPsecOV2
 * counts the status, Linux has a bit for each
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

/* Ethernet pads short frames. IP trims that, but later: ESP's part of GRO reads
 * the trailer at the frame's end. The engine has seen that the frame holds what
 * the IP header says.
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

/* Of a state in packet mode. ESP is not there any more afterwards. */
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

/* Of a state in crypto mode. Nothing but xfrm may look at the frame now. */
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

/* Under rcu_read_lock(). The engine has verified it, or found it bad. */
static enum ov2_counter rx_verified(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				    const struct ov2_rx_result *res,
				    enum ov2_rx_verdict *verdict)
{
	struct ov2_assoc *assoc = ov2_assoc_find(ad, nbl->ext_rx.handle);
	struct xfrm_state *x = rx_state_get(assoc);
	enum ov2_counter reason;

	if (!x)
		return OV2_CNT_RX_DROP_SA_GONE;
	/* A key manager has set the number, and the engine has not accepted it.
	 * Tell the engine again, even if that is too late for this frame.
	 */
	if (unlikely(READ_ONCE(assoc->untold)))
		ov2_state_renumber(x);

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

/* Words that are none say nothing, and the bytes may be changed. Two payloads
 * are never done at once: every add says so (ov2_ext_add.single).
 */
static bool rx_records_ok(const struct ov2_nbl *nbl, struct ov2_rx_result *res)
{
	struct ov2_rx_header hdr;

	return ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], res) &&
	       ov2_rx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr) &&
	       !res->next_crypto_done;
}

/**
 * ov2_bridge_receive() - give a received frame what its records say
 * @ad: the card
 * @nbl: the frame; stays the caller's, but for its skb if the verdict is
 *	OV2_RX_TAKEN
 * @verdict: filled in with what is to be done, if the frame may come in
 *
 * A frame that the engine did not touch is left alone, unless an offloaded
 * policy protects it: the stack decides what becomes of it.
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
	/* Linux' core has a bit for it, and nobody who would act on it. */
	if (res.sa_delete_req)
		ov2_count(ad, OV2_CNT_RX_SA_DELETE_REQ);
	if (!res.crypto_done)
		return ov2_clear_receive(ad, nbl->skb, verdict);

	rcu_read_lock();
	reason = rx_verified(ad, nbl, &res, verdict);
	rcu_read_unlock();
	return reason;
}
