# SPDX-License-Identifier: GPL-2.0
"""Tells to which stage of a packet's way a call chain belongs.

    stages = Stages()
    stages.of(["memset", "ov2_nbl_alloc", ...])     # innermost first

The innermost function that belongs to a stage decides. The name of a function of the kernel tells
its stage. For a function of the module, its file tells the stage. Functions that serve all stages
(copies, locks, the allocator) belong to no stage, so their callers decide.
"""
import glob
import os
import re

CHECKOUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
USER, OTHER = "user space", "stack, sockets, scheduler"

# The stages of the kernel's functions, by the name of the function
KERNEL = (
    ("AEAD: ciphers and hashes",
     r"(aes|gcm|ghash|aesni|chacha|poly1305|sha256|cbc|hmac)_.*|"
     r"(sha256|poly1305|chacha|hchacha)\w*|__(sha|aes|poly|chacha).*|"
     r"kernel_fpu_.*|irq_fpu_.*|rfc4106_.*|rfc7539_.*|chachapoly_.*"),
    ("AEAD: the crypto API",
     r"crypto_.*|scatterwalk_.*|memcpy_(to|from)_s(g|catterwalk).*|"
     r"skcipher_.*|shash_.*|aead_.*|seqiv_.*|echainiv_.*|authenc_.*|sg_.*|"
     r"ahash_.*"),
    ("segments, and sums in software",
     r"skb_segment.*|tcp_gso_.*|tcp[46]_gso_.*|__?skb_gso.*|skb_mac_gso.*|"
     r"inet_gso_.*|ipv6_gso_.*|esp[46]_gso_.*|xfrm\w*_gso_.*|"
     r"_*skb_checksum.*|csum_.*|do_csum|udp\w*_gso_.*|skb_udp_.*|"
     r"validate_xmit_skb"),
    ("linearise: skb_cow_data",
     r"skb_cow_data|__pskb_pull_tail|pskb_expand_head|__skb_linearize|"
     r"skb_copy|skb_copy_expand"),
    ("core: xfrm and ESP",
     r"_*xfrm.*|esp_.*|esp[46]_.*|secpath_.*|validate_xmit_xfrm"),
    ("core: GRO",
     r"dev_gro_.*|napi_gro_.*|gro_.*|inet_gro_.*|tcp[46]?_gro_.*|"
     r"skb_gro_.*|udp[46]?_gro_.*|ipv6_gro_.*|napi_skb_.*|skb_list_.*"),
    ("veth", r"veth_.*"),
)

# The stages of the module's functions, by the file of the function
MODULE = (
    ("engine: requests of the cipher", r"engine/(crypt|iv|transform)\.c"),
    ("engine: steps and lanes", r"engine/(lane|step|batch)\.c"),
    ("engine: large send", r"engine/(lso|checksum)\.c"),
    ("engine: look-ups and checks", r"engine/.*|ov2/handle\.c"),
    ("NBLs and records", r"ov2/.*"),
    ("bridge: policies and states of packet mode", r"bridge/packet/.*"),
    ("bridge: the rest", r"bridge/.*"),
    ("port: queues, ring, receive", r"port/.*"),
    ("counters, traces, the rest of the module", r".*"),
)
NAMES = [name for name, _ in KERNEL + MODULE] + [OTHER, USER]

NEUTRAL = re.compile(
    r"mem(cpy|set|move|cmp).*|__mem.*|_*clear_page.*|copy_page.*|"
    r"_*k[mz]?alloc.*|kfree.*|kvfree.*|_*kmem_.*|_*slab.*|_raw_.*|"
    r"_*local_bh.*|_*rcu.*|preempt.*|migrate.*|(get|put|free)_page.*|"
    r"_*alloc_.*|_*free_.*|_*page_.*|_*netdev_alloc.*|_*napi_alloc.*|"
    r"_*build_skb.*|__fentry__|refcount_.*|sched_clock.*|ktime_.*|"
    r"get_random.*|get_partial.*|__put_.*|rb_.*|__list_.*|xa_.*|xas_.*|"
    r"rhashtable_.*|rht_.*|__x86.*|rep_.*|clear_.*|skb_release.*|skb_free.*|"
    r"_*kfree_skb.*|sk_skb_.*|skb_put|skb_push|_*skb_pull.*|consume_skb|"
    r"skb_clone|_*copy_skb.*|_*skb_to_sgvec.*|_*skb_ext.*|"
    r"skb_copy_bits|skb_copy_and_csum_bits|skb_store_bits|_*skb_flow_.*|"
    r"handle_softirqs|_*do_softirq.*|_*irq_exit.*|sysvec_.*|asm_sysvec_.*|"
    r"percpu_counter.*|__percpu.*|strlen|_*siphash.*|jhash.*")
DEFINED = re.compile(r"^[a-z_][\w \t*]*?\b(\w+)\(", re.M)


def functions_of_module():
    """{function: the stage of its file}"""
    kmod = os.path.join(CHECKOUT, "kmod")
    found = {}
    for path in glob.glob(os.path.join(kmod, "**", "*.[ch]"), recursive=True):
        part = os.path.relpath(path, kmod)
        if "tests/" in part or part.startswith(("unit/", "compat/")):
            continue
        stage = next(name for name, rule in MODULE if re.fullmatch(rule, part))
        with open(path, encoding="utf-8") as file:
            names = DEFINED.findall(file.read())
        for name in names:
            # A function that a header declares belongs to the .c file that defines it
            if path.endswith(".c") or name not in found:
                found[name] = stage
    return found


class Stages:
    def __init__(self):
        self.module = functions_of_module()
        self.kernel = [(name, re.compile(rule)) for name, rule in KERNEL]

    def own(self, symbol):
        """The stage of a function, or None if its callers decide."""
        if symbol in self.module:
            return self.module[symbol]
        if NEUTRAL.fullmatch(symbol):
            return None
        return next((name for name, rule in self.kernel
                     if rule.fullmatch(symbol)), OTHER)

    def of(self, chain):
        if not chain:
            return USER
        return next(filter(None, map(self.own, chain)), OTHER)
