/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ALGORITHM_H
#define _OV2_ALGORITHM_H

#include <linux/types.h>

bool ov2_kernel_aead_name(u32 encr, u32 auth, bool esn, char *name);
const char *ov2_kernel_auth_name(u32 auth);

#endif /* _OV2_ALGORITHM_H */
