// SPDX-License-Identifier: GPL-2.0
/* What traces and monitors show of a frame, on both sides of the engine. */
#include <linux/if_ether.h>
#include <linux/skbuff.h>

#include "../ov2/records.h"
#include "frame.h"
#include "show.h"
#include "work.h"

/* Returns how many bytes of a frame are surely headers; the bytes behind them
 * may be clear payload. With ESP the headers end where the outermost ESP header
 * ends. With AH they end where AH's SPI ends. If the engine finds no IPsec, or
 * IPsec outside its capabilities, only the Ethernet header counts.
 */
static unsigned int show_headers(const struct ov2_frame *frame)
{
	if (frame->kind == OV2_FRAME_OTHER ||
	    frame->kind == OV2_FRAME_INCAPABLE)
		return ETH_HLEN;
	return frame->ip + frame->ipsec + OV2_ESP_HDR_LEN;
}

/**
 * ov2_show_to_send() - show the frames of an NBL before the engine changes them
 * @ad: the card
 * @nbl: the frames. The template of a large send is shown once
 *
 * Context: BH disabled. Only while ov2_capture_on().
 */
void ov2_show_to_send(const struct ov2_adapter *ad, const struct ov2_nbl *nbl)
{
	struct ov2_captured captured = {
		.point = OV2_CAPTURE_TX_CLEAR,
		.nbl = nbl,
		.queue = nbl->queue,
		.handle = nbl->info[OV2_INFO_IPSEC],
		.verdict = "",
	};
	u64 high = nbl->ext_tx.valid ? (u64)nbl->ext_tx.seq_hi << 32 : 0;
	const struct sk_buff *skb;
	struct ov2_frame frame;

	for (skb = nbl->skb; skb; skb = skb->next) {
		if (nbl->info[OV2_INFO_LSO])
			ov2_frame_parse_template(skb, &frame);
		else
			ov2_frame_parse(skb, &frame);
		captured.skb = skb;
		captured.headers = show_headers(&frame);
		captured.spi = frame.spi;
		captured.seq = high | frame.seq;
		ov2_capture(ad, &captured);
	}
}

/**
 * ov2_show_sent() - show a frame of a send, sealed or dropped
 * @ad: the card
 * @nbl: the NBL of the frame. The engine's work on the NBL is over
 * @skb: the frame. Each frame of the NBL has its own number, so this function
 *	reads the low half of the number from the frame
 *
 * A frame that is dropped may still be in clear.
 *
 * Context: BH disabled. Only while ov2_show_tx_on().
 */
void ov2_show_sent(const struct ov2_adapter *ad, struct ov2_nbl *nbl,
		   const struct sk_buff *skb)
{
	const struct ov2_work *work = ov2_work(nbl);
	struct ov2_frame frame;
	const char *verdict;
	u64 seq;

	ov2_frame_parse(skb, &frame);
	verdict = work->reason ? ov2_counter_name(work->reason) : "sent";
	seq = (work->seq >> 32 << 32) | frame.seq;
	trace_ov2_tx_record(ad, nbl, frame.spi, seq, skb->len, verdict);
	if (ov2_capture_on()) {
		const struct ov2_captured captured = {
			.point = OV2_CAPTURE_TX_WIRE,
			.nbl = nbl,
			.skb = skb,
			.queue = nbl->queue,
			.headers = work->reason ? show_headers(&frame) : 0,
			.handle = nbl->info[OV2_INFO_IPSEC],
			.spi = frame.spi,
			.seq = seq,
			.verdict = verdict,
		};

		ov2_capture(ad, &captured);
	}
}

/**
 * ov2_show_arrived() - show a received frame before the engine changes it
 * @ad: the card
 * @nbl: the frame
 *
 * Context: BH disabled. Only while ov2_capture_on().
 */
void ov2_show_arrived(const struct ov2_adapter *ad, const struct ov2_nbl *nbl)
{
	struct ov2_captured captured = {
		.point = OV2_CAPTURE_RX_WIRE,
		.skb = nbl->skb,
		.queue = nbl->queue,
		.verdict = "",
	};
	struct ov2_frame frame;

	ov2_frame_parse(nbl->skb, &frame);
	captured.spi = frame.spi;
	captured.seq = frame.seq;
	ov2_capture(ad, &captured);
}

static const char *show_status(const struct ov2_nbl *nbl)
{
	struct ov2_rx_result res;

	if (!ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], &res))
		return "illegal";
	return res.crypto_done ? ov2_crypto_status_name(res.status) :
	       "untouched";
}

/**
 * ov2_show_received() - show a received frame with its records
 * @ad: the card
 * @nbl: the frame. Traces show it only if it has ESP or AH
 *
 * Context: BH disabled. Only while ov2_show_rx_on().
 */
void ov2_show_received(const struct ov2_adapter *ad, struct ov2_nbl *nbl)
{
	const struct ov2_work *work = ov2_work(nbl);

	if (work->spi)
		trace_ov2_rx_record(ad, nbl, work->spi, nbl->skb->len);
	if (ov2_capture_on()) {
		struct ov2_captured captured = {
			.point = OV2_CAPTURE_RX_CLEAR,
			.nbl = nbl,
			.skb = nbl->skb,
			.queue = nbl->queue,
			.handle = nbl->ext_rx.handle,
			.spi = work->spi,
			.seq = nbl->ext_rx.seq64,
			.verdict = show_status(nbl),
		};
		struct ov2_frame frame;

		ov2_frame_parse(nbl->skb, &frame);
		captured.headers = show_headers(&frame);
		ov2_capture(ad, &captured);
	}
}
