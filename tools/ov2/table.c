// SPDX-License-Identifier: GPL-2.0
/* Aligned columns. The first TABLE_ROWS rows set the widths. Each later row is
 * printed without waiting for the next rows.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "color.h"
#include "table.h"
#include "text.h"

static unsigned int table_columns(const struct table *table)
{
	unsigned int n = 0;

	while (n < TABLE_COLUMNS && table->titles[n])
		n++;
	return n;
}

void table_begin(struct table *table, const char *const *titles,
		 unsigned int right)
{
	unsigned int n;

	memset(table, 0, sizeof(*table));
	table->titles = titles;
	table->right = right;
	for (n = 0; n < table_columns(table); n++)
		table->widths[n] = strlen(titles[n]);
}

static void table_print(const struct table *table, unsigned int n,
			const char *cell)
{
	int width = table->widths[n];

	if (table->right & 1U << n)
		printf("%*s", width, cell);
	else if (n + 1 < table_columns(table))
		printf("%-*s", width, cell);
	else
		fputs(cell, stdout);
}

static void table_print_row(const struct table *table, const char *row)
{
	unsigned int n;

	for (n = 0; n < table_columns(table); n++) {
		if (n)
			fputs("  ", stdout);
		table_print(table, n, row);
		row += strlen(row) + 1;
	}
	putchar('\n');
}

static void table_print_titles(const struct table *table)
{
	unsigned int n;

	color(COLOR_TITLE);
	for (n = 0; n < table_columns(table); n++) {
		if (n)
			fputs("  ", stdout);
		table_print(table, n, table->titles[n]);
	}
	color(COLOR_END);
	putchar('\n');
}

/* Add a cell to the row. */
void table_cell(struct table *table, const char *format, ...)
{
	char *cell = table->rows[table->count] + table->used;
	size_t room = TABLE_ROW - table->used;
	va_list arguments;

	if (room < 2)
		return;
	va_start(arguments, format);
	vsnprintf(cell, room - 1, format, arguments);
	va_end(arguments);
	text_clean(cell);
	table->used += strlen(cell) + 1;
}

static void table_flush(struct table *table)
{
	unsigned int i;

	if (!table->streaming && table->count)
		table_print_titles(table);
	for (i = 0; i < table->count; i++)
		table_print_row(table, table->rows[i]);
	table->count = 0;
	table->streaming = true;
}

static void table_widen(struct table *table)
{
	const char *cell = table->rows[table->count];
	unsigned int n;

	for (n = 0; n < table_columns(table); n++) {
		size_t width = strlen(cell);

		if (width > table->widths[n])
			table->widths[n] = width;
		cell += width + 1;
	}
}

/* End the row, which has all its cells now. */
void table_row_end(struct table *table)
{
	memset(table->rows[table->count] + table->used, 0,
	       TABLE_ROW - table->used);
	table->used = 0;
	if (table->streaming) {
		table_print_row(table, table->rows[0]);
		return;
	}
	table_widen(table);
	table->count++;
	if (table->count == TABLE_ROWS)
		table_flush(table);
}

/* End the table. If the table has no row, its titles are not printed. */
void table_end(struct table *table)
{
	table_flush(table);
}
