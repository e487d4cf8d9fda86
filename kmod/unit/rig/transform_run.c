// SPDX-License-Identifier: GPL-2.0
/* Run one transform at a time, and make packets for the transform. */
#include <linux/hex.h>

#include "transform_run.h"

/**
 * ov2_unhex() - turn hexadecimal digits into bytes
 * @test: the test; asserts that @hex has digits only, and not too many
 * @bytes: filled in with the bytes
 * @hex: the digits, or NULL for none
 */
void ov2_unhex(struct kunit *test, struct ov2_bytes *bytes, const char *hex)
{
	hex = hex ?: "";
	bytes->len = strlen(hex) / 2;
	KUNIT_ASSERT_LE(test, bytes->len, OV2_BYTES_MAX);
	KUNIT_ASSERT_EQ(test, hex2bin(bytes->data, hex, bytes->len), 0);
}

/**
 * ov2_run_add_key() - put an algorithm and its key into an add
 * @test: the test
 * @buf: the add; its key area grows
 * @info: the place in @buf that names the algorithm
 * @id: the algorithm
 * @hex: its key, or NULL if it has no key
 */
void ov2_run_add_key(struct kunit *test, struct ov2_run_add *buf,
		     struct ov2_algorithm_info *info, u32 id, const char *hex)
{
	struct ov2_bytes key;

	ov2_unhex(test, &key, hex);
	info->identifier = id;
	info->key_len = key.len;
	info->key_offset = buf->add.key_len;
	memcpy(buf->keys + buf->add.key_len, key.data, key.len);
	buf->add.key_len += key.len;
}

static void run_end(void *run)
{
	ov2_transform_destroy(&((struct ov2_run *)run)->member.transform);
}

/**
 * ov2_run_new() - make the transform of an add that has one member
 * @test: the test; the transform ends when the test ends. Asserts that the
 *	kernel has the algorithms
 * @buf: the add
 *
 * Return: the transform.
 */
struct ov2_run *ov2_run_new(struct kunit *test, struct ov2_run_add *buf)
{
	struct ov2_security_association *assoc = &buf->add.sec_assoc[0];
	struct ov2_run *run = kunit_kzalloc(test, sizeof(*run), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, run);
	buf->add.key_offset = offsetof(struct ov2_run_add, keys);
	run->test = test;
	init_completion(&run->done);
	run->member.operation = assoc->operation;
	run->member.esn = assoc->flags & OV2_SEC_ASSOC_ESN;
	KUNIT_ASSERT_EQ(test, ov2_transform_init(&run->member.transform,
						 &buf->add, assoc), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, run_end, run), 0);
	return run;
}

static void run_done(struct ov2_nbl *nbl, int err)
{
	struct ov2_run *run = container_of(nbl, struct ov2_run, nbl);

	run->err = err;
	complete(&run->done);
}

/**
 * ov2_run_job() - seal or open one packet, and wait
 * @run: the transform
 * @skb: the packet behind an Ethernet header
 * @ip_len: bytes of the IP header of the packet
 * @seq_hi: the high half of the sequence number
 * @op: ov2_step_seal() or ov2_step_open()
 *
 * Return: the result of @op.
 */
int ov2_run_job(struct ov2_run *run, struct sk_buff *skb, unsigned int ip_len,
		u32 seq_hi, int (*op)(const struct ov2_job *job))
{
	struct ov2_job job = {
		.nbl = &run->nbl,
		.skb = skb,
		.member = &run->member,
		.ip = ETH_HLEN,
		.header = ETH_HLEN + ip_len,
		.end = skb->len,
		.done = run_done,
	};
	unsigned int spi = job.header;
	__be32 seq;
	int err;

	if (run->member.operation == OV2_OPERATION_AH)
		spi += 4;
	skb_copy_bits(skb, spi, &run->member.spi, 4);
	skb_copy_bits(skb, spi + 4, &seq, 4);
	job.seq = (u64)seq_hi << 32 | be32_to_cpu(seq);

	local_bh_disable();
	err = op(&job);
	local_bh_enable();
	if (err != -EINPROGRESS)
		return err;
	wait_for_completion(&run->done);
	return run->err;
}

/**
 * ov2_run_skb() - a packet in two pieces, as real frames may be
 * @test: the test; asserts that there is memory
 * @bytes: the packet
 * @headers: number of zero bytes in front of the packet
 *
 * Return: the packet, which the caller owns.
 */
struct sk_buff *ov2_run_skb(struct kunit *test, const struct ov2_bytes *bytes,
			    unsigned int headers)
{
	unsigned int linear = headers + bytes->len / 2;
	struct sk_buff *skb, *rest;

	skb = alloc_skb(linear, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, skb);
	rest = alloc_skb(bytes->len, GFP_KERNEL);
	if (!rest)
		kfree_skb(skb);
	KUNIT_ASSERT_NOT_NULL(test, rest);

	skb_put_zero(skb, headers);
	skb_put_data(skb, bytes->data, bytes->len / 2);
	skb_put_data(rest, bytes->data + bytes->len / 2,
		     bytes->len - bytes->len / 2);
	skb_shinfo(skb)->frag_list = rest;
	skb->data_len = rest->len;
	skb->len += rest->len;
	skb->truesize += rest->truesize;
	return skb;
}

/* Make a packet whose first @len bytes are those of @skb. The other bytes of
 * the packet are in @page.
 */
static struct sk_buff *run_page_skb(struct kunit *test,
				    const struct sk_buff *skb, unsigned int len,
				    struct page *page)
{
	struct sk_buff *new = alloc_skb(len, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, new);
	skb_put_data(new, skb->data, len);
	get_page(page);
	skb_add_rx_frag(new, 0, page, 0, skb->len - len, PAGE_SIZE);
	return new;
}

/**
 * ov2_run_reshape() - give a packet another shape
 * @test: the test; asserts that there is memory
 * @skb: from ov2_run_skb(); taken
 * @shape: the shape
 * @holder: filled in with a second packet, if @shape is a shape with shared
 *	memory; otherwise with NULL. The second packet has the same bytes as the
 *	returned packet, and shares memory with it. The caller owns both
 *
 * Return: the packet, which the caller owns.
 */
struct sk_buff *ov2_run_reshape(struct kunit *test, struct sk_buff *skb,
				enum ov2_run_shape shape,
				struct sk_buff **holder)
{
	unsigned int linear = skb_headlen(skb);
	struct sk_buff *new;
	struct page *page;

	*holder = NULL;
	if (shape == OV2_RUN_LIST)
		return skb;
	KUNIT_ASSERT_EQ(test, skb_linearize(skb), 0);
	if (shape == OV2_RUN_LINEAR)
		return skb;
	if (shape == OV2_RUN_CLONED) {
		*holder = skb_clone(skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, *holder);
		return skb;
	}

	page = alloc_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, page);
	memcpy(page_address(page), skb->data + linear, skb->len - linear);
	new = run_page_skb(test, skb, linear, page);
	*holder = run_page_skb(test, skb, linear, page);
	put_page(page);
	kfree_skb(skb);
	return new;
}

/**
 * ov2_run_diff() - compare a part of a packet
 * @skb: the packet
 * @offset: bytes from the start of the packet to the part
 * @data: the expected bytes
 * @len: number of bytes, at most OV2_BYTES_MAX
 *
 * Return: 0 if the part has the expected bytes.
 */
int ov2_run_diff(const struct sk_buff *skb, unsigned int offset,
		 const u8 *data, unsigned int len)
{
	u8 got[OV2_BYTES_MAX];

	if (skb_copy_bits(skb, offset, got, len))
		return -EFAULT;
	return memcmp(got, data, len);
}

/**
 * ov2_run_open() - open a packet, and free it
 * @run: the transform
 * @bytes: the packet
 * @headers: number of zero bytes in front of the packet
 * @ip_len: bytes of the IP header of the packet
 * @seq_hi: the high half of the sequence number
 *
 * Return: the result of ov2_step_open().
 */
int ov2_run_open(struct ov2_run *run, const struct ov2_bytes *bytes,
		 unsigned int headers, unsigned int ip_len, u32 seq_hi)
{
	struct sk_buff *skb = ov2_run_skb(run->test, bytes, headers);
	int err = ov2_run_job(run, skb, ip_len, seq_hi, ov2_step_open);

	kfree_skb(skb);
	return err;
}
