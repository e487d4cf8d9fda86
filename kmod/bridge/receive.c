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
#include "packet/packet.h"
#include "packet/packet_receive.h"
#include "sa/assoc.h"
#include "sa/deliver.h"
#include "sa/headers.h"
#include "../ov2/records.h"
#include "../watch/counters.h"

/* Find the association and the state of a frame. Returns NULL if the state was
 * deleted after the engine had found its SA.
 */
static struct ov2_assoc *rx_find_assoc(struct ov2_adapter *ad,
				       const struct ov2_nbl *nbl,
				       struct xfrm_state **x)
{
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	struct ov2_assoc *assoc;
	s64 ended;

	/* Pairs with assoc_end(). */
	ended = atomic64_read_acquire(&bridge->ended);
	assoc = ov2_assoc_recall_handle(&bridge->memo_rx[nbl->queue], ended, ad,
					nbl->ext_rx.handle);
	*x = assoc ? rcu_dereference(assoc->x) : NULL;
	/* If the last reference is gone already, members of the state may have
	 * been freed. Otherwise they are not freed before this read side ends.
	 */
	return *x && refcount_read(&(*x)->refcnt) ? assoc : NULL;
}

/* If the sec_path holds the state but no xfrm_offload, the core compares the
 * packet with policies, as if the core itself had decrypted the packet. In a
 * record the status is a number, and in Linux it is a bit
 * (Documentation/ipsecov2.rst, 1.3).
 */
static enum ov2_counter rx_set_path(struct sk_buff *skb, struct xfrm_state *x,
				    const struct ov2_rx_result *res,
				    enum ov2_packet_path path)
{
	struct xfrm_offload *xo;
	struct sec_path *sp;

	/* The last reference may be gone since rx_find_assoc(). */
	if (!refcount_inc_not_zero(&x->refcnt))
		return OV2_CNT_RX_DROP_SA_GONE;
	secpath_reset(skb);
	sp = secpath_set(skb);
	if (!sp) {
		xfrm_state_put(x);
		return OV2_CNT_RX_DROP_SP_ALLOC;
	}

	sp->xvec[sp->len++] = x;
	if (path != OV2_PATH_OFFLOAD)
		return OV2_CNT_NONE;

	sp->olen++;
	xo = xfrm_offload(skb);
	xo->flags = CRYPTO_DONE;
	if (res->sa_delete_req)
		xo->flags |= SA_DELETE_REQ;
	xo->status = 1 << res->status;
	return OV2_CNT_NONE;
}

/* Is the sec_path still as rx_set_path() has made it? */
static bool rx_path_unwritten(const struct sec_path *sp)
{
	return READ_ONCE(sp->len) == 1 && READ_ONCE(sp->olen) == 1 &&
	       !READ_ONCE(sp->verified_cnt) &&
	       READ_ONCE(sp->ovec[0].flags) == CRYPTO_DONE &&
	       READ_ONCE(sp->ovec[0].status) == CRYPTO_SUCCESS;
}

/* Packets of an SA share the sec_path that the SA keeps, if the core need not
 * compare them with its policies. Clones of a packet share a sec_path, too, so
 * code that adds to a sec_path copies it first (secpath_set()). But some code
 * of the core writes into the sec_path that it finds: __xfrm_policy_check()
 * sets verified_cnt if a socket has a policy of its own, or if the card is
 * gone. This does no harm to packets that share the sec_path at this time: if a
 * sec_path has only one state, verified_cnt changes no verdict
 * (xfrm_policy_ok()).
 *
 * No further packet gets a sec_path that was written to. So after that each
 * packet of the SA has a sec_path of its own, which is slower.
 */
static bool rx_share_path(struct sk_buff *skb, const struct ov2_assoc *assoc)
{
	struct skb_ext *path = READ_ONCE(assoc->path);

	if (!path || skb_has_extensions(skb))
		return false;

	skb->extensions = path;
	skb->active_extensions = BIT(SKB_EXT_SEC_PATH);
	if (unlikely(!rx_path_unwritten(skb_sec_path(skb)))) {
		skb->active_extensions = 0;
		return false;
	}
	refcount_inc(&path->refcnt);
	skb->slow_gro = 1;
	return true;
}

/* For a state in packet mode: takes ESP off, and the stack gets a clear packet.
 */
static enum ov2_counter rx_packet(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				  const struct ov2_rx_result *res,
				  struct ov2_assoc *assoc, struct xfrm_state *x,
				  enum ov2_rx_verdict *verdict)
{
	enum ov2_packet_path path = OV2_PATH_STATE;
	struct sk_buff *skb = nbl->skb;
	enum ov2_counter reason;

	reason = ov2_packet_receive(ad, nbl, assoc, x, res, &path, verdict);
	if (reason)
		return reason;

	skb_unset_transport_header(skb);
	if (path != OV2_PATH_OFFLOAD || res->sa_delete_req)
		return rx_set_path(skb, x, res, path);
	if (rx_share_path(skb, assoc))
		return OV2_CNT_NONE;

	reason = rx_set_path(skb, x, res, path);
	if (!reason && skb->active_extensions == BIT(SKB_EXT_SEC_PATH))
		ov2_assoc_keep_path(assoc, skb->extensions);
	return reason;
}

/* Engine and core each infer the high half of an extended number, and they may
 * infer different halves: the core also receives frames that the engine leaves
 * to it, and with an asynchronous cipher the engine infers while older frames
 * have not moved the window of the core yet. If the core decrypted the frame
 * itself, the ICV would be wrong with the core's high half. But xfrm_input()
 * believes an offload, and would take an old number for one behind the next
 * wrap. So somebody on the way could repeat a frame, and all later frames would
 * be lost.
 */
static bool rx_number_fits(struct xfrm_state *x, struct sk_buff *skb, u64 seq)
{
	__be32 low = htonl(lower_32_bits(seq));
	bool fits;

	if (!(x->props.flags & XFRM_STATE_ESN))
		return true;

	spin_lock(&x->lock);
	fits = xfrm_replay_seqhi(x, low) == upper_32_bits(seq);
	if (unlikely(!fits)) {
		x->stats.replay_window++;
		xfrm_audit_state_replay(x, skb, low);
	}
	spin_unlock(&x->lock);
	return fits;
}

/* For a state in crypto mode: the frame goes straight to xfrm, because no other
 * part of the stack may see it now (sa/deliver.c).
 */
static enum ov2_counter rx_crypto(struct ov2_nbl *nbl, struct xfrm_state *x,
				  const struct ov2_rx_result *res,
				  const struct ov2_rx_header *hdr,
				  enum ov2_rx_verdict *verdict)
{
	struct sk_buff *skb = nbl->skb;
	enum ov2_counter reason;

	if (res->status == OV2_CRYPTO_SUCCESS &&
	    !rx_number_fits(x, skb, nbl->ext_rx.seq64))
		return OV2_CNT_RX_DROP_REPLAY;
	reason = rx_set_path(skb, x, res, OV2_PATH_OFFLOAD);
	if (reason)
		return reason;
	ov2_deliver(skb, hdr);
	*verdict = OV2_RX_TAKEN;
	return OV2_CNT_NONE;
}

/* The engine has verified the frame, or found it bad. */
static enum ov2_counter rx_verified(struct ov2_adapter *ad, struct ov2_nbl *nbl,
				    const struct ov2_rx_result *res,
				    const struct ov2_rx_header *hdr,
				    enum ov2_rx_verdict *verdict)
{
	enum ov2_counter reason;
	struct ov2_assoc *assoc;
	struct xfrm_state *x;

	/* The sender may have left the checksum of an outer UDP header to be
	 * completed, and ip_summed says so. The stack does not read this
	 * header, and would believe that ip_summed is about the packet inside.
	 */
	nbl->skb->ip_summed = CHECKSUM_NONE;
	reason = ov2_headers_set(nbl->skb);
	if (reason)
		return reason;
	assoc = rx_find_assoc(ad, nbl, &x);
	if (!assoc)
		return OV2_CNT_RX_DROP_SA_GONE;
	/* A key manager has set the sequence number, and the engine has not
	 * accepted the update. Tell the engine again, though it is too late for
	 * this frame.
	 */
	if (unlikely(READ_ONCE(assoc->untold)))
		ov2_state_renumber(x);

	return assoc->packet ?
	       rx_packet(ad, nbl, res, assoc, x, verdict) :
	       rx_crypto(nbl, x, res, hdr, verdict);
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
 * @verdict: if the frame may come in, filled in with what is to be done with it
 *
 * A frame that the engine did not touch goes to the stack as it is, unless an
 * offloaded policy says that the frame must be dropped (ov2_clear_receive()).
 *
 * Context: BH disabled, in the NAPI of the frame's queue, under
 *   rcu_read_lock().
 * Return: OV2_CNT_NONE, or why the caller must drop the frame.
 */
enum ov2_counter ov2_bridge_receive(struct ov2_adapter *ad,
				    struct ov2_nbl *nbl,
				    enum ov2_rx_verdict *verdict)
{
	struct ov2_rx_result res;
	struct ov2_rx_header hdr;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the state may be freed");
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
	return rx_verified(ad, nbl, &res, &hdr, verdict);
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
