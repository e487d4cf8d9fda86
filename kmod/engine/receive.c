// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: the decisions that INV-31 to INV-38 name. A frame is delivered
 * whether good or bad, with nothing stripped; the records say what was found.
 */
#include "flow.h"
#include "frame.h"
#include "sa.h"
#include "work.h"
#include "../ov2/records.h"
#include "../watch/trace.h"

static const enum ov2_counter status_counters[OV2_CRYPTO_STATUS_MAX] = {
	[OV2_CRYPTO_SUCCESS] = OV2_CNT_RX_PKTS,
	[OV2_CRYPTO_GENERIC_ERROR] = OV2_CNT_RX_CRYPTO_ERROR,
	[OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED] = OV2_CNT_RX_AUTH_FAILED,
	[OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED] = OV2_CNT_RX_AUTH_FAILED,
	[OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED] = OV2_CNT_RX_AUTH_FAILED,
	[OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED] = OV2_CNT_RX_AUTH_FAILED,
	[OV2_CRYPTO_INVALID_PACKET_SYNTAX] = OV2_CNT_RX_BAD_SYNTAX,
	[OV2_CRYPTO_INVALID_PROTOCOL] = OV2_CNT_RX_BAD_PROTOCOL,
};

static void receive_set_result(struct ov2_nbl *nbl,
			       enum ov2_crypto_status status)
{
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.status = status,
	};
	struct ov2_work *work = ov2_work(nbl);

	nbl->info[OV2_INFO_IPSEC] = ov2_rx_result_encode(&res);
	nbl->ext_rx.handle = work->sa->hdl.value;
	nbl->ext_rx.seq64 = work->seq;
}

static unsigned int receive_payload_len(const struct ov2_frame *frame,
					const struct ov2_member *member)
{
	return ov2_frame_esp_payload_len(frame, member->transform.iv_len,
					 member->transform.icv_len);
}

static void receive_verified(struct ov2_nbl *nbl,
			     const struct ov2_frame *frame)
{
	struct ov2_rx_header hdr = { .info_set = true };
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_member *member = &work->sa->member[0];
	unsigned int len;

	ov2_sa_seq_verified(work->sa, member, work->seq);
	len = receive_payload_len(frame, member);
	if (!ov2_frame_esp_trailer(nbl->skb, frame, member->transform.icv_len,
				   &hdr.pad_length, &hdr.next_header)) {
		receive_set_result(nbl, OV2_CRYPTO_GENERIC_ERROR);
		return;
	}
	if (hdr.pad_length + 2 > len) {
		receive_set_result(nbl, OV2_CRYPTO_INVALID_PACKET_SYNTAX);
		return;
	}
	nbl->info[OV2_INFO_IPSEC_HEADER] = ov2_rx_header_encode(&hdr);
	receive_set_result(nbl, OV2_CRYPTO_SUCCESS);
}

static void receive_opened(struct ov2_nbl *nbl, const struct ov2_frame *frame,
			   int err)
{
	const struct ov2_sa *sa = ov2_work(nbl)->sa;

	if (!err)
		receive_verified(nbl, frame);
	else if (err != -EBADMSG)
		receive_set_result(nbl, OV2_CRYPTO_GENERIC_ERROR);
	else if (sa->mode == OV2_SA_TUNNEL)
		receive_set_result(nbl, OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED);
	else
		receive_set_result(nbl, OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED);
}

/* The headers in front of the payload are as they were: read them again. */
static void receive_crypt_done(struct ov2_nbl *nbl, int err)
{
	struct ov2_engine *engine = ov2_work(nbl)->sa->engine;
	struct ov2_frame frame;

	ov2_frame_parse(nbl->skb, &frame);
	receive_opened(nbl, &frame, err);
	ov2_lane_done(&engine->rx[nbl->queue], nbl);
}

static struct ov2_sa *receive_find_sa(struct ov2_engine *engine,
				      const struct ov2_frame *frame)
{
	struct ov2_sa *sa;

	if (frame->kind == OV2_FRAME_OTHER)
		return NULL;
	if (frame->kind == OV2_FRAME_INCAPABLE) {
		ov2_count(engine->ad, OV2_CNT_RX_NOT_CAPABLE);
		return NULL;
	}

	sa = ov2_sa_get_inbound(engine, frame);
	/* Any UDP looks like ESP: only an SA makes it so. */
	if (!sa && frame->kind != OV2_FRAME_UDP_ESP)
		ov2_count(engine->ad, OV2_CNT_RX_SADB_MISS);
	if (sa && READ_ONCE(engine->receive_off)) {
		ov2_count(engine->ad, OV2_CNT_RX_DISABLED);
		ov2_sa_put(sa);
		return NULL;
	}
	return sa;
}

static int receive_open(struct ov2_nbl *nbl, const struct ov2_frame *frame)
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
		.done = receive_crypt_done,
	};

	return ov2_transform_open(&job);
}

/* True if the NBL is done; else receive_crypt_done() is called, or was. */
static bool receive_unprotect(struct ov2_engine *engine, struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_member *member;
	struct ov2_frame frame;
	int err;

	ov2_frame_parse(nbl->skb, &frame);
	work->sa = receive_find_sa(engine, &frame);
	if (work->sa || frame.kind != OV2_FRAME_UDP_ESP)
		work->spi = frame.spi;
	if (!work->sa)
		return true;

	member = &work->sa->member[0];
	work->seq = ov2_sa_seq_rx(work->sa, member, frame.seq);
	if (frame.kind == OV2_FRAME_AH) {
		receive_set_result(nbl, OV2_CRYPTO_INVALID_PROTOCOL);
		return true;
	}
	if (!receive_payload_len(&frame, member)) {
		receive_set_result(nbl, OV2_CRYPTO_INVALID_PACKET_SYNTAX);
		return true;
	}

	err = receive_open(nbl, &frame);
	if (err == -EINPROGRESS)
		return false;
	receive_opened(nbl, &frame, err);
	return true;
}

/**
 * ov2_engine_receive() - ov2_miniport_ops.receive of this engine
 * @ad: the card
 * @nbl: the frame, with empty records
 *
 * BH disabled; see struct ov2_miniport_ops.
 */
void ov2_engine_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_engine *engine = ad->engine;
	struct ov2_lane *lane = &engine->rx[nbl->queue];

	if (!ov2_lane_enter(lane, nbl))
		ad->ops->indicate(ad, nbl);
	else if (receive_unprotect(engine, nbl))
		ov2_lane_done(lane, nbl);
}

static void receive_count(struct ov2_adapter *ad, const struct ov2_nbl *nbl)
{
	struct ov2_rx_result res;

	ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], &res);
	if (!res.crypto_done)
		return;

	ov2_count(ad, status_counters[res.status]);
	if (res.status == OV2_CRYPTO_SUCCESS)
		ov2_count_add(ad, OV2_CNT_RX_BYTES, nbl->skb->len);
}

/**
 * ov2_engine_received() - the NBL's turn to be indicated
 * @ad: the card
 * @nbl: the frame with its records
 *
 * BH disabled; called by its lane. Only IPsec is traced.
 */
void ov2_engine_received(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);

	if (work->spi)
		trace_ov2_rx_record(ad, nbl, work->spi, nbl->skb->len);
	receive_count(ad, nbl);
	ov2_sa_put(work->sa);
	ad->ops->indicate(ad, nbl);
}
