// SPDX-License-Identifier: GPL-2.0
/* An xfrm state in the words of IPsecOV2: the ADD_SA_EX request. */
#include <linux/completion.h>
#include <linux/slab.h>
#include <linux/udp.h>

#include "assoc.h"
#include "request.h"
#include "state_algorithm.h"

/**
 * struct add_wait - an add request that a caller waits for
 * @req: the request
 * @ext: its extension
 * @done: completed when @req has ended
 * @status: how @req ended
 */
struct add_wait {
	struct ov2_request req;
	struct ov2_ext_add ext;
	struct completion done;
	enum ov2_status status;
};

/* The source of an inbound SA stays a wildcard, because Linux finds an inbound
 * state by SPI and destination only: the sender may be behind NAT, or move.
 */
static void set_endpoints(struct ov2_add_sa_ex *add,
			  const struct xfrm_state *x)
{
	bool inbound = x->xso.dir == XFRM_DEV_OFFLOAD_IN;

	if (inbound)
		add->flags |= OV2_SA_INBOUND;
	if (x->props.family == AF_INET6) {
		add->flags |= OV2_SA_IPV6;
		add->v6.dst = x->id.daddr.in6;
		if (!inbound)
			add->v6.src = x->props.saddr.in6;
	} else {
		add->v4.dst = x->id.daddr.a4;
		if (!inbound)
			add->v4.src = x->props.saddr.a4;
	}
}

static void set_udp_esp(struct ov2_add_sa_ex *add, struct ov2_ext_add *ext,
			const struct xfrm_state *x)
{
	if (!x->encap)
		return;

	add->udp_esp = ext->mode == OV2_SA_TUNNEL ? OV2_UDP_ESP_TUNNEL :
						    OV2_UDP_ESP_TRANSPORT;
	ext->udp_sport = x->encap->encap_sport;
	ext->udp_dport = x->encap->encap_dport;
}

/* The core has two structures for the replay state: x->replay_esn and
 * x->replay. Each of them has a sequence number for each direction.
 */
static void set_sequence(struct ov2_security_association *assoc,
			 struct ov2_ext_add *ext, const struct xfrm_state *x)
{
	const struct xfrm_replay_state_esn *esn = x->replay_esn;
	bool inbound = x->xso.dir == XFRM_DEV_OFFLOAD_IN;

	if (!esn) {
		ext->seq_lo = inbound ? x->replay.seq : x->replay.oseq;
		ext->window = x->props.replay_window;
		return;
	}

	ext->seq_lo = inbound ? esn->seq : esn->oseq;
	ext->window = esn->replay_window;
	if (x->props.flags & XFRM_STATE_ESN) {
		assoc->flags |= OV2_SEC_ASSOC_ESN;
		assoc->seq_hi = inbound ? esn->seq_hi : esn->oseq_hi;
	}
}

static struct ov2_add_sa_ex *add_alloc(const struct xfrm_state *x,
				       struct ov2_request *req,
				       struct ov2_ext_add *ext)
{
	u32 keys_len = ov2_state_keys_len(x);
	size_t len = sizeof(struct ov2_add_sa_ex) + keys_len;
	struct ov2_add_sa_ex *add = kzalloc(len, GFP_KERNEL);

	if (!add)
		return NULL;

	add->header.type = OV2_OBJECT_TYPE_DEFAULT;
	add->header.revision = OV2_REVISION_1;
	add->header.size = sizeof(*add);
	add->num_ext_hdrs = 1;
	add->sec_assoc[0].operation = OV2_OPERATION_ESP;
	add->sec_assoc[0].spi = x->id.spi;
	ext->mode = x->props.mode == XFRM_MODE_TUNNEL ? OV2_SA_TUNNEL :
							OV2_SA_TRANSPORT;
	/* XFRM_MSG_UPDSA adds a second state with the SPI and destination of
	 * the old state, updates the old state, and deletes the second state.
	 */
	ext->allow_twin = true;
	/* If a packet has a second IPsec header, the core and not the engine
	 * takes off the second header.
	 */
	ext->single = true;
	set_endpoints(add, x);
	set_udp_esp(add, ext, x);
	set_sequence(&add->sec_assoc[0], ext, x);
	add->key_len = keys_len;
	add->key_offset = sizeof(*add);
	ov2_state_set_algorithms(x, &add->sec_assoc[0], (u8 *)(add + 1));
	req->oid = OV2_OID_ADD_SA_EX;
	req->len = len;
	req->add = add;
	req->ext = ext;
	return add;
}

/**
 * ov2_bridge_request_add() - ask the engine for an SA, and wait
 * @ad: the card
 * @x: the state; ov2_state_refused() has not refused it
 * @assoc: filled in with the SA's handle and the high half of the SA's sequence
 *	number. All other members of @assoc must be set already, because packets
 *	may come through the SA before this function returns
 *
 * The request's copy of the keys is wiped.
 *
 * Context: Process context, sleeps.
 * Return: how the request ended, never OV2_STATUS_PENDING.
 */
enum ov2_status ov2_bridge_request_add(struct ov2_adapter *ad,
				       struct xfrm_state *x,
				       struct ov2_assoc *assoc)
{
	struct add_wait wait = {};
	enum ov2_status status;

	might_sleep();
	if (!add_alloc(x, &wait.req, &wait.ext))
		return OV2_STATUS_RESOURCES;

	wait.ext.transport = assoc;
	wait.req.caller = &wait;
	/* The core holds xfrm_cfg_mutex. If a work item set the keys, it might
	 * have to wait until work items of other users are done, and the core
	 * would wait with the mutex held. So allow the engine to set the keys
	 * at once, in this call.
	 */
	wait.req.may_sleep = true;
	init_completion(&wait.done);
	/* A pending request may complete before request() returns. */
	status = ad->miniport->request(ad, &wait.req);
	if (status == OV2_STATUS_PENDING) {
		wait_for_completion(&wait.done);
		status = wait.status;
	}
	assoc->handle = wait.req.add->handle;
	assoc->seq_hi = wait.req.add->sec_assoc[0].seq_hi;
	kfree_sensitive(wait.req.add);
	return status;
}

/**
 * ov2_bridge_request_added() - wake the caller that waits for an add request
 * @req: the request, which has ended
 * @status: how it ended
 *
 * Context: Process context.
 */
void ov2_bridge_request_added(struct ov2_request *req, enum ov2_status status)
{
	struct add_wait *wait = req->caller;

	wait->status = status;
	complete(&wait->done);
}
