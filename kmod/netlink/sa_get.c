// SPDX-License-Identifier: GPL-2.0
/* The object "sa": which SAs a card has, and what they have done. */
#include <linux/build_bug.h>
#include <linux/in.h>
#include <linux/jiffies.h>
#include <linux/netdevice.h>
#include <net/genetlink.h>

#include "../bridge/sa_find.h"
#include "../bridge/sa_view.h"
#include "../ov2/adapter.h"
#include "dump.h"
#include "family.h"
#include "family_gen.h"
#include "put.h"

static_assert((int)IPSECOV2_PROTOCOL_ESP == IPPROTO_ESP);
static_assert((int)IPSECOV2_PROTOCOL_AH == IPPROTO_AH);

/**
 * ov2_put_sa_name() - put what identifies an SA into a message
 * @msg: the message
 * @dev: the card
 * @view: the SA
 *
 * Context: Any context.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_sa_name(struct sk_buff *msg, const struct net_device *dev,
		    const struct ov2_sa_view *view)
{
	if (nla_put_u32(msg, IPSECOV2_A_SA_IFINDEX, dev->ifindex) ||
	    nla_put_uint(msg, IPSECOV2_A_SA_HANDLE, view->handle) ||
	    nla_put_u8(msg, IPSECOV2_A_SA_DIR,
		       view->inbound ? IPSECOV2_DIRECTION_IN :
				       IPSECOV2_DIRECTION_OUT) ||
	    nla_put_u8(msg, IPSECOV2_A_SA_PROTO, view->proto) ||
	    nla_put_be32(msg, IPSECOV2_A_SA_SPI, view->spi) ||
	    nla_put_u16(msg, IPSECOV2_A_SA_FAMILY, view->family) ||
	    ov2_family_put_address(msg, IPSECOV2_A_SA_SADDR, view->family,
				   &view->saddr) ||
	    ov2_family_put_address(msg, IPSECOV2_A_SA_DADDR, view->family,
				   &view->daddr))
		return -EMSGSIZE;
	return 0;
}

static int sa_put_algorithms(struct sk_buff *msg,
			     const struct ov2_sa_view *view)
{
	if ((view->auth &&
	     nla_put_string(msg, IPSECOV2_A_SA_AUTH, view->auth)) ||
	    (view->encr &&
	     nla_put_string(msg, IPSECOV2_A_SA_ENCR, view->encr)) ||
	    (view->auth_id &&
	     nla_put_u32(msg, IPSECOV2_A_SA_AUTH_ID, view->auth_id)) ||
	    nla_put_u32(msg, IPSECOV2_A_SA_ENCR_ID, view->encr_id) ||
	    nla_put_u32(msg, IPSECOV2_A_SA_ICV_LEN, view->icv_len))
		return -EMSGSIZE;
	return 0;
}

static int sa_put_numbers(struct sk_buff *msg, const struct ov2_sa_view *view)
{
	if (nla_put_u32(msg, IPSECOV2_A_SA_SEQ, lower_32_bits(view->seq)) ||
	    nla_put_u32(msg, IPSECOV2_A_SA_REPLAY_WINDOW, view->window))
		return -EMSGSIZE;
	if (view->esn &&
	    (nla_put_flag(msg, IPSECOV2_A_SA_ESN) ||
	     nla_put_u32(msg, IPSECOV2_A_SA_SEQ_HI, upper_32_bits(view->seq))))
		return -EMSGSIZE;
	return 0;
}

static int sa_put_encap(struct sk_buff *msg, const struct ov2_sa_view *view)
{
	if (!view->encap_type)
		return 0;
	if (nla_put_u16(msg, IPSECOV2_A_SA_ENCAP_TYPE, view->encap_type) ||
	    nla_put_be16(msg, IPSECOV2_A_SA_ENCAP_SPORT, view->encap_sport) ||
	    nla_put_be16(msg, IPSECOV2_A_SA_ENCAP_DPORT, view->encap_dport))
		return -EMSGSIZE;
	return 0;
}

/* What a brief view does not have */
static int sa_put_members(struct sk_buff *msg, const struct ov2_sa_view *view)
{
	return sa_put_algorithms(msg, view) ?:
	       sa_put_numbers(msg, view) ?:
	       sa_put_encap(msg, view);
}

/**
 * ov2_put_sa_owner() - put reqid, interface ID and mark of an SA into a message
 * @msg: the message
 * @view: the SA
 *
 * With these three values a key manager recognizes its own SAs.
 *
 * Context: Any context.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_sa_owner(struct sk_buff *msg, const struct ov2_sa_view *view)
{
	if (nla_put_u32(msg, IPSECOV2_A_SA_REQID, view->reqid) ||
	    (view->if_id &&
	     nla_put_u32(msg, IPSECOV2_A_SA_IF_ID, view->if_id)))
		return -EMSGSIZE;
	if (view->mark_mask &&
	    (nla_put_u32(msg, IPSECOV2_A_SA_MARK, view->mark) ||
	     nla_put_u32(msg, IPSECOV2_A_SA_MARK_MASK, view->mark_mask)))
		return -EMSGSIZE;
	return 0;
}

static const int failure_attrs[OV2_CRYPTO_STATUS_MAX] = {
	[OV2_CRYPTO_GENERIC_ERROR] = IPSECOV2_A_SA_FAILURES_GENERIC_ERROR,
	[OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED] =
		IPSECOV2_A_SA_FAILURES_TRANSPORT_AH_AUTH_FAILED,
	[OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED] =
		IPSECOV2_A_SA_FAILURES_TRANSPORT_ESP_AUTH_FAILED,
	[OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED] =
		IPSECOV2_A_SA_FAILURES_TUNNEL_AH_AUTH_FAILED,
	[OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED] =
		IPSECOV2_A_SA_FAILURES_TUNNEL_ESP_AUTH_FAILED,
	[OV2_CRYPTO_INVALID_PACKET_SYNTAX] =
		IPSECOV2_A_SA_FAILURES_INVALID_PACKET_SYNTAX,
	[OV2_CRYPTO_INVALID_PROTOCOL] =
		IPSECOV2_A_SA_FAILURES_INVALID_PROTOCOL,
};

/* Puts a nest of counts into the message. A value is left out if it is 0, or if
 * the family has no attribute for it. If all values are left out, the nest is
 * left out, too.
 */
static int sa_put_counts(struct sk_buff *msg, int type, const int *attrs,
			 const u64 *values, int count)
{
	struct nlattr *nest = NULL;
	int i;

	for (i = 0; i < count; i++) {
		if (!values[i] || !attrs[i])
			continue;
		if (!nest)
			nest = nla_nest_start(msg, type);
		if (!nest || nla_put_uint(msg, attrs[i], values[i]))
			return -EMSGSIZE;
	}
	if (nest)
		nla_nest_end(msg, nest);
	return 0;
}

/* A counter of crypto mode (TX_FALLBACK_*) and a counter of packet mode
 * (TX_REFUSED_*) may share an attribute. Each SA has only one of the two modes,
 * so the SA moves only one of the two counters.
 */
static const int declined_attrs[OV2_DECLINED] = {
	[OV2_CNT_TX_FALLBACK_DIR - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_DIR,
	[OV2_CNT_TX_FALLBACK_HEADERS - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_HEADERS,
	[OV2_CNT_TX_FALLBACK_LARGE - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_LARGE,
	[OV2_CNT_TX_REFUSED_DIR - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_DIR,
	[OV2_CNT_TX_REFUSED_HEADERS - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_HEADERS,
	[OV2_CNT_TX_REFUSED_WAY - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_WAY,
	[OV2_CNT_TX_REFUSED_ALLOC - OV2_DECLINED_FIRST] =
		IPSECOV2_A_SA_DECLINED_MEMORY,
};

static const int software_attrs[OV2_SOFTWARE] = {
	[OV2_CNT_TX_SOFTWARE_DISABLED - OV2_SOFTWARE_FIRST] =
		IPSECOV2_A_SA_SOFTWARE_DISABLED,
	[OV2_CNT_TX_SOFTWARE_WAY - OV2_SOFTWARE_FIRST] =
		IPSECOV2_A_SA_SOFTWARE_WAY,
	[OV2_CNT_TX_SOFTWARE_FRAGMENT - OV2_SOFTWARE_FIRST] =
		IPSECOV2_A_SA_SOFTWARE_FRAGMENT,
	[OV2_CNT_TX_SOFTWARE_HEADERS - OV2_SOFTWARE_FIRST] =
		IPSECOV2_A_SA_SOFTWARE_HEADERS,
	[OV2_CNT_TX_SOFTWARE_OTHER - OV2_SOFTWARE_FIRST] =
		IPSECOV2_A_SA_SOFTWARE_OTHER,
};

static int sa_put_engine(struct sk_buff *msg, const struct ov2_sa_info *info)
{
	u64 idle = get_jiffies_64() - info->last_use;

	if (nla_put_uint(msg, IPSECOV2_A_SA_PACKETS, info->packets) ||
	    nla_put_uint(msg, IPSECOV2_A_SA_BYTES, info->bytes) ||
	    (info->last_use &&
	     nla_put_uint(msg, IPSECOV2_A_SA_LAST_USE,
			  jiffies64_to_msecs(idle))) ||
	    (info->follows_seq &&
	     nla_put_uint(msg, IPSECOV2_A_SA_VERIFIED_SEQ, info->seq)))
		return -EMSGSIZE;
	return sa_put_counts(msg, IPSECOV2_A_SA_FAILURES, failure_attrs,
			     info->failed, OV2_CRYPTO_STATUS_MAX);
}

/**
 * ov2_put_sa() - put all attributes of an SA into a message, as far as its view
 *	has them
 * @msg: the message
 * @dev: the card
 * @view: the SA
 *
 * Context: Any context.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_sa(struct sk_buff *msg, const struct net_device *dev,
	       const struct ov2_sa_view *view)
{
	if (ov2_put_sa_name(msg, dev, view) ||
	    nla_put_u8(msg, IPSECOV2_A_SA_MODE,
		       view->tunnel ? IPSECOV2_MODE_TUNNEL :
				      IPSECOV2_MODE_TRANSPORT) ||
	    nla_put_u8(msg, IPSECOV2_A_SA_OFFLOAD,
		       view->packet ? IPSECOV2_OFFLOAD_MODE_PACKET :
				      IPSECOV2_OFFLOAD_MODE_CRYPTO) ||
	    (!view->brief && sa_put_members(msg, view)) ||
	    ov2_put_sa_owner(msg, view) ||
	    sa_put_engine(msg, &view->engine) ||
	    sa_put_counts(msg, IPSECOV2_A_SA_DECLINED, declined_attrs,
			  view->declined, OV2_DECLINED) ||
	    sa_put_counts(msg, IPSECOV2_A_SA_SOFTWARE, software_attrs,
			  view->software, OV2_SOFTWARE))
		return -EMSGSIZE;
	return 0;
}

static int sa_missing(const struct genl_info *info, int attr)
{
	NL_SET_BAD_ATTR(info->extack, info->attrs[attr]);
	NL_SET_ERR_MSG_MOD(info->extack, "There is no such SA on a card");
	return -ENOENT;
}

static int sa_by_handle(const struct genl_info *info,
			const struct net_device **dev,
			struct ov2_sa_view *view)
{
	const struct nlattr *attr = info->attrs[IPSECOV2_A_SA_HANDLE];
	u64 handle = nla_get_uint(attr);
	struct net_device *card;

	card = ov2_family_card(info, IPSECOV2_A_SA_IFINDEX);
	if (IS_ERR(card))
		return PTR_ERR(card);
	if (handle > ULONG_MAX ||
	    !ov2_bridge_sa_view(ov2_adapter_of(card), handle, view))
		return sa_missing(info, IPSECOV2_A_SA_HANDLE);
	*dev = card;
	return 0;
}

static int sa_read_spec(const struct genl_info *info, struct ov2_sa_spec *spec)
{
	const struct nlattr *daddr = info->attrs[IPSECOV2_A_SA_DADDR];
	const struct nlattr *mark = info->attrs[IPSECOV2_A_SA_MARK];

	if (GENL_REQ_ATTR_CHECK(info, IPSECOV2_A_SA_SPI) ||
	    GENL_REQ_ATTR_CHECK(info, IPSECOV2_A_SA_DADDR) ||
	    GENL_REQ_ATTR_CHECK(info, IPSECOV2_A_SA_PROTO) ||
	    GENL_REQ_ATTR_CHECK(info, IPSECOV2_A_SA_DIR))
		return -EINVAL;
	if (nla_len(daddr) != sizeof(struct in_addr) &&
	    nla_len(daddr) != sizeof(struct in6_addr)) {
		NL_SET_ERR_MSG_ATTR(info->extack, daddr,
				    "ipsecov2: An address has 4 or 16 bytes");
		return -EINVAL;
	}

	*spec = (struct ov2_sa_spec){
		.inbound = nla_get_u8(info->attrs[IPSECOV2_A_SA_DIR]) ==
			   IPSECOV2_DIRECTION_IN,
		.proto = nla_get_u8(info->attrs[IPSECOV2_A_SA_PROTO]),
		.family = nla_len(daddr) == sizeof(struct in6_addr) ?
			  AF_INET6 : AF_INET,
		.spi = nla_get_be32(info->attrs[IPSECOV2_A_SA_SPI]),
		.mark = mark ? nla_get_u32(mark) : 0,
	};
	memcpy(&spec->daddr, nla_data(daddr), nla_len(daddr));
	return 0;
}

static int sa_by_spec(const struct genl_info *info,
		      const struct net_device **dev, struct ov2_sa_view *view)
{
	const struct nlattr *ifindex = info->attrs[IPSECOV2_A_SA_IFINDEX];
	const struct net_device *card = NULL;
	struct ov2_sa_spec spec;
	struct ov2_adapter *ad;
	unsigned long handle;
	int err;

	err = sa_read_spec(info, &spec);
	if (err)
		return err;
	if (ifindex) {
		card = ov2_family_card(info, IPSECOV2_A_SA_IFINDEX);
		if (IS_ERR(card))
			return PTR_ERR(card);
	}

	ad = ov2_bridge_sa_find(genl_info_net(info), &spec, &handle);
	if (!ad || (card && ad->dev != card) ||
	    !ov2_bridge_sa_view(ad, handle, view))
		return sa_missing(info, IPSECOV2_A_SA_SPI);
	*dev = ad->dev;
	return 0;
}

static int sa_find(const struct genl_info *info, const struct net_device **dev,
		   struct ov2_sa_view *view)
{
	const struct nlattr *spi = info->attrs[IPSECOV2_A_SA_SPI];

	if (!info->attrs[IPSECOV2_A_SA_HANDLE])
		return sa_by_spec(info, dev, view);
	if (spi) {
		NL_SET_ERR_MSG_ATTR(info->extack, spi,
				    "ipsecov2: Give either a handle or an SPI, not both");
		return -EINVAL;
	}
	return sa_by_handle(info, dev, view);
}

static int sa_put_asked(struct sk_buff *msg, const struct genl_info *info)
{
	const struct net_device *dev;
	struct ov2_sa_view view;
	int err;

	err = sa_find(info, &dev, &view);
	return err ?: ov2_put_sa(msg, dev, &view);
}

int ipsecov2_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	return ov2_family_reply(info, sa_put_asked);
}

static int sa_put_dumped(struct sk_buff *skb, struct netlink_callback *cb,
			 struct net_device *dev, unsigned long handle)
{
	struct ov2_sa_view view;
	void *hdr;

	if (!ov2_bridge_sa_view(ov2_adapter_of(dev), handle, &view))
		return 0;
	hdr = genlmsg_iput(skb, genl_info_dump(cb));
	if (!hdr)
		return -EMSGSIZE;
	if (ov2_put_sa(skb, dev, &view)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(skb, hdr);
	return 0;
}

static int sa_dump_card(struct sk_buff *skb, struct netlink_callback *cb,
			struct net_device *dev, unsigned long *slot)
{
	struct ov2_handles *handles = &ov2_adapter_of(dev)->handles;
	unsigned long handle;
	int err;

	while ((handle = ov2_handle_next(handles, slot))) {
		err = sa_put_dumped(skb, cb, dev, handle);
		if (err)
			return err;
		++*slot;
	}
	return 0;
}

static u32 sa_version(struct ov2_adapter *ad)
{
	return ov2_handles_version(&ad->handles);
}

int ipsecov2_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	static const struct ov2_dump_ops ops = {
		.ifindex = IPSECOV2_A_SA_IFINDEX,
		.version = sa_version,
		.card = sa_dump_card,
	};

	return ov2_family_dump(skb, cb, &ops);
}
