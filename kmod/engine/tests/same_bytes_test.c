// SPDX-License-Identifier: GPL-2.0
/*
 * Each way to seal a frame gives the same bytes.
 *
 * The fast way cuts a large send, and seals its segments in place, with a
 * cipher that completes at once. The slow ways are a large send in pieces, a
 * large send with a cipher that completes later, and the segments one by one,
 * as frames of their own. Two ways have the same IVs, because the test resets
 * the SA's counter before each way, and because all ways run on one CPU: each
 * CPU draws IVs of its own.
 */
#include <kunit/test.h>
#include <linux/cpumask.h>
#include <linux/if_ether.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "../../unit/rig/large_send.h"
#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/rig_flow.h"
#include "../../ov2/records.h"
#include "../sa.h"
#include "../sa_table.h"

#define SEGMENTS	4
#define SALT		0x0123456789abcdefULL
#define ESP_HDRS	16

/* The thread is KUnit's own thread for one case, and ends with the case. */
static int stay_on_one_cpu(struct kunit *test)
{
	int cpu = cpumask_first(cpu_online_mask);

	KUNIT_ASSERT_EQ(test, 0,
			set_cpus_allowed_ptr(current, cpumask_of(cpu)));
	return cpu;
}

static void reset_ivs(struct kunit *test, struct ov2_large *large)
{
	struct ov2_iv_counter *ivs;
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(&large->a->ad, large->sa.out);
	if (sa) {
		ivs = &sa->member[0].transform.ivs;
		ivs->salt = cpu_to_be64(SALT);
		atomic64_set(&ivs->ranges, 0);
		memset(ivs->next, 0, nr_cpu_ids * sizeof(*ivs->next));
	}
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, sa);
}

static struct ov2_large large_new(struct kunit *test, bool ipv6, u32 udp_esp)
{
	struct ov2_large large = ov2_large_new(test, SEGMENTS * OV2_LARGE_MSS -
						     37);

	large.sa.ipv6 = ipv6;
	large.sa.udp_esp = udp_esp;
	ov2_large_add(&large);
	return large;
}

/* Sends the large send; its segments are on the wire of the sender then. */
static void send(struct kunit *test, struct ov2_large *large, bool pieces)
{
	reset_ivs(test, large);
	ov2_large_make(large);
	if (pieces)
		ov2_large_in_pieces(large, ov2_large_tcp(large) +
					   OV2_LARGE_TCP_LEN + 50);
	KUNIT_ASSERT_EQ(test, (u32)ov2_large_send(large),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_EQ(test, skb_queue_len(&large->a->wire), SEGMENTS);
}

/* Makes a frame of its own from a segment that the receiver has opened. Each
 * byte that the engine must write is made wrong.
 */
static struct ov2_nbl *alone(struct kunit *test, struct ov2_large *large,
			     const struct ov2_nbl *opened)
{
	struct ov2_tx_header out = {
		.esp_offset = ov2_large_tcp(large) - ESP_HDRS - ETH_HLEN,
	};
	u32 word = opened->info[OV2_INFO_IPSEC_HEADER];
	struct ov2_rx_header in;
	struct ov2_nbl *nbl;
	struct sk_buff *skb;

	KUNIT_ASSERT_TRUE(test, ov2_rx_header_decode(word, &in));
	out.next_header = in.next_header;
	out.pad_length = in.pad_length;
	KUNIT_ASSERT_EQ(test, 0, ov2_tx_header_encode(&out, &word));

	skb = skb_copy(opened->skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	memset(skb->data + ov2_large_tcp(large) - 8, 0x77, 8);
	memset(skb_tail_pointer(skb) - large->sa.icv_len, 0x77,
	       large->sa.icv_len);
	nbl = ov2_rig_nbl(large->a, skb, 0);
	nbl->info[OV2_INFO_IPSEC] = large->sa.out;
	nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	return nbl;
}

/* Opens the segments of @list, and sends them again, one by one. */
static void send_alone(struct kunit *test, struct ov2_large *large,
		       struct sk_buff_head *list)
{
	struct ov2_nbl *nbl;
	struct sk_buff *skb;

	reset_ivs(test, large);
	skb_queue_walk(list, skb) {
		nbl = ov2_rig_inject(large->b, skb, 0);
		KUNIT_ASSERT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		nbl = alone(test, large, nbl);
		ov2_rig_send(large->a, nbl);
		ov2_rig_wait_idle(large->a);
		KUNIT_ASSERT_EQ(test, (u32)ov2_rig_sent_status(nbl),
				(u32)OV2_STATUS_SUCCESS);
	}
}

/* Takes the frames from the wire, and compares them with @list. */
static void expect_same(struct kunit *test, struct ov2_rig *rig,
			struct sk_buff_head *list)
{
	struct sk_buff *skb, *other;

	KUNIT_ASSERT_EQ(test, skb_queue_len(&rig->wire), skb_queue_len(list));
	skb_queue_walk(list, skb) {
		other = skb_dequeue(&rig->wire);
		__skb_queue_tail(&rig->kept, other);
		KUNIT_ASSERT_EQ(test, 0, skb_linearize(skb));
		KUNIT_ASSERT_EQ(test, 0, skb_linearize(other));
		KUNIT_ASSERT_EQ(test, skb->len, other->len);
		KUNIT_EXPECT_MEMEQ(test, skb->data, other->data, skb->len);
	}
}

/**
 * struct same_shape - what the frames look like
 * @ipv6: the family
 * @udp_esp: OV2_UDP_ESP_* or 0
 */
static const struct same_shape {
	bool ipv6;
	u32 udp_esp;
} shapes[] = {
	{ false, 0 }, { true, 0 }, { false, OV2_UDP_ESP_TRANSPORT },
};

/* Fast and slow ways to seal with one cipher */
static void same_bytes(struct kunit *test)
{
	struct sk_buff_head first;
	struct ov2_large large;
	int i;

	stay_on_one_cpu(test);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		large = large_new(test, shapes[i].ipv6, shapes[i].udp_esp);
		send(test, &large, false);
		skb_queue_head_init(&first);
		skb_queue_splice_init(&large.a->wire, &first);

		send(test, &large, true);
		expect_same(test, large.a, &first);
		send_alone(test, &large, &first);
		expect_same(test, large.a, &first);
		skb_queue_splice(&first, &large.a->kept);
	}
}

/* A cipher that completes at once, and a cipher that completes later */
static void same_bytes_late(struct kunit *test)
{
	struct ov2_large large[ARRAY_SIZE(shapes)], late;
	int cpu = stay_on_one_cpu(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		large[i] = large_new(test, shapes[i].ipv6, shapes[i].udp_esp);
		send(test, &large[i], false);
	}
	ov2_late_aead_on(test, cpu);
	for (i = 0; i < ARRAY_SIZE(shapes); i++) {
		late = large_new(test, shapes[i].ipv6, shapes[i].udp_esp);
		send(test, &late, false);
		expect_same(test, late.a, &large[i].a->wire);
	}
}

static struct kunit_case same_bytes_cases[] = {
	KUNIT_CASE(same_bytes),
	KUNIT_CASE(same_bytes_late),
	{}
};

static struct kunit_suite same_bytes_suite = {
	.name = "ov2_same_bytes",
	.test_cases = same_bytes_cases,
};

kunit_test_suite(same_bytes_suite);
