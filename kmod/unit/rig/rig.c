// SPDX-License-Identifier: GPL-2.0
/*
 * A card for the tests of an engine. Instead of port and bridge it has only
 * what an engine needs, and its netdev is a dummy. The card has one engine, and
 * lives as long as one test.
 */
#include <linux/netdevice.h>
#include <linux/slab.h>

#include "rig.h"
#include "rig_flow.h"
#include "rig_request.h"
#include "../../watch/counters.h"
#include "../../watch/log.h"

/* Long enough for thousands of requests in a debug kernel on a busy machine */
#define RIG_PATIENCE	(60 * HZ)

/**
 * ov2_rig_came_back() - note that the engine has given something back
 * @rig: the rig
 * @out: ov2_rig.nbls_out or ov2_rig.requests_out
 *
 * The caller must not touch the rig afterwards. The rig may be freed as soon as
 * the engine has given all back.
 *
 * Context: Any context.
 */
void ov2_rig_came_back(struct ov2_rig *rig, atomic_t *out)
{
	unsigned long flags;

	spin_lock_irqsave(&rig->event.lock, flags);
	atomic_dec(out);
	wake_up_locked(&rig->event);
	spin_unlock_irqrestore(&rig->event.lock, flags);
}

/* Takes the lock, because the CPU that has set @out to 0 in ov2_rig_came_back()
 * still uses the rig until it releases the lock.
 */
static bool rig_none_out(struct ov2_rig *rig, const atomic_t *out)
{
	bool none;

	spin_lock_irq(&rig->event.lock);
	none = !atomic_read(out);
	spin_unlock_irq(&rig->event.lock);
	return none;
}

/**
 * ov2_rig_wait_none() - sleep until the engine has given all back
 * @rig: the rig
 * @out: ov2_rig.nbls_out or ov2_rig.requests_out
 *
 * Context: Process context.
 * Return: false if that takes too long, because something is lost.
 */
bool ov2_rig_wait_none(struct ov2_rig *rig, const atomic_t *out)
{
	return wait_event_timeout(rig->event, rig_none_out(rig, out),
				  RIG_PATIENCE);
}

static void rig_init_lists(struct ov2_rig *rig)
{
	spin_lock_init(&rig->lock);
	INIT_LIST_HEAD(&rig->ready);
	INIT_LIST_HEAD(&rig->sent);
	INIT_LIST_HEAD(&rig->indicated);
	INIT_LIST_HEAD(&rig->requests);
	skb_queue_head_init(&rig->wire);
	skb_queue_head_init(&rig->kept);
	init_waitqueue_head(&rig->event);
}

static void rig_free(struct ov2_rig *rig)
{
	ov2_rig_requests_free(rig);
	ov2_rig_forget(rig);
	ov2_log_free(&rig->ad);
	ov2_counters_free(&rig->ad);
	free_netdev(rig->ad.dev);
	kfree(rig);
}

static struct ov2_rig *rig_alloc(const struct ov2_miniport_ops *miniport)
{
	struct ov2_rig *rig = kzalloc(sizeof(*rig), GFP_KERNEL);

	if (!rig)
		return NULL;
	rig_init_lists(rig);
	rig->paused = true;
	rig->ad.miniport = miniport;
	rig->ad.ops = &ov2_rig_adapter_ops;
	rig->ad.tx_queues = OV2_RIG_QUEUES;
	rig->ad.rx_queues = OV2_RIG_QUEUES;
	ov2_handles_init(&rig->ad.handles);
	/* Traces name the card by its netdev. */
	rig->ad.dev = alloc_netdev_dummy(0);
	if (!rig->ad.dev)
		goto err_rig;
	if (ov2_counters_alloc(&rig->ad))
		goto err_dev;
	if (ov2_log_alloc(&rig->ad))
		goto err_counters;
	if (miniport->initialize(&rig->ad))
		goto err_log;
	return rig;

err_log:
	ov2_log_free(&rig->ad);
err_counters:
	ov2_counters_free(&rig->ad);
err_dev:
	free_netdev(rig->ad.dev);
err_rig:
	kfree(rig);
	return NULL;
}

/* If the engine lost an NBL or a request, it may still write to the memory of
 * the NBL or request. So the rig is not freed. Moreover, an engine that is not
 * idle cannot be halted.
 */
static void rig_end(void *data)
{
	struct ov2_rig *rig = data;
	struct kunit *test = rig->test;

	if (!ov2_rig_requests_end(rig) ||
	    !ov2_rig_wait_none(rig, &rig->nbls_out)) {
		KUNIT_FAIL(test, "lost: %d NBLs, %d requests",
			   atomic_read(&rig->nbls_out),
			   atomic_read(&rig->requests_out));
		return;
	}
	if (!rig->paused)
		ov2_rig_pause(rig);
	rig->ad.miniport->halt(&rig->ad);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&rig->twice), 0,
			    "NBLs or requests came back more than once");
	rig_free(rig);
}

/**
 * ov2_rig_new_idle() - make a card whose engine opens no received frames yet
 * @test: the test; the rig ends when the test ends
 * @miniport: the engine's operations
 *
 * The engine leaves received frames untouched until OFFLOAD_ENCAPSULATION is
 * on: see ov2_rig_encapsulation(). Asserts that all goes well.
 *
 * Context: Process context.
 * Return: the rig, with OV2_RIG_QUEUES send queues and as many receive queues.
 * Its engine is running.
 */
struct ov2_rig *ov2_rig_new_idle(struct kunit *test,
				 const struct ov2_miniport_ops *miniport)
{
	struct ov2_rig *rig = rig_alloc(miniport);

	KUNIT_ASSERT_NOT_NULL(test, rig);
	rig->test = test;
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, rig_end, rig));
	ov2_rig_restart(rig);
	return rig;
}

/**
 * ov2_rig_new() - make a card with a running engine
 * @test: the test; the rig ends when the test ends
 * @miniport: the engine's operations
 *
 * Asserts that all goes well.
 *
 * Context: Process context.
 * Return: the rig, as ov2_rig_new_idle() makes it, but with
 * OFFLOAD_ENCAPSULATION on.
 */
struct ov2_rig *ov2_rig_new(struct kunit *test,
			    const struct ov2_miniport_ops *miniport)
{
	struct ov2_rig *rig = ov2_rig_new_idle(test, miniport);

	KUNIT_ASSERT_EQ(test, (u32)OV2_STATUS_SUCCESS,
			(u32)ov2_rig_encapsulation(rig, OV2_ENCAPSULATION_ON));
	return rig;
}

/**
 * ov2_rig_pause() - ov2_miniport_ops.pause
 * @rig: the rig
 *
 * Context: Process context, sleeps.
 */
void ov2_rig_pause(struct ov2_rig *rig)
{
	rig->ad.miniport->pause(&rig->ad);
	rig->paused = true;
	KUNIT_EXPECT_EQ_MSG(rig->test, atomic_read(&rig->nbls_out), 0,
			    "the engine still has NBLs after a pause");
}

/**
 * ov2_rig_restart() - ov2_miniport_ops.restart
 * @rig: the rig
 *
 * Context: Process context.
 */
void ov2_rig_restart(struct ov2_rig *rig)
{
	rig->ad.miniport->restart(&rig->ad);
	rig->paused = false;
}
