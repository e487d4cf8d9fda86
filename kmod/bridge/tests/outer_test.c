// SPDX-License-Identifier: GPL-2.0
/*
 * A tunnel's outer header has the right fields, for every inner header.
 *
 * The tests also show what becomes of a packet whose next hop has no address
 * yet, and of a packet whose route does not lead through the card.
 */
#include <kunit/skbuff.h>
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/kthread.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/dsfield.h>
#include <net/ip.h>
#include <net/ndisc.h>

#include "../../unit/rig/packet_shape.h"
#include "../bridge.h"
#include "../sa/assoc.h"
#include "../packet/outer.h"
#include "../packet/pending.h"
#include "../packet/tag.h"

#define HOPS	37
#define LABEL	0xabcde
/* ESP header and IV, in front of which the outer header goes */
#define ESP_LEN	16
#define BODY	100

static const u8 far_mac[ETH_ALEN] = { 2, 0, 0, 0, 0x0f, 7 };

/**
 * struct outer_shape - an outer header to be made
 * @ipv6: the outer header is IPv6
 * @inner6: the inner header is IPv6
 * @udp: ESP is in UDP
 * @tos: DSCP and ECN of the inner header
 * @frag_off: the fragment field of an inner IPv4 header, in host order
 * @inner_len: the length of the inner packet that the test gives to
 *	ov2_outer_push(); the packet itself may have another length
 * @flags: XFRM_STATE_*
 * @extra_flags: XFRM_SA_XFLAG_*
 */
struct outer_shape {
	bool ipv6;
	bool inner6;
	bool udp;
	u8 tos;
	u16 frag_off;
	unsigned int inner_len;
	u8 flags;
	u32 extra_flags;
};

static void address6(struct in6_addr *addr, u32 last)
{
	ipv6_addr_set(addr, htonl(0xfe800000), 0, 0, htonl(last));
}

static struct xfrm_state *state_new(struct kunit *test,
				    const struct outer_shape *shape)
{
	const struct ov2_shape made = {
		.ipv6 = shape->ipv6,
		.tunnel = true,
		.udp = shape->udp,
		.flags = shape->flags,
	};
	struct xfrm_state *x = ov2_shape_state(test, &made);

	write_pnet(&x->xs_net, &init_net);
	refcount_set(&x->refcnt, 1);
	x->id.proto = IPPROTO_ESP;
	x->props.extra_flags = shape->extra_flags;
	if (shape->ipv6) {
		address6(&x->props.saddr.in6, 1);
		address6(&x->id.daddr.in6, 7);
	} else {
		x->props.saddr.a4 = htonl(0x7f000001);
		x->id.daddr.a4 = htonl(0x7f000007);
	}
	return x;
}

static void put_inner4(struct sk_buff *skb, const struct outer_shape *shape)
{
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 4;
	ip->ihl = 5;
	ip->tos = shape->tos;
	ip->frag_off = htons(shape->frag_off);
	ip->ttl = 5;
	ip->protocol = IPPROTO_TCP;
	ip->tot_len = htons(sizeof(*ip) + BODY);
}

static void put_inner6(struct sk_buff *skb, const struct outer_shape *shape)
{
	struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip6_flow_hdr(ip, shape->tos, htonl(LABEL));
	ip->hop_limit = 5;
	ip->nexthdr = IPPROTO_TCP;
	ip->payload_len = htons(BODY);
}

/* Data and network header are at the inner header. The bytes of the headroom
 * are not zero.
 */
static struct sk_buff *inner_new(struct kunit *test,
				 const struct outer_shape *shape)
{
	struct sk_buff *skb = kunit_zalloc_skb(test, 512, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, skb);
	memset(skb->data, 0xff, skb->len);
	skb_trim(skb, 0);
	skb_reserve(skb, 128);
	if (shape->inner6)
		put_inner6(skb, shape);
	else
		put_inner4(skb, shape);
	memset(skb_put(skb, BODY), 0xa5, BODY);
	skb_reset_network_header(skb);
	skb->protocol = 0;
	return skb;
}

/* Returns a packet with an ESP header and its outer header. */
static struct sk_buff *pushed(struct kunit *test,
			      const struct xfrm_state *x,
			      const struct outer_shape *shape)
{
	const struct ov2_outer outer = { .hop_limit = HOPS };
	struct sk_buff *skb = inner_new(test, shape);

	memset(skb_push(skb, ESP_LEN), 0x11, ESP_LEN);
	ov2_outer_push(skb, x, &outer, shape->inner_len);
	KUNIT_EXPECT_PTR_EQ(test, skb_network_header(skb), skb->data);
	return skb;
}

/* Full-functionality option of RFC 3168 9.1.1: CE becomes ECT(0), and other
 * values of ECN are copied.
 */
static u8 tos_expected(const struct outer_shape *shape)
{
	u8 dscp = shape->tos & 0xfc;
	u8 ecn = shape->tos & 3;

	if (ecn == 3)
		ecn = 2;
	if (shape->extra_flags & XFRM_SA_XFLAG_DONT_ENCAP_DSCP)
		dscp = 0;
	if (shape->flags & XFRM_STATE_NOECN)
		ecn = 0;
	return dscp | ecn;
}

static void expect_esp_behind(struct kunit *test, const struct sk_buff *skb,
			      unsigned int header)
{
	unsigned int inner = skb->len - header - ESP_LEN;

	KUNIT_EXPECT_EQ(test, skb->data[header], 0x11);
	KUNIT_EXPECT_EQ(test, skb->data[header + ESP_LEN - 1], 0x11);
	KUNIT_EXPECT_TRUE(test, inner == BODY + sizeof(struct iphdr) ||
			  inner == BODY + sizeof(struct ipv6hdr));
}

static void expect4(struct kunit *test, const struct sk_buff *skb,
		    const struct outer_shape *shape)
{
	const struct iphdr *ip = ip_hdr(skb);

	KUNIT_EXPECT_EQ(test, skb->protocol, htons(ETH_P_IP));
	KUNIT_EXPECT_EQ(test, (int)ip->version, 4);
	KUNIT_EXPECT_EQ(test, (int)ip->ihl, 5);
	KUNIT_EXPECT_EQ(test, ntohs(ip->tot_len), skb->len);
	KUNIT_EXPECT_EQ(test, ip->ttl, HOPS);
	KUNIT_EXPECT_EQ(test, ip->protocol,
			shape->udp ? IPPROTO_UDP : IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, ntohl(ip->saddr), 0x7f000001);
	KUNIT_EXPECT_EQ(test, ntohl(ip->daddr), 0x7f000007);
	KUNIT_EXPECT_EQ(test, ip_fast_csum(ip, 5), 0);
	expect_esp_behind(test, skb, sizeof(*ip));
}

static void expect6(struct kunit *test, const struct sk_buff *skb,
		    const struct outer_shape *shape)
{
	const struct ipv6hdr *ip = ipv6_hdr(skb);
	struct in6_addr addr;

	KUNIT_EXPECT_EQ(test, skb->protocol, htons(ETH_P_IPV6));
	KUNIT_EXPECT_EQ(test, (int)ip->version, 6);
	KUNIT_EXPECT_EQ(test, ntohs(ip->payload_len), skb->len - 40);
	KUNIT_EXPECT_EQ(test, ip->hop_limit, HOPS);
	KUNIT_EXPECT_EQ(test, ip->nexthdr, IPPROTO_ESP);
	KUNIT_EXPECT_EQ(test, ntohl(ip6_flowlabel(ip)),
			shape->inner6 ? LABEL : 0);
	address6(&addr, 1);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ip->saddr, &addr));
	address6(&addr, 7);
	KUNIT_EXPECT_TRUE(test, ipv6_addr_equal(&ip->daddr, &addr));
	expect_esp_behind(test, skb, sizeof(*ip));
}

static u8 outer_tos(const struct sk_buff *skb, bool ipv6)
{
	return ipv6 ? ipv6_get_dsfield(ipv6_hdr(skb)) : ip_hdr(skb)->tos;
}

/* Tries one shape with all values of DSCP and ECN. */
static void outer_tos_one(struct kunit *test, struct outer_shape *shape)
{
	const struct xfrm_state *x = state_new(test, shape);
	struct sk_buff *skb;
	int tos;

	for (tos = 0; tos < 256; tos++) {
		shape->tos = tos;
		skb = pushed(test, x, shape);
		KUNIT_EXPECT_EQ_MSG(test, outer_tos(skb, shape->ipv6),
				    tos_expected(shape),
				    "inner %#x flags %#x extra flags %#x",
				    tos, shape->flags, shape->extra_flags);
		if (shape->ipv6)
			expect6(test, skb, shape);
		else
			expect4(test, skb, shape);
		kunit_kfree_skb(test, skb);
	}
}

static void outer_headers(struct kunit *test)
{
	struct outer_shape shape = {};
	int bits;

	for (bits = 0; bits < 32; bits++) {
		shape.ipv6 = bits & 1;
		shape.inner6 = bits & 2;
		shape.udp = bits & 4;
		shape.flags = bits & 8 ? XFRM_STATE_NOECN : 0;
		shape.extra_flags =
			bits & 16 ? XFRM_SA_XFLAG_DONT_ENCAP_DSCP : 0;
		if (!shape.udp || !shape.ipv6)
			outer_tos_one(test, &shape);
	}
}

static u16 frag_off(struct kunit *test, const struct outer_shape *shape)
{
	struct sk_buff *skb = pushed(test, state_new(test, shape), shape);
	u16 off = ntohs(ip_hdr(skb)->frag_off);

	expect4(test, skb, shape);
	/* RFC 6864 4.1: an atomic datagram needs no identification */
	if (off)
		KUNIT_EXPECT_EQ(test, ip_hdr(skb)->id, 0);
	return off;
}

/* Only DF is copied from the fragment field of the inner IPv4 header. If the
 * state has the flag NOPMTUDISC, DF is not copied, either.
 */
static void outer_df_of_ipv4(struct kunit *test)
{
	struct outer_shape shape = { .inner_len = 1400 };

	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), 0);
	shape.frag_off = IP_DF;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), IP_DF);
	shape.inner_len = 100;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), IP_DF);
	shape.frag_off = IP_DF | IP_MF | 100;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), IP_DF);
	shape.frag_off = IP_MF | 100;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), 0);
	shape.frag_off = IP_DF;
	shape.flags = XFRM_STATE_NOPMTUDISC;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), 0);
}

/* If the inner packet is IPv6, the outer packet may be fragmented in two cases
 * only: the inner packet is not larger than the minimum MTU of IPv6, or the
 * state has the flag NOPMTUDISC.
 */
static void outer_df_of_ipv6(struct kunit *test)
{
	struct outer_shape shape = { .inner6 = true };

	shape.inner_len = IPV6_MIN_MTU;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), 0);
	shape.inner_len = IPV6_MIN_MTU + 1;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), IP_DF);
	shape.flags = XFRM_STATE_NOPMTUDISC;
	KUNIT_EXPECT_EQ(test, frag_off(test, &shape), 0);
}

/* A packet that may be fragmented has an identification of its own. */
static void outer_identity(struct kunit *test)
{
	const struct outer_shape shape = {};
	const struct xfrm_state *x = state_new(test, &shape);
	__be16 ids[4];
	int i;

	for (i = 0; i < ARRAY_SIZE(ids); i++) {
		ids[i] = ip_hdr(pushed(test, x, &shape))->id;
		if (i)
			KUNIT_EXPECT_NE(test, ids[i], ids[i - 1]);
	}
}

/**
 * struct link - a device with a link-local address, and the loopback device
 * @test: the test
 * @dev: the device. It takes every frame, and never answers
 * @x: a state whose far end is on the link of @dev
 * @pending: the packets that wait
 * @lo: the loopback device
 * @ttl: net.ipv4.ip_default_ttl before the test
 * @finder: the task that is in ov2_outer_find() now
 * @asked: frames that @finder itself has sent
 */
struct link {
	struct kunit *test;
	struct net_device *dev;
	struct xfrm_state *x;
	struct ov2_pending pending;
	struct net_device *lo;
	u8 ttl;
	struct task_struct *finder;
	int asked;
};

static netdev_tx_t link_xmit(struct sk_buff *skb, struct net_device *dev)
{
	struct link *link = *(struct link **)netdev_priv(dev);

	if (READ_ONCE(link->finder) == current)
		link->asked++;
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

/* The ndo_features_check of a card. Without this function the core itself would
 * turn tagged packets into ESP.
 */
static netdev_features_t link_features(struct sk_buff *skb,
				       struct net_device *dev,
				       netdev_features_t features)
{
	ov2_bridge_validate(dev, skb);
	return features;
}

static const struct net_device_ops link_ops = {
	.ndo_start_xmit = link_xmit,
	.ndo_features_check = link_features,
};

/* The work item gives all packets to their neighbours. unregister_netdev()
 * deletes the neighbours and their packets.
 */
static void link_end(void *data)
{
	struct link *link = data;

	flush_work(&link->pending.work);
	unregister_netdev(link->dev);
	ov2_pending_destroy(&link->pending);
	free_netdev(link->dev);
	WRITE_ONCE(init_net.ipv4.sysctl_ip_default_ttl, link->ttl);
	KUNIT_EXPECT_EQ(link->test, refcount_read(&link->x->refcnt), 1);
}

static void link_up(struct kunit *test, struct net_device *dev)
{
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, 0, dev_open(dev, NULL));
	rtnl_unlock();
}

/* Sets the hop limit, and turns off the detection of duplicate addresses, so
 * that the device has a valid address as soon as it is opened. Without a valid
 * address the kernel would send no neighbour solicitation, because the
 * solicitation would have no source.
 */
static void link_configure(struct kunit *test, struct net_device *dev)
{
	struct inet6_dev *idev;

	rtnl_lock();
	idev = __in6_dev_get(dev);
	if (idev) {
		idev->cnf.hop_limit = HOPS;
		idev->cnf.accept_dad = 0;
	}
	rtnl_unlock();
	KUNIT_ASSERT_NOT_NULL_MSG(test, idev, "no IPv6");
}

static struct link *link_new(struct kunit *test)
{
	const struct outer_shape shape = { .ipv6 = true };
	struct link *link = kunit_kzalloc(test, sizeof(*link), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, link);
	link->test = test;
	link->x = state_new(test, &shape);
	link->lo = init_net.loopback_dev;
	link->ttl = READ_ONCE(init_net.ipv4.sysctl_ip_default_ttl);
	ov2_pending_init(&link->pending);
	link->dev = alloc_etherdev(sizeof(link));
	KUNIT_ASSERT_NOT_NULL(test, link->dev);
	*(struct link **)netdev_priv(link->dev) = link;
	link->dev->netdev_ops = &link_ops;
	link->dev->priv_flags |= IFF_NO_QUEUE;
	eth_hw_addr_random(link->dev);
	if (register_netdev(link->dev)) {
		free_netdev(link->dev);
		KUNIT_FAIL_AND_ABORT(test, "no device");
	}
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, link_end,
							   link));
	link_configure(test, link->dev);
	link_up(test, link->dev);
	return link;
}

/* Looks up the way of a packet, and expects that the look-up sends no frame. */
static enum ov2_way find(struct link *link, struct net_device *dev,
			 struct xfrm_state *x, struct sk_buff *skb,
			 struct ov2_outer *outer)
{
	enum ov2_way way;

	memset(outer, 0xee, sizeof(*outer));
	local_bh_disable();
	WRITE_ONCE(link->finder, current);
	way = ov2_outer_find(dev, x, skb, &link->pending, outer);
	WRITE_ONCE(link->finder, NULL);
	local_bh_enable();
	KUNIT_EXPECT_EQ(link->test, link->asked, 0);
	return way;
}

/* A packet that KUnit does not own, because the neighbour may take it */
static struct sk_buff *packet_new(struct link *link)
{
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	const struct outer_shape shape = { .inner6 = true };

	KUNIT_ASSERT_NOT_NULL(link->test, skb);
	skb->dev = link->dev;
	skb_reserve(skb, 128);
	put_inner6(skb, &shape);
	skb_reset_network_header(skb);
	skb->protocol = htons(ETH_P_IPV6);
	return skb;
}

static struct neighbour *neighbour_of(struct link *link)
{
	struct neighbour *neigh;

	neigh = neigh_lookup(&nd_tbl, &link->x->id.daddr.in6, link->dev);
	KUNIT_ASSERT_NOT_NULL(link->test, neigh);
	return neigh;
}

static void neighbour_set(struct link *link, u8 state)
{
	struct neighbour *neigh;

	neigh = __neigh_lookup(&nd_tbl, &link->x->id.daddr.in6, link->dev, 1);
	KUNIT_ASSERT_NOT_NULL(link->test, neigh);
	neigh_update(neigh, far_mac, state, NEIGH_UPDATE_F_OVERRIDE |
		     NEIGH_UPDATE_F_ADMIN, 0);
	neigh_release(neigh);
}

static u8 neighbour_state(struct link *link)
{
	struct neighbour *neigh = neighbour_of(link);
	u8 state = READ_ONCE(neigh->nud_state);

	neigh_release(neigh);
	return state;
}

/* The way has the address of the next hop and the hop limit of the route. */
static void way_ready(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	neighbour_set(link, NUD_PERMANENT);
	KUNIT_EXPECT_EQ(test, OV2_WAY_READY,
			find(link, link->dev, link->x, skb, &outer));
	KUNIT_EXPECT_MEMEQ(test, outer.mac, far_mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, outer.hop_limit, HOPS);
	KUNIT_EXPECT_NULL(test, skb_sec_path(skb));
	kfree_skb(skb);
}

/* An old address is used. The neighbour asks for the address again, but later.
 */
static void way_stale(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	neighbour_set(link, NUD_STALE);
	KUNIT_EXPECT_EQ(test, OV2_WAY_READY,
			find(link, link->dev, link->x, skb, &outer));
	KUNIT_EXPECT_MEMEQ(test, outer.mac, far_mac, ETH_ALEN);
	KUNIT_EXPECT_EQ(test, neighbour_state(link), NUD_DELAY);
	kfree_skb(skb);
}

/* A packet for an unknown address gets a tag and waits, and the neighbour asks
 * for the address.
 */
static void way_pending(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct neighbour *neigh;
	struct ov2_outer outer;

	skb_get(skb);
	KUNIT_EXPECT_EQ(test, OV2_WAY_PENDING,
			find(link, link->dev, link->x, skb, &outer));
	KUNIT_ASSERT_NOT_NULL(test, skb_sec_path(skb));
	KUNIT_EXPECT_PTR_EQ(test, xfrm_input_state(skb), link->x);
	KUNIT_EXPECT_TRUE(test, ov2_packet_tagged(xfrm_offload(skb)));
	flush_work(&link->pending.work);
	neigh = neighbour_of(link);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&neigh->arp_queue), 1);
	KUNIT_EXPECT_TRUE(test, neigh->nud_state & NUD_INCOMPLETE);
	neigh_release(neigh);
	kfree_skb(skb);
}

/* A packet whose state has just lost its last reference cannot wait, because
 * its tag would hold a reference.
 */
static void way_of_gone(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	refcount_set(&link->x->refcnt, 0);
	KUNIT_EXPECT_EQ(test, OV2_WAY_NONE,
			find(link, link->dev, link->x, skb, &outer));
	KUNIT_EXPECT_NULL(test, skb_sec_path(skb));
	refcount_set(&link->x->refcnt, 1);
	kfree_skb(skb);
}

/* While BH are disabled, as under the lock of a send queue, the neighbour does
 * not ask. A work item on this CPU makes it ask later.
 */
static void way_pending_is_silent(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	local_bh_disable();
	KUNIT_EXPECT_EQ(test, OV2_WAY_PENDING,
			find(link, link->dev, link->x, skb, &outer));
	KUNIT_EXPECT_EQ(test, neighbour_state(link), NUD_NONE);
	local_bh_enable();
}

/* Makes a neighbour valid and invalid in turn, until the thread is stopped. */
static int flip(void *data)
{
	struct neighbour *neigh = data;
	u32 flags = NEIGH_UPDATE_F_OVERRIDE | NEIGH_UPDATE_F_ADMIN;

	while (!kthread_should_stop()) {
		neigh_update(neigh, far_mac, NUD_STALE, flags, 0);
		neigh_update(neigh, NULL, NUD_FAILED, flags, 0);
		cond_resched();
	}
	return 0;
}

/* Even if the address becomes invalid during the look-up, the neighbour does
 * not ask. This can happen only on a machine with several CPUs.
 */
static void way_changes(struct kunit *test)
{
	struct link *link = link_new(test);
	struct neighbour *neigh;
	struct task_struct *task;
	struct ov2_outer outer;
	struct sk_buff *skb;
	int i;

	neighbour_set(link, NUD_STALE);
	neigh = neighbour_of(link);
	task = kthread_run(flip, neigh, "ov2-flip");
	if (IS_ERR(task))
		neigh_release(neigh);
	KUNIT_ASSERT_FALSE(test, IS_ERR(task));
	for (i = 0; i < 3000 && !link->asked; i++) {
		skb = packet_new(link);
		if (find(link, link->dev, link->x, skb, &outer) !=
		    OV2_WAY_PENDING)
			kfree_skb(skb);
	}
	kthread_stop(task);
	neigh_release(neigh);
}

/* A packet beyond the limit still belongs to the caller. */
static void way_too_many(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skbs[2];
	struct ov2_outer outer;
	int i;

	skbs[0] = packet_new(link);
	skbs[1] = packet_new(link);
	local_bh_disable();
	for (i = 0; i < OV2_PENDING_MAX - 1; i++)
		__skb_queue_tail(&link->pending.packets,
				 alloc_skb(0, GFP_ATOMIC));
	KUNIT_EXPECT_EQ(test, OV2_WAY_PENDING,
			find(link, link->dev, link->x, skbs[0], &outer));
	KUNIT_EXPECT_EQ(test, OV2_WAY_NONE,
			find(link, link->dev, link->x, skbs[1], &outer));
	for (i = 0; i < OV2_PENDING_MAX - 1; i++)
		kfree_skb(__skb_dequeue(&link->pending.packets));
	local_bh_enable();
	kfree_skb(skbs[1]);
}

/* The route must lead through the card. */
static void way_of_other_device(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	neighbour_set(link, NUD_PERMANENT);
	KUNIT_EXPECT_EQ(test, OV2_WAY_NONE,
			find(link, link->lo, link->x, skb, &outer));
	KUNIT_EXPECT_NULL(test, skb_sec_path(skb));
	kfree_skb(skb);
}

static void way_none(struct kunit *test)
{
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	/* No route leads to 240.0.0.7 and 4000::7. */
	link->x->id.daddr.a6[0] = htonl(0x40000000);
	KUNIT_EXPECT_EQ(test, OV2_WAY_NONE,
			find(link, link->dev, link->x, skb, &outer));
	link->x->props.family = AF_INET;
	link->x->id.daddr.a4 = htonl(0xf0000007);
	KUNIT_EXPECT_EQ(test, OV2_WAY_NONE,
			find(link, link->dev, link->x, skb, &outer));
	kfree_skb(skb);
}

/* The test uses the loopback, because it is the only device that is sure to
 * have an IPv4 address.
 */
static void way_of_ipv4(struct kunit *test)
{
	const struct outer_shape shape = {};
	struct link *link = link_new(test);
	struct sk_buff *skb = packet_new(link);
	struct ov2_outer outer;

	link_up(test, link->lo);
	WRITE_ONCE(init_net.ipv4.sysctl_ip_default_ttl, HOPS + 1);
	KUNIT_EXPECT_EQ(test, OV2_WAY_READY,
			find(link, link->lo, state_new(test, &shape), skb,
			     &outer));
	KUNIT_EXPECT_TRUE(test, is_zero_ether_addr(outer.mac));
	KUNIT_EXPECT_EQ(test, outer.hop_limit, HOPS + 1);
	kfree_skb(skb);
}

static struct kunit_case outer_cases[] = {
	KUNIT_CASE(outer_headers),
	KUNIT_CASE(outer_df_of_ipv4),
	KUNIT_CASE(outer_df_of_ipv6),
	KUNIT_CASE(outer_identity),
	KUNIT_CASE(way_ready),
	KUNIT_CASE(way_stale),
	KUNIT_CASE(way_pending),
	KUNIT_CASE(way_of_gone),
	KUNIT_CASE(way_pending_is_silent),
	KUNIT_CASE(way_changes),
	KUNIT_CASE(way_too_many),
	KUNIT_CASE(way_of_other_device),
	KUNIT_CASE(way_none),
	KUNIT_CASE(way_of_ipv4),
	{}
};

static struct kunit_suite outer_suite = {
	.name = "ov2_outer",
	.test_cases = outer_cases,
};

kunit_test_suite(outer_suite);
