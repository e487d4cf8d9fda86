// SPDX-License-Identifier: GPL-2.0
/*
 * The last refusals and fallbacks of a card.
 *
 * The counters say how often a card refused something, and the log says what
 * was asked and who asked. So a user can still ask for the reason after the
 * program that got the error message has thrown the message away.
 *
 * The log is allocated together with the card, although most cards never refuse
 * anything. If it were allocated for the first entry, this entry would be lost
 * when memory is short, and the memory of the log would be charged to the user
 * whose request is refused.
 */
#include <linux/lockdep.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/netdevice.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timekeeping.h>
#include <net/net_namespace.h>

#include "event.h"
#include "log.h"
#include "../ov2/adapter.h"

/**
 * struct ov2_log - the log of a card
 * @lock: protects everything below; BH
 * @next: the number that the next entry gets
 * @ring: the entry of number n is at n % OV2_LOG_ENTRIES
 */
struct ov2_log {
	/* protects next and ring */
	spinlock_t lock;
	u64 next;
	struct ov2_log_entry ring[OV2_LOG_ENTRIES];
};

/**
 * ov2_log_alloc() - give a card an empty log
 * @ad: the card
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int ov2_log_alloc(struct ov2_adapter *ad)
{
	struct ov2_log *log = kvzalloc(sizeof(*log), GFP_KERNEL_ACCOUNT);

	if (!log)
		return -ENOMEM;
	spin_lock_init(&log->lock);
	log->next = 1;
	ad->log = log;
	return 0;
}

/**
 * ov2_log_free() - undo ov2_log_alloc()
 * @ad: the card; nothing asks it to offload anything any more
 *
 * Context: Process context.
 */
void ov2_log_free(struct ov2_adapter *ad)
{
	int i;

	for (i = 0; i < OV2_LOG_ENTRIES; i++)
		put_pid(ad->log->ring[i].pid);
	kvfree(ad->log);
}

static struct ov2_log_entry *log_at(struct ov2_log *log, u64 seq)
{
	u32 place;

	lockdep_assert_held(&log->lock);
	div_u64_rem(seq, OV2_LOG_ENTRIES, &place);
	return &log->ring[place];
}

static u64 log_oldest(const struct ov2_log *log)
{
	lockdep_assert_held(&log->lock);
	return log->next > OV2_LOG_ENTRIES ? log->next - OV2_LOG_ENTRIES : 1;
}

/* If a work item, a timer or a softirq of the kernel asks, no process is noted.
 * in_task() is needed, because in a softirq the pointer "current" names the
 * task that the softirq interrupted, and not the task that asked.
 */
static void log_note_asker(struct ov2_log_entry *entry)
{
	if (!in_task() || current->flags & PF_KTHREAD)
		return;
	entry->pid = get_pid(task_tgid(current));
	get_task_comm(entry->comm, current);
}

/**
 * ov2_log_add() - note a refusal or a fallback
 * @ad: the card
 * @reason: the counter that moved
 * @sentence: why; must live as long as the module
 * @err: what the card answers, a negative errno
 * @asked: what was asked
 *
 * Context: Any context except hard interrupts.
 */
void ov2_log_add(struct ov2_adapter *ad, enum ov2_counter reason,
		 const char *sentence, int err,
		 const struct ov2_log_asked *asked)
{
	struct ov2_log *log = ad->log;
	struct ov2_log_entry entry = {
		.time = ktime_get_real_ns(),
		.net_cookie = dev_net(ad->dev)->net_cookie,
		.reason = reason,
		.sentence = sentence,
		.err = err,
		.asked = *asked,
	};
	struct pid *overwritten;

	log_note_asker(&entry);
	spin_lock_bh(&log->lock);
	entry.seq = log->next++;
	overwritten = log_at(log, entry.seq)->pid;
	*log_at(log, entry.seq) = entry;
	spin_unlock_bh(&log->lock);
	put_pid(overwritten);

	/* The log owns the reference on the process. From now on another entry
	 * may overwrite this entry, and then the log drops the reference.
	 */
	entry.pid = NULL;
	ov2_event_refused(ad, &entry);
}

/**
 * ov2_log_seek() - begin to read a card's log
 * @ad: the card
 * @seq: read from the entry of this number on; 0 reads all
 * @cursor: filled in, except @cursor->lost
 *
 * Context: Any context except hard interrupts.
 */
void ov2_log_seek(const struct ov2_adapter *ad, u64 seq,
		  struct ov2_log_cursor *cursor)
{
	struct ov2_log *log = ad->log;

	spin_lock_bh(&log->lock);
	cursor->next = max(seq, log_oldest(log));
	cursor->end = log->next;
	spin_unlock_bh(&log->lock);
}

/* The caller holds the lock, so no entry is overwritten while it is copied. */
static bool log_copy(struct ov2_log *log, u64 net_cookie,
		     struct ov2_log_cursor *cursor,
		     struct ov2_log_entry *entry)
{
	u64 oldest = log_oldest(log);

	if (cursor->next < min(oldest, cursor->end)) {
		cursor->lost++;
		cursor->next = oldest;
	}
	for (; cursor->next < cursor->end; cursor->next++) {
		*entry = *log_at(log, cursor->next);
		if (entry->net_cookie != net_cookie)
			continue;
		get_pid(entry->pid);
		return true;
	}
	return false;
}

/**
 * ov2_log_read() - read the next entry of a card's log
 * @ad: the card
 * @cursor: set by ov2_log_seek(). The caller adds 1 to @cursor->next when it is
 *	done with the entry. Otherwise the next call reads the same entry
 * @entry: filled in; the caller gives it back with ov2_log_entry_put()
 *
 * A card takes its log along when it moves to another namespace. But an entry
 * names SPIs and addresses of the namespace in which the entry was made, so the
 * entry is shown only while the card is in that namespace.
 *
 * Context: Any context except hard interrupts.
 * Return: false if there are no more entries.
 */
bool ov2_log_read(const struct ov2_adapter *ad, struct ov2_log_cursor *cursor,
		  struct ov2_log_entry *entry)
{
	u64 net_cookie = dev_net(ad->dev)->net_cookie;
	struct ov2_log *log = ad->log;
	bool found;

	spin_lock_bh(&log->lock);
	found = log_copy(log, net_cookie, cursor, entry);
	spin_unlock_bh(&log->lock);
	return found;
}

/**
 * ov2_log_entry_put() - give back an entry of ov2_log_read()
 * @entry: an entry that was read
 *
 * Context: Any context except hard interrupts.
 */
void ov2_log_entry_put(struct ov2_log_entry *entry)
{
	put_pid(entry->pid);
}
