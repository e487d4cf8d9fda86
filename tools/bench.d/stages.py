# SPDX-License-Identifier: GPL-2.0
"""Tells to which stage of a packet's way a call chain belongs.

    stage_of([Function("memset", None), Function("ov2_nbl_alloc", "ov2/nbl.c"), ...])

For a function of the module, its file tells the stage. If the module calls a function of the
kernel, this function belongs to the stage of its caller. The exceptions are functions by which the
module hands a packet on: to the AEAD, to GRO, to the stack or back to its sender. The name of any
other function of the kernel tells its stage. Functions that serve all stages (copies, locks, the
allocator) belong to no stage, so their callers decide.
"""
import functools
import re
from collections import namedtuple

USER, OTHER = "user space", "stack, sockets, scheduler"
CIPHERS = "AEAD: ciphers and hashes"

# The stages of the kernel's functions, by the name of the function
KERNEL = (
    (CIPHERS,
     r"_?(aes|gcm|ghash|aesni|chacha|poly1305|sha256|cbc|hmac)_.*|"
     r"(sha256|poly1305|chacha|hchacha)\w*|__(sha|aes|poly|chacha).*|"
     r"kernel_fpu_.*|irq_fpu_.*|rfc4106_.*|rfc7539_.*|chachapoly_.*|"
     r"poly_.*|__crypto_xor"),
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
     r"_*skb_gro_.*|udp[46]?_gro_.*|ipv6_gro_.*|napi_skb_.*|skb_list_.*"),
    ("veth", r"veth_.*"),
)

# The stages of the module's functions, by the file of the function
MODULE = (
    ("engine: requests of the cipher", r"engine/(crypt|esp|iv|transform)\.[ch]"),
    ("engine: steps and lanes", r"engine/(lane|step|batch)\.[ch]"),
    ("engine: large send, checksums", r"engine/(lso|pool|checksum)\.[ch]"),
    ("engine: look-ups and checks", r"engine/.*|ov2/handle\.[ch]"),
    ("NBLs and records", r"ov2/.*"),
    ("bridge: policies and states of packet mode", r"bridge/packet/.*"),
    ("bridge: the rest", r"bridge/.*"),
    ("port: queues, ring, receive", r"port/.*"),
    ("counters, traces, the rest of the module", r".*"),
)
KERNEL_NAMES = [name for name, _ in KERNEL] + [OTHER, USER]
CARD_NAMES = [name for name, _ in MODULE]
NAMES = [name for name, _ in KERNEL + MODULE] + [OTHER, USER]

NEUTRAL = re.compile(
    r"mem(cpy|set|move|cmp).*|__mem.*|_*clear_page.*|copy_page.*|"
    r"_*k[mz]?alloc.*|kfree.*|kvfree.*|_*kmem_.*|_*slab.*|_raw_.*|"
    r"_*local_bh.*|_*rcu.*|preempt.*|migrate.*|(get|put|free)_page.*|"
    r"_*alloc_.*|_*free_.*|_*page_.*|_*netdev_alloc.*|_*napi_alloc.*|"
    r"_*build_skb.*|__fentry__|refcount_.*|sched_clock.*|ktime_.*|"
    r"_?get_random.*|crng_.*|chacha_(permute|block_generic)|"
    r"get_partial.*|__put_.*|rb_.*|__list_.*|xa_.*|xas_.*|"
    r"rhashtable_.*|rht_.*|__x86.*|rep_.*|clear_.*|skb_release.*|skb_free.*|"
    r"_*kfree_skb.*|sk_skb_.*|skb_put|skb_push|_*skb_pull.*|consume_skb|"
    r"skb_clone|_*copy_skb.*|_*skb_to_sgvec.*|_*skb_ext.*|"
    r"skb_copy_bits|skb_copy_and_csum_bits|skb_store_bits|_*skb_flow_.*|"
    r"handle_softirqs|_*do_softirq.*|_*irq_exit.*|sysvec_.*|asm_sysvec_.*|"
    r"percpu_counter.*|__percpu.*|strlen|_*siphash.*|jhash.*")

# With these functions, and with the ciphers, the module hands a packet on. The functions in the
# last line of the expression tell a sender that its packet has gone
HANDED_ON = re.compile(
    r"crypto_.*|authenc.*|seqiv_.*|echainiv_.*|(napi_|dev_)?gro_.*|"
    r"_*netif_receive_skb.*|xfrm_input|"
    r"(__sock|sock|tcp)_wfree|sk_free")
# With these functions an interrupt or a softirq begins. The functions that they call work for the
# interrupt or softirq, and not for the function that was interrupted. So if one of these called
# functions has a stage, stage_of() does not ask the interrupted functions
BORDER = re.compile(r"handle_softirqs|_*do_softirq.*|_*irq_exit.*|(asm_)?sysvec_.*")


class Function(namedtuple("Function", "name file")):
    """A function in a call chain. @file is its path in kmod/, or None for a function of the
    kernel. A function that the module takes from a header of the kernel has an empty path.
    """


@functools.cache
def own_stage(function):
    """The stage of a function, or None if its callers decide."""
    if function.file is not None:
        return next((name for name, rule in MODULE
                     if function.file and re.fullmatch(rule, function.file)), None)
    if NEUTRAL.fullmatch(function.name):
        return None
    return next((name for name, rule in KERNEL
                 if re.fullmatch(rule, function.name)), OTHER)


def handed_on(function):
    return own_stage(function) == CIPHERS or HANDED_ON.fullmatch(function.name)


def stage_of(chain):
    stage = None if chain else USER
    for function in chain:
        if function.file is not None:
            own = own_stage(function)
            if own:
                return own
        elif stage and BORDER.fullmatch(function.name):
            break
        else:
            stage = stage or own_stage(function)
            if handed_on(function):
                break
    return stage or OTHER
