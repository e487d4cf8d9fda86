// SPDX-License-Identifier: GPL-2.0
/* The right flow is read from packets of all shapes, and no flow is read from
 * malformed packets.
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/net_namespace.h>

#include "../../unit/rig/random_choice.h"
#include "../packet/flow.h"

#define SPORT	4500
#define DPORT	53

/**
 * struct flow_case - a packet, and the flow that is to be read from it
 * @name: a name for the packet, in messages
 * @ipv6: version
 * @tags: VLAN tags in the frame
 * @proto: protocol of the IP header
 * @frag_off: IPv4 fragment offset and flags
 * @rest: the bytes behind the IP header
 * @len: bytes of @rest
 * @bad: the packet cannot be read
 * @flow: the flags of the flow that is read
 * @sport: the value that the source port of a selector is compared with; for
 *	ICMP the type
 * @dport: the same for the destination port; for ICMP the code
 */
struct flow_case {
	const char *name;
	bool ipv6;
	int tags;
	u8 proto;
	u16 frag_off;
	u8 rest[72];
	unsigned int len;
	bool bad;
	struct ov2_flow flow;
	u16 sport;
	u16 dport;
};

/* The ports as bytes, and headers that stand in front of the ports. The name of
 * each header ends with the name of the header that follows it.
 */
#define PORTS		"\x11\x94\x00\x35"
#define OPTIONS_DEST	"\x3c\0\1\4\0\0\0\0"
#define OPTIONS_UDP	"\x11\0\1\4\0\0\0\0"
#define FIRST_UDP	"\x11\0\0\1\0\0\0\1"
#define FIRST_DEST	"\x3c\0\0\1\0\0\0\1"
#define LATER_UDP	"\x11\0\0\x48\0\0\0\1"

#define CLEAR	{ .proto_known = true, .ports_known = true }
#define HIDDEN	{ .fragment = true, .proto_known = true }

static const struct flow_case flow_cases[] = {
	{ "IPv4 UDP", .proto = IPPROTO_UDP, .rest = PORTS, .len = 8,
	  .flow = CLEAR, .sport = SPORT, .dport = DPORT },
	{ "IPv6 TCP", .ipv6 = true, .proto = IPPROTO_TCP, .rest = PORTS,
	  .len = 20, .flow = CLEAR, .sport = SPORT, .dport = DPORT },
	{ "IPv4 ICMP", .proto = IPPROTO_ICMP, .rest = "\x08\x03", .len = 8,
	  .flow = CLEAR, .sport = 8, .dport = 3 },
	{ "IPv6 ICMP", .ipv6 = true, .proto = IPPROTO_ICMPV6,
	  .rest = "\x87\x01", .len = 8, .flow = CLEAR, .sport = 135,
	  .dport = 1 },
	{ "GRE with key", .proto = IPPROTO_GRE,
	  .rest = "\x20\0\x08\0\0\5\0\6\x45", .len = 28,
	  .flow = CLEAR, .sport = 5, .dport = 6 },
	{ "protocol without ports", .proto = 253, .rest = PORTS, .len = 8,
	  .flow = CLEAR },
	{ "tag", .tags = 1, .proto = IPPROTO_UDP, .rest = PORTS, .len = 8,
	  .flow = CLEAR, .sport = SPORT, .dport = DPORT },
	{ "two tags", .ipv6 = true, .tags = 2, .proto = IPPROTO_UDP,
	  .rest = PORTS, .len = 8, .flow = CLEAR, .sport = SPORT,
	  .dport = DPORT },
	{ "first fragment", .proto = IPPROTO_UDP, .frag_off = IP_MF,
	  .rest = PORTS, .len = 8, .flow = HIDDEN },
	{ "later fragment", .proto = IPPROTO_UDP, .frag_off = 100,
	  .rest = PORTS, .len = 8, .flow = HIDDEN },
	{ "IPv6 extension headers", .ipv6 = true, .proto = NEXTHDR_HOP,
	  .rest = OPTIONS_DEST OPTIONS_UDP PORTS,
	  .len = 24, .flow = CLEAR, .sport = SPORT, .dport = DPORT },
	{ "IPv6 first fragment", .ipv6 = true, .proto = NEXTHDR_FRAGMENT,
	  .rest = FIRST_UDP PORTS, .len = 16,
	  .flow = HIDDEN },
	{ "IPv6 later fragment", .ipv6 = true, .proto = NEXTHDR_FRAGMENT,
	  .rest = LATER_UDP PORTS, .len = 16,
	  .flow = HIDDEN },
	{ "IPv6 fragment of options", .ipv6 = true, .proto = NEXTHDR_FRAGMENT,
	  .rest = FIRST_DEST OPTIONS_UDP,
	  .len = 24, .flow = { .fragment = true } },
	{ "IPv6 mobility", .ipv6 = true, .proto = NEXTHDR_MOBILITY,
	  .rest = "\x3b\0\5", .len = 8,
	  .flow = { .proto_known = true } },
	{ "ports cut off", .proto = IPPROTO_UDP, .rest = PORTS, .len = 3,
	  .flow = { .proto_known = true } },
	{ "no payload", .ipv6 = true, .proto = IPPROTO_UDP,
	  .flow = { .proto_known = true } },
	{ "IPv6 options cut off", .ipv6 = true, .proto = NEXTHDR_HOP,
	  .len = 1, .bad = true },
	{ "IPv6 fragment header cut off", .ipv6 = true,
	  .proto = NEXTHDR_FRAGMENT, .len = 7, .bad = true },
};

static void put_ip4(struct sk_buff *skb, const struct flow_case *c)
{
	struct iphdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 4;
	ip->ihl = 5;
	ip->tot_len = htons(sizeof(*ip) + c->len);
	ip->frag_off = htons(c->frag_off);
	ip->protocol = c->proto;
	ip->saddr = htonl(0xc0000201);
	ip->daddr = htonl(0xc0000202);
}

static void put_ip6(struct sk_buff *skb, const struct flow_case *c)
{
	struct ipv6hdr *ip = skb_put_zero(skb, sizeof(*ip));

	ip->version = 6;
	ip->payload_len = htons(c->len);
	ip->nexthdr = c->proto;
	ip->saddr.s6_addr[15] = 1;
	ip->daddr.s6_addr[15] = 2;
}

static struct sk_buff *flow_skb(struct kunit *test, const struct flow_case *c)
{
	__be16 proto = htons(c->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	__be16 tag[2] = { htons(5), htons(ETH_P_8021Q) };
	int i;

	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb->dev = init_net.loopback_dev;
	skb_reset_mac_header(skb);
	skb_put_zero(skb, ETH_HLEN);
	skb->protocol = c->tags ? htons(ETH_P_8021Q) : proto;
	for (i = 0; i < c->tags; i++) {
		if (i == c->tags - 1)
			tag[1] = proto;
		skb_put_data(skb, tag, sizeof(tag));
	}
	skb_set_network_header(skb, skb->len);
	if (c->ipv6)
		put_ip6(skb, c);
	else
		put_ip4(skb, c);
	skb_put_data(skb, c->rest, c->len);
	return skb;
}

static void expect_addresses(struct kunit *test, const struct ov2_flow *flow)
{
	if (flow->family == AF_INET) {
		KUNIT_EXPECT_EQ(test, ntohl(flow->fl.u.ip4.saddr), 0xc0000201);
		KUNIT_EXPECT_EQ(test, ntohl(flow->fl.u.ip4.daddr), 0xc0000202);
	} else {
		KUNIT_EXPECT_EQ(test, flow->fl.u.ip6.saddr.s6_addr[15], 1);
		KUNIT_EXPECT_EQ(test, flow->fl.u.ip6.daddr.s6_addr[15], 2);
	}
}

static void expect_flow(struct kunit *test, const struct flow_case *c,
			const struct sk_buff *skb)
{
	const union flowi_uli *uli;
	struct ov2_flow flow;
	bool ok;

	ok = ov2_flow_read(&init_net, skb, &flow);
	KUNIT_EXPECT_EQ(test, ok, !c->bad);
	KUNIT_EXPECT_EQ(test, flow.family, c->ipv6 ? AF_INET6 : AF_INET);
	if (!ok)
		return;

	uli = c->ipv6 ? &flow.fl.u.ip6.uli : &flow.fl.u.ip4.uli;
	expect_addresses(test, &flow);
	KUNIT_EXPECT_EQ(test, flow.fl.flowi_oif,
			init_net.loopback_dev->ifindex);
	KUNIT_EXPECT_EQ(test, flow.fragment, c->flow.fragment);
	KUNIT_EXPECT_EQ(test, flow.proto_known, c->flow.proto_known);
	KUNIT_EXPECT_EQ(test, flow.ports_known, c->flow.ports_known);
	KUNIT_EXPECT_EQ(test, ntohs(xfrm_flowi_sport(&flow.fl, uli)),
			c->sport);
	KUNIT_EXPECT_EQ(test, ntohs(xfrm_flowi_dport(&flow.fl, uli)),
			c->dport);
}

/* Makes the frame look like a received frame that the bridge gets: data and
 * network header are right behind the Ethernet header, even if a tag is there.
 */
static void receive(struct sk_buff *skb)
{
	skb_pull(skb, ETH_HLEN);
	skb_reset_network_header(skb);
}

static void flow_is_read(struct kunit *test)
{
	const struct flow_case *c = test->param_value;
	struct sk_buff *skb = flow_skb(test, c);

	expect_flow(test, c, skb);
	receive(skb);
	expect_flow(test, c, skb);
	kfree_skb(skb);
}

/* In front of a packet that is forwarded into a tunnel, there is room for an
 * Ethernet header, but the header is not written yet.
 */
static void flow_garbage_in_front(struct kunit *test)
{
	const struct flow_case *c = test->param_value;
	struct sk_buff *skb;

	if (c->tags)
		kunit_skip(test, "without an Ethernet header there is no tag");
	skb = flow_skb(test, c);
	memset(skb->data, 0x81, ETH_HLEN);
	expect_flow(test, c, skb);
	kfree_skb(skb);
}

/* Returns a copy that has all bytes behind the Ethernet header in pages. */
static struct sk_buff *in_pages(struct kunit *test, const struct sk_buff *skb)
{
	unsigned int paged = skb->len - ETH_HLEN;
	struct sk_buff *copy;
	int err;

	copy = alloc_skb_with_frags(ETH_HLEN, paged, 0, &err, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	skb_put(copy, ETH_HLEN);
	copy->data_len = paged;
	copy->len += paged;
	KUNIT_ASSERT_EQ(test, skb_store_bits(copy, 0, skb->data, skb->len), 0);
	skb_reset_mac_header(copy);
	skb_set_network_header(copy, skb_network_offset(skb));
	copy->protocol = skb->protocol;
	copy->dev = skb->dev;
	return copy;
}

static void flow_not_linear(struct kunit *test)
{
	const struct flow_case *c = test->param_value;
	struct sk_buff *skb = flow_skb(test, c);
	struct sk_buff *paged = in_pages(test, skb);

	expect_flow(test, c, paged);
	kfree_skb(paged);
	kfree_skb(skb);
}

static void flow_of_no_ip(struct kunit *test)
{
	struct sk_buff *skb = flow_skb(test, flow_cases);
	struct ov2_flow flow;

	skb->protocol = htons(ETH_P_ARP);
	KUNIT_EXPECT_FALSE(test, ov2_flow_read(&init_net, skb, &flow));
	KUNIT_EXPECT_EQ(test, flow.family, 0);
	kfree_skb(skb);
}

#define RANDOM_PACKETS	5000

static const u8 random_protos[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_ESP,
	IPPROTO_GRE, IPPROTO_SCTP, IPPROTO_IPIP, IPPROTO_IPV6, NEXTHDR_HOP,
	NEXTHDR_FRAGMENT, NEXTHDR_MOBILITY, 253,
};

/* Returns a packet with random bytes behind its IP header, and fills in @c with
 * the random fields of the headers. Some IPv4 headers have a random length
 * field, and some packets are cut.
 */
static struct sk_buff *random_skb(struct kunit *test, struct flow_case *c)
{
	struct sk_buff *skb;
	int i;

	*c = (struct flow_case) {
		.ipv6 = ov2_below(2),
		.tags = ov2_below(8) ? 0 : 1,
		.proto = random_protos[ov2_below(ARRAY_SIZE(random_protos))],
		.frag_off = ov2_below(4) ? IP_DF : ov2_below(0x10000),
		.len = ov2_below(sizeof(c->rest) + 1),
	};
	for (i = 0; i < sizeof(c->rest); i++)
		c->rest[i] = ov2_below(256);
	skb = flow_skb(test, c);
	if (!c->ipv6 && !ov2_below(4))
		ip_hdr(skb)->ihl = ov2_below(16);
	if (!ov2_below(8))
		skb_trim(skb, skb_network_offset(skb) + ov2_below(48));
	return skb;
}

/* Do ov2_flow_read() and ov2_flow_dissect() read the same flow? */
static bool same_flow(const struct sk_buff *skb)
{
	struct ov2_flow read, dissected;
	bool ok = ov2_flow_read(&init_net, skb, &read);

	if (ok != ov2_flow_dissect(&init_net, skb, &dissected))
		return false;
	if (!ok)
		return read.family == dissected.family;
	/* Only this member may differ. It says whether the flow was read
	 * without the dissector.
	 */
	read.common = false;
	return !memcmp(&read, &dissected, sizeof(read));
}

/* ov2_flow_read() reads common packets itself. It reads the same flow as the
 * kernel's dissector.
 */
static void flow_is_dissected(struct kunit *test)
{
	unsigned int common = 0, i;
	struct flow_case c;

	ov2_random_start(test);
	for (i = 0; i < RANDOM_PACKETS; i++) {
		struct sk_buff *skb = random_skb(test, &c);

		KUNIT_EXPECT_TRUE_MSG(test, same_flow(skb),
				      "packet %u: IPv%d, protocol %u", i,
				      c.ipv6 ? 6 : 4, c.proto);
		receive(skb);
		KUNIT_EXPECT_TRUE_MSG(test, same_flow(skb), "received %u", i);
		common += c.proto == IPPROTO_TCP || c.proto == IPPROTO_UDP;
		kfree_skb(skb);
	}
	KUNIT_EXPECT_GT(test, common, RANDOM_PACKETS / 20);
}

static void flow_case_name(const struct flow_case *c, char *desc)
{
	strscpy(desc, c->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(flow, flow_cases, flow_case_name);

static struct kunit_case flow_kunit_cases[] = {
	KUNIT_CASE_PARAM(flow_is_read, flow_gen_params),
	KUNIT_CASE_PARAM(flow_garbage_in_front, flow_gen_params),
	KUNIT_CASE_PARAM(flow_not_linear, flow_gen_params),
	KUNIT_CASE(flow_of_no_ip),
	KUNIT_CASE(flow_is_dissected),
	{}
};

static struct kunit_suite flow_suite = {
	.name = "ov2_flow",
	.test_cases = flow_kunit_cases,
};

kunit_test_suite(flow_suite);
