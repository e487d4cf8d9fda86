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

static const struct schema_word direction_words[] = {
	{ 1, "in" },
	{ 2, "out" },
	{ 3, "fwd" },
	{ 0, NULL }
};

static const struct schema_word protocol_words[] = {
	{ 50, "esp" },
	{ 51, "ah" },
	{ 0, NULL }
};

static const struct schema_word mode_words[] = {
	{ 0, "transport" },
	{ 1, "tunnel" },
	{ 2, "route-optimization" },
	{ 3, "in-trigger" },
	{ 4, "beet" },
	{ 5, "iptfs" },
	{ 0, NULL }
};

static const struct schema_word offload_mode_words[] = {
	{ 1, "crypto" },
	{ 2, "packet" },
	{ 0, NULL }
};

static const struct schema_word encap_type_words[] = {
	{ 2, "esp-in-udp" },
	{ 0, NULL }
};

static const struct schema_word action_words[] = {
	{ 0, "allow" },
	{ 1, "block" },
	{ 0, NULL }
};

static const struct schema_word object_words[] = {
	{ 0, "state" },
	{ 1, "policy" },
	{ 0, NULL }
};

static const struct schema_word outcome_words[] = {
	{ 0, "refused" },
	{ 1, "fell-back" },
	{ 0, NULL }
};

static const struct schema_word limit_words[] = {
	{ 0, "soft" },
	{ 1, "hard" },
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
	[IPSECOV2_A_CARD_SA_CAPACITY] = {
		.name = "sa-capacity",
		.key = "sa_capacity",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_RX_RING] = {
		.name = "rx-ring",
		.key = "rx_ring",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_POLICIES] = {
		.name = "policies",
		.key = "policies",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_CARD_VERSION] = {
		.name = "version",
		.key = "version",
		.kind = SCHEMA_STRING,
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

const struct schema_attr schema_sa_failures[SCHEMA_ATTRS] = {
	[IPSECOV2_A_SA_FAILURES_GENERIC_ERROR] = {
		.name = "generic-error",
		.key = "generic_error",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES_TRANSPORT_AH_AUTH_FAILED] = {
		.name = "transport-ah-auth-failed",
		.key = "transport_ah_auth_failed",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES_TRANSPORT_ESP_AUTH_FAILED] = {
		.name = "transport-esp-auth-failed",
		.key = "transport_esp_auth_failed",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES_TUNNEL_AH_AUTH_FAILED] = {
		.name = "tunnel-ah-auth-failed",
		.key = "tunnel_ah_auth_failed",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES_TUNNEL_ESP_AUTH_FAILED] = {
		.name = "tunnel-esp-auth-failed",
		.key = "tunnel_esp_auth_failed",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES_INVALID_PACKET_SYNTAX] = {
		.name = "invalid-packet-syntax",
		.key = "invalid_packet_syntax",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES_INVALID_PROTOCOL] = {
		.name = "invalid-protocol",
		.key = "invalid_protocol",
		.kind = SCHEMA_UINT,
	},
};

const struct schema_attr schema_sa_declined[SCHEMA_ATTRS] = {
	[IPSECOV2_A_SA_DECLINED_DIR] = {
		.name = "dir",
		.key = "dir",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_DECLINED_HEADERS] = {
		.name = "headers",
		.key = "headers",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_DECLINED_LARGE] = {
		.name = "large",
		.key = "large",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_DECLINED_WAY] = {
		.name = "way",
		.key = "way",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_DECLINED_MEMORY] = {
		.name = "memory",
		.key = "memory",
		.kind = SCHEMA_UINT,
	},
};

const struct schema_attr schema_sa_software[SCHEMA_ATTRS] = {
	[IPSECOV2_A_SA_SOFTWARE_DISABLED] = {
		.name = "disabled",
		.key = "disabled",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_SOFTWARE_WAY] = {
		.name = "way",
		.key = "way",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_SOFTWARE_FRAGMENT] = {
		.name = "fragment",
		.key = "fragment",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_SOFTWARE_HEADERS] = {
		.name = "headers",
		.key = "headers",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_SOFTWARE_OTHER] = {
		.name = "other",
		.key = "other",
		.kind = SCHEMA_UINT,
	},
};

const struct schema_attr schema_sa[SCHEMA_ATTRS] = {
	[IPSECOV2_A_SA_IFINDEX] = {
		.name = "ifindex",
		.key = "ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_HANDLE] = {
		.name = "handle",
		.key = "handle",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_DIR] = {
		.name = "dir",
		.key = "dir",
		.kind = SCHEMA_U8,
		.words = direction_words,
	},
	[IPSECOV2_A_SA_PROTO] = {
		.name = "proto",
		.key = "proto",
		.kind = SCHEMA_U8,
		.words = protocol_words,
	},
	[IPSECOV2_A_SA_SPI] = {
		.name = "spi",
		.key = "spi",
		.kind = SCHEMA_BE32,
	},
	[IPSECOV2_A_SA_FAMILY] = {
		.name = "family",
		.key = "family",
		.kind = SCHEMA_U16,
	},
	[IPSECOV2_A_SA_SADDR] = {
		.name = "saddr",
		.key = "saddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_SA_DADDR] = {
		.name = "daddr",
		.key = "daddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_SA_MODE] = {
		.name = "mode",
		.key = "mode",
		.kind = SCHEMA_U8,
		.words = mode_words,
	},
	[IPSECOV2_A_SA_OFFLOAD] = {
		.name = "offload",
		.key = "offload",
		.kind = SCHEMA_U8,
		.words = offload_mode_words,
	},
	[IPSECOV2_A_SA_AUTH] = {
		.name = "auth",
		.key = "auth",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_SA_ENCR] = {
		.name = "encr",
		.key = "encr",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_SA_AUTH_ID] = {
		.name = "auth-id",
		.key = "auth_id",
		.kind = SCHEMA_U32,
		.words = auth_words,
		.flags = true,
	},
	[IPSECOV2_A_SA_ENCR_ID] = {
		.name = "encr-id",
		.key = "encr_id",
		.kind = SCHEMA_U32,
		.words = encr_words,
		.flags = true,
	},
	[IPSECOV2_A_SA_ICV_LEN] = {
		.name = "icv-len",
		.key = "icv_len",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_ESN] = {
		.name = "esn",
		.key = "esn",
		.kind = SCHEMA_FLAG,
	},
	[IPSECOV2_A_SA_SEQ] = {
		.name = "seq",
		.key = "seq",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_SEQ_HI] = {
		.name = "seq-hi",
		.key = "seq_hi",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_REPLAY_WINDOW] = {
		.name = "replay-window",
		.key = "replay_window",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_ENCAP_TYPE] = {
		.name = "encap-type",
		.key = "encap_type",
		.kind = SCHEMA_U16,
		.words = encap_type_words,
	},
	[IPSECOV2_A_SA_ENCAP_SPORT] = {
		.name = "encap-sport",
		.key = "encap_sport",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_SA_ENCAP_DPORT] = {
		.name = "encap-dport",
		.key = "encap_dport",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_SA_REQID] = {
		.name = "reqid",
		.key = "reqid",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_IF_ID] = {
		.name = "if-id",
		.key = "if_id",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_MARK] = {
		.name = "mark",
		.key = "mark",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_MARK_MASK] = {
		.name = "mark-mask",
		.key = "mark_mask",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_SA_PACKETS] = {
		.name = "packets",
		.key = "packets",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_BYTES] = {
		.name = "bytes",
		.key = "bytes",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_LAST_USE] = {
		.name = "last-use",
		.key = "last_use",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_VERIFIED_SEQ] = {
		.name = "verified-seq",
		.key = "verified_seq",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_SA_FAILURES] = {
		.name = "failures",
		.key = "failures",
		.kind = SCHEMA_NEST,
		.nest = schema_sa_failures,
	},
	[IPSECOV2_A_SA_DECLINED] = {
		.name = "declined",
		.key = "declined",
		.kind = SCHEMA_NEST,
		.nest = schema_sa_declined,
	},
	[IPSECOV2_A_SA_LIMIT] = {
		.name = "limit",
		.key = "limit",
		.kind = SCHEMA_U8,
		.words = limit_words,
	},
	[IPSECOV2_A_SA_REASON] = {
		.name = "reason",
		.key = "reason",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_SA_EXPLANATION] = {
		.name = "explanation",
		.key = "explanation",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_SA_SOFTWARE] = {
		.name = "software",
		.key = "software",
		.kind = SCHEMA_NEST,
		.nest = schema_sa_software,
	},
};

const struct schema_attr schema_policy_tmpl[SCHEMA_ATTRS] = {
	[IPSECOV2_A_POLICY_TMPL_MODE] = {
		.name = "mode",
		.key = "mode",
		.kind = SCHEMA_U8,
		.words = mode_words,
	},
	[IPSECOV2_A_POLICY_TMPL_PROTO] = {
		.name = "proto",
		.key = "proto",
		.kind = SCHEMA_U8,
		.words = protocol_words,
	},
	[IPSECOV2_A_POLICY_TMPL_REQID] = {
		.name = "reqid",
		.key = "reqid",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_POLICY_TMPL_SPI] = {
		.name = "spi",
		.key = "spi",
		.kind = SCHEMA_BE32,
	},
	[IPSECOV2_A_POLICY_TMPL_FAMILY] = {
		.name = "family",
		.key = "family",
		.kind = SCHEMA_U16,
	},
	[IPSECOV2_A_POLICY_TMPL_SADDR] = {
		.name = "saddr",
		.key = "saddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_POLICY_TMPL_DADDR] = {
		.name = "daddr",
		.key = "daddr",
		.kind = SCHEMA_ADDRESS,
	},
};

const struct schema_attr schema_policy[SCHEMA_ATTRS] = {
	[IPSECOV2_A_POLICY_IFINDEX] = {
		.name = "ifindex",
		.key = "ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_POLICY_INDEX] = {
		.name = "index",
		.key = "index",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_POLICY_DIR] = {
		.name = "dir",
		.key = "dir",
		.kind = SCHEMA_U8,
		.words = direction_words,
	},
	[IPSECOV2_A_POLICY_FAMILY] = {
		.name = "family",
		.key = "family",
		.kind = SCHEMA_U16,
	},
	[IPSECOV2_A_POLICY_SADDR] = {
		.name = "saddr",
		.key = "saddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_POLICY_PREFIXLEN_S] = {
		.name = "prefixlen-s",
		.key = "prefixlen_s",
		.kind = SCHEMA_U8,
	},
	[IPSECOV2_A_POLICY_DADDR] = {
		.name = "daddr",
		.key = "daddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_POLICY_PREFIXLEN_D] = {
		.name = "prefixlen-d",
		.key = "prefixlen_d",
		.kind = SCHEMA_U8,
	},
	[IPSECOV2_A_POLICY_PROTO] = {
		.name = "proto",
		.key = "proto",
		.kind = SCHEMA_U8,
	},
	[IPSECOV2_A_POLICY_SPORT] = {
		.name = "sport",
		.key = "sport",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_POLICY_SPORT_MASK] = {
		.name = "sport-mask",
		.key = "sport_mask",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_POLICY_DPORT] = {
		.name = "dport",
		.key = "dport",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_POLICY_DPORT_MASK] = {
		.name = "dport-mask",
		.key = "dport_mask",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_POLICY_SEL_IFINDEX] = {
		.name = "sel-ifindex",
		.key = "sel_ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_POLICY_PRIORITY] = {
		.name = "priority",
		.key = "priority",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_POLICY_ACTION] = {
		.name = "action",
		.key = "action",
		.kind = SCHEMA_U8,
		.words = action_words,
	},
	[IPSECOV2_A_POLICY_IF_ID] = {
		.name = "if-id",
		.key = "if_id",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_POLICY_TMPL] = {
		.name = "tmpl",
		.key = "tmpl",
		.kind = SCHEMA_NEST,
		.nest = schema_policy_tmpl,
	},
	[IPSECOV2_A_POLICY_HITS] = {
		.name = "hits",
		.key = "hits",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_POLICY_LIMIT] = {
		.name = "limit",
		.key = "limit",
		.kind = SCHEMA_U8,
		.words = limit_words,
	},
};

const struct schema_attr schema_log[SCHEMA_ATTRS] = {
	[IPSECOV2_A_LOG_IFINDEX] = {
		.name = "ifindex",
		.key = "ifindex",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_LOG_SEQ] = {
		.name = "seq",
		.key = "seq",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_LOG_TIME] = {
		.name = "time",
		.key = "time",
		.kind = SCHEMA_UINT,
	},
	[IPSECOV2_A_LOG_COMM] = {
		.name = "comm",
		.key = "comm",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_LOG_PID] = {
		.name = "pid",
		.key = "pid",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_LOG_OBJECT] = {
		.name = "object",
		.key = "object",
		.kind = SCHEMA_U8,
		.words = object_words,
	},
	[IPSECOV2_A_LOG_OUTCOME] = {
		.name = "outcome",
		.key = "outcome",
		.kind = SCHEMA_U8,
		.words = outcome_words,
	},
	[IPSECOV2_A_LOG_REASON] = {
		.name = "reason",
		.key = "reason",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_LOG_SENTENCE] = {
		.name = "sentence",
		.key = "sentence",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_LOG_ERRNO] = {
		.name = "errno",
		.key = "errno",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_LOG_DIR] = {
		.name = "dir",
		.key = "dir",
		.kind = SCHEMA_U8,
		.words = direction_words,
	},
	[IPSECOV2_A_LOG_OFFLOAD] = {
		.name = "offload",
		.key = "offload",
		.kind = SCHEMA_U8,
		.words = offload_mode_words,
	},
	[IPSECOV2_A_LOG_MODE] = {
		.name = "mode",
		.key = "mode",
		.kind = SCHEMA_U8,
		.words = mode_words,
	},
	[IPSECOV2_A_LOG_FAMILY] = {
		.name = "family",
		.key = "family",
		.kind = SCHEMA_U16,
	},
	[IPSECOV2_A_LOG_SADDR] = {
		.name = "saddr",
		.key = "saddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_LOG_DADDR] = {
		.name = "daddr",
		.key = "daddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_LOG_PREFIXLEN_S] = {
		.name = "prefixlen-s",
		.key = "prefixlen_s",
		.kind = SCHEMA_U8,
	},
	[IPSECOV2_A_LOG_PREFIXLEN_D] = {
		.name = "prefixlen-d",
		.key = "prefixlen_d",
		.kind = SCHEMA_U8,
	},
	[IPSECOV2_A_LOG_PROTO] = {
		.name = "proto",
		.key = "proto",
		.kind = SCHEMA_U8,
	},
	[IPSECOV2_A_LOG_SPORT] = {
		.name = "sport",
		.key = "sport",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_LOG_DPORT] = {
		.name = "dport",
		.key = "dport",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_LOG_SPI] = {
		.name = "spi",
		.key = "spi",
		.kind = SCHEMA_BE32,
	},
	[IPSECOV2_A_LOG_REQID] = {
		.name = "reqid",
		.key = "reqid",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_LOG_PRIORITY] = {
		.name = "priority",
		.key = "priority",
		.kind = SCHEMA_U32,
	},
	[IPSECOV2_A_LOG_TMPL_SADDR] = {
		.name = "tmpl-saddr",
		.key = "tmpl_saddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_LOG_TMPL_DADDR] = {
		.name = "tmpl-daddr",
		.key = "tmpl_daddr",
		.kind = SCHEMA_ADDRESS,
	},
	[IPSECOV2_A_LOG_AUTH] = {
		.name = "auth",
		.key = "auth",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_LOG_ENCR] = {
		.name = "encr",
		.key = "encr",
		.kind = SCHEMA_STRING,
	},
	[IPSECOV2_A_LOG_SPORT_MASK] = {
		.name = "sport-mask",
		.key = "sport_mask",
		.kind = SCHEMA_BE16,
	},
	[IPSECOV2_A_LOG_DPORT_MASK] = {
		.name = "dport-mask",
		.key = "dport_mask",
		.kind = SCHEMA_BE16,
	},
};
