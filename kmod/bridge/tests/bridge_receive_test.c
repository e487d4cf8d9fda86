// SPDX-License-Identifier: GPL-2.0
/*
 * Each receive record gives the right status, and moves the right counter.
 *
 * The tests try one value of a record after the other, also values with
 * SaDeleteReq. Selftests cannot make the engine set SaDeleteReq. The engine
 * sets it after an add that found the engine's table full, but the bridge never
 * makes such an add, because the bridge counts the SAs.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>

#include "../../unit/rig/dropped.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/shown.h"
#include "../sa/assoc.h"
#include "../bridge.h"
#include "../sa_view.h"
#include "../../engine/engine_miniport.h"
#include "../../ov2/handle.h"
#include "../../ov2/records.h"
#include "../../watch/counters.h"
#include "../../watch/event.h"

#define PADDING	10

/**
 * struct received - a frame of an SA that belongs to a state
 * @rig: the card
 * @x: the state, of which the tests use only the reference count
 * @assoc: the association that the handle leads to
 * @hdl: the SA's handle
 * @len: bytes of the frame from its IP header on, without the padding
 */
struct received {
	struct ov2_rig *rig;
	struct xfrm_state *x;
	struct ov2_assoc *assoc;
	struct ov2_handle hdl;
	unsigned int len;
};

static void handle_free(void *data)
{
	ov2_handle_free(data);
	synchronize_rcu();
}

static void bridge_exit(void *data)
{
	ov2_bridge_exit(data);
}

static struct received *received_new(struct kunit *test)
{
	struct received *r = kunit_kzalloc(test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, r);
	r->rig = ov2_rig_new(test, &ov2_engine_miniport);
	KUNIT_ASSERT_EQ(test, 0, ov2_bridge_init(&r->rig->ad));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, bridge_exit,
							   &r->rig->ad));
	r->x = kunit_kzalloc(test, sizeof(*r->x), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->x);
	refcount_set(&r->x->refcnt, 1);
	r->assoc = kunit_kzalloc(test, sizeof(*r->assoc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, r->assoc);
	RCU_INIT_POINTER(r->assoc->x, r->x);
	KUNIT_ASSERT_EQ(test, 0, ov2_handle_alloc(&r->hdl, &r->rig->ad.handles,
						  r->assoc));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, handle_free,
							   &r->hdl));
	return r;
}

/* The NBL is as the port gives it: data at the IP header, with the padding of
 * Ethernet.
 */
static struct ov2_nbl *received_nbl(struct received *r, u32 word)
{
	const struct ov2_rig_frame frame = { .len = 10 };
	struct ov2_nbl *nbl = ov2_rig_frame(r->rig, &frame, 0);

	nbl->skb->dev = r->rig->ad.dev;
	skb_pull(nbl->skb, ETH_HLEN);
	r->len = nbl->skb->len;
	skb_put_zero(nbl->skb, PADDING);
	nbl->info[OV2_INFO_IPSEC] = word;
	nbl->ext_rx.handle = r->hdl.value;
	return nbl;
}

/* Returns the verdict, or OV2_DROPPED. */
static int bridge_receive(struct received *r, struct ov2_nbl *nbl)
{
	enum ov2_rx_verdict verdict;
	enum ov2_counter reason;
	int ret;

	local_bh_disable();
	rcu_read_lock();
	reason = ov2_bridge_receive(&r->rig->ad, nbl, &verdict);
	rcu_read_unlock();
	ret = ov2_dropped_rx(&r->rig->ad, reason, nbl->skb, verdict);
	local_bh_enable();
	return ret;
}

static void expect_untouched(struct kunit *test, struct received *r, u32 word)
{
	struct ov2_nbl *nbl = received_nbl(r, word);

	KUNIT_EXPECT_EQ(test, bridge_receive(r, nbl), OV2_RX_STACK);
	KUNIT_EXPECT_NULL(test, skb_sec_path(nbl->skb));
	KUNIT_EXPECT_EQ(test, nbl->skb->len, r->len + PADDING);
	KUNIT_EXPECT_EQ(test, refcount_read(&r->x->refcnt), 1);
}

/* The frame looks like a frame that esp4_gro_receive() hands to xfrm_input(),
 * and has no padding.
 */
static void expect_handed_over(struct kunit *test, const struct received *r,
			       const struct sk_buff *skb)
{
	const __be32 *esp = (const void *)skb->data;

	KUNIT_EXPECT_PTR_EQ(test, skb_transport_header(skb), skb->data);
	KUNIT_EXPECT_EQ(test, skb->len - skb_network_offset(skb), r->len);
	KUNIT_EXPECT_EQ(test, skb->mac_len, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, XFRM_SPI_SKB_CB(skb)->family, AF_INET);
	KUNIT_EXPECT_EQ(test, XFRM_SPI_SKB_CB(skb)->daddroff,
			offsetof(struct iphdr, daddr));
	KUNIT_EXPECT_EQ(test, XFRM_SPI_SKB_CB(skb)->seq, esp[1]);
	KUNIT_EXPECT_NULL(test, XFRM_TUNNEL_SKB_CB(skb)->tunnel.ip4);
}

/* The core drops the frame, because the state is not valid. So this function
 * keeps a reference, to read the frame afterwards.
 */
static void expect_path(struct kunit *test, struct received *r, u32 word,
			u32 flags, u32 status)
{
	struct ov2_nbl *nbl = received_nbl(r, word);
	struct xfrm_offload *xo;
	struct sec_path *sp;

	skb_get(nbl->skb);
	KUNIT_ASSERT_EQ(test, bridge_receive(r, nbl), OV2_RX_TAKEN);
	KUNIT_ASSERT_EQ(test, refcount_read(&nbl->skb->users), 1);
	expect_handed_over(test, r, nbl->skb);
	sp = skb_sec_path(nbl->skb);
	xo = xfrm_offload(nbl->skb);
	KUNIT_ASSERT_NOT_NULL(test, sp);
	KUNIT_ASSERT_NOT_NULL(test, xo);
	KUNIT_EXPECT_EQ(test, sp->len, 1);
	KUNIT_EXPECT_EQ(test, sp->olen, 1);
	KUNIT_EXPECT_PTR_EQ(test, sp->xvec[0], r->x);
	KUNIT_EXPECT_EQ(test, xo->flags, flags | XFRM_GRO);
	KUNIT_EXPECT_EQ(test, xo->status, status);
	KUNIT_EXPECT_EQ(test, refcount_read(&r->x->refcnt), 2);
	secpath_reset(nbl->skb);
	KUNIT_EXPECT_EQ(test, refcount_read(&r->x->refcnt), 1);
}

/* The status n of a record becomes the bit 1 << n in Linux (INV-45). */
static void receive_statuses(struct kunit *test)
{
	struct received *r = received_new(test);
	struct ov2_rx_result res = { .crypto_done = true };

	for (res.status = 0; res.status <= OV2_CRYPTO_INVALID_PROTOCOL;
	     res.status++)
		expect_path(test, r, ov2_rx_result_encode(&res), CRYPTO_DONE,
			    BIT(res.status));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&r->rig->ad,
					       OV2_CNT_RX_SA_DELETE_REQ), 0);
}

/* SaDeleteReq is counted with and without CryptoDone, and no frame is dropped
 * because of it (INV-17).
 */
static void receive_delete_req(struct kunit *test)
{
	struct ov2_rx_result res = { .sa_delete_req = true };
	struct received *r = received_new(test);
	struct ov2_adapter *ad = &r->rig->ad;

	expect_untouched(test, r, 0);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(ad, OV2_CNT_RX_SA_DELETE_REQ),
			0);
	expect_untouched(test, r, ov2_rx_result_encode(&res));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(ad, OV2_CNT_RX_SA_DELETE_REQ),
			1);
	res.crypto_done = true;
	expect_path(test, r, ov2_rx_result_encode(&res),
		    CRYPTO_DONE | SA_DELETE_REQ, CRYPTO_SUCCESS);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(ad, OV2_CNT_RX_SA_DELETE_REQ),
			2);
}

static unsigned long told_handle;
static unsigned int told_count;

static bool told_wants(const struct ov2_adapter *ad)
{
	return true;
}

static void told_sa(const struct ov2_adapter *ad, enum ov2_counter reason,
		    const struct ov2_sa_view *view)
{
	if (reason == OV2_CNT_RX_SA_DELETE_REQ) {
		told_count++;
		told_handle = view->handle;
	}
}

static const struct ov2_event_listener told_listener = {
	.wants_sas = told_wants,
	.sa_told = told_sa,
};

/* SaDeleteReq may come with each frame of an SA. Users are told once in a
 * minute, and not at all if the handle of the frame names nothing.
 */
static void receive_delete_req_told(struct kunit *test)
{
	const struct ov2_rx_result res = {
		.crypto_done = true, .sa_delete_req = true,
	};
	const struct ov2_event_listener *before;
	struct received *r = received_new(test);
	u32 word = ov2_rx_result_encode(&res);
	struct ov2_nbl *nbl;

	told_count = 0;
	r->assoc->handle = r->hdl.value;
	before = ov2_event_listen(&told_listener);
	nbl = received_nbl(r, word);
	/* The handle gets another generation number, so it names nothing. */
	nbl->ext_rx.handle ^= 1UL << (OV2_HANDLE_SLOT_BITS + 4);
	bridge_receive(r, nbl);
	KUNIT_EXPECT_EQ(test, told_count, 0);
	expect_path(test, r, word, CRYPTO_DONE | SA_DELETE_REQ, CRYPTO_SUCCESS);
	expect_path(test, r, word, CRYPTO_DONE | SA_DELETE_REQ, CRYPTO_SUCCESS);
	KUNIT_EXPECT_EQ(test, told_count, 1);
	KUNIT_EXPECT_EQ(test, told_handle, r->hdl.value);
	ov2_event_listen(before);
}

/* A frame whose state is gone is dropped, because the engine has already
 * changed the bytes of the frame.
 */
static void receive_state_gone(struct kunit *test)
{
	const struct ov2_rx_result res = {
		.crypto_done = true, .sa_delete_req = true,
	};
	struct received *r = received_new(test);
	u32 word = ov2_rx_result_encode(&res);
	struct ov2_nbl *nbl = received_nbl(r, word);

	/* The handle gets another generation number, so it names nothing. */
	nbl->ext_rx.handle ^= 1UL << (OV2_HANDLE_SLOT_BITS + 4);
	KUNIT_EXPECT_EQ(test, bridge_receive(r, nbl), OV2_DROPPED);
	KUNIT_EXPECT_NULL(test, skb_sec_path(nbl->skb));
	RCU_INIT_POINTER(r->assoc->x, NULL);
	KUNIT_EXPECT_EQ(test, bridge_receive(r, received_nbl(r, word)),
			OV2_DROPPED);
	RCU_INIT_POINTER(r->assoc->x, r->x);
	refcount_set(&r->x->refcnt, 0);
	KUNIT_EXPECT_EQ(test, bridge_receive(r, received_nbl(r, word)),
			OV2_DROPPED);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&r->rig->ad,
					       OV2_CNT_RX_DROP_SA_GONE), 3);
}

/* @gone: the SA of the frame is gone, too, so only the frame has the SPI */
static void expect_gone_shown(struct kunit *test, struct received *r,
			      struct ov2_shown *shown, bool gone)
{
	const unsigned int headers = ETH_HLEN + sizeof(struct iphdr) +
				     sizeof(struct ip_esp_hdr);
	const struct ov2_rx_result res = { .crypto_done = true };
	const struct ov2_capture_header *hdr;
	enum ov2_rx_verdict verdict;
	enum ov2_counter reason;
	struct ov2_nbl *nbl;
	struct sk_buff *copy;
	struct iphdr *ip;

	nbl = received_nbl(r, ov2_rx_result_encode(&res));
	if (gone)
		nbl->ext_rx.handle = 0;
	ip = (void *)nbl->skb->data;
	ip->protocol = IPPROTO_ESP;
	ip->check = 0;
	ip->check = ip_fast_csum(ip, ip->ihl);
	nbl->ext_rx.seq64 = BIT_ULL(32) + 7;
	local_bh_disable();
	rcu_read_lock();
	reason = ov2_bridge_receive(&r->rig->ad, nbl, &verdict);
	ov2_bridge_show_rx_drop(&r->rig->ad, nbl->skb, nbl, reason);
	rcu_read_unlock();
	local_bh_enable();

	ov2_shown_settle(shown);
	copy = skb_dequeue(&shown->frames);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	KUNIT_EXPECT_EQ(test, copy->len, sizeof(*hdr) + headers);
	hdr = (const void *)copy->data;
	KUNIT_EXPECT_EQ(test, hdr->point, OV2_CAPTURE_RX_DROP);
	KUNIT_EXPECT_STREQ(test, hdr->verdict, "ipsec_rx_drop_sa_gone");
	KUNIT_EXPECT_EQ(test, hdr->flags, OV2_CAPTURE_F_CUT);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(hdr->handle), nbl->ext_rx.handle);
	KUNIT_EXPECT_EQ(test, be64_to_cpu(hdr->seq), nbl->ext_rx.seq64);
	KUNIT_EXPECT_EQ(test, hdr->spi,
			gone ? *(__be32 *)skb_transport_header(nbl->skb) :
			       r->assoc->spi);
	KUNIT_EXPECT_EQ(test, be32_to_cpu(hdr->frame), ETH_HLEN + r->len);
	KUNIT_EXPECT_MEMEQ(test, copy->data + sizeof(*hdr),
			   nbl->skb->data - ETH_HLEN, headers);
	kfree_skb(copy);
	KUNIT_EXPECT_TRUE(test, skb_queue_empty(&shown->frames));
}

/* The engine has opened the frame, and the state of the frame is gone. A
 * monitor shows the frame only up to the end of the ESP header.
 */
static void receive_state_gone_shown(struct kunit *test)
{
	struct ov2_shown *shown = ov2_shown_new(test);
	struct received *r = received_new(test);

	RCU_INIT_POINTER(r->assoc->x, NULL);
	r->assoc->spi = cpu_to_be32(0xabcd);
	expect_gone_shown(test, r, shown, false);
	expect_gone_shown(test, r, shown, true);
}

static void expect_no_record(struct kunit *test, struct received *r,
			     unsigned long result, unsigned long header)
{
	u64 before = ov2_counter_read(&r->rig->ad, OV2_CNT_RX_DROP_RECORD);
	struct ov2_nbl *nbl = received_nbl(r, 0);

	nbl->info[OV2_INFO_IPSEC] = result;
	nbl->info[OV2_INFO_IPSEC_HEADER] = header;
	KUNIT_EXPECT_EQ_MSG(test, bridge_receive(r, nbl), OV2_DROPPED,
			    "%#lx %#lx", result, header);
	KUNIT_EXPECT_NULL(test, skb_sec_path(nbl->skb));
	KUNIT_EXPECT_EQ(test, refcount_read(&r->x->refcnt), 1);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&r->rig->ad,
					       OV2_CNT_RX_DROP_RECORD),
			before + 1);
}

/* An impossible record does not say that the frame is good, and does not say
 * that the engine left the frame alone. So the frame is dropped (INV-2, INV-3).
 * On a 64-bit machine the slot of a record has more bits than the record. A
 * record is also impossible if its slot still has upper bits of an earlier
 * handle.
 */
static void receive_no_record(struct kunit *test)
{
	static const u32 results[] = {
		/* Reserved bits, statuses that do not exist, or NextCryptoDone
		 * without CryptoDone
		 */
		0x0003000a, 0x00080002, 0x00000004, 0x0000000a, 0x00000008,
		0x00000005, 0xffff0002, 0x00008000,
		/* The engine never sets NextCryptoDone, because the bridge adds
		 * its SAs with ov2_ext_add.single.
		 */
		0x00000006, 0x00030006,
	};
	struct received *r = received_new(test);
	unsigned long above = BIT_ULL(32);
	int i;

	for (i = 0; i < ARRAY_SIZE(results); i++)
		expect_no_record(test, r, results[i], 0);
	for (i = 3; i < 16; i++)
		expect_no_record(test, r, BIT(i) | OV2_RX_CRYPTO_DONE, 0);
	for (i = 17; i < 32; i++)
		expect_no_record(test, r, OV2_RX_CRYPTO_DONE,
				 0x00010206 | BIT(i));
	expect_no_record(test, r, 0, 0x00020000);
	if (above) {
		expect_no_record(test, r, OV2_RX_CRYPTO_DONE | above, 0);
		expect_no_record(test, r, above, 0);
		expect_no_record(test, r, OV2_RX_CRYPTO_DONE,
				 0x00010206 | above);
	}
	/* Without CryptoDone the status is ignored (INV-1). */
	expect_untouched(test, r, 0x00030000);
}

static struct kunit_case bridge_receive_cases[] = {
	KUNIT_CASE(receive_statuses),
	KUNIT_CASE(receive_delete_req),
	KUNIT_CASE(receive_delete_req_told),
	KUNIT_CASE(receive_state_gone),
	KUNIT_CASE(receive_state_gone_shown),
	KUNIT_CASE(receive_no_record),
	{}
};

static struct kunit_suite bridge_receive_suite = {
	.name = "ov2_bridge_receive",
	.test_cases = bridge_receive_cases,
};

kunit_test_suite(bridge_receive_suite);
