/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OV2_NETNS_H
#define OV2_NETNS_H

#include "error.h"

enum status netns_enter(const char *name);

#endif /* OV2_NETNS_H */
