/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_CPUS_H
#define _OV2_CPUS_H

#include <linux/types.h>

struct cpumask;
struct ov2_port;

void ov2_cpus_pick(struct cpumask *cpus, const struct cpumask *house,
		   const struct cpumask *allowed, const struct cpumask *online);
unsigned int ov2_cpus_nth(const struct cpumask *cpus,
			  const struct cpumask *online, u32 nth);
unsigned int ov2_cpus_next(const struct cpumask *cpus,
			   const struct cpumask *online, unsigned int gone);
int ov2_cpus_choose(struct ov2_port *port);

#endif /* _OV2_CPUS_H */
