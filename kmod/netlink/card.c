// SPDX-License-Identifier: GPL-2.0
/* The object "card": what a card is, and what it can do. */
#include <linux/atomic.h>
#include <linux/build_bug.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../bridge/policy_view.h"
#include "../ov2/miniport.h"
#include "../ov2/offload.h"
#include "../port/line.h"
#include "../port/port.h"
#include "family.h"
#include "family_gen.h"
#include "put.h"

/* Users get the masks of struct ov2_offload as they are. So each flag of the
 * family must have the same bit as in these masks. If the bits of several flags
 * follow each other without a gap, only some of these flags are compared here.
 */
static_assert((int)IPSECOV2_COEXISTENCE_TCP_CHECKSUM ==
	      OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE);
static_assert((int)IPSECOV2_COEXISTENCE_UDP_CHECKSUM ==
	      OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE);
static_assert((int)IPSECOV2_EXTENSION_LARGE_SEND ==
	      OV2_OFFLOAD_EXT_LARGE_SEND);
static_assert((int)IPSECOV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL ==
	      OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL);
static_assert((int)IPSECOV2_AUTH_MD5 == OV2_AUTH_MD5);
static_assert((int)IPSECOV2_AUTH_AES_GMAC_256 == OV2_AUTH_AES_GCM_256);
static_assert((int)IPSECOV2_AUTH_SHA_384 == OV2_EXT_AUTH_SHA_384);
static_assert((int)IPSECOV2_AUTH_SHA_512 == OV2_EXT_AUTH_SHA_512);
static_assert((int)IPSECOV2_ENCR_NONE == OV2_ENCR_NONE);
static_assert((int)IPSECOV2_ENCR_AES_GCM_128 == OV2_ENCR_AES_GCM_128);
static_assert((int)IPSECOV2_ENCR_AES_CBC_256 == OV2_ENCR_AES_CBC_256);
static_assert((int)IPSECOV2_ENCR_AES_CCM_128 == OV2_EXT_ENCR_AES_CCM_128);
static_assert((int)IPSECOV2_ENCR_CHACHA20_POLY1305 ==
	      OV2_EXT_ENCR_CHACHA20_POLY1305);
static_assert((int)IPSECOV2_ENCR_AES_CTR_256 == OV2_EXT_ENCR_AES_CTR_256);

static u32 card_features(const struct ov2_capabilities *caps)
{
	const struct {
		u8 on;
		u32 feature;
	} rows[] = {
		{ caps->ipv6, IPSECOV2_FEATURE_IPV6 },
		{ caps->ipv4_options, IPSECOV2_FEATURE_IPV4_OPTIONS },
		{ caps->ipv6_ext_headers, IPSECOV2_FEATURE_IPV6_EXT_HEADERS },
		{ caps->ah, IPSECOV2_FEATURE_AH },
		{ caps->esp, IPSECOV2_FEATURE_ESP },
		{ caps->ah_esp_combined, IPSECOV2_FEATURE_AH_ESP_COMBINED },
		{ caps->transport, IPSECOV2_FEATURE_TRANSPORT },
		{ caps->tunnel, IPSECOV2_FEATURE_TUNNEL },
		{ caps->transport_tunnel_combined,
		  IPSECOV2_FEATURE_TRANSPORT_TUNNEL_COMBINED },
		{ caps->lso, IPSECOV2_FEATURE_LSO },
		{ caps->esn, IPSECOV2_FEATURE_ESN },
	};
	u32 features = 0;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].on)
			features |= rows[i].feature;
	return features;
}

static int card_put_offload(struct sk_buff *msg, int attr,
			    const struct ov2_offload *offload)
{
	const struct ov2_capabilities *caps = &offload->ipsec_v2;
	struct nlattr *nest;

	nest = nla_nest_start(msg, attr);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u32(msg, IPSECOV2_A_OFFLOAD_COEXISTENCE, offload->flags) ||
	    nla_put_u32(msg, IPSECOV2_A_OFFLOAD_EXTENSIONS,
			offload->extensions) ||
	    nla_put_u32(msg, IPSECOV2_A_OFFLOAD_FEATURES,
			card_features(caps)) ||
	    nla_put_u32(msg, IPSECOV2_A_OFFLOAD_UDP_ESP, caps->udp_esp) ||
	    nla_put_u32(msg, IPSECOV2_A_OFFLOAD_AUTH, caps->auth) ||
	    nla_put_u32(msg, IPSECOV2_A_OFFLOAD_ENCR, caps->encr) ||
	    nla_put_u32(msg, IPSECOV2_A_OFFLOAD_SA_CAPACITY,
			READ_ONCE(caps->sa_capacity)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Tell which device is at the other end of the line. The numbers of the device
 * and of its namespace are the same as in rtnetlink's IFLA_LINK and
 * IFLA_LINK_NETNSID.
 */
static int card_put_peer(struct sk_buff *msg, struct net *net,
			 const struct ov2_port *port)
{
	const struct net_device *peer = port->line->link(port);
	int id;

	if (!peer)
		return 0;
	if (nla_put_u32(msg, IPSECOV2_A_CARD_PEER_IFINDEX,
			READ_ONCE(peer->ifindex)))
		return -EMSGSIZE;
	if (net_eq(dev_net(peer), net))
		return 0;
	id = peernet2id_alloc(net, dev_net(peer), GFP_ATOMIC);
	return nla_put_s32(msg, IPSECOV2_A_CARD_PEER_NETNS_ID, id);
}

/**
 * ov2_put_card() - put the attributes of a card into a message
 * @msg: the message
 * @net: the namespace of the reader
 * @dev: the card
 *
 * Context: Process context, under RTNL or rcu_read_lock(). (No softirq, because
 *   peernet2id_alloc() takes its lock with BH enabled.)
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_card(struct sk_buff *msg, struct net *net,
		 const struct net_device *dev)
{
	const struct ov2_port *port = netdev_priv(dev);
	const struct ov2_adapter *ad = &port->ad;

	if (nla_put_u32(msg, IPSECOV2_A_CARD_IFINDEX, dev->ifindex) ||
	    nla_put_string(msg, IPSECOV2_A_CARD_IFNAME, dev->name) ||
	    nla_put_string(msg, IPSECOV2_A_CARD_LINE, port->line->name) ||
	    card_put_peer(msg, net, port) ||
	    nla_put_string(msg, IPSECOV2_A_CARD_ENGINE, ad->miniport->name) ||
	    nla_put_u32(msg, IPSECOV2_A_CARD_TX_QUEUES,
			READ_ONCE(dev->real_num_tx_queues)) ||
	    nla_put_u32(msg, IPSECOV2_A_CARD_RX_QUEUES,
			READ_ONCE(dev->real_num_rx_queues)) ||
	    nla_put_u32(msg, IPSECOV2_A_CARD_SAS, atomic_read(&ad->bundles)) ||
	    card_put_offload(msg, IPSECOV2_A_CARD_HARDWARE, ad->hardware) ||
	    card_put_offload(msg, IPSECOV2_A_CARD_CONFIG,
			     READ_ONCE(ad->config)) ||
	    nla_put_u32(msg, IPSECOV2_A_CARD_SA_CAPACITY,
			ov2_sa_capacity(ad)) ||
	    nla_put_u32(msg, IPSECOV2_A_CARD_RX_RING, READ_ONCE(port->ring)) ||
	    nla_put_u32(msg, IPSECOV2_A_CARD_POLICIES,
			ov2_bridge_policy_count(ad)) ||
	    nla_put_string(msg, IPSECOV2_A_CARD_VERSION, THIS_MODULE->version))
		return -EMSGSIZE;
	return 0;
}

static int card_put_asked(struct sk_buff *msg, const struct genl_info *info)
{
	const struct net_device *dev;

	dev = ov2_family_card(info, IPSECOV2_A_CARD_IFINDEX);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	return ov2_put_card(msg, genl_info_net(info), dev);
}

int ipsecov2_nl_card_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ov2_family_reply(info, card_put_asked);
}

/**
 * struct card_dump - where a dump goes on, in netlink_callback.ctx
 * @ifindex: the next card has this index, or a higher one
 */
struct card_dump {
	unsigned long ifindex;
};

static_assert(sizeof(struct card_dump) <=
	      sizeof_field(struct netlink_callback, ctx));

int ipsecov2_nl_card_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb)
{
	struct card_dump *dump = (void *)cb->ctx;
	struct net *net = genl_info_net(genl_info_dump(cb));
	struct net_device *dev;
	void *hdr;
	int err;

	err = ov2_family_no_attributes(genl_info_dump(cb));
	if (err)
		return err;
	rcu_read_lock();
	/* If a device comes or goes while the dump runs,
	 * genl_dump_check_consistent() sets NLM_F_DUMP_INTR.
	 */
	cb->seq = READ_ONCE(net->dev_base_seq);
	for_each_netdev_dump(net, dev, dump->ifindex) {
		if (!ov2_port_is_card(dev))
			continue;
		err = -EMSGSIZE;
		hdr = genlmsg_iput(skb, genl_info_dump(cb));
		if (!hdr)
			break;
		err = ov2_put_card(skb, net, dev);
		if (err) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genl_dump_check_consistent(cb, hdr);
		genlmsg_end(skb, hdr);
	}
	rcu_read_unlock();
	return err;
}
