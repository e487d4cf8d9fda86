// SPDX-License-Identifier: GPL-2.0
/* Makes decrypted frames and clear frames. A decrypted frame looks as the
 * engine leaves it: decrypted in place, with all headers. The states, policies
 * and netdevs for both kinds of frames are made here, too.
 */
#include <kunit/skbuff.h>
#include <linux/etherdevice.h>
#include <linux/udp.h>
#include <net/dsfield.h>
#include <net/ip.h>

#include "packet_shape.h"

const u8 ov2_shape_own_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 1 };
const u8 ov2_shape_peer_mac[ETH_ALEN] = { 2, 0, 0, 0, 0, 2 };

/**
 * ov2_shape_state() - the state of a packet
 * @test: the test
 * @shape: the packet
 *
 * Return: a state for any CPU (pcpu_num), with the fields that decapsulation
 * reads.
 */
struct xfrm_state *ov2_shape_state(struct kunit *test,
				   const struct ov2_shape *shape)
{
	struct xfrm_state *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, x);
	x->props.family = shape->ipv6 ? AF_INET6 : AF_INET;
	x->props.mode = shape->tunnel ? XFRM_MODE_TUNNEL : XFRM_MODE_TRANSPORT;
	x->props.flags = shape->flags;
	x->pcpu_num = UINT_MAX;
	/* The same as in esp_init_state() */
	x->props.header_len = sizeof(struct ip_esp_hdr) + OV2_SHAPE_IV_LEN;
	if (shape->tunnel)
		x->props.header_len += ov2_shape_ip_len(shape->ipv6);
	if (!shape->udp)
		return x;

	x->props.header_len += sizeof(struct udphdr);
	x->encap = kunit_kzalloc(test, sizeof(*x->encap), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x->encap);
	return x;
}

static void put_ip(struct sk_buff *skb, bool ipv6, u8 tos, u8 proto,
		   unsigned int len)
{
	struct ipv6hdr *ip6;
	struct iphdr *ip4;

	if (ipv6) {
		ip6 = skb_put_zero(skb, sizeof(*ip6));
		ip6->version = 6;
		ipv6_change_dsfield(ip6, 0, tos);
		ip6->nexthdr = proto;
		ip6->payload_len = htons(len);
	} else {
		ip4 = skb_put_zero(skb, sizeof(*ip4));
		ip4->version = 4;
		ip4->ihl = 5;
		ip4->tos = tos;
		ip4->protocol = proto;
		ip4->tot_len = htons(sizeof(*ip4) + len);
		ip_send_check(ip4);
	}
}

static void put_body(struct sk_buff *skb)
{
	u8 *body = skb_put(skb, OV2_SHAPE_BODY);
	int i;

	for (i = 0; i < OV2_SHAPE_BODY; i++)
		body[i] = i;
}

static u8 body_proto(const struct ov2_shape *shape)
{
	return shape->proto ?: IPPROTO_TCP;
}

/**
 * ov2_shape_next_header() - the next header in the trailer of a packet
 * @shape: the packet
 *
 * Return: the protocol number.
 */
u8 ov2_shape_next_header(const struct ov2_shape *shape)
{
	if (!shape->tunnel)
		return body_proto(shape);
	return shape->inner6 ? IPPROTO_IPV6 : IPPROTO_IPIP;
}

/**
 * ov2_shape_len() - how many bytes ESP carries, without its trailer
 * @shape: the packet
 *
 * Return: the number of bytes.
 */
unsigned int ov2_shape_len(const struct ov2_shape *shape)
{
	return OV2_SHAPE_BODY +
	       (shape->tunnel ? ov2_shape_ip_len(shape->inner6) : 0);
}

static struct sk_buff *skb_with_ethernet(struct kunit *test, bool ipv6)
{
	struct sk_buff *skb;
	struct ethhdr *eth;

	skb = kunit_zalloc_skb(test, OV2_SHAPE_ROOM, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	skb_trim(skb, 0);
	eth = skb_put_zero(skb, sizeof(*eth));
	eth->h_dest[0] = 1;
	ether_addr_copy(eth->h_source, ov2_shape_peer_mac);
	eth->h_proto = htons(ipv6 ? ETH_P_IPV6 : ETH_P_IP);
	return skb;
}

static void put_trailer(struct sk_buff *skb, const struct ov2_shape *shape)
{
	u8 *trailer;

	skb_put_zero(skb, shape->pad);
	trailer = skb_put(skb, 2);
	trailer[0] = shape->pad;
	trailer[1] = ov2_shape_next_header(shape);
	skb_put_zero(skb, OV2_SHAPE_ICV_LEN);
}

/**
 * ov2_shape_frame() - a protected packet, after the engine has decrypted it
 * @test: the test
 * @shape: the packet
 *
 * Return: the frame, to a multicast address. The test owns the frame.
 */
struct sk_buff *ov2_shape_frame(struct kunit *test,
				const struct ov2_shape *shape)
{
	struct sk_buff *skb = skb_with_ethernet(test, shape->ipv6);
	unsigned int header = sizeof(struct ip_esp_hdr) + OV2_SHAPE_IV_LEN;
	unsigned int len = header + ov2_shape_len(shape) + shape->pad + 2 +
			   OV2_SHAPE_ICV_LEN;

	if (shape->udp)
		len += sizeof(struct udphdr);
	put_ip(skb, shape->ipv6, shape->outer_tos,
	       shape->udp ? IPPROTO_UDP : IPPROTO_ESP, len);
	if (shape->udp)
		skb_put_zero(skb, sizeof(struct udphdr));
	skb_put_zero(skb, header);
	if (shape->tunnel)
		put_ip(skb, shape->inner6, shape->inner_tos, body_proto(shape),
		       OV2_SHAPE_BODY);
	put_body(skb);
	put_trailer(skb, shape);
	return skb;
}

/**
 * ov2_shape_clear() - a packet that nothing protects
 * @test: the test
 * @shape: the packet; only ov2_shape.ipv6 and ov2_shape.proto are used
 *
 * Return: the frame, to a multicast address. The test owns the frame.
 */
struct sk_buff *ov2_shape_clear(struct kunit *test,
				const struct ov2_shape *shape)
{
	struct sk_buff *skb = skb_with_ethernet(test, shape->ipv6);

	put_ip(skb, shape->ipv6, 0, body_proto(shape), OV2_SHAPE_BODY);
	put_body(skb);
	return skb;
}

/**
 * ov2_shape_device() - a netdev with a MAC address
 * @test: the test
 *
 * Return: the netdev, which ends with the test.
 */
struct net_device *ov2_shape_device(struct kunit *test)
{
	struct net_device *dev = alloc_netdev_dummy(0);

	KUNIT_ASSERT_NOT_NULL(test, dev);
	kunit_add_action(test, (kunit_action_t *)free_netdev, dev);
	eth_hw_addr_set(dev, ov2_shape_own_mac);
	return dev;
}

static void shape_free_hits(void *hits)
{
	free_percpu((u64 __percpu __force *)hits);
}

/**
 * ov2_shape_policy() - a policy for all packets of a family
 * @test: the test
 * @dir: XFRM_DEV_OFFLOAD_IN or XFRM_DEV_OFFLOAD_OUT
 * @ipv6: the family
 * @action: XFRM_POLICY_ALLOW or XFRM_POLICY_BLOCK
 * @reqid: the reqid of the template; 0 makes a policy without a template
 *
 * Return: the policy, which the test owns. The policy is in no database. Its
 * template is for ESP with any algorithm; the test sets the template's mode.
 */
struct ov2_policy *ov2_shape_policy(struct kunit *test, u8 dir, bool ipv6,
				    u8 action, u32 reqid)
{
	struct ov2_policy *pol = kunit_kzalloc(test, sizeof(*pol), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, pol);
	pol->hits = alloc_percpu(u64);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)pol->hits);
	kunit_add_action(test, shape_free_hits, (void __force *)pol->hits);
	pol->key.dir = dir;
	pol->key.family = ipv6 ? AF_INET6 : AF_INET;
	pol->sel.family = pol->key.family;
	pol->action = action;
	pol->has_tmpl = reqid;
	pol->tmpl.id.proto = IPPROTO_ESP;
	pol->tmpl.reqid = reqid;
	pol->tmpl.allalgs = 1;
	return pol;
}

/**
 * ov2_shape_receive() - make a frame look like one that the bridge gets
 * @skb: the frame
 * @dev: the netdev that the frame came through
 */
void ov2_shape_receive(struct sk_buff *skb, struct net_device *dev)
{
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, ETH_HLEN);
	skb->protocol = eth_type_trans(skb, dev);
}
