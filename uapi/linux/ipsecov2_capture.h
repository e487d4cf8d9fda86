/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What a monitor shows: the frames, each behind a header that holds the records
 * of the frame.
 *
 * A monitor is a netdev of kind "ipsecov2mon". While the monitor is up, a
 * packet socket on the monitor gets the frames of a card, on both sides of the
 * card's engine.
 */
#ifndef _UAPI_LINUX_IPSECOV2_CAPTURE_H
#define _UAPI_LINUX_IPSECOV2_CAPTURE_H

#include <linux/types.h>

#define OV2_CAPTURE_VERSION	1

/* Bytes of the longest verdict, with the zero that ends the text */
#define OV2_CAPTURE_VERDICT	32

/**
 * enum ov2_capture_point - where a frame was seen
 * @OV2_CAPTURE_TX_CLEAR: sent, before the engine
 * @OV2_CAPTURE_TX_WIRE: sent, after the engine
 * @OV2_CAPTURE_RX_WIRE: received, before the engine
 * @OV2_CAPTURE_RX_CLEAR: received, after the engine
 * @OV2_CAPTURE_TX_DROP: to be sent, but dropped before the engine
 * @OV2_CAPTURE_RX_DROP: received, but dropped after the engine, or dropped
 *	without going through the engine. ESP may have been taken off the frame
 *	already
 */
enum ov2_capture_point {
	OV2_CAPTURE_TX_CLEAR,
	OV2_CAPTURE_TX_WIRE,
	OV2_CAPTURE_RX_WIRE,
	OV2_CAPTURE_RX_CLEAR,
	OV2_CAPTURE_TX_DROP,
	OV2_CAPTURE_RX_DROP,
};

/* struct ov2_capture_header.flags: the frame is cut behind its outermost ESP
 * header, because what follows may be in clear. A frame that is dropped and has
 * no ESP header is cut behind its IP header
 */
#define OV2_CAPTURE_F_CUT	0x01

/**
 * struct ov2_capture_header - stands before each frame
 * @version: OV2_CAPTURE_VERSION. A later version may append members, but never
 *	changes the present members
 * @length: bytes of this header; the frame comes behind it and begins with its
 *	Ethernet header
 * @point: enum ov2_capture_point
 * @flags: OV2_CAPTURE_F_*
 * @ifindex: the card
 * @time: nanoseconds since 1970, as CLOCK_REALTIME has it
 * @handle: the SA, 0 if no SA is known. At OV2_CAPTURE_RX_WIRE the engine has
 *	not looked for the SA yet
 * @seq: the sequence number of the outermost IPsec header, or 0 if it is not
 *	known. The high half is 0 if only the low half is known, as at
 *	OV2_CAPTURE_RX_WIRE
 * @spi: the SPI of the outermost IPsec header, or 0 if the frame has no such
 *	header. At OV2_CAPTURE_TX_DROP, the SPI of the state that the stack has
 *	chosen
 * @frame: bytes of the whole frame, even if the frame is cut
 * @queue: the queue of the card
 * @reserved: 0
 * @info: the slots 0, 1, 2, 11 and 12, as uapi/linux/ipsecov2.h describes their
 *	words; 0 at OV2_CAPTURE_RX_WIRE and OV2_CAPTURE_TX_DROP
 * @verdict: what became of the frame; a zero ends the text. A frame to be sent:
 *	"sent", or the counter of the drop (as `ethtool -S` names it). A
 *	received frame: the CryptoStatus in words, or "untouched" if the engine
 *	has not checked the frame; if the frame is dropped, the counter of the
 *	drop. Empty at OV2_CAPTURE_TX_CLEAR and OV2_CAPTURE_RX_WIRE
 *
 * All numbers are in network byte order, so that a capture can be read on
 * another machine.
 */
struct ov2_capture_header {
	__u8 version;
	__u8 length;
	__u8 point;
	__u8 flags;
	__be32 ifindex;
	__be64 time;
	__be64 handle;
	__be64 seq;
	__be32 spi;
	__be32 frame;
	__be16 queue;
	__u8 reserved[6];
	__be64 info[5];
	char verdict[OV2_CAPTURE_VERDICT];
};

/**
 * enum ov2_monitor_attribute - IFLA_INFO_DATA of kind "ipsecov2mon"
 * @IFLA_OV2_MONITOR_UNSPEC: not used
 * @IFLA_OV2_MONITOR_CLEAR: a flag: frames that are in clear are shown as a
 *	whole. Without the flag such frames are cut behind their ESP header
 */
enum ov2_monitor_attribute {
	IFLA_OV2_MONITOR_UNSPEC,
	IFLA_OV2_MONITOR_CLEAR,
	__IFLA_OV2_MONITOR_MAX,
};

#define IFLA_OV2_MONITOR_MAX	(__IFLA_OV2_MONITOR_MAX - 1)

#endif /* _UAPI_LINUX_IPSECOV2_CAPTURE_H */
