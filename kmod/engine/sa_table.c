// SPDX-License-Identifier: GPL-2.0
/* The SA table: how SAs are found. */
#include <linux/rcupdate.h>
#include <net/ipv6.h>

#include "frame.h"
#include "sa.h"

static const struct rhashtable_params inbound_params = {
	.key_len = sizeof(struct ov2_sa_key),
	.key_offset = offsetof(struct ov2_sa, key),
	.head_offset = offsetof(struct ov2_sa, node),
	.automatic_shrinking = true,
};

/**
 * ov2_sa_table_init() - make the table, empty
 * @engine: the engine
 *
 * Process context.
 *
 * Return: 0 or a negative errno.
 */
int ov2_sa_table_init(struct ov2_engine *engine)
{
	init_waitqueue_head(&engine->idle);
	return rhltable_init(&engine->inbound, &inbound_params);
}

/**
 * ov2_sa_table_exit() - sleep until the last SA is freed, then free the table
 * @engine: the engine; every SA was deleted, no request can come
 *
 * Process context.
 */
void ov2_sa_table_exit(struct ov2_engine *engine)
{
	wait_event(engine->idle, !atomic_read(&engine->objects));
	/* Whoever made it zero may still be about to wake us. */
	flush_workqueue(ov2_engine_wq);
	rhltable_destroy(&engine->inbound);
}

/**
 * ov2_sa_table_insert() - give an SA its handle, and have it found
 * @sa: the SA, keyed
 * @transport: ov2_handle.transport
 *
 * Process context.
 *
 * Return: 0 or a negative errno.
 */
int ov2_sa_table_insert(struct ov2_sa *sa, void *transport)
{
	int err;

	err = ov2_handle_alloc(&sa->hdl, sa->engine->ad, transport);
	if (err || !sa->inbound)
		return err;

	err = rhltable_insert(&sa->engine->inbound, &sa->node, inbound_params);
	if (err)
		ov2_handle_free(&sa->hdl);
	return err;
}

/**
 * ov2_sa_table_remove() - nothing new finds the SA from now on
 * @sa: the SA; its table's reference stays the caller's to put
 *
 * Any context, once for each SA.
 */
void ov2_sa_table_remove(struct ov2_sa *sa)
{
	WRITE_ONCE(sa->dead, true);
	ov2_handle_free(&sa->hdl);
	if (sa->inbound)
		rhltable_remove(&sa->engine->inbound, &sa->node,
				inbound_params);
}

/**
 * ov2_sa_find() - the live SA that a handle names
 * @ad: the card
 * @handle: any value
 *
 * Under rcu_read_lock(), any context.
 *
 * Return: it, or NULL.
 */
struct ov2_sa *ov2_sa_find(struct ov2_adapter *ad, unsigned long handle)
{
	struct ov2_handle *hdl = ov2_handle_find(ad, handle);

	return hdl ? container_of(hdl, struct ov2_sa, hdl) : NULL;
}

/**
 * ov2_sa_get_outbound() - the SA that a transmit record names
 * @ad: the card
 * @handle: slot 1
 *
 * Any context.
 *
 * Return: a reference, or NULL if @handle names no live outbound SA of @ad.
 */
struct ov2_sa *ov2_sa_get_outbound(struct ov2_adapter *ad,
				   unsigned long handle)
{
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(ad, handle);
	if (sa && (sa->inbound || READ_ONCE(sa->dead) ||
		   !refcount_inc_not_zero(&sa->ref)))
		sa = NULL;
	rcu_read_unlock();
	return sa;
}

static bool sa_has_ah(const struct ov2_sa *sa)
{
	return sa->member[sa->members - 1].operation == OV2_OPERATION_AH;
}

/* UDP around the outermost ESP, or inside a tunnel (2.9) */
static bool sa_takes_udp(const struct ov2_sa *sa,
			 const struct ov2_frame *frame)
{
	u32 inside = OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL;

	return sa->udp_esp & (frame->inner ? inside : ~inside) &&
	       (!sa->udp_dport || sa->udp_dport == frame->udp_dport);
}

static bool sa_matches(const struct ov2_sa *sa, const struct ov2_frame *frame)
{
	if (READ_ONCE(sa->dead))
		return false;
	if (!ipv6_addr_any(&sa->src) && !ipv6_addr_equal(&sa->src, &frame->src))
		return false;
	/* AH with an ESP SA or the reverse: the SA is found, to name the clash */
	if (frame->kind == OV2_FRAME_AH)
		return true;
	if (frame->kind == OV2_FRAME_UDP_ESP)
		return sa_takes_udp(sa, frame);
	return !sa->udp_esp;
}

/* An SA whose outermost header is the frame's comes first, then the older. */
static bool sa_is_better(const struct ov2_sa *sa, const struct ov2_sa *best,
			 const struct ov2_frame *frame)
{
	bool ah = frame->kind == OV2_FRAME_AH;

	if (!best || sa_has_ah(sa) != sa_has_ah(best))
		return !best || sa_has_ah(sa) == ah;
	return sa->serial < best->serial;
}

/**
 * ov2_sa_get_inbound() - the SA that a received frame belongs to
 * @engine: the engine
 * @frame: the frame, of kind ESP, UDP_ESP or AH
 *
 * Any context. AH and ESP may share an SPI: the SA of the frame's protocol is
 * preferred. Of live twins the oldest one wins: the other one is that of an
 * update, and goes away unused.
 *
 * Return: a reference, or NULL.
 */
struct ov2_sa *ov2_sa_get_inbound(struct ov2_engine *engine,
				  const struct ov2_frame *frame)
{
	const struct ov2_sa_key key = {
		.spi = frame->spi,
		.ipv6 = frame->ipv6,
		.dst = frame->dst,
	};
	struct ov2_sa *best = NULL;
	struct rhlist_head *list;
	struct rhlist_head *pos;
	struct ov2_sa *sa;

	rcu_read_lock();
	list = rhltable_lookup(&engine->inbound, &key, inbound_params);
	rhl_for_each_entry_rcu(sa, pos, list, node)
		if (sa_matches(sa, frame) && sa_is_better(sa, best, frame))
			best = sa;
	if (best && !refcount_inc_not_zero(&best->ref))
		best = NULL;
	rcu_read_unlock();
	return best;
}
