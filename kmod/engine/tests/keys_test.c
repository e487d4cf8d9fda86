// SPDX-License-Identifier: GPL-2.0
/*
 * No key is left in memory that is freed.
 *
 * key_watch.c says how a test sees a key in freed memory.
 */
#include <kunit/test.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "../../unit/rig/key_watch.h"
#include "../../unit/rig/null_engine.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../../bridge/sa/assoc.h"
#include "../../bridge/sa/request.h"
#include "../engine_miniport.h"

#define GCM_KEY_LEN	20

/* The key watch sees a key that is not wiped. Without this proof, the other
 * tests of this file would prove nothing.
 */
static void watch_sees(struct kunit *test)
{
	struct ov2_key_watch *watch;
	u8 key[OV2_KEY_WATCH_LEN];
	u8 *copy;
	int at;

	get_random_bytes(key, sizeof(key));
	watch = ov2_key_watch(test, key);
	for (at = 0; at < 32; at++) {
		copy = kmalloc(at + sizeof(key), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, copy);
		memcpy(copy + at, key, sizeof(key));
		kfree(copy);
		KUNIT_EXPECT_EQ(test, atomic_read(&watch->seen), at + 1);
	}
	copy = kmemdup(key, sizeof(key), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	kfree_sensitive(copy);
	KUNIT_EXPECT_EQ(test, atomic_read(&watch->seen), at);
}

static const struct keys_param {
	const char *name;
	struct ov2_rig_sa sa;
} shapes[] = {
	{ "AES-GCM", OV2_RIG_SA_GCM },
	{ "AES-CBC and HMAC", { .spi = 0x1000, .encr = OV2_ENCR_AES_CBC_128,
				.auth = OV2_AUTH_SHA_1 } },
	{ "AH, GMAC", { .ah_only = true, .ah_spi = 0x2000,
			.ah_auth = OV2_AUTH_AES_GCM_128 } },
	{ "AH, HMAC", { .ah_only = true, .ah_spi = 0x2000,
			.ah_auth = OV2_AUTH_SHA_1 } },
};

static void shape_name(const struct keys_param *param, char *desc)
{
	strscpy(desc, param->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(shape, shapes, shape_name);

/* Does the engine have the algorithms of an SA in this kernel? */
static bool rig_has(const struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	const struct ov2_capabilities *caps = &rig->ad.hardware->ipsec_v2;

	return !(sa->encr & ~caps->encr) && !(sa->auth & ~caps->auth) &&
	       !(sa->ah_auth & ~caps->auth);
}

/* An SA is added, sends a frame if it is outbound, and is deleted. The watch
 * looks for the key at offset @at of the key area, in all memory that is freed
 * meanwhile.
 */
static void expect_life_wipes(struct kunit *test, struct ov2_rig *rig,
			      const struct ov2_rig_sa *sa, unsigned int at,
			      bool inbound)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, sa, inbound);
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 60 };
	struct ov2_key_watch *watch;
	struct ov2_nbl *nbl;

	get_random_bytes(rr->keys, sizeof(rr->keys));
	watch = ov2_key_watch(test, rr->keys + at);
	KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
	if (!inbound) {
		nbl = ov2_rig_frame(rig, &frame, 0);
		nbl->info[OV2_INFO_IPSEC] = rr->add.handle;
		ov2_rig_send(rig, nbl);
		ov2_rig_wait_idle(rig);
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_sent_status(nbl),
				OV2_STATUS_SUCCESS);
	}
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, rr->add.handle),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ_MSG(test, atomic_read(&watch->seen), 0, "key at %u",
			    at);
}

static void sa_keys_are_wiped(struct kunit *test)
{
	const struct keys_param *param = test->param_value;
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);

	if (!rig_has(rig, &param->sa))
		kunit_skip(test, "this kernel lacks the algorithm");
	expect_life_wipes(test, rig, &param->sa, 0, false);
	expect_life_wipes(test, rig, &param->sa, 0, true);
	/* The key of the HMAC is behind the 16 bytes of the cipher's key */
	if (param->sa.auth)
		expect_life_wipes(test, rig, &param->sa, 16, false);
}

/**
 * struct keys_list - an ADD_SA request of one entry
 * @add: the entry
 * @keys: its key
 */
struct keys_list {
	struct ov2_add_sa add;
	u8 keys[GCM_KEY_LEN];
};

static struct keys_list *list_new(struct kunit *test,
				  const struct ov2_rig_request *from)
{
	struct keys_list *list = kunit_kzalloc(test, sizeof(*list), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, list);
	list->add.header.type = OV2_OBJECT_TYPE_DEFAULT;
	list->add.header.revision = OV2_REVISION_1;
	list->add.header.size = sizeof(list->add);
	list->add.num_ext_hdrs = 1;
	list->add.v4.src = from->add.v4.src;
	list->add.v4.dst = from->add.v4.dst;
	list->add.sec_assoc[0] = from->add.sec_assoc[0];
	list->add.key_len = GCM_KEY_LEN;
	memcpy(list->keys, from->keys, GCM_KEY_LEN);
	return list;
}

/* The engine wipes its copy of an entry, whether the entry is added or
 * rejected.
 */
static void list_keys_are_wiped(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *from = ov2_rig_add_new(rig, &sa, false);
	struct ov2_rig_request *rr;
	struct ov2_key_watch *watch;
	struct keys_list *list;
	int i;

	get_random_bytes(from->keys, sizeof(from->keys));
	watch = ov2_key_watch(test, from->keys);
	list = list_new(test, from);
	for (i = 0; i < 2; i++) {
		rr = ov2_rig_request_new(rig, OV2_OID_ADD_SA);
		rr->req.add_list = &list->add;
		rr->req.len = sizeof(*list);
		/* The second request adds the same SA again. The engine rejects
		 * this SA, because it is a twin of the first SA.
		 */
		KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
				i ? OV2_STATUS_INVALID_DATA :
				    OV2_STATUS_SUCCESS);
		if (!i)
			from->add.handle = list->add.handle;
	}
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, from->add.handle),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&watch->seen), 0);
}

static struct xfrm_state *state_new(struct kunit *test)
{
	struct xfrm_state *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	struct xfrm_algo_aead *aead;

	KUNIT_ASSERT_NOT_NULL(test, x);
	aead = kunit_kzalloc(test, sizeof(*aead) + GCM_KEY_LEN, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, aead);
	strscpy(aead->alg_name, "rfc4106(gcm(aes))", sizeof(aead->alg_name));
	aead->alg_key_len = GCM_KEY_LEN * 8;
	aead->alg_icv_len = 128;
	get_random_bytes(aead->alg_key, GCM_KEY_LEN);
	x->aead = aead;
	x->props.family = AF_INET;
	x->props.mode = XFRM_MODE_TRANSPORT;
	x->id.spi = htonl(0x1000);
	x->id.daddr.a4 = htonl(0x0a000002);
	x->xso.dir = XFRM_DEV_OFFLOAD_OUT;
	return x;
}

/* The bridge wipes the keys of its request. The null engine (null_engine.c)
 * carries out the request at once, so it makes no copy of the keys.
 */
static void request_keys_are_wiped(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_null_miniport);
	struct xfrm_state *x = state_new(test);
	struct ov2_key_watch *watch;
	struct ov2_assoc *assoc;

	assoc = kunit_kzalloc(test, sizeof(*assoc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, assoc);
	watch = ov2_key_watch(test, x->aead->alg_key);
	KUNIT_EXPECT_EQ(test, (u32)ov2_bridge_request_add(&rig->ad, x, assoc),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, assoc->handle),
			OV2_STATUS_SUCCESS);
	/* This add is refused, because the null engine has no such algorithm.
	 */
	x->props.mode = XFRM_MODE_TUNNEL;
	strscpy(x->aead->alg_name, "rfc4543(gcm(aes))",
		sizeof(x->aead->alg_name));
	KUNIT_EXPECT_NE(test, (u32)ov2_bridge_request_add(&rig->ad, x, assoc),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, atomic_read(&watch->seen), 0);
}

static struct kunit_case keys_cases[] = {
	KUNIT_CASE(watch_sees),
	KUNIT_CASE_PARAM(sa_keys_are_wiped, shape_gen_params),
	KUNIT_CASE(list_keys_are_wiped),
	KUNIT_CASE(request_keys_are_wiped),
	{}
};

static struct kunit_suite keys_suite = {
	.name = "ov2_keys",
	.test_cases = keys_cases,
};

kunit_test_suite(keys_suite);
