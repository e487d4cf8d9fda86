/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PROBE_H
#define _OV2_PROBE_H

#include <linux/types.h>

struct ov2_algorithm;
struct ov2_capabilities;

bool ov2_kernel_aead_name(const struct ov2_algorithm *encr,
			  const struct ov2_algorithm *auth, bool esn,
			  char *name);
void ov2_transform_probe(struct ov2_capabilities *caps);

#endif /* _OV2_PROBE_H */
