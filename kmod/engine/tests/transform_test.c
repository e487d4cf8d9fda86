// SPDX-License-Identifier: GPL-2.0
/*
 * ESP and AH match the test vectors, and find a flipped bit in each byte that
 * they cover.
 *
 * Whole packets are opened, and a packet that one transform has sealed is
 * opened by another transform.
 */
#include <kunit/test.h>

#include "../../unit/rig/key_watch.h"
#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/transform_run.h"
#include "../ah.h"
#include "../probe.h"
#include "../../ov2/algorithms.h"

/* Bytes of the Ethernet and IPv4 headers in front of ESP */
#define HEADERS	(14 + 20)
#define ESP_HDR	8
#define AH_HDR	12

/* In a vector, bytes are strings of hexadecimal digits. */
struct esp_vector {
	const char *source;
	u32 encr;
	u32 auth;
	u32 icv_len;
	bool esn;
	u32 seq_hi;
	const char *encr_key;
	const char *auth_key;
	const char *clear;
	const char *esp;
};

struct ah_vector {
	const char *source;
	u32 auth;
	bool esn;
	u32 seq_hi;
	const char *key;
	const char *ip;
	const char *ah;
	const char *payload;
};

#include "vectors.h"

/* The algorithms that this kernel has. To ask for them is slow, so the suite
 * asks once.
 */
static struct ov2_capabilities offered;

static struct ov2_run *run_esp(struct kunit *test,
			       const struct esp_vector *v)
{
	struct ov2_security_association *assoc;
	struct ov2_run_add *buf;

	if (!(offered.encr & v->encr) ||
	    (v->auth && !(offered.auth & v->auth)))
		kunit_skip(test, "this kernel lacks the algorithm");
	buf = kunit_kzalloc(test, sizeof(*buf), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	assoc = &buf->add.sec_assoc[0];
	assoc->operation = OV2_OPERATION_ESP;
	assoc->flags = v->esn ? OV2_SEC_ASSOC_ESN : 0;
	ov2_run_add_key(test, buf, &assoc->encr, v->encr, v->encr_key);
	ov2_run_add_key(test, buf, &assoc->auth, v->auth, v->auth_key);
	assoc->encr.additional_info = v->icv_len;
	return ov2_run_new(test, buf);
}

static struct ov2_run *run_ah(struct kunit *test, const struct ah_vector *v)
{
	struct ov2_security_association *assoc;
	struct ov2_run_add *buf;

	if (!(offered.auth & v->auth))
		kunit_skip(test, "this kernel lacks the algorithm");
	buf = kunit_kzalloc(test, sizeof(*buf), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, buf);
	assoc = &buf->add.sec_assoc[0];
	assoc->operation = OV2_OPERATION_AH;
	assoc->flags = v->esn ? OV2_SEC_ASSOC_ESN : 0;
	ov2_run_add_key(test, buf, &assoc->auth, v->auth, v->key);
	return ov2_run_new(test, buf);
}

static void vector_desc(const struct esp_vector *v, char *desc)
{
	strscpy(desc, v->source, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(esp, esp_vectors, vector_desc);

/* After the open, the clear text of the vector is where the ciphertext was. */
static void esp_opens(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_bytes esp, clear;
	struct sk_buff *skb;
	struct ov2_run *run;

	ov2_unhex(test, &esp, v->esp);
	ov2_unhex(test, &clear, v->clear);
	run = run_esp(test, v);
	KUNIT_EXPECT_EQ(test, esp.len, ESP_HDR +
			run->member.transform.iv_len + clear.len +
			run->member.transform.icv_len);

	skb = ov2_run_skb(test, &esp, HEADERS);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, 20, v->seq_hi,
					  ov2_step_open), 0);
	KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, HEADERS + ESP_HDR +
					   run->member.transform.iv_len,
					   clear.data, clear.len), 0);
	/* No other byte is changed (INV-39) */
	KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, HEADERS, esp.data, ESP_HDR +
					   run->member.transform.iv_len), 0);
	kfree_skb(skb);
}

/* A flipped bit in any byte makes the ICV wrong, and so does another high half
 * if the SA has ESN.
 */
static void esp_bits_count(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_bytes esp;
	struct ov2_run *run;
	unsigned int i;

	ov2_unhex(test, &esp, v->esp);
	run = run_esp(test, v);
	for (i = 0; i < esp.len; i++) {
		esp.data[i] ^= BIT(i % 8);
		KUNIT_EXPECT_EQ_MSG(test, ov2_run_open(run, &esp, HEADERS, 20,
						       v->seq_hi),
				    -EBADMSG, "byte %u", i);
		esp.data[i] ^= BIT(i % 8);
	}
	/* The high half is not in the packet */
	KUNIT_EXPECT_EQ(test, ov2_run_open(run, &esp, HEADERS, 20,
					   v->seq_hi + 1),
			v->esn ? -EBADMSG : 0);
}

/* Returns a packet as the transport hands it to the engine: the ESP header,
 * zeroes for the IV, the clear text, and zeroes for the ICV.
 */
static struct ov2_bytes clear_framed(const struct ov2_run *run,
				     const struct ov2_bytes *esp,
				     const struct ov2_bytes *clear)
{
	unsigned int at = ESP_HDR + run->member.transform.iv_len;
	struct ov2_bytes framed = { .len = esp->len };

	memcpy(framed.data, esp->data, ESP_HDR);
	memcpy(framed.data + at, clear->data, clear->len);
	return framed;
}

static struct sk_buff *clear_skb(struct kunit *test, const struct ov2_run *run,
				 const struct ov2_bytes *esp,
				 const struct ov2_bytes *clear)
{
	struct ov2_bytes framed = clear_framed(run, esp, clear);

	return ov2_run_skb(test, &framed, HEADERS);
}

/* The test makes the first IV of the counter equal to the IV of the vector, so
 * that the sealed packet is the packet of the vector.
 */
static void esp_seals(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_transform *transform;
	struct ov2_bytes esp, clear;
	struct sk_buff *skb;
	struct ov2_run *run;

	ov2_unhex(test, &esp, v->esp);
	ov2_unhex(test, &clear, v->clear);
	run = run_esp(test, v);
	transform = &run->member.transform;
	memcpy(&transform->ivs.salt, esp.data + ESP_HDR,
	       sizeof(transform->ivs.salt));

	skb = clear_skb(test, run, &esp, &clear);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, 20, v->seq_hi,
					  ov2_step_seal), 0);
	KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, HEADERS, esp.data, ESP_HDR), 0);
	if (!transform->iv_random)
		KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, HEADERS, esp.data,
						   esp.len), 0);
	kfree_skb(skb);
}

/* @holder shares memory with a frame that was sealed or opened. The bytes of
 * @holder must be as before. @holder is NULL if nobody shares memory. This
 * function frees @holder.
 */
static void expect_held(struct kunit *test, struct sk_buff *holder,
			unsigned int offset, const struct ov2_bytes *before,
			enum ov2_run_shape shape)
{
	if (holder)
		KUNIT_EXPECT_EQ_MSG(test, ov2_run_diff(holder, offset,
						       before->data,
						       before->len), 0,
				    "shared memory changed, shape %d", shape);
	kfree_skb(holder);
}

/* The engine writes the same bytes, whether it works in place or through
 * copies. It does not write to memory that somebody else holds.
 */
static void esp_shape(struct kunit *test, enum ov2_run_shape shape)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_bytes esp, clear, framed;
	struct ov2_transform *transform;
	struct sk_buff *skb, *holder;
	struct ov2_run *run;

	ov2_unhex(test, &esp, v->esp);
	ov2_unhex(test, &clear, v->clear);
	run = run_esp(test, v);
	transform = &run->member.transform;
	memcpy(&transform->ivs.salt, esp.data + ESP_HDR,
	       sizeof(transform->ivs.salt));
	framed = clear_framed(run, &esp, &clear);

	skb = ov2_run_reshape(test, ov2_run_skb(test, &framed, HEADERS), shape,
			      &holder);
	KUNIT_EXPECT_EQ_MSG(test, ov2_run_job(run, skb, 20, v->seq_hi,
					      ov2_step_seal), 0,
			    "shape %d", shape);
	if (!transform->iv_random)
		KUNIT_EXPECT_EQ_MSG(test, ov2_run_diff(skb, HEADERS, esp.data,
						       esp.len), 0,
				    "shape %d", shape);
	expect_held(test, holder, HEADERS, &framed, shape);

	KUNIT_EXPECT_EQ(test, skb_copy_bits(skb, HEADERS, esp.data, esp.len),
			0);
	kfree_skb(skb);
	skb = ov2_run_reshape(test, ov2_run_skb(test, &esp, HEADERS), shape,
			      &holder);
	KUNIT_EXPECT_EQ_MSG(test, ov2_run_job(run, skb, 20, v->seq_hi,
					      ov2_step_open), 0,
			    "shape %d", shape);
	KUNIT_EXPECT_EQ_MSG(test, ov2_run_diff(skb, HEADERS + ESP_HDR +
					       transform->iv_len, clear.data,
					       clear.len), 0,
			    "shape %d", shape);
	expect_held(test, holder, HEADERS, &esp, shape);
	kfree_skb(skb);
}

static void esp_any_shape(struct kunit *test)
{
	enum ov2_run_shape shape;

	for (shape = 0; shape < OV2_RUN_SHAPES; shape++)
		esp_shape(test, shape);
}

/* A cipher that ends later writes the same bytes as a cipher that ends at once.
 * Of every three requests, the late cipher ends two later, and one at once.
 */
static void esp_late(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	int i;

	if (!(v->encr & (OV2_ENCR_AES_GCM_128 | OV2_ENCR_AES_GCM_192 |
			 OV2_ENCR_AES_GCM_256)))
		kunit_skip(test, "the late cipher is AES-GCM");
	ov2_late_aead(test);
	for (i = 0; i < 3; i++)
		esp_any_shape(test);
}

/* What one transform seals, another transform with the same key opens. */
static void esp_seals_for_another(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_bytes esp, clear;
	struct ov2_run *run, *other;
	struct sk_buff *skb;
	unsigned int iv_len;

	ov2_unhex(test, &esp, v->esp);
	ov2_unhex(test, &clear, v->clear);
	run = run_esp(test, v);
	other = run_esp(test, v);
	iv_len = run->member.transform.iv_len;

	skb = clear_skb(test, run, &esp, &clear);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, 20, v->seq_hi,
					  ov2_step_seal), 0);
	/* The salt is drawn anew, so the IV is equal to the IV of the vector
	 * only with a chance of 2^-64.
	 */
	if (iv_len)
		KUNIT_EXPECT_NE(test, ov2_run_diff(skb, HEADERS + ESP_HDR,
						   esp.data + ESP_HDR, iv_len),
				0);
	KUNIT_EXPECT_EQ(test, ov2_run_job(other, skb, 20, v->seq_hi,
					  ov2_step_open), 0);
	KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, HEADERS + ESP_HDR + iv_len,
					   clear.data, clear.len), 0);
	kfree_skb(skb);
}

static void transform_iv(struct kunit *test, struct ov2_transform *transform,
			 u8 *iv)
{
	local_bh_disable();
	KUNIT_EXPECT_EQ(test, ov2_transform_iv(transform, iv), 0);
	local_bh_enable();
}

/* A key that is added again has other IVs (INV-30). */
static void iv_of_another(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_run *run, *other;
	u8 iv[16], again[16];
	unsigned int len;

	run = run_esp(test, v);
	other = run_esp(test, v);
	len = run->member.transform.iv_len;
	transform_iv(test, &run->member.transform, iv);
	transform_iv(test, &other->member.transform, again);
	if (len)
		KUNIT_EXPECT_MEMNEQ(test, iv, again, len);
}

#define SAME	4

/* The same frame with the same number is sealed several times. Each time the
 * frame has another IV (INV-30), and the receiver accepts the frame.
 */
static void esp_same_number(struct kunit *test)
{
	const struct esp_vector *v = test->param_value;
	struct ov2_bytes esp, clear;
	struct ov2_run *run, *other;
	struct sk_buff *skb;
	unsigned int iv_len;
	u8 iv[SAME][16];
	int i, j;

	ov2_unhex(test, &esp, v->esp);
	ov2_unhex(test, &clear, v->clear);
	run = run_esp(test, v);
	other = run_esp(test, v);
	iv_len = run->member.transform.iv_len;
	for (i = 0; i < SAME; i++) {
		skb = clear_skb(test, run, &esp, &clear);
		KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, 20, v->seq_hi,
						  ov2_step_seal), 0);
		skb_copy_bits(skb, HEADERS + ESP_HDR, iv[i], iv_len);
		for (j = 0; iv_len && j < i; j++)
			KUNIT_EXPECT_MEMNEQ(test, iv[i], iv[j], iv_len);
		KUNIT_EXPECT_EQ(test, ov2_run_job(other, skb, 20, v->seq_hi,
						  ov2_step_open), 0);
		kfree_skb(skb);
	}
}

/* The IVs of CBC are random: two of them differ in both halves. */
static void iv_rules(struct kunit *test)
{
	struct ov2_transform random = { .iv_len = 16, .iv_random = true };
	u8 iv[16], again[16];

	transform_iv(test, &random, iv);
	transform_iv(test, &random, again);
	KUNIT_EXPECT_MEMNEQ(test, iv, again, sizeof(iv));
	KUNIT_EXPECT_MEMNEQ(test, iv, again, sizeof(iv) / 2);
	KUNIT_EXPECT_MEMNEQ(test, iv + 8, again + 8, sizeof(iv) / 2);
}

/* Takes the struct ov2_crypt that the next frame on this CPU would get, and
 * returns true if it contains @bytes.
 */
static bool crypt_holds(struct kunit *test, struct ov2_run *run,
			const struct ov2_bytes *esp, const u8 *bytes,
			unsigned int len)
{
	struct sk_buff *skb = ov2_run_skb(test, esp, HEADERS);
	const struct ov2_job job = {
		.skb = skb,
		.member = &run->member,
		.header = HEADERS,
		.end = skb->len,
	};
	struct ov2_crypt *crypt;
	bool found = false;
	size_t i;

	local_bh_disable();
	crypt = ov2_crypt_alloc(&job, 0, HEADERS, 0);
	local_bh_enable();
	kfree_skb(skb);
	KUNIT_ASSERT_FALSE(test, IS_ERR(crypt));
	for (i = 0; i + len <= crypt->size; i++)
		found |= !memcmp((u8 *)crypt + i, bytes, len);
	ov2_crypt_free(crypt);
	return found;
}

/* @key is the key of Poly1305 in the example of RFC 7634 appendix A: the start
 * of the key stream. The cipher leaves this key in its request, and the CPU
 * keeps the memory of this request for the next frame.
 */
static void one_time_key_is_wiped(struct kunit *test)
{
	static const u8 key[OV2_KEY_WATCH_LEN] = {
		0xaf, 0x1f, 0x41, 0x2c, 0xc1, 0x15, 0xad, 0xce,
		0x5e, 0x4d, 0x0e, 0x29, 0xd5, 0xc1, 0x30, 0xbf,
	};
	const struct esp_vector *v = esp_vectors;
	struct ov2_key_watch *watch;
	struct ov2_bytes esp;
	struct ov2_run *run;

	while (v->encr != OV2_EXT_ENCR_CHACHA20_POLY1305)
		v++;
	ov2_unhex(test, &esp, v->esp);
	run = run_esp(test, v);
	watch = ov2_key_watch(test, key);
	migrate_disable();
	KUNIT_EXPECT_EQ(test, ov2_run_open(run, &esp, HEADERS, 20, v->seq_hi),
			0);
	KUNIT_EXPECT_FALSE(test, crypt_holds(test, run, &esp, key,
					     sizeof(key)));
	migrate_enable();
	KUNIT_EXPECT_EQ(test, atomic_read(&watch->seen), 0);
}

static void ah_desc(const struct ah_vector *v, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%s IPv%c", v->source, v->ip[0]);
}

KUNIT_ARRAY_PARAM(ah, ah_vectors, ah_desc);

static void ah_packet(struct kunit *test, const struct ah_vector *v,
		      struct ov2_bytes *packet, unsigned int *ip_len)
{
	struct ov2_bytes ah, payload;

	ov2_unhex(test, packet, v->ip);
	ov2_unhex(test, &ah, v->ah);
	ov2_unhex(test, &payload, v->payload);
	*ip_len = packet->len;
	memcpy(packet->data + packet->len, ah.data, ah.len);
	packet->len += ah.len;
	memcpy(packet->data + packet->len, payload.data, payload.len);
	packet->len += payload.len;
}

/* The length of AH that the engine computes is the length in the vector. */
static void ah_lengths(struct kunit *test)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes ah;
	struct ov2_run *run;

	ov2_unhex(test, &ah, v->ah);
	run = run_ah(test, v);
	KUNIT_EXPECT_EQ(test, ov2_ah_len(&run->member.transform,
					 v->ip[0] == '6'), ah.len);
	KUNIT_EXPECT_EQ(test, (ah.data[1] + 2) * 4, ah.len);
}

/* RFC 4302 3.3.3.1.1 and 3.3.3.1.2 */
static bool ip_byte_is_mutable(const struct ov2_bytes *packet, unsigned int i,
			       u8 bit)
{
	if (packet->data[0] >> 4 == 4)
		return i == 1 || i == 6 || i == 7 || i == 8 || i == 10 ||
		       i == 11;
	return (i == 0 && bit < 0x10) || (i >= 1 && i <= 3) || i == 7;
}

/* The ICV of the vector is right. With ESN and another high half, the ICV is
 * wrong.
 */
static void ah_opens(struct kunit *test)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes packet;
	struct sk_buff *skb;
	unsigned int ip_len;
	struct ov2_run *run;

	ah_packet(test, v, &packet, &ip_len);
	run = run_ah(test, v);
	skb = ov2_run_skb(test, &packet, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, ip_len, v->seq_hi,
					  ov2_step_open), 0);
	/* No byte is changed (INV-39) */
	KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, ETH_HLEN, packet.data,
					   packet.len), 0);
	kfree_skb(skb);

	KUNIT_EXPECT_EQ(test, ov2_run_open(run, &packet, ETH_HLEN, ip_len,
					   v->seq_hi + 1),
			v->esn ? -EBADMSG : 0);
}

/* A flipped bit in any byte that AH covers makes the ICV wrong. */
static void ah_bits_count(struct kunit *test)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes packet;
	unsigned int ip_len;
	struct ov2_run *run;
	unsigned int i;

	ah_packet(test, v, &packet, &ip_len);
	run = run_ah(test, v);
	for (i = 0; i < packet.len; i++) {
		u8 bit = BIT(i % 8);
		bool counts = i >= ip_len ||
			      !ip_byte_is_mutable(&packet, i, bit);

		packet.data[i] ^= bit;
		KUNIT_EXPECT_EQ_MSG(test, ov2_run_open(run, &packet, ETH_HLEN,
						       ip_len, v->seq_hi),
				    counts ? -EBADMSG : 0, "byte %u", i);
		packet.data[i] ^= bit;
	}
}

/* With the IV of the vector, the sealed packet is the packet of the vector. */
static void ah_seals(struct kunit *test)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes packet, blank;
	unsigned int ip_len, field;
	struct sk_buff *skb;
	struct ov2_run *run;

	ah_packet(test, v, &packet, &ip_len);
	run = run_ah(test, v);
	field = ip_len + AH_HDR;
	memcpy(&run->member.transform.ivs.salt, packet.data + field,
	       sizeof(run->member.transform.ivs.salt));

	blank = packet;
	memset(blank.data + field, 0x55, run->member.transform.iv_len +
	       run->member.transform.icv_len);
	skb = ov2_run_skb(test, &blank, ETH_HLEN);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, ip_len, v->seq_hi,
					  ov2_step_seal), 0);
	KUNIT_EXPECT_EQ(test, ov2_run_diff(skb, ETH_HLEN, packet.data,
					   packet.len), 0);
	kfree_skb(skb);
}

static void ah_shape(struct kunit *test, enum ov2_run_shape shape)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes packet, blank;
	struct sk_buff *skb, *holder;
	unsigned int ip_len, field;
	struct ov2_run *run;

	ah_packet(test, v, &packet, &ip_len);
	run = run_ah(test, v);
	field = ip_len + AH_HDR;
	memcpy(&run->member.transform.ivs.salt, packet.data + field,
	       sizeof(run->member.transform.ivs.salt));
	blank = packet;
	memset(blank.data + field, 0x55, run->member.transform.iv_len +
	       run->member.transform.icv_len);

	skb = ov2_run_reshape(test, ov2_run_skb(test, &blank, ETH_HLEN), shape,
			      &holder);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, ip_len, v->seq_hi,
					  ov2_step_seal), 0);
	KUNIT_EXPECT_EQ_MSG(test, ov2_run_diff(skb, ETH_HLEN, packet.data,
					       packet.len), 0,
			    "shape %d", shape);
	KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, ip_len, v->seq_hi,
					  ov2_step_open), 0);
	expect_held(test, holder, ETH_HLEN, &blank, shape);
	kfree_skb(skb);
}

static void ah_any_shape(struct kunit *test)
{
	enum ov2_run_shape shape;

	for (shape = 0; shape < OV2_RUN_SHAPES; shape++)
		ah_shape(test, shape);
}

/* GMAC is a counter mode like GCM, so its IVs must not repeat (INV-30). */
static void ah_same_number(struct kunit *test)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes packet;
	struct sk_buff *skb;
	unsigned int ip_len;
	unsigned int iv_len;
	struct ov2_run *run;
	u8 iv[SAME][16];
	int i, j;

	ah_packet(test, v, &packet, &ip_len);
	run = run_ah(test, v);
	iv_len = run->member.transform.iv_len;
	for (i = 0; i < SAME; i++) {
		skb = ov2_run_skb(test, &packet, ETH_HLEN);
		KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, ip_len, v->seq_hi,
						  ov2_step_seal), 0);
		skb_copy_bits(skb, ETH_HLEN + ip_len + AH_HDR, iv[i], iv_len);
		for (j = 0; iv_len && j < i; j++)
			KUNIT_EXPECT_MEMNEQ(test, iv[i], iv[j], iv_len);
		KUNIT_EXPECT_EQ(test, ov2_run_job(run, skb, ip_len, v->seq_hi,
						  ov2_step_open), 0);
		kfree_skb(skb);
	}
}

/* AH is not opened if the IP header in front has a wrong length, or if the
 * packet ends inside the AH header.
 */
static void ah_impossible(struct kunit *test)
{
	const struct ah_vector *v = test->param_value;
	struct ov2_bytes packet;
	unsigned int ip_len;
	struct ov2_run *run;

	ah_packet(test, v, &packet, &ip_len);
	run = run_ah(test, v);
	KUNIT_EXPECT_EQ(test, ov2_run_open(run, &packet, ETH_HLEN, ip_len + 4,
					   v->seq_hi), -EINVAL);

	packet.len = ip_len + ov2_ah_len(&run->member.transform,
					 v->ip[0] == '6') - 1;
	KUNIT_EXPECT_EQ(test, ov2_run_open(run, &packet, ETH_HLEN, ip_len,
					   v->seq_hi), -EINVAL);
}

/* Each bit that the engine offers is a known algorithm, and AES-GCM is among
 * the algorithms.
 */
static void probe(struct kunit *test)
{
	const u32 aes_gcm = OV2_ENCR_AES_GCM_128 | OV2_ENCR_AES_GCM_192 |
			    OV2_ENCR_AES_GCM_256;
	int i;

	for (i = 0; i < 32; i++) {
		if (offered.encr & BIT(i))
			KUNIT_EXPECT_NOT_NULL(test, ov2_encr_algorithm(BIT(i)));
		if (offered.auth & BIT(i))
			KUNIT_EXPECT_NOT_NULL(test, ov2_auth_algorithm(BIT(i)));
	}
	kunit_info(test, "encryption %#x, integrity %#x", offered.encr,
		   offered.auth);
	KUNIT_EXPECT_EQ(test, offered.encr & aes_gcm, aes_gcm);
}

static int transform_suite_init(struct kunit_suite *suite)
{
	ov2_transform_probe(&offered);
	return 0;
}

static struct kunit_case transform_cases[] = {
	KUNIT_CASE_PARAM(esp_opens, esp_gen_params),
	KUNIT_CASE_PARAM(esp_bits_count, esp_gen_params),
	KUNIT_CASE_PARAM(esp_seals, esp_gen_params),
	KUNIT_CASE_PARAM(esp_any_shape, esp_gen_params),
	KUNIT_CASE_PARAM(esp_late, esp_gen_params),
	KUNIT_CASE_PARAM(esp_seals_for_another, esp_gen_params),
	KUNIT_CASE_PARAM(iv_of_another, esp_gen_params),
	KUNIT_CASE_PARAM(esp_same_number, esp_gen_params),
	KUNIT_CASE(iv_rules),
	KUNIT_CASE(one_time_key_is_wiped),
	KUNIT_CASE_PARAM(ah_lengths, ah_gen_params),
	KUNIT_CASE_PARAM(ah_opens, ah_gen_params),
	KUNIT_CASE_PARAM(ah_bits_count, ah_gen_params),
	KUNIT_CASE_PARAM(ah_seals, ah_gen_params),
	KUNIT_CASE_PARAM(ah_any_shape, ah_gen_params),
	KUNIT_CASE_PARAM(ah_same_number, ah_gen_params),
	KUNIT_CASE_PARAM(ah_impossible, ah_gen_params),
	KUNIT_CASE(probe),
	{}
};

static struct kunit_suite transform_suite = {
	.name = "ov2_transform",
	.suite_init = transform_suite_init,
	.test_cases = transform_cases,
};

kunit_test_suite(transform_suite);
