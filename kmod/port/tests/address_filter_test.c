// SPDX-License-Identifier: GPL-2.0
/*
 * A card takes the frames that its addresses and flags ask for.
 *
 * The tests try each row of the table at the head of port/filter.c.
 */
#include <linux/etherdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>

#include "../../unit/rig/two_cards.h"
#include "../filter.h"
#include "../../unit/rig/packet_shape.h"

#define OWN		OV2_FILTER_OWN
#define OTHER		OV2_FILTER_OTHER
#define UNWANTED	OV2_FILTER_UNWANTED

enum dest {
	DEST_DEV,		/* the card's address */
	DEST_UC,		/* in dev->uc */
	DEST_STRANGER,		/* any other unicast address */
	DEST_BROADCAST,
	DEST_MC,		/* in dev->mc */
	DEST_GROUP,		/* any other multicast address */
	DEST_MC_UNICAST,	/* a unicast address in dev->mc */
	NUM_DESTS
};

static const u8 addrs[NUM_DESTS][ETH_ALEN] = {
	[DEST_UC] = { 2, 0, 0, 0, 0, 1 },
	[DEST_STRANGER] = { 2, 0, 0, 0, 0, 2 },
	[DEST_BROADCAST] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
	[DEST_MC] = { 3, 0, 0, 0, 0, 1 },
	[DEST_GROUP] = { 3, 0, 0, 0, 0, 2 },
	[DEST_MC_UNICAST] = { 2, 0, 0, 0, 0, 3 },
};

/* What a frame carries */
enum inside {
	INSIDE_GROUP4,
	INSIDE_GROUP6,
	INSIDE_BROADCAST,
	INSIDE_HOST4,
	INSIDE_HOST6,
	INSIDE_OTHER,
	NUM_INSIDES
};

/**
 * struct filter_row - settings of the card, and the verdicts that they give
 * @flags: IFF_*
 * @bridged: the card is below a bridge device
 * @incomplete: the card's table lacks an address
 * @host: for each destination MAC, the verdict on a frame whose IP destination
 *	is a host, and on a frame without IP
 * @group: for each destination MAC, the verdict on a frame whose IP destination
 *	is a group or 255.255.255.255
 */
struct filter_row {
	unsigned int flags;
	bool bridged;
	bool incomplete;
	enum ov2_filter_verdict host[NUM_DESTS];
	enum ov2_filter_verdict group[NUM_DESTS];
};

static const struct filter_row rows[] = {
	{
		.host = { OWN, OWN, UNWANTED, OTHER, OTHER, UNWANTED,
			  UNWANTED },
		.group = { OWN, OWN, UNWANTED, OWN, OWN, UNWANTED, UNWANTED },
	},
	{
		.flags = IFF_ALLMULTI,
		.host = { OWN, OWN, UNWANTED, OTHER, OTHER, OTHER, UNWANTED },
		.group = { OWN, OWN, UNWANTED, OWN, OWN, OWN, UNWANTED },
	},
	{
		.flags = IFF_PROMISC,
		.host = { OWN, OWN, OTHER, OTHER, OTHER, OTHER, OTHER },
		.group = { OWN, OWN, OTHER, OWN, OWN, OWN, OTHER },
	},
	{
		.incomplete = true,
		.host = { OWN, OWN, OTHER, OTHER, OTHER, OTHER, OTHER },
		.group = { OWN, OWN, OTHER, OWN, OWN, OWN, OTHER },
	},
	{
		.bridged = true,
		.host = { OWN, OTHER, UNWANTED, OTHER, OTHER, UNWANTED,
			  UNWANTED },
		.group = { OWN, OTHER, UNWANTED, OTHER, OTHER, UNWANTED,
			   UNWANTED },
	},
	{
		.flags = IFF_PROMISC, .bridged = true,
		.host = { OWN, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER },
		.group = { OWN, OTHER, OTHER, OTHER, OTHER, OTHER, OTHER },
	},
};

static struct sk_buff *frame_new(struct kunit *test, const u8 *dest,
				 enum inside inside)
{
	const struct ov2_shape shape = {
		.ipv6 = inside == INSIDE_GROUP6 || inside == INSIDE_HOST6,
	};
	struct sk_buff *skb = ov2_shape_clear(test, &shape);

	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	ether_addr_copy(eth_hdr(skb)->h_dest, dest);
	switch (inside) {
	case INSIDE_GROUP4:
		ip_hdr(skb)->daddr = htonl(INADDR_ALLHOSTS_GROUP);
		break;
	case INSIDE_BROADCAST:
		ip_hdr(skb)->daddr = htonl(INADDR_BROADCAST);
		break;
	case INSIDE_HOST4:
		ip_hdr(skb)->daddr = htonl(0x0a000001);
		break;
	case INSIDE_GROUP6:
		ipv6_hdr(skb)->daddr = in6addr_linklocal_allnodes;
		break;
	case INSIDE_HOST6:
		ipv6_hdr(skb)->daddr = in6addr_loopback;
		break;
	default:
		/* The address looks like a group, but the frame is not IP. */
		ip_hdr(skb)->daddr = htonl(INADDR_ALLHOSTS_GROUP);
		eth_hdr(skb)->h_proto = htons(OV2_CARDS_ETHERTYPE);
	}
	return skb;
}

static void expect_verdicts(struct kunit *test, struct ov2_port *port,
			    const struct filter_row *row)
{
	const enum ov2_filter_verdict *verdict;
	enum inside inside;
	const u8 *addr;
	int dest;

	for (dest = 0; dest < NUM_DESTS; dest++)
		for (inside = 0; inside < NUM_INSIDES; inside++) {
			verdict = inside <= INSIDE_BROADCAST ? row->group :
							       row->host;
			addr = dest == DEST_DEV ? port->ad.dev->dev_addr :
						  addrs[dest];
			KUNIT_EXPECT_EQ_MSG(test,
					    ov2_filter(port,
						       frame_new(test, addr,
								 inside)),
					    verdict[dest],
					    "row %td, destination %d, inside %d",
					    row - rows, dest, inside);
		}
}

/* Each row of settings gives the right verdicts. */
static void verdicts(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *dev = cards->b->ad.dev;
	unsigned int flags = dev->flags;
	int i;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_uc_add(dev, addrs[DEST_UC]), 0);
	KUNIT_EXPECT_EQ(test, dev_mc_add(dev, addrs[DEST_MC]), 0);
	KUNIT_EXPECT_EQ(test, dev_mc_add(dev, addrs[DEST_MC_UNICAST]), 0);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		WRITE_ONCE(dev->flags, flags | rows[i].flags);
		cards->b->filter.bridged = rows[i].bridged;
		cards->b->filter.incomplete = rows[i].incomplete;
		expect_verdicts(test, cards->b, &rows[i]);
	}
	WRITE_ONCE(dev->flags, flags);
	rtnl_unlock();
}

static enum ov2_filter_verdict verdict_of(struct kunit *test,
					  struct ov2_cards *cards,
					  enum dest dest)
{
	return ov2_filter(cards->b, frame_new(test, addrs[dest],
					      INSIDE_GROUP4));
}

/* One address is in dev->uc and in dev->mc. After dev_mc_del() the card still
 * takes the frames to this address, and after dev_uc_del() it no longer does.
 */
static void lists(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *dev = cards->b->ad.dev;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_uc_add(dev, addrs[DEST_UC]), 0);
	KUNIT_EXPECT_EQ(test, dev_mc_add(dev, addrs[DEST_UC]), 0);
	KUNIT_EXPECT_EQ(test, dev_mc_add(dev, addrs[DEST_MC]), 0);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_UC), OWN);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_MC), OWN);
	KUNIT_EXPECT_EQ(test, dev_mc_del(dev, addrs[DEST_UC]), 0);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_UC), OWN);
	KUNIT_EXPECT_EQ(test, dev_uc_del(dev, addrs[DEST_UC]), 0);
	KUNIT_EXPECT_EQ(test, dev_mc_del(dev, addrs[DEST_MC]), 0);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_UC), UNWANTED);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_MC), UNWANTED);
	rtnl_unlock();
}

/* A card that is down forgets its addresses. When the card goes up again, it
 * takes the addresses that dev->uc and dev->mc have at that moment.
 */
static void lists_while_down(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	struct net_device *dev = cards->b->ad.dev;

	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_uc_add(dev, addrs[DEST_UC]), 0);
	KUNIT_EXPECT_EQ(test, dev_mc_add(dev, addrs[DEST_MC]), 0);
	rtnl_unlock();
	ov2_cards_down(cards, cards->b);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_UC), UNWANTED);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_MC), UNWANTED);
	rtnl_lock();
	KUNIT_EXPECT_EQ(test, dev_mc_del(dev, addrs[DEST_MC]), 0);
	rtnl_unlock();
	ov2_cards_up(cards, cards->b);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_UC), OWN);
	KUNIT_EXPECT_EQ(test, verdict_of(test, cards, DEST_MC), UNWANTED);
}

/* If a broadcast frame is too short for its IP header, the card takes the
 * frame, but does not treat it as its own.
 */
static void truncated(struct kunit *test)
{
	struct ov2_cards *cards = ov2_cards_new(test, 1, 1);
	enum inside inside;
	struct sk_buff *skb;

	for (inside = 0; inside < NUM_INSIDES; inside++) {
		skb = frame_new(test, addrs[DEST_BROADCAST], inside);
		skb_trim(skb, ETH_HLEN + 19);
		KUNIT_EXPECT_EQ(test, ov2_filter(cards->b, skb), OTHER);
		skb_trim(skb, ETH_HLEN);
		KUNIT_EXPECT_EQ(test, ov2_filter(cards->b, skb), OTHER);
	}
}

static struct kunit_case address_filter_cases[] = {
	KUNIT_CASE(verdicts),
	KUNIT_CASE(lists),
	KUNIT_CASE(lists_while_down),
	KUNIT_CASE(truncated),
	{}
};

static struct kunit_suite address_filter_suite = {
	.name = "ov2_address_filter",
	.test_cases = address_filter_cases,
};

kunit_test_suite(address_filter_suite);
