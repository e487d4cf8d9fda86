/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_REQUESTS_H
#define _OV2_REQUESTS_H

#include <linux/build_bug.h>
#include <linux/in6.h>
#include <linux/types.h>

#include "capabilities.h"
#include "header.h"
#include "offload.h"
#include "status.h"

/* Direct OIDs (NDIS) */
#define OV2_OID_ADD_SA			0xfc030202U
#define OV2_OID_DELETE_SA		0xfc030203U
#define OV2_OID_UPDATE_SA		0xfc030204U
#define OV2_OID_ADD_SA_EX		0xfc030205U

/* Ordinary OIDs */
#define OV2_OID_OFFLOAD_ENCAPSULATION	0x0101010aU
#define OV2_OID_OFFLOAD_PARAMETERS	0xfc01020cU

/* An extension. NDIS has numbers of this kind for the requests of a vendor. */
#define OV2_OID_EXT_SA_CAPACITY		0xff010001U

#define OV2_SA_INBOUND		0x00000001U
#define OV2_SA_IPV6		0x00000010U
#define OV2_SEC_ASSOC_ESN	0x00000001U
#define OV2_MAX_EXT_HEADERS	2
#define OV2_UDP_ESP_PORT	4500

/**
 * enum ov2_operation - IPSEC_OFFLOAD_OPERATION (NDIS)
 * @OV2_OPERATION_AH: AH
 * @OV2_OPERATION_ESP: ESP
 */
enum ov2_operation {
	OV2_OPERATION_AH = 1,
	OV2_OPERATION_ESP = 2,
};

/**
 * enum ov2_sa_mode - extension: which portion of a packet an SA protects
 * @OV2_SA_MODE_UNKNOWN: the add gives no mode, as in IPsecOV2, so the engine
 *	derives the mode from the packets (ipsecov2.rst Q2)
 * @OV2_SA_TRANSPORT: the transport portion
 * @OV2_SA_TUNNEL: the tunnel portion
 */
enum ov2_sa_mode {
	OV2_SA_MODE_UNKNOWN,
	OV2_SA_TRANSPORT,
	OV2_SA_TUNNEL,
};

/**
 * struct ov2_algorithm_info - IPSEC_OFFLOAD_V2_ALGORITHM_INFO
 * @identifier: one bit, OV2_AUTH_* in the field auth and OV2_ENCR_* in the
 *	field encr; 0 = absent
 * @key_len: bytes of this key and of the salt behind it (ipsecov2.rst Q5)
 * @key_offset: bytes from the start of the key area to this key
 * @additional_info: for a combined mode the length of the ICV in bytes
 *	(ipsecov2.rst Q5)
 */
struct ov2_algorithm_info {
	u32 identifier;
	u32 key_len;
	u32 key_offset;
	u32 additional_info;
};

/**
 * struct ov2_security_association - IPSEC_OFFLOAD_V2_SECURITY_ASSOCIATION
 * @flags: OV2_SEC_ASSOC_ESN or 0
 * @operation: enum ov2_operation
 * @spi: network order (ipsecov2.rst Q9)
 * @auth: integrity; ignored with a combined mode (INV-21)
 * @encr: confidentiality, or combined mode
 * @seq_hi: high half of the sequence number at the time of the add, host order
 */
struct ov2_security_association {
	u32 flags;
	u32 operation;
	__be32 spi;
	struct ov2_algorithm_info auth;
	struct ov2_algorithm_info encr;
	u32 seq_hi;
};

/**
 * struct ov2_add_sa_ex - IPSEC_OFFLOAD_V2_ADD_SA_EX, layout of x64
 * @header: type, revision, size of this structure
 * @num_ext_hdrs: valid entries of @sec_assoc
 * @flags: OV2_SA_INBOUND, OV2_SA_IPV6
 * @v4: endpoints, network order
 * @v6: endpoints
 * @handle: out: the number that names the SA from now on; 0 = not offloaded
 * @udp_esp: one OV2_UDP_ESP_* or 0
 * @sec_assoc: [0] = ESP, or AH if the SA has no ESP; [1] = AH of a bundle
 * @key_len: bytes of the key area
 * @key_offset: bytes from the start of this structure to the key area
 * @switch_port: reserved
 * @vlan_id: reserved
 *
 * The endpoints are source and destination of the packets. For a tunnel SA the
 * endpoints are the ends of the tunnel. Source: IPSEC_OFFLOAD_V2_ADD_SA_EX.
 */
struct ov2_add_sa_ex {
	struct ov2_object_header header;
	u32 num_ext_hdrs;
	u32 flags;
	union {
		struct {
			__be32 src;
			__be32 dst;
		} v4;
		struct {
			struct in6_addr src;
			struct in6_addr dst;
		} v6;
	};
	u64 handle __aligned(8);
	u32 udp_esp;
	struct ov2_security_association sec_assoc[OV2_MAX_EXT_HEADERS];
	u32 key_len;
	u32 key_offset;
	u32 switch_port;
	u16 vlan_id;
};

static_assert(sizeof(struct ov2_algorithm_info) == 0x10);
static_assert(sizeof(struct ov2_security_association) == 0x30);
static_assert(offsetof(struct ov2_add_sa_ex, handle) == 0x30);
static_assert(offsetof(struct ov2_add_sa_ex, sec_assoc) == 0x3c);
static_assert(sizeof(struct ov2_add_sa_ex) == 0xb0);

/**
 * struct ov2_add_sa - IPSEC_OFFLOAD_V2_ADD_SA, layout of x64
 * @header: type, revision, size of this structure without @key_data
 * @next: the next entry of the list, or NULL
 * @num_ext_hdrs: valid entries of @sec_assoc
 * @flags: OV2_SA_INBOUND, OV2_SA_IPV6
 * @v4: endpoints, network order
 * @v6: endpoints
 * @handle: out: the number that names the SA from now on; 0 = not offloaded
 * @udp_esp: one OV2_UDP_ESP_* or 0
 * @sec_assoc: as in struct ov2_add_sa_ex
 * @key_len: bytes of @key_data
 * @key_data: the key area
 *
 * Source: IPSEC_OFFLOAD_V2_ADD_SA. Microsoft's structure is 0xb0 bytes long,
 * because its key_data has one byte.
 */
struct ov2_add_sa {
	struct ov2_object_header header;
	struct ov2_add_sa *next __aligned(8);
	u32 num_ext_hdrs __aligned(8);
	u32 flags;
	union {
		struct {
			__be32 src;
			__be32 dst;
		} v4;
		struct {
			struct in6_addr src;
			struct in6_addr dst;
		} v6;
	};
	u64 handle __aligned(8);
	u32 udp_esp;
	struct ov2_security_association sec_assoc[OV2_MAX_EXT_HEADERS];
	u32 key_len;
	u8 key_data[];
};

static_assert(offsetof(struct ov2_add_sa, next) == 0x08);
static_assert(offsetof(struct ov2_add_sa, num_ext_hdrs) == 0x10);
static_assert(offsetof(struct ov2_add_sa, v4) == 0x18);
static_assert(offsetof(struct ov2_add_sa, handle) == 0x38);
static_assert(offsetof(struct ov2_add_sa, udp_esp) == 0x40);
static_assert(offsetof(struct ov2_add_sa, sec_assoc) == 0x44);
static_assert(offsetof(struct ov2_add_sa, key_len) == 0xa4);
static_assert(offsetof(struct ov2_add_sa, key_data) == 0xa8);
static_assert(sizeof(struct ov2_add_sa) == 0xa8);

/**
 * struct ov2_ext_add - extension: what Linux knows of a new SA
 * @mode: which portion the SA protects
 * @udp_sport: source port in the frames of UDP-ESP, network order, 0 = any.
 *	This engine compares no source port
 * @udp_dport: destination port in these frames, network order, 0 = any
 * @seq_lo: low half of the last number seen or sent; the high half is in
 *	struct ov2_security_association
 * @single: the engine must open only one IPsec portion of each packet. It
 *	does not look inside the tunnel of this SA. If a packet of this SA is
 *	inside the tunnel of another SA, the engine does not open the packet of
 *	this SA. So NextCryptoDone stays 0
 * @window: replay window in packets, 0 = unknown. The place of a received
 *	number relative to the window tells the high half (RFC 4303 A2.2)
 * @allow_twin: the SA may have the SPI, destination, protocol and direction of
 *	a live SA; on receive the engine uses the oldest of such SAs. Without
 *	@allow_twin the engine rejects such an add (ipsecov2.rst Q15)
 * @transport: a pointer of the bridge, which the engine keeps with the SA. From
 *	the SA's handle the bridge gets this pointer again
 */
struct ov2_ext_add {
	enum ov2_sa_mode mode;
	bool single;
	__be16 udp_sport;
	__be16 udp_dport;
	u32 seq_lo;
	u32 window;
	bool allow_twin;
	void *transport;
};

/**
 * struct ov2_delete_sa - IPSEC_OFFLOAD_V2_DELETE_SA, layout of x64
 * @header: type, revision, size of this structure
 * @next: the next entry of the list, or NULL
 * @handle: the handle of the bundle
 */
struct ov2_delete_sa {
	struct ov2_object_header header;
	struct ov2_delete_sa *next __aligned(8);
	u64 handle __aligned(8);
};

static_assert(offsetof(struct ov2_delete_sa, next) == 0x08);
static_assert(offsetof(struct ov2_delete_sa, handle) == 0x10);
static_assert(sizeof(struct ov2_delete_sa) == 0x18);

/**
 * struct ov2_update_sa - IPSEC_OFFLOAD_V2_UPDATE_SA, layout of x64
 * @header: type, revision, size of this structure
 * @handle: the handle of the bundle
 * @operation: says which member of the bundle is updated: enum ov2_operation
 * @spi: the SPI of this member, network order
 * @seq_hi: the new high half, host order
 *
 * An update is about one member of a bundle. The text of Microsoft's page
 * mentions a list of updates, but the structure on the page has no pointer to a
 * next entry.
 */
struct ov2_update_sa {
	struct ov2_object_header header;
	aligned_u64 handle;
	u32 operation;
	__be32 spi;
	u32 seq_hi;
};

static_assert(offsetof(struct ov2_update_sa, handle) == 0x08);
static_assert(offsetof(struct ov2_update_sa, seq_hi) == 0x18);
static_assert(sizeof(struct ov2_update_sa) == 0x20);

/**
 * struct ov2_ext_update - extension: the sequence number that Linux sets
 * @seq_lo: low half of the last number seen or sent; the high half is in
 *	struct ov2_update_sa
 * @window: replay window, as in struct ov2_ext_add
 *
 * An update of IPsecOV2 has only the high half, because the engine sees the low
 * half in the packets. A key manager of Linux may set the whole number, also to
 * a value that the engine has not seen in a packet.
 */
struct ov2_ext_update {
	u32 seq_lo;
	u32 window;
};

#define OV2_REQUEST_MINIPORT_WORDS	3

/**
 * struct ov2_request - a request to the engine (NDIS_OID_REQUEST)
 * @oid: OV2_OID_*
 * @len: bytes of the buffer. All entries of a list, with their keys, lie in the
 *	buffer. The pointers to the buffer are a union: @buf may be used with
 *	each @oid, and each other pointer only with the OV2_OID_* that stands
 *	behind its name
 * @buf: the buffer, for every @oid
 * @add_list: OV2_OID_ADD_SA
 * @add: OV2_OID_ADD_SA_EX
 * @del: OV2_OID_DELETE_SA, a list
 * @update: OV2_OID_UPDATE_SA
 * @parameters: OV2_OID_OFFLOAD_PARAMETERS
 * @encapsulation: OV2_OID_OFFLOAD_ENCAPSULATION
 * @capacity: OV2_OID_EXT_SA_CAPACITY
 * @ext: extension of the adds, the same for each entry of a list; NULL in pure
 *	IPsecOV2. If it is NULL, UDP-ESP comes to port 4500, numbers begin with
 *	0, the window is unknown and the mode is derived (ipsecov2.rst Q2, Q16)
 * @ext_update: extension of an update; NULL in pure IPsecOV2. If it is NULL,
 *	and the engine has the high half of the update already, the update
 *	changes nothing
 * @may_sleep: the caller is in process context and holds no spinlock, so the
 *	engine may set keys before the call returns. IPsecOV2 needs no such
 *	flag, because each of its requests may complete later
 * @caller: private to the caller, for ov2_adapter_ops.request_complete
 * @miniport: private to the engine, until the request is complete
 *
 * The request and its buffers belong to the caller, and must stay valid until
 * the request is complete. Then the caller wipes the keys.
 */
struct ov2_request {
	u32 oid;
	size_t len;
	union {
		void *buf;
		struct ov2_add_sa *add_list;
		struct ov2_add_sa_ex *add;
		const struct ov2_delete_sa *del;
		const struct ov2_update_sa *update;
		const struct ov2_offload_parameters *parameters;
		const struct ov2_offload_encapsulation *encapsulation;
		const struct ov2_ext_capacity *capacity;
	};
	const struct ov2_ext_add *ext;
	const struct ov2_ext_update *ext_update;
	bool may_sleep;
	void *caller;
	u64 miniport[OV2_REQUEST_MINIPORT_WORDS];
};

enum ov2_status ov2_add_sa_check(const struct ov2_add_sa_ex *add, size_t len,
				 const struct ov2_capabilities *caps);

#endif /* _OV2_REQUESTS_H */
