/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_SA_LIFE_H
#define _OV2_SA_LIFE_H

#include "../ov2/requests.h"
#include "../ov2/status.h"

struct ov2_adding;
struct ov2_engine;
struct ov2_sa;

enum ov2_status ov2_sa_create(struct ov2_engine *engine,
			      const struct ov2_adding *adding);
void ov2_sa_key_all(struct ov2_sa *sa);
void ov2_sa_added(struct ov2_engine *engine, const struct ov2_adding *adding,
		  enum ov2_sa_mode mode, enum ov2_status status);
void ov2_sa_hold(struct ov2_sa *sa);
void ov2_sa_put(struct ov2_sa *sa);
void ov2_sa_retire(struct ov2_sa *sa);

#endif /* _OV2_SA_LIFE_H */
