// SPDX-License-Identifier: GPL-2.0
/* The SA table: how SAs are found. */
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <net/ipv6.h>

#include "frame.h"
#include "sa.h"
#include "sa_table.h"
#include "../ov2/miniport.h"

static const struct rhashtable_params table_params = {
	.key_len = sizeof(struct ov2_sa_key),
	.key_offset = offsetof(struct ov2_sa, key),
	.head_offset = offsetof(struct ov2_sa, node),
	.automatic_shrinking = true,
};

/**
 * ov2_sa_table_init() - make the table, empty
 * @table: the table
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int ov2_sa_table_init(struct ov2_sa_table *table)
{
	spin_lock_init(&table->lock);
	return rhltable_init(&table->sas, &table_params);
}

/**
 * ov2_sa_table_exit() - free the table
 * @table: the table, without SAs and without look-ups
 *
 * Context: Process context.
 */
void ov2_sa_table_exit(struct ov2_sa_table *table)
{
	rhltable_destroy(&table->sas);
}

static bool table_has_twin(struct ov2_sa_table *table,
			   const struct ov2_sa *sa)
{
	struct rhlist_head *list;
	const struct ov2_sa *twin;
	struct rhlist_head *pos;
	bool found = false;

	lockdep_assert_held(&table->lock);
	rcu_read_lock();
	list = rhltable_lookup(&table->sas, &sa->key, table_params);
	rhl_for_each_entry_rcu(twin, pos, list, node)
		if (ov2_sa_outer_operation(twin) == ov2_sa_outer_operation(sa))
			found = true;
	rcu_read_unlock();
	return found;
}

/**
 * ov2_sa_table_insert() - give an SA its place, though nothing uses it yet
 * @table: the table
 * @sa: the SA, not live
 * @allow_twin: one with its SPI, destination, protocol and direction may be
 *	there, be it live or on its way (ipsecov2.rst Q15)
 *
 * Context: Any context.
 * Return: 0, -EEXIST, or another negative errno without memory.
 */
int ov2_sa_table_insert(struct ov2_sa_table *table, struct ov2_sa *sa,
			bool allow_twin)
{
	int err = -EEXIST;

	spin_lock_bh(&table->lock);
	if (allow_twin || !table_has_twin(table, sa))
		err = rhltable_insert(&table->sas, &sa->node, table_params);
	spin_unlock_bh(&table->lock);
	return err;
}

/**
 * ov2_sa_table_remove() - nothing new finds the SA from now on
 * @table: the table
 * @sa: the SA, inserted; its table's reference stays the caller's to put
 *
 * Context: Any context, once for each SA.
 */
void ov2_sa_table_remove(struct ov2_sa_table *table, struct ov2_sa *sa)
{
	WRITE_ONCE(sa->live, false);
	rhltable_remove(&table->sas, &sa->node, table_params);
}

static bool sa_is_live(const struct ov2_sa *sa)
{
	/* Pairs with sa_publish(): what is live is complete. */
	return smp_load_acquire(&sa->live);
}

/**
 * ov2_sa_find() - the live SA that a handle names
 * @ad: the card
 * @handle: any value
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: it, or NULL.
 */
struct ov2_sa *ov2_sa_find(struct ov2_adapter *ad, unsigned long handle)
{
	struct ov2_handle *hdl = ov2_handle_find(&ad->handles, handle);
	struct ov2_sa *sa;

	if (!hdl)
		return NULL;
	sa = container_of(hdl, struct ov2_sa, hdl);
	return sa_is_live(sa) ? sa : NULL;
}

/**
 * ov2_sa_get_outbound() - the SA that a transmit record names
 * @ad: the card
 * @handle: slot 1
 *
 * Context: Any context.
 * Return: a reference, or NULL if @handle names no live outbound SA of @ad.
 */
struct ov2_sa *ov2_sa_get_outbound(struct ov2_adapter *ad,
				   unsigned long handle)
{
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = ov2_sa_find(ad, handle);
	if (sa && (sa->key.inbound || !refcount_inc_not_zero(&sa->ref)))
		sa = NULL;
	rcu_read_unlock();
	return sa;
}

/* UDP around the outermost ESP, or inside a tunnel (ipsecov2.rst 2.9) */
static bool sa_takes_udp(const struct ov2_sa *sa,
			 const struct ov2_frame *frame)
{
	u32 inside = OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL;

	return sa->udp_esp & (frame->inner ? inside : ~inside) &&
	       (!sa->udp_dport || sa->udp_dport == frame->udp_dport);
}

static bool sa_is_of_protocol(const struct ov2_sa *sa,
			      const struct ov2_frame *frame)
{
	if (frame->kind == OV2_FRAME_AH)
		return ov2_sa_outer_operation(sa) == OV2_OPERATION_AH;
	if (ov2_sa_outer_operation(sa) != OV2_OPERATION_ESP)
		return false;
	if (frame->kind == OV2_FRAME_UDP_ESP)
		return sa_takes_udp(sa, frame);
	return !sa->udp_esp;
}

/* IPsec for sure, of the SA's SPI, but of the other protocol: that is told
 * (CRYPTO_INVALID_PROTOCOL). UDP is ESP only if an SA says so, and ESP with
 * and without UDP is one protocol.
 */
static bool sa_clashes(const struct ov2_sa *sa, const struct ov2_frame *frame)
{
	if (frame->kind == OV2_FRAME_AH)
		return true;
	return frame->kind == OV2_FRAME_ESP &&
	       ov2_sa_outer_operation(sa) == OV2_OPERATION_AH;
}

/* 0 = not at all */
static int sa_fitness(const struct ov2_sa *sa, const struct ov2_frame *frame)
{
	if (!sa_is_live(sa))
		return 0;
	if (!ipv6_addr_any(&sa->src) && !ipv6_addr_equal(&sa->src, &frame->src))
		return 0;
	if (sa_is_of_protocol(sa, frame))
		return 2;
	return sa_clashes(sa, frame) ? 1 : 0;
}

/* Of SAs that fit equally the oldest one wins. An update makes the younger of
 * two live twins, which goes away unused.
 */
static struct ov2_sa *table_find(struct ov2_sa_table *table,
				 const struct ov2_sa_key *key,
				 const struct ov2_frame *frame)
{
	struct ov2_sa *best = NULL;
	struct rhlist_head *list;
	struct rhlist_head *pos;
	struct ov2_sa *sa;
	int best_fit = 0;
	int fit;

	list = rhltable_lookup(&table->sas, key, table_params);
	rhl_for_each_entry_rcu(sa, pos, list, node) {
		fit = sa_fitness(sa, frame);
		if (fit > best_fit ||
		    (fit && fit == best_fit && sa->serial < best->serial)) {
			best = sa;
			best_fit = fit;
		}
	}
	return best;
}

/**
 * ov2_sa_get_inbound() - the SA that a received frame belongs to
 * @table: the table
 * @frame: the frame, of kind ESP, UDP_ESP or AH
 *
 * AH and ESP may share an SPI: the SA of the frame's protocol is preferred. One
 * with a wildcard destination is found only where none has the frame's own.
 *
 * Context: Any context.
 * Return: a reference, or NULL. Its outer protocol may not be the frame's.
 */
struct ov2_sa *ov2_sa_get_inbound(struct ov2_sa_table *table,
				  const struct ov2_frame *frame)
{
	struct ov2_sa_key key = {
		.spi = frame->spi,
		.ipv6 = frame->ipv6,
		.inbound = true,
		.dst = frame->dst,
	};
	struct ov2_sa *sa;

	rcu_read_lock();
	sa = table_find(table, &key, frame);
	if (!sa) {
		key.dst = in6addr_any;
		sa = table_find(table, &key, frame);
	}
	if (sa && !refcount_inc_not_zero(&sa->ref))
		sa = NULL;
	rcu_read_unlock();
	return sa;
}
