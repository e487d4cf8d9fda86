// SPDX-License-Identifier: GPL-2.0
/*
 * What a packet does to its state in packet mode: validity, lifetimes, numbers
 * and counts, and the system's statistics where it is turned away. As
 * xfrm_output_one() and xfrm_input() do for software, in their order.
 */
#include "account.h"
#include "replay.h"

static void account_count(struct xfrm_state *x, unsigned int len)
{
	x->curlft.bytes += len;
	x->curlft.packets++;
	x->lastused = ktime_get_real_seconds();
}

/* Returns the SNMP counter to move, 0 if the packet may be sent. */
static int account_out_locked(struct xfrm_state *x, struct sk_buff *skb,
			      unsigned int len, u64 *seq,
			      enum ov2_counter *reason)
{
	*reason = OV2_CNT_TX_DROP_STATE_INVALID;
	if (x->km.state != XFRM_STATE_VALID)
		return LINUX_MIB_XFRMOUTSTATEINVALID;

	*reason = OV2_CNT_TX_DROP_EXPIRED;
	if (xfrm_state_check_expire(x))
		return LINUX_MIB_XFRMOUTSTATEEXPIRED;

	*reason = OV2_CNT_TX_DROP_SEQUENCE;
	if (!ov2_replay_next(x, seq)) {
		xfrm_audit_state_replay_overflow(x, skb);
		return LINUX_MIB_XFRMOUTSTATESEQERROR;
	}

	account_count(x, len);
	return 0;
}

/**
 * ov2_account_out() - a packet is to be sent through a state
 * @x: the state; takes its lock
 * @skb: the packet, not framed, its network header set; for the audit log
 * @len: bytes that are protected, as software counts them: in a tunnel the
 *	inner packet, in transport mode what follows the IP header
 * @seq: out: its number
 * @reason: out: if false, the counter for the caller to drop it with
 *
 * Once it is true the number is used up.
 *
 * Context: BH disabled.
 * Return: false if it must not leave; the system's statistics moved already.
 */
bool ov2_account_out(struct xfrm_state *x, struct sk_buff *skb,
		     unsigned int len, u64 *seq, enum ov2_counter *reason)
{
	int mib;

	spin_lock(&x->lock);
	mib = account_out_locked(x, skb, len, seq, reason);
	spin_unlock(&x->lock);
	if (mib)
		XFRM_INC_STATS(xs_net(x), mib);
	return !mib;
}

static int account_invalid(const struct xfrm_state *x)
{
	return x->km.state == XFRM_STATE_ACQ ? LINUX_MIB_XFRMACQUIREERROR :
					       LINUX_MIB_XFRMINSTATEINVALID;
}

/* Returns the SNMP counter to move, 0 if the packet may be received. */
static int account_in_locked(struct xfrm_state *x, struct sk_buff *skb,
			     u64 seq, int len, enum ov2_counter *reason)
{
	*reason = OV2_CNT_RX_DROP_STATE_INVALID;
	if (x->km.state != XFRM_STATE_VALID)
		return account_invalid(x);

	*reason = OV2_CNT_RX_DROP_REPLAY;
	if (!ov2_replay_check(x, seq)) {
		xfrm_audit_state_replay(x, skb, htonl(lower_32_bits(seq)));
		return LINUX_MIB_XFRMINSTATESEQERROR;
	}

	*reason = OV2_CNT_RX_DROP_EXPIRED;
	if (xfrm_state_check_expire(x))
		return LINUX_MIB_XFRMINSTATEEXPIRED;

	*reason = OV2_CNT_RX_DROP_TRAILER;
	if (len < 0)
		return LINUX_MIB_XFRMINSTATEPROTOERROR;

	ov2_replay_advance(x, seq);
	account_count(x, len);
	return 0;
}

/**
 * ov2_account_in() - a packet was received through a state, and was genuine
 * @x: the state; takes its lock
 * @skb: the packet, still framed, its network header set; for the audit log
 * @seq: its number, as the engine verified it
 * @len: bytes that were protected, as ov2_account_out() counts them; negative
 *	if what it carries is nothing to deliver: then it is an error, but only
 *	if nothing else is wrong, and the window does not move
 * @reason: out: if false, the counter for the caller to drop it with
 *
 * Context: BH disabled.
 * Return: false if it must be dropped; the system's statistics moved already.
 */
bool ov2_account_in(struct xfrm_state *x, struct sk_buff *skb, u64 seq,
		    int len, enum ov2_counter *reason)
{
	int mib;

	spin_lock(&x->lock);
	mib = account_in_locked(x, skb, seq, len, reason);
	spin_unlock(&x->lock);
	if (mib)
		XFRM_INC_STATS(xs_net(x), mib);
	return !mib;
}

static int account_bad_locked(struct xfrm_state *x, struct sk_buff *skb,
			      enum ov2_crypto_status status,
			      enum ov2_counter *reason)
{
	*reason = OV2_CNT_RX_DROP_STATE_INVALID;
	if (x->km.state != XFRM_STATE_VALID)
		return account_invalid(x);

	switch (status) {
	case OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED:
	case OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED:
	case OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED:
	case OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED:
		*reason = OV2_CNT_RX_DROP_AUTH;
		xfrm_audit_state_icvfail(x, skb, x->id.proto);
		x->stats.integrity_failed++;
		return LINUX_MIB_XFRMINSTATEPROTOERROR;
	case OV2_CRYPTO_INVALID_PROTOCOL:
		*reason = OV2_CNT_RX_DROP_CRYPTO;
		return LINUX_MIB_XFRMINSTATEPROTOERROR;
	default:
		*reason = OV2_CNT_RX_DROP_CRYPTO;
		return LINUX_MIB_XFRMINBUFFERERROR;
	}
}

/**
 * ov2_account_bad() - a packet received through a state was not genuine
 * @x: the state; takes its lock
 * @skb: the packet, its network header set; for the audit log
 * @status: what the engine found
 * @reason: out: the counter for the caller to drop it with
 *
 * The system's statistics move as xfrm_input() has it for a card in crypto
 * mode.
 *
 * Context: BH disabled.
 */
void ov2_account_bad(struct xfrm_state *x, struct sk_buff *skb,
		     enum ov2_crypto_status status, enum ov2_counter *reason)
{
	int mib __maybe_unused;	/* used if XFRM_STATISTICS is set */

	spin_lock(&x->lock);
	mib = account_bad_locked(x, skb, status, reason);
	spin_unlock(&x->lock);
	XFRM_INC_STATS(xs_net(x), mib);
}
