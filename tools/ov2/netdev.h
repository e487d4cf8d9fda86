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

/**
 * struct netdev_link - what an interface is, and what it stands on
 * @kind: "vlan", "bridge" and so on; "" for a NIC
 * @lower: the interface of this namespace on which it was made; 0 if there is
 *	no such interface
 * @master: the bridge, bond and so on that it is in; 0 if it is in no other
 *	interface
 * @mtu: bytes of its largest packet; 0 if the kernel does not say
 */
struct netdev_link {
	char kind[32];
	uint32_t lower;
	uint32_t master;
	uint32_t mtu;
};

enum netdev_offload netdev_offload(uint32_t ifindex);
void netdev_link(uint32_t ifindex, struct netdev_link *link);
uint32_t netdev_route(uint16_t family, const xfrm_address_t *from,
		      const xfrm_address_t *to);

#endif /* OV2_NETDEV_H */
