// SPDX-License-Identifier: GPL-2.0
/*
 * The checksum that the stack has left to the card (CHECKSUM_PARTIAL), in a
 * framed packet that is not large. The record in slot 0 (OV2_INFO_CHECKSUM)
 * asks the engine for this checksum. This record knows only TCP and UDP,
 * directly behind ESP or behind the IP header inside a tunnel (ipsecov2.rst
 * 1.6):
 *
 *	+----------+-------+-------------+----+------------+---------+-----+
 *	| outer IP | (UDP) | SPI, number | IV | (inner IP) | TCP/UDP | ... |
 *	+----------+-------+-------------+----+------------+---------+-----+
 *	            ^                          ^            ^
 *	            transport header           payload      checksum start
 *
 * The bridge itself completes all other checksums that are sums. The CRC of
 * SCTP is no sum. It is complete when a packet comes here.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/esp.h>
#include <net/ip.h>

#include "assoc.h"
#include "framed_checksum.h"
#include "../../ov2/offload.h"
#include "../../ov2/records.h"

/* Is the checksum a sum (SCTP has a CRC instead), and is its field in front of
 * @end?
 */
static bool is_sum(struct sk_buff *skb, int end)
{
	int field = skb_checksum_start_offset(skb) + skb->csum_offset;

	return !skb_csum_is_sctp(skb) && field + (int)sizeof(__sum16) <= end;
}

/**
 * ov2_checksum_can_wait() - can a checksum be completed after the packet has
 *	been framed?
 * @skb: a packet with CHECKSUM_PARTIAL that is not framed yet
 *
 * Context: Any context.
 * Return: true if ov2_framed_checksum() can deal with the checksum.
 */
bool ov2_checksum_can_wait(struct sk_buff *skb)
{
	return is_sum(skb, skb->len);
}

/**
 * struct sum_place - where the header of TCP or UDP should be
 * @proto: IPPROTO_* of this header
 * @ipv6: an IPv6 packet carries this header
 * @start: bytes from skb->data to this header
 * @end: bytes from skb->data to the trailer of ESP
 *
 * The headers in front of the header of TCP or UDP say where it should be.
 */
struct sum_place {
	u8 proto;
	bool ipv6;
	unsigned int start;
	unsigned int end;
};

static bool place_behind_ipv4(const struct sk_buff *skb, struct sum_place *at)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, at->start, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5 || ip_is_fragment(ip) ||
	    ntohs(ip->tot_len) != at->end - at->start)
		return false;

	at->proto = ip->protocol;
	at->ipv6 = false;
	at->start += ip->ihl * 4;
	return true;
}

static bool place_behind_ipv6(const struct sk_buff *skb, struct sum_place *at)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf;

	ip = skb_header_pointer(skb, at->start, sizeof(buf), &buf);
	if (!ip || ip->version != 6 ||
	    ntohs(ip->payload_len) + sizeof(buf) != at->end - at->start)
		return false;

	at->proto = ip->nexthdr;
	at->ipv6 = true;
	at->start += sizeof(buf);
	return true;
}

static bool place_find(const struct sk_buff *skb, struct sum_place *at)
{
	switch (at->proto) {
	case IPPROTO_IPIP:
		return place_behind_ipv4(skb, at);
	case IPPROTO_IPV6:
		return place_behind_ipv6(skb, at);
	default:
		return true;
	}
}

static bool place_is(const struct sum_place *at, u8 proto, unsigned int len,
		     u32 flags, u32 flag)
{
	return at->proto == proto && at->end - at->start >= len && flags & flag;
}

/* Make the record for slot 0. Returns false if the engine cannot complete the
 * checksum.
 */
static bool sum_record(const struct sk_buff *skb,
		       const struct ov2_assoc *assoc, struct sum_place *at,
		       u32 *word)
{
	u32 flags = assoc->ad->hardware->flags;
	struct ov2_tx_checksum csum;

	if (!place_find(skb, at) ||
	    at->start != skb_checksum_start_offset(skb))
		return false;

	csum = (struct ov2_tx_checksum) { .ipv4 = !at->ipv6, .ipv6 = at->ipv6 };
	if (skb->csum_offset == offsetof(struct udphdr, check) &&
	    place_is(at, IPPROTO_UDP, sizeof(struct udphdr), flags,
		     OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE)) {
		csum.udp = true;
	} else if (skb->csum_offset == offsetof(struct tcphdr, check) &&
		   place_is(at, IPPROTO_TCP, sizeof(struct tcphdr), flags,
			    OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE)) {
		csum.tcp = true;
		csum.tcp_offset = at->start;
	} else {
		return false;
	}
	return !ov2_tx_checksum_encode(&csum, word);
}

/* Complete the checksum here. The summed bytes end at @end. */
static enum ov2_counter sum_complete(struct sk_buff *skb, unsigned int end)
{
	unsigned int start = skb_checksum_start_offset(skb);
	unsigned int at = start + skb->csum_offset;
	__sum16 sum;

	if (skb_ensure_writable(skb, at + sizeof(sum)))
		return OV2_CNT_TX_DROP_ALLOC;

	sum = csum_fold(skb_checksum(skb, start, end - start, 0));
	*(__sum16 *)(skb->data + at) = sum ?: CSUM_MANGLED_0;
	return OV2_CNT_NONE;
}

/**
 * ov2_framed_checksum() - ask the engine for the checksum of a framed packet,
 *	or complete the checksum
 * @skb: the packet, not large; network and transport header set
 * @assoc: the association of the packet's state
 * @next_header: the next header in the trailer
 * @trailer_len: bytes of trailer and ICV together
 * @word: filled in with the record for slot 0
 *
 * Source of the record: NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO.
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE; OV2_CNT_TX_DROP_CSUM if the checksum is no sum or lies
 * outside the payload; OV2_CNT_TX_DROP_ALLOC if there is no memory.
 */
enum ov2_counter ov2_framed_checksum(struct sk_buff *skb,
				     const struct ov2_assoc *assoc,
				     u8 next_header, unsigned int trailer_len,
				     u32 *word)
{
	struct sum_place at = {
		.proto = next_header,
		.ipv6 = ip_hdr(skb)->version == 6,
		.start = skb_transport_offset(skb) +
			 (assoc->udp_encap ? sizeof(struct udphdr) : 0) +
			 sizeof(struct ip_esp_hdr) + assoc->iv_len,
		.end = skb->len - trailer_len,
	};
	enum ov2_counter reason;

	*word = 0;
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return OV2_CNT_NONE;
	/* A virtual machine can choose any csum_start. If csum_start were in
	 * front of the payload, the sum would overwrite headers, for example
	 * the sequence number in the ESP header. The trailer may be longer than
	 * the packet, so at.end may be negative.
	 */
	if (skb_checksum_start_offset(skb) < (int)at.start ||
	    !is_sum(skb, (int)at.end))
		return OV2_CNT_TX_DROP_CSUM;
	if (!sum_record(skb, assoc, &at, word)) {
		reason = sum_complete(skb, at.end);
		if (reason)
			return reason;
	}
	skb->ip_summed = CHECKSUM_NONE;
	return OV2_CNT_NONE;
}
