// SPDX-License-Identifier: GPL-2.0
/* Attributes of the netlink family: their values as numbers, words and JSON. */
#include <arpa/inet.h>
#include <string.h>

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>

#include "json.h"
#include "schema.h"
#include "text.h"

/* The name of an attribute; NULL if the set has no such type. */
const char *schema_name(const struct schema_attr *set, unsigned int type)
{
	return type < SCHEMA_ATTRS ? set[type].name : NULL;
}

/* The name of a bit or a value; NULL if it has no name. */
const char *schema_word(const struct schema_attr *attr, uint32_t value)
{
	const struct schema_word *word;

	for (word = attr->words; word && word->name; word++)
		if (word->value == value)
			return word->name;
	return NULL;
}

/* The name of the value of an attribute; "?" if the value has no name, "" if
 * there is no attribute.
 */
const char *schema_word_of(const struct schema_attr *attr,
			   const struct nlattr *nla)
{
	const char *word;

	if (!nla)
		return "";
	word = schema_word(attr, schema_number(nla));
	return word ? word : "?";
}

/* If an attribute comes several times, @tb gets the first one. */
static void keep(const struct nlattr **tb, const struct nlattr *nla)
{
	unsigned int type = mnl_attr_get_type(nla);

	if (type < SCHEMA_ATTRS && !tb[type])
		tb[type] = nla;
}

/**
 * schema_parse() - find the attributes of a message of the family
 * @nlh: the message
 * @tb: filled in with SCHEMA_ATTRS pointers. The index is the type; the pointer
 *	of a missing attribute is NULL
 */
void schema_parse(const struct nlmsghdr *nlh, const struct nlattr **tb)
{
	const struct nlattr *nla;

	memset(tb, 0, SCHEMA_ATTRS * sizeof(*tb));
	mnl_attr_for_each(nla, nlh, sizeof(struct genlmsghdr))
		keep(tb, nla);
}

/**
 * schema_parse_nest() - find the attributes of a nest
 * @nest: the attribute that holds the nest, or NULL for an empty nest
 * @tb: filled in as by schema_parse()
 */
void schema_parse_nest(const struct nlattr *nest, const struct nlattr **tb)
{
	const struct nlattr *nla;

	memset(tb, 0, SCHEMA_ATTRS * sizeof(*tb));
	if (!nest)
		return;
	mnl_attr_for_each_nested(nla, nest)
		keep(tb, nla);
}

/**
 * schema_number() - the value of an attribute of 1, 2, 4 or 8 bytes
 * @nla: the attribute; NULL stands for 0
 *
 * Return: the value in the byte order of the attribute; 0 if the attribute has
 * another length.
 */
unsigned long long schema_number(const struct nlattr *nla)
{
	switch (nla ? mnl_attr_get_payload_len(nla) : 0) {
	case sizeof(uint8_t):
		return mnl_attr_get_u8(nla);
	case sizeof(uint16_t):
		return mnl_attr_get_u16(nla);
	case sizeof(uint32_t):
		return mnl_attr_get_u32(nla);
	case sizeof(unsigned long long):
		return mnl_attr_get_u64(nla);
	}
	return 0;
}

/* schema_number() for a number that may be negative. */
long long schema_signed(const struct nlattr *nla)
{
	unsigned long long value = schema_number(nla);

	if (nla && mnl_attr_get_payload_len(nla) == sizeof(int32_t))
		return (int32_t)value;
	return (long long)value;
}

/* The text of an attribute; "" if it is missing or does not end with a 0. */
const char *schema_string(const struct nlattr *nla)
{
	size_t length = nla ? mnl_attr_get_payload_len(nla) : 0;

	if (!length || mnl_attr_get_str(nla)[length - 1])
		return "";
	return mnl_attr_get_str(nla);
}

/* An IPv4 or IPv6 address as text, in @text; "" if @nla has no address. */
const char *schema_address(const struct nlattr *nla, char *text, size_t size)
{
	size_t length = nla ? mnl_attr_get_payload_len(nla) : 0;
	int family = length == 4 ? AF_INET : AF_INET6;

	if ((length != 4 && length != 16) ||
	    !inet_ntop(family, mnl_attr_get_payload(nla), text, size))
		return "";
	return text;
}

/**
 * schema_flags() - print the names of bits
 * @out: where to print
 * @attr: the attribute that has the bits
 * @value: the bits; a bit without a name is printed as a number
 * @separator: what stands between two names
 */
void schema_flags(FILE *out, const struct schema_attr *attr, uint32_t value,
		  const char *separator)
{
	const char *before = "";
	uint32_t bit;

	for (bit = 1; bit; bit <<= 1) {
		const char *name = schema_word(attr, bit);

		if (!(value & bit))
			continue;
		if (name)
			fprintf(out, "%s%s", before, name);
		else
			fprintf(out, "%s%#x", before, bit);
		before = separator;
	}
}

/* Print the value of an attribute that is no nest. A value that has a name is
 * printed as this name.
 */
void schema_text(const struct schema_attr *attr, const struct nlattr *nla)
{
	const char *word = schema_word(attr, schema_number(nla));
	char text[INET6_ADDRSTRLEN];

	if (attr->flags)
		schema_flags(stdout, attr, schema_number(nla), " ");
	else if (word)
		text_put(word);
	else if (attr->kind == SCHEMA_STRING)
		text_put(schema_string(nla));
	else if (attr->kind == SCHEMA_ADDRESS)
		text_put(schema_address(nla, text, sizeof(text)));
	else if (attr->kind == SCHEMA_SINT)
		printf("%lld", schema_signed(nla));
	else if (attr->kind == SCHEMA_BE16)
		printf("%u", ntohs(schema_number(nla)));
	else if (attr->kind == SCHEMA_BE32)
		printf("0x%08x", ntohl(schema_number(nla)));
	else if (attr->kind == SCHEMA_FLAG)
		fputs("yes", stdout);
	else
		printf("%llu", schema_number(nla));
}

static void json_flags(const struct schema_attr *attr, const char *key,
		       uint32_t value)
{
	uint32_t bit;
	char text[16];

	json_open(key, '[');
	for (bit = 1; bit; bit <<= 1) {
		const char *name = schema_word(attr, bit);

		if (!(value & bit))
			continue;
		snprintf(text, sizeof(text), "%#x", bit);
		json_string(NULL, name ? name : text);
	}
	json_close(']');
}

static void json_value(const struct schema_attr *attr, const char *key,
		       const struct nlattr *nla)
{
	const char *word;
	char text[INET6_ADDRSTRLEN];

	if (attr->flags) {
		json_flags(attr, key, schema_number(nla));
		return;
	}
	word = schema_word(attr, schema_number(nla));
	if (word) {
		json_string(key, word);
		return;
	}
	switch (attr->kind) {
	case SCHEMA_STRING:
		json_string(key, schema_string(nla));
		break;
	case SCHEMA_ADDRESS:
		json_string(key, schema_address(nla, text, sizeof(text)));
		break;
	case SCHEMA_SINT:
		json_signed(key, schema_signed(nla));
		break;
	case SCHEMA_BE16:
		json_number(key, ntohs(schema_number(nla)));
		break;
	case SCHEMA_BE32:
		json_number(key, ntohl(schema_number(nla)));
		break;
	case SCHEMA_FLAG:
		json_bool(key, true);
		break;
	default:
		json_number(key, schema_number(nla));
		break;
	}
}

static void json_nest(const struct schema_attr *set, const char *key,
		      const struct nlattr *nest);

static void json_attr(const struct schema_attr *attr, const char *key,
		      const struct nlattr *nla)
{
	if (attr->kind == SCHEMA_NEST)
		json_nest(attr->nest, key, nla);
	else
		json_value(attr, key, nla);
}

/* Prints the attributes between @from and @from + @length in the order of the
 * spec. An attribute that may come several times is an array.
 */
static void json_attrs(const struct schema_attr *set, const void *from,
		       size_t length)
{
	unsigned int type;

	for (type = 1; type < SCHEMA_ATTRS; type++) {
		const struct schema_attr *row = &set[type];
		const struct nlattr *attr;

		if (row->kind == SCHEMA_NONE)
			continue;
		if (row->many)
			json_open(row->key, '[');
		mnl_attr_for_each_payload(from, length) {
			if (mnl_attr_get_type(attr) == type)
				json_attr(row, row->many ? NULL : row->key,
					  attr);
		}
		if (row->many)
			json_close(']');
	}
}

static void json_nest(const struct schema_attr *set, const char *key,
		      const struct nlattr *nest)
{
	json_open(key, '{');
	json_attrs(set, mnl_attr_get_payload(nest),
		   mnl_attr_get_payload_len(nest));
	json_close('}');
}

/**
 * schema_json() - print a message as members of the JSON object that is open
 * @set: the attributes of the message
 * @nlh: the message; attributes that @set does not have are left out
 */
void schema_json(const struct schema_attr *set, const struct nlmsghdr *nlh)
{
	json_attrs(set,
		   mnl_nlmsg_get_payload_offset(nlh, sizeof(struct genlmsghdr)),
		   mnl_nlmsg_get_payload_len(nlh) - sizeof(struct genlmsghdr));
}
