// SPDX-License-Identifier: GPL-2.0
/*
 * Tells by which name the crypto API knows the algorithms of an SA, and which
 * algorithms the running kernel has.
 */
#include <crypto/aead.h>
#include <crypto/hash.h>

#include "../ov2/algorithms.h"
#include "probe.h"

/**
 * ov2_kernel_aead_name() - make the name that the crypto API has for the
 *	algorithms of an SA with ESP
 * @encr: the cipher or combined mode
 * @auth: the integrity algorithm; ignored with a combined mode
 * @esn: the SA has extended sequence numbers. A cipher with a separate MAC then
 *	has another name, because its MAC must cover the high half of the number
 * @name: filled in with the name; a buffer of CRYPTO_MAX_ALG_NAME bytes
 *
 * Context: Any context.
 * Return: true, or false if the crypto API has no name for this pair.
 */
bool ov2_kernel_aead_name(const struct ov2_algorithm *encr,
			  const struct ov2_algorithm *auth, bool esn,
			  char *name)
{
	if (encr->kind == OV2_ALGORITHM_COMBINED)
		return strscpy(name, encr->name, CRYPTO_MAX_ALG_NAME) > 0;
	if (!auth)
		return false;
	if (auth->kind == OV2_ALGORITHM_GMAC)
		return strscpy(name, auth->name, CRYPTO_MAX_ALG_NAME) > 0;
	return snprintf(name, CRYPTO_MAX_ALG_NAME, "authenc%s(%s,%s)",
			esn ? "esn" : "", auth->name, encr->name) <
	       CRYPTO_MAX_ALG_NAME;
}

static bool has_aead(const struct ov2_algorithm *encr,
		     const struct ov2_algorithm *auth, bool esn)
{
	char name[CRYPTO_MAX_ALG_NAME];

	return ov2_kernel_aead_name(encr, auth, esn, name) &&
	       crypto_has_aead(name, 0, 0);
}

/* A cipher is tried together with @mac. The caller passes any MAC that the
 * kernel has, because a cipher that works with one MAC works with every MAC.
 */
static bool kernel_has(const struct ov2_algorithm *algorithm,
		       const struct ov2_algorithm *mac)
{
	switch (algorithm->kind) {
	case OV2_ALGORITHM_MAC:
		return crypto_has_ahash(algorithm->name, 0, 0);
	case OV2_ALGORITHM_GMAC:
		return crypto_has_aead(algorithm->name, 0, 0);
	case OV2_ALGORITHM_COMBINED:
		return has_aead(algorithm, NULL, false);
	case OV2_ALGORITHM_CIPHER:
		return mac && has_aead(algorithm, mac, false) &&
		       has_aead(algorithm, mac, true);
	}
	return false;
}

static const struct ov2_algorithm *first_mac(void)
{
	const struct ov2_algorithm *algorithm;

	for (algorithm = ov2_algorithms; algorithm->name; algorithm++)
		if (algorithm->kind == OV2_ALGORITHM_MAC &&
		    kernel_has(algorithm, NULL))
			return algorithm;
	return NULL;
}

/**
 * ov2_transform_probe() - which algorithms does the running kernel have?
 * @caps: this function sets the members encr and auth
 *
 * The engine offers only the algorithms that are found here. If it offered
 * other algorithms, adds with these algorithms would fail.
 *
 * Context: Process context, sleeps, because the crypto API loads modules and
 *   tests algorithms.
 */
void ov2_transform_probe(struct ov2_capabilities *caps)
{
	const struct ov2_algorithm *mac = first_mac();
	const struct ov2_algorithm *algorithm;

	might_sleep();
	caps->encr = 0;
	caps->auth = 0;
	for (algorithm = ov2_algorithms; algorithm->name; algorithm++) {
		if (!kernel_has(algorithm, mac))
			continue;
		if (ov2_algorithm_is_encr(algorithm))
			caps->encr |= ov2_algorithm_ids(algorithm);
		else
			caps->auth |= ov2_algorithm_ids(algorithm);
	}
}
