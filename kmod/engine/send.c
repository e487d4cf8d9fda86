// SPDX-License-Identifier: GPL-2.0
/*
 * Send: records and bytes in, ESP on the wire. What disagrees is refused: the
 * frame is in clear, and must not leave (INV-13, INV-29).
 */
#include "flow.h"
#include "frame.h"
#include "sa.h"
#include "work.h"
#include "../ov2/records.h"
#include "../watch/drop.h"
#include "../watch/trace.h"

static void send_fail(struct ov2_nbl *nbl, enum ov2_counter reason)
{
	struct ov2_work *work = ov2_work(nbl);

	work->failed = true;
	work->reason = reason;
}

static void send_crypt_done(struct ov2_nbl *nbl, int err)
{
	struct ov2_engine *engine = ov2_work(nbl)->sa->engine;

	if (err)
		send_fail(nbl, OV2_CNT_TX_DROP_CRYPTO);
	ov2_lane_done(&engine->tx[nbl->queue], nbl);
}

/* Only what one SA can do is a capability: no nesting (Q1), no large send. */
static bool send_records_ok(const struct ov2_nbl *nbl)
{
	return nbl->info[OV2_INFO_IPSEC] &&
	       !nbl->info[OV2_INFO_IPSEC_TUNNEL] && !nbl->info[OV2_INFO_LSO];
}

static bool send_frame_is_of_sa(const struct ov2_frame *frame,
				const struct ov2_sa *sa)
{
	enum ov2_frame_kind kind = sa->udp_esp ? OV2_FRAME_UDP_ESP :
						 OV2_FRAME_ESP;

	return frame->kind == kind && frame->ipv6 == !!sa->key.ipv6 &&
	       frame->spi == sa->member[0].spi;
}

static bool send_trailer_ok(const struct sk_buff *skb,
			    const struct ov2_frame *frame,
			    const struct ov2_transform *transform,
			    const struct ov2_tx_header *hdr)
{
	unsigned int len = ov2_frame_esp_payload_len(frame, transform->iv_len,
						     transform->icv_len);
	u8 next_header;
	u8 pad_length;

	if (!len || len % transform->align || hdr->pad_length + 2 > len)
		return false;
	return ov2_frame_esp_trailer(skb, frame, transform->icv_len,
				     &pad_length, &next_header) &&
	       pad_length == hdr->pad_length &&
	       next_header == hdr->next_header;
}

/* The records are hints from above; the bytes have to say the same (Q11). */
static bool send_records_match(const struct ov2_nbl *nbl,
			       const struct ov2_frame *frame,
			       const struct ov2_sa *sa)
{
	struct ov2_tx_header hdr;

	ov2_tx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr);
	return send_frame_is_of_sa(frame, sa) && !hdr.ah_offset &&
	       hdr.esp_offset == frame->ipsec &&
	       frame->ip + frame->ip_len == nbl->skb->len &&
	       send_trailer_ok(nbl->skb, frame, &sa->member[0].transform,
			       &hdr);
}

static int send_seal(struct ov2_nbl *nbl, const struct ov2_frame *frame)
{
	const struct ov2_work *work = ov2_work(nbl);
	const struct ov2_job job = {
		.nbl = nbl,
		.skb = nbl->skb,
		.member = &work->sa->member[0],
		.ip = frame->ip,
		.header = frame->ip + frame->ipsec,
		.end = frame->ip + frame->ip_len,
		.seq = work->seq,
		.done = send_crypt_done,
	};

	return ov2_transform_seal(&job);
}

/* True if the NBL is done; else send_crypt_done() is called, or was. */
static bool send_protect(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_frame frame;
	int err;

	ov2_frame_parse(nbl->skb, &frame);
	work->spi = frame.spi;
	work->seq = frame.seq;
	if (!send_records_ok(nbl)) {
		send_fail(nbl, OV2_CNT_TX_DROP_RECORD);
		return true;
	}

	work->sa = ov2_sa_get_outbound(ad, nbl->info[OV2_INFO_IPSEC]);
	if (!work->sa) {
		send_fail(nbl, OV2_CNT_TX_DROP_HANDLE);
		return true;
	}
	if (!send_records_match(nbl, &frame, work->sa)) {
		send_fail(nbl, OV2_CNT_TX_DROP_RECORD);
		return true;
	}

	work->seq = ov2_sa_seq_tx(work->sa, &work->sa->member[0],
				  &nbl->ext_tx, frame.seq);
	err = send_seal(nbl, &frame);
	if (err == -EINPROGRESS)
		return false;
	if (err)
		send_fail(nbl, OV2_CNT_TX_DROP_CRYPTO);
	return true;
}

/**
 * ov2_engine_send() - ov2_miniport_ops.send of this engine
 * @ad: the card
 * @nbl: the frame with its records
 *
 * BH disabled; see struct ov2_miniport_ops.
 */
void ov2_engine_send(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_engine *engine = ad->engine;
	struct ov2_lane *lane = &engine->tx[nbl->queue];

	if (!ov2_lane_enter(lane, nbl)) {
		ov2_drop_tx(ad, OV2_CNT_TX_DROP_PAUSED, nbl->skb->len);
		ad->ops->send_complete(ad, nbl, OV2_STATUS_NOT_ACCEPTED);
		return;
	}
	if (send_protect(ad, nbl))
		ov2_lane_done(lane, nbl);
}

static const char *send_verdict(const struct ov2_work *work)
{
	return work->failed ? ov2_counter_name(work->reason) : "sent";
}

/**
 * ov2_engine_sent() - the NBL's turn to leave the engine
 * @ad: the card
 * @nbl: the frame, protected or failed
 *
 * BH disabled; called by its lane.
 */
void ov2_engine_sent(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	struct sk_buff *skb = nbl->skb;

	trace_ov2_tx_record(ad, nbl, work->spi, work->seq, skb->len,
			    send_verdict(work));
	ov2_sa_put(work->sa);
	if (work->failed) {
		ov2_drop_tx(ad, work->reason, skb->len);
		ad->ops->send_complete(ad, nbl, OV2_STATUS_FAILURE);
		return;
	}

	ov2_count(ad, OV2_CNT_TX_PKTS);
	ov2_count_add(ad, OV2_CNT_TX_BYTES, skb->len);
	nbl->skb = NULL;
	ad->ops->wire_out(ad, nbl->queue, skb);
	ad->ops->send_complete(ad, nbl, OV2_STATUS_SUCCESS);
}
