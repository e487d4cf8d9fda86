// SPDX-License-Identifier: GPL-2.0
/* Copies of frames for the monitors. A header in front of each copy holds the
 * records of the frame.
 */
#include <linux/build_bug.h>
#include <linux/ktime.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/skbuff.h>
#include <linux/string.h>
#include <linux/timekeeping.h>
#include <linux/unaligned.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "capture.h"

static_assert(sizeof(struct ov2_capture_header) == 120);

/* Bytes of the copies that wait in all monitors */
static atomic_long_t capture_waiting;

DEFINE_STATIC_KEY_FALSE(ov2_capture_key);

/**
 * struct capture_net - the monitors of a namespace
 * @taps: monitors that are up; protected by RTNL, read under RCU
 */
struct capture_net {
	struct list_head taps;
};

static unsigned int capture_net_id __ro_after_init;

/* The slots in the order of ov2_capture_header.info */
static const enum ov2_info capture_slots[] = {
	OV2_INFO_CHECKSUM,
	OV2_INFO_IPSEC,
	OV2_INFO_LSO,
	OV2_INFO_IPSEC_TUNNEL,
	OV2_INFO_IPSEC_HEADER,
};

static_assert(ARRAY_SIZE(capture_slots) ==
	      sizeof_field(struct ov2_capture_header, info) / sizeof(__be64));

static void capture_put_header(struct sk_buff *copy,
			       const struct ov2_adapter *ad,
			       const struct ov2_captured *captured, bool cut)
{
	struct ov2_capture_header *hdr = skb_put_zero(copy, sizeof(*hdr));
	int i;

	copy->tstamp = ktime_get_real();

	hdr->version = OV2_CAPTURE_VERSION;
	hdr->length = sizeof(*hdr);
	hdr->point = captured->point;
	hdr->flags = cut ? OV2_CAPTURE_F_CUT : 0;
	hdr->ifindex = cpu_to_be32(ad->dev->ifindex);
	hdr->time = cpu_to_be64(ktime_to_ns(copy->tstamp));
	hdr->handle = cpu_to_be64(captured->handle);
	hdr->seq = cpu_to_be64(captured->seq);
	hdr->spi = captured->spi;
	hdr->frame = cpu_to_be32(captured->skb->len);
	hdr->queue = cpu_to_be16(captured->queue);
	for (i = 0; captured->nbl && i < ARRAY_SIZE(capture_slots); i++) {
		unsigned long word = captured->nbl->info[capture_slots[i]];

		hdr->info[i] = cpu_to_be64(word);
	}
	strscpy(hdr->verdict, captured->verdict, sizeof(hdr->verdict));
}

/* Nobody is charged for a copy, because the frame may be another user's. So the
 * memory is limited, also for a user who makes many monitors.
 */
static bool capture_may_wait(const struct ov2_tap *tap,
			     const struct sk_buff *copy)
{
	lockdep_assert_held(&tap->copies.lock);
	return tap->waiting + copy->truesize <= OV2_CAPTURE_WAITING &&
	       atomic_long_read(&capture_waiting) + copy->truesize <=
	       OV2_CAPTURE_WAITING_ALL;
}

static void capture_wait(struct ov2_tap *tap, long bytes)
{
	lockdep_assert_held(&tap->copies.lock);
	tap->waiting += bytes;
	atomic_long_add(bytes, &capture_waiting);
}

/* The caller may hold the lock of a send queue, and whoever the monitor's user
 * has attached to the monitor may send on this queue. So the copy waits for
 * tap_poll(), which runs without such a lock. The flag that netif_running()
 * reads is cleared before ov2_tap_del() empties the queue.
 */
static void capture_queue(struct ov2_tap *tap, struct sk_buff *copy)
{
	bool queued;

	spin_lock(&tap->copies.lock);
	queued = netif_running(tap->dev) && capture_may_wait(tap, copy);
	if (queued) {
		__skb_queue_tail(&tap->copies, copy);
		capture_wait(tap, copy->truesize);
	}
	spin_unlock(&tap->copies.lock);

	if (queued) {
		napi_schedule(&tap->napi);
		return;
	}
	dev_core_stats_rx_dropped_inc(tap->dev);
	kfree_skb(copy);
}

static void capture_copy(struct ov2_tap *tap, const struct ov2_adapter *ad,
			 const struct ov2_captured *captured)
{
	unsigned int len = captured->skb->len;
	struct sk_buff *copy;
	bool cut;

	cut = captured->headers && !tap->clear && captured->headers < len;
	if (cut)
		len = captured->headers;

	copy = alloc_skb(sizeof(struct ov2_capture_header) + len,
			 GFP_ATOMIC | __GFP_NOWARN);
	if (!copy) {
		dev_core_stats_rx_dropped_inc(tap->dev);
		return;
	}
	skb_reset_mac_header(copy);
	skb_reset_network_header(copy);
	capture_put_header(copy, ad, captured, cut);
	if (skb_copy_bits(captured->skb, 0, skb_put(copy, len), len)) {
		dev_core_stats_rx_dropped_inc(tap->dev);
		kfree_skb(copy);
		return;
	}
	copy->dev = tap->dev;
	capture_queue(tap, copy);
}

/**
 * ov2_capture() - show a frame to the monitors
 * @ad: the card
 * @captured: the frame; the caller keeps it
 *
 * A monitor that has moved to another namespace shows nothing of the cards that
 * it has left, because the users of the new namespace may not be allowed to see
 * those cards. So each namespace has a list of its own. Besides, many monitors
 * in one namespace do not slow down the cards of another namespace.
 *
 * Context: BH disabled.
 */
void ov2_capture(const struct ov2_adapter *ad,
		 const struct ov2_captured *captured)
{
	const struct capture_net *shows;
	struct ov2_tap *tap;

	lockdep_assert_in_softirq();
	rcu_read_lock();
	shows = net_generic(dev_net(ad->dev), capture_net_id);
	list_for_each_entry_rcu(tap, &shows->taps, list)
		if (!tap->card || tap->card == ad->dev)
			capture_copy(tap, ad, captured);
	rcu_read_unlock();
}

static struct sk_buff *tap_dequeue(struct ov2_tap *tap)
{
	struct sk_buff *copy;

	spin_lock(&tap->copies.lock);
	copy = __skb_dequeue(&tap->copies);
	if (copy)
		capture_wait(tap, -(long)copy->truesize);
	spin_unlock(&tap->copies.lock);
	return copy;
}

/* Not netif_receive_skb(), because with RPS a copy could wait in a queue of the
 * core, and come out when the monitor is in another namespace.
 */
static int tap_poll(struct napi_struct *napi, int budget)
{
	struct ov2_tap *tap = container_of(napi, struct ov2_tap, napi);
	struct sk_buff *copy;
	int done = 0;

	while (done < budget && (copy = tap_dequeue(tap))) {
		netif_receive_skb_core(copy);
		done++;
	}
	if (done < budget)
		napi_complete_done(napi, done);
	return done;
}

/**
 * ov2_tap_init() - prepare a monitor
 * @tap: the monitor
 *
 * Context: RTNL, in ndo_init.
 */
void ov2_tap_init(struct ov2_tap *tap)
{
	skb_queue_head_init(&tap->copies);
}

/**
 * ov2_tap_add() - show frames to a monitor that goes up
 * @tap: the monitor
 *
 * Context: RTNL.
 */
void ov2_tap_add(struct ov2_tap *tap)
{
	struct capture_net *shows = net_generic(dev_net(tap->dev),
						capture_net_id);

	ASSERT_RTNL();
	/* A NAPI lives only while its netdev is up; rx_add_napi() says why, and
	 * why this function waits. Besides, a CPU in ov2_capture() may still be
	 * at @tap->list, as it was in the list before.
	 */
	if (tap->was_up)
		synchronize_net();
	tap->was_up = true;
	netif_napi_add(tap->dev, &tap->napi, tap_poll);
	napi_enable(&tap->napi);
	list_add_tail_rcu(&tap->list, &shows->taps);
	static_branch_inc(&ov2_capture_key);
}

/**
 * ov2_tap_del() - show no more frames to a monitor that goes down
 * @tap: the monitor
 *
 * When this function returns, no copy waits any more, and no copy comes any
 * more. So a monitor that moves to another namespace takes no copy with it.
 *
 * Another CPU may still look at @tap. This function does not wait for it,
 * because the core calls ndo_stop for each monitor of a batch. If the monitor
 * is deleted, the core waits for two grace periods before it frees @tap.
 *
 * Context: RTNL. May sleep. The netdev is not netif_running() any more.
 */
void ov2_tap_del(struct ov2_tap *tap)
{
	struct sk_buff *copy;

	ASSERT_RTNL();
	static_branch_dec(&ov2_capture_key);
	list_del_rcu(&tap->list);
	napi_disable(&tap->napi);
	__netif_napi_del(&tap->napi);
	/* Not skb_queue_purge(), because it takes no lock if the queue looks
	 * empty. Whoever takes the lock after tap_dequeue() has found the queue
	 * empty, in capture_queue(), sees that the netdev does not run.
	 */
	local_bh_disable();
	while ((copy = tap_dequeue(tap)))
		kfree_skb(copy);
	local_bh_enable();
}

static int __net_init capture_net_init(struct net *net)
{
	struct capture_net *shows = net_generic(net, capture_net_id);

	INIT_LIST_HEAD(&shows->taps);
	return 0;
}

static struct pernet_operations capture_net_ops = {
	.init	= capture_net_init,
	.id	= &capture_net_id,
	.size	= sizeof(struct capture_net),
};

/**
 * ov2_capture_register() - give each namespace a list of monitors
 *
 * Context: Process context, sleeps. Before the first monitor is made.
 * Return: 0 or a negative errno.
 */
int ov2_capture_register(void)
{
	return register_pernet_subsys(&capture_net_ops);
}

/**
 * ov2_capture_unregister() - undo ov2_capture_register()
 *
 * Context: Process context, sleeps. No monitor is left, and so no CPU is in
 *   ov2_capture(): the core has waited for a grace period after the last
 *   monitor had gone down.
 */
void ov2_capture_unregister(void)
{
	unregister_pernet_subsys(&capture_net_ops);
}
