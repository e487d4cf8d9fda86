/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel knows of an interface, whether it is a card or not. */
#ifndef OV2_NETDEV_H
#define OV2_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"
#include "xfrm.h"

/**
 * enum netdev_offload - whether an interface offloads ESP (esp-hw-offload)
 * @NETDEV_UNKNOWN: the kernel does not say
 * @NETDEV_NEVER: the interface cannot offload ESP
 * @NETDEV_OFF: the interface can offload ESP, but the feature is off
 * @NETDEV_ON: the interface offloads ESP
 */
enum netdev_offload {
	NETDEV_UNKNOWN,
	NETDEV_NEVER,
	NETDEV_OFF,
	NETDEV_ON,
};

enum netdev_offload netdev_offload(uint32_t ifindex);
uint32_t netdev_route(uint16_t family, const xfrm_address_t *from,
		      const xfrm_address_t *to);

#endif /* OV2_NETDEV_H */
