// SPDX-License-Identifier: GPL-2.0
/* Making and deleting a monitor, and listening to it. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/ipsecov2_capture.h>

#include "family.h"
#include "monitor.h"
#include "netlink.h"

#define MONITOR_KIND		"ipsecov2mon"
/* The socket's buffer, where a burst of large packets waits to be written */
#define MONITOR_BUFFER		(32 * 1024 * 1024)

static enum status monitor_refused(int error, const char *sentence)
{
	if (error == -EOPNOTSUPP && !family_module_live())
		return family_no_module();
	if (error == -EOPNOTSUPP)
		return failed("the module that is loaded has no monitors: it is older than this ov2");
	if (error == -EPERM)
		return failed("making a monitor needs CAP_NET_ADMIN in this network namespace: run it as root");
	return failed("the kernel makes no monitor: %s", sentence);
}

/* The kernel chooses a free name. */
static void monitor_request(struct nlmsghdr *nlh, uint32_t card, bool clear)
{
	struct nlattr *info, *data;
	struct ifinfomsg *ifm;

	nlh->nlmsg_type = RTM_NEWLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE |
			   NLM_F_EXCL | NLM_F_ECHO;
	ifm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifm));
	ifm->ifi_flags = IFF_UP;
	ifm->ifi_change = IFF_UP;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "ov2mon%d");
	if (card)
		mnl_attr_put_u32(nlh, IFLA_LINK, card);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, MONITOR_KIND);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
	if (clear)
		mnl_attr_put(nlh, IFLA_OV2_MONITOR_CLEAR, 0, NULL);
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
}

/* The echo of the request has the number and the name of the new device. */
static int monitor_named(const struct nlmsghdr *nlh, void *data)
{
	const struct ifinfomsg *ifm = mnl_nlmsg_get_payload(nlh);
	struct monitor *monitor = data;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWLINK)
		return 0;
	monitor->index = ifm->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(struct ifinfomsg))
		if (mnl_attr_get_type(attr) == IFLA_IFNAME)
			snprintf(monitor->name, sizeof(monitor->name), "%s",
				 mnl_attr_get_str(attr));
	return 0;
}

static enum status monitor_make(struct monitor *monitor, uint32_t card,
				bool clear)
{
	char room[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct nl nl;
	int error;

	error = nl_open(&nl, NETLINK_ROUTE);
	if (error)
		return failed("no socket of rtnetlink: %s", strerror(-error));
	monitor_request(nlh, card, clear);
	error = nl_ask(&nl, nlh, NULL, monitor_named, monitor);
	nl_close(&nl);
	if (error)
		return monitor_refused(error, nl.sentence);
	/* End here, because a socket that is bound to number 0 hears all
	 * devices.
	 */
	if (!monitor->index)
		return failed("the kernel does not say which monitor it has made: `ip link` shows it");
	return STATUS_DONE;
}

static enum status monitor_listen(struct monitor *monitor)
{
	struct sockaddr_ll address = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = monitor->index,
	};
	int size = MONITOR_BUFFER;

	/* Without a protocol the socket gets nothing until it is bound. */
	monitor->socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (monitor->socket < 0 && errno == EPERM)
		return failed("listening to a monitor needs CAP_NET_RAW: run it as root");
	if (monitor->socket < 0)
		return failed("no packet socket: %s", strerror(errno));
	if (setsockopt(monitor->socket, SOL_SOCKET, SO_RCVBUFFORCE, &size,
		       sizeof(size)))
		setsockopt(monitor->socket, SOL_SOCKET, SO_RCVBUF, &size,
			   sizeof(size));
	if (bind(monitor->socket, (void *)&address, sizeof(address)))
		return failed("cannot listen to the monitor %s: %s",
			      monitor->name, strerror(errno));
	return STATUS_DONE;
}

/**
 * monitor_open() - make a monitor, and listen to it
 * @monitor: filled in
 * @card: number of the card, or 0 for all cards
 * @clear: do not cut off the payload of clear frames
 *
 * Return: STATUS_DONE, or another status after an error message.
 */
enum status monitor_open(struct monitor *monitor, uint32_t card, bool clear)
{
	enum status status;

	*monitor = (struct monitor){ .socket = -1 };
	status = monitor_make(monitor, card, clear);
	if (status)
		return status;
	status = monitor_listen(monitor);
	if (status)
		monitor_close(monitor);
	return status;
}

/**
 * monitor_close() - delete a monitor
 * @monitor: the monitor; its device may be gone already, together with its card
 */
void monitor_close(struct monitor *monitor)
{
	char room[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(room);
	struct ifinfomsg *ifm;
	struct nl nl;

	if (monitor->socket >= 0)
		close(monitor->socket);
	monitor->socket = -1;
	if (!monitor->index || nl_open(&nl, NETLINK_ROUTE))
		return;
	nlh->nlmsg_type = RTM_DELLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	ifm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifm));
	ifm->ifi_family = AF_UNSPEC;
	ifm->ifi_index = monitor->index;
	nl_ask(&nl, nlh, NULL, NULL, NULL);
	nl_close(&nl);
	monitor->index = 0;
}

/* How many frames the socket had no room for since the last call */
unsigned int monitor_lost(const struct monitor *monitor)
{
	struct tpacket_stats stats = {};
	socklen_t length = sizeof(stats);

	getsockopt(monitor->socket, SOL_PACKET, PACKET_STATISTICS, &stats,
		   &length);
	return stats.tp_drops;
}
