// SPDX-License-Identifier: GPL-2.0
/*
 * Large send: one TCP packet becomes segments, each a frame of its own with
 * ESP trailer and room for the ICV. The payload is copied and summed in one
 * pass, and the segments are then sealed in place like all other frames.
 *
 * The frame of the TCP packet is called the template, because each segment gets
 * a copy of the headers of this frame. The template, and one segment of it, in
 * bytes from skb->data. The offsets are members of struct lso:
 *
 *        ip   ah    udp    esp                  l4    payload          end
 *        v    v     v      v                    v     v                  v
 *  | Eth | IP | AH? | UDP? | SPI, number | room | TCP | payload          | x
 *  | Eth | IP | AH? | UDP? | SPI, number | room | TCP | part | trailer | room |
 *                                          iv_len       <= mss         icv_len
 *
 * The template has no trailer, because each segment gets a trailer of its own.
 * "x" marks the PadLength bytes, which are not sent. Besides the trailer, these
 * fields differ from segment to segment: the lengths, the numbers of ESP and
 * AH, the IP identification, and the number, flags and checksum of TCP.
 *
 * With the extension (struct ov2_ext_lso) the SA may also be in tunnel mode.
 * "inner" marks the inner packet. UDP may take the place of TCP:
 *
 *        ip   udp    esp                inner  l4    payload           end
 *        v    v      v                    v    v     v                   v
 *  | Eth | IP | UDP? | SPI, number | room | IP | TCP | payload           |
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip.h>
#include <net/sock.h>

#include "frame.h"
#include "lso.h"
#include "pool.h"
#include "sa.h"
#include "../ov2/nbl.h"
#include "../ov2/offload.h"
#include "../ov2/records.h"

#define LSO_ESP_SEQ	4
#define LSO_AH_SEQ	8
/* LSOv2: the engine uses the lower half of the IP identifications, and the
 * stack uses the upper half.
 */
#define LSO_IP_ID_MASK	0x7fff

/**
 * struct lso - a large send
 * @template: the frame of the large send
 * @transform: the transform of its ESP header
 * @ext: Linux' extension; zeroed in a large send of LSOv2
 * @proto: IPPROTO_TCP or IPPROTO_UDP
 * @next_header: the next header in the trailer of each segment
 * @ipv6: the IP header at @ip is an IPv6 header
 * @inner_ipv6: the IP header at @inner is an IPv6 header
 * @ip: offset of the IP header
 * @ah: offset of the AH header, 0 if there is none
 * @udp: offset of the UDP header in front of ESP, 0 if there is none
 * @esp: offset of the ESP header
 * @inner: offset of the IP header inside a tunnel, 0 if there is none
 * @l4: offset of the header of TCP or UDP
 * @payload: offset of the payload of TCP or UDP
 * @end: offset of the end of this payload
 * @mss: bytes of payload in a segment; the last segment may have fewer
 * @segments: number of segments
 * @counted: the checksum field of the template holds the sum over the pseudo
 *	header. @counted is the length that is part of this sum, or 0 if the sum
 *	leaves the length out
 *
 * Offsets are in bytes from the start of the frame.
 */
struct lso {
	const struct sk_buff *template;
	const struct ov2_transform *transform;
	struct ov2_ext_lso ext;
	u8 proto;
	u8 next_header;
	bool ipv6;
	bool inner_ipv6;
	unsigned int ip;
	unsigned int ah;
	unsigned int udp;
	unsigned int esp;
	unsigned int inner;
	unsigned int l4;
	unsigned int payload;
	unsigned int end;
	unsigned int mss;
	unsigned int segments;
	unsigned int counted;
};

/* Bytes from the start of the frame to what ESP protects */
static unsigned int lso_start(const struct lso *lso)
{
	return lso->esp + OV2_ESP_HDR_LEN + lso->transform->iv_len;
}

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
	return lso->segments <= OV2_LSO_SEGMENTS_MAX;
}

static bool lso_find_tcp(struct lso *lso)
{
	const struct tcphdr *tcp;
	struct tcphdr buf;

	tcp = skb_header_pointer(lso->template, lso->l4, sizeof(buf), &buf);
	if (!tcp || tcp->doff < sizeof(buf) / 4)
		return false;

	lso->payload = lso->l4 + tcp->doff * 4;
	return lso->payload <= lso->end;
}

static bool lso_find_payload(struct lso *lso)
{
	if (lso->proto == IPPROTO_TCP)
		return lso_find_tcp(lso);
	lso->payload = lso->l4 + sizeof(struct udphdr);
	return lso->payload <= lso->end;
}

/* Find the ESP header. @frame describes the outermost IPsec header, which is AH
 * or ESP.
 */
static bool lso_find_esp(struct lso *lso, struct ov2_frame *frame)
{
	if (lso->ah)
		ov2_frame_skip_ah(lso->template, frame);
	if (frame->kind != OV2_FRAME_ESP && frame->kind != OV2_FRAME_UDP_ESP)
		return false;

	lso->esp = frame->ip + frame->ipsec;
	if (frame->kind == OV2_FRAME_UDP_ESP)
		lso->udp = lso->esp - sizeof(struct udphdr);
	return true;
}

/* PadLength is the number of bytes behind TCP's payload. These bytes are not
 * sent (ipsecov2.rst Q19). The IP length may be zero. An IP length that is not
 * zero must include all of these bytes, or none of them.
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

/* The inner packet is IP. Options or extension headers between the IP header
 * and TCP or UDP are the same in all segments.
 */
static bool lso_find_inner(struct lso *lso)
{
	unsigned int len;

	lso->inner = lso_start(lso);
	lso->inner_ipv6 = lso->next_header == IPPROTO_IPV6;
	if (!lso->inner_ipv6 && lso->next_header != IPPROTO_IPIP)
		return false;
	len = lso->inner_ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
	return lso->l4 >= lso->inner + len;
}

/* Tunnel mode needs the extension. LSOv2 has no tunnel mode (INV-26). */
static bool lso_find_l4(struct lso *lso, const struct ov2_tx_lso *record,
			bool tunnel)
{
	lso->l4 = record->tcp_offset;
	if (tunnel)
		return lso_find_inner(lso);
	return lso->l4 == lso_start(lso) && lso->next_header == lso->proto;
}

/* The bridge has reserved ov2_ext_lso.segments sequence numbers, so there must
 * be exactly this number of segments.
 */
static bool lso_ext_ok(struct lso *lso)
{
	if (!lso->ext.valid)
		return true;
	lso->counted = lso->end - lso->l4;
	return !lso->ah && lso->segments == lso->ext.segments;
}

static bool lso_parse(struct lso *lso, const struct ov2_nbl *nbl, bool tunnel)
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
	lso->next_header = hdr.next_header;
	lso->ipv6 = frame.ipv6;
	lso->ip = frame.ip;
	if (frame.kind == OV2_FRAME_AH)
		lso->ah = frame.ip + frame.ipsec;

	return record.v2 && record.ipv6 == frame.ipv6 &&
	       lso_find_end(lso, &frame, &hdr) &&
	       lso_find_esp(lso, &frame) &&
	       lso_find_l4(lso, &record, tunnel) &&
	       lso_find_payload(lso) && lso_count(lso, &record) &&
	       lso_seq_ok(lso, &frame) && lso_seq_ok(lso, &first) &&
	       lso_ext_ok(lso);
}

static u16 next_id(const struct lso *lso, u16 id, unsigned int i, bool same)
{
	if (!lso->ext.valid)
		return (id + i) & LSO_IP_ID_MASK;
	return same ? id : id + i;
}

/* @at: bytes from skb->data to the IP header; @len: bytes of its packet; @same:
 * all segments have the same identification
 */
static void set_ip(const struct lso *lso, struct sk_buff *skb, unsigned int i,
		   unsigned int at, bool ipv6, unsigned int len, bool same)
{
	struct ipv6hdr *ip6 = (void *)skb->data + at;
	struct iphdr *ip = (void *)skb->data + at;

	if (ipv6) {
		ip6->payload_len = htons(len - sizeof(*ip6));
		return;
	}
	ip->tot_len = htons(len);
	ip->id = htons(next_id(lso, ntohs(ip->id), i, same));
	ip_send_check(ip);
}

/* RFC 3948 2.1: the checksum is zero on IPv4 */
static void set_udp_encap(const struct lso *lso, struct sk_buff *skb)
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

/* The checksum field holds the sum over the pseudo header. lso.counted is the
 * length in this pseudo header, or 0 if the sum leaves the length out. @sum is
 * the sum of the payload.
 */
static __sum16 l4_sum(const struct lso *lso, const void *header,
		      unsigned int len, __wsum sum)
{
	sum = csum_partial(header, lso->payload - lso->l4, sum);
	sum = csum_sub(sum, (__force __wsum)htonl(lso->counted));
	return csum_fold(csum_add(sum, (__force __wsum)htonl(len)));
}

/* Update TCP's header as tcp_gso_segment() does. */
static void set_tcp(const struct lso *lso, struct sk_buff *skb, unsigned int i,
		    unsigned int len, __wsum sum)
{
	struct tcphdr *tcp = (void *)skb->data + lso->l4;

	be32_add_cpu(&tcp->seq, i * lso->mss);
	if (i && !lso->ext.keep_cwr)
		tcp->cwr = 0;
	if (i + 1 < lso->segments) {
		tcp->fin = 0;
		tcp->psh = 0;
	}
	tcp->check = l4_sum(lso, tcp, len, sum);
}

/* Update UDP's header as __udp_gso_segment() does. A sum of zero is sent as
 * 0xffff, because zero would mean "no checksum".
 */
static void set_udp(const struct lso *lso, struct sk_buff *skb,
		    unsigned int len, __wsum sum)
{
	struct udphdr *udp = (void *)skb->data + lso->l4;

	udp->len = htons(len);
	udp->check = l4_sum(lso, udp, len, sum) ?: CSUM_MANGLED_0;
}

/* RFC 4303 2.4: pad bytes count up from 1. Room for the ICV follows. */
static void segment_put_trailer(const struct lso *lso, struct sk_buff *skb,
				unsigned int pad)
{
	u8 *p = skb_put(skb, pad + 2 + lso->transform->icv_len);
	unsigned int i;

	for (i = 0; i < pad; i++)
		*p++ = i + 1;
	*p++ = pad;
	*p = lso->next_header;
}

/* Returns the number of bytes between IV and ICV in a segment, trailer
 * included. @l4_len is the number of bytes of TCP or UDP in the segment, header
 * and payload together.
 */
static unsigned int lso_body(const struct lso *lso, unsigned int l4_len)
{
	return ALIGN(lso->l4 - lso_start(lso) + l4_len + 2,
		     lso->transform->align);
}

static struct sk_buff *segment_alloc(const struct lso *lso, unsigned int len)
{
	const struct sk_buff *template = lso->template;
	struct sk_buff *skb;

	skb = ov2_pool_skb(template->dev, len);
	if (!skb)
		return NULL;
	/* The receiver's sockets would drop a segment whose memory comes from
	 * the memory reserves of the kernel.
	 */
	if (skb_pfmemalloc(skb)) {
		consume_skb(skb);
		return NULL;
	}

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, lso->ip);
	skb_copy_queue_mapping(skb, template);
	skb->protocol = template->protocol;
	skb->priority = template->priority;
	return skb;
}

/* Returns the address of @len bytes of the template, or NULL if the bytes are
 * not all in one piece of memory.
 */
static const void *template_bytes(const struct lso *lso, unsigned int from,
				  unsigned int len)
{
	const struct sk_buff *skb = lso->template;
	unsigned int start = skb_headlen(skb);
	const skb_frag_t *frag;
	const u8 *bytes;
	int i;

	if (from + len <= start)
		return skb->data + from;
	if (from < start)
		return NULL;

	for (i = 0; i < skb_shinfo(skb)->nr_frags; i++) {
		frag = &skb_shinfo(skb)->frags[i];
		if (from < start + skb_frag_size(frag))
			break;
		start += skb_frag_size(frag);
	}
	if (i == skb_shinfo(skb)->nr_frags ||
	    from + len > start + skb_frag_size(frag))
		return NULL;
	/* NULL for highmem */
	bytes = skb_frag_address_safe(frag);
	return bytes ? bytes + from - start : NULL;
}

/* Append bytes of the template to a segment. Returns their sum. */
static __wsum segment_put_payload(const struct lso *lso, struct sk_buff *skb,
				  unsigned int from, unsigned int len)
{
	const void *bytes = template_bytes(lso, from, len);
	void *to = skb_put(skb, len);

	if (likely(bytes))
		return csum_partial_copy_nocheck(bytes, to, len);
	return skb_copy_and_csum_bits(lso->template, from, to, len);
}

static struct sk_buff *segment_new(const struct lso *lso, unsigned int i)
{
	unsigned int from = lso->payload + i * lso->mss;
	unsigned int len = min(lso->mss, lso->end - from);
	unsigned int l4_len = lso->payload - lso->l4 + len;
	unsigned int inner_len = lso->l4 - lso_start(lso) + l4_len;
	unsigned int body = lso_body(lso, l4_len);
	struct sk_buff *skb;
	__wsum sum;

	skb = segment_alloc(lso, lso_start(lso) + body +
			    lso->transform->icv_len);
	if (!skb)
		return NULL;
	if (skb_copy_bits(lso->template, 0, skb_put(skb, lso->payload),
			  lso->payload)) {
		consume_skb(skb);
		return NULL;
	}

	sum = segment_put_payload(lso, skb, from, len);
	segment_put_trailer(lso, skb, body - inner_len - 2);
	set_ip(lso, skb, i, lso->ip, lso->ipv6, skb->len - lso->ip,
	       lso->ext.same_id);
	set_udp_encap(lso, skb);
	if (lso->ah)
		add_to_be32(skb, lso->ah + LSO_AH_SEQ, i);
	add_to_be32(skb, lso->esp + LSO_ESP_SEQ, i);
	if (lso->inner)
		set_ip(lso, skb, i, lso->inner, lso->inner_ipv6, inner_len,
		       lso->ext.same_inner_id);
	if (lso->proto == IPPROTO_TCP)
		set_tcp(lso, skb, i, l4_len, sum);
	else
		set_udp(lso, skb, l4_len, sum);
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
			/* The caller drops the template, and only this drop
			 * is counted.
			 */
			kfree_skb_list_reason(first, SKB_CONSUMED);
			return NULL;
		}
		tail = &(*tail)->next;
	}
	return first;
}

/* Is the truesize of @skb counted in sk_wmem_alloc until @skb is freed? This is
 * so with sock_wfree(), and with the destructor of TCP. But older kernels do
 * not export the name of TCP's destructor. So this function excludes the other
 * destructors that a packet of a TCP socket may have.
 */
static bool is_charged(const struct sk_buff *skb)
{
	if (skb->destructor == sock_wfree)
		return true;
	return skb->destructor && skb->sk && sk_fullsock(skb->sk) &&
	       sk_is_tcp(skb->sk) && skb->destructor != sock_efree &&
	       skb->destructor != sock_edemux &&
	       skb->destructor != sock_pfree;
}

/* The socket is charged until the last segment has left the ring of the peer,
 * as with segments of tcp_gso_segment() and __udp_gso_segment(). So a slow
 * receiver slows the sender down.
 */
static void segments_charge(struct sk_buff *segments, struct sk_buff *template)
{
	struct sock *sk = template->sk;
	unsigned int sum = 0;
	struct sk_buff *skb;
	int delta;

	if (!is_charged(template))
		return;
	for (skb = segments; skb; skb = skb->next) {
		skb->sk = sk;
		skb->destructor = template->destructor;
		sum += skb->truesize;
	}
	delta = sum - template->truesize;
	if (delta >= 0)
		refcount_add(delta, &sk->sk_wmem_alloc);
	else
		WARN_ON_ONCE(refcount_sub_and_test(-delta, &sk->sk_wmem_alloc));
	template->sk = NULL;
	template->destructor = NULL;
}

/* The longest segment must not be longer than an IP packet can be. */
static bool lso_fits(const struct lso *lso)
{
	unsigned int len = min(lso->mss, lso->end - lso->payload);
	unsigned int l4_len = lso->payload - lso->l4 + len;

	return lso_start(lso) - lso->ip + lso->transform->icv_len +
	       lso_body(lso, l4_len) <= IP_MAX_MTU;
}

/**
 * ov2_lso_segment() - cut a large send into segments
 * @nbl: a large send; its template is its only frame. The segments replace the
 *	template, in order. On failure the NBL stays as it was
 * @sa: the SA of its slot 1
 *
 * A large send of LSOv2 is TCP in transport mode, with ESP, or with ESP and AH.
 * With the extension it is TCP or UDP, in transport or tunnel mode, with ESP.
 *
 * The first segment gets the numbers in the ESP and AH headers of the template,
 * and each later segment gets the next numbers. The bridge has reserved these
 * numbers. The NBL is then like any other NBL: its frames leave when the last
 * frame is sealed, and if one frame fails, all are dropped.
 *
 * Context: BH disabled.
 * Return: OV2_CNT_NONE; OV2_CNT_TX_DROP_RECORD if records and bytes disagree or
 * the large send is not possible: tunnel mode without the extension, nested
 * SAs, several frames, no MSS, a number that would wrap, too many segments,
 * segments that are too long, or another number of segments than the extension
 * says; OV2_CNT_TX_DROP_ALLOC if there is no memory.
 */
enum ov2_counter ov2_lso_segment(struct ov2_nbl *nbl, const struct ov2_sa *sa)
{
	bool tunnel = sa->mode == OV2_SA_TUNNEL;
	struct lso lso = {
		.template = nbl->skb,
		.transform = &sa->member[0].transform,
		.ext = nbl->ext_lso,
		.proto = IPPROTO_TCP,
	};
	struct sk_buff *segments;

	if (nbl->skb->next || nbl->info[OV2_INFO_IPSEC_TUNNEL] ||
	    (tunnel && !lso.ext.valid) ||
	    sa->member[0].operation != OV2_OPERATION_ESP)
		return OV2_CNT_TX_DROP_RECORD;
	if (lso.ext.valid)
		lso.proto = lso.ext.proto;
	if (!lso_parse(&lso, nbl, tunnel) || !lso_fits(&lso))
		return OV2_CNT_TX_DROP_RECORD;

	segments = segments_new(&lso);
	if (!segments)
		return OV2_CNT_TX_DROP_ALLOC;
	segments_charge(segments, nbl->skb);
	consume_skb(nbl->skb);
	nbl->skb = segments;
	return OV2_CNT_NONE;
}
