// SPDX-License-Identifier: GPL-2.0
/*
 * A malformed list of requests is refused, and so is a list without an end.
 *
 * A refused list changes nothing (INV-11, INV-20), because the checks only read
 * the list.
 */
#include <kunit/test.h>
#include <linux/slab.h>

#include "../lists.h"

#define ENTRIES	4
#define KEY_LEN	20

struct add_entry {
	struct ov2_add_sa add;
	u8 key[KEY_LEN];
} __aligned(8);

struct add_list {
	struct add_entry entry[ENTRIES];
};

struct delete_list {
	struct ov2_delete_sa entry[ENTRIES];
};

static void set_header(struct ov2_object_header *header, u16 size)
{
	header->type = OV2_OBJECT_TYPE_DEFAULT;
	header->revision = OV2_REVISION_1;
	header->size = size;
}

/* Returns a valid list, in a buffer that ends where the list ends. */
static struct add_list *good_adds(struct kunit *test)
{
	struct add_list *list = kunit_kzalloc(test, sizeof(*list), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, list);
	for (i = 0; i < ENTRIES; i++) {
		set_header(&list->entry[i].add.header,
			   sizeof(struct ov2_add_sa));
		list->entry[i].add.key_len = KEY_LEN;
		if (i)
			list->entry[i - 1].add.next = &list->entry[i].add;
	}
	return list;
}

static u32 check_adds(const struct add_list *list, size_t len)
{
	return ov2_add_list_check(&list->entry[0].add, len);
}

static struct delete_list *good_deletes(struct kunit *test)
{
	struct delete_list *list;
	int i;

	list = kunit_kzalloc(test, sizeof(*list), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, list);
	for (i = 0; i < ENTRIES; i++) {
		set_header(&list->entry[i].header, sizeof(list->entry[i]));
		if (i)
			list->entry[i - 1].next = &list->entry[i];
	}
	return list;
}

static u32 check_deletes(const struct delete_list *list, size_t len)
{
	return ov2_delete_list_check(list->entry, len);
}

/* A list is refused if its buffer is too short for one entry, or for all
 * entries.
 */
static void list_lengths(struct kunit *test)
{
	struct add_list *adds = good_adds(test);
	struct delete_list *deletes = good_deletes(test);
	size_t len;

	for (len = 0; len < sizeof(struct ov2_add_sa); len++)
		KUNIT_EXPECT_EQ(test, check_adds(adds, len),
				OV2_STATUS_INVALID_LENGTH);
	for (; len < sizeof(*adds) - sizeof(struct add_entry) +
		     sizeof(struct ov2_add_sa); len++)
		KUNIT_EXPECT_EQ(test, check_adds(adds, len),
				OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, check_adds(adds, len), OV2_STATUS_SUCCESS);

	for (len = 0; len < sizeof(struct ov2_delete_sa); len++)
		KUNIT_EXPECT_EQ(test, check_deletes(deletes, len),
				OV2_STATUS_INVALID_LENGTH);
	for (; len < sizeof(*deletes); len++)
		KUNIT_EXPECT_EQ(test, check_deletes(deletes, len),
				OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, check_deletes(deletes, len), OV2_STATUS_SUCCESS);
}

/* An entry with a wrong header is refused. */
static void list_headers(struct kunit *test)
{
	struct delete_list *list = good_deletes(test);
	struct ov2_object_header *header;
	int i;

	for (i = 0; i < ENTRIES; i++) {
		header = &list->entry[i].header;
		header->type = 0x81;
		KUNIT_EXPECT_EQ(test, check_deletes(list, sizeof(*list)),
				OV2_STATUS_INVALID_DATA);
		set_header(header, sizeof(list->entry[i]) - 1);
		KUNIT_EXPECT_EQ(test, check_deletes(list, sizeof(*list)),
				OV2_STATUS_INVALID_DATA);
		set_header(header, sizeof(list->entry[i]));
		header->revision = 0;
		KUNIT_EXPECT_EQ(test, check_deletes(list, sizeof(*list)),
				OV2_STATUS_INVALID_DATA);
		/* A later revision begins with the fields of revision 1, so it
		 * is accepted.
		 */
		header->revision = 2;
		KUNIT_EXPECT_EQ(test, check_deletes(list, sizeof(*list)),
				OV2_STATUS_SUCCESS);
	}
}

/* A list with a cycle is refused. */
static void list_cycles(struct kunit *test)
{
	struct delete_list *deletes = good_deletes(test);
	struct add_list *adds = good_adds(test);
	int from, to;

	for (from = 0; from < ENTRIES; from++) {
		for (to = 0; to <= from; to++) {
			adds->entry[from].add.next = &adds->entry[to].add;
			deletes->entry[from].next = &deletes->entry[to];
			KUNIT_EXPECT_EQ(test, check_adds(adds, sizeof(*adds)),
					OV2_STATUS_INVALID_DATA);
			KUNIT_EXPECT_EQ(test, check_deletes(deletes,
							    sizeof(*deletes)),
					OV2_STATUS_INVALID_DATA);
		}
		adds->entry[from].add.next = from + 1 < ENTRIES ?
					     &adds->entry[from + 1].add : NULL;
		deletes->entry[from].next = from + 1 < ENTRIES ?
					    &deletes->entry[from + 1] : NULL;
		KUNIT_EXPECT_EQ(test, check_adds(adds, sizeof(*adds)),
				OV2_STATUS_SUCCESS);
	}
}

/* A list with an entry outside the buffer is refused. KASAN reports each read
 * outside the buffer.
 */
static void list_outside(struct kunit *test)
{
	struct delete_list *other = good_deletes(test);
	struct delete_list *list = good_deletes(test);
	void *wrong[] = {
		(void *)8UL, (void *)ULONG_MAX, &other->entry[0],
		&list->entry[ENTRIES], (void *)&list->entry[0] - 8,
		(void *)&list->entry[ENTRIES - 1] + 8,
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		list->entry[0].next = wrong[i];
		KUNIT_EXPECT_EQ_MSG(test, check_deletes(list, sizeof(*list)),
				    OV2_STATUS_INVALID_DATA, "%d", i);
	}
}

/* A list with an entry that is not aligned is refused, even if the bytes there
 * look like an entry.
 */
static void list_misaligned(struct kunit *test)
{
	struct delete_list *list = good_deletes(test);
	struct ov2_delete_sa last = list->entry[ENTRIES - 1];
	int i;

	for (i = 0; i <= 8; i++) {
		void *entry = (u8 *)&list->entry[1] + i;

		memcpy(entry, &last, sizeof(last));
		list->entry[0].next = entry;
		KUNIT_EXPECT_EQ_MSG(test, check_deletes(list, sizeof(*list)),
				    i % 8 ? OV2_STATUS_INVALID_DATA :
					    OV2_STATUS_SUCCESS, "%d", i);
	}
}

/* An ADD_SA_EX that is made from an entry has the fields and the key of the
 * entry.
 */
static void list_to_ex(struct kunit *test)
{
	struct add_list *list = good_adds(test);
	struct ov2_add_sa *add = &list->entry[1].add;
	struct ov2_add_sa_ex *ex;
	size_t len;
	int i;

	add->num_ext_hdrs = 2;
	add->flags = OV2_SA_INBOUND | OV2_SA_IPV6;
	memset(&add->v6.src, 0x11, sizeof(add->v6.src));
	memset(&add->v6.dst, 0x22, sizeof(add->v6.dst));
	add->udp_esp = OV2_UDP_ESP_TUNNEL;
	add->sec_assoc[0].spi = cpu_to_be32(5);
	add->sec_assoc[1].seq_hi = 9;
	for (i = 0; i < KEY_LEN; i++)
		list->entry[1].key[i] = i;

	KUNIT_ASSERT_EQ(test, (u32)ov2_add_sa_to_ex(add, list + 1, &ex, &len),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, len, sizeof(*ex) + KEY_LEN);
	KUNIT_EXPECT_EQ(test, ex->header.size, sizeof(*ex));
	KUNIT_EXPECT_EQ(test, ex->num_ext_hdrs, 2);
	KUNIT_EXPECT_EQ(test, ex->flags, add->flags);
	KUNIT_EXPECT_MEMEQ(test, &ex->v6, &add->v6, sizeof(ex->v6));
	KUNIT_EXPECT_EQ(test, ex->handle, 0);
	KUNIT_EXPECT_EQ(test, ex->udp_esp, add->udp_esp);
	KUNIT_EXPECT_MEMEQ(test, ex->sec_assoc, add->sec_assoc,
			   sizeof(ex->sec_assoc));
	KUNIT_EXPECT_EQ(test, ex->key_len, KEY_LEN);
	KUNIT_EXPECT_MEMEQ(test, (u8 *)ex + ex->key_offset,
			   list->entry[1].key, KEY_LEN);
	kfree_sensitive(ex);
}

/* An entry whose key area is not inside the buffer is refused (INV-20). */
static void list_key_area(struct kunit *test)
{
	struct add_list *list = good_adds(test);
	struct ov2_add_sa *last = &list->entry[ENTRIES - 1].add;
	size_t room = (u8 *)(list + 1) - last->key_data;
	struct ov2_add_sa_ex *ex;
	size_t len;

	last->key_len = room;
	KUNIT_ASSERT_EQ(test, (u32)ov2_add_sa_to_ex(last, list + 1, &ex, &len),
			OV2_STATUS_SUCCESS);
	kfree_sensitive(ex);
	last->key_len = room + 1;
	KUNIT_EXPECT_EQ(test, (u32)ov2_add_sa_to_ex(last, list + 1, &ex, &len),
			OV2_STATUS_INVALID_DATA);
	last->key_len = U32_MAX;
	KUNIT_EXPECT_EQ(test, (u32)ov2_add_sa_to_ex(last, list + 1, &ex, &len),
			OV2_STATUS_INVALID_DATA);
}

static struct kunit_case request_list_cases[] = {
	KUNIT_CASE(list_lengths),
	KUNIT_CASE(list_headers),
	KUNIT_CASE(list_cycles),
	KUNIT_CASE(list_outside),
	KUNIT_CASE(list_misaligned),
	KUNIT_CASE(list_to_ex),
	KUNIT_CASE(list_key_area),
	{}
};

static struct kunit_suite request_list_suite = {
	.name = "ov2_request_list",
	.test_cases = request_list_cases,
};

kunit_test_suite(request_list_suite);
