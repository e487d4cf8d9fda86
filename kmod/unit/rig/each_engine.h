/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_EACH_ENGINE_H
#define _OV2_EACH_ENGINE_H

#include <kunit/test.h>

#include "rig.h"
#include "rig_add.h"

#define OV2_NUM_ENGINES	3

/**
 * struct ov2_engine_param - an engine to test
 * @name: its name
 * @miniport: its operations
 * @encrypts: true if it encrypts frames
 * @late: its cipher completes most requests later, in any order: see
 *	late_cipher.c
 */
struct ov2_engine_param {
	const char *name;
	const struct ov2_miniport_ops *miniport;
	bool encrypts;
	bool late;
};

extern const struct ov2_engine_param ov2_engines[OV2_NUM_ENGINES];

void ov2_engine_param_name(const struct ov2_engine_param *param, char *desc);
int ov2_param_init(struct kunit *test);
struct ov2_rig *ov2_param_rig(struct kunit *test);
void ov2_param_needs_encryption(struct kunit *test);
u32 ov2_rig_add_status(struct ov2_rig *rig, const struct ov2_rig_sa *sa);
u32 ov2_rig_send_status(struct ov2_rig *rig, struct ov2_nbl *nbl);
u32 ov2_rig_send_on(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
		    unsigned long handle);

#endif /* _OV2_EACH_ENGINE_H */
