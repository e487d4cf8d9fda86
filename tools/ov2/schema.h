/* SPDX-License-Identifier: GPL-2.0 */
/* The attributes of the netlink family, with their names from its spec. */
#ifndef OV2_SCHEMA_H
#define OV2_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* More attributes than any set has */
#define SCHEMA_ATTRS	64

struct nlattr;
struct nlmsghdr;

enum schema_kind {
	SCHEMA_NONE,
	SCHEMA_U8,
	SCHEMA_U16,
	SCHEMA_U32,
	SCHEMA_UINT,	/* 4 or 8 bytes */
	SCHEMA_SINT,	/* 4 or 8 bytes */
	SCHEMA_BE16,
	SCHEMA_BE32,
	SCHEMA_FLAG,
	SCHEMA_STRING,
	SCHEMA_ADDRESS,	/* 4 bytes of IPv4 or 16 of IPv6 */
	SCHEMA_NEST,
};

/**
 * struct schema_word - a value that has a name
 * @value: one bit, or a number of an enum
 * @name: the name, as the spec has it; NULL ends a list of words
 */
struct schema_word {
	uint32_t value;
	const char *name;
};

/**
 * struct schema_attr - one attribute of a set; the index in the set is its type
 * @name: the name, as the spec has it
 * @key: the name in JSON, with _ for -
 * @kind: what the attribute holds; SCHEMA_NONE for types that do not exist
 * @words: the names of its bits or values, or NULL
 * @flags: each of @words is a bit, and any number of these bits may be set
 * @many: the attribute may come several times
 * @nest: the set of a SCHEMA_NEST
 */
struct schema_attr {
	const char *name;
	const char *key;
	enum schema_kind kind;
	const struct schema_word *words;
	bool flags;
	bool many;
	const struct schema_attr *nest;
};

#include "schema_gen.h"

const char *schema_name(const struct schema_attr *set, unsigned int type);
const char *schema_word(const struct schema_attr *attr, uint32_t value);
const char *schema_word_of(const struct schema_attr *attr,
			   const struct nlattr *nla);

void schema_parse(const struct nlmsghdr *nlh, const struct nlattr **tb);
void schema_parse_nest(const struct nlattr *nest, const struct nlattr **tb);

unsigned long long schema_number(const struct nlattr *nla);
long long schema_signed(const struct nlattr *nla);
const char *schema_string(const struct nlattr *nla);
const char *schema_address(const struct nlattr *nla, char *text, size_t size);
void schema_flags(FILE *out, const struct schema_attr *attr, uint32_t value,
		  const char *separator);

void schema_text(const struct schema_attr *attr, const struct nlattr *nla);
void schema_json(const struct schema_attr *set, const struct nlmsghdr *nlh);

#endif /* OV2_SCHEMA_H */
