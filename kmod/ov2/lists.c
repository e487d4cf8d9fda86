// SPDX-License-Identifier: GPL-2.0
/*
 * Can the structures of a request be read? These functions check the headers of
 * the structures, and check that lists end. NDIS does not validate direct OID
 * requests, so the engine has to validate them (INV-20). ov2_add_sa_check()
 * checks the contents of an add.
 */
#include <linux/align.h>
#include <linux/slab.h>

#include "lists.h"

/**
 * ov2_object_check() - can a structure of a request be read?
 * @buf: the structure
 * @len: bytes from @buf to the end of the request's buffer
 * @type: the type that its header must have
 * @revision: the lowest revision that its header may have
 * @min: bytes that the caller will read
 *
 * Source: NDIS_OBJECT_HEADER.
 *
 * Context: Any context.
 * Return: OV2_STATUS_SUCCESS; INVALID_LENGTH if @len is too short, INVALID_DATA
 * if the header is wrong.
 */
enum ov2_status ov2_object_check(const void *buf, size_t len, u8 type,
				 u8 revision, size_t min)
{
	const struct ov2_object_header *header = buf;

	if (len < min)
		return OV2_STATUS_INVALID_LENGTH;
	if (header->type != type || header->revision < revision ||
	    header->size < min)
		return OV2_STATUS_INVALID_DATA;
	return OV2_STATUS_SUCCESS;
}

/**
 * struct list_entry - how every entry of a list begins
 * @header: its header
 * @next: the next entry, or NULL
 */
struct list_entry {
	struct ov2_object_header header;
	const struct list_entry *next __aligned(8);
};

static_assert(offsetof(struct list_entry, next) ==
	      offsetof(struct ov2_add_sa, next));
static_assert(offsetof(struct list_entry, next) ==
	      offsetof(struct ov2_delete_sa, next));

/* Returns the bytes from an entry to the end of the buffer; 0 if the entry is
 * outside the buffer, or if the entry is not aligned.
 */
static size_t list_room(const void *list, size_t len, const void *entry)
{
	size_t offset = (unsigned long)entry - (unsigned long)list;

	return offset < len && IS_ALIGNED(offset, 8) ? len - offset : 0;
}

/* A bad entry hides the entries behind it, so the list as a whole is rejected.
 * A list of more entries than the buffer has room for is a cycle.
 */
static enum ov2_status list_check(const void *list, size_t len, size_t min)
{
	const struct list_entry *entry = list;
	size_t left;

	if (len < min)
		return OV2_STATUS_INVALID_LENGTH;

	for (left = len / min; entry && left; left--) {
		if (ov2_object_check(entry, list_room(list, len, entry),
				     OV2_OBJECT_TYPE_DEFAULT, OV2_REVISION_1,
				     min) != OV2_STATUS_SUCCESS)
			return OV2_STATUS_INVALID_DATA;
		entry = entry->next;
	}
	return entry ? OV2_STATUS_INVALID_DATA : OV2_STATUS_SUCCESS;
}

/**
 * ov2_add_list_check() - can a list of adds be read?
 * @list: its first entry
 * @len: bytes of the buffer that holds all entries
 *
 * ov2_add_sa_to_ex() checks where the keys are.
 *
 * Context: Any context.
 * Return: OV2_STATUS_SUCCESS; INVALID_LENGTH if the buffer is shorter than an
 * entry, INVALID_DATA if an entry has a wrong header or is outside the buffer,
 * or if the list does not end.
 */
enum ov2_status ov2_add_list_check(const struct ov2_add_sa *list, size_t len)
{
	return list_check(list, len, sizeof(*list));
}

/**
 * ov2_delete_list_check() - can a list of deletes be read?
 * @list: its first entry
 * @len: bytes of the buffer that holds all entries
 *
 * Context: Any context.
 * Return: as ov2_add_list_check().
 */
enum ov2_status ov2_delete_list_check(const struct ov2_delete_sa *list,
				      size_t len)
{
	return list_check(list, len, sizeof(*list));
}

/**
 * ov2_add_sa_to_ex() - copy an entry of a list into a request of its own
 * @entry: the entry, in a list that ov2_add_list_check() accepted
 * @end: end of the buffer that the entry is in
 * @ex: filled in with a copy, whose handle is 0. The caller frees the copy with
 *	kfree_sensitive()
 * @len: filled in with the bytes of the copy and its key area
 *
 * There are two requests that add SAs. With this copy an engine reads only one
 * structure, struct ov2_add_sa_ex, for both requests.
 *
 * Context: Any context.
 * Return: OV2_STATUS_SUCCESS; INVALID_DATA if the key area ends outside the
 * buffer, RESOURCES if there is no memory.
 */
enum ov2_status ov2_add_sa_to_ex(const struct ov2_add_sa *entry,
				 const void *end, struct ov2_add_sa_ex **ex,
				 size_t *len)
{
	struct ov2_add_sa_ex *copy;

	if (entry->key_len > (const u8 *)end - entry->key_data)
		return OV2_STATUS_INVALID_DATA;

	*len = sizeof(*copy) + entry->key_len;
	copy = kzalloc(*len, GFP_ATOMIC);
	if (!copy)
		return OV2_STATUS_RESOURCES;

	copy->header.type = OV2_OBJECT_TYPE_DEFAULT;
	copy->header.revision = OV2_REVISION_1;
	copy->header.size = sizeof(*copy);
	copy->num_ext_hdrs = entry->num_ext_hdrs;
	copy->flags = entry->flags;
	copy->v6.src = entry->v6.src;
	copy->v6.dst = entry->v6.dst;
	copy->udp_esp = entry->udp_esp;
	memcpy(copy->sec_assoc, entry->sec_assoc, sizeof(copy->sec_assoc));
	copy->key_len = entry->key_len;
	copy->key_offset = sizeof(*copy);
	memcpy(copy + 1, entry->key_data, entry->key_len);
	*ex = copy;
	return OV2_STATUS_SUCCESS;
}
