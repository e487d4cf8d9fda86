/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COUNTERS_H
#define _OV2_COUNTERS_H

#include <linux/types.h>

struct net_device;
struct ov2_adapter;

/*
 * Every counter of a card, in the order of `ethtool -S`. A name never changes
 * its meaning once released. Where mlx5 has the same counter the name is its.
 *
 * X(identifier, name)
 */
#define OV2_COUNTERS(X)							\
	X(TX_PKTS,		"ipsec_tx_pkts")			\
	X(TX_BYTES,		"ipsec_tx_bytes")			\
	X(TX_DROP_NO_XMIT,	"ipsec_tx_drop_no_xmit")		\
	X(TX_DROP_NO_STATE,	"ipsec_tx_drop_no_state")		\
	X(TX_DROP_TRAILER,	"ipsec_tx_drop_trailer")		\
	X(TX_DROP_HANDLE,	"ipsec_tx_drop_handle")			\
	X(TX_DROP_RECORD,	"ipsec_tx_drop_record")			\
	X(TX_DROP_CRYPTO,	"ipsec_tx_drop_crypto")			\
	X(TX_DROP_IV,		"ipsec_tx_drop_iv")			\
	X(TX_DROP_ALLOC,	"ipsec_tx_drop_alloc")			\
	X(TX_DROP_PAUSED,	"ipsec_tx_drop_paused")			\
	X(TX_DROP_RESET,	"ipsec_tx_drop_reset")			\
	X(TX_DROP_DISABLED,	"ipsec_tx_drop_disabled")		\
	X(TX_DROP_STATE_INVALID, "ipsec_tx_drop_state_invalid")		\
	X(TX_DROP_EXPIRED,	"ipsec_tx_drop_expired")		\
	X(TX_DROP_SEQUENCE,	"ipsec_tx_drop_sequence")		\
	X(TX_DROP_MALFORMED,	"ipsec_tx_drop_malformed")		\
	X(TX_DROP_NO_POLICY,	"ipsec_tx_drop_no_policy")		\
	X(TX_DROP_BLOCKED,	"ipsec_tx_drop_blocked")		\
	X(TX_DROP_NO_SA,	"ipsec_tx_drop_no_sa")			\
	X(TX_DROP_NOT_WHOLE,	"ipsec_tx_drop_not_whole")		\
	X(TX_DROP_NO_WAY,	"ipsec_tx_drop_no_way")			\
	X(TX_DROP_WRAPPED,	"ipsec_tx_drop_wrapped")		\
	X(TX_DROP_DECRYPTED,	"ipsec_tx_drop_decrypted")		\
	X(RX_PKTS,		"ipsec_rx_pkts")			\
	X(RX_BYTES,		"ipsec_rx_bytes")			\
	X(RX_AUTH_FAILED,	"ipsec_rx_auth_failed")			\
	X(RX_BAD_SYNTAX,	"ipsec_rx_bad_syntax")			\
	X(RX_BAD_PROTOCOL,	"ipsec_rx_bad_protocol")		\
	X(RX_CRYPTO_ERROR,	"ipsec_rx_crypto_error")		\
	X(RX_SADB_MISS,		"ipsec_rx_sadb_miss")			\
	X(RX_NOT_CAPABLE,	"ipsec_rx_not_capable")			\
	X(RX_DISABLED,		"ipsec_rx_disabled")			\
	X(RX_SA_DELETE_REQ,	"ipsec_rx_sa_delete_req")		\
	X(RX_DROP_RECORD,	"ipsec_rx_drop_record")			\
	X(RX_DROP_SA_GONE,	"ipsec_rx_drop_sa_gone")		\
	X(RX_DROP_SP_ALLOC,	"ipsec_rx_drop_sp_alloc")		\
	X(RX_DROP_ALLOC,	"ipsec_rx_drop_alloc")			\
	X(RX_DROP_IP_CSUM,	"ipsec_rx_drop_ip_csum")		\
	X(RX_DROP_AUTH,		"ipsec_rx_drop_auth")			\
	X(RX_DROP_CRYPTO,	"ipsec_rx_drop_crypto")			\
	X(RX_DROP_STATE_INVALID, "ipsec_rx_drop_state_invalid")		\
	X(RX_DROP_REPLAY,	"ipsec_rx_drop_replay")			\
	X(RX_DROP_EXPIRED,	"ipsec_rx_drop_expired")		\
	X(RX_DROP_TRAILER,	"ipsec_rx_drop_trailer")		\
	X(RX_DROP_DECAP,	"ipsec_rx_drop_decap")			\
	X(RX_DROP_INNER,	"ipsec_rx_drop_inner")			\
	X(RX_DROP_SELECTOR,	"ipsec_rx_drop_selector")		\
	X(RX_DROP_BLOCK,	"ipsec_rx_drop_block")			\
	X(RX_DROP_TEMPLATE,	"ipsec_rx_drop_template")		\
	X(RX_DROP_CLEAR,	"ipsec_rx_drop_clear")			\
	X(RX_DROP_CLEAR_BAD,	"ipsec_rx_drop_clear_bad")		\
	X(RX_DROP_WRAPPED,	"ipsec_rx_drop_wrapped")		\
	X(RX_CLEAR_SOCKET,	"ipsec_rx_clear_socket")		\
	X(SA_ADD,		"ipsec_sa_add")				\
	X(SA_DELETE,		"ipsec_sa_delete")			\
	X(SA_DELETE_UNKNOWN,	"ipsec_sa_delete_unknown")		\
	X(SA_UPDATE,		"ipsec_sa_update")			\
	X(SA_FALLBACK_DISABLED,	"ipsec_sa_fallback_disabled")		\
	X(SA_FALLBACK_FULL,	"ipsec_sa_fallback_full")		\
	X(SA_FALLBACK_BOND,	"ipsec_sa_fallback_bond")		\
	X(SA_REFUSED_DIR,	"ipsec_sa_refused_dir")			\
	X(SA_REFUSED_PROTO,	"ipsec_sa_refused_proto")		\
	X(SA_REFUSED_MODE,	"ipsec_sa_refused_mode")		\
	X(SA_REFUSED_FAMILY,	"ipsec_sa_refused_family")		\
	X(SA_REFUSED_ALG,	"ipsec_sa_refused_alg")			\
	X(SA_REFUSED_KEY,	"ipsec_sa_refused_key")			\
	X(SA_REFUSED_ICV,	"ipsec_sa_refused_icv")			\
	X(SA_REFUSED_GENIV,	"ipsec_sa_refused_geniv")		\
	X(SA_REFUSED_IPCOMP,	"ipsec_sa_refused_ipcomp")		\
	X(SA_REFUSED_TFC,	"ipsec_sa_refused_tfc")			\
	X(SA_REFUSED_ENCAP6,	"ipsec_sa_refused_encap6")		\
	X(SA_REFUSED_ENCAP,	"ipsec_sa_refused_encap")		\
	X(SA_REFUSED_MARK,	"ipsec_sa_refused_mark")		\
	X(SA_REFUSED_SPI,	"ipsec_sa_refused_spi")			\
	X(SA_REFUSED_CONTEXT,	"ipsec_sa_refused_context")		\
	X(SA_REFUSED_PCPU,	"ipsec_sa_refused_pcpu")		\
	X(SA_REFUSED_REQID,		"ipsec_sa_refused_reqid")		\
	X(SA_REFUSED_IF_ID,		"ipsec_sa_refused_if_id")		\
	X(SA_REFUSED_INNER_FAMILY,	"ipsec_sa_refused_inner_family")	\
	X(SA_REFUSED_DISABLED,		"ipsec_sa_refused_disabled")		\
	X(SA_REFUSED_FULL,		"ipsec_sa_refused_full")		\
	X(SA_REFUSED_SAME,	"ipsec_sa_refused_same")		\
	X(SA_REFUSED_RESET,	"ipsec_sa_refused_reset")		\
	X(SA_REFUSED_NO_MEMORY,	"ipsec_sa_refused_no_memory")		\
	X(SA_REFUSED_MISSING,	"ipsec_sa_refused_missing")		\
	X(SA_REFUSED_ENGINE,	"ipsec_sa_refused_engine")		\
	X(POLICY_ADD,		"ipsec_policy_add")			\
	X(POLICY_DELETE,	"ipsec_policy_delete")			\
	X(POLICY_REFUSED_DISABLED, "ipsec_policy_refused_disabled")	\
	X(POLICY_REFUSED_DIR,	"ipsec_policy_refused_dir")		\
	X(POLICY_REFUSED_TYPE,	"ipsec_policy_refused_type")		\
	X(POLICY_REFUSED_MARK,	"ipsec_policy_refused_mark")		\
	X(POLICY_REFUSED_IF_ID,	"ipsec_policy_refused_if_id")		\
	X(POLICY_REFUSED_PCPU,	"ipsec_policy_refused_pcpu")		\
	X(POLICY_REFUSED_CONTEXT, "ipsec_policy_refused_context")	\
	X(POLICY_REFUSED_DEV,	"ipsec_policy_refused_dev")		\
	X(POLICY_REFUSED_USER,	"ipsec_policy_refused_user")		\
	X(POLICY_REFUSED_TMPLS,	"ipsec_policy_refused_tmpls")		\
	X(POLICY_REFUSED_PROTO,	"ipsec_policy_refused_proto")		\
	X(POLICY_REFUSED_MODE,	"ipsec_policy_refused_mode")		\
	X(POLICY_REFUSED_OPTIONAL, "ipsec_policy_refused_optional")	\
	X(POLICY_REFUSED_REQID,	"ipsec_policy_refused_reqid")		\
	X(POLICY_REFUSED_FAMILY, "ipsec_policy_refused_family")		\
	X(POLICY_REFUSED_ADDR,	"ipsec_policy_refused_addr")		\
	X(POLICY_REFUSED_FULL,	"ipsec_policy_refused_full")		\
	X(POLICY_REFUSED_NO_MEMORY, "ipsec_policy_refused_no_memory")	\
	X(CONFIG_CHANGE,	"ipsec_config_change")			\
	X(TX_DROP_UNPLUGGED,	"wire_tx_drop_unplugged")		\
	X(TX_DROP_TOO_LONG,	"wire_tx_drop_too_long")		\
	X(TX_DROP_CSUM,		"wire_tx_drop_csum")			\
	X(TX_DROP_RUNT,		"wire_tx_drop_runt")			\
	X(TX_DROP_WIRE_ALLOC,	"wire_tx_drop_alloc")			\
	X(RX_DROP_DOWN,		"wire_rx_drop_down")			\
	X(RX_DROP_UNSHARE,	"wire_rx_drop_alloc")			\
	X(RX_FILTERED,		"wire_rx_filtered")

#define OV2_COUNTER_ENUM(id, name) OV2_CNT_##id,

enum ov2_counter {
	OV2_COUNTERS(OV2_COUNTER_ENUM)
	OV2_CNT_MAX,
};

/**
 * struct ov2_counters - one CPU's share of a card's counters
 * @v: values by enum ov2_counter; summed over all CPUs by ov2_counter_read()
 */
struct ov2_counters {
	u64 v[OV2_CNT_MAX];
};

int ov2_counters_alloc(struct ov2_adapter *ad);
void ov2_counters_free(struct ov2_adapter *ad);
void ov2_count_add(struct ov2_adapter *ad, enum ov2_counter c, u64 n);
void ov2_count(struct ov2_adapter *ad, enum ov2_counter c);
u64 ov2_counter_read(struct ov2_adapter *ad, enum ov2_counter c);
const char *ov2_counter_name(enum ov2_counter c);

#endif /* _OV2_COUNTERS_H */
