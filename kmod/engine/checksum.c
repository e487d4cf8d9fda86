// SPDX-License-Identifier: GPL-2.0
/* Complete the checksums that slot 0 asks for, before the frame is sealed. */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "checksum.h"
#include "step.h"
#include "../ov2/records.h"

/**
 * struct csum_l4 - the TCP segment or UDP datagram inside ESP and AH
 * @proto: IPPROTO_*
 * @ipv6: true if an IPv6 packet carries the segment or datagram, false if an
 *	IPv4 packet carries it
 * @start: bytes from skb->data to the header of TCP or UDP
 * @end: bytes from skb->data to the end of the segment or datagram
 */
struct csum_l4 {
	u8 proto;
	bool ipv6;
	unsigned int start;
	unsigned int end;
};

static bool l4_behind_ipv4(const struct sk_buff *skb, struct csum_l4 *l4)
{
	const struct iphdr *ip;
	struct iphdr buf;

	ip = skb_header_pointer(skb, l4->start, sizeof(buf), &buf);
	if (!ip || ip->version != 4 || ip->ihl < 5 || ip_is_fragment(ip) ||
	    ntohs(ip->tot_len) > l4->end - l4->start ||
	    ntohs(ip->tot_len) < ip->ihl * 4)
		return false;

	l4->end = l4->start + ntohs(ip->tot_len);
	l4->start += ip->ihl * 4;
	l4->proto = ip->protocol;
	l4->ipv6 = false;
	return true;
}

static bool l4_behind_ipv6(const struct sk_buff *skb, struct csum_l4 *l4)
{
	const struct ipv6hdr *ip;
	struct ipv6hdr buf;

	ip = skb_header_pointer(skb, l4->start, sizeof(buf), &buf);
	if (!ip || ip->version != 6 ||
	    ntohs(ip->payload_len) + sizeof(buf) > l4->end - l4->start)
		return false;

	l4->start += sizeof(buf);
	l4->end = l4->start + ntohs(ip->payload_len);
	l4->proto = ip->nexthdr;
	l4->ipv6 = true;
	return true;
}

static bool l4_find(const struct sk_buff *skb, struct csum_l4 *l4)
{
	switch (l4->proto) {
	case IPPROTO_IPIP:
		return l4_behind_ipv4(skb, l4);
	case IPPROTO_IPV6:
		return l4_behind_ipv6(skb, l4);
	default:
		return true;
	}
}

/* skb_checksum() does the same for a linear packet, but takes more
 * instructions.
 */
static __wsum l4_sum_up(const struct sk_buff *skb, unsigned int start,
			unsigned int len)
{
	return skb_is_nonlinear(skb) ? skb_checksum(skb, start, len, 0) :
				       csum_partial(skb->data + start, len, 0);
}

/* Before this call, the checksum field holds the sum over the pseudo header. In
 * UDP a sum of zero means "no checksum", so a sum of zero is sent as 0xffff.
 */
static enum ov2_counter l4_complete(struct sk_buff *skb,
				    const struct csum_l4 *l4,
				    unsigned int hdr_len, unsigned int field)
{
	unsigned int len = l4->end - l4->start;
	__sum16 sum;

	if (len < hdr_len)
		return OV2_CNT_TX_DROP_RECORD;
	if (skb_ensure_writable(skb, l4->start + hdr_len))
		return OV2_CNT_TX_DROP_ALLOC;

	sum = csum_fold(l4_sum_up(skb, l4->start, len));
	if (!sum && l4->proto == IPPROTO_UDP)
		sum = CSUM_MANGLED_0;
	/* skb_ensure_writable() has made the header linear. */
	*(__sum16 *)(skb->data + l4->start + field) = sum;
	return OV2_CNT_NONE;
}

static enum ov2_counter tcp_complete(struct sk_buff *skb,
				     const struct csum_l4 *l4,
				     const struct ov2_tx_checksum *csum)
{
	if (l4->proto != IPPROTO_TCP || csum->tcp_offset != l4->start)
		return OV2_CNT_TX_DROP_RECORD;
	return l4_complete(skb, l4, sizeof(struct tcphdr),
			   offsetof(struct tcphdr, check));
}

static enum ov2_counter udp_complete(struct sk_buff *skb,
				     const struct csum_l4 *l4)
{
	if (l4->proto != IPPROTO_UDP)
		return OV2_CNT_TX_DROP_RECORD;
	return l4_complete(skb, l4, sizeof(struct udphdr),
			   offsetof(struct udphdr, check));
}

static enum ov2_counter ip_header_complete(struct sk_buff *skb,
					   unsigned int offset)
{
	struct iphdr *ip;

	if (skb_ensure_writable(skb, offset + sizeof(*ip)))
		return OV2_CNT_TX_DROP_ALLOC;
	ip = (void *)skb->data + offset;
	if (ip->version == 4)
		ip_send_check(ip);
	return OV2_CNT_NONE;
}

/**
 * ov2_checksum_complete() - complete the checksums that slot 0 asks for
 * @skb: the frame, in clear
 * @request: slot 0
 * @ip: bytes from skb->data to the outermost IP header
 * @ipv6: true if @payload is the payload of an IPv6 packet
 * @payload: what the SA of slot 1 protects: TCP, UDP, or an IP packet with TCP
 *	or UDP
 *
 * Source: NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO. Checksums come first, then
 * ESP, then AH (ipsecov2.rst 4.2).
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE; OV2_CNT_TX_DROP_RECORD if @request is no record or does
 * not fit the frame; OV2_CNT_TX_DROP_ALLOC if there is no memory.
 */
enum ov2_counter ov2_checksum_complete(struct sk_buff *skb,
				       unsigned long request, unsigned int ip,
				       bool ipv6,
				       const struct ov2_payload *payload)
{
	struct csum_l4 l4 = {
		.proto = payload->next_header,
		.ipv6 = ipv6,
		.start = payload->start,
		.end = payload->end,
	};
	struct ov2_tx_checksum csum;
	enum ov2_counter reason;

	if (!ov2_tx_checksum_decode(request, &csum))
		return OV2_CNT_TX_DROP_RECORD;
	if (csum.ip_header) {
		reason = ip_header_complete(skb, ip);
		if (reason)
			return reason;
	}
	if (!csum.tcp && !csum.udp)
		return OV2_CNT_NONE;
	if (!l4_find(skb, &l4) || csum.ipv4 == csum.ipv6 ||
	    csum.ipv6 != l4.ipv6)
		return OV2_CNT_TX_DROP_RECORD;
	return csum.tcp ? tcp_complete(skb, &l4, &csum) :
			  udp_complete(skb, &l4);
}
