// SPDX-License-Identifier: GPL-2.0
/* xfrm states: xfrmdev_ops in crypto mode. */
#include <linux/slab.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "sa/state_algorithm.h"
#include "sa/assoc.h"
#include "bridge.h"
#include "packet/packet.h"
#include "sa/refuse.h"
#include "packet/replay.h"
#include "send.h"
#include "../ov2/handle.h"
#include "../watch/objects.h"

static const struct xfrmdev_ops bridge_xfrmdev_ops;

static bool dev_is_ours(const struct net_device *dev)
{
	return dev->xfrmdev_ops == &bridge_xfrmdev_ops;
}

/**
 * ov2_assoc_find() - the association behind a handle
 * @ad: the card
 * @handle: any value
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: it, or NULL if @handle names no live SA of @ad.
 */
struct ov2_assoc *ov2_assoc_find(struct ov2_adapter *ad, unsigned long handle)
{
	struct ov2_handle *hdl = ov2_handle_find(ad, handle);

	return hdl ? hdl->transport : NULL;
}

static struct ov2_assoc *assoc_alloc(struct ov2_adapter *ad,
				     struct xfrm_state *x)
{
	struct ov2_assoc *assoc;

	assoc = kzalloc(sizeof(*assoc), GFP_KERNEL_ACCOUNT);
	if (!assoc)
		return NULL;

	RCU_INIT_POINTER(assoc->x, x);
	assoc->ad = ad;
	netdev_hold(ad->dev, &assoc->dev_tracker, GFP_KERNEL);
	assoc->spi = x->id.spi;
	assoc->icv_len = ov2_state_icv_len(x);
	assoc->iv_len = ov2_state_iv_len(x);
	assoc->align = ov2_state_align(x);
	assoc->udp_encap = x->encap;
	assoc->packet = ov2_state_is_packet(x);
	ov2_object_created(OV2_OBJECT_ASSOC, assoc);
	assoc->replay_turn = ov2_replay_turn(x);
	return assoc;
}

/* Its SA never came to be, so no packet can have found it. */
static void assoc_discard(struct ov2_assoc *assoc)
{
	netdev_put(assoc->ad->dev, &assoc->dev_tracker);
	ov2_object_freed(OV2_OBJECT_ASSOC, assoc);
	kfree(assoc);
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

static void request_delete(struct ov2_assoc *assoc)
{
	struct ov2_adapter *ad = assoc->ad;
	enum ov2_status status;

	assoc->del_entry.header.type = OV2_OBJECT_TYPE_DEFAULT;
	assoc->del_entry.header.revision = OV2_REVISION_1;
	assoc->del_entry.header.size = sizeof(assoc->del_entry);
	assoc->del_entry.handle = assoc->handle;
	assoc->del.oid = OV2_OID_DELETE_SA;
	assoc->del.len = sizeof(assoc->del_entry);
	assoc->del.del = &assoc->del_entry;
	assoc->del.caller = assoc;
	status = ad->miniport->request(ad, &assoc->del);
	if (status != OV2_STATUS_PENDING)
		ov2_bridge_request_complete(ad, &assoc->del, status);
}

static bool is_outbound(const struct xfrm_state *x)
{
	return x->xso.dir == XFRM_DEV_OFFLOAD_OUT;
}

/* From here on policies lead to it, as soon as the core makes it valid. */
static int assoc_link(struct ov2_assoc *assoc, struct xfrm_state *x,
		      struct netlink_ext_ack *extack)
{
	struct ov2_adapter *ad = assoc->ad;
	int err;

	if (!assoc->packet || !is_outbound(x))
		return 0;
	err = ov2_sad_add(&ov2_bridge_of(ad)->sad, assoc, x);
	if (!err)
		return 0;

	atomic_dec(&ov2_bridge_of(ad)->states);
	RCU_INIT_POINTER(assoc->x, NULL);
	request_delete(assoc);
	if (err == -ENOSPC)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_SAME, err,
					extack);
	return ov2_state_add_failed(ad, x, OV2_STATUS_RESOURCES, extack);
}

static int assoc_add(struct ov2_adapter *ad, struct xfrm_state *x,
		     struct netlink_ext_ack *extack)
{
	struct ov2_assoc *assoc;
	enum ov2_status status;

	assoc = assoc_alloc(ad, x);
	if (!assoc)
		return ov2_state_add_failed(ad, x, OV2_STATUS_RESOURCES, extack);

	status = ov2_bridge_request_add(ad, x, assoc);
	if (status != OV2_STATUS_SUCCESS) {
		assoc_discard(assoc);
		return ov2_state_add_failed(ad, x, status, extack);
	}

	x->xso.offload_handle = assoc->handle;
	atomic_add(assoc->packet, &ov2_bridge_of(ad)->states);
	return assoc_link(assoc, x, extack);
}

/* The transport keeps the count of bundles (NDIS_IPSEC_OFFLOAD_V2). */
static int add_within_capacity(struct ov2_adapter *ad, struct xfrm_state *x,
			       struct netlink_ext_ack *extack)
{
	int err;

	if (!atomic_add_unless(&ad->bundles, 1,
			       ad->hardware->ipsec_v2.sa_capacity))
		return add_full(ad, x, extack);

	err = assoc_add(ad, x, extack);
	if (err)
		atomic_dec(&ad->bundles);
	return err;
}

/* The slave's operation was called for its bond (6.12): which one of ours it
 * is cannot be known, and nothing on the bond would work. Counted on the first
 * card below it.
 */
static int count_bond_fallback(struct net_device *lower,
			       struct netdev_nested_priv *priv)
{
	if (!dev_is_ours(lower))
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

static int bridge_state_add(struct net_device *dev, struct xfrm_state *x,
			    struct netlink_ext_ack *extack)
{
	enum ov2_counter reason;
	struct ov2_adapter *ad;

	if (!dev_is_ours(dev))
		return add_through_bond(dev, x);
	/* Stands for an SA that is yet to be negotiated: atomic, no keys. The
	 * core lets no packet through before there is one.
	 */
	if (x->xso.flags & XFRM_DEV_OFFLOAD_FLAG_ACQ)
		return 0;

	ad = ov2_adapter_of(dev);
	if (ov2_state_refused(x, &reason))
		return ov2_state_refuse(ad, x, reason, -EINVAL, extack);
	if (!(dev->features & NETIF_F_HW_ESP))
		return ov2_state_add_disabled(ad, x, extack);
	return add_within_capacity(ad, x, extack);
}

/* Under rcu_read_lock(). The handle may be stale, or another card's: bonding
 * overwrites it at failover.
 */
static struct ov2_assoc *assoc_of_state(struct ov2_adapter *ad,
					const struct xfrm_state *x)
{
	struct ov2_assoc *assoc = ov2_assoc_find(ad, x->xso.offload_handle);

	return assoc && rcu_access_pointer(assoc->x) == x ? assoc : NULL;
}

/* Returns false if there was nothing to delete. Whoever unsets the state
 * deletes: the core may free while another CPU still deletes.
 */
static bool assoc_delete(struct net_device *dev, struct xfrm_state *x)
{
	struct ov2_assoc *assoc;
	struct ov2_adapter *ad;
	bool ours;

	if (!dev || !dev_is_ours(dev))
		return false;

	ad = ov2_adapter_of(dev);
	rcu_read_lock();
	assoc = assoc_of_state(ad, x);
	ours = assoc && unrcu_pointer(xchg(&assoc->x, RCU_INITIALIZER(NULL)));
	rcu_read_unlock();
	if (!ours)
		return false;

	atomic_sub(assoc->packet, &ov2_bridge_of(ad)->states);
	ov2_sad_del(&ov2_bridge_of(ad)->sad, assoc);
	request_delete(assoc);
	atomic_dec(&ad->bundles);
	return true;
}

/* Atomic, x->lock held mostly: what frees memory comes later by itself. */
static void bridge_state_delete(struct net_device *dev, struct xfrm_state *x)
{
	assoc_delete(dev, x);
}

/* After errors the core frees a state without a delete, and frees its memory at
 * once. Then nothing has waited yet for those who found the state through its
 * SA. This is rare: when a card ends, the core deletes its states
 * (xfrm_dev_state_flush()).
 */
static void bridge_state_free(struct net_device *dev, struct xfrm_state *x)
{
	if (assoc_delete(dev, x))
		synchronize_net();
}

/* Segmenting ESP in UDP for a card that encrypts, esp4_gso_segment() forgets
 * the UDP header: TCP headers get 8 bytes of payload, and numbers are used
 * twice. Large packets of ipip, sit and ip6tnl come out wrong in transport
 * mode, too, and the engine would drop the segments; those of GRE come out
 * right. For software the core segments before ESP, and all of them come out
 * right.
 */
static bool gso_goes_wrong(const struct sk_buff *skb,
			   const struct xfrm_state *x)
{
	if (!skb_is_gso(skb))
		return false;
	return x->encap || (!ov2_state_is_tunnel(x) &&
			    skb_shinfo(skb)->gso_type & (SKB_GSO_IPXIP4 |
							 SKB_GSO_IPXIP6));
}

static bool headers_ok(const struct sk_buff *skb, const struct xfrm_state *x)
{
	const struct iphdr *ip = ip_hdr(skb);

	if (ip->version == 6)
		return !ipv6_ext_hdr(ipv6_hdr(skb)->nexthdr);
	return ip->ihl == 5 && (x->props.mode == XFRM_MODE_TUNNEL ||
				!ip_is_fragment(ip));
}

/* In packet mode the older core does not look where the packet is going, and it
 * would leave another device in clear.
 */
static bool way_ok(const struct sk_buff *skb, const struct xfrm_state *x)
{
	const struct dst_entry *dst = skb_dst(skb);
	const struct xfrm_dst *xdst = (const struct xfrm_dst *)dst;

	return dst_dev(xfrm_dst_path(dst)) == x->xso.dev && !xdst->child->xfrm;
}

/* What the card cannot do is left to software in crypto mode, before the packet
 * is framed: later it could only be dropped, as the core does in packet mode.
 * The newer core tests the headers itself. The core sends through a state that
 * was added for the way in, unless the state has an SA direction (one manual SA
 * for both ways, RFC 4552). But validate_xmit_xfrm() then encrypts nothing, and
 * the engine has no SA to send with.
 */
static bool bridge_offload_ok(struct sk_buff *skb, struct xfrm_state *x)
{
	if (!is_outbound(x) || !headers_ok(skb, x))
		return false;
	if (ov2_state_is_packet(x))
		return way_ok(skb, x) && ov2_packet_tag(skb, x);
	return !gso_goes_wrong(skb, x);
}

static u32 state_seq_hi(const struct xfrm_state *x)
{
	return is_outbound(x) ? x->replay_esn->oseq_hi : x->replay_esn->seq_hi;
}

static u32 state_seq_lo(const struct xfrm_state *x)
{
	return is_outbound(x) ? x->replay_esn->oseq : x->replay_esn->seq;
}

static enum ov2_status request_update(const struct ov2_assoc *assoc,
				      u32 seq_hi,
				      const struct ov2_ext_update *ext)
{
	const struct ov2_update_sa update = {
		.header = {
			.type = OV2_OBJECT_TYPE_DEFAULT,
			.revision = OV2_REVISION_1,
			.size = sizeof(update),
		},
		.handle = assoc->handle,
		.operation = OV2_OPERATION_ESP,
		.spi = assoc->spi,
		.seq_hi = seq_hi,
	};
	struct ov2_request req = {
		.oid = OV2_OID_UPDATE_SA,
		.len = sizeof(update),
		.update = &update,
		.ext_update = ext,
	};

	return assoc->ad->miniport->request(assoc->ad, &req);
}

/* x->lock is held. Called for every packet: the engine is told when the high
 * half has changed, and again if it did not accept the update. For a state on a
 * bond, x->xso.dev is the bond, not this card, so the update is skipped. The
 * engine then infers the high half from the numbers that it verified.
 */
static void bridge_advance_esn(struct xfrm_state *x)
{
	struct net_device *dev = x->xso.dev;
	u32 seq_hi = state_seq_hi(x);
	struct ov2_assoc *assoc;

	if (!dev || !dev_is_ours(dev))
		return;

	rcu_read_lock();
	assoc = assoc_of_state(ov2_adapter_of(dev), x);
	if (assoc && assoc->packet && !is_outbound(x))
		ov2_replay_received(x, &assoc->replay_turn);
	if (assoc && assoc->seq_hi != seq_hi &&
	    request_update(assoc, seq_hi, NULL) == OV2_STATUS_SUCCESS)
		assoc->seq_hi = seq_hi;
	rcu_read_unlock();
}

static void assoc_renumber(struct ov2_assoc *assoc, const struct xfrm_state *x)
{
	const struct ov2_ext_update ext = {
		.seq_lo = state_seq_lo(x),
		.window = x->replay_esn->replay_window,
	};
	u32 seq_hi = state_seq_hi(x);
	enum ov2_status status;

	status = request_update(assoc, seq_hi, &ext);
	WRITE_ONCE(assoc->untold, status != OV2_STATUS_SUCCESS);
	if (status == OV2_STATUS_SUCCESS)
		assoc->seq_hi = seq_hi;
	/* The window came with the number, so its bits are right. */
	assoc->replay_turn = ov2_replay_turn(x);
}

/**
 * ov2_state_renumber() - tell the engine a number that it cannot know
 * @x: a state, on a card of this module or elsewhere; takes its lock
 *
 * If the engine accepts nothing now, ov2_assoc.untold asks for another call. On
 * a bond the card is ov2_state_dev().
 *
 * Context: Under rcu_read_lock(), any context but hard interrupts.
 */
void ov2_state_renumber(struct xfrm_state *x)
{
	struct ov2_assoc *assoc;
	struct net_device *dev;

	spin_lock_bh(&x->lock);
	dev = ov2_state_dev(x);
	if (x->km.state == XFRM_STATE_VALID && x->props.flags & XFRM_STATE_ESN &&
	    dev && dev_is_ours(dev)) {
		assoc = assoc_of_state(ov2_adapter_of(dev), x);
		if (assoc)
			assoc_renumber(assoc, x);
	}
	spin_unlock_bh(&x->lock);
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
	.xdo_dev_policy_delete = ov2_bridge_policy_delete,
	.xdo_dev_policy_free = ov2_bridge_policy_free,
};

/**
 * ov2_bridge_setup() - make a netdev an IPsec offload device
 * @dev: a card, its private data starting with its adapter; not registered
 *
 * Context: Process context.
 */
void ov2_bridge_setup(struct net_device *dev)
{
	dev->xfrmdev_ops = &bridge_xfrmdev_ops;
}
