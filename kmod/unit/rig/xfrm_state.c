// SPDX-License-Identifier: GPL-2.0
/* xfrm states with the fields that the bridge reads. The states are in no
 * database.
 */
#include <linux/poison.h>

#include "xfrm_state.h"

/**
 * ov2_unit_state_aead() - give a state a combined mode
 * @test: the test
 * @x: the state
 * @name: the algorithm's name in xfrm
 * @key: the key, with the salt
 * @len: bytes of @key
 * @icv_len: bytes of the ICV
 *
 * Context: Process context.
 */
void ov2_unit_state_aead(struct kunit *test, struct xfrm_state *x,
			 const char *name, const u8 *key, unsigned int len,
			 unsigned int icv_len)
{
	x->aead = kunit_kzalloc(test, sizeof(*x->aead) + len, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x->aead);
	strscpy(x->aead->alg_name, name, sizeof(x->aead->alg_name));
	memcpy(x->aead->alg_key, key, len);
	x->aead->alg_key_len = len * 8;
	x->aead->alg_icv_len = icv_len * 8;
	x->geniv = "seqiv";
}

/**
 * ov2_unit_state_separate() - give a state AES-CBC and HMAC of SHA-256
 * @test: the test
 * @x: the state, which loses its combined mode
 * @cipher_key: 16 bytes
 * @hmac_key: 32 bytes
 *
 * Context: Process context.
 */
void ov2_unit_state_separate(struct kunit *test, struct xfrm_state *x,
			     const u8 *cipher_key, const u8 *hmac_key)
{
	x->ealg = kunit_kzalloc(test, sizeof(*x->ealg) + 16, GFP_KERNEL);
	x->aalg = kunit_kzalloc(test, sizeof(*x->aalg) + 32, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, x->ealg);
	KUNIT_ASSERT_NOT_NULL(test, x->aalg);
	strscpy(x->ealg->alg_name, "cbc(aes)", sizeof(x->ealg->alg_name));
	memcpy(x->ealg->alg_key, cipher_key, 16);
	x->ealg->alg_key_len = 16 * 8;
	strscpy(x->aalg->alg_name, "hmac(sha256)", sizeof(x->aalg->alg_name));
	memcpy(x->aalg->alg_key, hmac_key, 32);
	x->aalg->alg_key_len = 32 * 8;
	x->aalg->alg_trunc_len = 128;
	x->aead = NULL;
	x->geniv = "echainiv";
}

/**
 * ov2_unit_state() - a state that any card takes
 * @test: the test; the state lives as long as the test
 *
 * Outbound in crypto mode: AES-GCM-128 in transport mode over IPv4.
 *
 * Context: Process context.
 * Return: the state.
 */
struct xfrm_state *ov2_unit_state(struct kunit *test)
{
	struct xfrm_state *x = kunit_kzalloc(test, sizeof(*x), GFP_KERNEL);
	static const u8 key[20] = { 1, 2, 3 };

	KUNIT_ASSERT_NOT_NULL(test, x);
	x->id.spi = htonl(OV2_UNIT_SPI);
	x->id.proto = IPPROTO_ESP;
	x->id.daddr.a4 = htonl(0xc0000202);
	x->props.saddr.a4 = htonl(0xc0000201);
	x->props.family = AF_INET;
	x->props.mode = XFRM_MODE_TRANSPORT;
	x->props.reqid = 7;
	x->sel.family = AF_INET;
	x->pcpu_num = UINT_MAX;
	x->xso.dir = XFRM_DEV_OFFLOAD_OUT;
	x->xso.type = XFRM_DEV_OFFLOAD_CRYPTO;
	ov2_unit_state_aead(test, x, "rfc4106(gcm(aes))", key, sizeof(key), 16);
	return x;
}

/**
 * ov2_unit_state_live() - make a state valid, as the core does
 * @x: the state, zeroed or from ov2_shape_state(). It becomes a state of ESP in
 *	init_net, with one reference and without limits
 *
 * Context: Process context.
 */
void ov2_unit_state_live(struct xfrm_state *x)
{
	write_pnet(&x->xs_net, &init_net);
	spin_lock_init(&x->lock);
	refcount_set(&x->refcnt, 1);
	x->km.state = XFRM_STATE_VALID;
	x->id.proto = IPPROTO_ESP;
	x->lft.hard_byte_limit = XFRM_INF;
	x->lft.hard_packet_limit = XFRM_INF;
	x->lft.soft_byte_limit = XFRM_INF;
	x->lft.soft_packet_limit = XFRM_INF;
}

/**
 * ov2_unit_state_unheld() - make a state one that the core is freeing
 * @x: the state. Nobody holds it any more, and what its members pointed to is
 *	gone. The kernel oopses if anybody reads it. x->xso and the lock stay
 *
 * Leaves the state as xfrm_state_gc_destroy() does before it calls
 * xdo_dev_state_free.
 *
 * Context: Process context.
 */
void ov2_unit_state_unheld(struct xfrm_state *x)
{
	void *gone = LIST_POISON1;

	x->km.state = XFRM_STATE_DEAD;
	refcount_set(&x->refcnt, 0);
	x->aead = gone;
	x->aalg = gone;
	x->ealg = gone;
	x->calg = gone;
	x->encap = gone;
	x->coaddr = gone;
	x->replay_esn = gone;
	x->preplay_esn = gone;
}
