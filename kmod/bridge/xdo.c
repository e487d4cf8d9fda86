// SPDX-License-Identifier: GPL-2.0
/*
 * xfrmdev_ops: what xfrm's core asks of a card about states, in crypto mode and
 * in packet mode. Policies have operations of their own (packet/policy_ops.c).
 */
#include <net/ip.h>
#include <net/ipv6.h>

#include "bridge.h"
#include "policy_event.h"
#include "sa_event.h"
#include "xdo.h"
#include "packet/packet.h"
#include "packet/policy_ops.h"
#include "packet/replay.h"
#include "packet/tag.h"
#include "sa/assoc.h"
#include "sa/bonded.h"
#include "sa/refuse.h"
#include "sa/request.h"
#include "sa/spare_path.h"

static const struct xfrmdev_ops bridge_xfrmdev_ops;

/**
 * ov2_xdo_is_card() - is a netdev a card of this module?
 * @dev: any netdev
 *
 * A card that is being deleted still is a card, because the core keeps the
 * operations of a netdev as long as the netdev exists.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_xdo_is_card(const struct net_device *dev)
{
	return dev->xfrmdev_ops == &bridge_xfrmdev_ops;
}

static int add_full(struct ov2_adapter *ad, struct xfrm_state *x,
		    struct netlink_ext_ack *extack)
{
	if (ov2_state_is_packet(x))
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_FULL,
					-ENOSPC, extack);
	return ov2_state_refuse(ad, x, OV2_CNT_SA_FALLBACK_FULL, -EOPNOTSUPP,
				extack);
}

/* The state of @assoc has been taken out. Queues may still remember @assoc, but
 * they compare ov2_bridge.ended before they use @assoc.
 */
static void assoc_end(struct ov2_bridge *bridge, struct ov2_assoc *assoc)
{
	/* Pairs with tx_crypto() and rx_find_assoc(): a look-up that sees the
	 * new ov2_bridge.ended no longer finds the state.
	 */
	atomic64_inc_return_release(&bridge->ended);
	ov2_assoc_delete(assoc);
}

/* Is @x on a bond, and @dev one of the bond's cards? */
static bool is_on_bond(const struct net_device *dev,
		       const struct xfrm_state *x)
{
	return READ_ONCE(x->xso.dev) != dev;
}

/* ov2_sad_add() is the last step. After it, packets can find the state as soon
 * as the core makes the state valid. The bridge counts the bundles (a bundle is
 * the SA of one add), because NDIS_IPSEC_OFFLOAD_V2 leaves the counting to the
 * transport, which is the bridge.
 */
static int state_add(struct ov2_adapter *ad, struct xfrm_state *x,
		     struct netlink_ext_ack *extack)
{
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	enum ov2_status status = OV2_STATUS_RESOURCES;
	int resized = atomic_read_acquire(&ad->resized);
	struct ov2_assoc *assoc;
	int err = 0;

	if (!ov2_bundle_take(&ad->bundles, ad))
		return add_full(ad, x, extack);

	assoc = ov2_assoc_alloc(ad, x);
	if (!assoc)
		goto err_bundle;
	assoc->replay_turn = ov2_replay_turn(x);

	status = ov2_bridge_request_add(ad, x, assoc);
	if (status != OV2_STATUS_SUCCESS)
		goto err_assoc;
	x->xso.offload_handle = assoc->handle;
	atomic_add(assoc->sends, &bridge->senders);
	atomic_add(assoc->sends && assoc->udp_encap, &bridge->udp_senders);
	if (assoc->packet && ov2_state_is_outbound(x))
		err = ov2_sad_add(&bridge->sad, assoc, x);
	if (err)
		goto err_sa;
	if (is_on_bond(ad->dev, x))
		ov2_bonded_add(assoc, x);
	ov2_sa_event_added(assoc);
	return 0;

err_sa:
	RCU_INIT_POINTER(assoc->x, NULL);
	assoc_end(bridge, assoc);
	status = OV2_STATUS_RESOURCES;
	goto err_bundle;
err_assoc:
	ov2_assoc_discard(assoc);
err_bundle:
	atomic_dec(&ad->bundles);
	if (err == -ENOSPC)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_SAME, err,
					extack);
	/* The capacity may have been lowered after ov2_bundle_take(). This
	 * barrier pairs with the barrier of ov2_sizes_set_capacity().
	 */
	smp_mb__after_atomic();
	if (status == OV2_STATUS_RESOURCES &&
	    (resized & 1 || atomic_read(&ad->resized) != resized))
		return add_full(ad, x, extack);
	return ov2_state_add_failed(ad, x, status, extack);
}

/* Kernel 6.12 may call a card's operation with the bond as the device. The
 * operation cannot know which of the bond's cards is meant, so it cannot
 * offload the state. The fallback is counted on the first card below the bond.
 */
static int count_bond_fallback(struct net_device *lower,
			       struct netdev_nested_priv *priv)
{
	if (!ov2_xdo_is_card(lower))
		return 0;

	ov2_state_refuse(ov2_adapter_of(lower), priv->data,
			 OV2_CNT_SA_FALLBACK_BOND, -EOPNOTSUPP, NULL);
	return 1;
}

static int add_through_bond(struct net_device *bond, struct xfrm_state *x)
{
	struct netdev_nested_priv priv = { .data = x };

	rcu_read_lock();
	netdev_walk_all_lower_dev_rcu(bond, count_bond_fallback, &priv);
	rcu_read_unlock();
	return -EOPNOTSUPP;
}

/* The caller has taken @x out of @assoc. @assoc may hold the last reference to
 * the netdev.
 */
static void state_end(struct ov2_assoc *assoc, const struct xfrm_state *x)
{
	struct ov2_adapter *ad = assoc->ad;
	struct ov2_bridge *bridge = ov2_bridge_of(ad);
	netdevice_tracker tracker;

	netdev_hold(ad->dev, &tracker, GFP_ATOMIC);
	ov2_sa_event_deleted(assoc, x);
	if (assoc->packet)
		ov2_packet_mode_leave(bridge);
	atomic_sub(assoc->sends, &bridge->senders);
	atomic_sub(assoc->sends && assoc->udp_encap, &bridge->udp_senders);
	ov2_bonded_del(assoc);
	ov2_sad_del(&bridge->sad, assoc);
	assoc_end(bridge, assoc);
	atomic_dec(&ad->bundles);
	netdev_put(ad->dev, &tracker);
}

/* Bonding adds @x to a card, and may have forgotten that another card still has
 * @x (sa/bonded.c).
 */
static void state_leave_cards(const struct xfrm_state *x)
{
	struct ov2_assoc *assoc;

	while ((assoc = ov2_bonded_unset(x)))
		state_end(assoc, x);
}

/* Bonding never calls xdo_dev_offload_ok of a card. So if the card would
 * decline some of the state's packets in crypto mode, the core must keep the
 * whole state in software. This concerns large packets of ESP in UDP
 * (gso_goes_wrong()), and packets that are sent through an inbound state
 * (declined_crypto()).
 */
static bool needs_question(const struct xfrm_state *x)
{
	if (ov2_state_is_packet(x))
		return false;
	return ov2_state_is_outbound(x) ? !!x->encap : !x->dir;
}

static int card_state_add(struct net_device *dev, struct xfrm_state *x,
			  struct netlink_ext_ack *extack)
{
	bool packet = ov2_state_is_packet(x);
	struct ov2_bridge *bridge;
	enum ov2_counter reason;
	struct ov2_adapter *ad;
	int err;

	if (!ov2_xdo_is_card(dev))
		return add_through_bond(dev, x);
	/* A state with this flag has no keys. It stands for an SA that a key
	 * manager still has to negotiate, and the core adds such a state in
	 * atomic context. The core sends no packet before the SA is there.
	 */
	if (x->xso.flags & XFRM_DEV_OFFLOAD_FLAG_ACQ)
		return 0;

	ad = ov2_adapter_of(dev);
	reason = ov2_state_refused(x);
	if (reason)
		return ov2_state_refuse(ad, x, reason, -EINVAL, extack);
	if (is_on_bond(dev, x)) {
		state_leave_cards(x);
		if (needs_question(x))
			return ov2_state_refuse(ad, x, OV2_CNT_SA_FALLBACK_BOND,
						-EOPNOTSUPP, extack);
	}
	if (!(dev->features & NETIF_F_HW_ESP))
		return ov2_state_add_disabled(ad, x, extack);

	/* Software cannot take over a state in packet mode. So count the state
	 * before the engine sets its keys: meanwhile esp-hw-offload must stay
	 * on (ov2_features_set()).
	 */
	bridge = ov2_bridge_of(ad);
	if (packet && !ov2_packet_mode_enter(bridge))
		return ov2_state_add_disabled(ad, x, extack);
	err = state_add(ad, x, extack);
	if (err && packet)
		ov2_packet_mode_leave(bridge);
	return err;
}

/* bond_ipsec_add_sa_all() also adds states that the core is freeing: such a
 * state has no reference, and what its members point to may be gone.
 */
static int bridge_state_add(struct net_device *dev, struct xfrm_state *x,
			    struct netlink_ext_ack *extack)
{
	int err;

	if (!refcount_inc_not_zero(&x->refcnt))
		return -EINVAL;
	err = card_state_add(dev, x, extack);
	xfrm_state_put(x);
	return err;
}

/* Returns true if this call deleted the state's SA, false if neither @dev nor,
 * if @x is on a bond, another card has an SA of @x.
 */
static bool state_delete(struct net_device *dev, struct xfrm_state *x)
{
	struct ov2_assoc *assoc;

	if (!dev || !ov2_xdo_is_card(dev))
		return false;

	assoc = ov2_assoc_unset(ov2_adapter_of(dev), x);
	if (!assoc && is_on_bond(dev, x))
		assoc = ov2_bonded_unset(x);
	if (!assoc)
		return false;

	state_end(assoc, x);
	return true;
}

/* Ends what bonding has left on a card that goes. A state that bonding has
 * forgotten (sa/bonded.c) would hold the netdev for as long as the state lives,
 * perhaps in another namespace. Bonding has no reference to xso.real_dev, so
 * this pointer is cleared here, under the lock under which
 * bond_ipsec_del_sa_all() clears it.
 */
static void states_end(struct ov2_adapter *ad)
{
	struct xfrm_state *x;

	/* Few cards have a state here, and the search is long. */
	while (atomic_read(&ad->bundles) && (x = ov2_bonded_find_any(ad))) {
		spin_lock_bh(&x->lock);
		if (x->xso.real_dev == ad->dev)
			x->xso.real_dev = NULL;
		state_delete(ad->dev, x);
		spin_unlock_bh(&x->lock);
		xfrm_state_put(x);
	}
}

/**
 * ov2_bridge_unregistered() - make deleted policies, and states that bonding
 *	has forgotten, drop their references to a card
 * @ad: the card, which is being unregistered. The core has deleted its states
 *	and policies
 *
 * Context: Process context. Does not wait.
 */
void ov2_bridge_unregistered(struct ov2_adapter *ad)
{
	states_end(ad);
	ov2_dead_policies_end(&ov2_bridge_of(ad)->dead);
}

/* The core calls this in atomic context, and mostly under x->lock. So memory is
 * freed later: when the engine has deleted the SA and a grace period has
 * passed.
 */
static void bridge_state_delete(struct net_device *dev, struct xfrm_state *x)
{
	state_delete(dev, x);
}

/* After an error the core calls this function without calling
 * bridge_state_delete() before. The last reference to the state is gone then,
 * and xfrm_state_gc_destroy() has already freed what members of the state point
 * to (x->aead, x->encap, x->replay_esn and others). The state itself is freed
 * immediately afterwards. Other CPUs may have found the state through its SA,
 * and may still look at its reference count, so wait for these CPUs here. This
 * wait is rare: in all other cases the core deletes a state before it frees the
 * state, even when a card is removed (xfrm_dev_state_flush()).
 */
static void bridge_state_free(struct net_device *dev, struct xfrm_state *x)
{
	if (state_delete(dev, x))
		synchronize_net();
}

/* In a packet from a user or a guest (SKB_GSO_DODGY) gso_segs is not set yet,
 * but the core reserves as many numbers as gso_segs says.
 *
 * When esp4_gso_segment() segments ESP in UDP for a card that encrypts, it
 * forgets the UDP header: 8 bytes of payload land in TCP headers, and numbers
 * are used twice. In transport mode it also segments large packets of ipip, sit
 * and ip6tnl wrongly, and the engine would drop the segments; packets of GRE
 * come out right. In software the core segments before ESP, and all of these
 * packets come out right.
 */
static bool gso_goes_wrong(const struct sk_buff *skb,
			   const struct xfrm_state *x)
{
	if (!skb_is_gso(skb))
		return false;
	if (x->encap ||
	    skb_shinfo(skb)->gso_type & SKB_GSO_DODGY)
		return true;
	return !ov2_state_is_tunnel(x) &&
	       skb_shinfo(skb)->gso_type & (SKB_GSO_IPXIP4 | SKB_GSO_IPXIP6);
}

static bool headers_ok(const struct sk_buff *skb, const struct xfrm_state *x)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->version == 6)
		return !ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr);
	return ip->ihl == 5 && (ov2_state_is_tunnel(x) || !ip_is_fragment(ip));
}

/* In packet mode older kernels do not check which device the packet leaves by.
 * If the packet left by a device other than the state's device, it would leave
 * in clear. The card protects a packet with one state only, and older kernels
 * do not check whether the route has a second state.
 */
static bool way_ok(const struct sk_buff *skb, const struct xfrm_state *x)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct xfrm_dst *xdst = (const struct xfrm_dst *)dst;

	return dst_dev(xfrm_dst_path(dst)) == x->xso.dev && !xdst->child->xfrm;
}

/* The core also sends through an inbound state, if the state has no SA
 * direction (one manual SA for both directions, RFC 4552). But
 * validate_xmit_xfrm() encrypts no packet of such a state, and the engine has
 * no SA to send with.
 */
static enum ov2_counter declined_crypto(struct sk_buff *skb,
					const struct xfrm_state *x)
{
	if (!ov2_state_is_outbound(x))
		return OV2_CNT_TX_FALLBACK_DIR;
	if (!headers_ok(skb, x))
		return OV2_CNT_TX_FALLBACK_HEADERS;
	if (gso_goes_wrong(skb, x))
		return OV2_CNT_TX_FALLBACK_LARGE;
	ov2_spare_path_use(skb);
	return OV2_CNT_NONE;
}

static enum ov2_counter declined_packet(struct sk_buff *skb,
					struct xfrm_state *x)
{
	if (!ov2_state_is_outbound(x))
		return OV2_CNT_TX_REFUSED_DIR;
	if (!headers_ok(skb, x))
		return OV2_CNT_TX_REFUSED_HEADERS;
	if (!way_ok(skb, x))
		return OV2_CNT_TX_REFUSED_WAY;
	return ov2_packet_tag(skb, x, raw_smp_processor_id()) ?
	       OV2_CNT_NONE : OV2_CNT_TX_REFUSED_ALLOC;
}

/* In older kernels the device of a state may be a bond, and in all kernels the
 * device may be gone by now. In both cases no card counts the packet.
 */
static void count_declined(const struct xfrm_state *x, enum ov2_counter reason)
{
	struct net_device *dev = ov2_state_dev(x);
	struct ov2_assoc *assoc;
	struct ov2_adapter *ad;

	if (!dev || !ov2_xdo_is_card(dev))
		return;

	ad = ov2_adapter_of(dev);
	ov2_count(ad, reason);
	rcu_read_lock();
	assoc = ov2_assoc_of_state(ad, x);
	if (assoc)
		atomic64_inc(&assoc->declined[reason - OV2_DECLINED_FIRST]);
	rcu_read_unlock();
	ov2_sa_event_declined(ad, x, reason);
}

/* In crypto mode the core encrypts in software the packets that are declined
 * here. The core asks before it adds the ESP header, because a packet that has
 * the ESP header already could only be dropped. In packet mode the core drops
 * the packets that are declined here. Newer kernels test the headers
 * themselves.
 */
static bool bridge_offload_ok(struct sk_buff *skb, struct xfrm_state *x)
{
	enum ov2_counter reason = ov2_state_is_packet(x) ?
				  declined_packet(skb, x) :
				  declined_crypto(skb, x);

	if (likely(!reason))
		return true;
	count_declined(x, reason);
	return false;
}

/* Called for every packet. For a state on a bond, x->xso.dev is the bond, not
 * this card, so the update is skipped. The engine then infers the high half
 * from the numbers that it verified.
 */
static void bridge_advance_esn(struct xfrm_state *x)
{
	struct net_device *dev = x->xso.dev;
	struct ov2_assoc *assoc;

	lockdep_assert_held(&x->lock);
	if (!dev || !ov2_xdo_is_card(dev))
		return;

	rcu_read_lock();
	assoc = ov2_assoc_of_state(ov2_adapter_of(dev), x);
	if (assoc) {
		if (assoc->packet && !ov2_state_is_outbound(x))
			ov2_replay_received(x, &assoc->replay_turn);
		ov2_assoc_advance(assoc, x);
	}
	rcu_read_unlock();
}

/**
 * ov2_state_assoc() - find the association of a state on any card
 * @x: a state, on a card of this module or elsewhere; its lock is held
 *
 * ov2_state_dev() finds the card of a state on a bond.
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 * Return: the association, or NULL if @x is on no card of this module.
 */
struct ov2_assoc *ov2_state_assoc(const struct xfrm_state *x)
{
	struct net_device *dev = ov2_state_dev(x);

	lockdep_assert_held(&x->lock);
	if (!dev || !ov2_xdo_is_card(dev))
		return NULL;
	return ov2_assoc_of_state(ov2_adapter_of(dev), x);
}

/**
 * ov2_state_renumber() - tell the engine a sequence number that a key manager
 *	has set
 * @x: a state, on a card of this module or elsewhere. This function takes its
 *	lock
 *
 * If the engine does not accept the update, ov2_assoc.untold is set. If the SA
 * is inbound, the next received frame of the SA makes the bridge call this
 * function again.
 *
 * Context: Under rcu_read_lock(), any context except hard interrupts.
 */
void ov2_state_renumber(struct xfrm_state *x)
{
	struct ov2_assoc *assoc = NULL;

	spin_lock_bh(&x->lock);
	if (x->km.state == XFRM_STATE_VALID &&
	    x->props.flags & XFRM_STATE_ESN)
		assoc = ov2_state_assoc(x);
	if (assoc) {
		ov2_assoc_renumber(assoc, x);
		/* The key manager set the window together with the sequence
		 * number, so the bits of the window are right. With the new
		 * turn, ov2_replay_received() does not change these bits.
		 */
		assoc->replay_turn = ov2_replay_turn(x);
	}
	spin_unlock_bh(&x->lock);
}

static void bridge_policy_delete(struct xfrm_policy *xp)
{
	ov2_policy_event_deleted(ov2_adapter_of(xp->xdo.dev), xp);
	ov2_bridge_policy_delete(xp);
}

OV2_XDO_STATE_ADD(bridge_state_add);
OV2_XDO_STATE_VOID(bridge_state_delete);
OV2_XDO_STATE_VOID(bridge_state_free);

static const struct xfrmdev_ops bridge_xfrmdev_ops = {
	.xdo_dev_state_add = OV2_XDO(bridge_state_add),
	.xdo_dev_state_delete = OV2_XDO(bridge_state_delete),
	.xdo_dev_state_free = OV2_XDO(bridge_state_free),
	.xdo_dev_offload_ok = bridge_offload_ok,
	.xdo_dev_state_advance_esn = bridge_advance_esn,
	.xdo_dev_policy_add = ov2_bridge_policy_add,
	.xdo_dev_policy_delete = bridge_policy_delete,
	.xdo_dev_policy_free = ov2_bridge_policy_free,
};

/**
 * ov2_bridge_setup() - make a netdev an IPsec offload device
 * @dev: a card that is not registered yet. Its private data starts with its
 *	adapter
 *
 * Context: Process context.
 */
void ov2_bridge_setup(struct net_device *dev)
{
	dev->xfrmdev_ops = &bridge_xfrmdev_ops;
}
