// SPDX-License-Identifier: GPL-2.0
/*
 * A request completes once, even if it names many SAs. The part of a request
 * that is about one SA is called an entry.
 */
#include "batch.h"

/**
 * ov2_batch_of() - return the progress of a request
 * @req: the request, between ov2_batch_begin() and its completion
 *
 * Context: Any context.
 * Return: the batch, which lies in the request.
 */
struct ov2_batch *ov2_batch_of(struct ov2_request *req)
{
	return (struct ov2_batch *)req->miniport;
}

/* One entry that succeeds makes the request a success (INV-11). If all handles
 * of a delete are unknown, ov2_batch_enter() is not called. Then no entry has
 * failed, and the request is a success.
 */
static enum ov2_status batch_status(const struct ov2_batch *batch)
{
	return READ_ONCE(batch->good) ? OV2_STATUS_SUCCESS :
					READ_ONCE(batch->failure);
}

/**
 * ov2_batch_begin() - start to carry out a request
 * @req: the request
 *
 * Context: Any context.
 */
void ov2_batch_begin(struct ov2_request *req)
{
	struct ov2_batch *batch = ov2_batch_of(req);

	atomic_set(&batch->left, 1);
	batch->good = false;
	batch->failure = OV2_STATUS_SUCCESS;
	batch->unkeyed = NULL;
}

/**
 * ov2_batch_enter() - begin to work on one more entry
 * @req: the request, before ov2_batch_end()
 *
 * Context: Any context.
 */
void ov2_batch_enter(struct ov2_request *req)
{
	atomic_inc(&ov2_batch_of(req)->left);
}

/**
 * ov2_batch_done() - end one entry; the end of the last entry completes the
 *	request
 * @ad: the card
 * @req: the request. If ov2_batch_end() was called before, the request may be
 *	gone when this function returns
 * @status: how the entry ended; always SUCCESS for a delete
 *
 * Context: Any context before ov2_batch_end(), process context after it.
 */
void ov2_batch_done(struct ov2_adapter *ad, struct ov2_request *req,
		    enum ov2_status status)
{
	struct ov2_batch *batch = ov2_batch_of(req);

	if (status == OV2_STATUS_SUCCESS)
		WRITE_ONCE(batch->good, true);
	else
		cmpxchg(&batch->failure, OV2_STATUS_SUCCESS, status);
	if (atomic_dec_and_test(&batch->left))
		ad->ops->request_complete(ad, req, batch_status(batch));
}

/**
 * ov2_batch_end() - say that ov2_batch_enter() will not be called again
 * @req: the request. If this returns OV2_STATUS_PENDING, the request may be
 *	gone
 *
 * Context: Any context.
 * Return: the final status if every entry is done already. Otherwise
 * OV2_STATUS_PENDING; then the last ov2_batch_done() completes the request.
 */
enum ov2_status ov2_batch_end(struct ov2_request *req)
{
	struct ov2_batch *batch = ov2_batch_of(req);

	return atomic_dec_and_test(&batch->left) ? batch_status(batch) :
						   OV2_STATUS_PENDING;
}
