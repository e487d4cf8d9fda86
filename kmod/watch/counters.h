/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_COUNTERS_H
#define _OV2_COUNTERS_H

#include <linux/types.h>
#include <net/dropreason.h>

struct net_device;
struct ov2_adapter;

/*
 * Every counter of a card is one row, in the order of `ethtool -S`. After its
 * release, a name never changes its meaning. If mlx5 has the same counter, the
 * name is the same as in mlx5. A row is
 *
 * X(identifier, name, mib, reason, sentence)
 *
 * @identifier	is the name of the counter in this code, without OV2_CNT_
 * @name	is the name for users, in `ethtool -S` and in traces: the
 *		identifier in small letters. Names of the counters of bridge
 *		and engine begin with ipsec_, in front of the identifier
 * @mib		is the SNMP counter of xfrm that moves together with this
 *		counter, or 0. If the frame is dropped, drop.c moves the SNMP
 *		counter. In other cases xfrm itself moves it
 * @reason	is the value of the core's enum skb_drop_reason that fits best,
 *		or 0 if no frame is freed
 * @sentence	says what happened, in one sentence without a full stop; in
 *		several string literals if it is long
 *
 * Besides the compiler, some programs read the rows. Such a program first
 * takes away each backslash at the end of a line, together with the newline.
 * Then this regular expression of Python matches a row:
 *
 * X\((\w+), "(\w+)",\s*(\w+), (\w+),\s*((?:"[^"]*"\s*)+)\)
 */
#define OV2_COUNTERS(X)							\
	X(TX_PKTS, "ipsec_tx_pkts",					\
	  0, 0,								\
	  "The engine encrypted an ESP frame")				\
	X(TX_BYTES, "ipsec_tx_bytes",					\
	  0, 0,								\
	  "Bytes of the frames in ipsec_tx_pkts, with their Ethernet "	\
	  "headers")							\
	X(TX_DROP_NO_XMIT, "ipsec_tx_drop_no_xmit",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "The stack sent the frame before the frame was prepared for "	\
	  "encryption, as happens with a noqueue qdisc; the frame is "	\
	  "clear and must not leave")					\
	X(TX_DROP_NO_STATE, "ipsec_tx_drop_no_state",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "The SA was deleted while the frame waited, or the SA "	\
	  "belongs to another card")					\
	X(TX_DROP_TRAILER, "ipsec_tx_drop_trailer",			\
	  0, SKB_DROP_REASON_DEV_HDR,					\
	  "The frame does not have the ESP framing that its SA needs")	\
	X(TX_DROP_CSUM, "ipsec_tx_drop_csum",				\
	  0, SKB_DROP_REASON_SKB_CSUM,					\
	  "The checksum inside the packet to be protected could not "	\
	  "be completed")						\
	X(TX_DROP_HANDLE, "ipsec_tx_drop_handle",			\
	  0, SKB_DROP_REASON_DEV_HDR,					\
	  "The handle in the records names no SA of the engine, or an "	\
	  "SA that was deleted")					\
	X(TX_DROP_RECORD, "ipsec_tx_drop_record",			\
	  0, SKB_DROP_REASON_DEV_HDR,					\
	  "The records, the SA and the bytes of the frame disagree")	\
	X(TX_DROP_CRYPTO, "ipsec_tx_drop_crypto",			\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "The cipher failed, for example because memory was short")	\
	X(TX_DROP_IV, "ipsec_tx_drop_iv",				\
	  0, SKB_DROP_REASON_DEV_READY,					\
	  "The SA has used all of its 2^64 IVs")			\
	X(TX_DROP_ALLOC, "ipsec_tx_drop_alloc",				\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "There was no memory to protect the frame")			\
	X(TX_DROP_PAUSED, "ipsec_tx_drop_paused",			\
	  0, SKB_DROP_REASON_DEV_READY,					\
	  "The card is going down, or is being reset")			\
	X(TX_DROP_RESET, "ipsec_tx_drop_reset",				\
	  0, SKB_DROP_REASON_DEV_READY,					\
	  "The frame was in the engine when the card was reset")	\
	X(TX_DROP_DISABLED, "ipsec_tx_drop_disabled",			\
	  0, SKB_DROP_REASON_DEV_READY,					\
	  "OFFLOAD_ENCAPSULATION is off in the engine; this should "	\
	  "never happen, because no command switches it off, not even "	\
	  "esp-hw-offload")						\
	X(TX_DROP_STATE_INVALID, "ipsec_tx_drop_state_invalid",		\
	  LINUX_MIB_XFRMOUTSTATEINVALID, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the SA is not valid yet, or no longer valid")	\
	X(TX_DROP_EXPIRED, "ipsec_tx_drop_expired",			\
	  LINUX_MIB_XFRMOUTSTATEEXPIRED, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the SA has reached a hard limit")		\
	X(TX_DROP_SEQUENCE, "ipsec_tx_drop_sequence",			\
	  LINUX_MIB_XFRMOUTSTATESEQERROR, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the SA has no sequence number left")		\
	X(TX_DROP_MALFORMED, "ipsec_tx_drop_malformed",			\
	  0, SKB_DROP_REASON_IP_INHDR,					\
	  "Packet mode: the card cannot read the packet as IP")		\
	X(TX_DROP_NO_POLICY, "ipsec_tx_drop_no_policy",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "Packet mode: the kernel wanted the packet protected, but "	\
	  "no policy of the card protects it, for example because NAT "	\
	  "has changed the packet, or because the policy was deleted "	\
	  "while the packet waited")					\
	X(TX_DROP_BLOCKED, "ipsec_tx_drop_blocked",			\
	  LINUX_MIB_XFRMOUTPOLBLOCK, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: a policy blocks the packet")			\
	X(TX_DROP_NO_SA, "ipsec_tx_drop_no_sa",				\
	  LINUX_MIB_XFRMOUTNOSTATES, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: no valid SA fits the policy")			\
	X(TX_DROP_NOT_WHOLE, "ipsec_tx_drop_not_whole",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "Packet mode: a packet with options or extension headers, "	\
	  "or a fragment, cannot be protected in transport mode")	\
	X(TX_DROP_NO_WAY, "ipsec_tx_drop_no_way",			\
	  0, SKB_DROP_REASON_IP_OUTNOROUTES,				\
	  "Packet mode: the outer address has no route or no "		\
	  "neighbour through this card")				\
	X(TX_DROP_WRAPPED, "ipsec_tx_drop_wrapped",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "Packet mode: the packet is clear behind a VLAN tag or a "	\
	  "PPPoE header, and a policy protects it")			\
	X(TX_DROP_DECRYPTED, "ipsec_tx_drop_decrypted",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "A card has decrypted the ESP packet and the stack has not "	\
	  "unpacked it, for example because a bridge device forwarded "	\
	  "it")								\
	X(TX_FALLBACK_DIR, "ipsec_tx_fallback_dir",			\
	  0, 0,								\
	  "Crypto mode: software encrypted a packet that was sent "	\
	  "through an inbound SA")					\
	X(TX_FALLBACK_HEADERS, "ipsec_tx_fallback_headers",		\
	  0, 0,								\
	  "Crypto mode: software encrypted a packet with IPv4 options "	\
	  "or IPv6 extension headers, or a fragment (transport mode); "	\
	  "newer kernels encrypt most of these packets without asking "	\
	  "the card")							\
	X(TX_FALLBACK_LARGE, "ipsec_tx_fallback_large",			\
	  0, 0,								\
	  "Crypto mode: software encrypted a large packet that the "	\
	  "kernel would segment wrongly for a card: ESP in UDP, IP in "	\
	  "IP in transport mode, or a packet of a guest")		\
	X(TX_REFUSED_DIR, "ipsec_tx_refused_dir",			\
	  LINUX_MIB_XFRMOUTERROR, 0,					\
	  "Packet mode: the stack dropped a packet, because it was to "	\
	  "leave through an inbound SA")				\
	X(TX_REFUSED_HEADERS, "ipsec_tx_refused_headers",		\
	  LINUX_MIB_XFRMOUTERROR, 0,					\
	  "Packet mode: the stack dropped a packet with IPv4 options "	\
	  "or IPv6 extension headers, or a fragment (transport mode); "	\
	  "newer kernels drop most of these packets without asking "	\
	  "the card")							\
	X(TX_REFUSED_WAY, "ipsec_tx_refused_way",			\
	  LINUX_MIB_XFRMOUTERROR, 0,					\
	  "Packet mode: the stack dropped a packet whose route leads "	\
	  "to another device, or a packet that two SAs protect; newer "	\
	  "kernels drop it without asking the card")			\
	X(TX_REFUSED_ALLOC, "ipsec_tx_refused_alloc",			\
	  LINUX_MIB_XFRMOUTERROR, 0,					\
	  "Packet mode: the stack dropped a packet, because there was "	\
	  "no memory for its tag, a security path that marks the "	\
	  "packet as one to be protected")				\
	X(TX_SOFTWARE_DISABLED, "ipsec_tx_software_disabled",		\
	  0, 0,								\
	  "Crypto mode: software encrypted a frame although the card "	\
	  "has its SA, because esp-hw-offload was off")			\
	X(TX_SOFTWARE_WAY, "ipsec_tx_software_way",			\
	  0, 0,								\
	  "Crypto mode: software encrypted a frame although the card "	\
	  "has its SA; a VLAN tag or a PPPoE header shows that the "	\
	  "route led to another device")				\
	X(TX_SOFTWARE_FRAGMENT, "ipsec_tx_software_fragment",		\
	  0, 0,								\
	  "Crypto mode: software encrypted a packet although the card "	\
	  "has its SA; the first fragment shows that the packet does "	\
	  "not fit into the MTU")					\
	X(TX_SOFTWARE_HEADERS, "ipsec_tx_software_headers",		\
	  0, 0,								\
	  "Crypto mode: software encrypted a frame although the card "	\
	  "has its SA; IPv4 options or IPv6 extension headers are in "	\
	  "front of ESP; if the kernel asked the card, "		\
	  "ipsec_tx_fallback_headers counted the packet, too")		\
	X(TX_SOFTWARE_OTHER, "ipsec_tx_software_other",			\
	  0, 0,								\
	  "Crypto mode: software encrypted a frame although the card "	\
	  "has its SA, and the frame does not show why: perhaps the "	\
	  "card declined the packet (ipsec_tx_fallback_*), or the "	\
	  "packet inside a tunnel has options")				\
	X(RX_PKTS, "ipsec_rx_pkts",					\
	  0, 0,								\
	  "The engine decrypted and verified an ESP frame")		\
	X(RX_BYTES, "ipsec_rx_bytes",					\
	  0, 0,								\
	  "Bytes of the frames in ipsec_rx_pkts, with their Ethernet "	\
	  "headers")							\
	X(RX_AUTH_FAILED, "ipsec_rx_auth_failed",			\
	  LINUX_MIB_XFRMINSTATEPROTOERROR, 0,				\
	  "The engine delivered a frame with a wrong ICV; xfrm counts "	\
	  "this frame, too")						\
	X(RX_BAD_SYNTAX, "ipsec_rx_bad_syntax",				\
	  LINUX_MIB_XFRMINBUFFERERROR, 0,				\
	  "The engine delivered a frame that is too short for ESP, or "	\
	  "for the padding of ESP")					\
	X(RX_BAD_PROTOCOL, "ipsec_rx_bad_protocol",			\
	  LINUX_MIB_XFRMINSTATEPROTOERROR, 0,				\
	  "The engine delivered an AH frame that has the SPI of an "	\
	  "ESP SA")							\
	X(RX_CRYPTO_ERROR, "ipsec_rx_crypto_error",			\
	  LINUX_MIB_XFRMINBUFFERERROR, 0,				\
	  "The engine delivered a frame on which the cipher failed")	\
	X(RX_SADB_MISS, "ipsec_rx_sadb_miss",				\
	  0, 0,								\
	  "An ESP or AH frame matches no SA of this card and was left "	\
	  "to the stack; software or another card may have its SA")	\
	X(RX_NOT_CAPABLE, "ipsec_rx_not_capable",			\
	  0, 0,								\
	  "ESP or AH in fragments, behind IPv4 options or behind IPv6 "	\
	  "extension headers was left to the stack")			\
	X(RX_DISABLED, "ipsec_rx_disabled",				\
	  0, 0,								\
	  "A frame of a live SA was left to the stack because "		\
	  "esp-hw-offload is off")					\
	X(RX_SA_DELETE_REQ, "ipsec_rx_sa_delete_req",			\
	  0, 0,								\
	  "The engine asked Linux to delete the SA of a frame, "	\
	  "because the SA table is full; Linux ignores this")		\
	X(RX_DROP_RECORD, "ipsec_rx_drop_record",			\
	  0, SKB_DROP_REASON_DEV_HDR,					\
	  "The records of the engine are illegal (this engine writes "	\
	  "legal records only)")					\
	X(RX_DROP_SA_GONE, "ipsec_rx_drop_sa_gone",			\
	  0, SKB_DROP_REASON_XFRM_POLICY,				\
	  "The SA was deleted after the engine had decrypted the "	\
	  "frame")							\
	X(RX_DROP_SP_ALLOC, "ipsec_rx_drop_sp_alloc",			\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "There was no memory for the security path")			\
	X(RX_DROP_ALLOC, "ipsec_rx_drop_alloc",				\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "There was no memory to read the headers of a decrypted "	\
	  "frame")							\
	X(RX_DROP_IP_CSUM, "ipsec_rx_drop_ip_csum",			\
	  0, SKB_DROP_REASON_IP_CSUM,					\
	  "The checksum of the outer IPv4 header is wrong; "		\
	  "IpInHdrErrors moves as well")				\
	X(RX_DROP_AUTH, "ipsec_rx_drop_auth",				\
	  LINUX_MIB_XFRMINSTATEPROTOERROR, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the ICV is wrong")				\
	X(RX_DROP_PROTOCOL, "ipsec_rx_drop_protocol",			\
	  LINUX_MIB_XFRMINSTATEPROTOERROR, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: AH came with the SPI of an ESP SA")		\
	X(RX_DROP_CRYPTO, "ipsec_rx_drop_crypto",			\
	  LINUX_MIB_XFRMINBUFFERERROR, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the packet is too short for ESP or for the "	\
	  "padding of ESP, the encrypted part is not a whole number "	\
	  "of cipher blocks, or the cipher failed")			\
	X(RX_DROP_STATE_INVALID, "ipsec_rx_drop_state_invalid",		\
	  LINUX_MIB_XFRMINSTATEINVALID, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the SA is not valid yet, or no longer valid")	\
	X(RX_DROP_ACQUIRE, "ipsec_rx_drop_acquire",			\
	  LINUX_MIB_XFRMACQUIREERROR, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the key manager is still negotiating the SA")	\
	X(RX_DROP_REPLAY, "ipsec_rx_drop_replay",			\
	  LINUX_MIB_XFRMINSTATESEQERROR, SKB_DROP_REASON_XFRM_POLICY,	\
	  "The sequence number was seen before, or is too old "		\
	  "(in crypto mode xfrm counts most such packets)")		\
	X(RX_DROP_EXPIRED, "ipsec_rx_drop_expired",			\
	  LINUX_MIB_XFRMINSTATEEXPIRED, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the SA has reached a hard limit")		\
	X(RX_DROP_TRAILER, "ipsec_rx_drop_trailer",			\
	  LINUX_MIB_XFRMINSTATEPROTOERROR, SKB_DROP_REASON_HDR_TRUNC,	\
	  "Packet mode: the trailer of ESP is impossible, or the "	\
	  "packet is a dummy")						\
	X(RX_DROP_DECAP, "ipsec_rx_drop_decap",				\
	  LINUX_MIB_XFRMINSTATEMODEERROR, SKB_DROP_REASON_HDR_TRUNC,	\
	  "Packet mode: the tunnel carried no IP packet, or there was "	\
	  "no memory")							\
	X(RX_DROP_INNER, "ipsec_rx_drop_inner",				\
	  LINUX_MIB_XFRMINHDRERROR, SKB_DROP_REASON_IP_INHDR,		\
	  "Packet mode: the card cannot read the packet that ESP "	\
	  "carried")							\
	X(RX_DROP_SELECTOR, "ipsec_rx_drop_selector",			\
	  LINUX_MIB_XFRMINSTATEMISMATCH, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the packet does not match the selector of its "	\
	  "SA")								\
	X(RX_DROP_BLOCK, "ipsec_rx_drop_block",				\
	  LINUX_MIB_XFRMINPOLBLOCK, SKB_DROP_REASON_XFRM_POLICY,	\
	  "An offloaded policy blocks the packet, whether the packet "	\
	  "came in clear or protected")					\
	X(RX_DROP_TEMPLATE, "ipsec_rx_drop_template",			\
	  LINUX_MIB_XFRMINTMPLMISMATCH, SKB_DROP_REASON_XFRM_POLICY,	\
	  "Packet mode: the policy wants another SA")			\
	X(RX_DROP_CLEAR, "ipsec_rx_drop_clear",				\
	  LINUX_MIB_XFRMINTMPLMISMATCH, SKB_DROP_REASON_XFRM_POLICY,	\
	  "The packet is clear, but an offloaded policy protects it; "	\
	  "or it is a fragment that may belong to such a packet")	\
	X(RX_DROP_CLEAR_BAD, "ipsec_rx_drop_clear_bad",			\
	  LINUX_MIB_XFRMINHDRERROR, SKB_DROP_REASON_IP_INHDR,		\
	  "The card cannot read a clear packet as IP, so it cannot "	\
	  "apply the offloaded inbound policies to the packet")		\
	X(RX_DROP_WRAPPED, "ipsec_rx_drop_wrapped",			\
	  LINUX_MIB_XFRMINTMPLMISMATCH, SKB_DROP_REASON_XFRM_POLICY,	\
	  "The packet is clear behind a VLAN tag or a PPPoE header, "	\
	  "and an offloaded policy protects it")			\
	X(RX_CLEAR_SOCKET, "ipsec_rx_clear_socket",			\
	  0, 0,								\
	  "The policy of the receiving socket (IKE daemons set one) "	\
	  "let in a clear UDP packet that an offloaded policy would "	\
	  "drop")							\
	X(SA_ADD, "ipsec_sa_add",					\
	  0, 0,								\
	  "An SA was added to the engine")				\
	X(SA_DELETE, "ipsec_sa_delete",					\
	  0, 0,								\
	  "An SA was deleted from the engine")				\
	X(SA_DELETE_UNKNOWN, "ipsec_sa_delete_unknown",			\
	  0, 0,								\
	  "The engine was asked to delete an SA that it does not have")	\
	X(SA_UPDATE, "ipsec_sa_update",					\
	  0, 0,								\
	  "The engine was told the high half of an ESN, or a sequence "	\
	  "number that a key manager has set (XFRM_MSG_NEWAE)")		\
	X(SA_FALLBACK_DISABLED, "ipsec_sa_fallback_disabled",		\
	  0, 0,								\
	  "A state was left to software because esp-hw-offload is off")	\
	X(SA_FALLBACK_FULL, "ipsec_sa_fallback_full",			\
	  0, 0,								\
	  "A state was left to software because the SA table of the "	\
	  "engine is full")						\
	X(SA_FALLBACK_BOND, "ipsec_sa_fallback_bond",			\
	  0, 0,								\
	  "A state was left to software because its device is a bond, "	\
	  "and this kernel cannot offload such a state of a bond")	\
	X(SA_REFUSED_DIR, "ipsec_sa_refused_dir",			\
	  0, 0,								\
	  "The direction of the state is neither in nor out")		\
	X(SA_REFUSED_PROTO, "ipsec_sa_refused_proto",			\
	  0, 0,								\
	  "The state is not ESP")					\
	X(SA_REFUSED_MODE, "ipsec_sa_refused_mode",			\
	  0, 0,								\
	  "The state is in neither transport nor tunnel mode")		\
	X(SA_REFUSED_FAMILY, "ipsec_sa_refused_family",			\
	  0, 0,								\
	  "The state is neither IPv4 nor IPv6")				\
	X(SA_REFUSED_ALG, "ipsec_sa_refused_alg",			\
	  0, 0,								\
	  "The engine does not have the algorithm")			\
	X(SA_REFUSED_KEY, "ipsec_sa_refused_key",			\
	  0, 0,								\
	  "The key has another length than its algorithm wants")	\
	X(SA_REFUSED_ICV, "ipsec_sa_refused_icv",			\
	  0, 0,								\
	  "The ICV has another length than its algorithm wants")	\
	X(SA_REFUSED_GENIV, "ipsec_sa_refused_geniv",			\
	  0, 0,								\
	  "The IV generator is not the one that the algorithm needs")	\
	X(SA_REFUSED_IPCOMP, "ipsec_sa_refused_ipcomp",			\
	  0, 0,								\
	  "The state is IPComp")					\
	X(SA_REFUSED_TFC, "ipsec_sa_refused_tfc",			\
	  0, 0,								\
	  "The state has TFC padding")					\
	X(SA_REFUSED_ENCAP6, "ipsec_sa_refused_encap6",			\
	  0, 0,								\
	  "The state has UDP encapsulation over IPv6")			\
	X(SA_REFUSED_ENCAP, "ipsec_sa_refused_encap",			\
	  0, 0,								\
	  "The UDP encapsulation is not espinudp")			\
	X(SA_REFUSED_MARK, "ipsec_sa_refused_mark",			\
	  0, 0,								\
	  "The state has a mark, and is inbound or in packet mode")	\
	X(SA_REFUSED_SPI, "ipsec_sa_refused_spi",			\
	  0, 0,								\
	  "The SPI is 0")						\
	X(SA_REFUSED_ANY, "ipsec_sa_refused_any",			\
	  0, 0,								\
	  "The state is inbound and has no destination")		\
	X(SA_REFUSED_CONTEXT, "ipsec_sa_refused_context",		\
	  0, 0,								\
	  "The state has a security context in packet mode")		\
	X(SA_REFUSED_REQID, "ipsec_sa_refused_reqid",			\
	  0, 0,								\
	  "The state has no reqid in packet mode")			\
	X(SA_REFUSED_IF_ID, "ipsec_sa_refused_if_id",			\
	  0, 0,								\
	  "The state has an interface ID in packet mode")		\
	X(SA_REFUSED_INNER_FAMILY, "ipsec_sa_refused_inner_family",	\
	  0, 0,								\
	  "The selector of a tunnel in packet mode has another "	\
	  "address family than the tunnel")				\
	X(SA_REFUSED_DISABLED, "ipsec_sa_refused_disabled",		\
	  0, 0,								\
	  "The state is in packet mode and esp-hw-offload is off")	\
	X(SA_REFUSED_FULL, "ipsec_sa_refused_full",			\
	  0, 0,								\
	  "The state is in packet mode and the SA table of the engine "	\
	  "is full")							\
	X(SA_REFUSED_SAME, "ipsec_sa_refused_same",			\
	  0, 0,								\
	  "The card has too many outbound states in packet mode with "	\
	  "the reqid and the addresses of this state")			\
	X(SA_REFUSED_RESET, "ipsec_sa_refused_reset",			\
	  0, 0,								\
	  "The card is being reset")					\
	X(SA_REFUSED_NO_MEMORY, "ipsec_sa_refused_no_memory",		\
	  0, 0,								\
	  "There was no memory for the state")				\
	X(SA_REFUSED_MISSING, "ipsec_sa_refused_missing",		\
	  0, 0,								\
	  "The kernel had no such algorithm when ipsecov2 was loaded")	\
	X(SA_REFUSED_ENGINE, "ipsec_sa_refused_engine",			\
	  0, 0,								\
	  "The ciphers of the kernel could not be set up with these "	\
	  "keys")							\
	X(POLICY_ADD, "ipsec_policy_add",				\
	  0, 0,								\
	  "A policy was added to the card")				\
	X(POLICY_DELETE, "ipsec_policy_delete",				\
	  0, 0,								\
	  "A policy was deleted from the card")				\
	X(POLICY_REFUSED_DISABLED, "ipsec_policy_refused_disabled",	\
	  0, 0,								\
	  "The card's esp-hw-offload is off")				\
	X(POLICY_REFUSED_DIR, "ipsec_policy_refused_dir",		\
	  0, 0,								\
	  "The direction of the policy is neither in nor out")		\
	X(POLICY_REFUSED_TYPE, "ipsec_policy_refused_type",		\
	  0, 0,								\
	  "The policy is a sub-policy")					\
	X(POLICY_REFUSED_MARK, "ipsec_policy_refused_mark",		\
	  0, 0,								\
	  "The policy has a mark")					\
	X(POLICY_REFUSED_IF_ID, "ipsec_policy_refused_if_id",		\
	  0, 0,								\
	  "The policy has an interface ID; only an outbound bypass "	\
	  "may have one, and it must be the ifindex of the card")	\
	X(POLICY_REFUSED_CONTEXT, "ipsec_policy_refused_context",	\
	  0, 0,								\
	  "The policy has a security context")				\
	X(POLICY_REFUSED_DEV, "ipsec_policy_refused_dev",		\
	  0, 0,								\
	  "The selector names another device than the card")		\
	X(POLICY_REFUSED_USER, "ipsec_policy_refused_user",		\
	  0, 0,								\
	  "The selector names a user")					\
	X(POLICY_REFUSED_TMPLS, "ipsec_policy_refused_tmpls",		\
	  0, 0,								\
	  "The policy has more than one template")			\
	X(POLICY_REFUSED_PROTO, "ipsec_policy_refused_proto",		\
	  0, 0,								\
	  "The template is not ESP")					\
	X(POLICY_REFUSED_MODE, "ipsec_policy_refused_mode",		\
	  0, 0,								\
	  "The template is in neither transport nor tunnel mode")	\
	X(POLICY_REFUSED_OPTIONAL, "ipsec_policy_refused_optional",	\
	  0, 0,								\
	  "The template is optional")					\
	X(POLICY_REFUSED_REQID, "ipsec_policy_refused_reqid",		\
	  0, 0,								\
	  "The template of a policy for all packets has no reqid")	\
	X(POLICY_REFUSED_FAMILY, "ipsec_policy_refused_family",		\
	  0, 0,								\
	  "The tunnel has another address family than the selector")	\
	X(POLICY_REFUSED_ADDR, "ipsec_policy_refused_addr",		\
	  0, 0,								\
	  "An outbound tunnel lacks one of its addresses")		\
	X(POLICY_REFUSED_FULL, "ipsec_policy_refused_full",		\
	  0, 0,								\
	  "The card has too many policies, too many different pairs "	\
	  "of prefix lengths, or too many policies with equal "		\
	  "addresses")							\
	X(POLICY_REFUSED_NO_MEMORY, "ipsec_policy_refused_no_memory",	\
	  0, 0,								\
	  "There was no memory for the policy")				\
	X(CONFIG_CHANGE, "ipsec_config_change",				\
	  0, 0,								\
	  "The engine announced its configuration, as it does when "	\
	  "the card is made and when esp-hw-offload or the capacity "	\
	  "of its SA table changes")					\
	X(WIRE_TX_DROP_UNPLUGGED, "wire_tx_drop_unplugged",		\
	  0, SKB_DROP_REASON_NO_TX_TARGET,				\
	  "The cable has no other end, or the card at the other end "	\
	  "is down")							\
	X(WIRE_TX_DROP_TOO_LONG, "wire_tx_drop_too_long",		\
	  0, SKB_DROP_REASON_PKT_TOO_BIG,				\
	  "The frame is longer than the MTU of the card at the other "	\
	  "end")							\
	X(WIRE_TX_DROP_RUNT, "wire_tx_drop_runt",			\
	  0, SKB_DROP_REASON_PKT_TOO_SMALL,				\
	  "The frame is shorter than an Ethernet header")		\
	X(WIRE_TX_DROP_ALLOC, "wire_tx_drop_alloc",			\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "There was no memory to put the frame on the cable")		\
	X(WIRE_TX_DROP_NETNS, "wire_tx_drop_netns",			\
	  0, SKB_DROP_REASON_DEV_READY,					\
	  "The network namespace of the card was ending")		\
	X(WIRE_RX_DROP_DOWN, "wire_rx_drop_down",			\
	  0, SKB_DROP_REASON_DEV_READY,					\
	  "The frame was in the ring when the card went down")		\
	X(WIRE_RX_DROP_ALLOC, "wire_rx_drop_alloc",			\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "There was no memory for the records of the frame")		\
	X(WIRE_RX_DROP_UNSHARE, "wire_rx_drop_unshare",			\
	  0, SKB_DROP_REASON_NOMEM,					\
	  "There was no memory to copy the part of the frame that is "	\
	  "shared with the sender")					\
	X(WIRE_RX_FILTERED, "wire_rx_filtered",				\
	  0, SKB_CONSUMED,						\
	  "The card does not take frames for this address; the "	\
	  "statistics of the link do not count the frame, as with a "	\
	  "NIC")

#define OV2_COUNTER_ENUM(id, name, mib, reason, sentence) OV2_CNT_##id,

/*
 * A function that may drop a frame, or refuse something, returns such a value.
 * OV2_CNT_NONE means that all is well; any other value tells the caller to stop
 * and to count.
 */
enum ov2_counter {
	OV2_CNT_NONE,
	OV2_COUNTERS(OV2_COUNTER_ENUM)
	OV2_CNT_MAX,
};

/* Number of counters that ethtool shows: all except OV2_CNT_NONE. */
#define OV2_COUNTERS_SHOWN	(OV2_CNT_MAX - 1)

/* A card may decline a packet in xdo_dev_offload_ok. The counters of the
 * reasons follow each other in enum ov2_counter. OV2_DECLINED_FIRST is the
 * first of these counters, and OV2_DECLINED is their number. Not only the card,
 * but also each SA has one counter for each of these reasons.
 */
#define OV2_DECLINED_FIRST	OV2_CNT_TX_FALLBACK_DIR
#define OV2_DECLINED \
	(OV2_CNT_TX_REFUSED_ALLOC - OV2_DECLINED_FIRST + 1)

/* Software may encrypt an ESP frame although the card has the SA of the frame.
 * The counters of the reasons follow each other in enum ov2_counter.
 * OV2_SOFTWARE_FIRST is the first of these counters, and OV2_SOFTWARE is their
 * number. Not only the card, but also each SA has one counter for each of these
 * reasons.
 */
#define OV2_SOFTWARE_FIRST	OV2_CNT_TX_SOFTWARE_DISABLED
#define OV2_SOFTWARE \
	(OV2_CNT_TX_SOFTWARE_OTHER - OV2_SOFTWARE_FIRST + 1)

/**
 * struct ov2_counters - one CPU's share of a card's counters
 * @v: the values; the index is enum ov2_counter. ov2_counter_read() adds up the
 *	values of all CPUs. The value of OV2_CNT_NONE is never shown
 */
struct ov2_counters {
	u64 v[OV2_CNT_MAX];
};

/**
 * struct ov2_counter_row - what the module needs of a row of OV2_COUNTERS
 * @name: the name for users
 * @mib: the SNMP counter of xfrm, LINUX_MIB_XFRM*, or 0
 * @reason: the drop reason of the core, or SKB_NOT_DROPPED_YET
 * @sentence: what has happened, without a full stop
 */
struct ov2_counter_row {
	const char *name;
	int mib;
	enum skb_drop_reason reason;
	const char *sentence;
};

int ov2_counters_alloc(struct ov2_adapter *ad);
void ov2_counters_free(struct ov2_adapter *ad);
void ov2_count_add(struct ov2_adapter *ad, enum ov2_counter c, u64 n);
void ov2_count(struct ov2_adapter *ad, enum ov2_counter c);
u64 ov2_counter_read(struct ov2_adapter *ad, enum ov2_counter c);
const struct ov2_counter_row *ov2_counter_row(enum ov2_counter c);
const char *ov2_counter_name(enum ov2_counter c);

#endif /* _OV2_COUNTERS_H */
