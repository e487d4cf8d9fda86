/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_EVENT_H
#define _OV2_EVENT_H

#include <linux/types.h>

#include "counters.h"

struct ov2_adapter;
struct ov2_log_entry;
struct ov2_policy_view;
struct ov2_sa_view;

/**
 * enum ov2_card_event - what has happened to a card
 * @OV2_CARD_ADDED: it was made, or came from another namespace
 * @OV2_CARD_GONE: it is gone, or goes to another namespace
 * @OV2_CARD_CHANGED: a value that users can see has changed, and no other event
 *	tells users of this change
 * @OV2_CARD_CONFIGURED: its configuration was set
 * @OV2_CARD_RESET: its engine was reset
 * @OV2_CARD_UP: its line is up
 * @OV2_CARD_DOWN: its line is down
 */
enum ov2_card_event {
	OV2_CARD_ADDED,
	OV2_CARD_GONE,
	OV2_CARD_CHANGED,
	OV2_CARD_CONFIGURED,
	OV2_CARD_RESET,
	OV2_CARD_UP,
	OV2_CARD_DOWN,
};

/**
 * enum ov2_life_event - what has happened to an SA or a policy
 * @OV2_LIFE_ADDED: the card has it now
 * @OV2_LIFE_DELETED: the card is about to delete it
 * @OV2_LIFE_SOFT: it has reached the soft limit of its lifetime
 * @OV2_LIFE_HARD: it has reached the hard limit
 */
enum ov2_life_event {
	OV2_LIFE_ADDED,
	OV2_LIFE_DELETED,
	OV2_LIFE_SOFT,
	OV2_LIFE_HARD,
};

/**
 * struct ov2_event_listener - functions that are called when something happens
 * @wants_sas: does anybody listen to events of SAs and policies? The answer may
 *	be true although nobody listens
 * @card: something has happened to a card
 * @sa: something has happened to an SA. When the SA has reached a limit, @view
 *	has only what identifies the SA and its state
 * @sa_told: the card declined a packet of an SA, or the engine asks for the SA
 *	to be deleted. @view has only what identifies the SA and its state
 * @policy: something has happened to a policy
 * @refused: the card has refused the request that the entry describes, or has
 *	left it to software. ov2_log_entry.pid is NULL
 *
 * All functions are called under rcu_read_lock(), in any context but hard
 * interrupts. The caller may hold locks, such as x->lock.
 */
struct ov2_event_listener {
	bool (*wants_sas)(const struct ov2_adapter *ad);
	void (*card)(const struct ov2_adapter *ad, enum ov2_card_event event);
	void (*sa)(const struct ov2_adapter *ad, enum ov2_life_event event,
		   const struct ov2_sa_view *view);
	void (*sa_told)(const struct ov2_adapter *ad, enum ov2_counter reason,
			const struct ov2_sa_view *view);
	void (*policy)(const struct ov2_adapter *ad, enum ov2_life_event event,
		       const struct ov2_policy_view *view);
	void (*refused)(const struct ov2_adapter *ad,
			const struct ov2_log_entry *entry);
};

const struct ov2_event_listener *
ov2_event_listen(const struct ov2_event_listener *listener);
bool ov2_event_wants_sas(const struct ov2_adapter *ad);
void ov2_event_card(const struct ov2_adapter *ad, enum ov2_card_event event);
void ov2_event_sa(const struct ov2_adapter *ad, enum ov2_life_event event,
		  const struct ov2_sa_view *view);
void ov2_event_sa_told(const struct ov2_adapter *ad, enum ov2_counter reason,
		       const struct ov2_sa_view *view);
void ov2_event_policy(const struct ov2_adapter *ad, enum ov2_life_event event,
		      const struct ov2_policy_view *view);
void ov2_event_refused(const struct ov2_adapter *ad,
		       const struct ov2_log_entry *entry);

#endif /* _OV2_EVENT_H */
