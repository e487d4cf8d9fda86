/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CONFIG_H
#define _OV2_CONFIG_H

#include <linux/types.h>

#include "../ov2/status.h"

struct ov2_engine;
struct ov2_request;
struct ov2_sa;

void ov2_config_init(void);
void ov2_config_start(struct ov2_engine *engine);
enum ov2_status ov2_config_parameters(struct ov2_engine *engine,
				      const struct ov2_request *req);
enum ov2_status ov2_config_encapsulation(struct ov2_engine *engine,
					 const struct ov2_request *req);
enum ov2_status ov2_config_capacity(struct ov2_engine *engine,
				    const struct ov2_request *req);
bool ov2_config_receives(const struct ov2_engine *engine,
			 const struct ov2_sa *sa);
bool ov2_config_sends(const struct ov2_engine *engine);

#endif /* _OV2_CONFIG_H */
