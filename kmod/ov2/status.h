/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_STATUS_H
#define _OV2_STATUS_H

/**
 * enum ov2_status - NDIS_STATUS values used by requests and sends
 * @OV2_STATUS_SUCCESS: done
 * @OV2_STATUS_PENDING: the completion comes later, through ov2_adapter_ops
 * @OV2_STATUS_NOT_ACCEPTED: resetting or being removed
 * @OV2_STATUS_FAILURE: generic; a send with an unknown handle
 * @OV2_STATUS_INVALID_PARAMETER: UPDATE_SA: no such SA, or it has no ESN
 * @OV2_STATUS_RESOURCES: SA table full, or no memory
 * @OV2_STATUS_NOT_SUPPORTED: the request is known, the feature is absent
 * @OV2_STATUS_REQUEST_ABORTED: a reset came in between
 * @OV2_STATUS_INVALID_LENGTH: the buffer's length is wrong for the request
 * @OV2_STATUS_INVALID_DATA: a field is out of bounds
 * @OV2_STATUS_INVALID_OID: no such request
 *
 * Numbers are those of NDIS (ntddndis.h).
 */
enum ov2_status {
	OV2_STATUS_SUCCESS		= 0x00000000,
	OV2_STATUS_PENDING		= 0x00000103,
	OV2_STATUS_NOT_ACCEPTED		= 0x00010003,
	OV2_STATUS_FAILURE		= 0xc0000001,
	OV2_STATUS_INVALID_PARAMETER	= 0xc000000d,
	OV2_STATUS_RESOURCES		= 0xc000009a,
	OV2_STATUS_NOT_SUPPORTED	= 0xc00000bb,
	OV2_STATUS_REQUEST_ABORTED	= 0xc001000c,
	OV2_STATUS_INVALID_LENGTH	= 0xc0010014,
	OV2_STATUS_INVALID_DATA		= 0xc0010015,
	OV2_STATUS_INVALID_OID		= 0xc0010017,
};

#endif /* _OV2_STATUS_H */
