// SPDX-License-Identifier: GPL-2.0
/*
 * Refusals of states, from the rows of state_refusals.h: find the reason, tell
 * the user, count, trace and log.
 */
#include <linux/string.h>
#include <linux/udp.h>

#include "state_algorithm.h"
#include "assoc.h"
#include "refuse.h"
#include "../../watch/log.h"
#include "../../watch/trace.h"

/**
 * ov2_state_refused() - find the reason why a state cannot be offloaded
 * @x: the state, fully constructed
 *
 * Context: Any context.
 * Return: the reason, OV2_CNT_SA_REFUSED_*, or OV2_CNT_NONE if nothing in @x
 * is a reason.
 */
enum ov2_counter ov2_state_refused(const struct xfrm_state *x)
{
#define REFUSED OV2_REFUSED_IF
#include "state_refusals.h"
	return OV2_CNT_NONE;
}

/* A fallback has no row, because the user is told no sentence. For a fallback
 * the log gets the sentence of the counter.
 */
static const char *state_say(enum ov2_counter reason,
			     struct netlink_ext_ack *extack)
{
	switch (reason) {
#define REFUSED OV2_REFUSED_SAY
#include "state_refusals.h"
	default:
		return ov2_counter_row(reason)->sentence;
	}
}

static void state_log_algorithms(struct ov2_log_asked *asked,
				 const struct xfrm_state *x)
{
	if (x->aead)
		strscpy(asked->encr, x->aead->alg_name, sizeof(asked->encr));
	else if (x->ealg)
		strscpy(asked->encr, x->ealg->alg_name, sizeof(asked->encr));
	if (x->aalg)
		strscpy(asked->auth, x->aalg->alg_name, sizeof(asked->auth));
}

static void state_log(struct ov2_adapter *ad, const struct xfrm_state *x,
		      enum ov2_counter reason, const char *sentence, int err)
{
	struct ov2_log_asked asked = {
		.dir = x->xso.dir,
		.type = x->xso.type,
		.tmpls = 1,
		.mode = x->props.mode,
		.proto = x->id.proto,
		.family = x->props.family,
		.spi = x->id.spi,
		.reqid = x->props.reqid,
		.saddr = x->props.saddr.in6,
		.daddr = x->id.daddr.in6,
	};

	state_log_algorithms(&asked, x);
	ov2_log_add(ad, reason, sentence, err, &asked);
}

/**
 * ov2_state_refuse() - refuse a state: tell the user, count, trace and log why
 * @ad: the card
 * @x: the state
 * @reason: why, OV2_CNT_SA_REFUSED_* or OV2_CNT_SA_FALLBACK_*
 * @err: the errno for the core; -EOPNOTSUPP makes the core use software
 * @extack: may be NULL
 *
 * Context: Any context except hard interrupts.
 * Return: @err.
 */
int ov2_state_refuse(struct ov2_adapter *ad, const struct xfrm_state *x,
		     enum ov2_counter reason, int err,
		     struct netlink_ext_ack *extack)
{
	const char *sentence = state_say(reason, extack);

	ov2_count(ad, reason);
	trace_ov2_sa_refuse(ad, ov2_counter_name(reason), err == -EOPNOTSUPP,
			    x->id.spi, err);
	state_log(ad, x, reason, sentence, err);
	return err;
}

/**
 * ov2_state_add_disabled() - refuse a state, because esp-hw-offload is off
 * @ad: the card
 * @x: the state
 * @extack: may be NULL
 *
 * A state in crypto mode falls back to the core's software. A state in packet
 * mode has no fallback, so its add must fail.
 *
 * Context: Any context except hard interrupts.
 * Return: a negative errno for the core.
 */
int ov2_state_add_disabled(struct ov2_adapter *ad, const struct xfrm_state *x,
			   struct netlink_ext_ack *extack)
{
	if (ov2_state_is_packet(x))
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_DISABLED,
					-EINVAL, extack);
	return ov2_state_refuse(ad, x, OV2_CNT_SA_FALLBACK_DISABLED,
				-EOPNOTSUPP, extack);
}

/**
 * ov2_state_add_failed() - refuse a state whose SA could not be added
 * @ad: the card
 * @x: the state; ov2_state_refused() has not refused it
 * @status: how the request ended; not OV2_STATUS_SUCCESS
 * @extack: may be NULL
 *
 * ov2_state_refused() has already refused every state that ov2_add_sa_check()
 * would refuse. So OV2_STATUS_NOT_SUPPORTED means an algorithm that the kernel
 * did not have when the module was loaded. The statuses that are not tested
 * here come from the kernel's ciphers.
 *
 * Context: Any context except hard interrupts.
 * Return: a negative errno for the core.
 */
int ov2_state_add_failed(struct ov2_adapter *ad, const struct xfrm_state *x,
			 enum ov2_status status,
			 struct netlink_ext_ack *extack)
{
	if (status == OV2_STATUS_RESOURCES)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_NO_MEMORY,
					-ENOMEM, extack);
	if (status == OV2_STATUS_NOT_ACCEPTED)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_RESET,
					-EAGAIN, extack);
	/* esp-hw-offload was switched off after bridge_state_add() tested it */
	if (!READ_ONCE(ad->config)->ipsec_v2.esp)
		return ov2_state_add_disabled(ad, x, extack);
	if (status == OV2_STATUS_NOT_SUPPORTED)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_MISSING,
					-EINVAL, extack);
	return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_ENGINE, -EINVAL,
				extack);
}
