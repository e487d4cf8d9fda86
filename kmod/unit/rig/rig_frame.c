// SPDX-License-Identifier: GPL-2.0
/*
 * The rig's frames, as a transport makes them: complete except for the bytes
 * that the engine writes (IV, ciphertext, ICV). The innermost packet is made
 * first, and each header is put in front.
 */
#include <linux/etherdevice.h>
#include <linux/in6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "rig.h"
#include "rig_add.h"
#include "rig_flow.h"
#include "rig_frame.h"
#include "../../ov2/records.h"

#define RIG_HEADROOM	256
#define RIG_TAILROOM	128
#define RIG_AH_FIXED	12
#define RIG_UDP_ESP	4500
/* The network of a packet inside a tunnel */
#define RIG_INNER_NET	200

/**
 * ov2_rig_ipv4() - an address of a rig's network
 * @net: which network
 * @host: which host
 *
 * Return: 10.0.net.host
 */
__be32 ov2_rig_ipv4(u8 net, u8 host)
{
	return cpu_to_be32(0x0a000000 | net << 8 | host);
}

/**
 * ov2_rig_ipv6() - an address of a rig's network
 * @addr: filled in with fd00:net::host
 * @net: which network
 * @host: which host
 */
void ov2_rig_ipv6(struct in6_addr *addr, u8 net, u8 host)
{
	memset(addr, 0, sizeof(*addr));
	addr->s6_addr[0] = 0xfd;
	addr->s6_addr[3] = net;
	addr->s6_addr[15] = host;
}

static bool encr_is_aes_cbc(u32 encr)
{
	return encr & (OV2_ENCR_AES_CBC_128 | OV2_ENCR_AES_CBC_192 |
		       OV2_ENCR_AES_CBC_256);
}

/* Each algorithm is one bit. Among the integrity algorithms of a rig, AES-GMAC
 * has the highest bits. So a comparison with ">=" finds AES-GMAC.
 */
static unsigned int esp_iv_len(const struct ov2_rig_sa *sa)
{
	if (encr_is_aes_cbc(sa->encr))
		return 16;
	if (sa->encr != OV2_ENCR_NONE)
		return 8;
	return sa->auth >= OV2_AUTH_AES_GCM_128 ? 8 : 0;
}

static unsigned int auth_icv_len(u32 auth)
{
	return auth == OV2_AUTH_MD5 || auth == OV2_AUTH_SHA_1 ? 12 : 16;
}

static unsigned int esp_icv_len(const struct ov2_rig_sa *sa)
{
	return sa->auth ? auth_icv_len(sa->auth) : sa->icv_len;
}

static unsigned int esp_align(const struct ov2_rig_sa *sa)
{
	if (encr_is_aes_cbc(sa->encr))
		return 16;
	if (sa->encr == OV2_ENCR_DES_CBC || sa->encr == OV2_ENCR_3_DES_CBC)
		return 8;
	return 4;
}

/* Returns the length of AH (RFC 4302 section 3.3.3.2.1). With AES-GMAC, an IV
 * precedes the ICV (RFC 4543 section 4).
 */
static unsigned int ah_len(const struct ov2_rig_sa *sa)
{
	unsigned int len = RIG_AH_FIXED + auth_icv_len(sa->ah_auth);

	if (sa->ah_auth >= OV2_AUTH_AES_GCM_128)
		len += 8;
	return ALIGN(len, sa->ipv6 ? 8 : 4);
}

/* RFC 4303 section 2.4: pad bytes count up from 1. Returns their number. */
static u8 put_esp(struct sk_buff *skb, const struct ov2_rig_sa *sa, u32 seq,
		  u8 next_header, u8 more_pad)
{
	unsigned int body = skb->len;
	__be32 *esp;
	u8 pad, *p;
	int i;

	pad = ALIGN(body + 2, esp_align(sa)) - body - 2 + more_pad;
	p = skb_put(skb, pad + 2);
	for (i = 0; i < pad; i++)
		*p++ = i + 1;
	*p++ = pad;
	*p = next_header;
	skb_put_zero(skb, esp_icv_len(sa));

	memset(skb_push(skb, esp_iv_len(sa)), 0, esp_iv_len(sa));
	esp = skb_push(skb, 8);
	esp[0] = cpu_to_be32(sa->spi);
	esp[1] = cpu_to_be32(seq);
	return pad;
}

static void put_ah(struct sk_buff *skb, const struct ov2_rig_sa *sa, u32 seq,
		   u8 next_header)
{
	unsigned int len = ah_len(sa);
	u8 *ah = skb_push(skb, len);

	memset(ah, 0, len);
	ah[0] = next_header;
	ah[1] = len / 4 - 2;
	*(__be32 *)(ah + 4) = cpu_to_be32(sa->ah_spi);
	*(__be32 *)(ah + 8) = cpu_to_be32(seq);
}

static void put_udp(struct sk_buff *skb, const struct ov2_rig_sa *sa)
{
	u16 dport = sa->udp_dport ? sa->udp_dport : RIG_UDP_ESP;
	struct udphdr *udp = skb_push(skb, sizeof(*udp));

	udp->source = cpu_to_be16(RIG_UDP_ESP);
	udp->dest = cpu_to_be16(dport);
	udp->len = cpu_to_be16(skb->len);
	udp->check = 0;
}

static void put_ipv4(struct sk_buff *skb, u8 net, u8 protocol)
{
	struct iphdr *ip = skb_push(skb, sizeof(*ip));

	memset(ip, 0, sizeof(*ip));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = protocol;
	ip->tot_len = cpu_to_be16(skb->len);
	ip->saddr = ov2_rig_ipv4(net, 1);
	ip->daddr = ov2_rig_ipv4(net, 2);
	ip->check = ip_fast_csum(ip, ip->ihl);
}

static void put_ipv6(struct sk_buff *skb, u8 net, u8 nexthdr)
{
	u16 len = skb->len;
	struct ipv6hdr *ip = skb_push(skb, sizeof(*ip));

	memset(ip, 0, sizeof(*ip));
	ip->version = 6;
	ip->hop_limit = 64;
	ip->nexthdr = nexthdr;
	ip->payload_len = cpu_to_be16(len);
	ov2_rig_ipv6(&ip->saddr, net, 1);
	ov2_rig_ipv6(&ip->daddr, net, 2);
}

static void put_ip(struct sk_buff *skb, bool ipv6, u8 net, u8 proto)
{
	if (ipv6)
		put_ipv6(skb, net, proto);
	else
		put_ipv4(skb, net, proto);
}

static u8 ip_proto(bool ipv6)
{
	return ipv6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/* The bytes in @skb are of protocol @proto. Put the headers and the trailer of
 * @sa around them, and the IP header in front. @hdr is filled in with the
 * fields of slot 12.
 */
static void protect(struct sk_buff *skb, const struct ov2_rig_sa *sa, u32 seq,
		    u8 proto, u8 more_pad, struct ov2_tx_header *hdr)
{
	unsigned int ip_len = sa->ipv6 ? sizeof(struct ipv6hdr) :
					 sizeof(struct iphdr);

	memset(hdr, 0, sizeof(*hdr));
	hdr->next_header = proto;
	if (!sa->ah_only) {
		hdr->pad_length = put_esp(skb, sa, seq, proto, more_pad);
		hdr->esp_offset = ip_len;
		proto = IPPROTO_ESP;
	}
	if (sa->udp_esp) {
		put_udp(skb, sa);
		hdr->esp_offset += sizeof(struct udphdr);
		proto = IPPROTO_UDP;
	}
	if (sa->ah_auth) {
		put_ah(skb, sa, seq, proto);
		hdr->ah_offset = ip_len;
		if (hdr->esp_offset)
			hdr->esp_offset += ah_len(sa);
		proto = IPPROTO_AH;
	}
	put_ip(skb, sa->ipv6, sa->net, proto);
}

static void put_payload(struct sk_buff *skb, const struct ov2_rig_frame *frame)
{
	unsigned int i;
	u8 *p = skb_put(skb, frame->len);

	for (i = 0; i < frame->len; i++)
		p[i] = frame->seq + i;
}

static u8 payload_proto(const struct ov2_rig_frame *frame)
{
	return frame->proto ? frame->proto : IPPROTO_UDP;
}

/* Puts a packet into @skb. If slot 1 names an SA, the packet gets the headers
 * and the trailer of this SA. Returns true if the outermost IP header so far is
 * IPv6.
 */
static bool put_packet(struct sk_buff *skb, const struct ov2_rig_frame *frame,
		       struct ov2_tx_header *hdr)
{
	const struct ov2_rig_sa *sa = frame->sa;
	u8 proto = payload_proto(frame);

	put_payload(skb, frame);
	if (!sa) {
		put_ip(skb, frame->ipv6, 0, proto);
		return frame->ipv6;
	}
	if (sa->tunnel) {
		put_ip(skb, frame->ipv6, RIG_INNER_NET, proto);
		proto = ip_proto(frame->ipv6);
	}
	protect(skb, sa, frame->seq, proto, frame->more_pad, hdr);
	return sa->ipv6;
}

/* Returns the offset of the outermost header of one kind (AH or ESP), or 0 if
 * no packet has this header. The offset is in bytes from the outer IP header.
 * @outer: offset of this header in the outer packet, or 0. @offset: offset of
 * this header in the inner packet, or 0. @inner: where the inner packet begins
 */
static u16 outermost(u16 outer, u16 offset, u16 inner)
{
	if (outer || !offset)
		return outer;
	return offset + inner;
}

/* Puts the headers and the trailer of the tunnel's SA around the packet in
 * @skb. The offsets in @hdr become those of the outermost headers. Next header
 * and pad length in @hdr stay those of the SA in slot 1 (ipsecov2.rst Q11).
 * Returns true if the outer packet is IPv6.
 */
static bool put_tunnel(struct sk_buff *skb, const struct ov2_rig_frame *frame,
		       bool inner_ipv6, struct ov2_tx_header *hdr)
{
	const struct ov2_rig_sa *sa = frame->tunnel;
	struct ov2_tx_header outer;
	u16 inner;

	protect(skb, sa, frame->tunnel_seq, ip_proto(inner_ipv6), 0, &outer);
	if (sa->ah_only)
		inner = outer.ah_offset + ah_len(sa);
	else
		inner = outer.esp_offset + 8 + esp_iv_len(sa);
	hdr->ah_offset = outermost(outer.ah_offset, hdr->ah_offset, inner);
	hdr->esp_offset = outermost(outer.esp_offset, hdr->esp_offset, inner);
	return sa->ipv6;
}

static struct sk_buff *frame_build(struct ov2_rig *rig,
				   const struct ov2_rig_frame *frame,
				   struct ov2_tx_header *hdr)
{
	unsigned int room = RIG_HEADROOM + frame->len + frame->more_pad +
			    RIG_TAILROOM;
	struct sk_buff *skb = alloc_skb(room, GFP_KERNEL);
	struct ethhdr *eth;
	bool ipv6;

	KUNIT_ASSERT_NOT_NULL(rig->test, skb);
	memset(hdr, 0, sizeof(*hdr));
	skb_reserve(skb, RIG_HEADROOM);
	ipv6 = put_packet(skb, frame, hdr);
	if (frame->tunnel)
		ipv6 = put_tunnel(skb, frame, ipv6, hdr);

	eth = skb_push(skb, sizeof(*eth));
	memset(eth, 0, sizeof(*eth));
	eth->h_dest[0] = 0x02;
	eth->h_source[0] = 0x02;
	eth->h_source[ETH_ALEN - 1] = 1;
	eth->h_proto = cpu_to_be16(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	skb->protocol = eth->h_proto;
	return skb;
}

/**
 * ov2_rig_skb() - make a frame without records
 * @rig: the rig of the test; asserts that there is memory
 * @frame: the frame
 *
 * Context: Process context.
 * Return: the frame. It is linear, and skb->data is at the Ethernet header. The
 * rig owns the frame. See ov2_rig_inject().
 */
struct sk_buff *ov2_rig_skb(struct ov2_rig *rig,
			    const struct ov2_rig_frame *frame)
{
	struct ov2_tx_header hdr;
	struct sk_buff *skb = frame_build(rig, frame, &hdr);

	skb_queue_tail(&rig->kept, skb);
	return skb;
}

/**
 * ov2_rig_frame() - make a frame with its records, to be sent
 * @rig: the rig that will send the frame; asserts that there is memory
 * @frame: the frame; ov2_rig_sa.out of its SAs goes into slots 1 and 11
 * @queue: the send queue
 *
 * Context: Process context.
 * Return: the NBL, which the rig owns until it is sent.
 */
struct ov2_nbl *ov2_rig_frame(struct ov2_rig *rig,
			      const struct ov2_rig_frame *frame, u16 queue)
{
	struct ov2_tx_header hdr;
	struct ov2_nbl *nbl;
	u32 word = 0;

	nbl = ov2_rig_nbl(rig, frame_build(rig, frame, &hdr), queue);
	if (!frame->sa)
		return nbl;

	KUNIT_ASSERT_EQ(rig->test, 0, ov2_tx_header_encode(&hdr, &word));
	nbl->info[OV2_INFO_IPSEC] = frame->sa->out;
	nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	if (frame->tunnel)
		nbl->info[OV2_INFO_IPSEC_TUNNEL] = frame->tunnel->out;
	return nbl;
}
