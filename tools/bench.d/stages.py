# SPDX-License-Identifier: GPL-2.0
"""The stages of a packet's way, by the names of the kernel's functions.

    stage_of(["memset", "ov2_nbl_alloc", ...])      # innermost first

The innermost function that belongs to any stage decides. Functions that serve all
(copies, locks, the allocator) belong to none, so their callers decide.
"""
import re

STAGES = (
    ("AEAD: ciphers and hashes",
     r"_?(aes|gcm|ghash|aesni|chacha|poly1305|sha256|sha|cbc|hmac|aes_gcm)_.*|"
     r"(sha256|poly1305|chacha)\w*|__(sha|aes|poly|chacha).*|"
     r"(en|de)crypt_.*|kernel_fpu_.*|rfc4106_.*|rfc7539_.*|chachapoly_.*"),
    ("AEAD: the crypto API",
     r"crypto_.*|scatterwalk_.*|memcpy_(to|from)_s(g|catterwalk).*|skcipher_.*|"
     r"shash_.*|aead_.*|seqiv_.*|echainiv_.*|authenc_.*|sg_.*|ahash_.*"),
    ("segments, and sums in software",
     r"skb_segment.*|tcp_gso_.*|tcp[46]_gso_.*|__?skb_gso.*|skb_mac_gso.*|"
     r"inet_gso_.*|esp[46]_gso_.*|xfrm\w*_gso_.*|skb_checksum.*|"
     r"__?skb_checksum.*|csum_.*|do_csum|udp\w*_(gso|ufo)_.*|skb_udp_.*|"
     r"ov2_lso_.*|validate_xmit_skb.*"),
    ("linearise: skb_cow_data",
     r"skb_cow_data|__pskb_pull_tail|skb_copy_.*|pskb_expand_head|"
     r"__skb_linearize|skb_copy|ov2_unshare.*"),
    ("engine: NBLs and records", r"ov2_nbl_.*|ov2_record.*|ov2_.*_nbl.*"),
    ("engine: requests of the cipher, and its lanes",
     r"ov2_crypt.*|ov2_lane.*|ov2_step.*|ov2_transform.*|ov2_iv.*|ov2_work.*"),
    ("engine: look-ups and checks",
     r"ov2_sa_.*|ov2_handle.*|ov2_esp_.*|ov2_ah_.*|ov2_frame.*|ov2_parse.*|"
     r"ov2_engine_.*"),
    ("bridge: policies and states of packet mode",
     r"ov2_packet_.*|ov2_spd_.*|ov2_sad_.*|ov2_policy_.*|ov2_flow.*|"
     r"ov2_selector.*|ov2_replay.*|ov2_encap.*|ov2_decap.*|ov2_account.*|"
     r"__skb_flow_dissect|skb_flow_dissect.*"),
    ("bridge: the rest", r"ov2_bridge_.*|ov2_assoc.*|ov2_sec_path.*|ov2_xdo.*"),
    ("port: queues, ring, receive",
     r"ov2_.*"),
    ("core: xfrm and ESP", r"xfrm.*|__xfrm.*|esp_.*|esp[46]_.*|secpath_.*"),
    ("core: GRO", r"dev_gro_.*|napi_gro_.*|gro_.*|inet_gro_.*|tcp[46]?_gro_.*|"
     r"skb_gro_.*|udp[46]?_gro_.*|ipv6_gro_.*|gro_cells.*"),
    ("veth", r"veth_.*"),
    ("stack and sockets", r".*"),
)
NEUTRAL = re.compile(
    r"mem(cpy|set|move|cmp).*|__mem.*|clear_page.*|copy_page.*|k(m|z)?alloc.*|"
    r"__kmalloc.*|kfree.*|kmem_.*|__?slab.*|___slab.*|__kmem.*|kmalloc.*|"
    r"_raw_.*|__?local_bh.*|__rcu.*|rcu_.*|preempt.*|migrate.*|"
    r"(get|put|free)_page.*|__alloc_.*|alloc_.*|__free.*|free_.*|page_.*|"
    r"__page_.*|__netdev_alloc.*|napi_alloc.*|__napi_alloc.*|build_skb.*|"
    r"__build_skb.*|__alloc_skb|kvfree.*|should_fail.*|__fentry__|"
    r"refcount_.*|sched_clock.*|ktime_.*|prandom.*|get_random.*|"
    r"(asm_)?sysvec.*|irq_.*|__irq.*|hrtimer.*|__hrtimer.*|perf_.*|"
    r"handle_softirqs|do_softirq.*|__do_softirq.*|get_partial.*|__put_.*|"
    r"rb_.*|__list_.*|srso.*|__x86.*|entry_.*|clear_.*|rep_.*|"
    r"skb_release.*|skb_free.*|skb_put|skb_push|skb_pull.*|consume_skb|"
    r"skb_clone|__copy_skb.*|skb_to_sgvec.*|__skb_to_sgvec.*|sk_skb_.*|"
    r"__skb_ext.*|skb_ext.*")
RULES = [(name, re.compile(rule)) for name, rule in STAGES]
USER = "user space"


def own_stage(symbol):
    if NEUTRAL.fullmatch(symbol):
        return None
    return next(name for name, rule in RULES if rule.fullmatch(symbol))


def stage_of(chain):
    if not chain:
        return USER
    for symbol in chain:
        stage = own_stage(symbol)
        if stage:
            return stage
    return STAGES[-1][0]
