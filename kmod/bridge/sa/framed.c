// SPDX-License-Identifier: GPL-2.0
/*
 * The records of a framed ESP packet. In crypto mode the core has framed the
 * packet; in packet mode the bridge has framed it (packet/protect.c).
 */
#include <linux/skbuff.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "assoc.h"
#include "framed.h"
#include "../../ov2/records.h"

/* The ESP header is at the transport header, or behind the UDP header that is
 * there. The trailer is in front of the room for the ICV, at the end.
 */
static bool tx_header(const struct sk_buff *skb, const struct ov2_assoc *assoc,
		      struct ov2_tx_header *hdr)
{
	int offset = skb_transport_offset(skb) - skb_network_offset(skb);

	if (assoc->udp_encap)
		offset += sizeof(struct udphdr);
	if (offset <= 0 || offset > U16_MAX || skb_is_gso(skb))
		return false;
	if (skb->len < assoc->icv_len + 2 ||
	    skb_copy_bits(skb, skb->len - assoc->icv_len - 2, &hdr->pad_length,
			  sizeof(hdr->pad_length)))
		return false;

	hdr->esp_offset = offset;
	return true;
}

/* A bond leaves the checksum of TCP and UDP inside ESP to its cards
 * (NETIF_F_HW_ESP_TX_CSUM). The bridge computes this checksum itself, because
 * slot 0 can ask the engine for it in transport mode only. The summed bytes end
 * where the trailer begins.
 */
static bool tx_complete_checksum(struct sk_buff *skb, unsigned int trailer_len)
{
	int start, at, len;
	__sum16 sum;

	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	start = skb_checksum_start_offset(skb);
	at = start + skb->csum_offset;
	len = (int)(skb->len - trailer_len) - start;
	if (skb_csum_is_sctp(skb) ||
	    len < skb->csum_offset + (int)sizeof(sum) ||
	    skb_ensure_writable(skb, at + sizeof(sum)))
		return false;

	sum = csum_fold(skb_checksum(skb, start, len, 0));
	*(__sum16 *)(skb->data + at) = sum ?: CSUM_MANGLED_0;
	skb->ip_summed = CHECKSUM_NONE;
	return true;
}

/**
 * ov2_framed_nbl() - give a framed ESP packet its records
 * @skb: the frame, network and transport header set, trailer filled in
 * @queue: the send queue
 * @assoc: the association of the packet's state
 * @next_header: as in the trailer
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
	u32 word;

	if (!tx_header(skb, assoc, &hdr) || ov2_tx_header_encode(&hdr, &word))
		return OV2_CNT_TX_DROP_TRAILER;
	if (!tx_complete_checksum(skb, hdr.pad_length + 2 + assoc->icv_len))
		return OV2_CNT_TX_DROP_CSUM;

	*nbl = ov2_nbl_alloc(skb, queue);
	if (!*nbl)
		return OV2_CNT_TX_DROP_ALLOC;
	(*nbl)->info[OV2_INFO_IPSEC] = assoc->handle;
	(*nbl)->info[OV2_INFO_IPSEC_HEADER] = word;
	return OV2_CNT_NONE;
}
