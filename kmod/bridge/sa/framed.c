// SPDX-License-Identifier: GPL-2.0
/*
 * The records of a framed packet. A framed packet has the ESP header and the
 * trailer already, but is still in clear. A large framed packet has no trailer,
 * because each segment gets a trailer of its own. In crypto mode the core has
 * framed the packet. In packet mode the bridge has framed the packet
 * (packet/protect.c).
 */
#include <linux/if_ether.h>
#include <linux/skbuff.h>
#include <linux/udp.h>

#include "../../compat/skbuff.h"
#include "assoc.h"
#include "framed.h"
#include "framed_checksum.h"
#include "../../ov2/records.h"

/* The transport header points at the ESP header, or at the UDP header in front
 * of the ESP header.
 */
static bool tx_esp_offset(const struct sk_buff *skb,
			  const struct ov2_assoc *assoc,
			  struct ov2_tx_header *hdr)
{
	int offset = skb_transport_offset(skb) - skb_network_offset(skb);

	if (assoc->udp_encap)
		offset += sizeof(struct udphdr);
	if (offset <= 0 || offset > U16_MAX)
		return false;

	hdr->esp_offset = offset;
	return true;
}

/* The trailer is in front of the room for the ICV, which is at the end of the
 * packet.
 */
static bool tx_header(const struct sk_buff *skb, const struct ov2_assoc *assoc,
		      struct ov2_tx_header *hdr)
{
	const u8 *pad_length;
	u8 buf;

	if (!tx_esp_offset(skb, assoc, hdr) || skb->len < assoc->icv_len + 2)
		return false;
	pad_length = skb_header_pointer(skb, skb->len - assoc->icv_len - 2,
					sizeof(buf), &buf);
	if (!pad_length)
		return false;

	hdr->pad_length = *pad_length;
	return true;
}

static struct ov2_nbl *framed_nbl(struct sk_buff *skb, u16 queue,
				  const struct ov2_assoc *assoc, u32 header)
{
	struct ov2_nbl *nbl = ov2_nbl_alloc(skb, queue);

	if (!nbl)
		return NULL;
	nbl->info[OV2_INFO_IPSEC] = assoc->handle;
	nbl->info[OV2_INFO_IPSEC_HEADER] = header;
	return nbl;
}

/**
 * ov2_large_proto() - can the engine cut a large packet?
 * @skb: a GSO packet, framed or not
 *
 * Context: Any context.
 * Return: IPPROTO_TCP or IPPROTO_UDP, which the segments carry; 0 if the engine
 * cannot cut the packet.
 */
u8 ov2_large_proto(const struct sk_buff *skb)
{
	unsigned int type = skb_shinfo(skb)->gso_type;

	if (type & ~OV2_GSO_CUT)
		return 0;
	if (type & (SKB_GSO_TCPV4 | SKB_GSO_TCPV6))
		return IPPROTO_TCP;
	return type & SKB_GSO_UDP_L4 ? IPPROTO_UDP : 0;
}

static bool large_record(const struct sk_buff *skb, u32 *word)
{
	int l4 = skb_checksum_start_offset(skb);
	struct ov2_tx_lso lso = {
		.mss = skb_shinfo(skb)->gso_size,
		.tcp_offset = l4,
		.v2 = true,
		.ipv6 = skb->protocol == htons(ETH_P_IPV6),
	};

	return l4 > 0 && l4 <= U16_MAX && !ov2_tx_lso_encode(&lso, word);
}

/* The segments get the flags and identifications that skb_gso_segment() would
 * give them.
 */
static enum ov2_counter framed_large_nbl(struct sk_buff *skb, u16 queue,
					 const struct ov2_assoc *assoc,
					 u8 next_header, struct ov2_nbl **nbl)
{
	struct ov2_tx_header hdr = { .next_header = next_header };
	struct skb_shared_info *info = skb_shinfo(skb);
	u8 proto = ov2_large_proto(skb);
	u32 header, large;

	if (!proto || !tx_esp_offset(skb, assoc, &hdr) ||
	    ov2_tx_header_encode(&hdr, &header))
		return OV2_CNT_TX_DROP_TRAILER;
	if (skb->ip_summed != CHECKSUM_PARTIAL || !large_record(skb, &large))
		return OV2_CNT_TX_DROP_CSUM;

	*nbl = framed_nbl(skb, queue, assoc, header);
	if (!*nbl)
		return OV2_CNT_TX_DROP_ALLOC;
	(*nbl)->frames = info->gso_segs;
	(*nbl)->info[OV2_INFO_LSO] = large;
	(*nbl)->ext_lso = (struct ov2_ext_lso) {
		.valid = true,
		.keep_cwr = ov2_gso_keeps_cwr(skb),
		.same_id = ov2_gso_same_id(skb),
		.same_inner_id = ov2_gso_same_inner_id(skb),
		.proto = proto,
		.segments = info->gso_segs,
	};
	return OV2_CNT_NONE;
}

/**
 * ov2_framed_nbl() - make an NBL for a framed packet, and fill in its records
 * @skb: the framed packet, network and transport header set, trailer filled in.
 *	A large packet has no trailer, and its checksum of TCP or UDP is still
 *	to be completed
 * @queue: the send queue
 * @assoc: the association of the packet's state
 * @next_header: the next header in the trailer, or in the trailers that the
 *	segments get
 * @nbl: filled in with the NBL; the caller sets its ext_tx
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE, or why the frame must be dropped.
 */
enum ov2_counter ov2_framed_nbl(struct sk_buff *skb, u16 queue,
				const struct ov2_assoc *assoc, u8 next_header,
				struct ov2_nbl **nbl)
{
	struct ov2_tx_header hdr = { .next_header = next_header };
	enum ov2_counter reason;
	u32 header, checksum;

	if (skb_is_gso(skb))
		return framed_large_nbl(skb, queue, assoc, next_header, nbl);
	if (!tx_header(skb, assoc, &hdr) || ov2_tx_header_encode(&hdr, &header))
		return OV2_CNT_TX_DROP_TRAILER;
	reason = ov2_framed_checksum(skb, assoc, next_header,
				     hdr.pad_length + 2 + assoc->icv_len,
				     &checksum);
	if (reason)
		return reason;

	*nbl = framed_nbl(skb, queue, assoc, header);
	if (!*nbl)
		return OV2_CNT_TX_DROP_ALLOC;
	(*nbl)->info[OV2_INFO_CHECKSUM] = checksum;
	return OV2_CNT_NONE;
}
