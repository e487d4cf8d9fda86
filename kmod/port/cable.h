/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CABLE_H
#define _OV2_CABLE_H

#include "line.h"

extern const struct ov2_line_ops ov2_cable_line;

#endif /* _OV2_CABLE_H */
