/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LISTS_H
#define _OV2_LISTS_H

#include "requests.h"

enum ov2_status ov2_object_check(const void *buf, size_t len, u8 type,
				 u8 revision, size_t min);
enum ov2_status ov2_add_list_check(const struct ov2_add_sa *list, size_t len);
enum ov2_status ov2_delete_list_check(const struct ov2_delete_sa *list,
				      size_t len);
enum ov2_status ov2_add_sa_to_ex(const struct ov2_add_sa *entry,
				 const void *end, struct ov2_add_sa_ex **ex,
				 size_t *len);

#endif /* _OV2_LISTS_H */
