/* SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause) */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ipsecov2.yaml */
/* YNL-GEN kernel header */
/* To regenerate run: make generate-netlink */

#ifndef _LINUX_IPSECOV2_GEN_H
#define _LINUX_IPSECOV2_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/ipsecov2_netlink.h>

int ipsecov2_nl_module_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipsecov2_nl_card_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipsecov2_nl_card_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int ipsecov2_nl_counter_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int ipsecov2_nl_sa_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipsecov2_nl_sa_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb);
int ipsecov2_nl_policy_get_doit(struct sk_buff *skb, struct genl_info *info);
int ipsecov2_nl_policy_get_dumpit(struct sk_buff *skb,
				  struct netlink_callback *cb);
int ipsecov2_nl_log_get_dumpit(struct sk_buff *skb,
			       struct netlink_callback *cb);
int ipsecov2_nl_card_set_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	IPSECOV2_NLGRP_CARDS,
	IPSECOV2_NLGRP_SAS,
};

extern struct genl_family ipsecov2_nl_family;

#endif /* _LINUX_IPSECOV2_GEN_H */
