/* SPDX-License-Identifier: GPL-2.0 */
/* What the kernel knows of an interface, besides its being a card or not. */
#ifndef OV2_NETDEV_H
#define OV2_NETDEV_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"
#include "xfrm.h"

/**
 * enum netdev_offload - whether an interface offloads ESP (esp-hw-offload)
 * @NETDEV_UNKNOWN: the kernel does not say
 * @NETDEV_NEVER: it cannot
 * @NETDEV_OFF: it can, and it is switched off
 * @NETDEV_ON: it does
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
