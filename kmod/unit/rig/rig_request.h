/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RIG_REQUEST_H
#define _OV2_RIG_REQUEST_H

#include <linux/completion.h>

#include "rig.h"

struct ov2_rig_sa;

#define OV2_RIG_KEYS_MAX	128

/**
 * struct ov2_rig_request - a request with all of its buffers
 * @req: the request; tests may write wrong values into it
 * @link: place in ov2_rig.requests
 * @completed: how often the request got a final status
 * @done: completed when the request has its final status
 * @status: the final status; valid when @done is completed
 * @cleanup: when the rig ends, deletes the SA that the request added
 * @cleanup_entry: what @cleanup.del points to
 * @ext: what @req.ext points to, if @req is an add
 * @del: what @req.del points to, if @req is a delete
 * @update: what @req.update points to, if @req is an update
 * @parameters: what @req.parameters points to, if @req sets parameters
 * @encapsulation: what @req.encapsulation points to, if @req sets the
 *	encapsulation
 * @capacity: what @req.capacity points to, if @req sets the capacity
 * @add: what @req.add points to, if @req is an add
 * @keys: key area of @add
 */
struct ov2_rig_request {
	struct ov2_request req;
	struct list_head link;
	atomic_t completed;
	struct completion done;
	enum ov2_status status;
	struct ov2_request cleanup;
	struct ov2_delete_sa cleanup_entry;
	struct ov2_ext_add ext;
	struct ov2_delete_sa del;
	struct ov2_update_sa update;
	struct ov2_offload_parameters parameters;
	struct ov2_offload_encapsulation encapsulation;
	struct ov2_ext_capacity capacity;
	struct ov2_add_sa_ex add;
	u8 keys[OV2_RIG_KEYS_MAX];
};

struct ov2_rig_request *ov2_rig_request_new(struct ov2_rig *rig, u32 oid);
struct ov2_rig_request *ov2_rig_delete_new(struct ov2_rig *rig,
					   unsigned long handle);
struct ov2_rig_request *ov2_rig_update_new(struct ov2_rig *rig,
					   unsigned long handle, u32 operation,
					   u32 spi, u32 seq_hi);
void ov2_rig_request_handle(struct ov2_rig_request *rr, unsigned long handle);
enum ov2_status ov2_rig_submit(struct ov2_rig *rig,
			       struct ov2_rig_request *rr);
enum ov2_status ov2_rig_wait(struct ov2_rig *rig, struct ov2_rig_request *rr);
enum ov2_status ov2_rig_request(struct ov2_rig *rig,
				struct ov2_rig_request *rr);
void ov2_rig_add_outbound(struct ov2_rig *rig, struct ov2_rig_sa *sa);
void ov2_rig_add_inbound(struct ov2_rig *rig, struct ov2_rig_sa *sa);
enum ov2_status ov2_rig_delete(struct ov2_rig *rig, unsigned long handle);
enum ov2_status ov2_rig_update(struct ov2_rig *rig, unsigned long handle,
			       u32 operation, u32 spi, u32 seq_hi);
enum ov2_status ov2_rig_parameter(struct ov2_rig *rig, u8 parameter);
enum ov2_status ov2_rig_encapsulation(struct ov2_rig *rig, u32 enabled);
enum ov2_status ov2_rig_capacity(struct ov2_rig *rig, u32 capacity);
void ov2_rig_request_complete(struct ov2_adapter *ad, struct ov2_request *req,
			      enum ov2_status status);
bool ov2_rig_requests_end(struct ov2_rig *rig);
void ov2_rig_requests_free(struct ov2_rig *rig);

#endif /* _OV2_RIG_REQUEST_H */
