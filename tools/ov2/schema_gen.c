// SPDX-License-Identifier: GPL-2.0
/* Do not edit: tools/generate.d/schema.py made this from the family's spec,
 * Documentation/netlink/specs/ipsecov2.yaml. To make it: make generate-netlink
 */
#include <linux/ipsecov2_netlink.h>

#include "schema.h"

static const struct schema_word coexistence_words[] = {
	{ 1U << 1, "tcp-checksum" },
	{ 1U << 2, "udp-checksum" },
	{ 0, NULL }
};

static const struct schema_word extension_words[] = {
	{ 1U << 0, "large-send" },
	{ 0, NULL }
};

static const struct schema_word feature_words[] = {
	{ 1U << 0, "ipv6" },
	{ 1U << 1, "ipv4-options" },
	{ 1U << 2, "ipv6-ext-headers" },
	{ 1U << 3, "ah" },
	{ 1U << 4, "esp" },
	{ 1U << 5, "ah-esp-combined" },
	{ 1U << 6, "transport" },
	{ 1U << 7, "tunnel" },
	{ 1U << 8, "transport-tunnel-combined" },
	{ 1U << 9, "lso" },
	{ 1U << 10, "esn" },
	{ 0, NULL }
};

static const struct schema_word udp_esp_words[] = {
	{ 1U << 0, "transport" },
	{ 1U << 1, "tunnel" },
	{ 1U << 2, "transport-over-udp-tunnel" },
	{ 1U << 3, "udp-transport-over-tunnel" },
	{ 0, NULL }
};

static const struct schema_word auth_words[] = {
	{ 1U << 0, "md5" },
	{ 1U << 1, "sha-1" },
	{ 1U << 2, "sha-256" },
	{ 1U << 3, "aes-gmac-128" },
	{ 1U << 4, "aes-gmac-192" },
	{ 1U << 5, "aes-gmac-256" },
	{ 1U << 16, "sha-384" },
	{ 1U << 17, "sha-512" },
	{ 0, NULL }
};

static const struct schema_word encr_words[] = {
	{ 1U << 0, "none" },
	{ 1U << 1, "des-cbc" },
	{ 1U << 2, "3des-cbc" },
	{ 1U << 3, "aes-gcm-128" },
	{ 1U << 4, "aes-gcm-192" },
	{ 1U << 5, "aes-gcm-256" },
	{ 1U << 6, "aes-cbc-128" },
	{ 1U << 7, "aes-cbc-192" },
	{ 1U << 8, "aes-cbc-256" },
	{ 1U << 16, "aes-ccm-128" },
	{ 1U << 17, "aes-ccm-192" },
	{ 1U << 18, "aes-ccm-256" },
	{ 1U << 19, "chacha20-poly1305" },
	{ 1U << 20, "aes-ctr-128" },
	{ 1U << 21, "aes-ctr-192" },
	{ 1U << 22, "aes-ctr-256" },
	{ 0, NULL }
};

const struct schema_attr schema_module[SCHEMA_ATTRS] = {
	[IPSECOV2_A_MODULE_VERSION] = {
		.name = "version",
		.key = "version",
		.kind = SCHEMA_STRING,
	},
};

const struct schema_attr schema_offload[SCHEMA_ATTRS] = {
	[IPSECOV2_A_OFFLOAD_COEXISTENCE] = {
		.name = "coexistence",
		.key = "coexistence",
		.kind = SCHEMA_U32,
		.words = coexistence_words,
		.flags = true,
	},
	[IPSECOV2_A_OFFLOAD_EXTENSIONS] = {
		.name = "extensions",
		.key = "extensions",
		.kind = SCHEMA_U32,
		.words = extension_words,
		.flags = true,
	},
	[IPSECOV2_A_OFFLOAD_FEATURES] = {
		.name = "features",
		.key = "features",
		.kind = SCHEMA_U32,
		.words = feature_words,
		.flags = true,
	},
	[IPSECOV2_A_OFFLOAD_UDP_ESP] = {
		.name = "udp-esp",
		.key = "udp_esp",
		.kind = SCHEMA_U32,
		.words = udp_esp_words,
		.flags = true,
	},
	[IPSECOV2_A_OFFLOAD_AUTH] = {
		.name = "auth",
		.key = "auth",
		.kind = SCHEMA_U32,
		.words = auth_words,
		.flags = true,
	},
	[IPSECOV2_A_OFFLOAD_ENCR] = {
		.name = "encr",
		.key = "encr",
		.kind = SCHEMA_U32,
		.words = encr_words,
		.flags = true,
	},
	[IPSECOV2_A_OFFLOAD_SA_CAPACITY] = {
		.name = "sa-capacity",
		.key = "sa_capacity",
		.kind = SCHEMA_U32,
	},
};

const struct schema_attr schema_card[SCHEMA_ATTRS] = {
	[IPSECOV2_A_CARD_IFINDEX] = {
		.name = "ifindex",
		.key = "ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_IFNAME] = {
		.name = "ifname",
		.key = "ifname",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_CARD_LINE] = {
		.name = "line",
		.key = "line",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_CARD_PEER_IFINDEX] = {
		.name = "peer-ifindex",
		.key = "peer_ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_PEER_NETNS_ID] = {
		.name = "peer-netns-id",
		.key = "peer_netns_id",
		.kind = SCHEMA_SINT,
	},
	[IPSECOV2_A_CARD_ENGINE] = {
		.name = "engine",
		.key = "engine",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_CARD_TX_QUEUES] = {
		.name = "tx-queues",
		.key = "tx_queues",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_RX_QUEUES] = {
		.name = "rx-queues",
		.key = "rx_queues",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_SAS] = {
		.name = "sas",
		.key = "sas",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_HARDWARE] = {
		.name = "hardware",
		.key = "hardware",
		.kind = SCHEMA_NEST,
		.nest = schema_offload,
	},
	[IPSECOV2_A_CARD_CONFIG] = {
		.name = "config",
		.key = "config",
		.kind = SCHEMA_NEST,
		.nest = schema_offload,
	},
};

const struct schema_attr schema_counter[SCHEMA_ATTRS] = {
	[IPSECOV2_A_COUNTER_IFINDEX] = {
		.name = "ifindex",
		.key = "ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_COUNTER_NAME] = {
		.name = "name",
		.key = "name",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_COUNTER_VALUE] = {
		.name = "value",
		.key = "value",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_COUNTER_EXPLANATION] = {
		.name = "explanation",
		.key = "explanation",
		.kind = SCHEMA_STRING,
	},
};
