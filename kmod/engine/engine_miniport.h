/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ENGINE_MINIPORT_H
#define _OV2_ENGINE_MINIPORT_H

#include "../ov2/miniport.h"

/* The emulated engine, as a card calls it */
extern const struct ov2_miniport_ops ov2_engine_miniport;

int ov2_engine_init(void);
void ov2_engine_exit(void);

#endif /* _OV2_ENGINE_MINIPORT_H */
