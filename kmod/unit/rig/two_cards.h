/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_TWO_CARDS_H
#define _OV2_TWO_CARDS_H

#include <kunit/test.h>

#include "../../bridge/sa/assoc.h"
#include "../../ov2/handle.h"
#include "../../port/port.h"
#include "../../port/ring.h"
#include "hold_engine.h"

/* A frame of this type has its number behind the Ethernet header, then zeroes.
 */
#define OV2_CARDS_ETHERTYPE	0x88b5
#define OV2_CARDS_BODY		100

/* The budget that softirqs poll with */
#define OV2_CARDS_BUDGET	64

/* Room for the numbers of the frames that came up */
#define OV2_CARDS_UP_MAX	2048

/**
 * struct ov2_cards - two real cards that are plugged together
 * @test: the test
 * @a: sends
 * @b: receives. Only the test polls its queues, see ov2_cards_poll(), until
 *	the test calls ov2_cards_let_core_poll()
 * @serial: number of the next frame
 * @x: a state on @a
 * @assoc: the association of @x
 * @hdl: the handle of @assoc
 * @tap: sees the frames that come up from @b
 * @lock: protects the members from @num_up to @num_shared; taken with BH
 *	disabled
 * @num_up: number of frames that came up
 * @up: the numbers of these frames
 * @up_queue: receive queue of the last frame
 * @num_at_once: number of frames that came up while the card polled. The other
 *	frames waited in GRO until the end of their poll
 * @num_shared: number of frames that came up with a head that they still shared
 *	with the sender
 * @on_up: called once, when the next frame comes up; or NULL. The test sets it
 *	while no frame comes up
 * @spare: a frame that @on_up may send
 * @core_polls: the core polls @b, see ov2_cards_let_core_poll()
 */
struct ov2_cards {
	struct kunit *test;
	struct ov2_port *a;
	struct ov2_port *b;
	u32 serial;
	struct xfrm_state x;
	struct ov2_assoc assoc;
	struct ov2_handle hdl;
	struct packet_type tap;
	spinlock_t lock; /* protects the members from num_up to num_shared */
	unsigned int num_up;
	u32 up[OV2_CARDS_UP_MAX];
	u16 up_queue;
	unsigned int num_at_once;
	unsigned int num_shared;
	void (*on_up)(struct ov2_cards *cards);
	struct sk_buff *spare;
	bool core_polls;
};

struct ov2_cards *ov2_cards_new(struct kunit *test, unsigned int tx_queues,
				unsigned int rx_queues);
void ov2_cards_down(struct ov2_cards *cards, struct ov2_port *port);
void ov2_cards_up(struct ov2_cards *cards, struct ov2_port *port);
struct sk_buff *ov2_cards_skb(struct ov2_cards *cards);
void ov2_cards_xmit_more(struct ov2_cards *cards, struct sk_buff *skb,
			 u16 queue, bool more);
void ov2_cards_xmit(struct ov2_cards *cards, struct sk_buff *skb, u16 queue);
void ov2_cards_protect(struct ov2_cards *cards, struct sk_buff *skb);
bool ov2_cards_send(struct ov2_cards *cards, u16 queue, bool offload);
unsigned int ov2_cards_send_until_stop(struct ov2_cards *cards, u16 queue,
				       bool offload);
bool ov2_cards_stopped(const struct ov2_cards *cards, u16 queue);
int ov2_cards_poll(struct ov2_cards *cards, u16 queue, int budget);
void ov2_cards_poll_all(struct ov2_cards *cards, u16 queue);
void ov2_cards_let_core_poll(struct ov2_cards *cards);
void ov2_cards_wait_up(struct ov2_cards *cards, unsigned int num);
unsigned int ov2_cards_ring(const struct ov2_cards *cards, u16 queue);
bool ov2_cards_scheduled(struct ov2_cards *cards, u16 queue, bool expected);
struct rtnl_link_stats64 ov2_cards_stats(const struct ov2_port *port);

#endif /* _OV2_TWO_CARDS_H */
