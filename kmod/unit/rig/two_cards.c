// SPDX-License-Identifier: GPL-2.0
/*
 * Two real cards with a cable between them, in init_net. The engine of each
 * card holds the NBLs that it gets, and only the test polls the receiver. So a
 * frame makes a step only when the test wants it.
 */
#include <linux/delay.h>
#include <linux/etherdevice.h>
#include <linux/rtnetlink.h>

#include "../../port/device.h"
#include "../../port/line.h"
#include "two_cards.h"

/* Too small for IPv6, which would send frames of its own */
#define CABLE_MTU	1000

/* A long time, because the machine may be busy */
#define CABLE_PATIENCE	(10 * HZ)

static void card_end(void *data)
{
	struct ov2_port *port = data;

	rtnl_lock();
	unregister_netdevice(port->ad.dev);
	rtnl_unlock();
}

static struct ov2_port *card_new(struct kunit *test, unsigned int tx_queues,
				 unsigned int rx_queues)
{
	struct net_device *dev;
	struct ov2_port *port;
	int err;

	dev = alloc_netdev_mqs(sizeof(struct ov2_port), "ov2unit%d",
			       NET_NAME_ENUM, ov2_port_setup, tx_queues,
			       rx_queues);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	port = netdev_priv(dev);
	port->ad.miniport = &ov2_hold_miniport;
	dev->mtu = CABLE_MTU;
	eth_hw_addr_random(dev);
	netif_carrier_off(dev);
	rtnl_lock();
	err = register_netdevice(dev);
	rtnl_unlock();
	if (err)
		free_netdev(dev);
	KUNIT_ASSERT_EQ(test, err, 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, card_end, port),
			0);
	return port;
}

/* Mark the NAPI of each queue as scheduled, but put it on no list, so that only
 * the test polls it. If other code schedules such a NAPI, this only sets
 * NAPI_STATE_MISSED.
 */
static void take_napi(struct ov2_cards *cards, struct ov2_port *port)
{
	u16 index;

	for (index = 0; index < port->ad.rx_queues; index++)
		KUNIT_ASSERT_TRUE(cards->test,
				  napi_schedule_prep(&port->rxqs[index].napi));
	cards->core_polls = false;
}

/* Waits until no call to the CPU of a queue is under way. Such a call clears
 * ov2_rxq.called. Then it sets NAPI_STATE_MISSED on a NAPI that take_napi() has
 * marked. So a call may still run when the loop ends. If it runs on another
 * CPU, it ends before kick_all_cpus_sync() returns. A call on this CPU has
 * ended when this task runs.
 */
static void wait_for_calls(const struct ov2_port *port)
{
	u16 index;

	for (index = 0; index < port->ad.rx_queues; index++)
		while (atomic_read_acquire(&port->rxqs[index].called))
			usleep_range(20, 200);
	kick_all_cpus_sync();
}

static void give_napi(struct ov2_port *port)
{
	struct napi_struct *napi;
	u16 index;

	wait_for_calls(port);
	local_bh_disable();
	for (index = 0; index < port->ad.rx_queues; index++) {
		napi = &port->rxqs[index].napi;
		clear_bit(NAPI_STATE_MISSED, &napi->state);
		napi_complete_done(napi, 0);
	}
	local_bh_enable();
}

/**
 * ov2_cards_up() - open a card
 * @cards: the two cards
 * @port: one of them
 */
void ov2_cards_up(struct ov2_cards *cards, struct ov2_port *port)
{
	int err;

	rtnl_lock();
	err = dev_open(port->ad.dev, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(cards->test, err, 0);
	if (port == cards->b)
		take_napi(cards, port);
}

/**
 * ov2_cards_down() - stop a card
 * @cards: the two cards
 * @port: one of them
 */
void ov2_cards_down(struct ov2_cards *cards, struct ov2_port *port)
{
	if (port == cards->b && netif_running(port->ad.dev) &&
	    !cards->core_polls)
		give_napi(port);
	rtnl_lock();
	dev_close(port->ad.dev);
	rtnl_unlock();
}

/* Notes the number of a frame that came up, its queue, whether the frame came
 * up before the end of the poll, and whether it still shared its head.
 */
static int cable_tap(struct sk_buff *skb, struct net_device *dev,
		     struct packet_type *tap, struct net_device *orig_dev)
{
	struct ov2_cards *cards = container_of(tap, struct ov2_cards, tap);
	void (*on_up)(struct ov2_cards *cards);
	__be32 number;

	spin_lock_bh(&cards->lock);
	if (!skb_copy_bits(skb, 0, &number, sizeof(number)) &&
	    cards->num_up < OV2_CARDS_UP_MAX)
		cards->up[cards->num_up++] = be32_to_cpu(number);
	if (skb_rx_queue_recorded(skb)) {
		cards->up_queue = skb_get_rx_queue(skb);
		/* The poll counts its frames, and sets up_frames to 0, before
		 * GRO brings up the frames that it still holds.
		 */
		if (cards->b->rxqs[cards->up_queue].up_frames)
			cards->num_at_once++;
	}
	if (skb_cloned(skb))
		cards->num_shared++;
	on_up = cards->on_up;
	cards->on_up = NULL;
	spin_unlock_bh(&cards->lock);
	kfree_skb(skb);
	if (on_up)
		on_up(cards);
	return NET_RX_SUCCESS;
}

static void cable_end(void *data)
{
	struct ov2_cards *cards = data;

	ov2_cards_down(cards, cards->b);
	ov2_cards_down(cards, cards->a);
	dev_remove_pack(&cards->tap);
	ov2_handle_free(&cards->hdl);
	synchronize_rcu();
}

static void cable_add_state(struct ov2_cards *cards)
{
	/* The test owns the memory of the state. So the reference count must
	 * never fall to 0, because this would free the state.
	 */
	refcount_set(&cards->x.refcnt, 1000000);
	cards->assoc.icv_len = 16;
	RCU_INIT_POINTER(cards->assoc.x, &cards->x);
	KUNIT_ASSERT_EQ(cards->test, 0,
			ov2_handle_alloc(&cards->hdl, &cards->a->ad.handles,
					 &cards->assoc));
	cards->assoc.handle = cards->hdl.value;
	cards->x.xso.offload_handle = cards->hdl.value;
}

/**
 * ov2_cards_new() - make two cards that are up
 * @test: the test; the cards end when the test ends
 * @tx_queues: queues of the sender
 * @rx_queues: queues of the receiver
 *
 * Context: Process context. Asserts that all goes well.
 * Return: the two cards.
 */
struct ov2_cards *ov2_cards_new(struct kunit *test, unsigned int tx_queues,
				unsigned int rx_queues)
{
	struct ov2_cards *cards;
	int err;

	cards = kunit_kzalloc(test, sizeof(*cards), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cards);
	cards->test = test;
	spin_lock_init(&cards->lock);
	cards->a = card_new(test, tx_queues, 1);
	cards->b = card_new(test, 1, rx_queues);
	rtnl_lock();
	err = cards->a->line->plug(cards->a, cards->b->ad.dev, NULL);
	rtnl_unlock();
	KUNIT_ASSERT_EQ(test, err, 0);
	cable_add_state(cards);
	cards->tap.type = htons(OV2_CARDS_ETHERTYPE);
	cards->tap.dev = cards->b->ad.dev;
	cards->tap.func = cable_tap;
	dev_add_pack(&cards->tap);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, cable_end, cards),
			0);
	ov2_cards_up(cards, cards->a);
	ov2_cards_up(cards, cards->b);
	return cards;
}

/**
 * ov2_cards_skb() - a frame to the receiver
 * @cards: the two cards
 *
 * Return: the frame, as ndo_start_xmit gets it. It has the next number.
 */
struct sk_buff *ov2_cards_skb(struct ov2_cards *cards)
{
	struct sk_buff *skb = alloc_skb(ETH_HLEN + OV2_CARDS_BODY, GFP_KERNEL);
	struct ethhdr *eth;

	KUNIT_ASSERT_NOT_NULL(cards->test, skb);
	eth = skb_put_zero(skb, sizeof(*eth));
	ether_addr_copy(eth->h_dest, cards->b->ad.dev->dev_addr);
	ether_addr_copy(eth->h_source, cards->a->ad.dev->dev_addr);
	eth->h_proto = htons(OV2_CARDS_ETHERTYPE);
	*(__be32 *)skb_put_zero(skb, OV2_CARDS_BODY) =
		cpu_to_be32(cards->serial++);
	skb->dev = cards->a->ad.dev;
	skb->protocol = eth->h_proto;
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	/* As if an IPv4 header was behind the Ethernet header */
	skb_set_transport_header(skb, ETH_HLEN + 20);
	return skb;
}

/**
 * ov2_cards_xmit_more() - ndo_start_xmit of the sender
 * @cards: the two cards
 * @skb: the frame; taken
 * @queue: the queue
 * @more: say that more frames follow
 */
void ov2_cards_xmit_more(struct ov2_cards *cards, struct sk_buff *skb,
			 u16 queue, bool more)
{
	struct net_device *dev = cards->a->ad.dev;
	struct netdev_queue *txq = netdev_get_tx_queue(dev, queue);

	skb_set_queue_mapping(skb, queue);
	local_bh_disable();
	__netif_tx_lock(txq, smp_processor_id());
	KUNIT_EXPECT_EQ(cards->test, netdev_start_xmit(skb, dev, txq, more),
			NETDEV_TX_OK);
	__netif_tx_unlock(txq);
	local_bh_enable();
}

/**
 * ov2_cards_xmit() - ov2_cards_xmit_more() of a burst's last frame
 * @cards: the two cards
 * @skb: the frame; taken
 * @queue: the queue
 */
void ov2_cards_xmit(struct ov2_cards *cards, struct sk_buff *skb, u16 queue)
{
	ov2_cards_xmit_more(cards, skb, queue, false);
}

/**
 * ov2_cards_protect() - make a frame go through the sender's engine
 * @cards: the two cards
 * @skb: the frame. It gets what the core adds for a state in crypto mode
 */
void ov2_cards_protect(struct ov2_cards *cards, struct sk_buff *skb)
{
	struct sec_path *sp = secpath_set(skb);

	KUNIT_ASSERT_NOT_NULL(cards->test, sp);
	xfrm_state_hold(&cards->x);
	sp->xvec[sp->len++] = &cards->x;
	sp->olen++;
	xfrm_offload(skb)->flags = XFRM_XMIT;
	xfrm_offload(skb)->proto = IPPROTO_TCP;
}

/**
 * ov2_cards_send() - send a frame
 * @cards: the two cards
 * @queue: the sender's queue
 * @offload: send the frame through the engine of the sender
 *
 * Return: false if the queue is stopped now.
 */
bool ov2_cards_send(struct ov2_cards *cards, u16 queue, bool offload)
{
	struct sk_buff *skb = ov2_cards_skb(cards);

	if (offload)
		ov2_cards_protect(cards, skb);
	ov2_cards_xmit(cards, skb, queue);
	return !ov2_cards_stopped(cards, queue);
}

/**
 * ov2_cards_send_until_stop() - send as long as the queue takes frames
 * @cards: the two cards
 * @queue: the sender's queue
 * @offload: send the frames through the engine of the sender
 *
 * Return: how many frames were sent; OV2_CARDS_UP_MAX if the queue never stops.
 */
unsigned int ov2_cards_send_until_stop(struct ov2_cards *cards, u16 queue,
				       bool offload)
{
	unsigned int sent = 0;

	if (ov2_cards_stopped(cards, queue))
		return 0;
	while (++sent < OV2_CARDS_UP_MAX)
		if (!ov2_cards_send(cards, queue, offload))
			break;
	return sent;
}

/**
 * ov2_cards_stopped() - is a queue of the sender stopped?
 * @cards: the two cards
 * @queue: the queue
 *
 * Return: true if it is.
 */
bool ov2_cards_stopped(const struct ov2_cards *cards, u16 queue)
{
	return netif_tx_queue_stopped(netdev_get_tx_queue(cards->a->ad.dev,
							  queue));
}

/**
 * ov2_cards_poll() - poll a queue of the receiver, which is up
 * @cards: the two cards
 * @queue: the queue
 * @budget: the budget
 *
 * Return: what the poll function returns.
 */
int ov2_cards_poll(struct ov2_cards *cards, u16 queue, int budget)
{
	struct napi_struct *napi = &cards->b->rxqs[queue].napi;
	int work;

	wait_for_calls(cards->b);
	local_bh_disable();
	clear_bit(NAPI_STATE_MISSED, &napi->state);
	work = napi->poll(napi, budget);
	if (work < budget)
		KUNIT_EXPECT_TRUE_MSG(cards->test, napi_schedule_prep(napi),
				      "the poll did not complete its NAPI");
	local_bh_enable();
	return work;
}

/**
 * ov2_cards_poll_all() - poll a queue of the receiver until it has no more work
 * @cards: the two cards
 * @queue: the receiver's queue
 */
void ov2_cards_poll_all(struct ov2_cards *cards, u16 queue)
{
	unsigned int polls;

	for (polls = 0; polls < OV2_CARDS_UP_MAX; polls++)
		if (ov2_cards_poll(cards, queue, OV2_CARDS_BUDGET) <
		    OV2_CARDS_BUDGET)
			return;
	KUNIT_FAIL(cards->test, "queue %u polls for ever", queue);
}

/**
 * ov2_cards_let_core_poll() - the core polls the receiver from now on
 * @cards: the two cards
 *
 * Each queue is scheduled once, so frames that wait on a ring come up.
 *
 * Context: Process context, sleeps.
 */
void ov2_cards_let_core_poll(struct ov2_cards *cards)
{
	u16 index;

	give_napi(cards->b);
	cards->core_polls = true;
	local_bh_disable();
	for (index = 0; index < cards->b->ad.rx_queues; index++)
		napi_schedule(&cards->b->rxqs[index].napi);
	local_bh_enable();
}

/**
 * ov2_cards_wait_up() - wait until frames have come up, and assert it
 * @cards: the two cards; the core polls the receiver
 * @num: how many frames should have come up since the cards were made
 *
 * Context: Process context, sleeps.
 */
void ov2_cards_wait_up(struct ov2_cards *cards, unsigned int num)
{
	unsigned long end = jiffies + CABLE_PATIENCE;

	while (READ_ONCE(cards->num_up) < num && !time_after(jiffies, end))
		usleep_range(1000, 2000);
	KUNIT_ASSERT_EQ(cards->test, READ_ONCE(cards->num_up), num);
}

/**
 * ov2_cards_ring() - how many frames are on a ring?
 * @cards: the two cards
 * @queue: the receiver's queue
 *
 * Return: how many.
 */
unsigned int ov2_cards_ring(const struct ov2_cards *cards, u16 queue)
{
	return skb_queue_len_lockless(&cards->b->rxqs[queue].ring);
}

/**
 * ov2_cards_scheduled() - has the NAPI of a queue been scheduled after the last
 *	call of this function, and after the last poll of the queue?
 * @cards: the two cards
 * @queue: the receiver's queue
 * @expected: true if the NAPI should have been scheduled. Then the function
 *	waits for the interrupt of another CPU, which may be late
 *
 * Context: Process context, sleeps.
 * Return: true if it was.
 */
bool ov2_cards_scheduled(struct ov2_cards *cards, u16 queue, bool expected)
{
	struct napi_struct *napi = &cards->b->rxqs[queue].napi;
	unsigned long end = jiffies + CABLE_PATIENCE;

	wait_for_calls(cards->b);
	/* napi_schedule() sets this bit if the NAPI is already scheduled. */
	while (!test_and_clear_bit(NAPI_STATE_MISSED, &napi->state)) {
		if (!expected || time_after(jiffies, end))
			return false;
		usleep_range(1000, 2000);
	}
	return true;
}

/**
 * ov2_cards_stats() - the statistics of a card
 * @port: the card
 *
 * Return: its statistics.
 */
struct rtnl_link_stats64 ov2_cards_stats(const struct ov2_port *port)
{
	struct rtnl_link_stats64 stats;

	dev_get_stats(port->ad.dev, &stats);
	return stats;
}
