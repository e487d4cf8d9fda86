// SPDX-License-Identifier: GPL-2.0
/*
 * Turns the records of received frames into sec_paths, which the core reads. A
 * sec_path may have an xfrm_offload.
 */
#include <linux/bits.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/skbuff.h>

#include "bridge.h"
#include "sa_event.h"
#include "xdo.h"
#include "packet/packet_receive.h"
#include "sa/assoc.h"
#include "sa/deliver.h"
#include "sa/headers.h"
#include "../ov2/records.h"
#include "../watch/counters.h"

/**
 * ov2_bridge_burst_end() - give back the references of a burst
 * @burst: the burst, after its last frame; all zero when this returns
 *
 * Context: BH disabled, in the RCU read side of the burst.
 */
void ov2_bridge_burst_end(struct ov2_rx_burst *burst)
{
	if (burst->path)
		__skb_ext_put(burst->path);
	if (burst->x)
		xfrm_state_put(burst->x);
	*burst = (struct ov2_rx_burst){};
}

/* Find the state of a frame, and let the burst hold a reference on the state.
 * Returns false if the state was deleted after the engine had found its SA.
 */
static bool rx_find_state(struct ov2_adapter *ad, unsigned long handle,
			  struct ov2_rx_burst *burst)
{
	struct ov2_assoc *assoc = burst->assoc;
	struct xfrm_state *x;

	if (likely(assoc && burst->handle == handle &&
		   rcu_access_pointer(assoc->x) == burst->x))
		return true;

	ov2_bridge_burst_end(burst);
	assoc = ov2_assoc_find(ad, handle);
	x = assoc ? rcu_dereference(assoc->x) : NULL;
	if (!x || !refcount_inc_not_zero(&x->refcnt))
		return false;
	burst->handle = handle;
	burst->assoc = assoc;
	burst->x = x;
	return true;
}

/* If the sec_path holds the state but no xfrm_offload, the core compares the
 * packet with policies, as if the core itself had decrypted the packet. In a
 * record the status is a number, and in Linux it is a bit
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
	if (!sp)
		return false;

	xfrm_state_hold(x);
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

/* The frames of a burst share one sec_path if it says the same about each
 * frame. Clones of a frame share a sec_path, too, so code that changes a
 * sec_path copies it first (skb_ext_add()). But __xfrm_policy_check() makes no
 * copy: it writes the number of checked states into the sec_path that it finds.
 * So a packet that the core checks gets a sec_path of its own. Packets that
 * share a sec_path have an xfrm_offload of packet mode, so the core does not
 * check them.
 */
static bool rx_share_path(struct sk_buff *skb, const struct ov2_rx_result *res,
			  struct ov2_rx_burst *burst)
{
	if (!burst->path || burst->sa_delete_req != res->sa_delete_req ||
	    skb_has_extensions(skb))
		return false;

	refcount_inc(&burst->path->refcnt);
	skb->extensions = burst->path;
	skb->active_extensions = BIT(SKB_EXT_SEC_PATH);
	skb->slow_gro = 1;
	return true;
}

static void rx_keep_path(const struct sk_buff *skb,
			 const struct ov2_rx_result *res,
			 struct ov2_rx_burst *burst)
{
	if (burst->path || skb->active_extensions != BIT(SKB_EXT_SEC_PATH))
		return;

	refcount_inc(&skb->extensions->refcnt);
	burst->path = skb->extensions;
	burst->sa_delete_req = res->sa_delete_req;
}

/* For a state in packet mode: takes ESP off, and the stack gets a clear packet.
 */
static enum ov2_counter rx_packet(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				  const struct ov2_rx_result *res,
				  struct ov2_rx_burst *burst)
{
	enum ov2_packet_path path = OV2_PATH_STATE;
	struct sk_buff *skb = nbl->skb;
	enum ov2_counter reason;

	reason = ov2_packet_receive(ad, nbl, burst->assoc, burst->x, res,
				    &path);
	if (reason)
		return reason;

	skb_unset_transport_header(skb);
	if (path == OV2_PATH_OFFLOAD && rx_share_path(skb, res, burst))
		return OV2_CNT_NONE;
	if (!rx_set_path(skb, burst->x, res, path))
		return OV2_CNT_RX_DROP_SP_ALLOC;
	if (path == OV2_PATH_OFFLOAD)
		rx_keep_path(skb, res, burst);
	return OV2_CNT_NONE;
}

/* For a state in crypto mode: the frame goes straight to xfrm, because no other
 * part of the stack may see it now (sa/deliver.c).
 */
static enum ov2_counter rx_crypto(struct sk_buff *skb, struct xfrm_state *x,
				  const struct ov2_rx_result *res,
				  const struct ov2_rx_header *hdr,
				  enum ov2_rx_verdict *verdict)
{
	if (!rx_set_path(skb, x, res, OV2_PATH_OFFLOAD))
		return OV2_CNT_RX_DROP_SP_ALLOC;
	ov2_deliver(skb, hdr);
	*verdict = OV2_RX_TAKEN;
	return OV2_CNT_NONE;
}

/* The engine has verified the frame, or found it bad. */
static enum ov2_counter rx_verified(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				    const struct ov2_rx_result *res,
				    const struct ov2_rx_header *hdr,
				    struct ov2_rx_burst *burst,
				    enum ov2_rx_verdict *verdict)
{
	enum ov2_counter reason;

	/* The sender may have left the checksum of an outer UDP header to be
	 * completed, and ip_summed says so. The stack does not read this
	 * header, and would believe that ip_summed is about the packet inside.
	 */
	nbl->skb->ip_summed = CHECKSUM_NONE;
	reason = ov2_headers_set(nbl->skb);
	if (reason)
		return reason;
	if (!rx_find_state(ad, nbl->ext_rx.handle, burst))
		return OV2_CNT_RX_DROP_SA_GONE;
	/* A key manager has set the sequence number, and the engine has not
	 * accepted the update. Tell the engine again, though it is too late for
	 * this frame.
	 */
	if (unlikely(READ_ONCE(burst->assoc->untold)))
		ov2_state_renumber(burst->x);

	return burst->assoc->packet ?
	       rx_packet(ad, nbl, res, burst) :
	       rx_crypto(nbl->skb, burst->x, res, hdr, verdict);
}

/* If the records cannot be decoded, the frame is dropped, because the engine
 * may have changed the bytes of the frame. The engine never decrypts two
 * payloads of a frame, because every add request of the bridge forbids this
 * (ov2_ext_add.single).
 */
static bool rx_records_ok(const struct ov2_nbl *nbl, struct ov2_rx_result *res,
			  struct ov2_rx_header *hdr)
{
	return ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], res) &&
	       ov2_rx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], hdr) &&
	       !res->next_crypto_done;
}

/**
 * ov2_bridge_receive() - turn a received frame's records into a sec_path
 * @ad: the card
 * @nbl: the frame. The caller keeps the NBL; the skb is taken if the verdict is
 *	OV2_RX_TAKEN
 * @burst: what the frame may have in common with the frame before it
 * @verdict: if the frame may come in, filled in with what is to be done with it
 *
 * A frame that the engine did not touch goes to the stack as it is, unless an
 * offloaded policy says that the frame must be dropped (ov2_clear_receive()).
 *
 * Context: BH disabled, in the NAPI of the frame's queue, in the RCU read side
 *   of @burst.
 * Return: OV2_CNT_NONE, or why the caller must drop the frame.
 */
enum ov2_counter ov2_bridge_receive(struct ov2_adapter *ad,
				    struct ov2_nbl *nbl,
				    struct ov2_rx_burst *burst,
				    enum ov2_rx_verdict *verdict)
{
	struct ov2_rx_result res;
	struct ov2_rx_header hdr;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "a burst is one read side");
	*verdict = OV2_RX_STACK;
	if (!rx_records_ok(nbl, &res, &hdr))
		return OV2_CNT_RX_DROP_RECORD;
	/* The engine asks to delete the SA. Linux has a flag for such a request
	 * (SA_DELETE_REQ), but no code that acts on the flag. So this function
	 * only counts the request, and tells users.
	 */
	if (unlikely(res.sa_delete_req)) {
		ov2_count(ad, OV2_CNT_RX_SA_DELETE_REQ);
		ov2_sa_event_delete_req(ad, nbl->ext_rx.handle);
	}
	if (!res.crypto_done)
		return ov2_clear_receive(ad, nbl->skb, verdict);
	return rx_verified(ad, nbl, &res, &hdr, burst, verdict);
}

/**
 * ov2_bridge_receive_plain() - decide about a frame that the engine did not see
 * @ad: the card
 * @skb: the received frame, taken if the verdict is OV2_RX_TAKEN. Data is
 *	behind the Ethernet header. A large packet and an incomplete checksum
 *	are allowed, because this function reads only the headers
 * @verdict: if the frame may come in, filled in with what is to be done with it
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
