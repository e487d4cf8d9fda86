// SPDX-License-Identifier: GPL-2.0
/*
 * This file checks each packet of packet mode against its state, and counts the
 * packet in the state. Validity, lifetimes, numbers and counts are checked and
 * updated in the same order as in software, where xfrm_output_one() and
 * xfrm_input() do this. The SNMP counters of xfrm move when the packet is
 * dropped (watch/drop.c).
 */
#include "account.h"
#include "replay.h"

static void account_count(struct xfrm_state *x, u64 bytes, u16 packets)
{
	x->curlft.bytes += bytes;
	x->curlft.packets += packets;
	x->lastused = ktime_get_real_seconds();
}

static enum ov2_counter account_out_locked(struct xfrm_state *x,
					   struct sk_buff *skb,
					   unsigned int len, u64 *seq)
{
	lockdep_assert_held(&x->lock);
	if (x->km.state != XFRM_STATE_VALID)
		return OV2_CNT_TX_DROP_STATE_INVALID;
	if (xfrm_state_check_expire(x))
		return OV2_CNT_TX_DROP_EXPIRED;
	if (!ov2_replay_next(x, seq)) {
		xfrm_audit_state_replay_overflow(x, skb);
		return OV2_CNT_TX_DROP_SEQUENCE;
	}

	account_count(x, len, 1);
	return OV2_CNT_NONE;
}

/**
 * ov2_account_out() - check and count a packet that a state is to protect
 * @x: the state; this function takes its lock
 * @skb: the packet, for the audit log. ESP's header is not there yet. The
 *	network header is set
 * @len: bytes that ESP protects, as software counts them: in a tunnel the inner
 *	packet, in transport mode the bytes behind the IP header
 * @seq: filled in with the packet's number
 *
 * If this function returns OV2_CNT_NONE, no other packet gets the number in
 * @seq. This holds even if the packet is dropped later.
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE, or why the packet must be dropped.
 */
enum ov2_counter ov2_account_out(struct xfrm_state *x, struct sk_buff *skb,
				 unsigned int len, u64 *seq)
{
	enum ov2_counter reason;

	spin_lock(&x->lock);
	reason = account_out_locked(x, skb, len, seq);
	spin_unlock(&x->lock);
	return reason;
}

/* Would a limit be reached inside a large packet? */
static bool limit_inside(const struct xfrm_state *x, u64 bytes, u16 packets)
{
	u64 all_bytes = x->curlft.bytes + bytes;
	u64 all_packets = x->curlft.packets + packets;

	return all_bytes >= x->lft.hard_byte_limit ||
	       all_packets >= x->lft.hard_packet_limit ||
	       (!x->km.dying && (all_bytes >= x->lft.soft_byte_limit ||
				 all_packets >= x->lft.soft_packet_limit));
}

static bool account_large_locked(struct xfrm_state *x, u64 bytes, u16 packets,
				 u64 *seq)
{
	lockdep_assert_held(&x->lock);
	if (x->km.state != XFRM_STATE_VALID ||
	    limit_inside(x, bytes, packets) || xfrm_state_check_expire(x) ||
	    !ov2_replay_next_many(x, packets, seq))
		return false;

	account_count(x, bytes, packets);
	return true;
}

/**
 * ov2_account_out_large() - check and count the segments of a large packet
 * @x: the state; this function takes its lock
 * @bytes: the number of bytes that ESP protects, all segments together, counted
 *	as ov2_account_out() counts them
 * @packets: how many segments
 * @seq: filled in with the number of the first segment; the next segments have
 *	the next numbers
 *
 * Context: BH disabled.
 * Return: true if all segments were counted; false if the state is not valid,
 * if a limit would be reached inside the packet, or if the low half of the
 * numbers would pass 2^32. If false, nothing was counted, and each segment must
 * be checked separately.
 */
bool ov2_account_out_large(struct xfrm_state *x, u64 bytes, u16 packets,
			   u64 *seq)
{
	bool whole;

	spin_lock(&x->lock);
	whole = account_large_locked(x, bytes, packets, seq);
	spin_unlock(&x->lock);
	return whole;
}

static enum ov2_counter account_valid(const struct xfrm_state *x)
{
	switch (x->km.state) {
	case XFRM_STATE_VALID:
		return OV2_CNT_NONE;
	case XFRM_STATE_ACQ:
		return OV2_CNT_RX_DROP_ACQUIRE;
	default:
		return OV2_CNT_RX_DROP_STATE_INVALID;
	}
}

static enum ov2_counter account_in_locked(struct xfrm_state *x,
					  struct sk_buff *skb, u64 seq, int len)
{
	enum ov2_counter reason;

	lockdep_assert_held(&x->lock);
	reason = account_valid(x);
	if (reason)
		return reason;
	if (!ov2_replay_check(x, seq)) {
		xfrm_audit_state_replay(x, skb, htonl(lower_32_bits(seq)));
		return OV2_CNT_RX_DROP_REPLAY;
	}
	if (xfrm_state_check_expire(x))
		return OV2_CNT_RX_DROP_EXPIRED;
	if (len < 0)
		return OV2_CNT_RX_DROP_TRAILER;

	ov2_replay_advance(x, seq);
	account_count(x, len, 1);
	return OV2_CNT_NONE;
}

/**
 * ov2_account_in() - check and count a packet whose ICV was good
 * @x: the state; this function takes its lock
 * @skb: the packet, for the audit log. ESP's header and trailer are still
 *	there. The network header is set
 * @seq: the packet's number, verified by the engine
 * @len: bytes that were protected, as ov2_account_out() counts them, or
 *	negative if the packet carries nothing to deliver. If @len is negative,
 *	the window does not move, and the packet is dropped for
 *	OV2_CNT_RX_DROP_TRAILER, unless another check fails first
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE, or why the packet must be dropped.
 */
enum ov2_counter ov2_account_in(struct xfrm_state *x, struct sk_buff *skb,
				u64 seq, int len)
{
	enum ov2_counter reason;

	spin_lock(&x->lock);
	reason = account_in_locked(x, skb, seq, len);
	spin_unlock(&x->lock);
	return reason;
}

static enum ov2_counter account_bad_locked(struct xfrm_state *x,
					   struct sk_buff *skb,
					   enum ov2_crypto_status status)
{
	enum ov2_counter reason;

	lockdep_assert_held(&x->lock);
	reason = account_valid(x);
	if (reason)
		return reason;

	switch (status) {
	case OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED:
	case OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED:
	case OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED:
	case OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED:
		xfrm_audit_state_icvfail(x, skb, x->id.proto);
		x->stats.integrity_failed++;
		return OV2_CNT_RX_DROP_AUTH;
	case OV2_CRYPTO_INVALID_PROTOCOL:
		return OV2_CNT_RX_DROP_PROTOCOL;
	default:
		return OV2_CNT_RX_DROP_CRYPTO;
	}
}

/**
 * ov2_account_bad() - count a packet that the engine found bad
 * @x: the state; this function takes its lock
 * @skb: the packet, for the audit log. Its network header is set
 * @status: what the engine found
 *
 * If the packet is dropped for the returned reason, an SNMP counter of xfrm
 * moves. xfrm_input() moves the same counter for a state in crypto mode.
 *
 * Context: BH disabled.
 * Return: why the packet must be dropped, never OV2_CNT_NONE.
 */
enum ov2_counter ov2_account_bad(struct xfrm_state *x, struct sk_buff *skb,
				 enum ov2_crypto_status status)
{
	enum ov2_counter reason;

	spin_lock(&x->lock);
	reason = account_bad_locked(x, skb, status);
	spin_unlock(&x->lock);
	return reason;
}
