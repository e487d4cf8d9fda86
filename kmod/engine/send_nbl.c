// SPDX-License-Identifier: GPL-2.0
/*
 * Send: seal frames as their records say. If records and bytes disagree, the
 * frames are dropped, because they are clear and must not leave (INV-13,
 * INV-29).
 */
#include "checksum.h"
#include "config.h"
#include "engine.h"
#include "frame.h"
#include "lane.h"
#include "lso.h"
#include "sa.h"
#include "sa_memo.h"
#include "sa_seq.h"
#include "sa_table.h"
#include "send_nbl.h"
#include "show.h"
#include "step.h"
#include "work.h"
#include "../ov2/records.h"

/* Indices of ov2_work.sa */
#define SEND_SA		0
#define SEND_TUNNEL	1

/* The extension has the high half for the SA of slot 1 only. */
static u64 send_seq(struct ov2_nbl *nbl, u8 index,
		    const struct ov2_member *member, u32 seq_lo)
{
	static const struct ov2_ext_tx none;
	const struct ov2_ext_tx *ext = index == SEND_SA ? &nbl->ext_tx : &none;

	return ov2_sa_seq_tx(ov2_work(nbl)->sa[index], member, ext, seq_lo);
}

static bool send_esp_aligned(const struct ov2_frame *frame,
			     const struct ov2_transform *transform)
{
	return !(ov2_frame_esp_payload_len(frame, transform->iv_len,
					   transform->icv_len) %
		 transform->align);
}

/* Check the headers of one SA and note their steps, outermost first: AH, then
 * ESP.
 */
static bool send_plan_sa(struct ov2_nbl *nbl, u8 index,
			 struct ov2_frame *frame)
{
	const struct ov2_sa *sa = ov2_work(nbl)->sa[index];
	bool udp = frame->kind == OV2_FRAME_UDP_ESP;
	const struct ov2_member *member;
	int i;

	if (frame->ipv6 != !!sa->key.ipv6 ||
	    udp != !!sa->udp_esp)
		return false;

	for (i = sa->members - 1; i >= 0; i--) {
		member = &sa->member[i];
		if (ov2_step_check(frame, member) != OV2_CRYPTO_SUCCESS)
			return false;
		if (member->operation == OV2_OPERATION_ESP &&
		    !send_esp_aligned(frame, &member->transform))
			return false;
		ov2_step_push(nbl, frame, index, i,
			      send_seq(nbl, index, member, frame->seq));
		if (i)
			ov2_frame_skip_ah(ov2_work(nbl)->skb, frame);
	}
	return true;
}

static struct ov2_step *send_innermost(struct ov2_work *work)
{
	return &work->step[work->steps - 1];
}

/* The frame is still clear, so the inner packet can be read. */
static bool send_plan_tunnel(struct ov2_nbl *nbl, struct ov2_frame *frame)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_payload inner;

	if (!send_plan_sa(nbl, SEND_TUNNEL, frame) ||
	    !ov2_step_payload(nbl, send_innermost(work), &inner))
		return false;

	ov2_frame_parse_inner(work->skb, inner.next_header, inner.start,
			      inner.end, frame);
	return true;
}

/* Bytes from the outermost IP header to the outermost header of @operation, or
 * 0 without such a header.
 */
static unsigned int send_offset(struct ov2_nbl *nbl, u32 operation)
{
	const struct ov2_work *work = ov2_work(nbl);
	int i;

	for (i = 0; i < work->steps; i++)
		if (ov2_step_member(nbl, &work->step[i])->operation ==
		    operation)
			return work->step[i].header - work->step[0].ip;
	return 0;
}

/* Slot 12 only repeats what the bytes say, and must agree with them
 * (ipsecov2.rst Q11). But in a large send the pad length in slot 12 is not the
 * pad length in the trailers of the segments (ipsecov2.rst Q19).
 */
static bool send_header_ok(struct ov2_nbl *nbl,
			   const struct ov2_payload *payload)
{
	const struct ov2_step *step = send_innermost(ov2_work(nbl));
	struct ov2_tx_header hdr;

	if (!ov2_tx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr))
		return false;
	if (hdr.ah_offset != send_offset(nbl, OV2_OPERATION_AH) ||
	    hdr.esp_offset != send_offset(nbl, OV2_OPERATION_ESP))
		return false;
	if (ov2_step_member(nbl, step)->operation == OV2_OPERATION_AH)
		return true;
	return payload->next_header == hdr.next_header &&
	       (nbl->info[OV2_INFO_LSO] ||
		payload->pad_length == hdr.pad_length);
}

/* Do the records fit a frame whose only IPsec header is the ESP header that
 * follows an IPv4 header? @len is the number of bytes between IV and ICV.
 */
static bool send_esp4_fits(const struct ov2_nbl *nbl,
			   const struct ov2_transform *transform,
			   const u8 *trailer, unsigned int len)
{
	struct ov2_tx_header hdr;

	return ov2_tx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr) &&
	       !hdr.ah_offset && hdr.esp_offset == sizeof(struct iphdr) &&
	       hdr.pad_length == trailer[0] && hdr.next_header == trailer[1] &&
	       hdr.pad_length <= len - 2 && !(len % transform->align);
}

/* Does what send_plan_long() does, in a shorter way. It is for an SA with
 * ov2_sa.straight, and for a frame that is ESP in IPv4. If the SA or the frame
 * is of another kind, or if records and bytes disagree, this function returns
 * false, and send_plan_long() must look at the frame.
 */
static bool send_plan_straight(struct ov2_nbl *nbl, struct ov2_payload *payload)
{
	const struct ov2_work *work = ov2_work(nbl);
	const struct ov2_sa *sa = work->sa[SEND_SA];
	const struct ov2_member *member = &sa->member[0];
	const struct ov2_transform *transform = &member->transform;
	unsigned int start = sizeof(struct ov2_frame_esp4) + transform->iv_len;
	const struct sk_buff *skb = work->skb;
	const struct ov2_frame_esp4 *hdr;
	unsigned int trailer;

	if (!sa->straight || sa->udp_esp || sa->key.ipv6 ||
	    work->sa[SEND_TUNNEL] || nbl->info[OV2_INFO_LSO] ||
	    skb_is_nonlinear(skb))
		return false;
	hdr = ov2_frame_esp4(skb);
	if (!hdr || hdr->spi != member->spi ||
	    skb->len < start + 2 + transform->icv_len ||
	    ntohs(hdr->ip.tot_len) != skb->len - ETH_HLEN)
		return false;
	trailer = skb->len - transform->icv_len - 2;
	if (!send_esp4_fits(nbl, transform, skb->data + trailer,
			    trailer + 2 - start))
		return false;

	ov2_step_set_esp4(nbl, hdr, send_seq(nbl, SEND_SA, member,
					     be32_to_cpu(hdr->seq)));
	payload->pad_length = skb->data[trailer];
	payload->next_header = skb->data[trailer + 1];
	payload->start = start;
	payload->end = trailer - payload->pad_length;
	return true;
}

static bool send_plan_long(struct ov2_nbl *nbl, struct ov2_payload *payload,
			   bool *ipv6)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_frame frame;

	work->steps = 0;
	ov2_frame_parse(work->skb, &frame);
	if (frame.ip + frame.ip_len != work->skb->len)
		return false;
	if (work->sa[SEND_TUNNEL] && !send_plan_tunnel(nbl, &frame))
		return false;
	if (!send_plan_sa(nbl, SEND_SA, &frame) ||
	    !ov2_step_payload(nbl, send_innermost(work), payload) ||
	    !send_header_ok(nbl, payload))
		return false;

	work->seq = work->step[0].seq;
	work->at = work->steps - 1;
	*ipv6 = frame.ipv6;
	return true;
}

/* Check the frame that is worked on now, and note its steps. Then complete the
 * checksum inside, because ESP will hide it.
 */
static enum ov2_counter send_plan(struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	struct ov2_payload payload;
	bool ipv6 = false;

	if (unlikely(!send_plan_straight(nbl, &payload)) &&
	    !send_plan_long(nbl, &payload, &ipv6))
		return OV2_CNT_TX_DROP_RECORD;
	/* Segments of a large send have their checksums already. */
	if (!nbl->info[OV2_INFO_CHECKSUM] || nbl->info[OV2_INFO_LSO])
		return OV2_CNT_NONE;
	return ov2_checksum_complete(work->skb, nbl->info[OV2_INFO_CHECKSUM],
				     work->step[0].ip, ipv6, &payload);
}

/* The engine itself has cut the segments from one template. So it checks the
 * first segment only, and makes the plan of each later segment from the plan of
 * the segment before it.
 */
static void send_plan_next_segment(struct ov2_work *work)
{
	int i;

	for (i = 0; i < work->steps; i++) {
		work->step[i].end = work->skb->len;
		work->step[i].seq++;
	}
	work->seq++;
	work->at = work->steps - 1;
}

/* Go on to the next step. The innermost header of a frame is sealed first, so
 * ESP is sealed before AH. When all headers of a frame are sealed, the next
 * frame follows.
 */
static bool send_next(struct ov2_nbl *nbl, int err)
{
	struct ov2_work *work = ov2_work(nbl);

	if (err) {
		work->reason = err == -EOVERFLOW ? OV2_CNT_TX_DROP_IV :
						   OV2_CNT_TX_DROP_CRYPTO;
		return false;
	}
	if (work->at) {
		work->at--;
		return true;
	}
	work->skb = work->skb->next;
	if (!work->skb)
		return false;
	if (nbl->info[OV2_INFO_LSO]) {
		send_plan_next_segment(work);
		return true;
	}
	work->reason = send_plan(nbl);
	return work->reason == OV2_CNT_NONE;
}

static const struct ov2_direction send_direction = {
	.seals = true,
	.next = send_next,
};

/* May slot 1 name @sa if slot 11 names @tunnel? If @tunnel is NULL, slot 11 is
 * empty, and only the form of UDP-ESP of @sa matters (ipsecov2.rst 2.9).
 */
static bool send_forms_ok(const struct ov2_sa *sa, const struct ov2_sa *tunnel)
{
	if (!tunnel)
		return !(sa->udp_esp & ~(OV2_UDP_ESP_TRANSPORT |
					 OV2_UDP_ESP_TUNNEL));
	return ov2_sa_nests(tunnel, sa);
}

static enum ov2_counter send_find_sas(struct ov2_adapter *ad,
				      struct ov2_nbl *nbl)
{
	unsigned long tunnel = nbl->info[OV2_INFO_IPSEC_TUNNEL];
	struct ov2_engine *engine = ad->engine;
	struct ov2_work *work = ov2_work(nbl);

	/* A tunnel SA that comes alone belongs in slot 1, not in slot 11
	 * (ipsecov2.rst Q1).
	 */
	if (!nbl->info[OV2_INFO_IPSEC])
		return OV2_CNT_TX_DROP_RECORD;

	work->sa[SEND_SA] = ov2_sa_sent_find(&engine->sent_memos[nbl->queue],
					     ad, &engine->sas,
					     nbl->info[OV2_INFO_IPSEC]);
	if (tunnel)
		work->sa[SEND_TUNNEL] = ov2_sa_find_outbound(ad, tunnel);
	if (!work->sa[SEND_SA] || !work->sa[SEND_TUNNEL] != !tunnel)
		return OV2_CNT_TX_DROP_HANDLE;
	if (!send_forms_ok(work->sa[SEND_SA], work->sa[SEND_TUNNEL]))
		return OV2_CNT_TX_DROP_RECORD;
	return OV2_CNT_NONE;
}

static bool send_is_plain(const struct ov2_nbl *nbl)
{
	return !nbl->info[OV2_INFO_IPSEC] &&
	       !nbl->info[OV2_INFO_IPSEC_TUNNEL] && !nbl->info[OV2_INFO_LSO];
}

static bool send_may_cut(const struct ov2_adapter *ad,
			 const struct ov2_nbl *nbl)
{
	const struct ov2_offload *hardware = ad->hardware;

	return hardware->ipsec_v2.lso &&
	       (!nbl->ext_lso.valid ||
		hardware->extensions & OV2_OFFLOAD_EXT_LARGE_SEND);
}

static enum ov2_counter send_begin(struct ov2_adapter *ad,
				   struct ov2_nbl *nbl)
{
	struct ov2_work *work = ov2_work(nbl);
	enum ov2_counter reason;

	if (!ov2_config_sends(ad->engine))
		return OV2_CNT_TX_DROP_DISABLED;

	reason = send_find_sas(ad, nbl);
	if (reason)
		return reason;

	if (nbl->info[OV2_INFO_LSO]) {
		if (!send_may_cut(ad, nbl))
			return OV2_CNT_TX_DROP_RECORD;
		reason = ov2_lso_segment(nbl, work->sa[SEND_SA]);
		if (reason)
			return reason;
		work->skb = nbl->skb;
	}
	return send_plan(nbl);
}

/**
 * ov2_engine_send() - ov2_miniport_ops.send of this engine
 * @ad: the card
 * @nbl: the frames with their records
 *
 * Context: BH disabled; see struct ov2_miniport_ops.
 */
void ov2_engine_send(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	struct ov2_engine *engine = ad->engine;
	struct ov2_lane *lane = &engine->tx[nbl->queue];
	struct ov2_work *work;

	if (!ov2_lane_enter(lane)) {
		nbl->reason = OV2_CNT_TX_DROP_PAUSED;
		ad->ops->send_complete(ad, nbl, OV2_STATUS_NOT_ACCEPTED);
		return;
	}
	work = ov2_work_begin(nbl, &send_direction, lane);
	if (!send_is_plain(nbl)) {
		if (ov2_capture_on())
			ov2_show_to_send(ad, nbl);
		work->reason = send_begin(ad, nbl);
	}
	if (work->steps && !work->reason)
		ov2_steps_run(nbl);
	else
		ov2_lane_done(lane, nbl);
	ov2_lane_leave(lane);
}

static void send_failed(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	enum ov2_counter reason = ov2_work(nbl)->reason;
	const struct sk_buff *skb;

	if (ov2_show_tx_on())
		for (skb = nbl->skb; skb; skb = skb->next)
			ov2_show_sent(ad, nbl, skb);
	nbl->reason = reason;
	ad->ops->send_complete(ad, nbl, reason == OV2_CNT_TX_DROP_RESET ?
				       OV2_STATUS_REQUEST_ABORTED :
				       OV2_STATUS_FAILURE);
}

/* Call this before ov2_steps_release(), which gives up the NBL's SAs. */
static void send_count(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	const struct ov2_work *work = ov2_work(nbl);
	unsigned int frames = 0, bytes = 0;
	const struct sk_buff *skb;

	for (skb = nbl->skb; skb; skb = skb->next) {
		if (ov2_show_tx_on())
			ov2_show_sent(ad, nbl, skb);
		frames++;
		bytes += skb->len;
	}
	ov2_count_add(ad, OV2_CNT_TX_PKTS, frames);
	ov2_count_add(ad, OV2_CNT_TX_BYTES, bytes);
	ov2_sa_count_good(&work->sa[SEND_SA]->counts, frames, bytes);
	if (unlikely(work->sa[SEND_TUNNEL]))
		ov2_sa_count_good(&work->sa[SEND_TUNNEL]->counts, frames,
				  bytes);
}

/**
 * ov2_engine_sent() - let an NBL leave the engine when its turn has come
 * @ad: the card
 * @nbl: the NBL. It has failed, or its frames are sealed, or its records name
 *	no SA
 *
 * Context: BH disabled; called by its lane.
 */
void ov2_engine_sent(struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	const struct ov2_engine *engine = ad->engine;
	struct ov2_work *work = ov2_work(nbl);
	struct sk_buff *skb = nbl->skb;

	if (!work->reason && ov2_engine_resetting(engine))
		work->reason = OV2_CNT_TX_DROP_RESET;
	if (!work->reason && !send_is_plain(nbl))
		send_count(ad, nbl);
	ov2_steps_release(nbl);
	if (work->reason) {
		send_failed(ad, nbl);
		return;
	}

	nbl->skb = NULL;
	ad->ops->wire_out(ad, nbl->queue, skb);
	ad->ops->send_complete(ad, nbl, OV2_STATUS_SUCCESS);
}
