// SPDX-License-Identifier: GPL-2.0
/*
 * What an AEAD costs alone: the least that ESP must do with a packet.
 *
 *	insmod ov2_aead.ko alg='rfc4106(gcm(aes))' key=20 icv=16 bytes=1448
 *	cat /sys/module/ov2_aead/parameters/{seal,open}		nanoseconds
 *	rmmod ov2_aead
 *
 * The AAD, the bytes to encrypt and the ICV lie in one buffer, and the request
 * is allocated only once. In a guest where an instruction takes a nanosecond,
 * the figures are instructions.
 */
#include <crypto/aead.h>
#include <crypto/authenc.h>
#include <linux/bottom_half.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/scatterlist.h>
#include <linux/slab.h>

#define ROUNDS	200

static char *alg = "rfc4106(gcm(aes))";
module_param(alg, charp, 0444);
MODULE_PARM_DESC(alg, "name of the algorithm");
static unsigned int key = 20;
module_param(key, uint, 0444);
MODULE_PARM_DESC(key, "bytes of the key, or of both keys");
static unsigned int cipher_key;
module_param(cipher_key, uint, 0444);
MODULE_PARM_DESC(cipher_key, "bytes of the cipher's key, if there are two keys");
static unsigned int icv = 16;
module_param(icv, uint, 0444);
MODULE_PARM_DESC(icv, "bytes of the ICV");
static unsigned int bytes = 1448;
module_param(bytes, uint, 0444);
MODULE_PARM_DESC(bytes, "bytes to encrypt, rounded up to a block");
static unsigned long seal, open;
module_param(seal, ulong, 0444);
MODULE_PARM_DESC(seal, "out: nanoseconds to encrypt");
module_param(open, ulong, 0444);
MODULE_PARM_DESC(open, "out: nanoseconds to decrypt");

/* authenc() takes a header with the length of the cipher's key, and then both keys. */
static int set_key(struct crypto_aead *tfm)
{
	struct crypto_authenc_key_param *param;
	struct rtattr *rta;
	u8 keys[256] = {};
	size_t header = 0;

	if (cipher_key) {
		rta = (struct rtattr *)keys;
		rta->rta_type = CRYPTO_AUTHENC_KEYA_PARAM;
		rta->rta_len = RTA_LENGTH(sizeof(*param));
		param = RTA_DATA(rta);
		param->enckeylen = cpu_to_be32(cipher_key);
		header = RTA_SPACE(sizeof(*param));
	}
	if (header + key > sizeof(keys))
		return -EINVAL;
	get_random_bytes(keys + header, key);
	return crypto_aead_setkey(tfm, keys, header + key) ?:
	       crypto_aead_setauthsize(tfm, icv);
}

static int measure(struct aead_request *req, struct scatterlist *sg, u8 *iv)
{
	unsigned int len = round_up(bytes, crypto_aead_blocksize(
						crypto_aead_reqtfm(req)));
	ktime_t begin, middle, end;
	int i, err = 0;

	local_bh_disable();
	begin = ktime_get();
	for (i = 0; i < ROUNDS && !err; i++) {
		aead_request_set_crypt(req, sg, sg, len, iv);
		err = crypto_aead_encrypt(req);
	}
	middle = ktime_get();
	/* Only sealed bytes can be opened, so seal them first. */
	for (i = 0; i < ROUNDS && !err; i++) {
		aead_request_set_crypt(req, sg, sg, len, iv);
		err = crypto_aead_encrypt(req);
		if (err)
			break;
		aead_request_set_crypt(req, sg, sg, len + icv, iv);
		err = crypto_aead_decrypt(req);
	}
	end = ktime_get();
	local_bh_enable();
	seal = div_u64(ktime_to_ns(ktime_sub(middle, begin)), ROUNDS);
	open = div_u64(ktime_to_ns(ktime_sub(end, middle)), ROUNDS) - seal;
	return err;
}

static int __init ov2_aead_init(void)
{
	struct aead_request *req;
	struct crypto_aead *tfm;
	struct scatterlist sg;
	int err = -ENOMEM;
	u8 iv[32] = {};
	size_t len;
	void *data;

	tfm = crypto_alloc_aead(alg, 0, CRYPTO_ALG_ASYNC);
	if (IS_ERR(tfm))
		return PTR_ERR(tfm);
	req = aead_request_alloc(tfm, GFP_KERNEL);
	/* 64 bytes are enough for the padding of a block and for the ICV. */
	len = 8 + crypto_aead_ivsize(tfm) + bytes + 64;
	data = kzalloc(len, GFP_KERNEL);
	if (!req || !data)
		goto free;
	err = set_key(tfm);
	if (err)
		goto free;
	sg_init_one(&sg, data, len);
	aead_request_set_callback(req, 0, NULL, NULL);
	/* The AAD is the SPI, the sequence number and the IV, as in ESP. */
	aead_request_set_ad(req, 8 + crypto_aead_ivsize(tfm));
	err = measure(req, &sg, iv);
free:
	kfree(data);
	aead_request_free(req);
	crypto_free_aead(tfm);
	return err;
}
module_init(ov2_aead_init);

static void __exit ov2_aead_exit(void)
{
}
module_exit(ov2_aead_exit);

MODULE_DESCRIPTION("What an AEAD costs alone");
MODULE_LICENSE("GPL");
