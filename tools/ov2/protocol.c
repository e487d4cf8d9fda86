// SPDX-License-Identifier: GPL-2.0
/* The protocols that packets of IPsec carry most often. */
#include <stddef.h>

#include "protocol.h"

/* The name of an IP protocol; NULL if ov2 knows no name for it. */
const char *protocol_name(uint8_t protocol)
{
	static const char *const names[256] = {
		[1] = "ICMP", [2] = "IGMP", [4] = "IPv4", [6] = "TCP",
		[17] = "UDP", [41] = "IPv6", [47] = "GRE", [50] = "ESP",
		[51] = "AH", [58] = "ICMPv6", [59] = "none", [108] = "IPComp",
		[132] = "SCTP",
	};

	return names[protocol];
}
