/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_PUT_H
#define _OV2_PUT_H

/* These functions write objects into the messages of the family: into answers
 * and into events. Each function returns 0 or -EMSGSIZE.
 */
struct net;
struct net_device;
struct ov2_log_entry;
struct ov2_policy_view;
struct ov2_sa_view;
struct sk_buff;

int ov2_put_card(struct sk_buff *msg, struct net *net,
		 const struct net_device *dev);
int ov2_put_sa_name(struct sk_buff *msg, const struct net_device *dev,
		    const struct ov2_sa_view *view);
int ov2_put_sa_owner(struct sk_buff *msg, const struct ov2_sa_view *view);
int ov2_put_sa(struct sk_buff *msg, const struct net_device *dev,
	       const struct ov2_sa_view *view);
int ov2_put_policy_name(struct sk_buff *msg, const struct net_device *dev,
			const struct ov2_policy_view *view);
int ov2_put_policy(struct sk_buff *msg, const struct net_device *dev,
		   const struct ov2_policy_view *view);
int ov2_put_log(struct sk_buff *msg, const struct net_device *dev,
		const struct ov2_log_entry *entry);

#endif /* _OV2_PUT_H */
