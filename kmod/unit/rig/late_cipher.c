// SPDX-License-Identifier: GPL-2.0
/*
 * An AES-GCM that is late: two of three requests complete from a workqueue, on
 * different CPUs, in no particular order. The third request completes at once.
 * The cipher is for tests that check the order of frames, and for tests of code
 * that runs in completions. The cipher refuses an IV that is not aligned,
 * because AES-GCM of some processors wants aligned IVs.
 */
#include <crypto/internal/aead.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/random.h>

#include "late_cipher.h"

/* A higher priority than any other algorithm of this name has */
#define LATE_PRIORITY	100000

/* An IV must be aligned to 64 bytes. kmalloc() does not align small buffers to
 * 64 bytes, so code that forgets to align its IVs soon fails.
 */
#define LATE_ALIGNMASK	63

/* The CPU on which all late requests complete, or -1 for different CPUs */
static int late_cpu = -1;

/**
 * struct late_request - a request that waits
 * @work: does the request later
 * @req: the caller's request
 * @op: encrypt or decrypt
 * @sub: the request to the cipher below
 */
struct late_request {
	struct work_struct work;
	struct aead_request *req;
	int (*op)(struct aead_request *req);
	struct aead_request sub;
};

static struct crypto_aead **late_below(struct crypto_aead *tfm)
{
	return crypto_aead_ctx(tfm);
}

static int late_init(struct crypto_aead *tfm)
{
	struct crypto_aead *below;

	below = crypto_alloc_aead("rfc4106(gcm(aes))", 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(below))
		return PTR_ERR(below);

	*late_below(tfm) = below;
	crypto_aead_set_reqsize(tfm, sizeof(struct late_request) +
				     crypto_aead_reqsize(below));
	return 0;
}

static void late_exit(struct crypto_aead *tfm)
{
	crypto_free_aead(*late_below(tfm));
}

static int late_setkey(struct crypto_aead *tfm, const u8 *key,
		       unsigned int len)
{
	return crypto_aead_setkey(*late_below(tfm), key, len);
}

static int late_setauthsize(struct crypto_aead *tfm, unsigned int len)
{
	return crypto_aead_setauthsize(*late_below(tfm), len);
}

static int late_do(struct late_request *late)
{
	struct aead_request *req = late->req;

	aead_request_set_tfm(&late->sub,
			     *late_below(crypto_aead_reqtfm(req)));
	aead_request_set_callback(&late->sub, 0, NULL, NULL);
	aead_request_set_crypt(&late->sub, req->src, req->dst, req->cryptlen,
			       req->iv);
	aead_request_set_ad(&late->sub, req->assoclen);
	return late->op(&late->sub);
}

static void late_work(struct work_struct *work)
{
	struct late_request *late = container_of(work, struct late_request,
						 work);
	int err = late_do(late);

	udelay(get_random_u32_below(20));
	local_bh_disable();
	aead_request_complete(late->req, err);
	local_bh_enable();
}

static int late_crypt(struct aead_request *req,
		      int (*op)(struct aead_request *req))
{
	static atomic_t turn = ATOMIC_INIT(0);
	struct late_request *late = aead_request_ctx(req);
	unsigned int n = atomic_inc_return(&turn);
	int cpu;

	if (!IS_ALIGNED((unsigned long)req->iv, LATE_ALIGNMASK + 1))
		return -EFAULT;

	late->req = req;
	late->op = op;
	if (n % 3 == 0)
		return late_do(late);

	INIT_WORK(&late->work, late_work);
	cpu = late_cpu >= 0 ? late_cpu :
	      cpumask_nth(n % num_online_cpus(), cpu_online_mask);
	queue_work_on(cpu, system_highpri_wq, &late->work);
	return -EINPROGRESS;
}

static int late_encrypt(struct aead_request *req)
{
	return late_crypt(req, crypto_aead_encrypt);
}

static int late_decrypt(struct aead_request *req)
{
	return late_crypt(req, crypto_aead_decrypt);
}

static struct aead_alg late_alg = {
	.init = late_init,
	.exit = late_exit,
	.setkey = late_setkey,
	.setauthsize = late_setauthsize,
	.encrypt = late_encrypt,
	.decrypt = late_decrypt,
	.ivsize = 8,
	.maxauthsize = 16,
	.base = {
		.cra_name = "rfc4106(gcm(aes))",
		.cra_driver_name = "ov2-late",
		.cra_priority = LATE_PRIORITY,
		.cra_flags = CRYPTO_ALG_ASYNC,
		.cra_blocksize = 1,
		.cra_alignmask = LATE_ALIGNMASK,
		.cra_ctxsize = sizeof(struct crypto_aead *),
		.cra_module = THIS_MODULE,
	},
};

static void late_unregister(void *unused)
{
	crypto_unregister_aead(&late_alg);
	late_cpu = -1;
}

/**
 * ov2_late_aead() - make AES-GCM late until the test ends
 * @test: the test; asserts that the cipher could be registered
 *
 * SAs that are added after this call use the late cipher. Call this before you
 * make the rig, so that the rig ends before the cipher.
 *
 * Context: Process context.
 */
void ov2_late_aead(struct kunit *test)
{
	KUNIT_ASSERT_EQ(test, 0, crypto_register_aead(&late_alg));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test,
							   late_unregister,
							   NULL));
}

/**
 * ov2_late_aead_on() - as ov2_late_aead(), but requests complete on one CPU
 * @test: the test
 * @cpu: the CPU
 *
 * The counter of an SA gives each CPU IVs of its own. When a request completes,
 * the engine may begin the next request on the CPU of the completion, and draw
 * its IV there. So if a test expects certain IVs, all its requests must
 * complete on one CPU, and the test must run on this CPU, too.
 *
 * Context: Process context.
 */
void ov2_late_aead_on(struct kunit *test, int cpu)
{
	late_cpu = cpu;
	ov2_late_aead(test);
}
