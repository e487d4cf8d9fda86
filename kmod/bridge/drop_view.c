// SPDX-License-Identifier: GPL-2.0
/*
 * This file shows dropped frames to the monitors: the frames that the bridge
 * drops, and the frames that the port drops because ov2_unshare() has no
 * memory. A frame to be sent is dropped before it reaches the engine. A
 * received frame comes from the engine, or from the line if the engine did not
 * see the frame. The engine itself shows the frames that the engine drops.
 */
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>

#include "bridge.h"
#include "packet/tag.h"
#include "sa/assoc.h"
#include "../ov2/records.h"
#include "../watch/capture.h"

/* Returns the length of the headers that may be shown. If the frame has an ESP
 * header (@esp), these are the headers up to the end of the ESP header.
 * Otherwise these are the Ethernet header and the IP header without options.
 * All bytes behind them are in clear, so they must not be shown. Data is at the
 * Ethernet header.
 */
static unsigned int drop_headers(const struct sk_buff *skb, bool esp)
{
	unsigned int len = ETH_HLEN;
	const struct ethhdr *eth;
	const struct iphdr *ip;
	struct ethhdr eth_room;
	struct iphdr room;

	eth = skb_header_pointer(skb, 0, sizeof(eth_room), &eth_room);
	if (!eth)
		return len;
	if (eth->h_proto == htons(ETH_P_IP)) {
		ip = skb_header_pointer(skb, len, sizeof(room), &room);
		if (!ip)
			return len;
		len += sizeof(*ip);
		if (esp && ip->protocol == IPPROTO_UDP)
			len += sizeof(struct udphdr);
	} else if (eth->h_proto == htons(ETH_P_IPV6)) {
		len += sizeof(struct ipv6hdr);
	}
	return esp ? len + sizeof(struct ip_esp_hdr) : len;
}

/**
 * ov2_bridge_show_tx_drop() - show a frame that ov2_bridge_xmit() has refused
 * @ad: the card
 * @skb: the frame, data at the Ethernet header
 * @queue: the send queue that it came on
 * @reason: why it is dropped
 *
 * Monitors show the SPI of the state that the core has chosen. They show SPI 0
 * if the core has chosen no state, for example for a frame of a packet socket.
 *
 * Context: BH disabled. Only while ov2_capture_on().
 */
void ov2_bridge_show_tx_drop(struct ov2_adapter *ad, struct sk_buff *skb,
			     u16 queue, enum ov2_counter reason)
{
	struct ov2_captured captured = {
		.point = OV2_CAPTURE_TX_DROP,
		.skb = skb,
		.queue = queue,
		.verdict = ov2_counter_name(reason),
	};
	const struct xfrm_offload *xo = xfrm_offload(skb);
	const struct ov2_assoc *assoc;
	const struct xfrm_state *x;
	bool framed = false;

	rcu_read_lock();
	if (xo) {
		x = xfrm_input_state(skb);
		assoc = ov2_assoc_of_state(ad, x);
		captured.spi = x->id.spi;
		captured.handle = assoc ? assoc->handle : 0;
		framed = xo->flags & XFRM_XMIT && !ov2_packet_tagged(xo);
	}
	if (framed) {
		captured.seq = (u64)xo->seq.hi << 32 | xo->seq.low;
		/* In a segment that the core has cut from a large packet,
		 * xo->seq is not the segment's own number, but the next one
		 * (see xo_seq_hi()).
		 */
		if (xo->flags & XFRM_GSO_SEGMENT)
			captured.seq--;
	}
	captured.headers = drop_headers(skb, framed);
	ov2_capture(ad, &captured);
	rcu_read_unlock();
}

/* Does the transport header still point at the frame's ESP header?
 * ov2_headers_set() has made it point there, behind the IP header. When
 * ov2_decap() takes off ESP, it moves the network header, but not the transport
 * header. Then the transport header is no longer behind the IP header, so the
 * answer is no. Data is at the IP header.
 */
static bool drop_has_esp(const struct sk_buff *skb, const struct ov2_nbl *nbl)
{
	int ip = skb->protocol == htons(ETH_P_IPV6) ? sizeof(struct ipv6hdr) :
						      sizeof(struct iphdr);
	struct ov2_rx_result res;

	return ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], &res) &&
	       res.crypto_done && skb_transport_header_was_set(skb) &&
	       skb_transport_offset(skb) >= ip;
}

static __be32 drop_spi(const struct sk_buff *skb)
{
	const __be32 *spi;
	__be32 room;

	spi = skb_header_pointer(skb, skb_transport_offset(skb), sizeof(room),
				 &room);
	return spi ? *spi : 0;
}

/**
 * ov2_bridge_show_rx_drop() - show a received frame that the card drops
 * @ad: the card
 * @skb: the frame, from which ESP may have been taken off already. Data is
 *	behind the Ethernet header
 * @nbl: the records of the frame; NULL if the engine did not see the frame
 * @reason: why it is dropped
 *
 * Context: BH disabled; under rcu_read_lock() if @nbl is not NULL. Only while
 *   ov2_capture_on().
 */
void ov2_bridge_show_rx_drop(struct ov2_adapter *ad, struct sk_buff *skb,
			     const struct ov2_nbl *nbl,
			     enum ov2_counter reason)
{
	struct ov2_captured captured = {
		.point = OV2_CAPTURE_RX_DROP,
		.nbl = nbl,
		.skb = skb,
		.queue = skb_get_rx_queue(skb),
		.verdict = ov2_counter_name(reason),
	};
	const struct ov2_assoc *assoc;
	bool esp = false;

	if (nbl) {
		esp = drop_has_esp(skb, nbl);
		captured.handle = nbl->ext_rx.handle;
		captured.seq = nbl->ext_rx.seq64;
		assoc = ov2_assoc_find(ad, captured.handle);
		if (assoc)
			captured.spi = assoc->spi;
		else if (esp)
			captured.spi = drop_spi(skb);
	}
	skb_push(skb, ETH_HLEN);
	captured.headers = drop_headers(skb, esp);
	ov2_capture(ad, &captured);
	__skb_pull(skb, ETH_HLEN);
}
