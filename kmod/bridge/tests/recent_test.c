// SPDX-License-Identifier: GPL-2.0
/*
 * What a queue remembers of its last flow is always what a look-up would find.
 *
 * Policies and states come, go and change at random between packets. Each
 * packet goes through two queues. One of them remembers its last flow, and the
 * other one is made to forget it before each packet. A structure that was
 * removed comes back at the same address with other contents.
 *
 * Other tests make one change that random steps would make too rarely, send a
 * packet of another flow, or add a policy or a state in the middle of a
 * look-up. This look-up does not find the new policy or state, but the look-up
 * for the next packet must find it.
 */
#include <kunit/skbuff.h>
#include <kunit/test-bug.h>
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include "../../unit/rig/packet_shape.h"
#include "../../unit/rig/random_choice.h"
#include "../../unit/rig/xfrm_state.h"
#include "../bridge.h"
#include "../packet/packet.h"
#include "../packet/packet_receive.h"
#include "../packet/packet_send.h"
#include "../packet/recent.h"
#include "../sa/assoc.h"
#include "../../ov2/nbl.h"
#include "../../watch/counters.h"

#define POLICIES	6
#define STATES		4
#define INBOUND		2
#define STEPS		3000
#define REQID		7
#define ADDRESS		0xc6336400

/* The queues */
enum { REMEMBERS, FORGETS, QUEUES };

/* What is special about an IPv4 packet. A packet with NOTHING is no fragment
 * and has no options. A queue remembers the flow of such a packet only.
 */
enum { NOTHING, FRAGMENT, OPTIONS, EXTRAS };

/**
 * struct recent_flow - one of a few flows
 * @proto: IPPROTO_TCP, IPPROTO_UDP, or IPPROTO_ICMP, which is not remembered
 * @extra: NOTHING, FRAGMENT or OPTIONS
 * @saddr: the last bits of the source
 * @daddr: the last bits of the destination
 * @sport: source port, or type and code
 * @dport: destination port
 */
struct recent_flow {
	u8 proto;
	u8 extra;
	u8 saddr;
	u8 daddr;
	u16 sport;
	u16 dport;
};

/**
 * struct recent_bed - a card whose policies and states change
 * @test: the test
 * @ad: the card
 * @ipv6: family of all policies, states and packets
 * @pols: policies of both directions
 * @xps: for each policy of @pols, the core's policy (ov2_policy.xp)
 * @pol_live: which of @pols are in the SPD
 * @out: associations of outbound states
 * @out_x: their states
 * @in: associations of inbound states
 * @in_x: their states
 * @flow: the flow of the last packet
 * @hits: packets for which no policy was looked up
 * @protected: how many of @hits were sent, and were protected by a state
 */
struct recent_bed {
	struct kunit *test;
	struct ov2_adapter ad;
	bool ipv6;
	struct ov2_policy *pols[POLICIES];
	struct xfrm_policy *xps[POLICIES];
	bool pol_live[POLICIES];
	struct ov2_assoc out[STATES];
	struct xfrm_state *out_x[STATES];
	struct ov2_assoc in[INBOUND];
	struct xfrm_state *in_x[INBOUND];
	struct recent_flow flow;
	unsigned int hits;
	unsigned int protected;
};

static struct ov2_bridge *bridge_of(struct recent_bed *bed)
{
	return ov2_bridge_of(&bed->ad);
}

/* Returns true rarely, so that enough packets stay protected. */
static bool rarely(void)
{
	return !ov2_below(5);
}

static u32 random_reqid(void)
{
	return REQID + rarely();
}

static void random_ports(struct xfrm_selector *sel)
{
	sel->sport = htons(1 + ov2_below(2));
	sel->sport_mask = htons(rarely() ? 0xffff : 0);
	sel->dport = htons(1 + ov2_below(2));
	sel->dport_mask = htons(rarely() ? 0xffff : 0);
}

static xfrm_address_t address(const struct recent_bed *bed, u8 last)
{
	xfrm_address_t addr = {};

	if (bed->ipv6)
		addr.in6.s6_addr32[3] = htonl(ADDRESS + last);
	else
		addr.a4 = htonl(ADDRESS + last);
	return addr;
}

static u16 family(const struct recent_bed *bed)
{
	return bed->ipv6 ? AF_INET6 : AF_INET;
}

static struct xfrm_state *state_new(struct recent_bed *bed)
{
	const struct ov2_shape shape = { .ipv6 = bed->ipv6 };
	struct xfrm_state *x = ov2_shape_state(bed->test, &shape);

	ov2_unit_state_live(x);
	x->sel.family = family(bed);
	return x;
}

static void assoc_init(struct recent_bed *bed, struct ov2_assoc *assoc, int i)
{
	assoc->ad = &bed->ad;
	assoc->handle = i + 1;
	assoc->icv_len = OV2_SHAPE_ICV_LEN;
	assoc->iv_len = OV2_SHAPE_IV_LEN;
	assoc->align = 4;
	assoc->packet = true;
}

/* Another policy, or none, takes the place of the policy @i. */
static void policy_renew(struct recent_bed *bed, int i)
{
	struct ov2_spd *spd = &bridge_of(bed)->spd;
	struct ov2_policy *pol = bed->pols[i];

	if (bed->pol_live[i])
		ov2_spd_del(spd, pol);
	bed->pol_live[i] = ov2_below(2);
	if (!bed->pol_live[i])
		return;

	random_ports(&pol->sel);
	pol->priority = ov2_below(3);
	pol->action = rarely() ? XFRM_POLICY_BLOCK : XFRM_POLICY_ALLOW;
	pol->has_tmpl = !rarely();
	pol->tmpl = bed->xps[i]->xfrm_vec[0];
	pol->genid = atomic_read(&bed->xps[i]->genid);
	KUNIT_ASSERT_EQ(bed->test, ov2_spd_add(spd, pol), 0);
}

/* Changes the template as xfrm_policy_migrate() does, without a call of the
 * card's operations.
 */
static void policy_migrate(struct xfrm_policy *xp)
{
	xp->xfrm_vec[0].reqid = random_reqid();
	atomic_inc(&xp->genid);
}

static void out_add(struct recent_bed *bed, int i, u32 reqid, u8 daddr)
{
	struct ov2_assoc *assoc = &bed->out[i];
	struct xfrm_state *x = bed->out_x[i];

	x->props.reqid = reqid;
	x->id.daddr = address(bed, daddr);
	RCU_INIT_POINTER(assoc->x, x);
	KUNIT_EXPECT_EQ(bed->test,
			ov2_sad_add(&bridge_of(bed)->sad, assoc, x), 0);
}

/* Another state, or none, takes the place of the outbound state @i. */
static void out_renew(struct recent_bed *bed, int i)
{
	struct ov2_assoc *assoc = &bed->out[i];

	RCU_INIT_POINTER(assoc->x, NULL);
	ov2_sad_del(&bridge_of(bed)->sad, assoc);
	if (rarely())
		return;
	bed->out_x[i]->km.state = XFRM_STATE_VALID;
	bed->out_x[i]->km.dying = false;
	random_ports(&bed->out_x[i]->sel);
	out_add(bed, i, random_reqid(), rarely());
}

/* Another state takes the place of the inbound state @i, in the same memory. */
static void in_renew(struct recent_bed *bed, int i)
{
	struct xfrm_state *x = bed->in_x[i];

	ov2_sad_del(&bridge_of(bed)->sad, &bed->in[i]);
	x->props.reqid = random_reqid();
	random_ports(&x->sel);
}

static void random_change(struct recent_bed *bed)
{
	struct xfrm_state *x = bed->out_x[ov2_below(STATES)];

	switch (ov2_below(10)) {
	case 0 ... 2:
		policy_renew(bed, ov2_below(POLICIES));
		break;
	case 3 ... 5:
		out_renew(bed, ov2_below(STATES));
		break;
	case 6:
		in_renew(bed, ov2_below(INBOUND));
		break;
	case 7:
		policy_migrate(bed->xps[ov2_below(POLICIES)]);
		break;
	case 8:
		x->km.state = rarely() ? XFRM_STATE_EXPIRED : XFRM_STATE_VALID;
		break;
	default:
		x->km.dying = rarely();
		break;
	}
}

/* Changes @flow in one of four calls. In the other calls the next packet has
 * the flow of the last packet.
 */
static void random_flow(struct recent_flow *flow)
{
	if (ov2_below(4))
		return;
	flow->proto = ov2_below(2) ? IPPROTO_TCP : IPPROTO_UDP;
	if (rarely())
		flow->proto = IPPROTO_ICMP;
	flow->extra = rarely() ? ov2_below(EXTRAS) : NOTHING;
	flow->saddr = 2 + ov2_below(2);
	flow->daddr = rarely();
	flow->sport = 1 + ov2_below(2);
	flow->dport = 1 + ov2_below(2);
}

static void put_ports(__be16 *ports, u16 sport, u16 dport)
{
	ports[0] = htons(sport);
	ports[1] = htons(dport);
}

static void put_addresses(const struct recent_bed *bed, void *header)
{
	xfrm_address_t saddr = address(bed, bed->flow.saddr);
	xfrm_address_t daddr = address(bed, bed->flow.daddr);
	struct ipv6hdr *ip6 = header;
	struct iphdr *ip4 = header;

	if (bed->ipv6) {
		ip6->saddr = saddr.in6;
		ip6->daddr = daddr.in6;
	} else {
		ip4->saddr = saddr.a4;
		ip4->daddr = daddr.a4;
	}
}

/* With OPTIONS, the four bytes of the flow's ports become IPv4 options, and
 * behind the options there are ports with other values.
 */
static void put_extra(struct iphdr *ip, const struct recent_flow *flow)
{
	__be16 *behind = (__be16 *)(ip + 1);

	if (flow->extra == FRAGMENT)
		ip->frag_off = htons(IP_MF);
	if (flow->extra != OPTIONS)
		return;
	ip->ihl++;
	put_ports(behind + 2, 3 - flow->sport, 3 - flow->dport);
}

static struct ov2_shape shape_of(const struct recent_bed *bed)
{
	return (struct ov2_shape){
		.proto = bed->flow.proto,
		.ipv6 = bed->ipv6,
	};
}

/* Returns the handle of the state that would protect the packet, or 0. */
static unsigned long send_on(struct recent_bed *bed, u16 queue, bool tagged,
			     enum ov2_counter *reason)
{
	const struct ov2_shape shape = shape_of(bed);
	struct sk_buff *skb = ov2_shape_clear(bed->test, &shape);
	const struct recent_flow *flow = &bed->flow;
	void *ip = skb->data + ETH_HLEN;
	struct ov2_nbl *nbl = NULL;
	enum ov2_verdict verdict;
	unsigned long handle = 0;

	put_addresses(bed, ip);
	put_ports(ip + ov2_shape_ip_len(bed->ipv6), flow->sport, flow->dport);
	if (!bed->ipv6)
		put_extra(ip, flow);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = htons(bed->ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	skb->dev = bed->ad.dev;
	local_bh_disable();
	rcu_read_lock();
	*reason = ov2_packet_xmit(&bed->ad, skb, queue, tagged, &verdict, &nbl);
	rcu_read_unlock();
	if (nbl) {
		handle = nbl->info[OV2_INFO_IPSEC];
		ov2_nbl_free(nbl);
	}
	local_bh_enable();
	return handle;
}

static int looks(struct recent_bed *bed)
{
	return atomic_read(&bridge_of(bed)->spd.looks.count);
}

static void step_send(struct recent_bed *bed)
{
	enum ov2_counter reason, expected_reason;
	unsigned long handle, expected;
	bool tagged = ov2_below(2);
	int before = looks(bed);

	handle = send_on(bed, REMEMBERS, tagged, &reason);
	bed->hits += looks(bed) == before;
	bed->protected += handle && looks(bed) == before;
	ov2_recent_forget(&bridge_of(bed)->recent_tx[FORGETS]);
	expected = send_on(bed, FORGETS, tagged, &expected_reason);
	KUNIT_ASSERT_EQ(bed->test, handle, expected);
	KUNIT_ASSERT_EQ(bed->test, reason, expected_reason);
}

/* A received packet is no fragment and has no options, because the engine opens
 * no such packet.
 */
static enum ov2_counter receive_on(struct recent_bed *bed, u16 queue, int i,
				   enum ov2_packet_path *path,
				   enum ov2_rx_verdict *verdict)
{
	const struct ov2_rx_result res = {
		.crypto_done = true,
		.status = OV2_CRYPTO_SUCCESS,
	};
	const struct ov2_shape shape = shape_of(bed);
	const struct recent_flow *flow = &bed->flow;
	struct xfrm_state *x = bed->in_x[i];
	struct ov2_nbl nbl = { .queue = queue };
	enum ov2_counter reason;
	void *ip;

	nbl.skb = ov2_shape_frame(bed->test, &shape);
	ov2_shape_receive(nbl.skb, bed->ad.dev);
	ip = nbl.skb->data;
	put_addresses(bed, ip);
	put_ports(ip + ov2_shape_ip_len(bed->ipv6) + x->props.header_len,
		  flow->sport, flow->dport);
	local_bh_disable();
	rcu_read_lock();
	reason = ov2_packet_receive(&bed->ad, &nbl, &bed->in[i], x, &res, path,
				    verdict);
	rcu_read_unlock();
	local_bh_enable();
	return reason;
}

static void step_receive(struct recent_bed *bed)
{
	enum ov2_rx_verdict verdict = OV2_RX_STACK;
	enum ov2_rx_verdict expected_verdict = OV2_RX_STACK;
	enum ov2_packet_path path = -1, expected_path = -1;
	enum ov2_counter reason, expected;
	int i = ov2_below(INBOUND);
	int before = looks(bed);

	reason = receive_on(bed, REMEMBERS, i, &path, &verdict);
	bed->hits += looks(bed) == before;
	ov2_recent_forget(&bridge_of(bed)->recent_rx[FORGETS]);
	expected = receive_on(bed, FORGETS, i, &expected_path,
			      &expected_verdict);
	KUNIT_ASSERT_EQ(bed->test, reason, expected);
	KUNIT_ASSERT_EQ(bed->test, path, expected_path);
	KUNIT_ASSERT_EQ(bed->test, verdict, expected_verdict);
}

static void bed_end(void *data)
{
	struct recent_bed *bed = data;
	int i;

	for (i = 0; i < POLICIES; i++)
		if (bed->pol_live[i])
			ov2_spd_del(&bridge_of(bed)->spd, bed->pols[i]);
	for (i = 0; i < STATES; i++)
		ov2_sad_del(&bridge_of(bed)->sad, &bed->out[i]);
	synchronize_rcu();
	ov2_bridge_exit(&bed->ad);
	ov2_counters_free(&bed->ad);
}

static void bed_policies(struct recent_bed *bed)
{
	struct xfrm_policy *xp;
	int i;

	for (i = 0; i < POLICIES; i++) {
		bed->pols[i] = ov2_shape_policy(bed->test, i & 1 ?
						XFRM_DEV_OFFLOAD_IN :
						XFRM_DEV_OFFLOAD_OUT, bed->ipv6,
						XFRM_POLICY_ALLOW, REQID);
		xp = kunit_kzalloc(bed->test, sizeof(*xp), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(bed->test, xp);
		rwlock_init(&xp->lock);
		xp->xfrm_vec[0] = bed->pols[i]->tmpl;
		xp->xfrm_vec[0].mode = XFRM_MODE_TRANSPORT;
		xp->xfrm_vec[0].encap_family = family(bed);
		bed->pols[i]->xp = xp;
		bed->xps[i] = xp;
	}
}

static struct recent_bed *bed_new(struct kunit *test, bool ipv6)
{
	struct recent_bed *bed = kunit_kzalloc(test, sizeof(*bed), GFP_KERNEL);
	int i;

	KUNIT_ASSERT_NOT_NULL(test, bed);
	test->priv = bed;
	bed->test = test;
	bed->ipv6 = ipv6;
	bed->ad.dev = ov2_shape_device(test);
	bed->ad.rx_queues = QUEUES;
	bed->ad.tx_queues = QUEUES;
	KUNIT_ASSERT_EQ(test, ov2_counters_alloc(&bed->ad), 0);
	KUNIT_ASSERT_EQ(test, ov2_bridge_init(&bed->ad), 0);
	bed_policies(bed);
	for (i = 0; i < STATES; i++) {
		assoc_init(bed, &bed->out[i], i);
		bed->out_x[i] = state_new(bed);
	}
	for (i = 0; i < INBOUND; i++) {
		assoc_init(bed, &bed->in[i], STATES + i);
		bed->in_x[i] = state_new(bed);
		bed->in_x[i]->props.reqid = REQID;
	}
	/* KUnit runs the last action first, so bed_end() is added after the
	 * actions that free what it uses.
	 */
	kunit_add_action(test, bed_end, bed);
	ov2_random_start(test);
	bed->flow.proto = IPPROTO_TCP;
	bed->flow.saddr = 2;
	bed->flow.sport = 1;
	bed->flow.dport = 1;
	return bed;
}

static void expect_agreement(struct kunit *test, bool ipv6)
{
	struct recent_bed *bed = bed_new(test, ipv6);
	int i;

	for (i = 0; i < POLICIES; i++)
		policy_renew(bed, i);
	for (i = 0; i < STATES; i++)
		out_renew(bed, i);
	for (i = 0; i < STEPS; i++) {
		if (!ov2_below(4))
			random_change(bed);
		random_flow(&bed->flow);
		step_send(bed);
		step_receive(bed);
	}
	KUNIT_EXPECT_GT(test, bed->hits, STEPS / 2);
	KUNIT_EXPECT_GT(test, bed->protected, STEPS / 50);
}

static void recent_agrees_ipv4(struct kunit *test)
{
	expect_agreement(test, false);
}

static void recent_agrees_ipv6(struct kunit *test)
{
	expect_agreement(test, true);
}

/* Adds the policy @i, which lets packets pass, blocks them or protects them. */
static void policy_add(struct recent_bed *bed, int i, u8 action, bool protects)
{
	struct ov2_policy *pol = bed->pols[i];

	pol->action = action;
	pol->has_tmpl = protects;
	pol->tmpl = bed->xps[i]->xfrm_vec[0];
	KUNIT_EXPECT_EQ(bed->test, ov2_spd_add(&bridge_of(bed)->spd, pol), 0);
	bed->pol_live[i] = true;
}

/* Adds two policies that block the same source, one policy for each direction.
 * A look-up calls this function while it looks at an older policy, which has
 * other prefix lengths than these two.
 */
static void block_meanwhile(void)
{
	struct recent_bed *bed = kunit_get_current_test()->priv;
	xfrm_address_t saddr = address(bed, bed->flow.saddr), any = {};
	struct ov2_policy *pol;
	int i;

	for (i = 2; i < 4; i++) {
		pol = bed->pols[i];
		pol->sel.saddr = saddr;
		pol->sel.prefixlen_s = 32;
		ov2_policy_key_set(&pol->key, &saddr, 32, &any, 0);
		policy_add(bed, i, XFRM_POLICY_BLOCK, false);
	}
}

static void recent_policy_meanwhile(struct kunit *test)
{
	struct recent_bed *bed = bed_new(test, false);
	struct ov2_looks *looks = &bridge_of(bed)->spd.looks;
	enum ov2_counter reason;

	bed->pols[2]->priority = 0;
	bed->pols[0]->priority = 1;
	policy_add(bed, 0, XFRM_POLICY_ALLOW, false);
	looks->meanwhile = block_meanwhile;
	send_on(bed, REMEMBERS, false, &reason);
	KUNIT_EXPECT_EQ(test, reason, OV2_CNT_NONE);
	send_on(bed, REMEMBERS, false, &reason);
	KUNIT_EXPECT_EQ(test, reason, OV2_CNT_TX_DROP_BLOCKED);
}

static void recent_policy_in_meanwhile(struct kunit *test)
{
	struct recent_bed *bed = bed_new(test, false);
	struct ov2_looks *looks = &bridge_of(bed)->spd.looks;
	enum ov2_rx_verdict verdict;
	enum ov2_packet_path path;

	bed->pols[3]->priority = 0;
	bed->pols[1]->priority = 1;
	policy_add(bed, 1, XFRM_POLICY_ALLOW, true);
	looks->meanwhile = block_meanwhile;
	KUNIT_EXPECT_EQ(test,
			receive_on(bed, REMEMBERS, 0, &path, &verdict),
			OV2_CNT_NONE);
	KUNIT_EXPECT_EQ(test,
			receive_on(bed, REMEMBERS, 0, &path, &verdict),
			OV2_CNT_RX_DROP_BLOCK);
}

static void state_meanwhile(void)
{
	struct recent_bed *bed = kunit_get_current_test()->priv;

	out_add(bed, 1, REQID, bed->flow.daddr);
}

static void recent_state_meanwhile(struct kunit *test)
{
	struct recent_bed *bed = bed_new(test, false);
	enum ov2_counter reason;

	policy_add(bed, 0, XFRM_POLICY_ALLOW, true);
	out_add(bed, 0, REQID, bed->flow.daddr);
	bridge_of(bed)->sad.looks.meanwhile = state_meanwhile;
	KUNIT_EXPECT_EQ(test, send_on(bed, REMEMBERS, false, &reason),
			bed->out[0].handle);
	KUNIT_EXPECT_EQ(test, send_on(bed, REMEMBERS, false, &reason),
			bed->out[1].handle);
}

/* The state @i protects the next packet. */
static void expect_state(struct recent_bed *bed, int i)
{
	enum ov2_counter reason;

	KUNIT_EXPECT_EQ(bed->test, send_on(bed, REMEMBERS, false, &reason),
			bed->out[i].handle);
}

/* A state that is dying or expired is not in force. When a state that is
 * younger than the remembered state is in force again, the next packet gets the
 * younger state. When the younger state is no longer in force, the next packet
 * gets the older state.
 */
static void recent_in_force(struct kunit *test)
{
	struct recent_bed *bed = bed_new(test, false);
	struct xfrm_state *younger = bed->out_x[1];

	policy_add(bed, 0, XFRM_POLICY_ALLOW, true);
	out_add(bed, 0, REQID, bed->flow.daddr);
	out_add(bed, 1, REQID, bed->flow.daddr);
	younger->km.dying = true;
	expect_state(bed, 0);
	younger->km.dying = false;
	expect_state(bed, 1);
	younger->km.state = XFRM_STATE_EXPIRED;
	expect_state(bed, 0);
	younger->km.state = XFRM_STATE_VALID;
	expect_state(bed, 1);
	younger->km.dying = true;
	expect_state(bed, 0);
}

/* When the template of a policy changes in place, the next packet gets another
 * state.
 */
static void recent_template(struct kunit *test)
{
	struct recent_bed *bed = bed_new(test, false);

	policy_add(bed, 0, XFRM_POLICY_ALLOW, true);
	out_add(bed, 0, REQID, bed->flow.daddr);
	out_add(bed, 1, REQID + 1, bed->flow.daddr);
	expect_state(bed, 0);
	bed->xps[0]->xfrm_vec[0].reqid = REQID + 1;
	atomic_inc(&bed->xps[0]->genid);
	expect_state(bed, 1);
}

/* Adds policies that let only packets of the flow of @bed pass. */
static void let_pass_one_flow(struct recent_bed *bed)
{
	struct ov2_policy *pol = bed->pols[0];
	struct xfrm_selector *sel = &pol->sel;
	u8 prefix = bed->ipv6 ? 128 : 32;

	sel->saddr = address(bed, bed->flow.saddr);
	sel->daddr = address(bed, bed->flow.daddr);
	sel->prefixlen_s = prefix;
	sel->prefixlen_d = prefix;
	sel->proto = bed->flow.proto;
	sel->sport = htons(bed->flow.sport);
	sel->dport = htons(bed->flow.dport);
	sel->sport_mask = htons(0xffff);
	sel->dport_mask = htons(0xffff);
	ov2_policy_key_set(&pol->key, &sel->saddr, prefix, &sel->daddr, prefix);
	policy_add(bed, 0, XFRM_POLICY_ALLOW, false);
	bed->pols[2]->priority = 1;
	policy_add(bed, 2, XFRM_POLICY_BLOCK, false);
}

/* Each flow differs from the flow of bed_new() in one field only. The fields
 * are, in this order: proto, extra, saddr, daddr, sport, dport
 */
static const struct recent_flow others[] = {
	{ IPPROTO_UDP, NOTHING, 2, 0, 1, 1 },
	{ IPPROTO_TCP, NOTHING, 3, 0, 1, 1 },
	{ IPPROTO_TCP, NOTHING, 2, 1, 1, 1 },
	{ IPPROTO_TCP, NOTHING, 2, 0, 2, 1 },
	{ IPPROTO_TCP, NOTHING, 2, 0, 1, 2 },
	{ IPPROTO_TCP, FRAGMENT, 2, 0, 1, 1 },
	{ IPPROTO_TCP, OPTIONS, 2, 0, 1, 1 },
};

/* A packet of another flow is not taken for a packet of the flow that the queue
 * remembers.
 */
static void expect_others_blocked(struct kunit *test, bool ipv6)
{
	struct recent_bed *bed = bed_new(test, ipv6);
	struct recent_flow one = bed->flow;
	enum ov2_counter reason;
	int i;

	let_pass_one_flow(bed);
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (ipv6 && others[i].extra)
			continue;
		bed->flow = one;
		send_on(bed, REMEMBERS, false, &reason);
		KUNIT_EXPECT_EQ(test, reason, OV2_CNT_NONE);
		bed->flow = others[i];
		send_on(bed, REMEMBERS, false, &reason);
		KUNIT_EXPECT_EQ_MSG(test, reason, OV2_CNT_TX_DROP_BLOCKED,
				    "packet %d", i);
	}
}

static void recent_other_flow_ipv4(struct kunit *test)
{
	expect_others_blocked(test, false);
}

static void recent_other_flow_ipv6(struct kunit *test)
{
	expect_others_blocked(test, true);
}

static struct kunit_case recent_cases[] = {
	KUNIT_CASE_SLOW(recent_agrees_ipv4),
	KUNIT_CASE_SLOW(recent_agrees_ipv6),
	KUNIT_CASE(recent_in_force),
	KUNIT_CASE(recent_template),
	KUNIT_CASE(recent_other_flow_ipv4),
	KUNIT_CASE(recent_other_flow_ipv6),
	KUNIT_CASE(recent_policy_meanwhile),
	KUNIT_CASE(recent_policy_in_meanwhile),
	KUNIT_CASE(recent_state_meanwhile),
	{}
};

static struct kunit_suite recent_suite = {
	.name = "ov2_recent",
	.test_cases = recent_cases,
};

kunit_test_suite(recent_suite);
