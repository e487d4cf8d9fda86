// SPDX-License-Identifier: GPL-2.0
/* The SA table: how SAs are found. */
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <net/ipv6.h>

#include "frame.h"
#include "sa.h"
#include "sa_table.h"
#include "../ov2/miniport.h"

static const struct rhashtable_params sa_params = {
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
	atomic_set(&table->udp, 0);
	atomic64_set(&table->version, 0);
	return rhltable_init(&table->sas, &sa_params);
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
	list = rhltable_lookup(&table->sas, &sa->key, sa_params);
	rhl_for_each_entry_rcu(twin, pos, list, node)
		if (ov2_sa_outer_operation(twin) == ov2_sa_outer_operation(sa))
			found = true;
	rcu_read_unlock();
	return found;
}

/**
 * ov2_sa_table_insert() - insert an SA into the table
 * @table: the table
 * @sa: the SA. It is not live, and nothing uses it yet
 * @allow_twin: insert @sa even if the table has another SA with the SPI,
 *	destination, protocol and direction of @sa. That SA may be live, or may
 *	have no keys yet (ipsecov2.rst Q15)
 *
 * Context: Any context.
 * Return: 0; -EEXIST if there is a twin and @allow_twin is false; another
 * negative errno if there is no memory.
 */
int ov2_sa_table_insert(struct ov2_sa_table *table, struct ov2_sa *sa,
			bool allow_twin)
{
	int err = -EEXIST;

	spin_lock_bh(&table->lock);
	if (allow_twin || !table_has_twin(table, sa))
		err = rhltable_insert(&table->sas, &sa->node, sa_params);
	if (!err && sa->udp_esp)
		atomic_inc(&table->udp);
	spin_unlock_bh(&table->lock);
	return err;
}

/**
 * ov2_sa_table_publish() - let everybody find an SA
 * @table: the table
 * @sa: the SA, inserted and keyed
 *
 * Context: Any context, once for each SA.
 */
void ov2_sa_table_publish(struct ov2_sa_table *table, struct ov2_sa *sa)
{
	/* Pairs with sa_is_live(): an SA that is live is complete. */
	smp_store_release(&sa->live, true);
	ov2_sa_table_changed(table);
}

/**
 * ov2_sa_table_remove() - take an SA out, so that nothing finds it any more
 * @table: the table
 * @sa: the SA, inserted; the caller calls ov2_sa_retire() next
 *
 * Context: Any context, once for each SA.
 */
void ov2_sa_table_remove(struct ov2_sa_table *table, struct ov2_sa *sa)
{
	WRITE_ONCE(sa->live, false);
	rhltable_remove(&table->sas, &sa->node, sa_params);
	if (sa->udp_esp)
		atomic_dec(&table->udp);
	ov2_sa_table_changed(table);
}

/**
 * ov2_sa_table_changed() - raise the version, because earlier look-ups may be
 *	wrong now
 * @table: the table; the change itself is done
 *
 * Context: Any context.
 */
void ov2_sa_table_changed(struct ov2_sa_table *table)
{
	/* Pairs with ov2_sa_table_version(). */
	atomic64_inc_return_release(&table->version);
}

/**
 * ov2_sa_table_has_udp() - is there an SA for ESP in UDP?
 * @table: the table
 *
 * Context: Any context.
 * Return: true if so. Otherwise no UDP packet is ESP.
 */
bool ov2_sa_table_has_udp(const struct ov2_sa_table *table)
{
	return atomic_read(&table->udp);
}

static bool sa_is_live(const struct ov2_sa *sa)
{
	/* Pairs with ov2_sa_table_publish(). */
	return smp_load_acquire(&sa->live);
}

/**
 * ov2_sa_find() - the live SA that a handle names
 * @ad: the card
 * @handle: any value
 *
 * Context: Any context, in an RCU read side. Disabled BH are enough.
 * Return: the SA, or NULL if @handle names no live SA of @ad.
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
 * ov2_sa_find_outbound() - the SA that a record of a send names
 * @ad: the card
 * @handle: slot 1 or slot 11
 *
 * Context: Any context, in an RCU read side. Disabled BH are enough.
 * Return: the SA, or NULL if @handle names no live outbound SA of @ad.
 */
struct ov2_sa *ov2_sa_find_outbound(struct ov2_adapter *ad,
				    unsigned long handle)
{
	struct ov2_sa *sa = ov2_sa_find(ad, handle);

	return sa && !sa->key.inbound ? sa : NULL;
}

/* One form of UDP-ESP stands in the inner packet of a tunnel. The other forms
 * stand in the outermost packet (ipsecov2.rst 2.9).
 */
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

/* Called only if sa_is_of_protocol() is false. Does the frame have the SPI of
 * the SA, but the other IPsec protocol? Then the engine reports
 * CRYPTO_INVALID_PROTOCOL. A UDP packet never clashes, because it is ESP only
 * if there is an SA for it. ESP without UDP does not clash with an SA for ESP
 * in UDP, because both have the same protocol.
 */
static bool sa_clashes(const struct ov2_sa *sa, const struct ov2_frame *frame)
{
	if (frame->kind == OV2_FRAME_AH)
		return true;
	return frame->kind == OV2_FRAME_ESP &&
	       ov2_sa_outer_operation(sa) == OV2_OPERATION_AH;
}

/* Returns 2 if the SA fits, 1 if only its protocol differs, else 0. */
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

/* If several SAs fit equally, the oldest of them is returned. When xfrm updates
 * a state, it adds a younger twin and then deletes this twin. Frames stay with
 * the older SA, so the twin is never used.
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

	list = rhltable_lookup(&table->sas, key, sa_params);
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
 * ov2_sa_find_inbound() - the SA that a received frame belongs to
 * @table: the table
 * @frame: the frame, of kind ESP, UDP_ESP or AH
 *
 * AH and ESP may share an SPI: the SA of the frame's protocol is preferred. An
 * SA whose destination is "any" is found only if no SA with the frame's
 * destination fits.
 *
 * Context: Any context, in an RCU read side. Disabled BH are enough.
 * Return: the SA, or NULL. The SA and the frame may be of different protocols.
 */
struct ov2_sa *ov2_sa_find_inbound(struct ov2_sa_table *table,
				   const struct ov2_frame *frame)
{
	struct ov2_sa_key key = {
		.spi = frame->spi,
		.ipv6 = frame->ipv6,
		.inbound = true,
		.dst = frame->dst,
	};
	struct ov2_sa *sa;

	RCU_LOCKDEP_WARN(!rcu_read_lock_any_held(), "the SA may be freed");
	/* With BH disabled the SA cannot be freed, but rhltable_lookup() wants
	 * rcu_read_lock(), too.
	 */
	rcu_read_lock();
	sa = table_find(table, &key, frame);
	if (!sa) {
		key.dst = in6addr_any;
		sa = table_find(table, &key, frame);
	}
	rcu_read_unlock();
	return sa;
}
