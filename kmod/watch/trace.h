/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipsecov2

#if !defined(_OV2_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _OV2_TRACE_H

#include <linux/netdevice.h>
#include <linux/tracepoint.h>

#include "../ov2/miniport.h"
#include "../ov2/records.h"

/*
 * Tests and tools read the fields and their printed form. So after its release,
 * a name never changes its meaning. No event carries a key.
 *
 * The comment before an event says when the event comes, and describes each
 * name of its printed form. tools/generate makes a page of these comments,
 * Documentation/reference/events.rst.
 */

/*
 * A frame that the engine sent or dropped, with its out-of-band records
 *
 * dev: the card
 * queue: the send queue
 * handle: the SA (slot 1)
 * tunnel: the SA of an outer tunnel (slot 11), 0 without an outer tunnel
 * next_header: the next header that the trailer names (slot 12)
 * pad_length: bytes of padding (slot 12)
 * ah_offset: bytes from the outer IP header to AH (slot 12), 0 without AH
 * esp_offset: bytes from the outer IP header to ESP (slot 12), 0 without ESP
 * header: the word of slot 12
 * spi: the SPI in the outermost ESP or AH header
 * seq: the sequence number of this header (64 bits with ESN)
 * len: bytes of the frame, with its Ethernet header
 * verdict: sent, or the counter that says why the frame was dropped
 */
TRACE_EVENT(ov2_tx_record,

	TP_PROTO(const struct ov2_adapter *ad, const struct ov2_nbl *nbl,
		 __be32 spi, u64 seq, unsigned int len, const char *verdict),

	TP_ARGS(ad, nbl, spi, seq, len, verdict),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__string(verdict, verdict)
		__field(u16, queue)
		__field(unsigned long, handle)
		__field(unsigned long, tunnel)
		__field(u32, header)
		__field(u32, spi)
		__field(u64, seq)
		__field(unsigned int, len)
		__field(u8, next_header)
		__field(u8, pad_length)
		__field(u16, ah_offset)
		__field(u16, esp_offset)
	),

	TP_fast_assign(
		struct ov2_tx_header hdr;

		if (!ov2_tx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER],
					  &hdr))
			memset(&hdr, 0, sizeof(hdr));
		__assign_str(dev);
		__assign_str(verdict);
		__entry->queue = nbl->queue;
		__entry->handle = nbl->info[OV2_INFO_IPSEC];
		__entry->tunnel = nbl->info[OV2_INFO_IPSEC_TUNNEL];
		__entry->header = nbl->info[OV2_INFO_IPSEC_HEADER];
		__entry->spi = be32_to_cpu(spi);
		__entry->seq = seq;
		__entry->len = len;
		__entry->next_header = hdr.next_header;
		__entry->pad_length = hdr.pad_length;
		__entry->ah_offset = hdr.ah_offset;
		__entry->esp_offset = hdr.esp_offset;
	),

	TP_printk("dev=%s queue=%u handle=0x%lx tunnel=0x%lx next_header=%u pad_length=%u ah_offset=%u esp_offset=%u header=0x%08x spi=0x%08x seq=%llu len=%u verdict=%s",
		  __get_str(dev), __entry->queue, __entry->handle,
		  __entry->tunnel, __entry->next_header, __entry->pad_length,
		  __entry->ah_offset, __entry->esp_offset, __entry->header,
		  __entry->spi, __entry->seq, __entry->len,
		  __get_str(verdict))
);

/*
 * A received ESP or AH frame, with its out-of-band records
 *
 * dev: the card
 * queue: the receive queue
 * handle: the SA, 0 if no SA matches
 * word: the word of slot 1
 * sa_delete_req: 1 if the engine asks for an SA to be deleted (slot 1)
 * crypto_done: 1 if the engine has checked the frame (slot 1)
 * next_crypto_done: 1 if the engine has also checked the packet in a tunnel
 *	(slot 1)
 * crypto_status: what the check found (slot 1)
 * header: the word of slot 12
 * header_info_set: 1 if the next two fields are valid (slot 12)
 * next_header: the next header that the trailer names (slot 12)
 * pad_length: bytes of padding (slot 12)
 * spi: the SPI in the outermost ESP or AH header
 * seq: the sequence number of this header (64 bits with ESN)
 * len: bytes of the frame, with its Ethernet header
 * verdict: crypto_status as a word; "untouched" if the engine has not checked
 *	the frame; "illegal" if slot 1 or slot 12 has no valid record
 */
TRACE_EVENT(ov2_rx_record,

	TP_PROTO(const struct ov2_adapter *ad, const struct ov2_nbl *nbl,
		 __be32 spi, unsigned int len),

	TP_ARGS(ad, nbl, spi, len),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__field(u16, queue)
		__field(unsigned long, handle)
		__field(u32, word)
		__field(u32, header)
		__field(u32, spi)
		__field(u64, seq)
		__field(unsigned int, len)
		__field(bool, legal)
		__field(bool, sa_delete_req)
		__field(bool, crypto_done)
		__field(bool, next_crypto_done)
		__field(u16, crypto_status)
		__field(bool, header_info_set)
		__field(u8, next_header)
		__field(u8, pad_length)
	),

	TP_fast_assign(
		struct ov2_rx_result res;
		struct ov2_rx_header hdr;

		__entry->legal =
			ov2_rx_result_decode(nbl->info[OV2_INFO_IPSEC], &res);
		__entry->legal &=
			ov2_rx_header_decode(nbl->info[OV2_INFO_IPSEC_HEADER],
					     &hdr);
		__assign_str(dev);
		__entry->queue = nbl->queue;
		__entry->handle = nbl->ext_rx.handle;
		__entry->word = nbl->info[OV2_INFO_IPSEC];
		__entry->header = nbl->info[OV2_INFO_IPSEC_HEADER];
		__entry->spi = be32_to_cpu(spi);
		__entry->seq = nbl->ext_rx.seq64;
		__entry->len = len;
		__entry->sa_delete_req = res.sa_delete_req;
		__entry->crypto_done = res.crypto_done;
		__entry->next_crypto_done = res.next_crypto_done;
		__entry->crypto_status = res.status;
		__entry->header_info_set = hdr.info_set;
		__entry->next_header = hdr.next_header;
		__entry->pad_length = hdr.pad_length;
	),

	TP_printk("dev=%s queue=%u handle=0x%lx word=0x%08x sa_delete_req=%u crypto_done=%u next_crypto_done=%u crypto_status=%u header=0x%08x header_info_set=%u next_header=%u pad_length=%u spi=0x%08x seq=%llu len=%u verdict=%s",
		  __get_str(dev), __entry->queue, __entry->handle,
		  __entry->word, __entry->sa_delete_req, __entry->crypto_done,
		  __entry->next_crypto_done, __entry->crypto_status,
		  __entry->header, __entry->header_info_set,
		  __entry->next_header, __entry->pad_length, __entry->spi,
		  __entry->seq, __entry->len,
		  !__entry->legal ? "illegal" :
		  __entry->crypto_done ?
			__print_symbolic(__entry->crypto_status,
				{ OV2_CRYPTO_SUCCESS, "success" },
				{ OV2_CRYPTO_GENERIC_ERROR, "generic_error" },
				{ OV2_CRYPTO_TRANSPORT_AH_AUTH_FAILED,
				  "transport_ah_auth_failed" },
				{ OV2_CRYPTO_TRANSPORT_ESP_AUTH_FAILED,
				  "transport_esp_auth_failed" },
				{ OV2_CRYPTO_TUNNEL_AH_AUTH_FAILED,
				  "tunnel_ah_auth_failed" },
				{ OV2_CRYPTO_TUNNEL_ESP_AUTH_FAILED,
				  "tunnel_esp_auth_failed" },
				{ OV2_CRYPTO_INVALID_PACKET_SYNTAX,
				  "invalid_packet_syntax" },
				{ OV2_CRYPTO_INVALID_PROTOCOL,
				  "invalid_protocol" }) :
			"untouched")
);

/*
 * The engine added an SA, or failed to add it
 *
 * dev: the card
 * handle: the SA, 0 if it was not added
 * dir: in or out
 * spi: the SPI of the SA; if the SA has ESP and AH, the SPI of ESP
 * family: ipv4 or ipv6, of the outer addresses
 * mode: transport or tunnel, or unknown if the request does not say
 * esn: 1 if sequence numbers have 64 bits
 * encr: the identifier of the cipher
 * icv: bytes of the ICV of a combined mode (GCM, CCM, ChaCha20-Poly1305)
 * udp_esp: the form of UDP encapsulation, 0 for none
 * status: 0 if the SA was added, else the reason
 */
TRACE_EVENT(ov2_sa_add,

	TP_PROTO(const struct ov2_adapter *ad, const struct ov2_add_sa_ex *add,
		 enum ov2_sa_mode mode, u32 status),

	TP_ARGS(ad, add, mode, status),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__field(u64, handle)
		__field(bool, inbound)
		__field(bool, ipv6)
		__field(unsigned int, mode)
		__field(bool, esn)
		__field(u32, spi)
		__field(u32, encr)
		__field(u32, icv)
		__field(u32, udp_esp)
		__field(u32, status)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->handle = add->handle;
		__entry->inbound = add->flags & OV2_SA_INBOUND;
		__entry->ipv6 = add->flags & OV2_SA_IPV6;
		__entry->mode = mode;
		__entry->esn = add->sec_assoc[0].flags & OV2_SEC_ASSOC_ESN;
		__entry->spi = be32_to_cpu(add->sec_assoc[0].spi);
		__entry->encr = add->sec_assoc[0].encr.identifier;
		__entry->icv = add->sec_assoc[0].encr.additional_info;
		__entry->udp_esp = add->udp_esp;
		__entry->status = status;
	),

	TP_printk("dev=%s handle=0x%llx dir=%s spi=0x%08x family=%s mode=%s esn=%u encr=0x%03x icv=%u udp_esp=%u status=0x%08x",
		  __get_str(dev), __entry->handle,
		  __entry->inbound ? "in" : "out", __entry->spi,
		  __entry->ipv6 ? "ipv6" : "ipv4",
		  __print_symbolic(__entry->mode,
				   { OV2_SA_TRANSPORT, "transport" },
				   { OV2_SA_TUNNEL, "tunnel" },
				   { OV2_SA_MODE_UNKNOWN, "unknown" }),
		  __entry->esn, __entry->encr, __entry->icv, __entry->udp_esp,
		  __entry->status)
);

/*
 * An SA was deleted
 *
 * dev: the card
 * handle: the SA
 * spi: the SPI of the SA; if the SA has ESP and AH, the SPI of AH
 */
TRACE_EVENT(ov2_sa_delete,

	TP_PROTO(const struct ov2_adapter *ad, unsigned long handle,
		 __be32 spi),

	TP_ARGS(ad, handle, spi),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__field(unsigned long, handle)
		__field(u32, spi)
	),

	TP_fast_assign(
		__assign_str(dev);
		__entry->handle = handle;
		__entry->spi = be32_to_cpu(spi);
	),

	TP_printk("dev=%s handle=0x%lx spi=0x%08x", __get_str(dev),
		  __entry->handle, __entry->spi)
);

/*
 * A state was refused, or left to software
 *
 * dev: the card
 * reason: the counter that says why
 * fallback: 1 if the kernel installs the state in software
 * spi: the SPI of the state
 * err: the error that the card returned to the kernel
 */
TRACE_EVENT(ov2_sa_refuse,

	TP_PROTO(const struct ov2_adapter *ad, const char *reason,
		 bool fallback, __be32 spi, int err),

	TP_ARGS(ad, reason, fallback, spi, err),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__string(reason, reason)
		__field(bool, fallback)
		__field(u32, spi)
		__field(int, err)
	),

	TP_fast_assign(
		__assign_str(dev);
		__assign_str(reason);
		__entry->fallback = fallback;
		__entry->spi = be32_to_cpu(spi);
		__entry->err = err;
	),

	TP_printk("dev=%s reason=%s fallback=%u spi=0x%08x err=%d",
		  __get_str(dev), __get_str(reason), __entry->fallback,
		  __entry->spi, __entry->err)
);

/*
 * dev: the card
 * serial: a number of the policy, the same when the policy is added and deleted
 * dir: in or out
 * family: ipv4 or ipv6, of the selector
 * action: protect, bypass or block
 * priority: the priority of the policy
 * reqid: the reqid of the policy's template
 */
DECLARE_EVENT_CLASS(ov2_policy,

	TP_PROTO(const struct ov2_adapter *ad, bool inbound, bool ipv6,
		 const char *action, u32 priority, u32 reqid, u64 serial),

	TP_ARGS(ad, inbound, ipv6, action, priority, reqid, serial),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__string(action, action)
		__field(bool, inbound)
		__field(bool, ipv6)
		__field(u32, priority)
		__field(u32, reqid)
		__field(u64, serial)
	),

	TP_fast_assign(
		__assign_str(dev);
		__assign_str(action);
		__entry->inbound = inbound;
		__entry->ipv6 = ipv6;
		__entry->priority = priority;
		__entry->reqid = reqid;
		__entry->serial = serial;
	),

	TP_printk("dev=%s serial=%llu dir=%s family=%s action=%s priority=%u reqid=%u",
		  __get_str(dev), __entry->serial,
		  __entry->inbound ? "in" : "out",
		  __entry->ipv6 ? "ipv6" : "ipv4", __get_str(action),
		  __entry->priority, __entry->reqid)
);

/*
 * A policy was added to the card
 */
DEFINE_EVENT(ov2_policy, ov2_policy_add,
	TP_PROTO(const struct ov2_adapter *ad, bool inbound, bool ipv6,
		 const char *action, u32 priority, u32 reqid, u64 serial),
	TP_ARGS(ad, inbound, ipv6, action, priority, reqid, serial)
);

/*
 * A policy was deleted from the card
 */
DEFINE_EVENT(ov2_policy, ov2_policy_delete,
	TP_PROTO(const struct ov2_adapter *ad, bool inbound, bool ipv6,
		 const char *action, u32 priority, u32 reqid, u64 serial),
	TP_ARGS(ad, inbound, ipv6, action, priority, reqid, serial)
);

/*
 * A policy was refused
 *
 * dev: the card
 * reason: the counter that says why
 * err: the error that the card returned to the kernel
 */
TRACE_EVENT(ov2_policy_refuse,

	TP_PROTO(const struct ov2_adapter *ad, const char *reason, int err),

	TP_ARGS(ad, reason, err),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__string(reason, reason)
		__field(int, err)
	),

	TP_fast_assign(
		__assign_str(dev);
		__assign_str(reason);
		__entry->err = err;
	),

	TP_printk("dev=%s reason=%s err=%d", __get_str(dev),
		  __get_str(reason), __entry->err)
);

/*
 * The engine announced which capabilities are on; if the engine is off, all of
 * them are 0
 *
 * dev: the card
 * code: the code of the announcement
 * flags: the flags of the announcement
 * encapsulation: mask of the encapsulations
 * ah: AH
 * esp: ESP
 * ah_esp: AH and ESP in one packet
 * transport: transport mode
 * tunnel: tunnel mode
 * lso: large send
 * esn: sequence numbers of 64 bits
 * udp_esp: mask of the forms of UDP encapsulation
 * auth: mask of the integrity algorithms
 * encr: mask of the ciphers
 * capacity: how many SAs there may be
 */
TRACE_EVENT(ov2_config,

	TP_PROTO(const struct ov2_adapter *ad, u32 code,
		 const struct ov2_offload *config),

	TP_ARGS(ad, code, config),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__field(u32, code)
		__field(u32, flags)
		__field(u32, encapsulation)
		__field(bool, ah)
		__field(bool, esp)
		__field(bool, ah_esp)
		__field(bool, transport)
		__field(bool, tunnel)
		__field(bool, lso)
		__field(bool, esn)
		__field(u32, udp_esp)
		__field(u32, auth)
		__field(u32, encr)
		__field(u32, capacity)
	),

	TP_fast_assign(
		const struct ov2_capabilities *caps = &config->ipsec_v2;

		__assign_str(dev);
		__entry->code = code;
		__entry->flags = config->flags;
		__entry->encapsulation = caps->encapsulation;
		__entry->ah = caps->ah;
		__entry->esp = caps->esp;
		__entry->ah_esp = caps->ah_esp_combined;
		__entry->transport = caps->transport;
		__entry->tunnel = caps->tunnel;
		__entry->lso = caps->lso;
		__entry->esn = caps->esn;
		__entry->udp_esp = caps->udp_esp;
		__entry->auth = caps->auth;
		__entry->encr = caps->encr;
		__entry->capacity = caps->sa_capacity;
	),

	TP_printk("dev=%s code=0x%08x flags=0x%x encapsulation=0x%x ah=%u esp=%u ah_esp=%u transport=%u tunnel=%u lso=%u esn=%u udp_esp=0x%x auth=0x%x encr=0x%x capacity=%u",
		  __get_str(dev), __entry->code, __entry->flags,
		  __entry->encapsulation, __entry->ah, __entry->esp,
		  __entry->ah_esp, __entry->transport, __entry->tunnel,
		  __entry->lso, __entry->esn, __entry->udp_esp, __entry->auth,
		  __entry->encr, __entry->capacity)
);

/*
 * A frame was dropped
 *
 * dev: the card
 * dir: tx or rx
 * reason: the counter that says why
 * len: bytes of the frame
 */
TRACE_EVENT(ov2_drop,

	TP_PROTO(const struct ov2_adapter *ad, bool tx, const char *reason,
		 unsigned int len),

	TP_ARGS(ad, tx, reason, len),

	TP_STRUCT__entry(
		__string(dev, ad->dev->name)
		__string(reason, reason)
		__field(bool, tx)
		__field(unsigned int, len)
	),

	TP_fast_assign(
		__assign_str(dev);
		__assign_str(reason);
		__entry->tx = tx;
		__entry->len = len;
	),

	TP_printk("dev=%s dir=%s reason=%s len=%u", __get_str(dev),
		  __entry->tx ? "tx" : "rx", __get_str(reason), __entry->len)
);

#endif /* _OV2_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH watch
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
