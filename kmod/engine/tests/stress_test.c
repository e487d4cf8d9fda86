// SPDX-License-Identifier: GPL-2.0
/*
 * If all CPUs make requests, send and receive at the same time, nothing is lost
 * (INV-19).
 *
 * Meanwhile the card is paused, restarted and reset. Faults are found by
 * lockdep, by the poison that the allocator writes into freed memory, and by
 * KASAN if the kernel has it.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/random.h>

#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../../watch/counters.h"

/* How long each case runs at least. To choose another time:
 * make modules OV2_UNIT=1 OV2_STRESS_SECONDS=60
 */
#ifndef OV2_STRESS_SECONDS
#define OV2_STRESS_SECONDS	3
#endif

#define STRESS_SAS	16
#define STRESS_THREADS	12
#define STRESS_PATIENCE	(20 * HZ)
/* How often each thread must do its work, so that the threads meet */
#define STRESS_DONE	100

/**
 * struct stress_sa - an SA that is added and deleted again and again, sometimes
 *	inbound and sometimes outbound
 * @sa: the SA
 * @out: its present outbound handle, or a stale handle
 * @clear: a frame for the outbound SA to protect
 * @header: slot 12 for @clear
 * @sealed: the frame @clear, protected, for the inbound SA to verify
 */
struct stress_sa {
	struct ov2_rig_sa sa;
	unsigned long out;
	struct sk_buff *clear;
	u32 header;
	struct sk_buff *sealed;
};

/**
 * struct stress_slot - the requests of one thread for one SA
 * @sa: index of the SA
 * @live: the SA was added and not deleted
 * @deleting: the delete of the SA is under way
 * @inbound: the present direction of the SA
 * @in: the request that adds the SA inbound
 * @out: the request that adds the SA outbound
 * @update: the request that updates the SA
 * @del: the request that deletes the SA
 */
struct stress_slot {
	unsigned int sa;
	bool live;
	bool deleting;
	bool inbound;
	struct ov2_rig_request *in;
	struct ov2_rig_request *out;
	struct ov2_rig_request *update;
	struct ov2_rig_request *del;
};

/**
 * struct stress_thread - a thread that works on a card
 * @stress: the test
 * @task: the task of the thread
 * @queue: the queue that the thread sends or receives on. One thread sends on
 *	this queue, and one other thread receives on it
 * @slots: the SAs that the thread adds and deletes, if it makes requests
 * @done: how often the thread did its work
 * @failed: number of requests that ended with a wrong status
 * @lost: number of requests that were not completed
 */
struct stress_thread {
	struct stress *stress;
	struct task_struct *task;
	u16 queue;
	struct stress_slot slots[STRESS_SAS];
	unsigned long done;
	unsigned long failed;
	unsigned long lost;
};

/**
 * struct stress - the whole test
 * @test: the test
 * @rig: the card
 * @sas: the SAs of the card
 * @threads: the threads
 * @num_threads: number of threads
 */
struct stress {
	struct kunit *test;
	struct ov2_rig *rig;
	struct stress_sa sas[STRESS_SAS];
	struct stress_thread threads[STRESS_THREADS];
	unsigned int num_threads;
};

/* Requests may come in atomic context. */
static u32 submit_atomic(struct ov2_rig *rig, struct ov2_rig_request *rr)
{
	u32 status;

	local_bh_disable();
	status = ov2_rig_submit(rig, rr);
	local_bh_enable();
	return status;
}

static bool slot_wait(struct stress_thread *t, struct ov2_rig_request *rr)
{
	if (wait_for_completion_timeout(&rr->done, STRESS_PATIENCE))
		return true;
	t->lost++;
	return false;
}

/* During a reset all requests except deletes are refused. */
static bool slot_succeeded(struct stress_thread *t,
			   const struct ov2_rig_request *rr)
{
	if (rr->status != OV2_STATUS_SUCCESS &&
	    rr->status != OV2_STATUS_NOT_ACCEPTED)
		t->failed++;
	return rr->status == OV2_STATUS_SUCCESS;
}

static void slot_add(struct stress_thread *t, struct stress_slot *slot)
{
	struct stress_sa *sa = &t->stress->sas[slot->sa];
	struct ov2_rig_request *rr;

	slot->inbound = get_random_u32_below(2);
	rr = slot->inbound ? slot->in : slot->out;
	submit_atomic(t->stress->rig, rr);
	if (!slot_wait(t, rr) || !slot_succeeded(t, rr))
		return;
	slot->live = true;
	ov2_rig_request_handle(slot->update, rr->add.handle);
	ov2_rig_request_handle(slot->del, rr->add.handle);
	if (!slot->inbound)
		WRITE_ONCE(sa->out, rr->add.handle);
}

static void slot_update(struct stress_thread *t, struct stress_slot *slot)
{
	struct ov2_rig_request *rr = slot->update;

	submit_atomic(t->stress->rig, rr);
	if (slot_wait(t, rr))
		slot_succeeded(t, rr);
}

/* Senders still see the handle after the delete, and their sends must fail. */
static void slot_delete(struct stress_thread *t, struct stress_slot *slot)
{
	submit_atomic(t->stress->rig, slot->del);
	slot->live = false;
	slot->deleting = true;
}

static void slot_deleted(struct stress_thread *t, struct stress_slot *slot)
{
	if (!slot_wait(t, slot->del))
		return;
	slot->deleting = false;
	if (slot->del->status != OV2_STATUS_SUCCESS)
		t->failed++;
}

static void slot_step(struct stress_thread *t, struct stress_slot *slot)
{
	if (slot->live && get_random_u32_below(3))
		slot_update(t, slot);
	else if (slot->live)
		slot_delete(t, slot);
	else if (slot->deleting && completion_done(&slot->del->done))
		slot_deleted(t, slot);
	else if (slot->deleting)
		usleep_range(100, 200);
	else
		slot_add(t, slot);
}

static int request_thread(void *data)
{
	struct stress_thread *t = data;
	int i;

	while (!kthread_should_stop() && !t->lost) {
		slot_step(t, &t->slots[get_random_u32_below(STRESS_SAS)]);
		t->done++;
		cond_resched();
	}
	for (i = 0; i < STRESS_SAS && !t->lost; i++) {
		if (t->slots[i].live)
			slot_delete(t, &t->slots[i]);
		if (t->slots[i].deleting)
			slot_deleted(t, &t->slots[i]);
	}
	while (!kthread_should_stop())
		schedule_timeout_interruptible(1);
	return 0;
}

static struct ov2_nbl *stress_nbl(const struct sk_buff *template, u16 queue)
{
	struct sk_buff *skb = skb_copy(template, GFP_KERNEL);
	struct ov2_nbl *nbl = skb ? ov2_nbl_alloc(skb, queue) : NULL;

	if (!nbl)
		kfree_skb(skb);
	return nbl;
}

static bool send_one(struct stress_thread *t, const struct stress_sa *sa)
{
	struct ov2_nbl *nbl = stress_nbl(sa->clear, t->queue);

	if (!nbl)
		return false;
	nbl->info[OV2_INFO_IPSEC] = READ_ONCE(sa->out);
	nbl->info[OV2_INFO_IPSEC_HEADER] = sa->header;
	ov2_rig_send(t->stress->rig, nbl);
	return true;
}

static bool receive_one(struct stress_thread *t, const struct stress_sa *sa)
{
	struct ov2_nbl *nbl = stress_nbl(sa->sealed, t->queue);

	if (!nbl)
		return false;
	ov2_rig_receive(t->stress->rig, nbl);
	return true;
}

static void frames_until_stop(struct stress_thread *t,
			      bool (*one)(struct stress_thread *t,
					  const struct stress_sa *sa))
{
	while (!kthread_should_stop()) {
		if (one(t, &t->stress->sas[get_random_u32_below(STRESS_SAS)]))
			t->done++;
		cond_resched();
	}
}

static int send_thread(void *data)
{
	frames_until_stop(data, send_one);
	return 0;
}

static int receive_thread(void *data)
{
	frames_until_stop(data, receive_one);
	return 0;
}

/* Makes a frame of the SA, in clear and protected, before the work begins. */
static void stress_sa_init(struct stress *stress, unsigned int i)
{
	struct stress_sa *s = &stress->sas[i];
	struct ov2_rig *rig = stress->rig;
	struct ov2_rig_frame frame = { .sa = &s->sa, .seq = 1 };
	struct ov2_nbl *nbl;

	s->sa = (struct ov2_rig_sa)OV2_RIG_SA_GCM;
	s->sa.spi += i;
	s->sa.ipv6 = i & 1;
	s->sa.tunnel = i & 2;
	s->sa.esn = true;
	frame.len = 40 + 80 * i;
	ov2_rig_add_outbound(rig, &s->sa);
	nbl = ov2_rig_frame(rig, &frame, 0);
	s->out = s->sa.out;
	s->clear = ov2_rig_keep_copy(rig, nbl->skb);
	s->header = nbl->info[OV2_INFO_IPSEC_HEADER];
	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	s->sealed = skb_dequeue_tail(&rig->wire);
	KUNIT_ASSERT_NOT_NULL(stress->test, s->sealed);
	skb_queue_tail(&rig->kept, s->sealed);
	ov2_rig_delete(rig, s->sa.out);
}

static void slot_init(struct stress *stress, struct stress_slot *slot,
		      unsigned int i)
{
	const struct ov2_rig_sa *sa = &stress->sas[i].sa;

	slot->sa = i;
	slot->in = ov2_rig_add_new(stress->rig, sa, true);
	slot->out = ov2_rig_add_new(stress->rig, sa, false);
	slot->update = ov2_rig_update_new(stress->rig, 0, OV2_OPERATION_ESP,
					  sa->spi, 0);
	slot->del = ov2_rig_delete_new(stress->rig, 0);
}

static void stress_thread_new(struct stress *stress, int (*fn)(void *data),
			      u16 queue, int cpu)
{
	struct stress_thread *t = &stress->threads[stress->num_threads++];
	int i;

	t->stress = stress;
	t->queue = queue;
	for (i = 0; fn == request_thread && i < STRESS_SAS; i++)
		slot_init(stress, &t->slots[i], i);
	t->task = kthread_create(fn, t, "ov2_stress/%d", cpu);
	KUNIT_ASSERT_FALSE(stress->test, IS_ERR(t->task));
	kthread_bind(t->task, cpu);
}

/* Each queue has one sender and one receiver, because the calls for one queue
 * must be serialized (miniport.h).
 */
static void stress_threads_new(struct stress *stress)
{
	u16 queue = 0;
	int cpu;

	for_each_online_cpu(cpu) {
		if (queue == OV2_RIG_QUEUES)
			break;
		stress_thread_new(stress, request_thread, queue, cpu);
		stress_thread_new(stress, send_thread, queue, cpu);
		stress_thread_new(stress, receive_thread, queue, cpu);
		queue++;
	}
}

/* On a busy machine the time may not be enough. */
static bool stress_enough(const struct stress *stress)
{
	unsigned int i;

	for (i = 0; i < stress->num_threads; i++)
		if (READ_ONCE(stress->threads[i].done) <= STRESS_DONE)
			return false;
	return true;
}

static void stress_run(struct stress *stress)
{
	struct ov2_adapter *ad = &stress->rig->ad;
	unsigned long end = jiffies + OV2_STRESS_SECONDS * HZ;
	unsigned long last = end + STRESS_PATIENCE;
	unsigned int i;

	for (i = 0; i < stress->num_threads; i++)
		wake_up_process(stress->threads[i].task);
	while (time_before(jiffies, end) ||
	       (!stress_enough(stress) && time_before(jiffies, last))) {
		msleep(100);
		ad->miniport->pause(ad);
		usleep_range(1000, 2000);
		ad->miniport->restart(ad);
		msleep(50);
		ad->miniport->reset(ad);
	}
	for (i = 0; i < stress->num_threads; i++)
		kthread_stop(stress->threads[i].task);
}

static void expect_nothing_lost(struct stress *stress)
{
	struct ov2_rig *rig = stress->rig;
	struct kunit *test = stress->test;
	unsigned int i;

	for (i = 0; i < stress->num_threads; i++) {
		KUNIT_EXPECT_EQ(test, stress->threads[i].lost, 0);
		KUNIT_EXPECT_EQ(test, stress->threads[i].failed, 0);
		KUNIT_EXPECT_GT(test, stress->threads[i].done, STRESS_DONE);
	}
	KUNIT_EXPECT_TRUE(test, ov2_rig_wait_none(rig, &rig->nbls_out));
	KUNIT_EXPECT_TRUE(test, ov2_rig_wait_none(rig, &rig->requests_out));
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_ok),
			atomic_read(&rig->num_wire));
	/* stress_sa_init() has sent a frame of each SA */
	KUNIT_EXPECT_GT(test, atomic_read(&rig->num_ok), STRESS_SAS);
	KUNIT_EXPECT_LT(test, atomic_read(&rig->num_ok),
			atomic_read(&rig->num_sent));
	KUNIT_EXPECT_GT(test, ov2_counter_read(&rig->ad, OV2_CNT_RX_PKTS), 0);
	KUNIT_EXPECT_GT(test, ov2_counter_read(&rig->ad, OV2_CNT_RX_SADB_MISS),
			0);
}

/* As many NBLs must come back as the threads gave to the engine. */
static void expect_sums(struct stress *stress)
{
	unsigned long sent = 0, received = 0, requests = 0;
	struct ov2_rig *rig = stress->rig;
	unsigned int i;

	/* Each CPU has three threads, in the order of stress_threads_new(). */
	for (i = 0; i < stress->num_threads; i += 3) {
		requests += stress->threads[i].done;
		sent += stress->threads[i + 1].done;
		received += stress->threads[i + 2].done;
	}
	KUNIT_EXPECT_EQ(stress->test, sent + STRESS_SAS,
			atomic_read(&rig->num_sent));
	KUNIT_EXPECT_EQ(stress->test, received,
			atomic_read(&rig->num_indicated));
	kunit_info(stress->test,
		   "%d s: %lu steps of requests, %lu sends (%u successful), %lu receives\n",
		   OV2_STRESS_SECONDS, requests, sent,
		   atomic_read(&rig->num_ok), received);
}

static void stress_whole(struct kunit *test)
{
	struct stress *stress = kunit_kzalloc(test, sizeof(*stress),
					      GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, stress);
	stress->test = test;
	stress->rig = ov2_rig_new(test, &ov2_engine_miniport);
	for (i = 0; i < STRESS_SAS; i++)
		stress_sa_init(stress, i);
	stress->rig->discard = true;
	stress_threads_new(stress);
	stress_run(stress);
	expect_nothing_lost(stress);
	expect_sums(stress);
}

static void stress_all_at_once(struct kunit *test)
{
	stress_whole(test);
}

/* Frames complete on other CPUs while their SAs are deleted. */
static void stress_late(struct kunit *test)
{
	ov2_late_aead(test);
	stress_whole(test);
}

static struct kunit_case stress_cases[] = {
	KUNIT_CASE_SLOW(stress_all_at_once),
	KUNIT_CASE_SLOW(stress_late),
	{}
};

static struct kunit_suite stress_suite = {
	.name = "ov2_stress",
	.test_cases = stress_cases,
};

kunit_test_suite(stress_suite);
