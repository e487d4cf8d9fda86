// SPDX-License-Identifier: GPL-2.0
/*
 * Helps tests that seal the same frame in several ways: for example, first as a
 * segment of a large send, and then alone. Each way uses the same IVs, so the
 * test can compare the bytes. The SA's cipher must take its IVs from a counter.
 * Each CPU draws IVs of its own from the counter, so the test seals all frames
 * on one CPU.
 */
#include <linux/cpumask.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "rig_add.h"
#include "rig_flow.h"
#include "seal_again.h"
#include "../../engine/sa.h"
#include "../../engine/sa_table.h"
#include "../../ov2/records.h"

#define SALT		0x0123456789abcdefULL
#define ESP_HDR		8
#define IV_LEN		8
/* AH with SHA-1 */
#define AH_FIXED	12
#define AH_ICV_LEN	12

/**
 * ov2_seal_on_one_cpu() - keep the thread of a test on one CPU
 * @test: the test. The thread is KUnit's own thread for one case, and ends with
 *	the case
 *
 * Context: Process context.
 * Return: the CPU.
 */
int ov2_seal_on_one_cpu(struct kunit *test)
{
	int cpu = cpumask_first(cpu_online_mask);

	KUNIT_ASSERT_EQ(test, 0,
			set_cpus_allowed_ptr(current, cpumask_of(cpu)));
	return cpu;
}

/**
 * ov2_seal_reset_ivs() - let an SA give the same IVs again
 * @rig: the rig that sends with the SA; its engine has no frame of the SA
 * @sa: the SA
 *
 * This function also replaces the random salt of the SA's IVs with a fixed
 * value. So all SAs give the same IVs after they were reset.
 *
 * Context: Process context.
 */
void ov2_seal_reset_ivs(struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	struct ov2_iv_counter *ivs;
	struct ov2_sa *found;

	rcu_read_lock();
	found = ov2_sa_find(&rig->ad, sa->out);
	if (found) {
		ivs = &found->member[0].transform.ivs;
		ivs->salt = cpu_to_be64(SALT);
		atomic64_set(&ivs->ranges, 0);
		memset(ivs->next, 0, nr_cpu_ids * sizeof(*ivs->next));
	}
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(rig->test, found);
}

static unsigned int ah_offset(const struct ov2_rig_sa *sa)
{
	if (!sa->ah_auth)
		return 0;
	return sa->ipv6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/* Copies a frame that the receiver has opened, so that the sender can send the
 * copy alone. In the copy, IV and ICVs are overwritten with wrong bytes, so a
 * test notices if the engine does not write them.
 */
static struct ov2_nbl *alone(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
			     unsigned int esp, const struct ov2_nbl *opened)
{
	struct ov2_tx_header out = {
		.ah_offset = ah_offset(sa),
		.esp_offset = esp - ETH_HLEN,
	};
	u32 word = opened->info[OV2_INFO_IPSEC_HEADER];
	struct ov2_rx_header in;
	struct ov2_nbl *nbl;
	struct sk_buff *skb;

	KUNIT_ASSERT_TRUE(rig->test, ov2_rx_header_decode(word, &in));
	out.next_header = in.next_header;
	out.pad_length = in.pad_length;
	KUNIT_ASSERT_EQ(rig->test, 0, ov2_tx_header_encode(&out, &word));

	skb = skb_copy(opened->skb, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(rig->test, skb);
	memset(skb->data + esp + ESP_HDR, 0x77, IV_LEN);
	memset(skb_tail_pointer(skb) - sa->icv_len, 0x77, sa->icv_len);
	if (sa->ah_auth)
		memset(skb->data + ETH_HLEN + out.ah_offset + AH_FIXED, 0x77,
		       AH_ICV_LEN);
	nbl = ov2_rig_nbl(rig, skb, 0);
	nbl->info[OV2_INFO_IPSEC] = sa->out;
	nbl->info[OV2_INFO_IPSEC_HEADER] = word;
	return nbl;
}

/**
 * ov2_seal_alone() - open frames, and send them again, one by one
 * @pair: sender and receiver
 * @sa: the SA of the frames; AH is with SHA-1
 * @esp: bytes from the start of a frame to its ESP header
 * @list: the frames, sealed
 *
 * When this function returns, the frames that were sent again are on the
 * sender's wire, in the order of @list.
 *
 * Context: Process context.
 */
void ov2_seal_alone(struct ov2_pair *pair, const struct ov2_rig_sa *sa,
		    unsigned int esp, struct sk_buff_head *list)
{
	struct kunit *test = pair->a->test;
	struct ov2_nbl *nbl;
	struct sk_buff *skb;

	ov2_seal_reset_ivs(pair->a, sa);
	skb_queue_walk(list, skb) {
		nbl = ov2_rig_inject(pair->b, skb, 0);
		KUNIT_ASSERT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		nbl = alone(pair->a, sa, esp, nbl);
		ov2_rig_send(pair->a, nbl);
		ov2_rig_wait_idle(pair->a);
		KUNIT_ASSERT_EQ(test, (u32)ov2_rig_sent_status(nbl),
				(u32)OV2_STATUS_SUCCESS);
	}
}

/**
 * ov2_seal_expect_same() - compare the frames on the wire with other frames
 * @rig: the sender. Its frames move from ov2_rig.wire to ov2_rig.kept
 * @list: the frames whose bytes should also be on the wire, in the same order
 *
 * Context: Process context.
 */
void ov2_seal_expect_same(struct ov2_rig *rig, struct sk_buff_head *list)
{
	struct kunit *test = rig->test;
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
