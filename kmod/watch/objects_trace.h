/* SPDX-License-Identifier: GPL-2.0 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM ipsecov2

#if !defined(_OV2_OBJECTS_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define _OV2_OBJECTS_TRACE_H

#include <linux/tracepoint.h>

/*
 * The events of objects.c. These events have a header of their own, because
 * trace.h includes the headers of NBLs and requests. objects.c must not depend
 * on NBLs, because NBLs are objects themselves.
 */

/*
 * kind: port, sa, assoc, policy or nbl
 * object: a name that no other object has while this object lives
 */
DECLARE_EVENT_CLASS(ov2_object,

	TP_PROTO(const char *kind, const void *object),

	TP_ARGS(kind, object),

	TP_STRUCT__entry(
		__string(kind, kind)
		__field(const void *, object)
	),

	TP_fast_assign(
		__assign_str(kind);
		__entry->object = object;
	),

	TP_printk("kind=%s object=%p", __get_str(kind), __entry->object)
);

/*
 * An object was made
 */
DEFINE_EVENT(ov2_object, ov2_object_create,
	TP_PROTO(const char *kind, const void *object),
	TP_ARGS(kind, object)
);

/*
 * An object was freed; every object that was made is freed once
 */
DEFINE_EVENT(ov2_object, ov2_object_free,
	TP_PROTO(const char *kind, const void *object),
	TP_ARGS(kind, object)
);

#endif /* _OV2_OBJECTS_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH watch
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE objects_trace
#include <trace/define_trace.h>
