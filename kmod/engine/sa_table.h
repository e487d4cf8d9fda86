/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_TABLE_H
#define _OV2_SA_TABLE_H

#include <linux/atomic.h>
#include <linux/rhashtable-types.h>
#include <linux/spinlock.h>

struct ov2_adapter;
struct ov2_frame;
struct ov2_sa;

/**
 * struct ov2_sa_table - the SAs of one card
 * @sas: the SAs, with struct ov2_sa_key as key. A key has a list of SAs,
 *	because an update of a state makes a twin for a moment
 * @lock: protects insertion into @sas. It is held from the search for a twin
 *	until the SA is inserted, so that no other CPU inserts a twin meanwhile;
 *	taken with BH disabled. Removal and look-ups need no lock
 * @udp: number of SAs for ESP in UDP
 * @version: rises when an SA goes live or leaves, and when the configuration
 *	changes (sa_memo.c)
 */
struct ov2_sa_table {
	struct rhltable sas;
	spinlock_t lock; /* protects insertion into sas */
	atomic_t udp;
	atomic64_t version;
};

/**
 * ov2_sa_table_version() - a number that rises with each change of the table
 * @table: the table
 *
 * A look-up that begins after this call sees the changes that the number
 * counts.
 *
 * Context: Any context.
 * Return: the number.
 */
static inline s64 ov2_sa_table_version(const struct ov2_sa_table *table)
{
	/* Pairs with ov2_sa_table_changed(). */
	return atomic64_read_acquire(&table->version);
}

int ov2_sa_table_init(struct ov2_sa_table *table);
void ov2_sa_table_exit(struct ov2_sa_table *table);
int ov2_sa_table_insert(struct ov2_sa_table *table, struct ov2_sa *sa,
			bool allow_twin);
void ov2_sa_table_publish(struct ov2_sa_table *table, struct ov2_sa *sa);
void ov2_sa_table_remove(struct ov2_sa_table *table, struct ov2_sa *sa);
void ov2_sa_table_changed(struct ov2_sa_table *table);
struct ov2_sa *ov2_sa_find(struct ov2_adapter *ad, unsigned long handle);
bool ov2_sa_table_has_udp(const struct ov2_sa_table *table);
struct ov2_sa *ov2_sa_find_outbound(struct ov2_adapter *ad,
				    unsigned long handle);
struct ov2_sa *ov2_sa_find_inbound(struct ov2_sa_table *table,
				   const struct ov2_frame *frame);

#endif /* _OV2_SA_TABLE_H */
