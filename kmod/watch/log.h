/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_LOG_H
#define _OV2_LOG_H

#include <linux/in6.h>
#include <linux/sched.h>
#include <linux/types.h>

#include "counters.h"

struct ov2_adapter;
struct pid;

/* How many refusals and fallbacks a card remembers. */
#define OV2_LOG_ENTRIES		256

/* Room for the name of an algorithm. The longest name that xfrm accepts is
 * "rfc7539esp(chacha20,poly1305)".
 */
#define OV2_LOG_ALG_LEN		32

/**
 * struct ov2_log_asked - what a card was asked to offload
 * @is_policy: a policy; else a state
 * @dir: XFRM_DEV_OFFLOAD_IN, _OUT or _FWD
 * @type: XFRM_DEV_OFFLOAD_CRYPTO or _PACKET
 * @tmpls: number of templates of a policy, or 1 for a state. If it is 0, @mode,
 *	@spi, @reqid and the fields of the template mean nothing
 * @mode: XFRM_MODE_*, of the state or the first template
 * @proto: protocol of the state, or of the selector
 * @prefix_s: prefix length of @saddr in a selector
 * @prefix_d: prefix length of @daddr in a selector
 * @family: AF_INET or AF_INET6 for @saddr and @daddr; anything else means that
 *	there are no addresses
 * @tmpl_family: like @family, but for @tmpl_saddr and @tmpl_daddr
 * @sport: source port of the selector, network order
 * @sport_mask: mask of @sport, network order
 * @dport: destination port of the selector, network order
 * @dport_mask: mask of @dport, network order
 * @spi: SPI of the state or the first template, network order, or 0
 * @reqid: of the state or the first template
 * @priority: of the policy
 * @saddr: source of the state or of the selector; IPv4 is in its first 4 bytes
 * @daddr: destination, in the same form
 * @tmpl_saddr: source of the first template, in the same form
 * @tmpl_daddr: destination of the first template, in the same form
 * @encr: name of the cipher or combined mode of the state, or ""
 * @auth: name of the integrity algorithm of the state, or ""
 *
 * Fields that the bridge does not fill in are zero. No field holds a key.
 */
struct ov2_log_asked {
	bool is_policy;
	u8 dir;
	u8 type;
	u8 tmpls;
	u8 mode;
	u8 proto;
	u8 prefix_s;
	u8 prefix_d;
	u16 family;
	u16 tmpl_family;
	__be16 sport;
	__be16 sport_mask;
	__be16 dport;
	__be16 dport_mask;
	__be32 spi;
	u32 reqid;
	u32 priority;
	struct in6_addr saddr;
	struct in6_addr daddr;
	struct in6_addr tmpl_saddr;
	struct in6_addr tmpl_daddr;
	char encr[OV2_LOG_ALG_LEN];
	char auth[OV2_LOG_ALG_LEN];
};

/**
 * struct ov2_log_entry - a refusal or a fallback
 * @seq: its number. The entries of a card are numbered from 1
 * @time: ns since 1970, CLOCK_REALTIME
 * @net_cookie: the namespace of the card at that time, net.net_cookie
 * @pid: the process that asked, with a reference; NULL if no process asked
 * @comm: name of the thread that asked; valid if @pid is set
 * @reason: the counter that moved
 * @sentence: why, a string that lives as long as the module
 * @err: what the card answered, a negative errno; -EOPNOTSUPP means a fallback
 * @asked: what was asked
 */
struct ov2_log_entry {
	u64 seq;
	u64 time;
	u64 net_cookie;
	struct pid *pid;
	char comm[TASK_COMM_LEN];
	enum ov2_counter reason;
	const char *sentence;
	int err;
	struct ov2_log_asked asked;
};

/**
 * struct ov2_log_cursor - where a reader of a card's log goes on
 * @next: number of the next entry to read
 * @end: the reader stops before the entry of this number. So the reader comes
 *	to an end even if new entries come as fast as it reads
 * @lost: how often the reader found that entries were overwritten before it
 *	could read them
 */
struct ov2_log_cursor {
	u64 next;
	u64 end;
	u32 lost;
};

int ov2_log_alloc(struct ov2_adapter *ad);
void ov2_log_free(struct ov2_adapter *ad);
void ov2_log_add(struct ov2_adapter *ad, enum ov2_counter reason,
		 const char *sentence, int err,
		 const struct ov2_log_asked *asked);
void ov2_log_seek(const struct ov2_adapter *ad, u64 seq,
		  struct ov2_log_cursor *cursor);
bool ov2_log_read(const struct ov2_adapter *ad, struct ov2_log_cursor *cursor,
		  struct ov2_log_entry *entry);
void ov2_log_entry_put(struct ov2_log_entry *entry);

#endif /* _OV2_LOG_H */
