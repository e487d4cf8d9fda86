// SPDX-License-Identifier: GPL-2.0
/*
 * The multicast groups of the family: "cards", which everybody may join, and
 * "sas", which needs CAP_NET_ADMIN, because its messages name SPIs, addresses
 * and selectors.
 *
 * A message goes to the sockets in the namespace of the card. If a socket has
 * no room for a message, or if there is no memory for the message, the next
 * receive call of the socket fails with ENOBUFS.
 */
#include <linux/netdevice.h>
#include <linux/notifier.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../bridge/policy_view.h"
#include "../bridge/sa_view.h"
#include "../port/line.h"
#include "../port/port.h"
#include "../watch/event.h"
#include "../watch/log.h"
#include "family_gen.h"
#include "multicast.h"
#include "put.h"

/**
 * struct event - a message that is to be sent
 * @group: IPSECOV2_NLGRP_*
 * @command: IPSECOV2_CMD_*_NTF
 * @limit: IPSECOV2_LIMIT_*, if a limit was reached
 * @net_cookie: if not 0, only users of this namespace may get the message
 * @put: fills in the message. Returns 0 or -EMSGSIZE
 * @what: what @put tells about, for example an SA; NULL if the message is only
 *	about the card
 */
struct event {
	unsigned int group;
	u8 command;
	u8 limit;
	u64 net_cookie;
	int (*put)(struct sk_buff *msg, const struct net_device *dev,
		   const struct event *event);
	const void *what;
};

static bool event_is_heard(const struct net_device *dev, unsigned int group)
{
	return genl_has_listeners(&ipsecov2_nl_family, dev_net(dev), group) > 0;
}

static void event_send(const struct net_device *dev, const struct event *event)
{
	struct net *net = dev_net(dev);
	struct genl_info info;
	struct sk_buff *msg;
	void *hdr;

	RCU_LOCKDEP_WARN(!rcu_read_lock_held(), "the namespace may be freed");
	/* The card may have moved meanwhile. */
	if (event->net_cookie && event->net_cookie != net->net_cookie)
		return;
	genl_info_init_ntf(&info, &ipsecov2_nl_family, event->command);
	msg = genlmsg_new(GENLMSG_DEFAULT_SIZE, GFP_ATOMIC);
	if (!msg)
		goto lost;
	hdr = genlmsg_iput(msg, &info);
	if (!hdr || event->put(msg, dev, event))
		goto err_msg;
	genlmsg_end(msg, hdr);
	genlmsg_multicast_netns(&ipsecov2_nl_family, net, msg, 0, event->group,
				GFP_ATOMIC);
	return;

err_msg:
	nlmsg_free(msg);
lost:
	genl_set_err(&ipsecov2_nl_family, net, 0, event->group, -ENOBUFS);
}

static int event_put_card(struct sk_buff *msg, const struct net_device *dev,
			  const struct event *event)
{
	if (event->command != IPSECOV2_CMD_CARD_DEL_NTF)
		return ov2_put_card(msg, dev_net(dev), dev);
	return nla_put_u32(msg, IPSECOV2_A_CARD_IFINDEX, dev->ifindex) ?:
	       nla_put_string(msg, IPSECOV2_A_CARD_IFNAME, dev->name);
}

static void event_card(const struct ov2_adapter *ad, enum ov2_card_event what)
{
	static const u8 commands[] = {
		[OV2_CARD_ADDED] = IPSECOV2_CMD_CARD_ADD_NTF,
		[OV2_CARD_GONE] = IPSECOV2_CMD_CARD_DEL_NTF,
		[OV2_CARD_CHANGED] = IPSECOV2_CMD_CARD_CHANGE_NTF,
		[OV2_CARD_CONFIGURED] = IPSECOV2_CMD_CARD_CONFIG_NTF,
		[OV2_CARD_RESET] = IPSECOV2_CMD_CARD_RESET_NTF,
		[OV2_CARD_UP] = IPSECOV2_CMD_CARD_UP_NTF,
		[OV2_CARD_DOWN] = IPSECOV2_CMD_CARD_DOWN_NTF,
	};
	const struct event event = {
		.group = IPSECOV2_NLGRP_CARDS,
		.command = commands[what],
		.put = event_put_card,
	};

	if (event_is_heard(ad->dev, event.group))
		event_send(ad->dev, &event);
}

static bool event_wants_sas(const struct ov2_adapter *ad)
{
	return event_is_heard(ad->dev, IPSECOV2_NLGRP_SAS);
}

static int event_put_sa(struct sk_buff *msg, const struct net_device *dev,
			const struct event *event)
{
	return ov2_put_sa(msg, dev, event->what);
}

static int event_put_sa_limit(struct sk_buff *msg, const struct net_device *dev,
			      const struct event *event)
{
	return ov2_put_sa_name(msg, dev, event->what) ?:
	       ov2_put_sa_owner(msg, event->what) ?:
	       nla_put_u8(msg, IPSECOV2_A_SA_LIMIT, event->limit);
}

static void event_sa(const struct ov2_adapter *ad, enum ov2_life_event what,
		     const struct ov2_sa_view *view)
{
	static const struct event events[] = {
		[OV2_LIFE_ADDED] = {
			.command = IPSECOV2_CMD_SA_ADD_NTF,
			.put = event_put_sa,
		},
		[OV2_LIFE_DELETED] = {
			.command = IPSECOV2_CMD_SA_DEL_NTF,
			.put = event_put_sa,
		},
		[OV2_LIFE_SOFT] = {
			.command = IPSECOV2_CMD_SA_EXPIRE_NTF,
			.limit = IPSECOV2_LIMIT_SOFT,
			.put = event_put_sa_limit,
		},
		[OV2_LIFE_HARD] = {
			.command = IPSECOV2_CMD_SA_EXPIRE_NTF,
			.limit = IPSECOV2_LIMIT_HARD,
			.put = event_put_sa_limit,
		},
	};
	struct event event = events[what];

	event.group = IPSECOV2_NLGRP_SAS;
	event.what = view;
	event_send(ad->dev, &event);
}

/**
 * struct event_told - an SA, and a counter that has moved because of this SA
 * @reason: the counter that moved
 * @view: the SA
 */
struct event_told {
	enum ov2_counter reason;
	const struct ov2_sa_view *view;
};

static int event_put_told(struct sk_buff *msg, const struct net_device *dev,
			  const struct event *event)
{
	const struct event_told *told = event->what;
	const struct ov2_counter_row *row = ov2_counter_row(told->reason);

	return ov2_put_sa_name(msg, dev, told->view) ?:
	       ov2_put_sa_owner(msg, told->view) ?:
	       nla_put_string(msg, IPSECOV2_A_SA_REASON, row->name) ?:
	       nla_put_string(msg, IPSECOV2_A_SA_EXPLANATION, row->sentence);
}

static void event_sa_told(const struct ov2_adapter *ad, enum ov2_counter reason,
			  const struct ov2_sa_view *view)
{
	const struct event_told told = { .reason = reason, .view = view };
	const struct event event = {
		.group = IPSECOV2_NLGRP_SAS,
		.command = reason == OV2_CNT_RX_SA_DELETE_REQ ?
			   IPSECOV2_CMD_SA_DELETE_REQ_NTF :
			   IPSECOV2_CMD_SA_FALLBACK_NTF,
		.put = event_put_told,
		.what = &told,
	};

	event_send(ad->dev, &event);
}

static int event_put_policy(struct sk_buff *msg, const struct net_device *dev,
			    const struct event *event)
{
	return ov2_put_policy(msg, dev, event->what);
}

static int event_put_policy_limit(struct sk_buff *msg,
				  const struct net_device *dev,
				  const struct event *event)
{
	return ov2_put_policy_name(msg, dev, event->what) ?:
	       nla_put_u8(msg, IPSECOV2_A_POLICY_LIMIT, event->limit);
}

static void event_policy(const struct ov2_adapter *ad, enum ov2_life_event what,
			 const struct ov2_policy_view *view)
{
	static const struct event events[] = {
		[OV2_LIFE_ADDED] = {
			.command = IPSECOV2_CMD_POLICY_ADD_NTF,
			.put = event_put_policy,
		},
		[OV2_LIFE_DELETED] = {
			.command = IPSECOV2_CMD_POLICY_DEL_NTF,
			.put = event_put_policy,
		},
		[OV2_LIFE_SOFT] = {
			.command = IPSECOV2_CMD_POLICY_EXPIRE_NTF,
			.limit = IPSECOV2_LIMIT_SOFT,
			.put = event_put_policy_limit,
		},
		[OV2_LIFE_HARD] = {
			.command = IPSECOV2_CMD_POLICY_EXPIRE_NTF,
			.limit = IPSECOV2_LIMIT_HARD,
			.put = event_put_policy_limit,
		},
	};
	struct event event = events[what];

	event.group = IPSECOV2_NLGRP_SAS;
	event.what = view;
	event_send(ad->dev, &event);
}

static int event_put_log(struct sk_buff *msg, const struct net_device *dev,
			 const struct event *event)
{
	return ov2_put_log(msg, dev, event->what);
}

static void event_refused(const struct ov2_adapter *ad,
			  const struct ov2_log_entry *entry)
{
	const struct event event = {
		.group = IPSECOV2_NLGRP_SAS,
		.command = IPSECOV2_CMD_LOG_NTF,
		.net_cookie = entry->net_cookie,
		.put = event_put_log,
		.what = entry,
	};

	if (event_wants_sas(ad))
		event_send(ad->dev, &event);
}

static const struct ov2_event_listener multicast_listener = {
	.wants_sas	= event_wants_sas,
	.card		= event_card,
	.sa		= event_sa,
	.sa_told	= event_sa_told,
	.policy		= event_policy,
	.refused	= event_refused,
};

/* The card at the other end of the line has two attributes with the index and
 * the namespace of @dev. So tell users that the card at the other end has
 * changed.
 */
static void event_tell_peer(const struct net_device *dev)
{
	const struct ov2_port *port = netdev_priv(dev);
	struct net_device *peer = port->line->link(port);

	ASSERT_RTNL();
	if (peer)
		ov2_event_card(ov2_adapter_of(peer), OV2_CARD_CHANGED);
}

/* If a card goes to another namespace, NETDEV_UNREGISTER comes while the card
 * is still in the old namespace. NETDEV_REGISTER comes when the card is in the
 * new namespace. The core repeats NETDEV_UNREGISTER as long as something refers
 * to a card that is gone. ov2_event_card() tells users only the first time.
 */
static int event_netdev(struct notifier_block *block, unsigned long what,
			void *info)
{
	struct net_device *dev = netdev_notifier_info_to_dev(info);

	if (!ov2_port_is_card(dev))
		return NOTIFY_DONE;
	switch (what) {
	case NETDEV_REGISTER:
		ov2_event_card(ov2_adapter_of(dev), OV2_CARD_ADDED);
		event_tell_peer(dev);
		break;
	case NETDEV_UNREGISTER:
		ov2_event_card(ov2_adapter_of(dev), OV2_CARD_GONE);
		break;
	case NETDEV_CHANGENAME:
	case NETDEV_CHANGEINFODATA:
		ov2_event_card(ov2_adapter_of(dev), OV2_CARD_CHANGED);
		break;
	}
	return NOTIFY_DONE;
}

static struct notifier_block event_notifier = {
	.notifier_call	= event_netdev,
};

/**
 * ov2_events_register() - start to send events to users
 *
 * Context: Process context, at module init. The family is registered.
 * Return: 0 or a negative errno.
 */
int ov2_events_register(void)
{
	int err;

	ov2_event_listen(&multicast_listener);
	err = register_netdevice_notifier(&event_notifier);
	if (err)
		ov2_event_listen(NULL);
	return err;
}

/**
 * ov2_events_unregister() - undo ov2_events_register()
 *
 * Call this before the family is unregistered. Afterwards the numbers of its
 * groups may belong to another family. When the notifier is unregistered, the
 * core calls it once for each card, as if the card were gone. So users get the
 * event that the card is gone.
 *
 * Context: Process context, at module exit.
 */
void ov2_events_unregister(void)
{
	unregister_netdevice_notifier(&event_notifier);
	ov2_event_listen(NULL);
}
