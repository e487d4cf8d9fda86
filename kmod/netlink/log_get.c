// SPDX-License-Identifier: GPL-2.0
/* The object "log": what a card refused, or left to software, and why. */
#include <linux/build_bug.h>
#include <linux/netdevice.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/socket.h>
#include <net/genetlink.h>

#include "../port/port.h"
#include "../watch/log.h"
#include "family.h"
#include "family_gen.h"
#include "put.h"

/**
 * struct log_dump - where a dump goes on, in netlink_callback.ctx
 * @ifindex: the next card has this index, or a higher one
 * @card: the interface index of the card whose log is being shown
 * @cursor: the next entry of @card
 */
struct log_dump {
	unsigned long ifindex;
	unsigned int card;
	struct ov2_log_cursor cursor;
};

static_assert(sizeof(struct log_dump) <=
	      sizeof_field(struct netlink_callback, ctx));

/* Tell which process made the request, if the reader's PID namespace has a
 * number for this process.
 */
static int log_put_asker(struct sk_buff *skb, const struct ov2_log_entry *entry)
{
	pid_t pid;

	if (!entry->pid)
		return 0;
	pid = pid_nr_ns(entry->pid, task_active_pid_ns(current));
	if (!pid)
		return 0;
	return nla_put_string(skb, IPSECOV2_A_LOG_COMM, entry->comm) ?:
	       nla_put_u32(skb, IPSECOV2_A_LOG_PID, pid);
}

static int log_put_address(struct sk_buff *skb, int attr, u16 family,
			   const struct in6_addr *address)
{
	switch (family) {
	case AF_INET:
		return nla_put(skb, attr, sizeof(struct in_addr), address);
	case AF_INET6:
		return nla_put(skb, attr, sizeof(*address), address);
	default:
		return 0;
	}
}

static int log_put_port(struct sk_buff *skb, int attr, __be16 port,
			int mask_attr, __be16 mask)
{
	if (!mask)
		return 0;
	return nla_put_be16(skb, attr, port) ?:
	       nla_put_be16(skb, mask_attr, mask);
}

static int log_put_name(struct sk_buff *skb, int attr, const char *name)
{
	return *name ? nla_put_string(skb, attr, name) : 0;
}

static int log_put_state(struct sk_buff *skb, const struct ov2_log_asked *asked)
{
	return log_put_name(skb, IPSECOV2_A_LOG_AUTH, asked->auth) ?:
	       log_put_name(skb, IPSECOV2_A_LOG_ENCR, asked->encr);
}

static int log_put_policy(struct sk_buff *skb,
			  const struct ov2_log_asked *asked)
{
	if (nla_put_u8(skb, IPSECOV2_A_LOG_PREFIXLEN_S, asked->prefix_s) ||
	    nla_put_u8(skb, IPSECOV2_A_LOG_PREFIXLEN_D, asked->prefix_d) ||
	    nla_put_u32(skb, IPSECOV2_A_LOG_PRIORITY, asked->priority) ||
	    log_put_address(skb, IPSECOV2_A_LOG_TMPL_SADDR, asked->tmpl_family,
			    &asked->tmpl_saddr) ||
	    log_put_address(skb, IPSECOV2_A_LOG_TMPL_DADDR, asked->tmpl_family,
			    &asked->tmpl_daddr) ||
	    log_put_port(skb, IPSECOV2_A_LOG_SPORT, asked->sport,
			 IPSECOV2_A_LOG_SPORT_MASK, asked->sport_mask) ||
	    log_put_port(skb, IPSECOV2_A_LOG_DPORT, asked->dport,
			 IPSECOV2_A_LOG_DPORT_MASK, asked->dport_mask))
		return -EMSGSIZE;
	return 0;
}

static int log_put_tmpl(struct sk_buff *skb, const struct ov2_log_asked *asked)
{
	if (!asked->tmpls)
		return 0;
	/* A newer kernel may have more modes. The family has no names for these
	 * modes, so they are left out.
	 */
	if (asked->mode <= IPSECOV2_MODE_IPTFS &&
	    nla_put_u8(skb, IPSECOV2_A_LOG_MODE, asked->mode))
		return -EMSGSIZE;
	if (asked->spi && nla_put_be32(skb, IPSECOV2_A_LOG_SPI, asked->spi))
		return -EMSGSIZE;
	return nla_put_u32(skb, IPSECOV2_A_LOG_REQID, asked->reqid);
}

static int log_put_asked(struct sk_buff *skb, const struct ov2_log_asked *asked)
{
	if (nla_put_u8(skb, IPSECOV2_A_LOG_DIR, asked->dir) ||
	    nla_put_u8(skb, IPSECOV2_A_LOG_OFFLOAD, asked->type) ||
	    nla_put_u16(skb, IPSECOV2_A_LOG_FAMILY, asked->family) ||
	    log_put_address(skb, IPSECOV2_A_LOG_SADDR, asked->family,
			    &asked->saddr) ||
	    log_put_address(skb, IPSECOV2_A_LOG_DADDR, asked->family,
			    &asked->daddr) ||
	    nla_put_u8(skb, IPSECOV2_A_LOG_PROTO, asked->proto) ||
	    log_put_tmpl(skb, asked))
		return -EMSGSIZE;
	return asked->is_policy ? log_put_policy(skb, asked) :
				  log_put_state(skb, asked);
}

/**
 * ov2_put_log() - put the attributes of a log entry into a message
 * @msg: the message
 * @dev: the card
 * @entry: the entry. If its pid is set, the current task must be the task that
 *	reads the message
 *
 * Context: Any context; process context if the pid of @entry is set.
 * Return: 0 or -EMSGSIZE.
 */
int ov2_put_log(struct sk_buff *msg, const struct net_device *dev,
		const struct ov2_log_entry *entry)
{
	if (nla_put_u32(msg, IPSECOV2_A_LOG_IFINDEX, dev->ifindex) ||
	    nla_put_uint(msg, IPSECOV2_A_LOG_SEQ, entry->seq) ||
	    nla_put_uint(msg, IPSECOV2_A_LOG_TIME, entry->time) ||
	    log_put_asker(msg, entry) ||
	    nla_put_u8(msg, IPSECOV2_A_LOG_OBJECT,
		       entry->asked.is_policy ? IPSECOV2_OBJECT_POLICY :
						IPSECOV2_OBJECT_STATE) ||
	    nla_put_u8(msg, IPSECOV2_A_LOG_OUTCOME,
		       entry->err == -EOPNOTSUPP ?
		       IPSECOV2_OUTCOME_FELL_BACK : IPSECOV2_OUTCOME_REFUSED) ||
	    nla_put_string(msg, IPSECOV2_A_LOG_REASON,
			   ov2_counter_name(entry->reason)) ||
	    nla_put_string(msg, IPSECOV2_A_LOG_SENTENCE, entry->sentence) ||
	    nla_put_u32(msg, IPSECOV2_A_LOG_ERRNO, -entry->err))
		return -EMSGSIZE;
	return log_put_asked(msg, &entry->asked);
}

/* If entries are lost, or if a device comes or goes, cb->seq changes. Then
 * genl_dump_check_consistent() sets NLM_F_DUMP_INTR.
 */
static void log_dump_generation(struct netlink_callback *cb)
{
	const struct log_dump *dump = (void *)cb->ctx;
	struct net *net = genl_info_net(genl_info_dump(cb));

	cb->seq = READ_ONCE(net->dev_base_seq) + dump->cursor.lost;
}

static int log_put_entry(struct sk_buff *skb, struct netlink_callback *cb,
			 const struct net_device *dev,
			 const struct ov2_log_entry *entry)
{
	void *hdr;

	hdr = genlmsg_iput(skb, genl_info_dump(cb));
	if (!hdr)
		return -EMSGSIZE;
	if (ov2_put_log(skb, dev, entry)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genl_dump_check_consistent(cb, hdr);
	genlmsg_end(skb, hdr);
	return 0;
}

static int log_put_card(struct sk_buff *skb, struct netlink_callback *cb,
			const struct net_device *dev, u64 seq)
{
	const struct ov2_port *port = netdev_priv(dev);
	struct log_dump *dump = (void *)cb->ctx;
	struct ov2_log_entry entry;
	int err = 0;

	if (dump->card != dev->ifindex) {
		dump->card = dev->ifindex;
		ov2_log_seek(&port->ad, seq, &dump->cursor);
	}
	while (!err && ov2_log_read(&port->ad, &dump->cursor, &entry)) {
		log_dump_generation(cb);
		err = log_put_entry(skb, cb, dev, &entry);
		ov2_log_entry_put(&entry);
		if (!err)
			dump->cursor.next++;
	}
	log_dump_generation(cb);
	return err;
}

static int log_dump_one(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	const struct nlattr *seq = info->attrs[IPSECOV2_A_LOG_SEQ];
	struct net_device *dev;

	dev = ov2_family_card(info, IPSECOV2_A_LOG_IFINDEX);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	return log_put_card(skb, cb, dev, seq ? nla_get_uint(seq) : 0);
}

static int log_dump_all(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct log_dump *dump = (void *)cb->ctx;
	struct net *net = genl_info_net(genl_info_dump(cb));
	struct net_device *dev;
	int err;

	log_dump_generation(cb);
	for_each_netdev_dump(net, dev, dump->ifindex) {
		if (!ov2_port_is_card(dev))
			continue;
		err = log_put_card(skb, cb, dev, 0);
		if (err)
			return err;
	}
	return 0;
}

/* Each card numbers its own entries. So a request with the number of an entry
 * must also name the card.
 */
int ipsecov2_nl_log_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct genl_info *info = genl_info_dump(cb);
	int err;

	rcu_read_lock();
	if (info->attrs[IPSECOV2_A_LOG_IFINDEX] ||
	    info->attrs[IPSECOV2_A_LOG_SEQ])
		err = log_dump_one(skb, cb);
	else
		err = log_dump_all(skb, cb);
	rcu_read_unlock();
	return err;
}
