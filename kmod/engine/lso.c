// SPDX-License-Identifier: GPL-2.0
/*
 * Large send: one TCP packet becomes segments, each a frame of its own with
 * ESP trailer and room for the ICV. The segments are checked and sealed as any
 * other frames.
 *
 * The template, and one segment of it, in bytes from skb->data. The offsets are
 * members of struct lso:
 *
 *	      ip   ah    udp    esp            tcp   payload            end
 *	      v    v     v      v              v     v                    v
 *	| Eth | IP | AH? | UDP? | SPI, nr | room | TCP | payload          | x
 *	| Eth | IP | AH? | UDP? | SPI, nr | room | TCP | part | trailer | room |
 *	                                    iv_len       <= mss         icv_len
 *
 * The template has no trailer, because each segment gets a trailer of its own.
 * "x" marks the PadLength bytes, which are not sent. Each segment also has its
 * own lengths, numbers of ESP and AH, IP identification, and TCP number, flags
 * and checksum.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>

#include "frame.h"
#include "lso.h"
#include "sa.h"
#include "../ov2/nbl.h"
#include "../ov2/records.h"

#define LSO_ESP_SEQ	4
#define LSO_AH_SEQ	8
/* 64 KiB in segments of 64 bytes. TCP's segments are larger: 536 bytes by
 * default (RFC 9293 3.7.1).
 */
#define LSO_SEGMENTS_MAX	1024
/* LSOv2: the engine uses the lower half of the IP identifications, the stack
 * the upper half.
 */
#define LSO_IP_ID_MASK	0x7fff

/**
 * struct lso - a large send
 * @template: its frame
 * @transform: the transform of its ESP header
 * @ipv6: family of its IP header
 * @ip: bytes from the start of the frame to the IP header
 * @ah: to the AH header, 0 if there is none
 * @udp: to the UDP header in front of ESP, 0 if there is none
 * @esp: to the ESP header
 * @tcp: to the TCP header
 * @payload: to TCP's payload
 * @end: to the end of TCP's payload
 * @mss: bytes of payload in a segment; the last one may have less
 * @segments: number of segments
 */
struct lso {
	const struct sk_buff *template;
	const struct ov2_transform *transform;
	bool ipv6;
	unsigned int ip;
	unsigned int ah;
	unsigned int udp;
	unsigned int esp;
	unsigned int tcp;
	unsigned int payload;
	unsigned int end;
	unsigned int mss;
	unsigned int segments;
};

/* The segments have consecutive numbers, which must not wrap (ipsecov2.rst
 * 4.4).
 */
static bool lso_seq_ok(const struct lso *lso, const struct ov2_frame *frame)
{
	return frame->seq + lso->segments - 1 >= frame->seq;
}

static bool lso_count(struct lso *lso, const struct ov2_tx_lso *record)
{
	unsigned int len = lso->end - lso->payload;

	if (!record->mss)
		return false;
	lso->mss = record->mss;
	lso->segments = len ? DIV_ROUND_UP(len, lso->mss) : 1;
	return lso->segments <= LSO_SEGMENTS_MAX;
}

static bool lso_find_tcp(struct lso *lso, const struct ov2_tx_lso *record)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	lso->tcp = lso->esp + OV2_ESP_HDR_LEN + lso->transform->iv_len;
	tcp = skb_header_pointer(lso->template, lso->tcp, sizeof(buf), &buf);
	if (!tcp || tcp->doff < sizeof(buf) / 4 ||
	    lso->tcp != record->tcp_offset)
		return false;

	lso->payload = lso->tcp + tcp->doff * 4;
	return lso->payload <= lso->end;
}

/* Find what lies behind the outermost header, which @frame describes. */
static bool lso_find_esp(struct lso *lso, struct ov2_frame *frame,
			 const struct ov2_tx_lso *record)
{
	if (lso->ah)
		ov2_frame_skip_ah(lso->template, frame);
	if (frame->kind != OV2_FRAME_ESP && frame->kind != OV2_FRAME_UDP_ESP)
		return false;

	lso->esp = frame->ip + frame->ipsec;
	if (frame->kind == OV2_FRAME_UDP_ESP)
		lso->udp = lso->esp - sizeof(struct udphdr);
	return lso_find_tcp(lso, record) && lso_count(lso, record) &&
	       lso_seq_ok(lso, frame);
}

/* PadLength counts bytes behind TCP's payload that are not sent (ipsecov2.rst
 * Q19). The IP length may be zero, else it must be right.
 */
static bool lso_find_end(struct lso *lso, const struct ov2_frame *frame,
			 const struct ov2_tx_header *hdr)
{
	unsigned int ip_end = frame->ip + frame->ip_len;

	if (hdr->pad_length > lso->template->len)
		return false;
	lso->end = lso->template->len - hdr->pad_length;
	return ip_end == lso->template->len || ip_end == lso->end;
}

static bool lso_parse(struct lso *lso, const struct ov2_nbl *nbl)
{
	struct ov2_tx_header hdr;
	struct ov2_tx_lso record;
	struct ov2_frame frame;
	struct ov2_frame first;

	if (!ov2_tx_lso_decode(nbl->info[OV2_INFO_LSO], &record) ||
	    !ov2_tx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER], &hdr))
		return false;
	ov2_frame_parse_template(lso->template, &frame);
	first = frame;
	lso->ipv6 = frame.ipv6;
	lso->ip = frame.ip;
	if (frame.kind == OV2_FRAME_AH)
		lso->ah = frame.ip + frame.ipsec;

	return record.v2 && record.ipv6 == frame.ipv6 &&
	       hdr.next_header == IPPROTO_TCP &&
	       lso_find_end(lso, &frame, &hdr) &&
	       lso_find_esp(lso, &frame, &record) && lso_seq_ok(lso, &first);
}

static void set_ip(const struct lso *lso, struct sk_buff *skb, unsigned int i)
{
	struct ipv6hdr *ip6 = (void *)skb->data + lso->ip;
	struct iphdr *ip = (void *)skb->data + lso->ip;
	unsigned int len = skb->len - lso->ip;

	if (lso->ipv6) {
		ip6->payload_len = htons(len - sizeof(*ip6));
		return;
	}
	ip->tot_len = htons(len);
	ip->id = htons((ntohs(ip->id) + i) & LSO_IP_ID_MASK);
	ip_send_check(ip);
}

/* RFC 3948 2.1: the checksum is zero on IPv4 */
static void set_udp(const struct lso *lso, struct sk_buff *skb)
{
	struct udphdr *udp = (void *)skb->data + lso->udp;

	if (!lso->udp)
		return;
	udp->len = htons(skb->len - lso->udp);
	udp->check = 0;
}

static void add_to_be32(struct sk_buff *skb, unsigned int offset, u32 n)
{
	__be32 *word = (void *)skb->data + offset;

	be32_add_cpu(word, n);
}

/* The template's checksum field holds the sum over the pseudo header, without
 * the length.
 */
static void set_tcp(const struct lso *lso, struct sk_buff *skb, unsigned int i,
		    unsigned int len)
{
	struct tcphdr *tcp = (void *)skb->data + lso->tcp;

	be32_add_cpu(&tcp->seq, i * lso->mss);
	if (i)
		tcp->cwr = 0;
	if (i + 1 < lso->segments) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	tcp->check = csum_fold(csum_partial(tcp, len,
					    (__force __wsum)htonl(len)));
}

/* RFC 4303 2.4: pad bytes count up from 1. Room for the ICV follows. */
static void segment_put_trailer(struct sk_buff *skb, unsigned int pad,
				unsigned int icv_len)
{
	u8 *p = skb_put(skb, pad + 2);
	unsigned int i;

	for (i = 0; i < pad; i++)
		*p++ = i + 1;
	*p++ = pad;
	*p = IPPROTO_TCP;
	skb_put_zero(skb, icv_len);
}

static struct sk_buff *segment_alloc(const struct lso *lso, unsigned int len)
{
	const struct sk_buff *template = lso->template;
	struct sk_buff *skb;

	skb = alloc_skb(NET_SKB_PAD + NET_IP_ALIGN + len, GFP_ATOMIC);
	if (!skb)
		return NULL;

	skb_reserve(skb, NET_SKB_PAD + NET_IP_ALIGN);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, lso->ip);
	skb_copy_queue_mapping(skb, template);
	skb->dev = template->dev;
	skb->protocol = template->protocol;
	skb->priority = template->priority;
	return skb;
}

static struct sk_buff *segment_new(const struct lso *lso, unsigned int i)
{
	unsigned int from = lso->payload + i * lso->mss;
	unsigned int len = min(lso->mss, lso->end - from);
	unsigned int tcp_len = lso->payload - lso->tcp + len;
	unsigned int body = ALIGN(tcp_len + 2, lso->transform->align);
	unsigned int icv_len = lso->transform->icv_len;
	struct sk_buff *skb;

	skb = segment_alloc(lso, lso->tcp + body + icv_len);
	if (!skb)
		return NULL;
	if (skb_copy_bits(lso->template, 0, skb_put(skb, lso->payload),
			  lso->payload) ||
	    skb_copy_bits(lso->template, from, skb_put(skb, len), len)) {
		consume_skb(skb);
		return NULL;
	}

	segment_put_trailer(skb, body - tcp_len - 2, icv_len);
	set_ip(lso, skb, i);
	set_udp(lso, skb);
	if (lso->ah)
		add_to_be32(skb, lso->ah + LSO_AH_SEQ, i);
	add_to_be32(skb, lso->esp + LSO_ESP_SEQ, i);
	set_tcp(lso, skb, i, tcp_len);
	return skb;
}

static struct sk_buff *segments_new(const struct lso *lso)
{
	struct sk_buff *first = NULL;
	struct sk_buff **tail = &first;
	unsigned int i;

	for (i = 0; i < lso->segments; i++) {
		*tail = segment_new(lso, i);
		if (!*tail) {
			/* Only the template is dropped and counted. */
			kfree_skb_list_reason(first, SKB_CONSUMED);
			return NULL;
		}
		tail = &(*tail)->next;
	}
	return first;
}

/* The longest segment must not be longer than an IP packet can be. */
static bool lso_fits(const struct lso *lso)
{
	unsigned int len = min(lso->mss, lso->end - lso->payload);
	unsigned int tcp_len = lso->payload - lso->tcp + len;

	return lso->tcp - lso->ip + lso->transform->icv_len +
	       ALIGN(tcp_len + 2, lso->transform->align) <= IP_MAX_MTU;
}

/**
 * ov2_lso_segment() - cut a large send into segments
 * @nbl: a large send; its template is its only frame. The segments replace the
 *	template, in order. On failure the NBL stays as it was
 * @sa: the SA of its slot 1
 *
 * This is for LSOv2 and transport mode, with ESP, or with ESP and AH. The first
 * segment gets the numbers in the template's ESP and AH headers, and each later
 * segment gets the next numbers. The bridge has reserved these numbers. The NBL
 * is then like any other: its frames leave when the last frame is sealed, and
 * if one frame fails, all are dropped.
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE; OV2_CNT_TX_DROP_RECORD if records and bytes disagree or
 * the large send is not possible: tunnel mode, several frames, no MSS, a number
 * that would wrap, too many or too long segments; OV2_CNT_TX_DROP_ALLOC without
 * memory.
 */
enum ov2_counter ov2_lso_segment(struct ov2_nbl *nbl, const struct ov2_sa *sa)
{
	struct lso lso = {
		.template = nbl->skb,
		.transform = &sa->member[0].transform,
	};
	struct sk_buff *segments;

	if (nbl->skb->next || nbl->info[OV2_INFO_IPSEC_TUNNEL] ||
	    sa->mode == OV2_SA_TUNNEL ||
	    sa->member[0].operation != OV2_OPERATION_ESP)
		return OV2_CNT_TX_DROP_RECORD;
	if (!lso_parse(&lso, nbl) || !lso_fits(&lso))
		return OV2_CNT_TX_DROP_RECORD;

	segments = segments_new(&lso);
	if (!segments)
		return OV2_CNT_TX_DROP_ALLOC;
	consume_skb(nbl->skb);
	nbl->skb = segments;
	return OV2_CNT_NONE;
}
