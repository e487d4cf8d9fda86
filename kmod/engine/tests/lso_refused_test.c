// SPDX-License-Identifier: GPL-2.0
/*
 * A large send with wrong records, bytes or form is refused.
 *
 * Tunnel mode is a wrong form, because these sends have no ov2_ext_lso
 * (INV-26). A refused send does not leave in clear (INV-29).
 */
#include <kunit/test.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>

#include "../../unit/rig/large_send.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_request.h"
#include "../../ov2/records.h"

#define IP	ETH_HLEN

static u32 with_mss(u32 word, u32 mss)
{
	return (word & ~OV2_TX_LSO_MSS) | mss;
}

/* A wrong word in slot 1, 2 or 12 is refused. */
static void lso_records_wrong(struct kunit *test)
{
	/* The values in hexadecimal or with a shift are bits of the TCP offset.
	 * The last value is a bit above the 32 bits of the word. On a 32-bit
	 * machine a slot has no such bit, so the value is 0 and is left out.
	 */
	static const unsigned long flips[] = {
		OV2_TX_LSO_V2, OV2_TX_LSO_IPV6, 1 << 20, 4 << 20, 0x10000000,
		(unsigned long)BIT_ULL(32),
	};
	struct ov2_large large = ov2_large_new(test, 250);
	int i;

	ov2_large_add(&large);
	for (i = 0; i < ARRAY_SIZE(flips); i++) {
		if (!flips[i])
			continue;
		ov2_large_make(&large);
		large.nbl->info[OV2_INFO_LSO] ^= flips[i];
		ov2_large_refused(&large);
	}
	ov2_large_make(&large);
	large.nbl->info[OV2_INFO_LSO] =
		with_mss(large.nbl->info[OV2_INFO_LSO], 0);
	ov2_large_refused(&large);
	ov2_large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC_HEADER] ^= 1;
	ov2_large_refused(&large);
	ov2_large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC] = 0;
	ov2_large_refused(&large);
}

/* A large send is refused if a header length, the IP length or the padding is
 * wrong.
 */
static void lso_bytes_wrong(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);
	struct tcphdr *tcp;
	struct iphdr *ip;

	ov2_large_add(&large);
	ov2_large_make(&large);
	ip = (struct iphdr *)(large.nbl->skb->data + IP);
	ip->tot_len = htons(large.nbl->skb->len - IP - 1);
	ov2_large_refused(&large);

	ov2_large_make(&large);
	tcp = (struct tcphdr *)(large.nbl->skb->data + ov2_large_tcp(&large));
	tcp->doff = 4;
	ov2_large_refused(&large);

	large.len = 0;
	ov2_large_make(&large);
	tcp = (struct tcphdr *)(large.nbl->skb->data + ov2_large_tcp(&large));
	tcp->doff = 15;
	ov2_large_refused(&large);
	ov2_large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC_HEADER] |= 1 << 8;
	ov2_large_refused(&large);
}

/* A template that ends inside its headers is refused, and the engine reads
 * nothing beyond the end of the template.
 */
static void lso_cut(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 50);
	unsigned int len;

	ov2_large_add(&large);
	len = ov2_large_tcp(&large) + OV2_LARGE_TCP_LEN;
	while (--len > 0) {
		ov2_large_make(&large);
		ov2_rig_cut(large.nbl->skb, len);
		ov2_large_refused(&large);
	}
}

/* A large send is refused if a segment would be longer than an IP packet can
 * be.
 */
static void lso_too_long(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 70000);

	ov2_large_add(&large);
	large.mss = 65500;
	ov2_large_make(&large);
	ov2_large_refused(&large);
}

/* A large send in tunnel mode is refused if it has no ov2_ext_lso (INV-26). If
 * an NBL has another frame besides the large send, the NBL is refused, and no
 * frame leaves.
 */
static void lso_forms_wrong(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);
	struct ov2_rig_sa tunnel = OV2_RIG_SA_GCM;

	tunnel.tunnel = true;
	tunnel.spi++;
	ov2_large_add(&large);
	ov2_rig_add_outbound(large.a, &tunnel);
	ov2_large_make(&large);
	large.nbl->info[OV2_INFO_IPSEC_TUNNEL] = tunnel.out;
	ov2_large_refused(&large);
	ov2_large_make(&large);
	large.nbl->skb->next = ov2_large_template(&large);
	ov2_large_refused(&large);

	large.sa.tunnel = true;
	large.sa.spi += 2;
	ov2_large_add(&large);
	ov2_large_make(&large);
	ov2_large_refused(&large);
}

/* If an engine does not advertise large send, it refuses a large send (INV-26).
 */
static void lso_not_capable(struct kunit *test)
{
	struct ov2_large large = ov2_large_new(test, 250);
	const struct ov2_offload *had = large.a->ad.hardware;
	struct ov2_offload hardware = *had;

	ov2_large_add(&large);
	ov2_large_make(&large);
	hardware.ipsec_v2.lso = false;
	large.a->ad.hardware = &hardware;
	ov2_large_refused(&large);
	large.a->ad.hardware = had;
}

static struct kunit_case lso_refused_cases[] = {
	KUNIT_CASE(lso_records_wrong),
	KUNIT_CASE(lso_bytes_wrong),
	KUNIT_CASE(lso_cut),
	KUNIT_CASE(lso_too_long),
	KUNIT_CASE(lso_forms_wrong),
	KUNIT_CASE(lso_not_capable),
	{}
};

static struct kunit_suite lso_refused_suite = {
	.name = "ov2_lso_refused",
	.test_cases = lso_refused_cases,
};

kunit_test_suite(lso_refused_suite);
