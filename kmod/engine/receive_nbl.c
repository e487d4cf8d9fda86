// SPDX-License-Identifier: GPL-2.0
/*
 * Receive: the engine decides as INV-31 to INV-38 say (ipsecov2.rst 9). It
 * delivers good and bad frames alike, and strips no header and no trailer. The
 * records say what the engine found.
 */
#include <linux/in.h>
#include <linux/in6.h>

#include "config.h"
#include "engine.h"
#include "frame.h"
#include "lane.h"
#include "receive_nbl.h"
#include "sa.h"
#include "sa_memo.h"
#include "sa_request.h"
#include "sa_seq.h"
#include "sa_table.h"
#include "show.h"
#include "step.h"
#include "work.h"
#include "../ov2/records.h"

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

/* Indices of ov2_work.sa */
#define RECEIVE_OUTER	0
#define RECEIVE_INNER	1

/* If there is an inner SA, all headers of the outer SA were good, so the status
 * is about the inner SA.
 */
static void receive_count(const struct ov2_nbl *nbl, struct ov2_sa *outer,
			  struct ov2_sa *inner, enum ov2_crypto_status status)
{
	struct ov2_adapter *ad = outer->engine->ad;
	unsigned int len = nbl->skb->len;

	ov2_count(ad, status_counters[status]);
	if (status == OV2_CRYPTO_SUCCESS)
		ov2_count_add(ad, OV2_CNT_RX_BYTES, len);
	if (unlikely(inner)) {
		ov2_sa_count_good(&outer->counts, 1, len);
		ov2_sa_count_received(&inner->counts, status, len);
	} else {
		ov2_sa_count_received(&outer->counts, status, len);
	}
}

/* Write and count the result of an NBL. Returns false, because nothing is left
 * to do.
 */
static bool receive_set_result(struct ov2_nbl *nbl,
			       enum ov2_crypto_status status)
{
	const struct ov2_work *work = ov2_work(nbl);
	struct ov2_sa *outer = work->sa[RECEIVE_OUTER];
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.next_crypto_done = work->sa[RECEIVE_INNER],
		.status = status,
	};

	nbl->info[OV2_INFO_IPSEC] = ov2_rx_result_encode(&res);
	nbl->ext_rx.handle = outer->hdl.value;
	nbl->ext_rx.seq64 = work->seq;
	receive_count(nbl, outer, work->sa[RECEIVE_INNER], status);
	return false;
}

/* The memo of a queue (sa_memo.c) holds only SAs that may receive. */
static struct ov2_sa *receive_find_sa(struct ov2_engine *engine, u16 queue,
				      const struct ov2_frame *frame)
{
	s64 version = ov2_sa_table_version(&engine->sas);
	struct ov2_sa_memo *memo = &engine->memos[queue];
	struct ov2_sa *sa;

	sa = ov2_sa_memo_find(memo, version, frame);
	if (likely(sa))
		return sa;
	if (frame->kind == OV2_FRAME_OTHER)
		return NULL;
	if (frame->kind == OV2_FRAME_INCAPABLE) {
		ov2_count(engine->ad, OV2_CNT_RX_NOT_CAPABLE);
		return NULL;
	}

	sa = ov2_sa_find_inbound(&engine->sas, frame);
	/* Any UDP packet may look like ESP. It is ESP only if there is an SA
	 * for it, so UDP without an SA does not count as a miss.
	 */
	if (!sa && frame->kind != OV2_FRAME_UDP_ESP)
		ov2_count(engine->ad, OV2_CNT_RX_SADB_MISS);
	if (sa && !ov2_config_receives(engine, sa)) {
		ov2_count(engine->ad, OV2_CNT_RX_DISABLED);
		return NULL;
	}
	if (sa)
		ov2_sa_memo_set(memo, sa, version, frame);
	return sa;
}

/* Check the headers of one SA and note their steps, outermost first: AH, then
 * ESP.
 */
static enum ov2_crypto_status receive_plan(struct ov2_nbl *nbl, u8 index,
					   struct ov2_frame *frame)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_sa *sa = work->sa[index];
	enum ov2_crypto_status status;
	const struct ov2_member *member;
	u64 seq;
	int i;

	work->at = work->steps;
	for (i = sa->members - 1; i >= 0; i--) {
		member = &sa->member[i];
		seq = member->esn ? ov2_sa_seq_rx(sa, member, frame->seq) :
				    frame->seq;
		if (index == RECEIVE_OUTER && i == sa->members - 1)
			work->seq = seq;
		status = ov2_step_check(frame, member);
		if (status != OV2_CRYPTO_SUCCESS)
			return status;
		ov2_step_push(nbl, frame, index, i, seq);
		if (i)
			ov2_frame_skip_ah(work->skb, frame);
	}
	return OV2_CRYPTO_SUCCESS;
}

/* Find the SA of the packet inside a tunnel, after all headers of the tunnel's
 * SA were good. Returns true if the engine shall open the packet with this SA.
 * Then the record covers both SAs.
 */
static bool receive_find_inner(struct ov2_nbl *nbl,
			       const struct ov2_payload *payload,
			       struct ov2_frame *frame)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_sa *outer = work->sa[RECEIVE_OUTER];
	struct ov2_sa *sa;

	ov2_frame_parse_inner(work->skb, payload->next_header, payload->start,
			      payload->end, frame);
	if (frame->kind == OV2_FRAME_OTHER ||
	    frame->kind == OV2_FRAME_INCAPABLE)
		return false;

	sa = ov2_sa_find_inbound(&outer->engine->sas, frame);
	if (sa && (sa->single || !ov2_sa_nests(outer, sa) ||
		   !ov2_config_receives(outer->engine, sa)))
		return false;
	work->sa[RECEIVE_INNER] = sa;
	return sa;
}

/* A wrong ICV in the tunnel portion has another status than a wrong ICV in the
 * transport portion. If the mode of the SA is unknown, the last good frame of
 * the SA tells which portion the SA protects (ipsecov2.rst Q2).
 */
static void receive_see_mode(struct ov2_sa *sa, u8 next_header)
{
	bool tunnel = next_header == IPPROTO_IPIP ||
		      next_header == IPPROTO_IPV6;

	if (sa->mode == OV2_SA_MODE_UNKNOWN &&
	    READ_ONCE(sa->seen_tunnel) != tunnel)
		WRITE_ONCE(sa->seen_tunnel, tunnel);
}

/* Slot 12 is about the outermost ESP header, which is opened first. */
static void receive_set_header(struct ov2_nbl *nbl,
			       const struct ov2_payload *payload)
{
	const struct ov2_rx_header hdr = {
		.next_header = payload->next_header,
		.pad_length = payload->pad_length,
		.info_set = true,
	};

	if (!nbl->info[OV2_INFO_IPSEC_HEADER])
		nbl->info[OV2_INFO_IPSEC_HEADER] = ov2_rx_header_encode(&hdr);
}

/* One header was good: note its number, and find its payload. */
static enum ov2_crypto_status receive_verified(struct ov2_nbl *nbl,
					       struct ov2_payload *payload)
{
	struct ov2_work *work = ov2_work(nbl);
	const struct ov2_step *step = &work->step[work->at];
	struct ov2_member *member = ov2_step_member(nbl, step);

	ov2_sa_seq_verified(work->sa[step->sa], member, step->seq);
	if (!ov2_step_payload(nbl, step, payload))
		return OV2_CRYPTO_INVALID_PACKET_SYNTAX;
	if (member->operation == OV2_OPERATION_ESP)
		receive_set_header(nbl, payload);
	return OV2_CRYPTO_SUCCESS;
}

/* Returns false if the NBL is done. */
static bool receive_inner(struct ov2_nbl *nbl,
			  const struct ov2_payload *payload)
{
	enum ov2_crypto_status status = OV2_CRYPTO_SUCCESS;
	struct ov2_frame frame;

	if (receive_find_inner(nbl, payload, &frame)) {
		status = receive_plan(nbl, RECEIVE_INNER, &frame);
		if (status == OV2_CRYPTO_SUCCESS)
			return true;
	}
	return receive_set_result(nbl, status);
}

/* Every header of one SA was good: is there another SA inside? */
static bool receive_sa_done(struct ov2_nbl *nbl, u8 index,
			    const struct ov2_payload *payload)
{
	struct ov2_sa *sa = ov2_work(nbl)->sa[index];

	if (index == RECEIVE_OUTER) {
		receive_see_mode(sa, payload->next_header);
		if (!sa->single && sa->mode != OV2_SA_TRANSPORT)
			return receive_inner(nbl, payload);
	}
	return receive_set_result(nbl, OV2_CRYPTO_SUCCESS);
}

static bool receive_is_tunnel(const struct ov2_sa *sa)
{
	if (sa->mode == OV2_SA_MODE_UNKNOWN)
		return READ_ONCE(sa->seen_tunnel);
	return sa->mode == OV2_SA_TUNNEL;
}

static enum ov2_crypto_status receive_error(struct ov2_nbl *nbl, int err)
{
	const struct ov2_work *work = ov2_work(nbl);
	const struct ov2_step *step = &work->step[work->at];
	bool ah = ov2_step_member(nbl, step)->operation == OV2_OPERATION_AH;

	if (err != -EBADMSG)
		return OV2_CRYPTO_GENERIC_ERROR;
	if (step->sa == RECEIVE_OUTER && receive_is_tunnel(work->sa[0]))
		return ah ? OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED :
			    OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED;
	return ah ? OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED :
		    OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED;
}

/* Go on after a header that was good. */
static bool receive_general(struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	enum ov2_crypto_status status;
	struct ov2_payload payload;
	u8 index;

	index = work->step[work->at].sa;
	status = receive_verified(nbl, &payload);
	if (status != OV2_CRYPTO_SUCCESS)
		return receive_set_result(nbl, status);
	if (++work->at < work->steps)
		return true;
	return receive_sa_done(nbl, index, &payload);
}

/* Does what receive_general() does, in a shorter way. It is for an SA with
 * ov2_sa.straight.
 */
static bool receive_straight(struct ov2_nbl *nbl, struct ov2_sa *sa)
{
	const struct ov2_work *work = ov2_work(nbl);
	const struct ov2_step *step = &work->step[0];
	struct ov2_member *member = &sa->member[0];
	unsigned int start = step->header + OV2_ESP_HDR_LEN +
			     member->transform.iv_len;
	unsigned int trailer = step->end - member->transform.icv_len - 2;
	const u8 *bytes = work->skb->data + trailer;
	const struct ov2_rx_header hdr = {
		.next_header = bytes[1],
		.pad_length = bytes[0],
		.info_set = true,
	};

	if (member->esn)
		ov2_sa_seq_verified(sa, member, step->seq);
	if (hdr.pad_length > trailer - start)
		return receive_set_result(nbl,
					  OV2_CRYPTO_INVALID_PACKET_SYNTAX);
	nbl->info[OV2_INFO_IPSEC_HEADER] = ov2_rx_header_encode(&hdr);
	receive_see_mode(sa, hdr.next_header);
	return receive_set_result(nbl, OV2_CRYPTO_SUCCESS);
}

static bool receive_next(struct ov2_nbl *nbl, int err)
{
	const struct ov2_work *work = ov2_work(nbl);
	struct ov2_sa *sa = work->sa[RECEIVE_OUTER];

	if (err)
		return receive_set_result(nbl, receive_error(nbl, err));
	if (likely(sa->straight && skb_headlen(work->skb) >= work->step[0].end))
		return receive_straight(nbl, sa);
	return receive_general(nbl);
}

static const struct ov2_direction receive_direction = {
	.next = receive_next,
};

/* Does what receive_begin() does, in a shorter way. It is for an SA with
 * ov2_sa.straight, and for a frame that is ESP in IPv4 and of the flow that the
 * queue remembers. If the SA or the frame is of another kind, or the frame has
 * a wrong length, this function returns false, and receive_begin() must look at
 * the frame.
 */
static bool receive_begin_straight(struct ov2_engine *engine,
				   struct ov2_nbl *nbl)
{
	const struct ov2_frame_esp4 *hdr = ov2_frame_esp4(nbl->skb);
	const struct ov2_transform *transform;
	struct ov2_work *work = ov2_work(nbl);
	const struct ov2_member *member;
	unsigned int len, around;
	struct ov2_sa *sa;
	u32 seq;

	sa = hdr ? ov2_sa_memo_find_esp4(&engine->memos[nbl->queue],
					 ov2_sa_table_version(&engine->sas),
					 hdr) : NULL;
	if (!sa || !sa->straight)
		return false;
	member = &sa->member[0];
	transform = &member->transform;
	around = sizeof(*hdr) - ETH_HLEN + transform->iv_len +
		 transform->icv_len;
	len = ntohs(hdr->ip.tot_len);
	if (len < around + 2 ||
	    (transform->align > 4 && (len - around) % transform->align))
		return false;

	work->sa[RECEIVE_OUTER] = sa;
	work->spi = hdr->spi;
	seq = be32_to_cpu(hdr->seq);
	ov2_step_set_esp4(nbl, hdr, member->esn ?
				    ov2_sa_seq_rx(sa, member, seq) : seq);
	return true;
}

/* Returns false if the NBL is done. */
static bool receive_begin_long(struct ov2_engine *engine, struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	enum ov2_crypto_status status;
	struct ov2_frame frame;

	ov2_frame_parse(work->skb, &frame);
	work->sa[RECEIVE_OUTER] = receive_find_sa(engine, nbl->queue, &frame);
	if (work->sa[RECEIVE_OUTER] || frame.kind != OV2_FRAME_UDP_ESP)
		work->spi = frame.spi;
	if (!work->sa[RECEIVE_OUTER])
		return false;

	status = receive_plan(nbl, RECEIVE_OUTER, &frame);
	if (status != OV2_CRYPTO_SUCCESS)
		return receive_set_result(nbl, status);
	return true;
}

static bool receive_begin(struct ov2_engine *engine, struct ov2_nbl *nbl)
{
	return likely(receive_begin_straight(engine, nbl)) ||
	       receive_begin_long(engine, nbl);
}

/**
 * ov2_engine_receive() - ov2_miniport_ops.receive of this engine
 * @ad: the card
 * @nbl: the frame. Its records are overwritten with the records of receive
 *	(INV-7)
 *
 * Context: BH disabled; see struct ov2_miniport_ops.
 */
void ov2_engine_receive(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_engine *engine = ad->engine;
	struct ov2_lane *lane = &engine->rx[nbl->queue];

	memset(nbl->info, 0, sizeof(nbl->info));
	if (!ov2_lane_enter(lane)) {
		ad->ops->indicate(ad, nbl);
		return;
	}
	ov2_work_begin(nbl, &receive_direction, lane);
	if (ov2_capture_on())
		ov2_show_arrived(ad, nbl);
	if (receive_begin(engine, nbl))
		ov2_steps_run(nbl);
	else
		ov2_lane_done(lane, nbl);
	ov2_lane_leave(lane);
}

/**
 * ov2_engine_received() - indicate an NBL whose turn has come
 * @ad: the card
 * @nbl: the frame with its records
 *
 * Context: BH disabled; called by its lane.
 */
void ov2_engine_received(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);

	/* SaDeleteReq may come with any status, so the status is not looked at
	 * (ipsecov2.rst 2.8).
	 */
	if (work->sa[RECEIVE_OUTER] && ov2_sa_delete_wanted(ad->engine))
		nbl->info[OV2_INFO_IPSEC] |= OV2_RX_SA_DELETE_REQ;
	if (ov2_show_rx_on())
		ov2_show_received(ad, nbl);
	ov2_steps_release(nbl);
	ad->ops->indicate(ad, nbl);
}
