/* SPDX-License-Identifier: GPL-2.0 */
/* Aligned columns, of any number of rows. */
#ifndef OV2_TABLE_H
#define OV2_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS	16
#define TABLE_ROWS	256
#define TABLE_ROW	1024	/* bytes */

/**
 * struct table - rows whose columns are aligned
 * @titles: one for each column, NULL behind the last one. The last column may
 *	have any width
 * @right: if bit n is set, column n has numbers, which are aligned to the right
 * @widths: of each column
 * @rows: the first rows. They wait until there are TABLE_ROWS rows or the table
 *	ends, because the widest cell of a column sets its width. Each cell ends
 *	with a 0
 * @count: how many rows wait
 * @used: bytes of the row that is being made
 * @streaming: the first rows were printed, and the widths stay
 */
struct table {
	const char *const *titles;
	unsigned int right;
	size_t widths[TABLE_COLUMNS];
	char rows[TABLE_ROWS][TABLE_ROW];
	unsigned int count;
	size_t used;
	bool streaming;
};

void table_begin(struct table *table, const char *const *titles,
		 unsigned int right);
void table_cell(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void table_row_end(struct table *table);
void table_end(struct table *table);

#endif /* OV2_TABLE_H */
