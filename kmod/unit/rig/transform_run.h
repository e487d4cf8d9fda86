/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_TRANSFORM_RUN_H
#define _OV2_TRANSFORM_RUN_H

#include <kunit/test.h>
#include <linux/completion.h>

#include "../../engine/crypt.h"
#include "../../engine/member.h"
#include "../../engine/step.h"
#include "../../ov2/nbl.h"

#define OV2_BYTES_MAX	256

/**
 * struct ov2_bytes - some bytes
 * @data: the bytes
 * @len: number of bytes
 */
struct ov2_bytes {
	u8 data[OV2_BYTES_MAX];
	unsigned int len;
};

/**
 * struct ov2_run_add - a request that adds an SA, with its keys
 * @add: the SA, which has one member
 * @keys: its key area
 */
struct ov2_run_add {
	struct ov2_add_sa_ex add;
	u8 keys[2 * OV2_BYTES_MAX];
};

/**
 * struct ov2_run - one transform, and a job that may end later
 * @test: the test; the transform ends when the test ends
 * @nbl: the NBL of the job
 * @member: the member that has the transform
 * @done: completed when a late job ends
 * @err: how the job ended
 */
struct ov2_run {
	struct kunit *test;
	struct ov2_nbl nbl;
	struct ov2_member member;
	struct completion done;
	int err;
};

/**
 * enum ov2_run_shape - where the bytes of a packet are
 * @OV2_RUN_LIST: in a list of two buffers, as ov2_run_skb() makes it
 * @OV2_RUN_LINEAR: in one buffer that nobody else holds
 * @OV2_RUN_CLONED: in one buffer that a clone shares. TCP keeps such a clone
 * @OV2_RUN_PAGE: the second half is in a page that another packet shares.
 *	skb_segment() makes such packets
 * @OV2_RUN_SHAPES: number of shapes
 */
enum ov2_run_shape {
	OV2_RUN_LIST,
	OV2_RUN_LINEAR,
	OV2_RUN_CLONED,
	OV2_RUN_PAGE,
	OV2_RUN_SHAPES,
};

void ov2_unhex(struct kunit *test, struct ov2_bytes *bytes, const char *hex);
void ov2_run_add_key(struct kunit *test, struct ov2_run_add *buf,
		     struct ov2_algorithm_info *info, u32 id, const char *hex);
struct ov2_run *ov2_run_new(struct kunit *test, struct ov2_run_add *buf);
int ov2_run_job(struct ov2_run *run, struct sk_buff *skb, unsigned int ip_len,
		u32 seq_hi, int (*op)(const struct ov2_job *job));
int ov2_run_open(struct ov2_run *run, const struct ov2_bytes *bytes,
		 unsigned int headers, unsigned int ip_len, u32 seq_hi);
struct sk_buff *ov2_run_skb(struct kunit *test, const struct ov2_bytes *bytes,
			    unsigned int headers);
struct sk_buff *ov2_run_reshape(struct kunit *test, struct sk_buff *skb,
				enum ov2_run_shape shape,
				struct sk_buff **holder);
int ov2_run_diff(const struct sk_buff *skb, unsigned int offset,
		 const u8 *data, unsigned int len);

#endif /* _OV2_TRANSFORM_RUN_H */
