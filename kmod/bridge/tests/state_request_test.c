// SPDX-License-Identifier: GPL-2.0
/*
 * A request describes the whole state, and the request's copy of the key is
 * wiped.
 *
 * The request is compared byte by byte. The tests also show that an add waits
 * for the end of its request. The engine here only notes requests and ends
 * them.
 */
#include <kunit/test.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <linux/workqueue.h>

#include "../../unit/rig/key_watch.h"
#include "../../unit/rig/packet_shape.h"
#include "../../unit/rig/xfrm_state.h"
#include "../sa/assoc.h"
#include "../bridge.h"
#include "../sa/request.h"
#include "../../ov2/algorithms.h"
#include "../../watch/objects.h"

#define HANDLE		0x1234567890ULL
#define KEYS_MAX	64

/**
 * struct noted - an engine that notes a request and ends it as the test says
 * @ad: the card
 * @status: how the request is to end
 * @pend: the request is to end later, in the work item @end
 * @end: ends the request
 * @req: a copy of the request
 * @live: the request itself
 * @add: a copy of the request's buffer
 * @keys: a copy of the key area
 * @ext: a copy of the extension
 * @num: number of requests
 */
struct noted {
	struct ov2_adapter ad;
	enum ov2_status status;
	bool pend;
	struct work_struct end;
	struct ov2_request req;
	struct ov2_request *live;
	struct ov2_add_sa_ex add;
	u8 keys[KEYS_MAX];
	struct ov2_ext_add ext;
	unsigned int num;
};

static void noted_finish(struct noted *noted)
{
	if (noted->status == OV2_STATUS_SUCCESS)
		noted->live->add->handle = HANDLE;
}

static void noted_end(struct work_struct *work)
{
	struct noted *noted = container_of(work, struct noted, end);

	noted_finish(noted);
	ov2_bridge_request_complete(&noted->ad, noted->live, noted->status);
}

static enum ov2_status noted_request(struct ov2_adapter *ad,
				     struct ov2_request *req)
{
	struct noted *noted = container_of(ad, struct noted, ad);
	const u8 *buf = req->buf;

	noted->num++;
	noted->live = req;
	noted->req = *req;
	noted->add = *req->add;
	noted->ext = *req->ext;
	memcpy(noted->keys, buf + req->add->key_offset,
	       min(req->add->key_len, (u32)KEYS_MAX));
	if (noted->pend) {
		queue_work(system_long_wq, &noted->end);
		return OV2_STATUS_PENDING;
	}
	noted_finish(noted);
	return noted->status;
}

static const struct ov2_miniport_ops noted_miniport = {
	.request = noted_request,
};

static struct noted *noted_new(struct kunit *test)
{
	struct noted *noted = kunit_kzalloc(test, sizeof(*noted), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, noted);
	noted->ad.miniport = &noted_miniport;
	INIT_WORK(&noted->end, noted_end);
	return noted;
}

/**
 * struct request_row - a state, for which the engine gets a request
 * @name: the name of the case
 * @in: inbound
 * @ipv6: the outer header is IPv6
 * @tunnel: tunnel mode
 * @encap: ESP is in UDP
 * @separate: cipher and HMAC instead of AES-GCM-128
 * @gmac: integrity only, by AES-GMAC-128
 * @esn: 0: the state has a struct xfrm_replay_state; 1: it has a struct
 *	xfrm_replay_state_esn, but no ESN; 2: it has ESN
 */
struct request_row {
	const char *name;
	bool in;
	bool ipv6;
	bool tunnel;
	bool encap;
	bool separate;
	bool gmac;
	int esn;
};

static const struct request_row rows[] = {
	{ "out" },
	{ "in", .in = true },
	{ "out, IPv6", .ipv6 = true },
	{ "in, IPv6", .in = true, .ipv6 = true },
	{ "out, tunnel", .tunnel = true },
	{ "in, tunnel", .in = true, .tunnel = true },
	{ "out, UDP", .encap = true },
	{ "in, UDP, tunnel", .in = true, .tunnel = true, .encap = true },
	{ "out, separate", .separate = true },
	{ "in, GMAC", .in = true, .gmac = true },
	{ "out, large window", .esn = 1 },
	{ "in, large window", .in = true, .esn = 1 },
	{ "out, ESN", .esn = 2 },
	{ "in, ESN", .in = true, .esn = 2 },
};

static void row_desc(const struct request_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(row, rows, row_desc);

/* Every byte differs from its neighbours. */
static const u8 some_key[48] = {
	0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc,
	0xdd, 0xee, 0xff, 0x10, 0x21, 0x32, 0x43, 0x54, 0x65, 0x76, 0x87, 0x98,
	0xa9, 0xba, 0xcb, 0xdc, 0xed, 0xfe, 0x0f, 0x1f, 0x2e, 0x3d, 0x4c, 0x5b,
	0x6a, 0x79, 0x81, 0x92, 0xa3, 0xb4, 0xc5, 0xd6, 0xe7, 0xf8, 0x09, 0x1a,
};

/* The fields of the two directions differ, so that the test fails if the code
 * reads the wrong field.
 */
static void set_numbers(struct kunit *test, struct xfrm_state *x, int esn)
{
	x->replay.seq = 101;
	x->replay.oseq = 102;
	x->props.replay_window = 32;
	if (!esn)
		return;

	x->replay_esn = kunit_kzalloc(test, sizeof(*x->replay_esn),
				      GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x->replay_esn);
	x->replay_esn->seq = 201;
	x->replay_esn->oseq = 202;
	x->replay_esn->seq_hi = 7;
	x->replay_esn->oseq_hi = 8;
	x->replay_esn->replay_window = 128;
	if (esn == 2)
		x->props.flags |= XFRM_STATE_ESN;
}

static void set_ipv6(struct xfrm_state *x)
{
	int i;

	x->props.family = AF_INET6;
	for (i = 0; i < 16; i++) {
		x->props.saddr.in6.s6_addr[i] = 0x20 + i;
		x->id.daddr.in6.s6_addr[i] = 0x40 + i;
	}
}

static void set_algorithm(struct kunit *test, struct xfrm_state *x,
			  const struct request_row *row)
{
	if (row->separate)
		ov2_unit_state_separate(test, x, some_key, some_key + 16);
	else
		ov2_unit_state_aead(test, x, row->gmac ? "rfc4543(gcm(aes))" :
					     "rfc4106(gcm(aes))", some_key, 20,
				    row->gmac ? 16 : 12);
}

static struct xfrm_state *state_of(struct kunit *test,
				   const struct request_row *row)
{
	struct xfrm_state *x = ov2_unit_state(test);

	if (row->in)
		x->xso.dir = XFRM_DEV_OFFLOAD_IN;
	if (row->ipv6)
		set_ipv6(x);
	if (row->tunnel)
		x->props.mode = XFRM_MODE_TUNNEL;
	set_algorithm(test, x, row);
	set_numbers(test, x, row->esn);
	if (row->encap) {
		x->encap = kunit_kzalloc(test, sizeof(*x->encap), GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, x->encap);
		x->encap->encap_type = UDP_ENCAP_ESPINUDP;
		x->encap->encap_sport = htons(4501);
		x->encap->encap_dport = htons(4502);
	}
	return x;
}

/* ---- the expected request, written down independently of the code */

static void expect_algorithms(const struct request_row *row,
			      struct ov2_add_sa_ex *add)
{
	struct ov2_security_association *sa = &add->sec_assoc[0];

	if (row->separate) {
		sa->encr.identifier = OV2_ENCR_AES_CBC_128;
		sa->encr.key_len = 16;
		sa->auth.identifier = OV2_AUTH_SHA_256;
		sa->auth.key_len = 32;
		sa->auth.key_offset = 16;
		add->key_len = 48;
	} else if (row->gmac) {
		sa->encr.identifier = OV2_ENCR_NONE;
		sa->auth.identifier = OV2_AUTH_AES_GCM_128;
		sa->auth.key_len = 20;
		add->key_len = 20;
	} else {
		sa->encr.identifier = OV2_ENCR_AES_GCM_128;
		sa->encr.additional_info = 12;
		sa->encr.key_len = 20;
		add->key_len = 20;
	}
}

static void expect_endpoints(const struct request_row *row,
			     const struct xfrm_state *x,
			     struct ov2_add_sa_ex *add)
{
	if (row->in)
		add->flags |= OV2_SA_INBOUND;
	if (row->ipv6) {
		add->flags |= OV2_SA_IPV6;
		add->v6.dst = x->id.daddr.in6;
		if (!row->in)
			add->v6.src = x->props.saddr.in6;
		return;
	}
	add->v4.dst = htonl(0xc0000202);
	if (!row->in)
		add->v4.src = htonl(0xc0000201);
}

static void expect_add(struct kunit *test, const struct request_row *row,
		       const struct xfrm_state *x, const struct noted *noted)
{
	struct ov2_add_sa_ex add = {
		.header = {
			.type = OV2_OBJECT_TYPE_DEFAULT,
			.revision = OV2_REVISION_1,
			.size = sizeof(add),
		},
		.num_ext_hdrs = 1,
		.key_offset = sizeof(add),
	};

	add.sec_assoc[0].operation = OV2_OPERATION_ESP;
	add.sec_assoc[0].spi = htonl(OV2_UNIT_SPI);
	if (row->encap)
		add.udp_esp = row->tunnel ? OV2_UDP_ESP_TUNNEL :
					    OV2_UDP_ESP_TRANSPORT;
	if (row->esn == 2) {
		add.sec_assoc[0].flags = OV2_SEC_ASSOC_ESN;
		add.sec_assoc[0].seq_hi = row->in ? 7 : 8;
	}
	expect_endpoints(row, x, &add);
	expect_algorithms(row, &add);
	KUNIT_EXPECT_MEMEQ(test, &noted->add, &add, sizeof(add));
	KUNIT_EXPECT_MEMEQ(test, noted->keys, some_key, add.key_len);
	KUNIT_EXPECT_EQ(test, noted->req.len, sizeof(add) + add.key_len);
}

static void expect_ext(struct kunit *test, const struct request_row *row,
		       const struct ov2_assoc *assoc,
		       const struct ov2_ext_add *ext)
{
	u32 seq_lo = row->esn ? 201 : 101;

	KUNIT_EXPECT_EQ(test, ext->mode,
			row->tunnel ? OV2_SA_TUNNEL : OV2_SA_TRANSPORT);
	KUNIT_EXPECT_TRUE(test, ext->single);
	KUNIT_EXPECT_TRUE(test, ext->allow_twin);
	KUNIT_EXPECT_EQ(test, ext->seq_lo, row->in ? seq_lo : seq_lo + 1);
	KUNIT_EXPECT_EQ(test, ext->window, row->esn ? 128 : 32);
	KUNIT_EXPECT_EQ(test, ntohs(ext->udp_sport), row->encap ? 4501 : 0);
	KUNIT_EXPECT_EQ(test, ntohs(ext->udp_dport), row->encap ? 4502 : 0);
	KUNIT_EXPECT_PTR_EQ(test, ext->transport, (void *)assoc);
}

/* ---- adds */

static void add_says_all(struct kunit *test)
{
	struct noted *noted = noted_new(test);
	const struct request_row *row = test->param_value;
	struct xfrm_state *x = state_of(test, row);
	struct ov2_assoc assoc = { .handle = 5, .seq_hi = 6 };

	noted->status = OV2_STATUS_SUCCESS;
	KUNIT_EXPECT_EQ(test, (u32)OV2_STATUS_SUCCESS,
			(u32)ov2_bridge_request_add(&noted->ad, x, &assoc));
	KUNIT_EXPECT_EQ(test, noted->num, 1);
	KUNIT_EXPECT_EQ(test, noted->req.oid, OV2_OID_ADD_SA_EX);
	KUNIT_EXPECT_TRUE(test, noted->req.may_sleep);
	expect_add(test, row, x, noted);
	expect_ext(test, row, &assoc, &noted->ext);
	KUNIT_EXPECT_EQ(test, assoc.handle, (unsigned long)HANDLE);
	KUNIT_EXPECT_EQ(test, assoc.seq_hi,
			row->esn == 2 ? (row->in ? 7 : 8) : 0);
}

/* An add waits for the end of its request, and returns the status of the
 * request. The request ends at once or later, with success or with a failure.
 */
static void add_waits(struct kunit *test)
{
	static const enum ov2_status ends[] = {
		OV2_STATUS_SUCCESS, OV2_STATUS_RESOURCES,
		OV2_STATUS_INVALID_DATA, OV2_STATUS_NOT_ACCEPTED,
	};
	struct noted *noted = noted_new(test);
	struct xfrm_state *x = ov2_unit_state(test);
	struct ov2_assoc assoc;
	int i;

	for (i = 0; i < 2 * ARRAY_SIZE(ends); i++) {
		noted->status = ends[i / 2];
		noted->pend = i % 2;
		memset(&assoc, 0xff, sizeof(assoc));
		KUNIT_EXPECT_EQ(test, (u32)noted->status,
				(u32)ov2_bridge_request_add(&noted->ad, x,
							    &assoc));
		KUNIT_EXPECT_EQ(test, assoc.handle,
				noted->status == OV2_STATUS_SUCCESS ?
				(unsigned long)HANDLE : 0);
		flush_work(&noted->end);
	}
	KUNIT_EXPECT_EQ(test, noted->num, 2 * ARRAY_SIZE(ends));
}

/* The key is wiped after a success and after a failure of the request. */
static void add_wipes_the_key(struct kunit *test)
{
	static const struct request_row row = { .separate = true };
	struct noted *noted = noted_new(test);
	struct xfrm_state *x = state_of(test, &row);
	struct ov2_key_watch *watch;
	struct ov2_assoc assoc = {};

	watch = ov2_key_watch(test, some_key + 16);
	noted->status = OV2_STATUS_SUCCESS;
	ov2_bridge_request_add(&noted->ad, x, &assoc);
	noted->status = OV2_STATUS_FAILURE;
	ov2_bridge_request_add(&noted->ad, x, &assoc);
	KUNIT_EXPECT_EQ(test, atomic_read(&watch->seen), 0);
}

/* ---- deletes */

/* A delete frees the association a grace period later, because readers that
 * found it may still look at it. The test does not wait for the grace period.
 * When the module is unloaded, ov2_objects_check_none() checks that the
 * association was freed.
 */
static void delete_frees(struct kunit *test)
{
	struct noted *noted = noted_new(test);
	struct ov2_assoc *assoc, *copy;

	copy = kunit_kzalloc(test, sizeof(*copy), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, copy);
	assoc = kzalloc(sizeof(*assoc), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, assoc);
	ov2_object_created(OV2_OBJECT_ASSOC, assoc);
	memset(&assoc->sad, 0x5a, sizeof(assoc->sad));
	noted->ad.dev = ov2_shape_device(test);
	assoc->ad = &noted->ad;
	netdev_hold(noted->ad.dev, &assoc->dev_tracker, GFP_KERNEL);
	assoc->del.oid = OV2_OID_DELETE_SA;
	assoc->del.caller = assoc;
	memcpy(copy, assoc, sizeof(*copy));

	rcu_read_lock();
	ov2_bridge_request_complete(&noted->ad, &assoc->del,
				    OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_MEMEQ(test, assoc, copy, offsetof(struct ov2_assoc, rcu));
	rcu_read_unlock();
	/* The netdev may go now, because only its owner has a reference. */
	KUNIT_EXPECT_EQ(test, netdev_refcnt_read(noted->ad.dev), 1);
}

static struct kunit_case state_request_cases[] = {
	KUNIT_CASE_PARAM(add_says_all, row_gen_params),
	KUNIT_CASE(add_waits),
	KUNIT_CASE(add_wipes_the_key),
	KUNIT_CASE(delete_frees),
	{}
};

static struct kunit_suite state_request_suite = {
	.name = "ov2_state_request",
	.test_cases = state_request_cases,
};

kunit_test_suite(state_request_suite);
