/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_KEY_WATCH_H
#define _OV2_KEY_WATCH_H

#include <kunit/test.h>
#include <linux/atomic.h>

#define OV2_KEY_WATCH_LEN	16

/**
 * struct ov2_key_watch - finds objects that are freed and still hold a key
 * @test: the test
 * @key: bytes of the key; only copies of the key have these bytes
 * @seen: number of objects that held these bytes when they were freed
 */
struct ov2_key_watch {
	struct kunit *test;
	u8 key[OV2_KEY_WATCH_LEN];
	atomic_t seen;
};

struct ov2_key_watch *ov2_key_watch(struct kunit *test, const u8 *key);

#endif /* _OV2_KEY_WATCH_H */
