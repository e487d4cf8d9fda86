/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RING_H
#define _OV2_RING_H

#include <linux/minmax.h>
#include <linux/skbuff.h>
#include <linux/types.h>

struct ov2_port;
struct ov2_rxq;

/* Frames that may wait for a receive queue before its senders stop, unless the
 * user sets another number (sizes.c). A large packet counts as many frames as
 * it has segments, because 512 frames of 64 KiB would hold 32 MiB for each
 * queue. With an MTU of 1500, 512 segments are 750 KiB, about as much as BQL
 * lets a queue of a fast NIC hold.
 */
#define OV2_RING_FRAMES		512

/* The smallest and the largest size that a user may set. A smaller ring would
 * be full after each large packet of 64 KiB. A larger ring would only make
 * frames wait longer.
 */
#define OV2_RING_FRAMES_MIN	64
#define OV2_RING_FRAMES_MAX	8192

/* Segments that a send queue may send before it looks at the room of its line
 * again.
 */
#define OV2_RING_BURST		64

/* The engine may hold this many frames of one receive queue. Without a limit,
 * an engine with an asynchronous cipher would take every frame off the ring,
 * even if the cipher is slow. The ring would never be full, and nothing would
 * stop the sender.
 */
#define OV2_RX_HELD_MAX		256

/* The receiving end */
void ov2_ring_open(struct ov2_rxq *rxq);
void ov2_ring_close(struct ov2_rxq *rxq);
bool ov2_ring_put(struct ov2_rxq *rxq, struct sk_buff_head *frames);
int ov2_ring_take(struct ov2_rxq *rxq, int budget, struct sk_buff_head *frames);
bool ov2_ring_may_take(const struct ov2_rxq *rxq);
void ov2_ring_drain(struct ov2_rxq *rxq, struct sk_buff_head *frames);

/* The sending end */
int ov2_ring_room(const struct ov2_port *port, u16 queue,
		  const struct ov2_rxq *rxq);
void ov2_ring_sent(struct ov2_port *port, u16 queue, u16 frames);
void ov2_ring_completed(struct ov2_port *port, u16 queue, u16 frames);
void ov2_ring_maybe_stop(struct ov2_port *port, u16 queue);
void ov2_ring_wake(struct ov2_port *port, u16 queue);
void ov2_ring_wake_all(struct ov2_port *port);
void ov2_ring_start_all(struct ov2_port *port);
void ov2_ring_hold(struct ov2_port *port, u16 first, u16 end);
void ov2_ring_release(struct ov2_port *port, u16 first, u16 end);

/**
 * ov2_ring_segments() - the number of frames that a packet counts as
 * @skb: the packet
 *
 * Context: Any context.
 * Return: the number of its segments if it is a large packet, else 1.
 */
static inline unsigned int ov2_ring_segments(const struct sk_buff *skb)
{
	return max_t(unsigned int, skb_shinfo(skb)->gso_segs, 1);
}

#endif /* _OV2_RING_H */
