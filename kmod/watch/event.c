// SPDX-License-Identifier: GPL-2.0
/*
 * Events for users. No other room of the code calls functions of netlink. So
 * netlink registers a listener here, and the other rooms tell the listener what
 * happens. Before a room gathers the values for an event of an SA or a policy,
 * the room asks whether any user listens.
 */
#include <linux/netdevice.h>
#include <linux/rcupdate.h>

#include "event.h"
#include "../ov2/adapter.h"

static const struct ov2_event_listener __rcu *event_listener;

/**
 * ov2_event_listen() - set the listener
 * @listener: the listener, which must live until another listener is set; NULL
 *	to set no listener
 *
 * Context: Process context, serialized by the caller. Sleeps until no CPU calls
 *   the previous listener any more.
 * Return: the previous listener, or NULL.
 */
const struct ov2_event_listener *
ov2_event_listen(const struct ov2_event_listener *listener)
{
	const struct ov2_event_listener *before;

	might_sleep();
	before = unrcu_pointer(xchg(&event_listener,
				    RCU_INITIALIZER(listener)));
	synchronize_rcu();
	return before;
}

/**
 * ov2_event_wants_sas() - does anybody listen to events of SAs and policies?
 * @ad: the card
 *
 * Ask this before you gather what an event says.
 *
 * Context: Any context but hard interrupts.
 * Return: false if nobody listens; true if somebody may be listening.
 */
bool ov2_event_wants_sas(const struct ov2_adapter *ad)
{
	const struct ov2_event_listener *listener;
	bool wants;

	rcu_read_lock();
	listener = rcu_dereference(event_listener);
	wants = listener && listener->wants_sas(ad);
	rcu_read_unlock();
	return wants;
}

/* Users see a card from its registration until its end. */
static bool event_card_is_seen(const struct ov2_adapter *ad,
			       enum ov2_card_event event)
{
	unsigned int state = READ_ONCE(ad->dev->reg_state);

	return state == NETREG_REGISTERED ||
	       (event == OV2_CARD_GONE && state == NETREG_UNREGISTERING);
}

/**
 * ov2_event_card() - tell the listener what has happened to a card
 * @ad: the card
 * @event: what
 *
 * Context: Any context but hard interrupts.
 */
void ov2_event_card(const struct ov2_adapter *ad, enum ov2_card_event event)
{
	const struct ov2_event_listener *listener;

	if (!event_card_is_seen(ad, event))
		return;
	rcu_read_lock();
	listener = rcu_dereference(event_listener);
	if (listener)
		listener->card(ad, event);
	rcu_read_unlock();
}

/**
 * ov2_event_sa() - tell the listener what has happened to an SA
 * @ad: the card
 * @event: what
 * @view: the SA; see ov2_event_listener.sa
 *
 * Context: Any context but hard interrupts.
 */
void ov2_event_sa(const struct ov2_adapter *ad, enum ov2_life_event event,
		  const struct ov2_sa_view *view)
{
	const struct ov2_event_listener *listener;

	rcu_read_lock();
	listener = rcu_dereference(event_listener);
	if (listener)
		listener->sa(ad, event, view);
	rcu_read_unlock();
}

/**
 * ov2_event_sa_told() - tell the listener that a counter has moved because of
 *	an SA
 * @ad: the card
 * @reason: the counter that moved
 * @view: the SA; see ov2_event_listener.sa_told
 *
 * Context: Any context but hard interrupts.
 */
void ov2_event_sa_told(const struct ov2_adapter *ad, enum ov2_counter reason,
		       const struct ov2_sa_view *view)
{
	const struct ov2_event_listener *listener;

	rcu_read_lock();
	listener = rcu_dereference(event_listener);
	if (listener)
		listener->sa_told(ad, reason, view);
	rcu_read_unlock();
}

/**
 * ov2_event_policy() - tell the listener what has happened to a policy
 * @ad: the card
 * @event: what
 * @view: the policy
 *
 * Context: Any context but hard interrupts.
 */
void ov2_event_policy(const struct ov2_adapter *ad, enum ov2_life_event event,
		      const struct ov2_policy_view *view)
{
	const struct ov2_event_listener *listener;

	rcu_read_lock();
	listener = rcu_dereference(event_listener);
	if (listener)
		listener->policy(ad, event, view);
	rcu_read_unlock();
}

/**
 * ov2_event_refused() - tell the listener that a card has refused a request, or
 *	left it to software
 * @ad: the card
 * @entry: the entry of the card's log; its pid is NULL
 *
 * Context: Any context but hard interrupts.
 */
void ov2_event_refused(const struct ov2_adapter *ad,
		       const struct ov2_log_entry *entry)
{
	const struct ov2_event_listener *listener;

	rcu_read_lock();
	listener = rcu_dereference(event_listener);
	if (listener)
		listener->refused(ad, entry);
	rcu_read_unlock();
}
