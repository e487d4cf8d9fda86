// SPDX-License-Identifier: ((GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause)
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/ipsecov2.yaml */
/* YNL-GEN kernel source */
/* To regenerate run: make generate-netlink */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "family_gen.h"

#include <uapi/linux/ipsecov2_netlink.h>

/* IPSECOV2_CMD_CARD_GET - do */
static const struct nla_policy ipsecov2_card_get_nl_policy[IPSECOV2_A_CARD_IFINDEX + 1] = {
	[IPSECOV2_A_CARD_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPSECOV2_CMD_COUNTER_GET - dump */
static const struct nla_policy ipsecov2_counter_get_nl_policy[IPSECOV2_A_COUNTER_IFINDEX + 1] = {
	[IPSECOV2_A_COUNTER_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPSECOV2_CMD_SA_GET - do */
static const struct nla_policy ipsecov2_sa_get_do_nl_policy[IPSECOV2_A_SA_MARK + 1] = {
	[IPSECOV2_A_SA_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPSECOV2_A_SA_HANDLE] = NLA_POLICY_MIN(NLA_UINT, 1),
	[IPSECOV2_A_SA_DIR] = NLA_POLICY_RANGE(NLA_U8, 1, 3),
	[IPSECOV2_A_SA_PROTO] = NLA_POLICY_RANGE(NLA_U8, 50, 51),
	[IPSECOV2_A_SA_SPI] = { .type = NLA_BE32, },
	[IPSECOV2_A_SA_DADDR] = NLA_POLICY_MIN_LEN(4),
	[IPSECOV2_A_SA_MARK] = { .type = NLA_U32, },
};

/* IPSECOV2_CMD_SA_GET - dump */
static const struct nla_policy ipsecov2_sa_get_dump_nl_policy[IPSECOV2_A_SA_IFINDEX + 1] = {
	[IPSECOV2_A_SA_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPSECOV2_CMD_POLICY_GET - do */
static const struct nla_policy ipsecov2_policy_get_do_nl_policy[IPSECOV2_A_POLICY_INDEX + 1] = {
	[IPSECOV2_A_POLICY_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPSECOV2_A_POLICY_INDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPSECOV2_CMD_POLICY_GET - dump */
static const struct nla_policy ipsecov2_policy_get_dump_nl_policy[IPSECOV2_A_POLICY_IFINDEX + 1] = {
	[IPSECOV2_A_POLICY_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
};

/* IPSECOV2_CMD_LOG_GET - dump */
static const struct nla_policy ipsecov2_log_get_nl_policy[IPSECOV2_A_LOG_SEQ + 1] = {
	[IPSECOV2_A_LOG_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPSECOV2_A_LOG_SEQ] = { .type = NLA_UINT, },
};

/* IPSECOV2_CMD_CARD_SET - do */
static const struct nla_policy ipsecov2_card_set_nl_policy[IPSECOV2_A_CARD_RX_RING + 1] = {
	[IPSECOV2_A_CARD_IFINDEX] = NLA_POLICY_MIN(NLA_U32, 1),
	[IPSECOV2_A_CARD_SA_CAPACITY] = { .type = NLA_U32, },
	[IPSECOV2_A_CARD_RX_RING] = { .type = NLA_U32, },
};

/* Ops table for ipsecov2 */
static const struct genl_split_ops ipsecov2_nl_ops[] = {
	{
		.cmd	= IPSECOV2_CMD_MODULE_GET,
		.doit	= ipsecov2_nl_module_get_doit,
		.flags	= GENL_CMD_CAP_DO,
	},
	{
		.cmd		= IPSECOV2_CMD_CARD_GET,
		.doit		= ipsecov2_nl_card_get_doit,
		.policy		= ipsecov2_card_get_nl_policy,
		.maxattr	= IPSECOV2_A_CARD_IFINDEX,
		.flags		= GENL_CMD_CAP_DO,
	},
	{
		.cmd	= IPSECOV2_CMD_CARD_GET,
		.dumpit	= ipsecov2_nl_card_get_dumpit,
		.flags	= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= IPSECOV2_CMD_COUNTER_GET,
		.dumpit		= ipsecov2_nl_counter_get_dumpit,
		.policy		= ipsecov2_counter_get_nl_policy,
		.maxattr	= IPSECOV2_A_COUNTER_IFINDEX,
		.flags		= GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= IPSECOV2_CMD_SA_GET,
		.doit		= ipsecov2_nl_sa_get_doit,
		.policy		= ipsecov2_sa_get_do_nl_policy,
		.maxattr	= IPSECOV2_A_SA_MARK,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= IPSECOV2_CMD_SA_GET,
		.dumpit		= ipsecov2_nl_sa_get_dumpit,
		.policy		= ipsecov2_sa_get_dump_nl_policy,
		.maxattr	= IPSECOV2_A_SA_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= IPSECOV2_CMD_POLICY_GET,
		.doit		= ipsecov2_nl_policy_get_doit,
		.policy		= ipsecov2_policy_get_do_nl_policy,
		.maxattr	= IPSECOV2_A_POLICY_INDEX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
	{
		.cmd		= IPSECOV2_CMD_POLICY_GET,
		.dumpit		= ipsecov2_nl_policy_get_dumpit,
		.policy		= ipsecov2_policy_get_dump_nl_policy,
		.maxattr	= IPSECOV2_A_POLICY_IFINDEX,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= IPSECOV2_CMD_LOG_GET,
		.dumpit		= ipsecov2_nl_log_get_dumpit,
		.policy		= ipsecov2_log_get_nl_policy,
		.maxattr	= IPSECOV2_A_LOG_SEQ,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DUMP,
	},
	{
		.cmd		= IPSECOV2_CMD_CARD_SET,
		.doit		= ipsecov2_nl_card_set_doit,
		.policy		= ipsecov2_card_set_nl_policy,
		.maxattr	= IPSECOV2_A_CARD_RX_RING,
		.flags		= GENL_UNS_ADMIN_PERM | GENL_CMD_CAP_DO,
	},
};

static const struct genl_multicast_group ipsecov2_nl_mcgrps[] = {
	[IPSECOV2_NLGRP_CARDS] = { "cards", },
	[IPSECOV2_NLGRP_SAS] = { "sas", },
};

struct genl_family ipsecov2_nl_family __ro_after_init = {
	.name		= IPSECOV2_FAMILY_NAME,
	.version	= IPSECOV2_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.split_ops	= ipsecov2_nl_ops,
	.n_split_ops	= ARRAY_SIZE(ipsecov2_nl_ops),
	.mcgrps		= ipsecov2_nl_mcgrps,
	.n_mcgrps	= ARRAY_SIZE(ipsecov2_nl_mcgrps),
};
