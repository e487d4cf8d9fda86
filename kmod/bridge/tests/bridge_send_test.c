// SPDX-License-Identifier: GPL-2.0
/*
 * A frame of the stack gets the records that describe it, or is dropped.
 *
 * The tests show which frames get which records, which frames must not leave,
 * and which frames leave unchanged.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/if_packet.h>
#include <linux/udp.h>
#include <net/esp.h>

#include "../../unit/rig/dropped.h"
#include "../../unit/rig/packet_shape.h"
#include "../bridge.h"
#include "../packet/packet.h"
#include "../sa/assoc.h"
#include "../../ov2/handle.h"
#include "../../ov2/offload.h"
#include "../../ov2/records.h"
#include "../../watch/counters.h"

#define IP		ETH_HLEN
#define ESP		(IP + 20)
#define IV_LEN		8
#define PAYLOAD		(ESP + 8 + IV_LEN)
#define PAYLOAD_LEN	40
#define PAD		3
#define ICV_LEN		16
#define SPI		0x1234
#define NEXT		IPPROTO_TCP
#define QUEUE		2

/* The engine completes the checksum of TCP, and not the checksum of UDP. */
static const struct ov2_offload hardware = {
	.flags = OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE,
};

/**
 * struct send_case - a card, and a frame that the stack sends through the card
 * @ad: the card
 * @assoc: an association
 * @hdl: the handle that names the association
 * @x: the state of the association
 * @skb: the frame: Ethernet, IPv4, ESP, IV, payload, trailer, room for the ICV
 * @nbl: the NBL that the bridge made last; NULL if it made none
 * @checksum: slot 0 of that NBL
 */
struct send_case {
	struct ov2_adapter ad;
	struct ov2_assoc assoc;
	struct ov2_handle hdl;
	struct xfrm_state *x;
	struct sk_buff *skb;
	struct ov2_nbl *nbl;
	unsigned long checksum;
};

static void sending_end(void *data)
{
	struct send_case *send = data;

	kfree_skb(send->skb);
	ov2_handle_free(&send->hdl);
	synchronize_rcu();
	ov2_bridge_exit(&send->ad);
	ov2_counters_free(&send->ad);
}

static struct sk_buff *frame_new(struct kunit *test, struct net_device *dev)
{
	unsigned int len = PAYLOAD + PAYLOAD_LEN + PAD + 2 + ICV_LEN;
	struct sk_buff *skb = alloc_skb(len, GFP_KERNEL);
	struct ip_esp_hdr *esp;
	struct iphdr *ip;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_put_zero(skb, len);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, IP);
	skb_set_transport_header(skb, ESP);
	skb->protocol = htons(ETH_P_IP);
	skb->dev = dev;
	((struct ethhdr *)skb->data)->h_proto = htons(ETH_P_IP);
	ip = ip_hdr(skb);
	ip->version = 4;
	ip->ihl = 5;
	ip->protocol = IPPROTO_ESP;
	ip->tot_len = htons(len - IP);
	esp = (struct ip_esp_hdr *)(skb->data + ESP);
	esp->spi = htonl(SPI);
	esp->seq_no = htonl(1);
	memset(skb->data + PAYLOAD, 0x55, PAYLOAD_LEN);
	skb->data[PAYLOAD + PAYLOAD_LEN + PAD] = PAD;
	skb->data[PAYLOAD + PAYLOAD_LEN + PAD + 1] = NEXT;
	return skb;
}

static struct send_case *sending_new(struct kunit *test)
{
	struct send_case *send = kunit_kzalloc(test, sizeof(*send), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, send);
	send->x = kunit_kzalloc(test, sizeof(*send->x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, send->x);
	refcount_set(&send->x->refcnt, 1);
	send->x->id.spi = htonl(SPI);
	send->ad.dev = ov2_shape_device(test);
	send->ad.tx_queues = QUEUE + 1;
	send->ad.hardware = &hardware;
	ov2_handles_init(&send->ad.handles);
	KUNIT_ASSERT_EQ(test, 0, ov2_counters_alloc(&send->ad));
	KUNIT_ASSERT_EQ(test, 0, ov2_bridge_init(&send->ad));
	send->assoc.ad = &send->ad;
	send->assoc.icv_len = ICV_LEN;
	send->assoc.iv_len = IV_LEN;
	RCU_INIT_POINTER(send->assoc.x, send->x);
	KUNIT_ASSERT_EQ(test, 0, ov2_handle_alloc(&send->hdl, &send->ad.handles,
						  &send->assoc));
	send->assoc.handle = send->hdl.value;
	send->x->xso.offload_handle = send->hdl.value;
	send->skb = frame_new(test, send->ad.dev);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, sending_end,
							   send));
	return send;
}

/* Sets the sec_path that the core leaves on a frame. */
static struct xfrm_offload *set_path(struct kunit *test, struct send_case *send,
				     u32 flags)
{
	struct xfrm_offload *xo;
	struct sec_path *sp;

	secpath_reset(send->skb);
	sp = secpath_set(send->skb);
	KUNIT_ASSERT_NOT_NULL(test, sp);
	refcount_inc(&send->x->refcnt);
	sp->xvec[sp->len++] = send->x;
	sp->olen++;
	xo = xfrm_offload(send->skb);
	xo->flags = flags;
	xo->proto = NEXT;
	xo->seq.low = 1;
	xo->seq.hi = 5;
	return xo;
}

/* Returns the verdict, or OV2_DROPPED. */
static int xmit(struct send_case *send)
{
	enum ov2_verdict verdict;
	enum ov2_counter reason;
	int ret;

	send->nbl = NULL;
	local_bh_disable();
	reason = ov2_bridge_xmit(&send->ad, send->skb, QUEUE, &verdict,
				 &send->nbl);
	ret = ov2_dropped_tx(&send->ad, reason, send->skb, verdict);
	local_bh_enable();
	return ret;
}

/* The bridge takes the sec_path of a frame that gets records, unless the kernel
 * has KASAN. This function puts an equal sec_path on the frame, so that a test
 * can send the frame once more.
 */
static void expect_offload(struct kunit *test, struct send_case *send,
			   u16 esp_offset, u32 seq_hi)
{
	struct xfrm_offload before = *xfrm_offload(send->skb);
	struct ov2_tx_header hdr;
	unsigned long word;

	KUNIT_ASSERT_EQ(test, xmit(send), OV2_VERDICT_OFFLOAD);
	KUNIT_EXPECT_EQ(test, !skb_sec_path(send->skb),
			!IS_ENABLED(CONFIG_KASAN));
	*set_path(test, send, 0) = before;
	KUNIT_ASSERT_NOT_NULL(test, send->nbl);
	KUNIT_EXPECT_PTR_EQ(test, send->nbl->skb, send->skb);
	KUNIT_EXPECT_EQ(test, send->nbl->queue, QUEUE);
	KUNIT_EXPECT_EQ(test, send->nbl->info[OV2_INFO_IPSEC],
			send->hdl.value);
	word = send->nbl->info[OV2_INFO_IPSEC_HEADER];
	KUNIT_ASSERT_TRUE(test, ov2_tx_header_decode(word, &hdr));
	KUNIT_EXPECT_EQ(test, hdr.next_header, NEXT);
	KUNIT_EXPECT_EQ(test, hdr.pad_length, PAD);
	KUNIT_EXPECT_EQ(test, hdr.ah_offset, 0);
	KUNIT_EXPECT_EQ(test, hdr.esp_offset, esp_offset);
	KUNIT_EXPECT_EQ(test, send->nbl->info[OV2_INFO_IPSEC_TUNNEL], 0);
	KUNIT_EXPECT_EQ(test, send->nbl->info[OV2_INFO_LSO], 0);
	KUNIT_EXPECT_TRUE(test, send->nbl->ext_tx.valid);
	KUNIT_EXPECT_EQ(test, send->nbl->ext_tx.seq_hi, seq_hi);
	send->checksum = send->nbl->info[OV2_INFO_CHECKSUM];
	ov2_nbl_free(send->nbl);
}

static void expect_drop(struct kunit *test, struct send_case *send,
			enum ov2_counter reason)
{
	u64 before = ov2_counter_read(&send->ad, reason);

	KUNIT_EXPECT_EQ(test, xmit(send), OV2_DROPPED);
	KUNIT_EXPECT_NULL(test, send->nbl);
	KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(&send->ad, reason),
			    before + 1, "%s", ov2_counter_name(reason));
}

/* A packet to which the core has added the ESP header and trailer gets the
 * records that describe it.
 */
static void send_framed(struct kunit *test)
{
	struct send_case *send = sending_new(test);

	set_path(test, send, XFRM_XMIT);
	expect_offload(test, send, 20, 5);
	/* In a segment that the core has cut from a large packet, the sec_path
	 * has the number that follows the segment's own number.
	 */
	set_path(test, send, XFRM_XMIT | XFRM_GSO_SEGMENT);
	expect_offload(test, send, 20, 5);
	xfrm_offload(send->skb)->seq.low = 0;
	expect_offload(test, send, 20, 4);
	xfrm_offload(send->skb)->flags = XFRM_XMIT;
	expect_offload(test, send, 20, 5);
}

/* ESP is behind UDP, and the transport header is at UDP. */
static void send_framed_udp(struct kunit *test)
{
	struct send_case *send = sending_new(test);

	set_path(test, send, XFRM_XMIT);
	send->assoc.udp_encap = true;
	expect_offload(test, send, 28, 5);
}

/* The handle of a frame's state leads to no association, or to an association
 * without a state or with another state.
 */
static void send_no_state(struct kunit *test)
{
	struct send_case *send = sending_new(test);

	set_path(test, send, XFRM_XMIT);
	/* From now on the queue remembers the association. */
	expect_offload(test, send, 20, 5);
	/* The handle gets another generation number, so it names nothing. */
	send->x->xso.offload_handle ^= 1UL << 30;
	expect_drop(test, send, OV2_CNT_TX_DROP_NO_STATE);
	send->x->xso.offload_handle = send->hdl.value;
	expect_offload(test, send, 20, 5);
	RCU_INIT_POINTER(send->assoc.x, NULL);
	expect_drop(test, send, OV2_CNT_TX_DROP_NO_STATE);
	RCU_INIT_POINTER(send->assoc.x, (struct xfrm_state *)send);
	expect_drop(test, send, OV2_CNT_TX_DROP_NO_STATE);
}

/* A send queue does not use the association that it remembers if associations
 * have ended since then: the memory may have been freed.
 */
static void send_ended(struct kunit *test)
{
	struct send_case *send = sending_new(test);

	set_path(test, send, XFRM_XMIT);
	expect_offload(test, send, 20, 5);
	expect_offload(test, send, 20, 5);
	ov2_handle_free(&send->hdl);
	atomic64_inc(&ov2_bridge_of(&send->ad)->ended);
	expect_drop(test, send, OV2_CNT_TX_DROP_NO_STATE);
	KUNIT_ASSERT_EQ(test, 0, ov2_handle_alloc(&send->hdl, &send->ad.handles,
						  &send->assoc));
	send->assoc.handle = send->hdl.value;
	send->x->xso.offload_handle = send->hdl.value;
	expect_offload(test, send, 20, 5);
}

/* A frame with a state, but without XFRM_XMIT, is dropped. */
static void send_not_prepared(struct kunit *test)
{
	struct send_case *send = sending_new(test);

	set_path(test, send, 0);
	expect_drop(test, send, OV2_CNT_TX_DROP_NO_XMIT);
	set_path(test, send, XFRM_GSO_SEGMENT);
	expect_drop(test, send, OV2_CNT_TX_DROP_NO_XMIT);
}

/* The bridge finds no ESP packet in three cases: ESP is not where the transport
 * header points, the frame is a large packet that is neither TCP nor UDP, or
 * the frame is too short.
 */
static void send_no_trailer(struct kunit *test)
{
	struct send_case *send = sending_new(test);
	unsigned int len = send->skb->len;

	set_path(test, send, XFRM_XMIT);
	skb_set_transport_header(send->skb, IP);
	expect_drop(test, send, OV2_CNT_TX_DROP_TRAILER);
	skb_set_transport_header(send->skb, ESP + 1);
	expect_drop(test, send, OV2_CNT_TX_DROP_TRAILER);
	skb_set_transport_header(send->skb, ESP);
	expect_offload(test, send, 20, 5);

	skb_shinfo(send->skb)->gso_size = 100;
	expect_drop(test, send, OV2_CNT_TX_DROP_TRAILER);
	skb_shinfo(send->skb)->gso_size = 0;
	skb_trim(send->skb, ICV_LEN + 1);
	expect_drop(test, send, OV2_CNT_TX_DROP_TRAILER);
	skb_put(send->skb, len - ICV_LEN - 1);
	expect_offload(test, send, 20, 5);
}

/* Slot 0 asks the engine for the checksum of TCP, and says where TCP begins.
 * The bridge itself completes any other checksum. The summed bytes end in front
 * of the trailer. A checksum of 0 is written as all ones.
 */
static void send_checksum(struct kunit *test)
{
	struct send_case *send = sending_new(test);
	u8 *sum = send->skb->data + PAYLOAD + 6;

	set_path(test, send, XFRM_XMIT);
	send->skb->ip_summed = CHECKSUM_PARTIAL;
	send->skb->csum_start = skb_headroom(send->skb) + PAYLOAD;
	send->skb->csum_offset = 16;
	memset(send->skb->data + PAYLOAD, 0, PAYLOAD_LEN);
	send->skb->data[PAYLOAD + PAYLOAD_LEN - 2] = 0x12;
	expect_offload(test, send, 20, 5);
	KUNIT_EXPECT_TRUE(test, send->skb->ip_summed == CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, send->checksum, 0x5 | PAYLOAD << 16);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(sum + 10), 0);

	send->skb->ip_summed = CHECKSUM_PARTIAL;
	send->skb->csum_offset = 6;
	expect_offload(test, send, 20, 5);
	KUNIT_EXPECT_TRUE(test, send->skb->ip_summed == CHECKSUM_NONE);
	KUNIT_EXPECT_EQ(test, send->checksum, 0);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(sum), 0xedff);

	send->skb->ip_summed = CHECKSUM_PARTIAL;
	memset(send->skb->data + PAYLOAD, 0, PAYLOAD_LEN);
	memset(send->skb->data + PAYLOAD, 0xff, 2);
	expect_offload(test, send, 20, 5);
	KUNIT_EXPECT_EQ(test, get_unaligned_be16(sum), 0xffff);
}

/* A frame is dropped if its checksum is not in the payload. */
static void send_bad_checksum(struct kunit *test)
{
	struct send_case *send = sending_new(test);

	set_path(test, send, XFRM_XMIT);
	send->skb->ip_summed = CHECKSUM_PARTIAL;
	send->skb->csum_start = skb_headroom(send->skb) + PAYLOAD;
	send->skb->csum_offset = PAYLOAD_LEN - 1;
	expect_drop(test, send, OV2_CNT_TX_DROP_CSUM);
	KUNIT_EXPECT_TRUE(test, send->skb->ip_summed == CHECKSUM_PARTIAL);
}

/* A frame leaves unchanged if the core asks for no offload. A sec_path that was
 * set when the frame was received does not ask for an offload.
 */
static void send_plain(struct kunit *test)
{
	static const u32 received[] = { XFRM_GRO, CRYPTO_DONE };
	struct send_case *send = sending_new(test);
	int i;

	KUNIT_EXPECT_EQ(test, xmit(send), OV2_VERDICT_PLAIN);
	ip_hdr(send->skb)->protocol = 253;
	for (i = 0; i < ARRAY_SIZE(received); i++) {
		set_path(test, send, received[i] | XFRM_XMIT);
		KUNIT_EXPECT_EQ(test, xmit(send), OV2_VERDICT_PLAIN);
		KUNIT_EXPECT_NULL(test, skb_sec_path(send->skb));
		KUNIT_EXPECT_EQ(test, refcount_read(&send->x->refcnt), 1);
	}
	KUNIT_EXPECT_NULL(test, send->nbl);
}

/* The card drops a frame that has an ESP header and a clear payload. It also
 * drops a frame whose pkt_type is PACKET_KERNEL. ov2_packet_tag_pass() sets
 * this pkt_type if there is no memory for the frame's own copy of its tag.
 */
static void send_secret(struct kunit *test)
{
	struct send_case *send = sending_new(test);
	int type = send->skb->pkt_type;

	set_path(test, send, CRYPTO_DONE);
	expect_drop(test, send, OV2_CNT_TX_DROP_DECRYPTED);
	set_path(test, send, XFRM_XMIT);
	send->skb->pkt_type = PACKET_KERNEL;
	expect_drop(test, send, OV2_CNT_TX_DROP_ALLOC);
	send->skb->pkt_type = type;
	expect_offload(test, send, 20, 5);
}

static struct kunit_case bridge_send_cases[] = {
	KUNIT_CASE(send_framed),
	KUNIT_CASE(send_framed_udp),
	KUNIT_CASE(send_no_state),
	KUNIT_CASE(send_ended),
	KUNIT_CASE(send_not_prepared),
	KUNIT_CASE(send_no_trailer),
	KUNIT_CASE(send_checksum),
	KUNIT_CASE(send_bad_checksum),
	KUNIT_CASE(send_plain),
	KUNIT_CASE(send_secret),
	{}
};

static struct kunit_suite bridge_send_suite = {
	.name = "ov2_bridge_send",
	.test_cases = bridge_send_cases,
};

kunit_test_suite(bridge_send_suite);
