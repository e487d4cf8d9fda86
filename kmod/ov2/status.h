/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_STATUS_H
#define _OV2_STATUS_H

/**
 * enum ov2_status - NDIS_STATUS values used by requests and sends
 * @OV2_STATUS_SUCCESS: done
 * @OV2_STATUS_PENDING: the completion comes later, through ov2_adapter_ops
 * @OV2_STATUS_NOT_ACCEPTED: the engine is being reset or is halted. For a send
 *	there is a third reason: the engine is paused
 * @OV2_STATUS_FAILURE: a send failed, and ov2_nbl.reason says why; or a request
 *	failed for a reason without a status of its own
 * @OV2_STATUS_INVALID_PARAMETER: UPDATE_SA: there is no such SA or member, or
 *	the member has no ESN
 * @OV2_STATUS_RESOURCES: the SA table is full, or memory is short, or a new
 *	capacity is less than the number of SAs
 * @OV2_STATUS_NOT_SUPPORTED: the request is known, but needs a feature that the
 *	engine lacks
 * @OV2_STATUS_REQUEST_ABORTED: a send was in the engine when a reset came
 * @OV2_STATUS_INVALID_LENGTH: the buffer's length is wrong for the request
 * @OV2_STATUS_INVALID_DATA: a field is out of bounds
 * @OV2_STATUS_INVALID_OID: there is no such request
 *
 * The numbers are from NDIS (ntddndis.h).
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
