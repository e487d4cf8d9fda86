/* SPDX-License-Identifier: GPL-2.0 */
/* Lists of what the cards have. */
#ifndef OV2_LIST_H
#define OV2_LIST_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "table.h"

struct nlattr;
struct schema_attr;

/**
 * struct list - a kind of object that the cards have, and how it is shown
 * @command: its IPSECOV2_CMD_..._GET
 * @set: its attributes
 * @ifindex: the attribute of @set that has the interface index of the card
 * @titles: titles of the columns of the table
 * @right: the columns with numbers, as in struct table
 * @wanted: whether an object is shown; NULL if all objects are shown
 * @none: called if no object was shown; the second argument says on which card.
 *	Fails with a sentence if the user named an object, and returns
 *	STATUS_DONE if an empty list is an answer. NULL if it always is
 * @cells: adds the cells of an object to the table
 * @head: prints the line above all attributes of an object
 * @in_head: the attributes that @head prints; no other line shows them
 * @hex: the attributes that text shows as hexadecimal numbers
 */
struct list {
	uint8_t command;
	const struct schema_attr *set;
	unsigned int ifindex;
	const char *const *titles;
	unsigned int right;
	bool (*wanted)(const struct nlattr **tb, const void *filter);
	enum status (*none)(const void *filter, const char *where);
	void (*cells)(struct table *table, const struct nlattr **tb);
	void (*head)(const struct nlattr **tb);
	uint64_t in_head;
	uint64_t hex;
};

enum status list_run(const struct list *list, int count, char **words,
		     const void *filter);

#endif /* OV2_LIST_H */
