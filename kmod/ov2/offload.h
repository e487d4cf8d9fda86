/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_OFFLOAD_H
#define _OV2_OFFLOAD_H

#include <linux/types.h>

#include "capabilities.h"
#include "header.h"

#define OV2_OBJECT_TYPE_OFFLOAD			0xa7
#define OV2_OBJECT_TYPE_OFFLOAD_ENCAPSULATION	0xa8
/* The first revisions that have the fields of IPsecOV2 */
#define OV2_OFFLOAD_REVISION_2			2
#define OV2_OFFLOAD_PARAMETERS_REVISION_2	2

/* Status indication (NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG) */
#define OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG	0x40020006U

/* Flags of struct ov2_offload: IPsec and these offloads work together. */
#define OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE	0x2U
#define OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE	0x4U

/* Extensions that an engine knows: struct ov2_ext_lso */
#define OV2_OFFLOAD_EXT_LARGE_SEND		0x1U

/* How many segments a large send may have. This is enough for 64 KiB in
 * segments of 64 bytes. The segments of TCP are larger (RFC 9293: 536 bytes),
 * unless somebody sets a tiny MSS.
 */
#define OV2_LSO_SEGMENTS_MAX			1024

/**
 * struct ov2_offload - the part of NDIS_OFFLOAD that concerns IPsecOV2
 * @header: OV2_OBJECT_TYPE_OFFLOAD, revision 2, size of this structure
 * @flags: OV2_OFFLOAD_*_COEXISTENCE
 * @extensions: OV2_OFFLOAD_EXT_*
 * @ipsec_v2: IPsec
 *
 * A card has two of these structures: one for what the engine can do, and one
 * for what is on now. In the first one only the capacity changes. The members
 * for other offloads are left out, so the layout differs from NDIS.
 */
struct ov2_offload {
	struct ov2_object_header header;
	u32 flags;
	u32 extensions;
	struct ov2_capabilities ipsec_v2;
};

/**
 * enum ov2_ipsec_parameter - NDIS_OFFLOAD_PARAMETERS.IPsecV2
 * @OV2_PARAMETER_NO_CHANGE: leave the setting as it is
 * @OV2_PARAMETER_DISABLED: refuse new SAs, and leave received frames untouched.
 *	SAs stay, and sends that name an SA are still protected
 *	(ipsecov2.rst 3.5)
 * @OV2_PARAMETER_AH_ENABLED: AH only
 * @OV2_PARAMETER_ESP_ENABLED: ESP only
 * @OV2_PARAMETER_AH_AND_ESP_ENABLED: both
 * @OV2_PARAMETER_MAX: number of values
 *
 * In the registry of Windows, the keyword \*IPsecOffloadV2 has this number
 * minus one.
 */
enum ov2_ipsec_parameter {
	OV2_PARAMETER_NO_CHANGE = 0,
	OV2_PARAMETER_DISABLED = 1,
	OV2_PARAMETER_AH_ENABLED = 2,
	OV2_PARAMETER_ESP_ENABLED = 3,
	OV2_PARAMETER_AH_AND_ESP_ENABLED = 4,
	OV2_PARAMETER_MAX,
};

/**
 * struct ov2_offload_parameters - the part of NDIS_OFFLOAD_PARAMETERS that
 *	concerns IPsecOV2
 * @header: OV2_OBJECT_TYPE_DEFAULT, revision 2, size of this structure
 * @ipsec_v2: enum ov2_ipsec_parameter, for IPv4 and IPv6
 * @ipsec_v2_ipv4: as @ipsec_v2, for engines that do IPv4 only; an engine that
 *	does IPv6 does not read this member
 */
struct ov2_offload_parameters {
	struct ov2_object_header header;
	u8 ipsec_v2;
	u8 ipsec_v2_ipv4;
};

/**
 * enum ov2_encapsulation_set - NDIS_OFFLOAD_SET_*
 * @OV2_ENCAPSULATION_NO_CHANGE: leave the setting as it is
 * @OV2_ENCAPSULATION_ON: the engine may now decrypt received frames
 * @OV2_ENCAPSULATION_OFF: all offloads stop
 */
enum ov2_encapsulation_set {
	OV2_ENCAPSULATION_NO_CHANGE = 0,
	OV2_ENCAPSULATION_ON = 1,
	OV2_ENCAPSULATION_OFF = 2,
};

/**
 * struct ov2_offload_encapsulation - the part of NDIS_OFFLOAD_ENCAPSULATION
 *	that concerns IPsecOV2
 * @header: OV2_OBJECT_TYPE_OFFLOAD_ENCAPSULATION, revision 1, size of this
 *	structure
 * @enabled: enum ov2_encapsulation_set, for IPv4 and IPv6
 * @type: how frames are encapsulated: OV2_ENCAPSULATION_IEEE_802_3. The engine
 *	looks at @type only if @enabled is OV2_ENCAPSULATION_ON
 */
struct ov2_offload_encapsulation {
	struct ov2_object_header header;
	u32 enabled;
	u32 type;
};

/* The largest sa_capacity that can be set */
#define OV2_SA_CAPACITY_MAX			1000000

/**
 * struct ov2_ext_capacity - extension: how many SA bundles the engine takes
 * @header: OV2_OBJECT_TYPE_DEFAULT, revision 1, size of this structure
 * @sa_capacity: the new ov2_capabilities.sa_capacity, 1 to OV2_SA_CAPACITY_MAX
 *
 * In NDIS the capacity of an adapter is fixed. The request ends with
 * OV2_STATUS_RESOURCES, and changes nothing, if the engine has more bundles
 * than @sa_capacity.
 */
struct ov2_ext_capacity {
	struct ov2_object_header header;
	u32 sa_capacity;
};

#endif /* _OV2_OFFLOAD_H */
