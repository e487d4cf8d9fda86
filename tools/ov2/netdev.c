// SPDX-License-Identifier: GPL-2.0
/* Asks the kernel about an interface: whether it offers the offload (ethtool's
 * netlink family), its kind, MTU and related interfaces, and the route to an
 * address (rtnetlink).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libmnl/libmnl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "family.h"
#include "netdev.h"

/* Whether this bit is esp-hw-offload, and is set. A bitset without a mask lists
 * only the bits that are set. A bitset with a mask lists all bits of the mask,
 * and each bit that is set has a flag.
 */
static bool netdev_is_offload(const struct nlattr *bit, bool mask)
{
	bool named = false, set = !mask;
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, bit) {
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_BITSET_BIT_NAME:
			named = !strcmp(mnl_attr_get_str(attr),
					"esp-hw-offload");
			break;
		case ETHTOOL_A_BITSET_BIT_VALUE:
			set = true;
			break;
		}
	}
	return named && set;
}

/* Whether a bitset of ethtool has the feature esp-hw-offload. */
static bool netdev_has_offload(const struct nlattr *bitset)
{
	const struct nlattr *attr, *bits = NULL, *bit;
	bool mask = true;

	mnl_attr_for_each_nested(attr, bitset) {
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_BITSET_NOMASK:
			mask = false;
			break;
		case ETHTOOL_A_BITSET_BITS:
			bits = attr;
			break;
		}
	}
	if (!bits)
		return false;
	mnl_attr_for_each_nested(bit, bits)
		if (netdev_is_offload(bit, mask))
			return true;
	return false;
}

static int netdev_take_features(const struct nlmsghdr *nlh, void *data)
{
	enum netdev_offload *offload = data;
	bool active = false, wanted = false, hardware = false;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		switch (mnl_attr_get_type(attr)) {
		case ETHTOOL_A_FEATURES_HW:
			hardware = netdev_has_offload(attr);
			break;
		case ETHTOOL_A_FEATURES_WANTED:
			wanted = netdev_has_offload(attr);
			break;
		case ETHTOOL_A_FEATURES_ACTIVE:
			active = netdev_has_offload(attr);
			break;
		}
	}
	if (active)
		*offload = NETDEV_ON;
	else if (hardware || wanted)
		*offload = NETDEV_OFF;
	else
		*offload = NETDEV_NEVER;
	return 0;
}

/* Whether an interface offloads ESP now, as `ethtool -k` shows it. */
enum netdev_offload netdev_offload(uint32_t ifindex)
{
	enum netdev_offload offload = NETDEV_UNKNOWN;
	struct family ethtool;
	struct nlmsghdr *request;
	struct nlattr *header;

	if (family_find(&ethtool, ETHTOOL_GENL_NAME))
		return NETDEV_UNKNOWN;
	request = family_request(&ethtool, ETHTOOL_MSG_FEATURES_GET, NLM_F_ACK);
	header = mnl_attr_nest_start(request, ETHTOOL_A_FEATURES_HEADER);
	mnl_attr_put_u32(request, ETHTOOL_A_HEADER_DEV_INDEX, ifindex);
	mnl_attr_nest_end(request, header);
	if (nl_ask(&ethtool.nl, request, NULL, netdev_take_features, &offload))
		offload = NETDEV_UNKNOWN;
	family_close(&ethtool);
	return offload;
}

static void netdev_take_kind(const struct nlattr *info,
			     struct netdev_link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, info)
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			snprintf(link->kind, sizeof(link->kind), "%s",
				 mnl_attr_get_str(attr));
}

static int netdev_take_link(const struct nlmsghdr *nlh, void *data)
{
	struct netdev_link *link = data;
	const struct nlattr *attr;
	bool elsewhere = false;

	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg)) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_LINK:
			link->lower = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINK_NETNSID:
			elsewhere = true;
			break;
		case IFLA_MASTER:
			link->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_MTU:
			link->mtu = mnl_attr_get_u32(attr);
			break;
		case IFLA_LINKINFO:
			netdev_take_kind(attr, link);
			break;
		}
	}
	if (elsewhere)
		link->lower = 0;
	return 0;
}

/* What an interface is. @link is empty if the kernel does not say. */
void netdev_link(uint32_t ifindex, struct netdev_link *link)
{
	char room[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	struct ifinfomsg *ifm;
	struct nl nl;

	memset(link, 0, sizeof(*link));
	if (nl_open(&nl, NETLINK_ROUTE))
		return;
	request->nlmsg_type = RTM_GETLINK;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifm = mnl_nlmsg_put_extra_header(request, sizeof(*ifm));
	ifm->ifi_index = ifindex;
	if (nl_ask(&nl, request, NULL, netdev_take_link, link))
		memset(link, 0, sizeof(*link));
	nl_close(&nl);
}

static int netdev_take_route(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *attr;
	uint32_t *ifindex = data;

	mnl_attr_for_each(attr, nlh, sizeof(struct rtmsg))
		if (mnl_attr_get_type(attr) == RTA_OIF)
			*ifindex = mnl_attr_get_u32(attr);
	return 0;
}

/**
 * netdev_route() - find the interface through which packets leave
 * @family: AF_INET or AF_INET6
 * @from: source address
 * @to: destination address
 *
 * Return: the index of the interface; 0 if there is no route, or no answer.
 */
uint32_t netdev_route(uint16_t family, const xfrm_address_t *from,
		      const xfrm_address_t *to)
{
	char room[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	size_t size = xfrm_address_size(family);
	uint32_t ifindex = 0;
	struct rtmsg *route;
	struct nl nl;

	if (nl_open(&nl, NETLINK_ROUTE))
		return 0;
	request->nlmsg_type = RTM_GETROUTE;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	route = mnl_nlmsg_put_extra_header(request, sizeof(*route));
	route->rtm_family = family;
	route->rtm_dst_len = 8 * size;
	route->rtm_src_len = 8 * size;
	mnl_attr_put(request, RTA_DST, size, to);
	mnl_attr_put(request, RTA_SRC, size, from);
	if (nl_ask(&nl, request, NULL, netdev_take_route, &ifindex))
		ifindex = 0;
	nl_close(&nl);
	return ifindex;
}
