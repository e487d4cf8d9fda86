# SPDX-License-Identifier: GPL-2.0
"""What the module says that it has. Made by tools/generate: change the rows in kmod/,
and run make generate.

A test may take names from here. It must not take from here what it is to prove: a
comparison of the module with what its own rows say cannot fail.
"""

# Names of `ethtool -S`, in its order: the counter of /proc/net/xfrm_stat that
# moves together with it, and the kernel's drop reason, or None
COUNTERS = {
    "ipsec_tx_pkts":
        (None, None),
    "ipsec_tx_bytes":
        (None, None),
    "ipsec_tx_drop_no_xmit":
        (None, "XFRM_POLICY"),
    "ipsec_tx_drop_no_state":
        (None, "XFRM_POLICY"),
    "ipsec_tx_drop_trailer":
        (None, "DEV_HDR"),
    "ipsec_tx_drop_handle":
        (None, "DEV_HDR"),
    "ipsec_tx_drop_record":
        (None, "DEV_HDR"),
    "ipsec_tx_drop_crypto":
        (None, "NOMEM"),
    "ipsec_tx_drop_iv":
        (None, "DEV_READY"),
    "ipsec_tx_drop_alloc":
        (None, "NOMEM"),
    "ipsec_tx_drop_paused":
        (None, "DEV_READY"),
    "ipsec_tx_drop_reset":
        (None, "DEV_READY"),
    "ipsec_tx_drop_disabled":
        (None, "DEV_READY"),
    "ipsec_tx_drop_state_invalid":
        ("XfrmOutStateInvalid", "XFRM_POLICY"),
    "ipsec_tx_drop_expired":
        ("XfrmOutStateExpired", "XFRM_POLICY"),
    "ipsec_tx_drop_sequence":
        ("XfrmOutStateSeqError", "XFRM_POLICY"),
    "ipsec_tx_drop_malformed":
        (None, "IP_INHDR"),
    "ipsec_tx_drop_no_policy":
        (None, "XFRM_POLICY"),
    "ipsec_tx_drop_blocked":
        ("XfrmOutPolBlock", "XFRM_POLICY"),
    "ipsec_tx_drop_no_sa":
        ("XfrmOutNoStates", "XFRM_POLICY"),
    "ipsec_tx_drop_not_whole":
        (None, "XFRM_POLICY"),
    "ipsec_tx_drop_no_way":
        (None, "IP_OUTNOROUTES"),
    "ipsec_tx_drop_wrapped":
        (None, "XFRM_POLICY"),
    "ipsec_tx_drop_decrypted":
        (None, "XFRM_POLICY"),
    "ipsec_rx_pkts":
        (None, None),
    "ipsec_rx_bytes":
        (None, None),
    "ipsec_rx_auth_failed":
        ("XfrmInStateProtoError", None),
    "ipsec_rx_bad_syntax":
        ("XfrmInBufferError", None),
    "ipsec_rx_bad_protocol":
        ("XfrmInStateProtoError", None),
    "ipsec_rx_crypto_error":
        ("XfrmInBufferError", None),
    "ipsec_rx_sadb_miss":
        (None, None),
    "ipsec_rx_not_capable":
        (None, None),
    "ipsec_rx_disabled":
        (None, None),
    "ipsec_rx_sa_delete_req":
        (None, None),
    "ipsec_rx_drop_record":
        (None, "DEV_HDR"),
    "ipsec_rx_drop_sa_gone":
        (None, "XFRM_POLICY"),
    "ipsec_rx_drop_sp_alloc":
        (None, "NOMEM"),
    "ipsec_rx_drop_alloc":
        (None, "NOMEM"),
    "ipsec_rx_drop_ip_csum":
        (None, "IP_CSUM"),
    "ipsec_rx_drop_auth":
        ("XfrmInStateProtoError", "XFRM_POLICY"),
    "ipsec_rx_drop_crypto":
        ("XfrmInBufferError", "XFRM_POLICY"),
    "ipsec_rx_drop_state_invalid":
        ("XfrmInStateInvalid", "XFRM_POLICY"),
    "ipsec_rx_drop_replay":
        ("XfrmInStateSeqError", "XFRM_POLICY"),
    "ipsec_rx_drop_expired":
        ("XfrmInStateExpired", "XFRM_POLICY"),
    "ipsec_rx_drop_trailer":
        ("XfrmInStateProtoError", "HDR_TRUNC"),
    "ipsec_rx_drop_decap":
        ("XfrmInStateModeError", "HDR_TRUNC"),
    "ipsec_rx_drop_inner":
        ("XfrmInHdrError", "IP_INHDR"),
    "ipsec_rx_drop_selector":
        ("XfrmInStateMismatch", "XFRM_POLICY"),
    "ipsec_rx_drop_block":
        ("XfrmInPolBlock", "XFRM_POLICY"),
    "ipsec_rx_drop_template":
        ("XfrmInTmplMismatch", "XFRM_POLICY"),
    "ipsec_rx_drop_clear":
        ("XfrmInTmplMismatch", "XFRM_POLICY"),
    "ipsec_rx_drop_clear_bad":
        ("XfrmInHdrError", "IP_INHDR"),
    "ipsec_rx_drop_wrapped":
        ("XfrmInTmplMismatch", "XFRM_POLICY"),
    "ipsec_rx_clear_socket":
        (None, None),
    "ipsec_sa_add":
        (None, None),
    "ipsec_sa_delete":
        (None, None),
    "ipsec_sa_delete_unknown":
        (None, None),
    "ipsec_sa_update":
        (None, None),
    "ipsec_sa_fallback_disabled":
        (None, None),
    "ipsec_sa_fallback_full":
        (None, None),
    "ipsec_sa_fallback_bond":
        (None, None),
    "ipsec_sa_refused_dir":
        (None, None),
    "ipsec_sa_refused_proto":
        (None, None),
    "ipsec_sa_refused_mode":
        (None, None),
    "ipsec_sa_refused_family":
        (None, None),
    "ipsec_sa_refused_alg":
        (None, None),
    "ipsec_sa_refused_key":
        (None, None),
    "ipsec_sa_refused_icv":
        (None, None),
    "ipsec_sa_refused_geniv":
        (None, None),
    "ipsec_sa_refused_ipcomp":
        (None, None),
    "ipsec_sa_refused_tfc":
        (None, None),
    "ipsec_sa_refused_encap6":
        (None, None),
    "ipsec_sa_refused_encap":
        (None, None),
    "ipsec_sa_refused_mark":
        (None, None),
    "ipsec_sa_refused_spi":
        (None, None),
    "ipsec_sa_refused_context":
        (None, None),
    "ipsec_sa_refused_pcpu":
        (None, None),
    "ipsec_sa_refused_reqid":
        (None, None),
    "ipsec_sa_refused_if_id":
        (None, None),
    "ipsec_sa_refused_inner_family":
        (None, None),
    "ipsec_sa_refused_disabled":
        (None, None),
    "ipsec_sa_refused_full":
        (None, None),
    "ipsec_sa_refused_same":
        (None, None),
    "ipsec_sa_refused_reset":
        (None, None),
    "ipsec_sa_refused_no_memory":
        (None, None),
    "ipsec_sa_refused_missing":
        (None, None),
    "ipsec_sa_refused_engine":
        (None, None),
    "ipsec_policy_add":
        (None, None),
    "ipsec_policy_delete":
        (None, None),
    "ipsec_policy_refused_disabled":
        (None, None),
    "ipsec_policy_refused_dir":
        (None, None),
    "ipsec_policy_refused_type":
        (None, None),
    "ipsec_policy_refused_mark":
        (None, None),
    "ipsec_policy_refused_if_id":
        (None, None),
    "ipsec_policy_refused_pcpu":
        (None, None),
    "ipsec_policy_refused_context":
        (None, None),
    "ipsec_policy_refused_dev":
        (None, None),
    "ipsec_policy_refused_user":
        (None, None),
    "ipsec_policy_refused_tmpls":
        (None, None),
    "ipsec_policy_refused_proto":
        (None, None),
    "ipsec_policy_refused_mode":
        (None, None),
    "ipsec_policy_refused_optional":
        (None, None),
    "ipsec_policy_refused_reqid":
        (None, None),
    "ipsec_policy_refused_family":
        (None, None),
    "ipsec_policy_refused_addr":
        (None, None),
    "ipsec_policy_refused_full":
        (None, None),
    "ipsec_policy_refused_no_memory":
        (None, None),
    "ipsec_config_change":
        (None, None),
    "wire_tx_drop_unplugged":
        (None, "NO_TX_TARGET"),
    "wire_tx_drop_too_long":
        (None, "PKT_TOO_BIG"),
    "wire_tx_drop_csum":
        (None, "SKB_CSUM"),
    "wire_tx_drop_runt":
        (None, "PKT_TOO_SMALL"),
    "wire_tx_drop_alloc":
        (None, "NOMEM"),
    "wire_rx_drop_down":
        (None, "DEV_READY"),
    "wire_rx_drop_alloc":
        (None, "NOMEM"),
    "wire_rx_filtered":
        (None, None),
}

# Trace events, and the fields in the order in which they are printed
EVENTS = {
    "ov2_tx_record": [
        "dev",
        "queue",
        "handle",
        "tunnel",
        "next_header",
        "pad_length",
        "ah_offset",
        "esp_offset",
        "header",
        "spi",
        "seq",
        "len",
        "verdict",
    ],
    "ov2_rx_record": [
        "dev",
        "queue",
        "handle",
        "word",
        "sa_delete_req",
        "crypto_done",
        "next_crypto_done",
        "crypto_status",
        "header",
        "header_info_set",
        "next_header",
        "pad_length",
        "spi",
        "seq",
        "len",
        "verdict",
    ],
    "ov2_sa_add": [
        "dev",
        "handle",
        "dir",
        "spi",
        "family",
        "mode",
        "esn",
        "encr",
        "icv",
        "udp_esp",
        "status",
    ],
    "ov2_sa_delete": [
        "dev",
        "handle",
        "spi",
    ],
    "ov2_sa_refuse": [
        "dev",
        "reason",
        "fallback",
        "spi",
        "err",
    ],
    "ov2_policy_add": [
        "dev",
        "serial",
        "dir",
        "family",
        "action",
        "priority",
        "reqid",
    ],
    "ov2_policy_delete": [
        "dev",
        "serial",
        "dir",
        "family",
        "action",
        "priority",
        "reqid",
    ],
    "ov2_policy_refuse": [
        "dev",
        "reason",
        "err",
    ],
    "ov2_config": [
        "dev",
        "code",
        "flags",
        "encapsulation",
        "ah",
        "esp",
        "ah_esp",
        "transport",
        "tunnel",
        "lso",
        "esn",
        "udp_esp",
        "auth",
        "encr",
        "capacity",
    ],
    "ov2_drop": [
        "dev",
        "dir",
        "reason",
        "len",
    ],
    "ov2_object_create": [
        "kind",
        "object",
    ],
    "ov2_object_free": [
        "kind",
        "object",
    ],
}
