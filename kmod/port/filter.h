/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_FILTER_H
#define _OV2_FILTER_H

struct ov2_port;
struct sk_buff;

/**
 * enum ov2_filter_verdict - where a received frame goes
 * @OV2_FILTER_OWN: the frame is the card's own, and goes to the engine
 * @OV2_FILTER_OTHER: the frame may be for another host, but is wanted: it goes
 *	up the stack as it came
 * @OV2_FILTER_UNWANTED: nobody wants the frame: it is dropped
 */
enum ov2_filter_verdict {
	OV2_FILTER_OWN,
	OV2_FILTER_OTHER,
	OV2_FILTER_UNWANTED,
};

int ov2_filter_init(struct ov2_port *port);
void ov2_filter_exit(struct ov2_port *port);
void ov2_filter_update(struct ov2_port *port);
void ov2_filter_clear(struct ov2_port *port);
int ov2_filter_register(void);
void ov2_filter_unregister(void);
enum ov2_filter_verdict ov2_filter(struct ov2_port *port,
				   const struct sk_buff *skb);

#endif /* _OV2_FILTER_H */
