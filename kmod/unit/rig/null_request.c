// SPDX-License-Identifier: GPL-2.0
/* The null engine's requests, and its SAs, which are little more than handles.
 */
#include <linux/rcupdate.h>
#include <linux/slab.h>

#include "null_engine.h"
#include "null_request.h"
#include "../../ov2/handle.h"
#include "../../ov2/lists.h"

/**
 * struct null_sa - an SA of the null engine
 * @hdl: its handle
 * @engine: its engine
 * @inbound: direction
 * @esn: one bit for each member, set if the member has ESN
 * @members: number of members
 * @member: operation and SPI of each member
 * @info: what ov2_miniport_ops.query tells about it
 * @dead: a delete sets bit 0
 * @free: frees the SA, after a grace period
 * @del: the delete, which pends until @free has run
 */
struct null_sa {
	struct ov2_handle hdl;
	struct ov2_null_engine *engine;
	bool inbound;
	unsigned long esn;
	u32 members;
	struct {
		u32 operation;
		__be32 spi;
	} member[OV2_MAX_EXT_HEADERS];
	struct ov2_sa_info info;
	unsigned long dead;
	struct rcu_work free;
	struct ov2_request *del;
};

/* What the null engine can do, and its configuration while it is on */
const struct ov2_offload ov2_null_hardware = {
	.header = {
		.type = OV2_OBJECT_TYPE_OFFLOAD,
		.revision = OV2_OFFLOAD_REVISION_2,
		.size = sizeof(struct ov2_offload),
	},
	.ipsec_v2 = {
		.encapsulation = OV2_ENCAPSULATION_IEEE_802_3,
		.ipv6 = true,
		.esp = true,
		.transport = true,
		.tunnel = true,
		.esn = true,
		.encr = OV2_ENCR_AES_GCM_128,
		.sa_capacity = OV2_NULL_CAPACITY,
	},
};

static const struct ov2_offload null_disabled = {
	.header = {
		.type = OV2_OBJECT_TYPE_OFFLOAD,
		.revision = OV2_OFFLOAD_REVISION_2,
		.size = sizeof(struct ov2_offload),
	},
};

/* Under rcu_read_lock() */
static struct null_sa *null_find(struct ov2_adapter *ad, unsigned long handle)
{
	struct ov2_handle *hdl = ov2_handle_find(&ad->handles, handle);

	return hdl ? container_of(hdl, struct null_sa, hdl) : NULL;
}

/**
 * ov2_null_may_send() - does a handle name an outbound SA?
 * @ad: a card with a null engine
 * @handle: any value
 *
 * Context: Any context.
 * Return: true if it does.
 */
bool ov2_null_may_send(struct ov2_adapter *ad, unsigned long handle)
{
	struct null_sa *sa;
	bool may;

	rcu_read_lock();
	sa = null_find(ad, handle);
	may = sa && !sa->inbound;
	rcu_read_unlock();
	return may;
}

/**
 * ov2_null_query() - ov2_miniport_ops.query of the null engine
 * @ad: a card with a null engine
 * @handle: any value
 * @info: filled in with what ov2_null_tell() has set for the SA, or with zeroes
 *	if ov2_null_tell() has set nothing
 *
 * Context: Under rcu_read_lock(), any context.
 * Return: true if @handle names an SA.
 */
bool ov2_null_query(struct ov2_adapter *ad, unsigned long handle,
		    struct ov2_sa_info *info)
{
	const struct null_sa *sa = null_find(ad, handle);

	if (sa)
		*info = sa->info;
	return sa;
}

/**
 * ov2_null_tell() - set what the null engine tells about an SA
 * @ad: a card with a null engine
 * @handle: the SA
 * @info: what the engine tells from now on
 *
 * Context: Any context.
 */
void ov2_null_tell(struct ov2_adapter *ad, unsigned long handle,
		   const struct ov2_sa_info *info)
{
	struct null_sa *sa;

	rcu_read_lock();
	sa = null_find(ad, handle);
	if (sa)
		sa->info = *info;
	rcu_read_unlock();
}

static void null_remember(struct ov2_null_engine *engine, u32 oid,
			  unsigned long handle, enum ov2_status status)
{
	struct ov2_null_asked *asked;

	spin_lock_bh(&engine->lock);
	asked = &engine->asked[engine->num_asked++ % OV2_NULL_ASKED];
	asked->oid = oid;
	asked->handle = handle;
	asked->status = status;
	spin_unlock_bh(&engine->lock);
}

/* How many SAs of a delete are not freed yet, plus one while null_delete()
 * runs
 */
static atomic_t *null_left(struct ov2_request *req)
{
	return (atomic_t *)req->miniport;
}

static void null_delete_done(struct ov2_adapter *ad, struct ov2_request *req)
{
	if (atomic_dec_and_test(null_left(req)))
		ad->ops->request_complete(ad, req, OV2_STATUS_SUCCESS);
}

static void null_free(struct work_struct *work)
{
	struct null_sa *sa = container_of(to_rcu_work(work), struct null_sa,
					  free);
	struct ov2_adapter *ad = sa->engine->ad;

	null_delete_done(ad, sa->del);
	kfree(sa);
}

static struct null_sa *null_sa_new(struct ov2_null_engine *engine,
				   const struct ov2_add_sa_ex *add)
{
	struct null_sa *sa = kzalloc(sizeof(*sa), GFP_ATOMIC);
	u32 i;

	if (!sa)
		return NULL;

	sa->engine = engine;
	sa->inbound = add->flags & OV2_SA_INBOUND;
	sa->members = add->num_ext_hdrs;
	for (i = 0; i < sa->members; i++) {
		sa->member[i].operation = add->sec_assoc[i].operation;
		sa->member[i].spi = add->sec_assoc[i].spi;
		if (add->sec_assoc[i].flags & OV2_SEC_ASSOC_ESN)
			__set_bit(i, &sa->esn);
	}
	INIT_RCU_WORK(&sa->free, null_free);
	return sa;
}

static enum ov2_status null_add(struct ov2_null_engine *engine,
				struct ov2_request *req)
{
	enum ov2_status status;
	struct null_sa *sa;

	if (req->len >= sizeof(*req->add))
		req->add->handle = 0;
	status = ov2_add_sa_check(req->add, req->len,
				  &READ_ONCE(engine->ad->config)->ipsec_v2);
	if (status != OV2_STATUS_SUCCESS)
		return status;
	if (!atomic_add_unless(&engine->bundles, 1, OV2_NULL_CAPACITY))
		return OV2_STATUS_RESOURCES;

	sa = null_sa_new(engine, req->add);
	if (!sa)
		goto err_bundle;
	if (ov2_handle_alloc(&sa->hdl, &engine->ad->handles,
			     req->ext ? req->ext->transport : NULL))
		goto err_sa;
	req->add->handle = sa->hdl.value;
	return OV2_STATUS_SUCCESS;

err_sa:
	kfree(sa);
err_bundle:
	atomic_dec(&engine->bundles);
	return OV2_STATUS_RESOURCES;
}

static void null_delete_one(struct ov2_null_engine *engine,
			    struct ov2_request *req, unsigned long handle)
{
	struct null_sa *sa;

	rcu_read_lock();
	sa = null_find(engine->ad, handle);
	if (sa && !test_and_set_bit(0, &sa->dead)) {
		atomic_inc(null_left(req));
		sa->del = req;
		ov2_handle_free(&sa->hdl);
		atomic_dec(&engine->bundles);
		queue_rcu_work(engine->wq, &sa->free);
	}
	rcu_read_unlock();
}

static enum ov2_status null_delete(struct ov2_null_engine *engine,
				   struct ov2_request *req)
{
	const struct ov2_delete_sa *entry;
	enum ov2_status status;

	status = ov2_delete_list_check(req->del, req->len);
	if (status != OV2_STATUS_SUCCESS)
		return status;

	atomic_set(null_left(req), 1);
	for (entry = req->del; entry; entry = entry->next)
		null_delete_one(engine, req, entry->handle);
	return atomic_dec_and_test(null_left(req)) ? OV2_STATUS_SUCCESS :
						     OV2_STATUS_PENDING;
}

static bool null_has_esn(const struct null_sa *sa,
			 const struct ov2_update_sa *update)
{
	u32 i;

	for (i = 0; i < sa->members; i++)
		if (sa->member[i].operation == update->operation &&
		    sa->member[i].spi == update->spi)
			return test_bit(i, &sa->esn);
	return false;
}

static enum ov2_status null_update(struct ov2_adapter *ad,
				   const struct ov2_update_sa *update)
{
	struct null_sa *sa;
	bool found;

	rcu_read_lock();
	sa = null_find(ad, update->handle);
	found = sa && null_has_esn(sa, update);
	rcu_read_unlock();
	return found ? OV2_STATUS_SUCCESS : OV2_STATUS_INVALID_PARAMETER;
}

static void null_set_config(struct ov2_adapter *ad,
			    const struct ov2_offload *config)
{
	WRITE_ONCE(ad->config, config);
	ad->ops->status(ad, OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG, config);
}

static enum ov2_status null_parameters(struct ov2_adapter *ad, u8 parameter)
{
	switch (parameter) {
	case OV2_PARAMETER_NO_CHANGE:
		null_set_config(ad, ad->config);
		return OV2_STATUS_SUCCESS;
	case OV2_PARAMETER_DISABLED:
		null_set_config(ad, &null_disabled);
		return OV2_STATUS_SUCCESS;
	case OV2_PARAMETER_ESP_ENABLED:
		null_set_config(ad, &ov2_null_hardware);
		return OV2_STATUS_SUCCESS;
	case OV2_PARAMETER_AH_ENABLED:
	case OV2_PARAMETER_AH_AND_ESP_ENABLED:
		return OV2_STATUS_NOT_SUPPORTED;
	default:
		return OV2_STATUS_INVALID_DATA;
	}
}

/* The null engine never touches received frames. So it has nothing to switch on
 * or off.
 */
static enum ov2_status null_encapsulation(struct ov2_adapter *ad, u32 enabled)
{
	if (enabled > OV2_ENCAPSULATION_OFF)
		return OV2_STATUS_INVALID_DATA;
	null_set_config(ad, ad->config);
	return OV2_STATUS_SUCCESS;
}

/**
 * ov2_null_request() - ov2_miniport_ops.request of the null engine
 * @ad: a card with a null engine
 * @req: the request
 *
 * Context: Any context except hard interrupts.
 * Return: as ov2_miniport_ops.request.
 */
enum ov2_status ov2_null_request(struct ov2_adapter *ad,
				 struct ov2_request *req)
{
	enum ov2_status status = OV2_STATUS_INVALID_OID;
	unsigned long handle = 0;

	switch (req->oid) {
	case OV2_OID_ADD_SA_EX:
		status = null_add(ad->engine, req);
		if (status == OV2_STATUS_SUCCESS)
			handle = req->add->handle;
		break;
	case OV2_OID_DELETE_SA:
		handle = req->del->handle;
		status = null_delete(ad->engine, req);
		break;
	case OV2_OID_UPDATE_SA:
		handle = req->update->handle;
		status = null_update(ad, req->update);
		break;
	case OV2_OID_OFFLOAD_PARAMETERS:
		status = null_parameters(ad, req->parameters->ipsec_v2);
		break;
	case OV2_OID_OFFLOAD_ENCAPSULATION:
		status = null_encapsulation(ad, req->encapsulation->enabled);
		break;
	}
	null_remember(ad->engine, req->oid, handle, status);
	return status;
}

/**
 * ov2_null_num_asked() - how many requests were there?
 * @ad: a card with a null engine
 *
 * Return: the number of requests since the engine was initialized.
 */
unsigned int ov2_null_num_asked(const struct ov2_adapter *ad)
{
	const struct ov2_null_engine *engine = ad->engine;

	return engine->num_asked;
}

/**
 * ov2_null_asked() - what was asked?
 * @ad: a card with a null engine
 * @nth: which request, from 0; one of the last OV2_NULL_ASKED
 *
 * Return: the request.
 */
struct ov2_null_asked ov2_null_asked(const struct ov2_adapter *ad,
				     unsigned int nth)
{
	const struct ov2_null_engine *engine = ad->engine;

	return engine->asked[nth % OV2_NULL_ASKED];
}
