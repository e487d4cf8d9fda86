// SPDX-License-Identifier: GPL-2.0
/*
 * Every object is counted, so that the module can prove at its end that it left
 * no object behind. Every object is also traced, so that a test can name the
 * object that was left behind.
 */
#include <linux/bug.h>
#include <linux/cpumask.h>
#include <linux/percpu.h>

#include "objects.h"

#define CREATE_TRACE_POINTS
#include "objects_trace.h"

static const char * const object_names[OV2_OBJECT_MAX] = {
	[OV2_OBJECT_PORT] = "port",
	[OV2_OBJECT_SA] = "sa",
	[OV2_OBJECT_ASSOC] = "assoc",
	[OV2_OBJECT_POLICY] = "policy",
	[OV2_OBJECT_NBL] = "nbl",
};

static DEFINE_PER_CPU(long[OV2_OBJECT_MAX], objects);

/**
 * ov2_object_created() - count and trace a new object
 * @kind: its kind
 * @object: its address, for the trace
 *
 * Context: Any context.
 */
void ov2_object_created(enum ov2_object kind, const void *object)
{
	this_cpu_inc(objects[kind]);
	trace_ov2_object_create(object_names[kind], object);
}

/**
 * ov2_object_freed() - count and trace an object that is freed
 * @kind: its kind
 * @object: its address, for the trace
 *
 * Context: Any context.
 */
void ov2_object_freed(enum ov2_object kind, const void *object)
{
	trace_ov2_object_free(object_names[kind], object);
	this_cpu_dec(objects[kind]);
}

/**
 * ov2_objects_check_none() - warn of every kind that has objects left
 *
 * Context: Process context, at module exit, when nothing creates objects any
 * more.
 */
void ov2_objects_check_none(void)
{
	enum ov2_object kind;

	for (kind = 0; kind < OV2_OBJECT_MAX; kind++) {
		long sum = 0;
		int cpu;

		for_each_possible_cpu(cpu)
			sum += per_cpu(objects, cpu)[kind];
		WARN(sum, "%ld objects left of kind %s\n", sum,
		     object_names[kind]);
	}
}
