// SPDX-License-Identifier: GPL-2.0
/*
 * Are keys wiped before their memory is freed? The test looks at each object in
 * the trace event of kfree(). kfree_sensitive() wipes an object before this
 * event. init_on_free and poison overwrite an object only after this event, so
 * they cannot hide a key that was not wiped.
 */
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <trace/events/kmem.h>

#include "key_watch.h"

/* An object may be larger than its owner asked for. KASAN would report a read
 * of the bytes that the owner did not ask for.
 */
static noinline bool __no_sanitize_address
watch_matches(const u8 *p, const struct ov2_key_watch *watch)
{
	int i;

	for (i = 0; i < OV2_KEY_WATCH_LEN; i++)
		if (READ_ONCE(p[i]) != watch->key[i])
			return false;
	return true;
}

static void watch_kfree(void *data, unsigned long call_site, const void *object)
{
	struct ov2_key_watch *watch = data;
	size_t len, at;

	if (ZERO_OR_NULL_PTR(object))
		return;

	len = ksize(object);
	for (at = 0; at + OV2_KEY_WATCH_LEN <= len; at++) {
		if (watch_matches(object + at, watch)) {
			atomic_inc(&watch->seen);
			return;
		}
	}
}

static void watch_end(void *data)
{
	unregister_trace_kfree(watch_kfree, data);
	tracepoint_synchronize_unregister();
}

/**
 * ov2_key_watch() - look for a key in each object that is freed from now on
 * @test: the test; skipped in a kernel without trace events
 * @key: OV2_KEY_WATCH_LEN bytes
 *
 * Objects that the test itself frees count, too.
 *
 * Context: Process context.
 * Return: the watch, which counts until the test ends.
 */
struct ov2_key_watch *ov2_key_watch(struct kunit *test, const u8 *key)
{
	struct ov2_key_watch *watch;

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		kunit_skip(test, "no trace events in this kernel");

	watch = kunit_kzalloc(test, sizeof(*watch), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, watch);
	watch->test = test;
	memcpy(watch->key, key, sizeof(watch->key));
	KUNIT_ASSERT_EQ(test, register_trace_kfree(watch_kfree, watch), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, watch_end,
							watch), 0);
	return watch;
}
