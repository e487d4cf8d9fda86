// SPDX-License-Identifier: GPL-2.0
/* Makes the template of a large send, as TCP and the transport make it. */
#include <linux/gfp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/mm.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>
#include <net/ip6_checksum.h>

#include "large_send.h"
#include "rig_add.h"
#include "rig_flow.h"
#include "rig_frame.h"
#include "rig_request.h"
#include "../../engine/engine_miniport.h"
#include "../../ov2/records.h"

#define IP		ETH_HLEN
#define ESP_HDRS	16
/* Bytes of AH with SHA-1, in IPv4 and in IPv6 */
#define AH_LEN		24
#define ESP_SEQ		100
/* Bytes of a fragment of a template; no multiple of OV2_LARGE_MSS */
#define PIECE		130U

/**
 * ov2_large_new() - a large send to be made: IPv4, AES-GCM, transport mode
 * @test: the test
 * @len: bytes of TCP payload
 *
 * Return: the large send; ov2_large.sa may be changed before ov2_large_add().
 */
struct ov2_large ov2_large_new(struct kunit *test, unsigned int len)
{
	struct ov2_large large = {
		.a = ov2_rig_new(test, &ov2_engine_miniport),
		.b = ov2_rig_new(test, &ov2_engine_miniport),
		.sa = OV2_RIG_SA_GCM,
		.len = len,
		.mss = OV2_LARGE_MSS,
		.seq = ESP_SEQ,
	};

	return large;
}

/**
 * ov2_large_add() - add the SA of a large send at both ends
 * @large: the large send
 */
void ov2_large_add(struct ov2_large *large)
{
	ov2_rig_add_outbound(large->a, &large->sa);
	ov2_rig_add_inbound(large->b, &large->sa);
}

/**
 * ov2_large_ip_len() - length of the IP header of a large send
 * @large: the large send
 *
 * Return: the number of bytes.
 */
unsigned int ov2_large_ip_len(const struct ov2_large *large)
{
	return large->sa.ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/**
 * ov2_large_ah_len() - length of the AH header of a large send
 * @large: the large send
 *
 * Return: the number of bytes, 0 without AH.
 */
unsigned int ov2_large_ah_len(const struct ov2_large *large)
{
	return large->sa.ah_auth ? AH_LEN : 0;
}

/**
 * ov2_large_tcp() - the offset of TCP in a large send, and in each segment
 * @large: the large send
 *
 * Return: bytes from the start of the frame.
 */
unsigned int ov2_large_tcp(const struct ov2_large *large)
{
	return IP + ov2_large_ip_len(large) + ov2_large_ah_len(large) +
	       ESP_HDRS + (large->sa.udp_esp ? sizeof(struct udphdr) : 0);
}

/**
 * ov2_large_byte() - a byte of TCP's payload
 * @i: the index of the byte in the payload
 *
 * Return: the byte.
 */
u8 ov2_large_byte(unsigned int i)
{
	return i * 7 + i / 256;
}

/* Returns the sum of the pseudo header. The length is not in the sum, and the
 * sum is not complemented (LSOv2).
 */
static __sum16 seed(const struct ov2_large *large, const struct sk_buff *skb)
{
	const struct ipv6hdr *ip6 = (const void *)(skb->data + IP);
	const struct iphdr *ip = (const void *)(skb->data + IP);

	if (large->sa.ipv6)
		return ~csum_ipv6_magic(&ip6->saddr, &ip6->daddr, 0,
					IPPROTO_TCP, 0);
	return ~csum_tcpudp_magic(ip->saddr, ip->daddr, 0, IPPROTO_TCP, 0);
}

static void put_tcp(struct sk_buff *skb)
{
	struct tcphdr *tcp = skb_put_zero(skb, OV2_LARGE_TCP_LEN);

	tcp->source = htons(1);
	tcp->dest = htons(2);
	tcp->seq = htonl(OV2_LARGE_TCP_SEQ);
	tcp->doff = OV2_LARGE_TCP_LEN / 4;
	tcp->ack = 1;
	tcp->fin = 1;
	tcp->psh = 1;
	tcp->cwr = 1;
	memset(tcp + 1, 1, OV2_LARGE_TCP_LEN - sizeof(*tcp));
}

/**
 * ov2_large_template() - the frame of a large send
 * @large: the large send
 *
 * The headers in front of TCP are as ov2_rig_skb() makes them, except that IP's
 * length is 0, and that IPv4's identification is OV2_LARGE_IP_ID. Behind these
 * headers are the TCP header, the payload, and as many bytes as ov2_large.junk
 * says. There is no trailer.
 *
 * Return: the frame, which the caller owns.
 */
struct sk_buff *ov2_large_template(struct ov2_large *large)
{
	const struct ov2_rig_frame frame = {
		.sa = &large->sa, .seq = large->seq,
	};
	unsigned int at = ov2_large_tcp(large);
	struct sk_buff *rig, *skb;
	struct tcphdr *tcp;
	struct iphdr *ip;
	unsigned int i;
	u8 *p;

	rig = ov2_rig_skb(large->a, &frame);
	skb = alloc_skb(at + OV2_LARGE_TCP_LEN + large->len + large->junk,
			GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(large->a->test, skb);
	skb_put_data(skb, rig->data, at);
	put_tcp(skb);
	p = skb_put(skb, large->len);
	for (i = 0; i < large->len; i++)
		p[i] = ov2_large_byte(i);
	memset(skb_put(skb, large->junk), 0x55, large->junk);

	ip = (struct iphdr *)(skb->data + IP);
	if (large->sa.ipv6) {
		((struct ipv6hdr *)ip)->payload_len = 0;
	} else {
		ip->tot_len = 0;
		ip->id = htons(OV2_LARGE_IP_ID);
	}
	tcp = (struct tcphdr *)(skb->data + at);
	tcp->check = seed(large, skb);
	return skb;
}

/**
 * ov2_large_make() - make the frame and the records of a large send
 * @large: the large send; ov2_large.nbl is filled in
 */
void ov2_large_make(struct ov2_large *large)
{
	struct ov2_tx_header hdr = {
		.next_header = IPPROTO_TCP,
		.pad_length = large->junk,
		.ah_offset = large->sa.ah_auth ? ov2_large_ip_len(large) : 0,
		.esp_offset = ov2_large_tcp(large) - ESP_HDRS - IP,
	};
	struct ov2_tx_lso lso = {
		.mss = large->mss,
		.tcp_offset = ov2_large_tcp(large),
		.v2 = true,
		.ipv6 = large->sa.ipv6,
	};
	struct kunit *test = large->a->test;
	u32 word;

	large->nbl = ov2_rig_nbl(large->a, ov2_large_template(large), 0);
	large->nbl->info[OV2_INFO_IPSEC] = large->sa.out;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_header_encode(&hdr, &word));
	large->nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_lso_encode(&lso, &word));
	large->nbl->info[OV2_INFO_LSO] = word;
}

/**
 * ov2_large_in_pieces() - move the end of the template into fragments
 * @large: the large send, after ov2_large_make()
 * @linear: number of bytes that stay where they are
 *
 * The fragments are in one page, in reverse order. So in memory, no fragment is
 * followed by the next fragment of the frame.
 */
void ov2_large_in_pieces(struct ov2_large *large, unsigned int linear)
{
	struct kunit *test = large->a->test;
	struct sk_buff *skb = large->nbl->skb;
	unsigned int left = skb->len - linear;
	unsigned int at = PAGE_SIZE;
	struct page *page;
	unsigned int len;
	int i = 0;

	KUNIT_ASSERT_LE(test, left, MAX_SKB_FRAGS * PIECE);
	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	for (; left; left -= len) {
		len = min(left, PIECE);
		at -= len;
		memcpy(page_address(page) + at, skb_tail_pointer(skb) - left,
		       len);
		if (i)
			get_page(page);
		skb_fill_page_desc(skb, i++, page, at, len);
		skb->data_len += len;
		skb->truesize += len;
	}
	skb->tail -= skb->data_len;
}

/**
 * ov2_large_send() - send a large send, and wait until it comes back
 * @large: the large send, after ov2_large_make()
 *
 * Return: the status that it was completed with.
 */
enum ov2_status ov2_large_send(struct ov2_large *large)
{
	ov2_rig_send(large->a, large->nbl);
	ov2_rig_wait_idle(large->a);
	return ov2_rig_sent_status(large->nbl);
}

/**
 * ov2_large_refused() - expect that a large send is refused, and comes back
 *	whole
 * @large: the large send, after ov2_large_make()
 */
void ov2_large_refused(struct ov2_large *large)
{
	struct kunit *test = large->a->test;
	struct sk_buff *skb = large->nbl->skb;

	KUNIT_EXPECT_EQ(test, (u32)ov2_large_send(large),
			(u32)OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&large->a->wire), 0);
	/* The frame itself comes back, and not a segment of it */
	KUNIT_EXPECT_PTR_EQ(test, large->nbl->skb, skb);
}
