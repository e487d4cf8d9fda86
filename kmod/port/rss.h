/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_RSS_H
#define _OV2_RSS_H

#include <linux/ethtool.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct ov2_port;
struct sk_buff;

#define OV2_RSS_KEY	40	/* bytes: 4 more than OV2_RSS_INPUT */
#define OV2_RSS_TABLE	128	/* entries, a power of two */

/* IPv6 addresses, and the first four bytes behind the IP header */
#define OV2_RSS_INPUT	36

/* One more than the highest type of flows. The types are TCP_V4_FLOW and so on;
 * IPV4_FLOW and IPV6_FLOW stand for all other IP packets. 0 is not a type.
 */
#define OV2_RSS_FLOWS	(IPV6_FLOW + 1)

/**
 * struct ov2_rss - chooses the receive queue of each incoming frame
 * @rcu: frees it after a grace period
 * @queues: number of receive queues in use
 * @by_flow: at least one of @fields is not 0
 * @fields: for each type of flows, the header fields that its hash is computed
 *	from, as bits RXH_IP_SRC and so on. 0 if frames of this type have no
 *	hash
 * @key: the key of the hash
 * @table: entries are numbers of receive queues, less than @queues. The low
 *	bits of the hash choose the entry. For a frame without a hash, the
 *	number of the send queue chooses the entry
 * @steps: what each half of each byte of the input adds to the hash; computed
 *	from @key
 */
struct ov2_rss {
	struct rcu_head rcu;
	u16 queues;
	bool by_flow;
	u8 fields[OV2_RSS_FLOWS];
	u8 key[OV2_RSS_KEY];
	u16 table[OV2_RSS_TABLE];
	u32 steps[2 * OV2_RSS_INPUT][16];
};

/**
 * struct ov2_rss_flow - what the hash of a frame is computed from
 * @len: number of bytes in @input; 0 if the frame has no hash
 * @input: the fields that are hashed, as in the frame
 */
struct ov2_rss_flow {
	unsigned int len;
	u8 input[OV2_RSS_INPUT];
};

struct ov2_rss *ov2_rss_new(unsigned int queues, const struct ov2_rss *old);
void ov2_rss_set_key(struct ov2_rss *rss, const u8 *key);
void ov2_rss_spread(struct ov2_rss *rss);
bool ov2_rss_read(const struct ov2_rss *rss, const struct sk_buff *skb,
		  struct ov2_rss_flow *flow);
u32 ov2_rss_hash(const struct ov2_rss *rss, const struct ov2_rss_flow *flow);
unsigned int ov2_rss_type(u32 flow_type);
u8 ov2_rss_may_hash(unsigned int type);
void ov2_rss_set_fields(struct ov2_rss *rss, unsigned int type, u8 fields);
unsigned int ov2_rss_sharers(const struct ov2_rss *rss,
			     unsigned int tx_queues);
int ov2_rss_init(struct ov2_port *port);
void ov2_rss_exit(struct ov2_port *port);

/**
 * ov2_rss_queue() - look up a receive queue in the table
 * @rss: has the table
 * @number: hash of the frame; or number of its send queue, if it has no hash
 *
 * Context: Any context.
 * Return: the number of the receive queue.
 */
static inline u16 ov2_rss_queue(const struct ov2_rss *rss, u32 number)
{
	return rss->table[number % OV2_RSS_TABLE];
}

#endif /* _OV2_RSS_H */
