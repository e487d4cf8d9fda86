// SPDX-License-Identifier: GPL-2.0
/* The rig's requests: made, handed to the engine, and waited for. */
#include <linux/slab.h>

#include "rig.h"
#include "rig_add.h"
#include "rig_request.h"

/**
 * ov2_rig_request_new() - an empty request
 * @rig: the rig that will submit the request
 * @oid: OV2_OID_*
 *
 * Asserts that there is memory.
 *
 * Context: Process context.
 * Return: the request; freed with the rig.
 */
struct ov2_rig_request *ov2_rig_request_new(struct ov2_rig *rig, u32 oid)
{
	struct ov2_rig_request *rr = kzalloc(sizeof(*rr), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(rig->test, rr);
	init_completion(&rr->done);
	rr->req.oid = oid;
	rr->req.caller = rr;
	spin_lock_bh(&rig->lock);
	list_add_tail(&rr->link, &rig->requests);
	spin_unlock_bh(&rig->lock);
	return rr;
}

static void rig_set_header(struct ov2_object_header *header, u8 type,
			   u8 revision, u16 size)
{
	header->type = type;
	header->revision = revision;
	header->size = size;
}

static void rig_set_delete(struct ov2_request *req,
			   struct ov2_delete_sa *entry, unsigned long handle)
{
	rig_set_header(&entry->header, OV2_OBJECT_TYPE_DEFAULT,
		       OV2_REVISION_1, sizeof(*entry));
	entry->handle = handle;
	req->del = entry;
	req->len = sizeof(*entry);
}

/**
 * ov2_rig_request_complete() - ov2_adapter_ops.request_complete of a rig
 * @ad: the card of the rig
 * @req: the request that pended
 * @status: its final status
 *
 * Context: Process context.
 */
void ov2_rig_request_complete(struct ov2_adapter *ad, struct ov2_request *req,
			      enum ov2_status status)
{
	struct ov2_rig *rig = container_of(ad, struct ov2_rig, ad);
	struct ov2_rig_request *rr = req->caller;

	if (req == &rr->req) {
		if (atomic_inc_return(&rr->completed) > 1) {
			atomic_inc(&rig->twice);
			return;
		}
		rr->status = status;
		complete(&rr->done);
	}
	ov2_rig_came_back(rig, &rig->requests_out);
}

/**
 * ov2_rig_request_handle() - change the handle in a delete or an update
 * @rr: the request, which the engine must not have at this time
 * @handle: any value
 */
void ov2_rig_request_handle(struct ov2_rig_request *rr, unsigned long handle)
{
	if (rr->req.oid == OV2_OID_DELETE_SA)
		rr->del.handle = handle;
	else
		rr->update.handle = handle;
}

/**
 * ov2_rig_submit() - ov2_miniport_ops.request
 * @rig: the rig
 * @rr: the request; may be used again after ov2_rig_wait()
 *
 * Context: Any context except hard interrupts.
 * Return: what the engine returned, maybe OV2_STATUS_PENDING.
 */
enum ov2_status ov2_rig_submit(struct ov2_rig *rig,
			       struct ov2_rig_request *rr)
{
	enum ov2_status status;

	reinit_completion(&rr->done);
	atomic_set(&rr->completed, 0);
	atomic_inc(&rig->requests_out);
	status = rig->ad.miniport->request(&rig->ad, &rr->req);
	if (status == OV2_STATUS_PENDING)
		return status;

	/* The status is final, so the engine must not call request_complete().
	 */
	if (atomic_inc_return(&rr->completed) > 1) {
		atomic_inc(&rig->twice);
		return status;
	}
	rr->status = status;
	complete(&rr->done);
	ov2_rig_came_back(rig, &rig->requests_out);
	return status;
}

/**
 * ov2_rig_wait() - sleep until a request is complete
 * @rig: the rig
 * @rr: the request, submitted
 *
 * Asserts that the request completes in time.
 *
 * Context: Process context.
 * Return: its final status.
 */
enum ov2_status ov2_rig_wait(struct ov2_rig *rig, struct ov2_rig_request *rr)
{
	KUNIT_ASSERT_NE_MSG(rig->test, 0,
			    wait_for_completion_timeout(&rr->done, 60 * HZ),
			    "request 0x%08x does not complete", rr->req.oid);
	return rr->status;
}

/**
 * ov2_rig_request() - submit a request and wait for its end
 * @rig: the rig
 * @rr: the request
 *
 * Context: Process context.
 * Return: its final status.
 */
enum ov2_status ov2_rig_request(struct ov2_rig *rig,
				struct ov2_rig_request *rr)
{
	ov2_rig_submit(rig, rr);
	return ov2_rig_wait(rig, rr);
}

static unsigned long rig_add(struct ov2_rig *rig, const struct ov2_rig_sa *sa,
			     bool inbound)
{
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, sa, inbound);

	KUNIT_ASSERT_EQ(rig->test, (u32)ov2_rig_request(rig, rr),
			(u32)OV2_STATUS_SUCCESS);
	KUNIT_ASSERT_NE(rig->test, rr->add.handle, 0);
	return rr->add.handle;
}

/**
 * ov2_rig_add_outbound() - add an SA at its sender
 * @rig: the sender
 * @sa: the SA; ov2_rig_sa.out is filled in with its handle
 *
 * Asserts success.
 *
 * Context: Process context.
 */
void ov2_rig_add_outbound(struct ov2_rig *rig, struct ov2_rig_sa *sa)
{
	sa->out = rig_add(rig, sa, false);
}

/**
 * ov2_rig_add_inbound() - add an SA at its receiver
 * @rig: the receiver
 * @sa: the SA; ov2_rig_sa.in is filled in with its handle
 *
 * Asserts success.
 *
 * Context: Process context.
 */
void ov2_rig_add_inbound(struct ov2_rig *rig, struct ov2_rig_sa *sa)
{
	sa->in = rig_add(rig, sa, true);
}

/**
 * ov2_rig_delete_new() - a request that deletes an SA
 * @rig: the rig that will submit the request
 * @handle: any value
 *
 * Context: Process context.
 * Return: the request; freed with the rig.
 */
struct ov2_rig_request *ov2_rig_delete_new(struct ov2_rig *rig,
					   unsigned long handle)
{
	struct ov2_rig_request *rr;

	rr = ov2_rig_request_new(rig, OV2_OID_DELETE_SA);
	rig_set_delete(&rr->req, &rr->del, handle);
	return rr;
}

/**
 * ov2_rig_delete() - delete an SA
 * @rig: the rig
 * @handle: any value
 *
 * Context: Process context, waits.
 * Return: the final status.
 */
enum ov2_status ov2_rig_delete(struct ov2_rig *rig, unsigned long handle)
{
	return ov2_rig_request(rig, ov2_rig_delete_new(rig, handle));
}

/**
 * ov2_rig_update_new() - a request that sets the high half of a sequence number
 * @rig: the rig that will submit the request
 * @handle: any value
 * @operation: OV2_OPERATION_* of the bundle's member
 * @spi: the SPI of this member, host order
 * @seq_hi: the high half
 *
 * Context: Process context.
 * Return: the request; freed with the rig.
 */
struct ov2_rig_request *ov2_rig_update_new(struct ov2_rig *rig,
					   unsigned long handle, u32 operation,
					   u32 spi, u32 seq_hi)
{
	struct ov2_rig_request *rr;

	rr = ov2_rig_request_new(rig, OV2_OID_UPDATE_SA);
	rig_set_header(&rr->update.header, OV2_OBJECT_TYPE_DEFAULT,
		       OV2_REVISION_1, sizeof(rr->update));
	rr->update.handle = handle;
	rr->update.operation = operation;
	rr->update.spi = cpu_to_be32(spi);
	rr->update.seq_hi = seq_hi;
	rr->req.update = &rr->update;
	rr->req.len = sizeof(rr->update);
	return rr;
}

/**
 * ov2_rig_update() - set the high half of a sequence number
 * @rig: the rig
 * @handle: any value
 * @operation: OV2_OPERATION_* of the bundle's member
 * @spi: the SPI of this member, host order
 * @seq_hi: the high half
 *
 * Context: Process context, waits.
 * Return: the final status.
 */
enum ov2_status ov2_rig_update(struct ov2_rig *rig, unsigned long handle,
			       u32 operation, u32 spi, u32 seq_hi)
{
	return ov2_rig_request(rig, ov2_rig_update_new(rig, handle, operation,
						       spi, seq_hi));
}

/**
 * ov2_rig_parameter() - OID_TCP_OFFLOAD_PARAMETERS
 * @rig: the rig
 * @parameter: enum ov2_ipsec_parameter, or any value
 *
 * Context: Process context, waits.
 * Return: the final status.
 */
enum ov2_status ov2_rig_parameter(struct ov2_rig *rig, u8 parameter)
{
	struct ov2_rig_request *rr;

	rr = ov2_rig_request_new(rig, OV2_OID_OFFLOAD_PARAMETERS);
	rig_set_header(&rr->parameters.header, OV2_OBJECT_TYPE_DEFAULT,
		       OV2_OFFLOAD_PARAMETERS_REVISION_2,
		       sizeof(rr->parameters));
	rr->parameters.ipsec_v2 = parameter;
	rr->req.parameters = &rr->parameters;
	rr->req.len = sizeof(rr->parameters);
	return ov2_rig_request(rig, rr);
}

/**
 * ov2_rig_encapsulation() - OID_OFFLOAD_ENCAPSULATION
 * @rig: the rig
 * @enabled: enum ov2_encapsulation_set, or any value
 *
 * Context: Process context, waits.
 * Return: the final status.
 */
enum ov2_status ov2_rig_encapsulation(struct ov2_rig *rig, u32 enabled)
{
	struct ov2_rig_request *rr;

	rr = ov2_rig_request_new(rig, OV2_OID_OFFLOAD_ENCAPSULATION);
	rig_set_header(&rr->encapsulation.header,
		       OV2_OBJECT_TYPE_OFFLOAD_ENCAPSULATION, OV2_REVISION_1,
		       sizeof(rr->encapsulation));
	rr->encapsulation.enabled = enabled;
	rr->encapsulation.type = OV2_ENCAPSULATION_IEEE_802_3;
	rr->req.encapsulation = &rr->encapsulation;
	rr->req.len = sizeof(rr->encapsulation);
	return ov2_rig_request(rig, rr);
}

/**
 * ov2_rig_capacity() - OV2_OID_EXT_SA_CAPACITY
 * @rig: the rig
 * @capacity: ov2_ext_capacity.sa_capacity, or any value
 *
 * Context: Process context, waits.
 * Return: the final status.
 */
enum ov2_status ov2_rig_capacity(struct ov2_rig *rig, u32 capacity)
{
	struct ov2_rig_request *rr;

	rr = ov2_rig_request_new(rig, OV2_OID_EXT_SA_CAPACITY);
	rig_set_header(&rr->capacity.header, OV2_OBJECT_TYPE_DEFAULT,
		       OV2_REVISION_1, sizeof(rr->capacity));
	rr->capacity.sa_capacity = capacity;
	rr->req.capacity = &rr->capacity;
	rr->req.len = sizeof(rr->capacity);
	return ov2_rig_request(rig, rr);
}

/* Delete the SA that an add made. If the test has already deleted the SA, the
 * engine answers SUCCESS all the same (ipsecov2.rst Q14).
 */
static void rig_request_undo(struct ov2_rig *rig, struct ov2_rig_request *rr)
{
	rr->cleanup.oid = OV2_OID_DELETE_SA;
	rig_set_delete(&rr->cleanup, &rr->cleanup_entry, rr->add.handle);
	rr->cleanup.caller = rr;
	atomic_inc(&rig->requests_out);
	if (rig->ad.miniport->request(&rig->ad, &rr->cleanup) !=
	    OV2_STATUS_PENDING)
		ov2_rig_came_back(rig, &rig->requests_out);
}

/**
 * ov2_rig_requests_end() - wait for every request, and delete every SA
 * @rig: the rig, which makes no more requests
 *
 * Context: Process context.
 * Return: false if a request was lost.
 */
bool ov2_rig_requests_end(struct ov2_rig *rig)
{
	struct ov2_rig_request *rr;

	if (!ov2_rig_wait_none(rig, &rig->requests_out))
		return false;
	list_for_each_entry(rr, &rig->requests, link)
		if (rr->add.handle)
			rig_request_undo(rig, rr);
	return ov2_rig_wait_none(rig, &rig->requests_out);
}

/**
 * ov2_rig_requests_free() - free every request
 * @rig: the rig; its engine is halted
 *
 * Context: Process context.
 */
void ov2_rig_requests_free(struct ov2_rig *rig)
{
	struct ov2_rig_request *rr, *next;

	list_for_each_entry_safe(rr, next, &rig->requests, link)
		kfree(rr);
}
