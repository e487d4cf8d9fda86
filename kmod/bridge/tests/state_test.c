// SPDX-License-Identifier: GPL-2.0
/*
 * The core's calls about states become requests, verdicts and counts.
 *
 * The tests show which packets the bridge takes, which requests it sends to the
 * engine, and what it counts. The engine here only remembers requests and
 * answers them.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "../../unit/rig/xfrm_state.h"
#include "../sa/assoc.h"
#include "../bridge.h"
#include "../sa_view.h"
#include "../xdo.h"
#include "../packet/packet.h"
#include "../packet/tag.h"
#include "../../ov2/handle.h"
#include "../../watch/counters.h"
#include "../../watch/event.h"
#include "../../watch/log.h"

#define CAPACITY	2
#define PACKETS		11

/**
 * struct sa_card - a card whose engine only remembers what it was asked
 * @dev: the netdev, never registered
 * @ad: the card; the netdev's private data
 * @hardware: what the engine can do
 * @answer: what the engine answers to adds and updates
 * @tries_off: in the middle of each add, try to switch esp-hw-offload off, as
 *	far as this is the work of the bridge
 * @went_off: the last try succeeded
 * @asked: requests so far
 * @oid: the OID of the last request
 * @deleted: the handle that the last delete named
 * @update: the last update
 * @has_ext: the last update had an extension
 * @ext: the extension
 * @hdl: the handles of the SAs that were added
 * @handles: number of entries in @hdl
 */
struct sa_card {
	struct net_device *dev;
	struct ov2_adapter *ad;
	struct ov2_offload hardware;
	enum ov2_status answer;
	bool tries_off;
	bool went_off;
	unsigned int asked;
	u32 oid;
	u64 deleted;
	struct ov2_update_sa update;
	bool has_ext;
	struct ov2_ext_update ext;
	struct ov2_handle hdl[8];
	unsigned int handles;
};

/* Calls the card as the core of this kernel does. */
static int xdo_add(struct net_device *dev, struct xfrm_state *x)
{
#ifdef OV2_HAVE_XDO_DEV
	return dev->xfrmdev_ops->xdo_dev_state_add(dev, x, NULL);
#else
	return dev->xfrmdev_ops->xdo_dev_state_add(x, NULL);
#endif
}

static void xdo_delete(struct net_device *dev, struct xfrm_state *x)
{
#ifdef OV2_HAVE_XDO_DEV
	dev->xfrmdev_ops->xdo_dev_state_delete(dev, x);
#else
	dev->xfrmdev_ops->xdo_dev_state_delete(x);
#endif
}

static void xdo_free(struct net_device *dev, struct xfrm_state *x)
{
#ifdef OV2_HAVE_XDO_DEV
	dev->xfrmdev_ops->xdo_dev_state_free(dev, x);
#else
	dev->xfrmdev_ops->xdo_dev_state_free(x);
#endif
}

static enum ov2_status card_add(struct sa_card *card, struct ov2_request *req)
{
	struct ov2_handle *hdl = &card->hdl[card->handles];

	if (card->tries_off)
		card->went_off = ov2_bridge_forbid_packet_mode(card->ad);
	if (card->answer != OV2_STATUS_SUCCESS)
		return card->answer;
	if (card->handles == ARRAY_SIZE(card->hdl) ||
	    ov2_handle_alloc(hdl, &card->ad->handles, req->ext->transport))
		return OV2_STATUS_RESOURCES;
	card->handles++;
	req->add->handle = hdl->value;
	return OV2_STATUS_SUCCESS;
}

static enum ov2_status card_delete(struct sa_card *card,
				   const struct ov2_request *req)
{
	unsigned int i;

	card->deleted = req->del->handle;
	for (i = 0; i < card->handles; i++)
		if (card->hdl[i].value == req->del->handle)
			ov2_handle_free(&card->hdl[i]);
	return OV2_STATUS_SUCCESS;
}

static enum ov2_status card_request(struct ov2_adapter *ad,
				    struct ov2_request *req)
{
	struct sa_card *card = ad->engine;

	card->asked++;
	card->oid = req->oid;
	switch (req->oid) {
	case OV2_OID_ADD_SA_EX:
		return card_add(card, req);
	case OV2_OID_DELETE_SA:
		return card_delete(card, req);
	case OV2_OID_UPDATE_SA:
		card->update = *req->update;
		card->has_ext = req->ext_update;
		if (card->has_ext)
			card->ext = *req->ext_update;
		return card->answer;
	default:
		return OV2_STATUS_INVALID_OID;
	}
}

static bool card_query(struct ov2_adapter *ad, unsigned long handle,
		       struct ov2_sa_info *info)
{
	*info = (struct ov2_sa_info){ .packets = PACKETS };
	return true;
}

static const struct ov2_miniport_ops card_miniport = {
	.request = card_request,
	.query = card_query,
};

static void card_end(void *data)
{
	struct sa_card *card = data;

	synchronize_rcu();
	ov2_bridge_exit(card->ad);
	ov2_log_free(card->ad);
	ov2_counters_free(card->ad);
	free_netdev(card->dev);
}

static struct sa_card *card_new(struct kunit *test)
{
	struct sa_card *card = kunit_kzalloc(test, sizeof(*card), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, card);
	card->dev = alloc_netdev(sizeof(*card->ad), "ov2unit%d",
				 NET_NAME_UNKNOWN, ether_setup);
	KUNIT_ASSERT_NOT_NULL(test, card->dev);
	card->ad = netdev_priv(card->dev);
	card->ad->dev = card->dev;
	card->ad->miniport = &card_miniport;
	card->ad->engine = card;
	card->hardware.ipsec_v2.sa_capacity = CAPACITY;
	card->hardware.ipsec_v2.esp = true;
	card->ad->hardware = &card->hardware;
	card->ad->config = &card->hardware;
	ov2_handles_init(&card->ad->handles);
	KUNIT_ASSERT_EQ(test, 0, ov2_counters_alloc(card->ad));
	KUNIT_ASSERT_EQ(test, 0, ov2_log_alloc(card->ad));
	KUNIT_ASSERT_EQ(test, 0, ov2_bridge_init(card->ad));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, card_end,
							   card));
	ov2_bridge_setup(card->dev);
	card->dev->features |= NETIF_F_HW_ESP;
	return card;
}

/* Returns a valid state with ESN. */
static struct xfrm_state *state_new(struct kunit *test, struct sa_card *card,
				    u8 dir, u8 type)
{
	struct xfrm_state *x = ov2_unit_state(test);
	struct xfrm_replay_state_esn *esn;

	esn = kunit_kzalloc(test, sizeof(*esn) + 4, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, esn);
	esn->bmp_len = 1;
	esn->replay_window = 32;
	write_pnet(&x->xs_net, &init_net);
	refcount_set(&x->refcnt, 1);
	spin_lock_init(&x->lock);
	x->km.state = XFRM_STATE_VALID;
	x->props.flags = XFRM_STATE_ESN;
	x->replay_esn = esn;
	x->repl_mode = XFRM_REPLAY_MODE_ESN;
	x->xso.dev = card->dev;
	x->xso.dir = dir;
	x->xso.type = type;
	return x;
}

static struct xfrm_state *state_in(struct kunit *test, struct sa_card *card)
{
	return state_new(test, card, XFRM_DEV_OFFLOAD_IN,
			 XFRM_DEV_OFFLOAD_CRYPTO);
}

static struct xfrm_state *state_out(struct kunit *test, struct sa_card *card)
{
	return state_new(test, card, XFRM_DEV_OFFLOAD_OUT,
			 XFRM_DEV_OFFLOAD_CRYPTO);
}

/* @handle leads to the state @x, or to no state if @x is NULL. */
static void expect_found(struct kunit *test, struct sa_card *card,
			 unsigned long handle, const struct xfrm_state *x)
{
	const struct xfrm_state *found = NULL;
	struct ov2_assoc *assoc;

	rcu_read_lock();
	assoc = ov2_assoc_find(card->ad, handle);
	if (assoc)
		found = rcu_access_pointer(assoc->x);
	rcu_read_unlock();
	KUNIT_EXPECT_PTR_EQ(test, found, x);
}

/* An add of the core makes one add request to the engine. A delete of the core
 * makes one delete request, even if the core then calls delete again and calls
 * free.
 */
static void state_lives(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_in(test, card);
	unsigned long handle;

	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	handle = x->xso.offload_handle;
	KUNIT_EXPECT_EQ(test, card->oid, OV2_OID_ADD_SA_EX);
	KUNIT_EXPECT_EQ(test, handle, card->hdl[0].value);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 1);
	KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));
	expect_found(test, card, handle, x);

	xdo_delete(card->dev, x);
	KUNIT_EXPECT_EQ(test, card->asked, 2);
	KUNIT_EXPECT_EQ(test, card->oid, OV2_OID_DELETE_SA);
	KUNIT_EXPECT_EQ(test, card->deleted, handle);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 0);
	expect_found(test, card, handle, NULL);
	KUNIT_EXPECT_EQ(test,
			atomic64_read(&ov2_bridge_of(card->ad)->ended), 1);

	/* The core calls delete and free, and may call delete twice. */
	xdo_delete(card->dev, x);
	xdo_free(card->dev, x);
	KUNIT_EXPECT_EQ(test, card->asked, 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 0);
}

#ifdef OV2_HAVE_XDO_DEV

/* Bonding forgets that a card has a state, if the bond changes to another card
 * while the state is being added (sa/bonded.c). Then it tells the other card to
 * delete the state, and adds the state to a card again.
 */
static void state_bond_forgets(struct kunit *test)
{
	struct sa_card *bond = card_new(test);
	struct sa_card *first = card_new(test);
	struct sa_card *other = card_new(test);
	struct xfrm_state *x = state_in(test, bond);
	unsigned long handle;

	KUNIT_ASSERT_EQ(test, xdo_add(first->dev, x), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(first->ad,
					       OV2_CNT_SA_FALLBACK_BOND), 1);
	x->dir = XFRM_SA_DIR_IN;

	/* The bond was without a card for a while. */
	KUNIT_ASSERT_EQ(test, xdo_add(first->dev, x), 0);
	handle = x->xso.offload_handle;
	KUNIT_ASSERT_EQ(test, xdo_add(other->dev, x), 0);
	KUNIT_EXPECT_EQ(test, first->deleted, handle);
	expect_found(test, first, handle, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&first->ad->bundles), 0);
	expect_found(test, other, x->xso.offload_handle, x);

	/* The bond changes from a card that does not have the state. */
	handle = x->xso.offload_handle;
	xdo_delete(first->dev, x);
	KUNIT_EXPECT_EQ(test, other->deleted, handle);
	expect_found(test, other, handle, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&other->ad->bundles), 0);
	xdo_free(first->dev, x);

	KUNIT_ASSERT_EQ(test, xdo_add(first->dev, x), 0);
	xdo_delete(first->dev, x);
	xdo_free(first->dev, x);
	KUNIT_EXPECT_EQ(test, first->asked, 4);
	KUNIT_EXPECT_EQ(test, other->asked, 2);

	/* The first card is deleted, and the bond does not know it any more. */
	KUNIT_ASSERT_EQ(test, xdo_add(first->dev, x), 0);
	handle = x->xso.offload_handle;
	x->xso.real_dev = first->dev;
	ov2_bridge_unregistered(other->ad);
	expect_found(test, first, handle, x);
	ov2_bridge_unregistered(first->ad);
	KUNIT_EXPECT_EQ(test, first->deleted, handle);
	expect_found(test, first, handle, NULL);
	KUNIT_EXPECT_EQ(test, atomic_read(&first->ad->bundles), 0);
	KUNIT_EXPECT_NULL(test, x->xso.real_dev);
	xdo_delete(first->dev, x);
	xdo_free(first->dev, x);
	KUNIT_EXPECT_EQ(test, first->asked, 6);
}

#endif /* OV2_HAVE_XDO_DEV */

/* After an error the core calls only free, without a delete. */
static void state_freed_only(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_out(test, card);

	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	xdo_free(card->dev, x);
	KUNIT_EXPECT_EQ(test, card->asked, 2);
	KUNIT_EXPECT_EQ(test, card->deleted, x->xso.offload_handle);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 0);
}

/**
 * struct heard - what a listener of the test has heard
 * @deleted: how many SAs were deleted
 * @view: the last of them
 */
static struct heard {
	unsigned int deleted;
	struct ov2_sa_view view;
} heard;

static bool heard_wants_sas(const struct ov2_adapter *ad)
{
	return true;
}

static void heard_sa(const struct ov2_adapter *ad, enum ov2_life_event event,
		     const struct ov2_sa_view *view)
{
	if (event != OV2_LIFE_DELETED)
		return;
	heard.deleted++;
	heard.view = *view;
}

static const struct ov2_event_listener heard_listener = {
	.wants_sas = heard_wants_sas,
	.sa = heard_sa,
};

static void heard_end(void *before)
{
	ov2_event_listen(before);
}

/* Until the test ends, this test is the module's only listener. */
static void heard_begin(struct kunit *test)
{
	const void *before = ov2_event_listen(&heard_listener);

	memset(&heard, 0, sizeof(heard));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, heard_end,
							   (void *)before));
}

/* If somebody listens, the event of a deleted state says all about its SA. If
 * the core only frees a state, it has already freed what members of the state
 * point to. The event then says what can be said without them, and nothing is
 * read through them.
 */
static void state_freed_heard(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_out(test, card);

	heard_begin(test);
	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	xdo_delete(card->dev, x);
	KUNIT_EXPECT_EQ(test, heard.deleted, 1);
	KUNIT_EXPECT_FALSE(test, heard.view.brief);
	KUNIT_EXPECT_STREQ(test, heard.view.encr, "rfc4106(gcm(aes))");
	KUNIT_EXPECT_TRUE(test, heard.view.esn);
	KUNIT_EXPECT_EQ(test, heard.view.window, 32);

	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	ov2_unit_state_unheld(x);
	xdo_free(card->dev, x);
	KUNIT_EXPECT_EQ(test, heard.deleted, 2);
	KUNIT_EXPECT_TRUE(test, heard.view.brief);
	KUNIT_EXPECT_NULL(test, heard.view.encr);
	KUNIT_EXPECT_EQ(test, heard.view.handle, x->xso.offload_handle);
	KUNIT_EXPECT_EQ(test, heard.view.spi, htonl(OV2_UNIT_SPI));
	KUNIT_EXPECT_EQ(test, heard.view.engine.packets, PACKETS);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 0);
}

/* A card is in packet mode as long as it has a state in packet mode. */
static void state_packet_counts(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x;
	int dir;

	for (dir = XFRM_DEV_OFFLOAD_IN; dir <= XFRM_DEV_OFFLOAD_OUT; dir++) {
		x = state_new(test, card, dir, XFRM_DEV_OFFLOAD_PACKET);
		KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
		KUNIT_EXPECT_TRUE(test, ov2_bridge_packet_mode(card->ad));
		xdo_delete(card->dev, x);
		KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));
		xdo_free(card->dev, x);
		KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));
	}
}

/* While the engine sets the keys of a state in packet mode, esp-hw-offload
 * cannot be switched off. If the engine then refuses the state, the state does
 * not keep the feature on any longer.
 */
static void state_keeps_feature(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x;
	int dir;

	card->tries_off = true;
	for (dir = XFRM_DEV_OFFLOAD_IN; dir <= XFRM_DEV_OFFLOAD_OUT; dir++) {
		x = state_new(test, card, dir, XFRM_DEV_OFFLOAD_PACKET);
		card->answer = OV2_STATUS_NOT_ACCEPTED;
		card->went_off = true;
		KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -EAGAIN);
		KUNIT_EXPECT_FALSE(test, card->went_off);
		KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));

		card->answer = OV2_STATUS_SUCCESS;
		card->went_off = true;
		KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
		KUNIT_EXPECT_FALSE(test, card->went_off);
		xdo_delete(card->dev, x);
		KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));
	}
	/* Software can take over a state in crypto mode. */
	x = state_in(test, card);
	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	KUNIT_EXPECT_TRUE(test, card->went_off);
	xdo_delete(card->dev, x);
}

static int xdo_policy_add(struct xfrm_policy *xp)
{
	return xp->xdo.dev->xfrmdev_ops->xdo_dev_policy_add(xp, NULL);
}

static void xdo_policy_delete(struct xfrm_policy *xp)
{
	xp->xdo.dev->xfrmdev_ops->xdo_dev_policy_delete(xp);
}

/* Returns a policy that drops all packets of IPv4. */
static struct xfrm_policy *policy_new(struct kunit *test, struct sa_card *card)
{
	struct xfrm_policy *xp = kunit_kzalloc(test, sizeof(*xp), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, xp);
	xp->action = XFRM_POLICY_BLOCK;
	xp->selector.family = AF_INET;
	xp->xdo.dev = card->dev;
	xp->xdo.dir = XFRM_DEV_OFFLOAD_IN;
	xp->xdo.type = XFRM_DEV_OFFLOAD_PACKET;
	return xp;
}

/* While esp-hw-offload is being switched off, states and policies in packet
 * mode are refused, although the core has not cleared the feature yet.
 */
static void state_feature_goes_off(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_new(test, card, XFRM_DEV_OFFLOAD_IN,
					 XFRM_DEV_OFFLOAD_PACKET);
	struct xfrm_policy *xp = policy_new(test, card);

	KUNIT_EXPECT_TRUE(test, ov2_bridge_forbid_packet_mode(card->ad));
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -EINVAL);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(card->ad,
					       OV2_CNT_SA_REFUSED_DISABLED),
			1);
	KUNIT_EXPECT_EQ(test, xdo_policy_add(xp), -EINVAL);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(card->ad,
					       OV2_CNT_POLICY_REFUSED_DISABLED),
			1);
	KUNIT_EXPECT_EQ(test, card->asked, 0);

	ov2_bridge_allow_packet_mode(card->ad);
	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	KUNIT_ASSERT_EQ(test, xdo_policy_add(xp), 0);
	KUNIT_EXPECT_FALSE(test, ov2_bridge_forbid_packet_mode(card->ad));
	xdo_delete(card->dev, x);
	KUNIT_EXPECT_FALSE(test, ov2_bridge_forbid_packet_mode(card->ad));
	xdo_policy_delete(xp);
	KUNIT_EXPECT_TRUE(test, ov2_bridge_forbid_packet_mode(card->ad));
}

/* A card is in packet mode as long as it has a policy. A policy for which the
 * card has no room does not count.
 */
static void policy_counts(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_policy *xp[OV2_SPD_SAME], *more;
	int i;

	for (i = 0; i < OV2_SPD_SAME; i++) {
		xp[i] = policy_new(test, card);
		KUNIT_ASSERT_EQ(test, xdo_policy_add(xp[i]), 0);
	}
	more = policy_new(test, card);
	KUNIT_EXPECT_EQ(test, xdo_policy_add(more), -ENOSPC);
	for (i = 0; i < OV2_SPD_SAME; i++) {
		KUNIT_EXPECT_TRUE(test, ov2_bridge_packet_mode(card->ad));
		xdo_policy_delete(xp[i]);
	}
	KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));
}

static void skb_end(void *data)
{
	struct sk_buff *skb = data;

	skb->_skb_refdst = 0;
	kfree_skb(skb);
}

/* Returns a packet whose sec_path has the state. */
static struct sk_buff *packet_of(struct kunit *test, struct xfrm_state *x)
{
	struct sk_buff *skb = alloc_skb(1, GFP_KERNEL);
	struct sec_path *sp;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, skb_end, skb));
	sp = secpath_set(skb);
	KUNIT_ASSERT_NOT_NULL(test, sp);
	xfrm_state_hold(x);
	sp->xvec[sp->len++] = x;
	return skb;
}

/* The first of two packets gives the SA its sec_path, which holds a reference
 * to the state. The reference is given back after the state was deleted.
 */
static void state_path(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_new(test, card, XFRM_DEV_OFFLOAD_IN,
					 XFRM_DEV_OFFLOAD_PACKET);
	struct hlist_head inserted = HLIST_HEAD_INIT;
	struct sk_buff *skbs[2];
	struct ov2_assoc *assoc;
	int i;

	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	hlist_add_head(&x->bydst, &inserted);
	for (i = 0; i < ARRAY_SIZE(skbs); i++)
		skbs[i] = packet_of(test, x);
	rcu_read_lock();
	assoc = ov2_assoc_of_state(card->ad, x);
	for (i = 0; i < ARRAY_SIZE(skbs) && assoc; i++)
		ov2_assoc_keep_path(assoc, skbs[i]->extensions);
	KUNIT_EXPECT_TRUE(test, assoc && assoc->path == skbs[0]->extensions);
	rcu_read_unlock();
	for (i = 0; i < ARRAY_SIZE(skbs); i++)
		secpath_reset(skbs[i]);
	KUNIT_EXPECT_EQ(test, refcount_read(&x->refcnt), 2);

	xdo_delete(card->dev, x);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, refcount_read(&x->refcnt), 1);
	hlist_del(&x->bydst);
}

/* Nothing is negotiated yet, so there are no keys and the engine gets no
 * request.
 */
static void state_acquire(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_out(test, card);

	x->xso.flags = XFRM_DEV_OFFLOAD_FLAG_ACQ;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), 0);
	KUNIT_EXPECT_EQ(test, card->asked, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 0);
	xdo_delete(card->dev, x);
	KUNIT_EXPECT_EQ(test, card->asked, 0);
}

/* If the table is full, a state in crypto mode falls back to software, and a
 * state in packet mode is refused.
 */
static void state_table_full(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x[CAPACITY], *more;
	int i;

	for (i = 0; i < CAPACITY; i++) {
		x[i] = state_in(test, card);
		KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x[i]), 0);
	}
	more = state_in(test, card);
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, more), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(card->ad,
					       OV2_CNT_SA_FALLBACK_FULL), 1);
	more->xso.type = XFRM_DEV_OFFLOAD_PACKET;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, more), -ENOSPC);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(card->ad,
					       OV2_CNT_SA_REFUSED_FULL), 1);
	KUNIT_EXPECT_EQ(test, card->asked, CAPACITY);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), CAPACITY);
	xdo_delete(card->dev, x[0]);
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, more), 0);
	xdo_delete(card->dev, more);
	xdo_delete(card->dev, x[1]);
}

/* If the feature is off, a state in crypto mode falls back to software, and a
 * state in packet mode is refused.
 */
static void state_feature_off(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_in(test, card);

	card->dev->features &= ~NETIF_F_HW_ESP;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -EOPNOTSUPP);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(card->ad,
					       OV2_CNT_SA_FALLBACK_DISABLED),
			1);
	x->xso.type = XFRM_DEV_OFFLOAD_PACKET;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -EINVAL);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(card->ad,
					       OV2_CNT_SA_REFUSED_DISABLED),
			1);
	/* A state that can never be offloaded is refused, even if the feature
	 * is off.
	 */
	x->xso.type = XFRM_DEV_OFFLOAD_CRYPTO;
	x->tfcpad = 1;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -EINVAL);
	KUNIT_EXPECT_EQ(test, card->asked, 0);
}

/* A refusal of the engine leaves nothing behind. */
static void state_engine_refuses(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_new(test, card, XFRM_DEV_OFFLOAD_OUT,
					 XFRM_DEV_OFFLOAD_PACKET);

	card->answer = OV2_STATUS_RESOURCES;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -ENOMEM);
	card->answer = OV2_STATUS_NOT_ACCEPTED;
	KUNIT_EXPECT_EQ(test, xdo_add(card->dev, x), -EAGAIN);
	KUNIT_EXPECT_EQ(test, card->asked, 2);
	KUNIT_EXPECT_EQ(test, atomic_read(&card->ad->bundles), 0);
	KUNIT_EXPECT_FALSE(test, ov2_bridge_packet_mode(card->ad));
	KUNIT_EXPECT_EQ(test, x->xso.offload_handle, 0);
}

static void advance(struct xfrm_state *x)
{
	spin_lock_bh(&x->lock);
	x->xso.dev->xfrmdev_ops->xdo_dev_state_advance_esn(x);
	spin_unlock_bh(&x->lock);
}

/* Bonding overwrites the handle at failover, so a state may have a handle that
 * names the SA of another state. The bridge makes no request for a state with
 * such a handle.
 */
static void state_stale_handle(struct kunit *test)
{
	struct sa_card *card = card_new(test), *other = card_new(test);
	struct xfrm_state *x = state_out(test, card);
	struct xfrm_state *y = state_out(test, card);
	unsigned int asked;

	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	asked = card->asked;
	y->xso.offload_handle = x->xso.offload_handle;
	y->replay_esn->oseq_hi = 1;
	advance(y);
	rcu_read_lock();
	ov2_state_renumber(y);
	rcu_read_unlock();
	xdo_delete(card->dev, y);
	xdo_free(card->dev, y);
	/* The state is on another card */
	x->xso.dev = other->dev;
	xdo_delete(other->dev, x);
	x->xso.dev = card->dev;
	KUNIT_EXPECT_EQ(test, card->asked, asked);
	KUNIT_EXPECT_EQ(test, other->asked, 0);
	KUNIT_EXPECT_EQ(test, atomic_read(&other->ad->bundles), 0);
	expect_found(test, card, x->xso.offload_handle, x);
	expect_found(test, other, x->xso.offload_handle, NULL);
	xdo_delete(card->dev, x);
	KUNIT_EXPECT_EQ(test, card->asked, asked + 1);
}

static void expect_update(struct kunit *test, const struct sa_card *card,
			  const struct xfrm_state *x, unsigned int asked,
			  u32 seq_hi)
{
	KUNIT_EXPECT_EQ(test, card->asked, asked);
	KUNIT_EXPECT_EQ(test, card->oid, OV2_OID_UPDATE_SA);
	KUNIT_EXPECT_EQ(test, card->update.header.type,
			OV2_OBJECT_TYPE_DEFAULT);
	KUNIT_EXPECT_EQ(test, card->update.header.revision, OV2_REVISION_1);
	KUNIT_EXPECT_EQ(test, card->update.header.size,
			sizeof(card->update));
	KUNIT_EXPECT_EQ(test, card->update.handle, x->xso.offload_handle);
	KUNIT_EXPECT_EQ(test, card->update.operation, OV2_OPERATION_ESP);
	KUNIT_EXPECT_EQ(test, card->update.spi, x->id.spi);
	KUNIT_EXPECT_EQ(test, card->update.seq_hi, seq_hi);
}

/* @half is the high half in the direction of the state, and @other is the high
 * half in the other direction. The bridge makes one request each time that
 * @half changes. If the engine does not accept the request, the bridge repeats
 * the request.
 */
static void expect_advances(struct kunit *test, struct sa_card *card,
			    struct xfrm_state *x, u32 *half, u32 *other)
{
	unsigned int asked;

	*half = 3;
	KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x), 0);
	asked = card->asked;
	*other = 9;
	advance(x);
	KUNIT_EXPECT_EQ(test, card->asked, asked);

	*half = 4;
	card->answer = OV2_STATUS_NOT_ACCEPTED;
	advance(x);
	expect_update(test, card, x, asked + 1, 4);
	KUNIT_EXPECT_FALSE(test, card->has_ext);
	advance(x);
	expect_update(test, card, x, asked + 2, 4);
	card->answer = OV2_STATUS_SUCCESS;
	advance(x);
	expect_update(test, card, x, asked + 3, 4);
	advance(x);
	KUNIT_EXPECT_EQ(test, card->asked, asked + 3);
	*half = 3;
	advance(x);
	expect_update(test, card, x, asked + 4, 3);

	xdo_delete(card->dev, x);
	*half = 5;
	advance(x);
	KUNIT_EXPECT_EQ(test, card->asked, asked + 5);
	x->xso.dev = NULL;
}

static void state_advances(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x = state_in(test, card);

	expect_advances(test, card, x, &x->replay_esn->seq_hi,
			&x->replay_esn->oseq_hi);
	x = state_out(test, card);
	expect_advances(test, card, x, &x->replay_esn->oseq_hi,
			&x->replay_esn->seq_hi);
}

static void renumber(struct xfrm_state *x)
{
	rcu_read_lock();
	ov2_state_renumber(x);
	rcu_read_unlock();
}

static bool untold(struct sa_card *card, const struct xfrm_state *x)
{
	bool is;

	rcu_read_lock();
	is = ov2_assoc_find(card->ad, x->xso.offload_handle)->untold;
	rcu_read_unlock();
	return is;
}

/* The engine is told the number that a key manager sets, even if the high half
 * stays the same.
 */
static void state_renumbered(struct kunit *test)
{
	struct sa_card *card = card_new(test);
	struct xfrm_state *x[2] = { state_in(test, card),
				    state_out(test, card) };
	struct xfrm_replay_state_esn *esn;
	unsigned int asked;
	int out;

	for (out = 0; out < 2; out++) {
		KUNIT_ASSERT_EQ(test, xdo_add(card->dev, x[out]), 0);
		asked = card->asked;
		esn = x[out]->replay_esn;
		esn->seq = 100;
		esn->seq_hi = 0;
		esn->oseq = 200;
		esn->oseq_hi = 7;
		esn->replay_window = 31;
		renumber(x[out]);
		expect_update(test, card, x[out], asked + 1, out ? 7 : 0);
		KUNIT_ASSERT_TRUE(test, card->has_ext);
		KUNIT_EXPECT_EQ(test, card->ext.seq_lo, out ? 200 : 100);
		KUNIT_EXPECT_EQ(test, card->ext.window, 31);
		KUNIT_EXPECT_FALSE(test, untold(card, x[out]));
		/* advance() makes no request, because the engine has accepted
		 * this high half already.
		 */
		advance(x[out]);
		KUNIT_EXPECT_EQ(test, card->asked, asked + 1);

		card->answer = OV2_STATUS_NOT_ACCEPTED;
		renumber(x[out]);
		KUNIT_EXPECT_TRUE(test, untold(card, x[out]));
		card->answer = OV2_STATUS_SUCCESS;
		renumber(x[out]);
		KUNIT_EXPECT_FALSE(test, untold(card, x[out]));
		KUNIT_EXPECT_EQ(test, card->asked, asked + 3);
	}

	/* The state is on a bond, and the card is the real device. Only newer
	 * kernels let a card take such a state.
	 */
	x[0]->xso.dev = NULL;
	x[0]->xso.real_dev = card->dev;
	asked = card->asked;
	renumber(x[0]);
#ifdef OV2_HAVE_XDO_DEV
	asked++;
#endif
	KUNIT_EXPECT_EQ(test, card->asked, asked);
	x[0]->xso.dev = card->dev;
	x[0]->xso.real_dev = NULL;

	x[0]->km.state = XFRM_STATE_DEAD;
	renumber(x[0]);
	x[0]->km.state = XFRM_STATE_VALID;
	x[0]->props.flags = 0;
	renumber(x[0]);
	x[1]->xso.dev = NULL;
	renumber(x[1]);
	KUNIT_EXPECT_EQ(test, card->asked, asked);
	x[1]->xso.dev = card->dev;
	for (out = 0; out < 2; out++)
		xdo_delete(card->dev, x[out]);
}

/**
 * struct asking - a packet for which the core calls xdo_dev_offload_ok
 * @card: the card
 * @other: another device
 * @x: the state
 * @skb: the packet
 * @xdst: the route (struct xfrm_dst) of the packet
 * @path: the route that @xdst leads to
 */
struct asking {
	struct sa_card *card;
	struct net_device *other;
	struct xfrm_state *x;
	struct sk_buff *skb;
	struct xfrm_dst xdst;
	struct dst_entry path;
};

static struct asking *asking_new(struct kunit *test, u8 type)
{
	struct asking *ask = kunit_kzalloc(test, sizeof(*ask), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ask);
	ask->card = card_new(test);
	ask->other = card_new(test)->dev;
	ask->x = state_new(test, ask->card, XFRM_DEV_OFFLOAD_OUT, type);
	ask->skb = alloc_skb(200, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, ask->skb);
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, skb_end,
							   ask->skb));
	skb_put_zero(ask->skb, 100);
	skb_reset_network_header(ask->skb);
	ip_hdr(ask->skb)->version = 4;
	ip_hdr(ask->skb)->ihl = 5;
	ask->path.dev = ask->card->dev;
	ask->xdst.u.dst.xfrm = ask->x;
	ask->xdst.path = &ask->path;
	ask->xdst.child = &ask->path;
	/* The skb looks as if it held a reference to the dst, but there is no
	 * reference. So skb_end() takes the dst off before it frees the skb.
	 */
	ask->skb->_skb_refdst = (unsigned long)&ask->xdst;
	return ask;
}

static bool offload_ok(struct asking *ask)
{
	return ask->card->dev->xfrmdev_ops->xdo_dev_offload_ok(ask->skb,
							       ask->x);
}

/* A state may have lost its device when the core calls xdo_dev_offload_ok. If
 * the card declines the packet then, no counter moves.
 */
static void offload_ok_elsewhere(struct kunit *test)
{
	struct asking *ask = asking_new(test, XFRM_DEV_OFFLOAD_CRYPTO);

	ask->x->xso.dir = XFRM_DEV_OFFLOAD_IN;
	ask->x->xso.dev = NULL;
	KUNIT_EXPECT_FALSE(test, offload_ok(ask));
	KUNIT_EXPECT_EQ(test, ov2_counter_read(ask->card->ad,
					       OV2_CNT_TX_FALLBACK_DIR), 0);
	ask->x->xso.dev = ask->card->dev;
}

/* The card declines the packet, and moves the counter @reason and no other. */
static void expect_declined(struct kunit *test, struct asking *ask,
			    enum ov2_counter reason)
{
	u64 before[OV2_CNT_MAX];
	int i;

	for (i = 0; i < OV2_CNT_MAX; i++)
		before[i] = ov2_counter_read(ask->card->ad, i);
	KUNIT_EXPECT_FALSE(test, offload_ok(ask));
	for (i = 0; i < OV2_CNT_MAX; i++)
		KUNIT_EXPECT_EQ_MSG(test, ov2_counter_read(ask->card->ad, i),
				    before[i] + (i == reason), "%s",
				    ov2_counter_name(i));
}

/* The card checks the headers of a packet in the same way in crypto mode and in
 * packet mode. The card takes packets for outbound states only.
 */
static void expect_headers(struct kunit *test, struct asking *ask,
			   enum ov2_counter dir, enum ov2_counter headers)
{
	struct iphdr *ip = ip_hdr(ask->skb);

	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	ask->x->xso.dir = XFRM_DEV_OFFLOAD_IN;
	expect_declined(test, ask, dir);
	ask->x->xso.dir = XFRM_DEV_OFFLOAD_OUT;

	ip->ihl = 6;
	expect_declined(test, ask, headers);
	ip->ihl = 5;
	ip->frag_off = htons(IP_MF);
	expect_declined(test, ask, headers);
	ip->frag_off = htons(1);
	expect_declined(test, ask, headers);
	ask->x->props.mode = XFRM_MODE_TUNNEL;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	ip->ihl = 6;
	expect_declined(test, ask, headers);
	ask->x->props.mode = XFRM_MODE_TRANSPORT;

	memset(ip, 0, sizeof(struct ipv6hdr));
	ip->version = 6;
	ipv6_hdr(ask->skb)->nexthdr = NEXTHDR_ROUTING;
	expect_declined(test, ask, headers);
	ipv6_hdr(ask->skb)->nexthdr = NEXTHDR_TCP;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
}

static void offload_ok_crypto(struct kunit *test)
{
	struct asking *ask = asking_new(test, XFRM_DEV_OFFLOAD_CRYPTO);
	const struct sec_path *sp;

	expect_headers(test, ask, OV2_CNT_TX_FALLBACK_DIR,
		       OV2_CNT_TX_FALLBACK_HEADERS);
	/* In crypto mode the card sets no tag. If the packet has a sec_path, it
	 * is the empty one that the CPU has kept. The card does not check the
	 * device of the route, because the core checks this device.
	 */
	ask->path.dev = ask->other;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	sp = skb_sec_path(ask->skb);
	KUNIT_EXPECT_TRUE(test, !sp || (!sp->len && !sp->olen));
}

/* In crypto mode the card declines the large packets that the core would
 * segment wrongly: see gso_goes_wrong().
 */
static void offload_ok_large(struct kunit *test)
{
	static const u32 wrong[] = { SKB_GSO_IPXIP4, SKB_GSO_IPXIP6 };
	struct asking *ask = asking_new(test, XFRM_DEV_OFFLOAD_CRYPTO);
	struct skb_shared_info *shinfo = skb_shinfo(ask->skb);
	struct xfrm_encap_tmpl encap = {};
	int i;

	ask->x->encap = &encap;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	shinfo->gso_size = 40;
	shinfo->gso_type = SKB_GSO_TCPV4;
	expect_declined(test, ask, OV2_CNT_TX_FALLBACK_LARGE);
	ask->x->encap = NULL;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	shinfo->gso_type |= SKB_GSO_GRE;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		shinfo->gso_type = SKB_GSO_TCPV4 | wrong[i];
		expect_declined(test, ask, OV2_CNT_TX_FALLBACK_LARGE);
		ask->x->props.mode = XFRM_MODE_TUNNEL;
		KUNIT_EXPECT_TRUE(test, offload_ok(ask));
		ask->x->xso.type = XFRM_DEV_OFFLOAD_PACKET;
		ask->x->props.mode = XFRM_MODE_TRANSPORT;
		KUNIT_EXPECT_TRUE(test, offload_ok(ask));
		ask->x->xso.type = XFRM_DEV_OFFLOAD_CRYPTO;
	}
	ask->x->props.mode = XFRM_MODE_TUNNEL;
	shinfo->gso_type = SKB_GSO_TCPV4 | SKB_GSO_DODGY;
	expect_declined(test, ask, OV2_CNT_TX_FALLBACK_LARGE);
	shinfo->gso_size = 0;
	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	secpath_reset(ask->skb);
}

/* In packet mode the card takes a packet only if the route leads through the
 * card and has no second state. Then the packet gets the tag.
 */
static void offload_ok_packet(struct kunit *test)
{
	struct asking *ask = asking_new(test, XFRM_DEV_OFFLOAD_PACKET);
	struct xfrm_state *next = state_out(test, ask->card);

	ask->path.dev = ask->other;
	expect_declined(test, ask, OV2_CNT_TX_REFUSED_WAY);
	ask->path.dev = ask->card->dev;
	ask->path.xfrm = next;
	expect_declined(test, ask, OV2_CNT_TX_REFUSED_WAY);
	ask->path.xfrm = NULL;
	KUNIT_EXPECT_NULL(test, skb_sec_path(ask->skb));

	KUNIT_EXPECT_TRUE(test, offload_ok(ask));
	KUNIT_ASSERT_NOT_NULL(test, xfrm_offload(ask->skb));
	KUNIT_EXPECT_TRUE(test, ov2_packet_tagged(xfrm_offload(ask->skb)));
	KUNIT_EXPECT_PTR_EQ(test, xfrm_input_state(ask->skb), ask->x);
	KUNIT_EXPECT_EQ(test, refcount_read(&ask->x->refcnt), 2);
	expect_headers(test, ask, OV2_CNT_TX_REFUSED_DIR,
		       OV2_CNT_TX_REFUSED_HEADERS);
	secpath_reset(ask->skb);
	KUNIT_EXPECT_EQ(test, refcount_read(&ask->x->refcnt), 1);
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE(state_lives),
#ifdef OV2_HAVE_XDO_DEV
	KUNIT_CASE(state_bond_forgets),
#endif
	KUNIT_CASE(state_freed_only),
	KUNIT_CASE(state_freed_heard),
	KUNIT_CASE(state_packet_counts),
	KUNIT_CASE(state_keeps_feature),
	KUNIT_CASE(state_feature_goes_off),
	KUNIT_CASE(policy_counts),
	KUNIT_CASE(state_path),
	KUNIT_CASE(state_acquire),
	KUNIT_CASE(state_table_full),
	KUNIT_CASE(state_feature_off),
	KUNIT_CASE(state_engine_refuses),
	KUNIT_CASE(state_stale_handle),
	KUNIT_CASE(state_advances),
	KUNIT_CASE(state_renumbered),
	KUNIT_CASE(offload_ok_crypto),
	KUNIT_CASE(offload_ok_large),
	KUNIT_CASE(offload_ok_packet),
	KUNIT_CASE(offload_ok_elsewhere),
	{}
};

static struct kunit_suite state_suite = {
	.name = "ov2_state",
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
