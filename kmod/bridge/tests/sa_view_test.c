// SPDX-License-Identifier: GPL-2.0
/*
 * What users see of an SA comes from its state and from the engine.
 *
 * The engine is the null engine, which reports the numbers that the test sets.
 * So the test sees whether a number comes from the engine, or from a count of
 * the bridge or the core.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>

#include "../../unit/rig/null_engine.h"
#include "../../unit/rig/null_request.h"
#include "../../unit/rig/xfrm_state.h"
#include "../bridge.h"
#include "../sa_view.h"
#include "../sa/assoc.h"
#include "../sa/request.h"
#include "../../watch/counters.h"

static void view_status(struct ov2_adapter *ad, u32 code,
			const struct ov2_offload *config)
{
}

static const struct ov2_adapter_ops view_ops = {
	.request_complete = ov2_bridge_request_complete,
	.status = view_status,
};

static void view_end(void *data)
{
	struct ov2_adapter *ad = data;

	synchronize_rcu();
	ad->miniport->halt(ad);
	rcu_barrier();
	ov2_bridge_exit(ad);
	ov2_counters_free(ad);
	free_netdev(ad->dev);
}

/* A card with a null engine. Its netdev is never registered. */
static struct ov2_adapter *view_card(struct kunit *test)
{
	struct ov2_adapter *ad;
	struct net_device *dev;

	dev = alloc_netdev(sizeof(*ad), "ov2unit%d", NET_NAME_UNKNOWN,
			   ether_setup);
	KUNIT_ASSERT_NOT_NULL(test, dev);
	ad = netdev_priv(dev);
	ad->dev = dev;
	ad->miniport = &ov2_null_miniport;
	ad->ops = &view_ops;
	ov2_handles_init(&ad->handles);
	KUNIT_ASSERT_EQ(test, 0, ov2_counters_alloc(ad));
	KUNIT_ASSERT_EQ(test, 0, ov2_bridge_init(ad));
	KUNIT_ASSERT_EQ(test, 0, ad->miniport->initialize(ad));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, view_end,
							   ad));
	return ad;
}

static struct ov2_assoc *view_add(struct kunit *test, struct ov2_adapter *ad,
				  struct xfrm_state *x)
{
	struct ov2_assoc *assoc;

	spin_lock_init(&x->lock);
	refcount_set(&x->refcnt, 1);
	assoc = ov2_assoc_alloc(ad, x);
	KUNIT_ASSERT_NOT_NULL(test, assoc);
	KUNIT_ASSERT_EQ(test, (u32)ov2_bridge_request_add(ad, x, assoc),
			(u32)OV2_STATUS_SUCCESS);
	x->xso.offload_handle = assoc->handle;
	return assoc;
}

static bool view_of(struct ov2_adapter *ad, unsigned long handle,
		    struct ov2_sa_view *view)
{
	bool found;

	rcu_read_lock();
	found = ov2_bridge_sa_view(ad, handle, view);
	rcu_read_unlock();
	return found;
}

/* Users see the numbers of the engine. */
static void view_engine(struct kunit *test)
{
	static const struct ov2_sa_info told = {
		.packets = 0x1122334455ULL,
		.bytes = 0x6677889900ULL,
		.last_use = 77,
		.seq = 0x500000007ULL,
		.follows_seq = true,
		.failed = {
			[OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED] = 3,
			[OV2_CRYPTO_INVALID_PROTOCOL] = 9,
		},
	};
	struct ov2_adapter *ad = view_card(test);
	struct xfrm_state *x = ov2_unit_state(test);
	struct ov2_assoc *assoc = view_add(test, ad, x);
	unsigned long handle = assoc->handle;
	struct ov2_sa_view view;

	/* The core has counts of its own. */
	x->curlft.packets = 1;
	x->curlft.bytes = 2;
	x->lastused = 3;
	ov2_null_tell(ad, handle, &told);
	KUNIT_ASSERT_TRUE(test, view_of(ad, handle, &view));
	KUNIT_EXPECT_EQ(test, view.handle, handle);
	KUNIT_EXPECT_EQ(test, view.engine.packets, told.packets);
	KUNIT_EXPECT_EQ(test, view.engine.bytes, told.bytes);
	KUNIT_EXPECT_EQ(test, view.engine.last_use, told.last_use);
	KUNIT_EXPECT_EQ(test, view.engine.seq, told.seq);
	KUNIT_EXPECT_TRUE(test, view.engine.follows_seq);
	KUNIT_EXPECT_MEMEQ(test, view.engine.failed, told.failed,
			   sizeof(told.failed));

	/* A state that is deleted has no SA. */
	KUNIT_EXPECT_PTR_EQ(test, ov2_assoc_unset(ad, x), assoc);
	KUNIT_EXPECT_FALSE(test, view_of(ad, handle, &view));
	ov2_assoc_delete(assoc);
	KUNIT_EXPECT_FALSE(test, view_of(ad, handle, &view));
}

/* Users see the fields of the state. */
static void view_state_words(struct kunit *test)
{
	struct ov2_adapter *ad = view_card(test);
	struct xfrm_state *x = ov2_unit_state(test);
	struct ov2_assoc *assoc;
	struct ov2_sa_view view;

	x->if_id = 5;
	x->mark.v = 6;
	x->mark.m = 0xff;
	x->replay.oseq = 8;
	x->replay.seq = 9;
	x->props.replay_window = 32;
	assoc = view_add(test, ad, x);
	KUNIT_ASSERT_TRUE(test, view_of(ad, assoc->handle, &view));
	KUNIT_EXPECT_FALSE(test, view.inbound);
	KUNIT_EXPECT_FALSE(test, view.packet);
	KUNIT_EXPECT_FALSE(test, view.tunnel);
	KUNIT_EXPECT_FALSE(test, view.esn);
	KUNIT_EXPECT_EQ(test, view.proto, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, view.family, AF_INET);
	KUNIT_EXPECT_EQ(test, view.spi, htonl(OV2_UNIT_SPI));
	KUNIT_EXPECT_EQ(test, view.saddr.s6_addr32[0], x->props.saddr.a4);
	KUNIT_EXPECT_EQ(test, view.daddr.s6_addr32[0], x->id.daddr.a4);
	KUNIT_EXPECT_STREQ(test, view.encr, "rfc4106(gcm(aes))");
	KUNIT_EXPECT_NULL(test, view.auth);
	KUNIT_EXPECT_EQ(test, view.encr_id, OV2_ENCR_AES_GCM_128);
	KUNIT_EXPECT_EQ(test, view.icv_len, 16);
	KUNIT_EXPECT_EQ(test, view.seq, 8);
	KUNIT_EXPECT_EQ(test, view.window, 32);
	KUNIT_EXPECT_EQ(test, view.reqid, 7);
	KUNIT_EXPECT_EQ(test, view.if_id, 5);
	KUNIT_EXPECT_EQ(test, view.mark, 6);
	KUNIT_EXPECT_EQ(test, view.mark_mask, 0xff);

	ov2_assoc_unset(ad, x);
	ov2_assoc_delete(assoc);
}

/* If nobody holds a state any more, the core may have freed what members of the
 * state point to. So users do not see its SA, and nothing is read through these
 * members.
 */
static void view_of_freed(struct kunit *test)
{
	struct ov2_adapter *ad = view_card(test);
	struct xfrm_state *x = ov2_unit_state(test);
	struct ov2_assoc *assoc = view_add(test, ad, x);
	struct ov2_sa_view view;

	KUNIT_EXPECT_TRUE(test, view_of(ad, assoc->handle, &view));
	ov2_unit_state_unheld(x);
	KUNIT_EXPECT_FALSE(test, view_of(ad, assoc->handle, &view));

	ov2_assoc_unset(ad, x);
	ov2_assoc_delete(assoc);
}

/* The last view of an SA is whole as long as somebody holds the state. After
 * that, the view has only what is in the association, in the state itself and
 * in the engine.
 */
static void view_last(struct kunit *test)
{
	static const struct ov2_sa_info told = { .packets = 5, .bytes = 600 };
	struct ov2_adapter *ad = view_card(test);
	struct xfrm_state *x = ov2_unit_state(test);
	struct ov2_assoc *assoc = view_add(test, ad, x);
	struct ov2_sa_view view;

	x->props.replay_window = 32;
	atomic64_set(&assoc->software[0], 3);
	ov2_null_tell(ad, assoc->handle, &told);
	ov2_assoc_unset(ad, x);
	rcu_read_lock();
	KUNIT_EXPECT_TRUE(test, ov2_sa_view_last(assoc, x, &view));
	KUNIT_EXPECT_FALSE(test, view.brief);
	KUNIT_EXPECT_EQ(test, view.encr_id, OV2_ENCR_AES_GCM_128);
	KUNIT_EXPECT_EQ(test, view.window, 32);

	ov2_unit_state_unheld(x);
	KUNIT_EXPECT_TRUE(test, ov2_sa_view_last(assoc, x, &view));
	rcu_read_unlock();
	KUNIT_EXPECT_TRUE(test, view.brief);
	KUNIT_EXPECT_EQ(test, view.handle, assoc->handle);
	KUNIT_EXPECT_EQ(test, view.spi, htonl(OV2_UNIT_SPI));
	KUNIT_EXPECT_EQ(test, view.reqid, 7);
	KUNIT_EXPECT_EQ(test, view.software[0], 3);
	KUNIT_EXPECT_EQ(test, view.engine.packets, told.packets);
	KUNIT_EXPECT_EQ(test, view.engine.bytes, told.bytes);
	KUNIT_EXPECT_EQ(test, view.encr_id, 0);
	KUNIT_EXPECT_EQ(test, view.window, 0);
	ov2_assoc_delete(assoc);
}

static struct kunit_case view_cases[] = {
	KUNIT_CASE(view_engine),
	KUNIT_CASE(view_state_words),
	KUNIT_CASE(view_of_freed),
	KUNIT_CASE(view_last),
	{}
};

static struct kunit_suite view_suite = {
	.name = "ov2_sa_view",
	.test_cases = view_cases,
};

kunit_test_suite(view_suite);
