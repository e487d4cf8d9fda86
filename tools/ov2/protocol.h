/* SPDX-License-Identifier: GPL-2.0 */
/* Names of IP protocols. */
#ifndef OV2_PROTOCOL_H
#define OV2_PROTOCOL_H

#include <stdint.h>

const char *protocol_name(uint8_t protocol);

#endif /* OV2_PROTOCOL_H */
