# SPDX-License-Identifier: GPL-2.0
"""Names that the module has, with some facts about each. Made by tools/generate from
rows in kmod/: change these rows, and run make generate.

A test may take names from here. But a test must not take from here what it proves: a
comparison of the module with the module's own rows cannot fail.
"""

# Names of `ethtool -S`, in the order of its output. Each value has two parts:
# the counter of /proc/net/xfrm_stat that moves at the same time, and the
# kernel's drop reason. A part is None if there is no such counter or reason
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
    "ipsec_tx_drop_csum":
        (None, "SKB_CSUM"),
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
    "ipsec_tx_fallback_dir":
        (None, None),
    "ipsec_tx_fallback_headers":
        (None, None),
    "ipsec_tx_fallback_large":
        (None, None),
    "ipsec_tx_refused_dir":
        ("XfrmOutError", None),
    "ipsec_tx_refused_headers":
        ("XfrmOutError", None),
    "ipsec_tx_refused_way":
        ("XfrmOutError", None),
    "ipsec_tx_refused_alloc":
        ("XfrmOutError", None),
    "ipsec_tx_software_disabled":
        (None, None),
    "ipsec_tx_software_way":
        (None, None),
    "ipsec_tx_software_fragment":
        (None, None),
    "ipsec_tx_software_headers":
        (None, None),
    "ipsec_tx_software_other":
        (None, None),
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
    "ipsec_rx_drop_protocol":
        ("XfrmInStateProtoError", "XFRM_POLICY"),
    "ipsec_rx_drop_crypto":
        ("XfrmInBufferError", "XFRM_POLICY"),
    "ipsec_rx_drop_state_invalid":
        ("XfrmInStateInvalid", "XFRM_POLICY"),
    "ipsec_rx_drop_acquire":
        ("XfrmAcquireError", "XFRM_POLICY"),
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
    "ipsec_sa_refused_any":
        (None, None),
    "ipsec_sa_refused_context":
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
    "wire_tx_drop_runt":
        (None, "PKT_TOO_SMALL"),
    "wire_tx_drop_alloc":
        (None, "NOMEM"),
    "wire_tx_drop_netns":
        (None, "DEV_READY"),
    "wire_rx_drop_down":
        (None, "DEV_READY"),
    "wire_rx_drop_alloc":
        (None, "NOMEM"),
    "wire_rx_drop_unshare":
        (None, "NOMEM"),
    "wire_rx_filtered":
        (None, "SKB_CONSUMED"),
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

# The counter of each refusal, and the sentence that the user gets
REFUSALS = {
    "ipsec_sa_refused_dir":
        "Offload direction must be in or out",
    "ipsec_sa_refused_proto":
        "Only ESP can be offloaded",
    "ipsec_sa_refused_ipcomp":
        "IPComp can't be offloaded, only ESP",
    "ipsec_sa_refused_family":
        "Only IPv4 and IPv6 states can be offloaded",
    "ipsec_sa_refused_mode":
        "Only transport and tunnel mode can be offloaded",
    "ipsec_sa_refused_alg":
        "Algorithm can't be offloaded, or the integrity algorithm is missing",
    "ipsec_sa_refused_key":
        "Key must be as long as the RFC of its algorithm says, with the salt",
    "ipsec_sa_refused_icv":
        "ICV must be as long as the RFC of its algorithm says",
    "ipsec_sa_refused_geniv":
        "IV generator must be seqiv, or echainiv if the cipher is CBC",
    "ipsec_sa_refused_tfc":
        "TFC padding must be 0",
    "ipsec_sa_refused_encap6":
        "UDP encapsulation can be offloaded over IPv4 only",
    "ipsec_sa_refused_encap":
        "UDP encapsulation must be of type espinudp",
    "ipsec_sa_refused_mark":
        "Mark can be offloaded on outbound states in crypto mode only",
    "ipsec_sa_refused_spi":
        "SPI 0 can't be offloaded, it must never be on the wire",
    "ipsec_sa_refused_any":
        "Inbound states need a destination to be offloaded",
    "ipsec_sa_refused_context":
        "Security context can be offloaded in crypto mode only",
    "ipsec_sa_refused_reqid":
        "Packet offload needs a reqid, the same as its policy's",
    "ipsec_sa_refused_if_id":
        "if_id can't be offloaded in packet mode, it must be 0",
    "ipsec_sa_refused_inner_family":
        "Packet offload needs a selector of the tunnel's own address family",
    "ipsec_sa_refused_disabled":
        "Packet offload needs esp-hw-offload on, see ethtool -K",
    "ipsec_sa_refused_full":
        "The card's SA table is full, only crypto mode falls back to software",
    "ipsec_sa_refused_same":
        "Too many states of one reqid with equal addresses on the card",
    "ipsec_sa_refused_reset":
        "The card is being reset, try again",
    "ipsec_sa_refused_no_memory":
        "No memory for the state",
    "ipsec_sa_refused_missing":
        "The kernel had no such algorithm when ipsecov2 was loaded",
    "ipsec_sa_refused_engine":
        "The kernel's ciphers could not be set up with these keys",
    "ipsec_policy_refused_disabled":
        "IPsec offload of the card is off, esp-hw-offload must be on",
    "ipsec_policy_refused_dir":
        "Direction must be in or out, a fwd policy needs no offload",
    "ipsec_policy_refused_type":
        "Sub-policies can't be offloaded, type must be main",
    "ipsec_policy_refused_mark":
        "Mark of a policy can't be offloaded, it must be 0",
    "ipsec_policy_refused_if_id":
        "Interface ID must be 0; an outbound bypass may have the card's index",
    "ipsec_policy_refused_context":
        "Security context can't be offloaded, there must be none",
    "ipsec_policy_refused_dev":
        "Device of the selector must be the card, or none",
    "ipsec_policy_refused_user":
        "User of the selector can't be offloaded, it must be 0",
    "ipsec_policy_refused_tmpls":
        "Only one template can be offloaded",
    "ipsec_policy_refused_proto":
        "Protocol of the template must be ESP",
    "ipsec_policy_refused_mode":
        "Mode of the template must be transport or tunnel",
    "ipsec_policy_refused_optional":
        "Level of the template must be required",
    "ipsec_policy_refused_reqid":
        "Reqid of the template must not be 0 in a policy for all packets",
    "ipsec_policy_refused_family":
        "Tunnel must be of the same address family as the selector",
    "ipsec_policy_refused_addr":
        "An outbound tunnel must have both its addresses",
    "ipsec_policy_refused_full":
        "Too many policies, prefix lengths, or policies with equal addresses",
    "ipsec_policy_refused_no_memory":
        "No memory for the policy",
}

# The kernel's name of each algorithm. Each value has three parts: the possible
# lengths of the key in bits (the salt is counted), the possible lengths of the
# ICV in bits, and the IV generator, or None
ALGORITHMS = {
    "ecb(cipher_null)":
        ([0], [], None),
    "cbc(des)":
        ([64], [], "echainiv"),
    "cbc(des3_ede)":
        ([192], [], "echainiv"),
    "cbc(aes)":
        ([128, 192, 256], [], "echainiv"),
    "rfc3686(ctr(aes))":
        ([160, 224, 288], [], "seqiv"),
    "rfc4106(gcm(aes))":
        ([160, 224, 288], [64, 96, 128], "seqiv"),
    "rfc4309(ccm(aes))":
        ([152, 216, 280], [64, 96, 128], "seqiv"),
    "rfc7539esp(chacha20,poly1305)":
        ([288], [128], "seqiv"),
    "hmac(md5)":
        ([128], [96], None),
    "hmac(sha1)":
        ([160], [96], None),
    "hmac(sha256)":
        ([256], [128], None),
    "hmac(sha384)":
        ([384], [192], None),
    "hmac(sha512)":
        ([512], [256], None),
    "rfc4543(gcm(aes))":
        ([160, 224, 288], [128], "seqiv"),
}
