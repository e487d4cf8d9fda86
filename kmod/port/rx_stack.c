// SPDX-License-Identifier: GPL-2.0
/* A received frame leaves the card: it goes up the stack, or is dropped. */
#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netdevice.h>
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/busy_poll.h>
#include <net/sock.h>

#include "../bridge/bridge.h"
#include "../watch/capture.h"
#include "../watch/drop.h"
#include "port.h"
#include "queue_stats.h"
#include "rx_stack.h"
#include "unshare.h"

/* ESP in UDP (RFC 3948 2.1) */
#define RX_NAT_T_PORT	4500

/**
 * ov2_rx_drop() - drop a received frame, and say why
 * @rxq: the receive queue that the frame came in on
 * @skb: the frame; taken
 * @reason: the counter of the reason
 * @len: bytes of the frame as it came in, with its Ethernet header
 *
 * Context: NAPI of @rxq; or BH disabled, while this NAPI is disabled.
 */
void ov2_rx_drop(struct ov2_rxq *rxq, struct sk_buff *skb,
		 enum ov2_counter reason, unsigned int len)
{
	ov2_queue_stats_rx_drop(rxq, reason);
	ov2_drop_rx(&rxq->port->ad, reason, skb, len);
}

static int rx_proto_ip4(const struct sk_buff *skb, unsigned int *hlen)
{
	const struct iphdr *ip;
	struct iphdr room;

	ip = skb_header_pointer(skb, 0, sizeof(room), &room);
	if (!ip)
		return -1;
	*hlen = ip->ihl * 4;
	return ip->protocol;
}

static int rx_proto_ip6(const struct sk_buff *skb, unsigned int *hlen)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr room;

	ip = skb_header_pointer(skb, 0, sizeof(room), &room);
	if (!ip)
		return -1;
	*hlen = sizeof(room);
	return ip->nexthdr;
}

/* The protocol behind the IP header, or -1 if the frame is not IP. @hlen is
 * filled in with the length of this header.
 */
static int rx_proto(const struct sk_buff *skb, unsigned int *hlen)
{
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		return rx_proto_ip4(skb, hlen);
	case htons(ETH_P_IPV6):
		return rx_proto_ip6(skb, hlen);
	default:
		return -1;
	}
}

/* If the kernel has a state for an ESP packet, GRO itself decrypts and unpacks
 * the packet (esp4_gro_receive()), even if the frame is for another host. GRO
 * also finds ESP in UDP and in tunnels. Frames for other hosts must stay
 * encrypted. So a frame for another host may be merged only if TCP stands
 * directly behind its IP header.
 */
static bool rx_may_merge(const struct sk_buff *skb)
{
	unsigned int hlen;

	return rx_proto(skb, &hlen) == IPPROTO_TCP;
}

static bool rx_udp_may_be_esp(const struct udphdr *uh)
{
	return uh->source == htons(RX_NAT_T_PORT) ||
	       uh->dest == htons(RX_NAT_T_PORT);
}

/* This is rx_may_be_esp() without its short way. */
static noinline bool rx_any_may_be_esp(const struct sk_buff *skb)
{
	const struct udphdr *uh;
	unsigned int hlen = 0;
	struct udphdr room;

	switch (rx_proto(skb, &hlen)) {
	case IPPROTO_TCP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return false;
	case IPPROTO_UDP:
		uh = skb_header_pointer(skb, hlen, sizeof(room), &room);
		return uh && rx_udp_may_be_esp(uh);
	case -1:
		return eth_type_vlan(skb->protocol) ||
		       skb->protocol == htons(ETH_P_TEB);
	default:
		return true;
	}
}

/* Could GRO decrypt the frame? If so, firewall and policies would see the frame
 * in one form with GRO, and in another form without GRO. So if rx_finish() may
 * give such a frame to GRO, it always does this, even if the frame is alone in
 * its poll.
 */
static bool rx_may_be_esp(const struct sk_buff *skb)
{
	const struct iphdr *ip = (const void *)skb->data;
	const struct udphdr *uh = (const void *)(ip + 1);

	/* A short way: most frames that are alone in their poll are UDP over
	 * IPv4 without options.
	 */
	if (likely(skb->protocol == htons(ETH_P_IP) &&
		   skb_headlen(skb) >= sizeof(*ip) + sizeof(*uh) &&
		   ip->ihl == sizeof(*ip) / 4 && ip->protocol == IPPROTO_UDP))
		return rx_udp_may_be_esp(uh);
	return rx_any_may_be_esp(skb);
}

/* Will rx_finish() give the frame to GRO, if GRO may merge it? */
static bool rx_wants_gro(const struct ov2_rxq *rxq, const struct sk_buff *skb)
{
	return rxq->merge || rx_may_be_esp(skb);
}

/* Returns false if memory is short. */
static bool rx_prepare(struct ov2_rxq *rxq, struct sk_buff *skb)
{
	skb->protocol = eth_type_trans(skb, rxq->port->ad.dev);
	/* This comes before the bridge, which may take the frame. */
	skb_prepare_for_gro(skb);
	skb_mark_napi_id(skb, &rxq->napi);
	if (ov2_may_stay_shared(skb) && !rx_wants_gro(rxq, skb))
		return true;
	return !ov2_unshare(skb);
}

/* Show a frame to the monitors, and drop it. @nbl is NULL if the engine did not
 * see the frame.
 */
static void rx_refuse(struct ov2_rxq *rxq, struct sk_buff *skb,
		      const struct ov2_nbl *nbl,
		      enum ov2_counter reason, unsigned int len)
{
	if (ov2_capture_on())
		ov2_bridge_show_rx_drop(&rxq->port->ad, skb, nbl, reason);
	ov2_rx_drop(rxq, skb, reason, len);
}

/* @len: bytes of the frame as it came in, with its Ethernet header. @own: the
 * frame is the card's own
 */
static void rx_finish(struct ov2_rxq *rxq, struct sk_buff *skb,
		      enum ov2_rx_verdict verdict, unsigned int len, bool own)
{
	rxq->up_frames++;
	rxq->up_bytes += len;
	if (verdict == OV2_RX_TAKEN)
		return;
	/* GRO would treat a large packet of ESP in UDP as one ESP packet, if
	 * the socket has UDP_GRO (xfrm4_gro_udp_encap_rcv()). So the only large
	 * packets that go through GRO are those of TCP.
	 */
	if (verdict != OV2_RX_NO_GRO && rx_wants_gro(rxq, skb) &&
	    ((own && (!skb_is_gso(skb) || skb_is_gso_tcp(skb))) ||
	     rx_may_merge(skb)))
		napi_gro_receive(&rxq->napi, skb);
	else
		netif_receive_skb(skb);
}

/**
 * ov2_rx_plain_to_stack() - bring a frame up the stack without the engine
 * @rxq: the receive queue that the frame came in on
 * @skb: the frame; skb->data is at the Ethernet header; taken
 * @own: the frame is the card's own
 *
 * Context: NAPI of @rxq.
 */
void ov2_rx_plain_to_stack(struct ov2_rxq *rxq, struct sk_buff *skb, bool own)
{
	enum ov2_counter reason = OV2_CNT_WIRE_RX_DROP_UNSHARE;
	enum ov2_rx_verdict verdict = OV2_RX_STACK;
	unsigned int len = skb->len;

	if (rx_prepare(rxq, skb))
		reason = ov2_bridge_receive_plain(&rxq->port->ad, skb,
						  &verdict);
	if (reason)
		rx_refuse(rxq, skb, NULL, reason, len);
	else
		rx_finish(rxq, skb, verdict, len, own);
}

/**
 * ov2_rx_to_stack() - bring a frame up the stack, as its records say
 * @rxq: the receive queue that the frame came in on
 * @nbl: the frame and its records; taken
 *
 * Context: NAPI of @rxq, under rcu_read_lock().
 */
void ov2_rx_to_stack(struct ov2_rxq *rxq, struct ov2_nbl *nbl)
{
	enum ov2_counter reason = OV2_CNT_WIRE_RX_DROP_UNSHARE;
	enum ov2_rx_verdict verdict = OV2_RX_STACK;
	struct sk_buff *skb = nbl->skb;
	unsigned int len = skb->len;

	if (rx_prepare(rxq, skb))
		reason = ov2_bridge_receive(&rxq->port->ad, nbl, &verdict);
	if (reason) {
		rx_refuse(rxq, skb, nbl, reason, len);
		ov2_nbl_free(nbl);
		return;
	}
	ov2_nbl_free(nbl);
	rx_finish(rxq, skb, verdict, len, true);
}
