// SPDX-License-Identifier: GPL-2.0
/*
 * A send whose records and bytes disagree never leaves, and other sends leave
 * in order.
 *
 * The tests are about sends that must not leave in clear (INV-29), and about
 * handles that are unknown or name an inbound SA (INV-13, INV-14).
 */
#include <kunit/test.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/checksum.h>

#include "../../unit/rig/late_cipher.h"
#include "../../unit/rig/random_choice.h"
#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../../ov2/handle.h"
#include "../../ov2/records.h"
#include "../../watch/counters.h"

#define IP	ETH_HLEN
#define ESP	(ETH_HLEN + sizeof(struct iphdr))
/* Header and IV */
#define PAYLOAD	(ESP + 16)

#define AGREE_ROUNDS	400

/* A sender with an SA in transport mode and an SA in tunnel mode */
struct sender {
	struct ov2_rig *rig;
	struct ov2_rig_sa sa;
	struct ov2_rig_sa tunnel;
};

static struct sender sender_new(struct kunit *test)
{
	struct sender s = {
		.rig = ov2_rig_new(test, &ov2_engine_miniport),
		.sa = OV2_RIG_SA_GCM,
		.tunnel = OV2_RIG_SA_GCM,
	};

	s.tunnel.spi++;
	s.tunnel.tunnel = true;
	s.sa.net = 1;
	ov2_rig_add_outbound(s.rig, &s.sa);
	ov2_rig_add_outbound(s.rig, &s.tunnel);
	return s;
}

/* Without @tunnel, the frame has only the SA in transport mode. With @tunnel
 * and @single it has only the SA in tunnel mode. With @tunnel, but without
 * @single, it has both SAs.
 */
static struct ov2_nbl *nbl_new(struct sender *s, bool tunnel, bool single)
{
	const struct ov2_rig_frame frame = {
		.sa = single && tunnel ? &s->tunnel : &s->sa,
		.tunnel = tunnel && !single ? &s->tunnel : NULL,
		.seq = 1,
		.len = 50,
	};

	return ov2_rig_frame(s->rig, &frame, 0);
}

/* Sends an NBL, and returns the status with which it came back. */
static enum ov2_status status_of(struct sender *s, struct ov2_nbl *nbl)
{
	ov2_rig_send(s->rig, nbl);
	ov2_rig_wait_idle(s->rig);
	return ov2_rig_sent_status(nbl);
}

static void expect_refused(struct kunit *test, struct sender *s,
			   struct ov2_nbl *nbl)
{
	KUNIT_EXPECT_EQ(test, (u32)status_of(s, nbl), (u32)OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&s->rig->wire), 0);
}

static void expect_sent(struct kunit *test, struct sender *s,
			struct ov2_nbl *nbl)
{
	KUNIT_EXPECT_EQ(test, (u32)status_of(s, nbl), (u32)OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, skb_queue_len(&s->rig->wire), 1);
	skb_queue_purge(&s->rig->wire);
}

/* A frame without a handle leaves unchanged (INV-6). */
static void send_plain(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_frame frame = { .len = 100 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);
	struct sk_buff *copy = ov2_rig_keep_copy(rig, nbl->skb);

	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	KUNIT_EXPECT_MEMEQ(test, ov2_rig_wire_first(rig)->data, copy->data,
			   copy->len);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad, OV2_CNT_TX_PKTS), 0);
}

/* Slot 1 and slot 11 each take only a live outbound SA of the right mode (Q1,
 * INV-13, INV-14).
 */
static void send_slots(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_rig_sa in = s.sa;
	struct ov2_nbl *nbl;

	ov2_rig_add_inbound(s.rig, &in);
	expect_sent(test, &s, nbl_new(&s, false, true));
	expect_sent(test, &s, nbl_new(&s, true, true));
	expect_sent(test, &s, nbl_new(&s, true, false));

	nbl = nbl_new(&s, true, true);
	swap(nbl->info[OV2_INFO_IPSEC], nbl->info[OV2_INFO_IPSEC_TUNNEL]);
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, true, false);
	swap(nbl->info[OV2_INFO_IPSEC], nbl->info[OV2_INFO_IPSEC_TUNNEL]);
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, true, false);
	nbl->info[OV2_INFO_IPSEC_TUNNEL] = 0;
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, true, false);
	nbl->info[OV2_INFO_IPSEC_TUNNEL] = s.sa.out;
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, true, false);
	/* Another generation, so the handle names nothing (ov2/handle.c) */
	nbl->info[OV2_INFO_IPSEC_TUNNEL] ^= 1UL << (OV2_HANDLE_SLOT_BITS + 4);
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, false, true);
	nbl->info[OV2_INFO_IPSEC] = in.in;
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, false, true);
	nbl->info[OV2_INFO_IPSEC_TUNNEL] = s.tunnel.out;
	expect_refused(test, &s, nbl);
	/* This counter counts two of these sends: the send whose slot 11 names
	 * no SA, and the send whose slot 1 names an inbound SA.
	 */
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&s.rig->ad,
					       OV2_CNT_TX_DROP_HANDLE), 2);
}

/* Bytes and slots agree, but the send is refused if the outer SA is not in
 * tunnel mode, or if the inner SA is not in transport mode.
 */
static void send_modes(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_rig_sa other = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = {
		.sa = &s.sa, .tunnel = &other, .seq = 1, .len = 50,
	};

	other.spi += 2;
	ov2_rig_add_outbound(s.rig, &other);
	expect_refused(test, &s, ov2_rig_frame(s.rig, &frame, 0));
	frame.sa = &s.tunnel;
	frame.tunnel = &other;
	other.tunnel = true;
	other.spi++;
	ov2_rig_add_outbound(s.rig, &other);
	expect_refused(test, &s, ov2_rig_frame(s.rig, &frame, 0));
	frame.sa = &s.sa;
	expect_sent(test, &s, ov2_rig_frame(s.rig, &frame, 0));
}

/* A send with one wrong bit in slot 12 is refused, because slot 12 must agree
 * with the bytes (ipsecov2.rst Q11).
 */
static void send_header_bits(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_nbl *nbl;
	int form, bit;

	for (form = 0; form < 3; form++)
		for (bit = 0; bit < 32; bit++) {
			nbl = nbl_new(&s, form, form == 1);
			nbl->info[OV2_INFO_IPSEC_HEADER] ^= BIT(bit);
			expect_refused(test, &s, nbl);
		}
}

/* A send is refused if the SPI, the IP protocol, the next header or the length
 * in its bytes is wrong.
 */
static void send_bytes(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_nbl *nbl;
	unsigned int at;

	for (at = ESP; at < ESP + 4; at++) {
		nbl = nbl_new(&s, false, true);
		ov2_rig_flip(nbl->skb, at, 1);
		expect_refused(test, &s, nbl);
	}
	nbl = nbl_new(&s, false, true);
	ov2_rig_flip(nbl->skb, IP + 9, 1);
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, false, true);
	ov2_rig_flip(nbl->skb, nbl->skb->len - 17, 1);
	expect_refused(test, &s, nbl);
	nbl = nbl_new(&s, false, true);
	skb_put_zero(nbl->skb, 1);
	expect_refused(test, &s, nbl);
	/* The SPI of the inner packet */
	nbl = nbl_new(&s, true, false);
	ov2_rig_flip(nbl->skb, PAYLOAD + sizeof(struct iphdr), 1);
	expect_refused(test, &s, nbl);
}

/* A frame that is cut is refused, even if the length in the IP header is then
 * corrected.
 */
static void send_cut(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_nbl *nbl = nbl_new(&s, true, false);
	unsigned int len = nbl->skb->len;
	struct iphdr *ip;

	expect_sent(test, &s, nbl);
	while (--len >= IP + sizeof(*ip)) {
		nbl = nbl_new(&s, true, false);
		ov2_rig_cut(nbl->skb, len);
		expect_refused(test, &s, nbl);
		nbl = nbl_new(&s, true, false);
		ov2_rig_cut(nbl->skb, len);
		ip = (struct iphdr *)(nbl->skb->data + IP);
		ip->tot_len = htons(len - IP);
		expect_refused(test, &s, nbl);
	}
}

/* The four forms of UDP-ESP (ipsecov2.rst 2.9) and the forms without UDP are
 * sent, and no other form. The SA of slot 1 has the type types[i]. The SA
 * around it has the type types[j]; if j is -1, there is no SA around it.
 */
static void send_udp_forms(struct kunit *test)
{
	static const u32 types[] = { 0, 1, 2, 4, 8 };
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM, tunnel = OV2_RIG_SA_GCM;
	struct ov2_rig_frame frame = { .sa = &sa, .len = 50 };
	struct ov2_nbl *nbl;
	bool good;
	int i, j;

	sa.net = 1;
	for (i = 0; i < 5; i++)
		for (j = -1; j < 5; j++) {
			sa.spi++;
			sa.udp_esp = types[i];
			sa.tunnel = j < 0 && sa.udp_esp == 2;
			ov2_rig_add_outbound(rig, &sa);
			tunnel.spi = sa.spi + 0x100;
			tunnel.tunnel = true;
			tunnel.udp_esp = j < 0 ? 0 : types[j];
			ov2_rig_add_outbound(rig, &tunnel);
			frame.tunnel = j < 0 ? NULL : &tunnel;
			good = j < 0 ? types[i] < 4 :
			       (!types[i] && (!types[j] || types[j] == 4)) ||
			       (types[i] == 8 && !types[j]);
			nbl = ov2_rig_frame(rig, &frame, 0);
			ov2_rig_send(rig, nbl);
			ov2_rig_wait_idle(rig);
			KUNIT_EXPECT_EQ_MSG(test, ov2_rig_sent_status(nbl) ==
					    OV2_STATUS_SUCCESS, good,
					    "type %u, index %d of the type around it",
					    types[i], j);
		}
}

/* Returns an NBL of @num frames, with the numbers from 1 on. */
static struct ov2_nbl *chain_new(struct sender *s, unsigned int num)
{
	struct ov2_rig_frame frame = { .sa = &s->sa, .seq = 1, .len = 50 };
	struct ov2_nbl *nbl = ov2_rig_frame(s->rig, &frame, 0);
	struct sk_buff *tail = nbl->skb;
	struct ov2_nbl *other;

	while (--num) {
		frame.seq++;
		other = ov2_rig_frame(s->rig, &frame, 0);
		tail->next = other->skb;
		tail = other->skb;
		other->skb = NULL;
	}
	return nbl;
}

static void expect_chain(struct kunit *test, struct sender *s,
			 struct ov2_rig *to, unsigned int num)
{
	unsigned int i;

	KUNIT_ASSERT_EQ(test, skb_queue_len(&s->rig->wire), num);
	for (i = 1; i <= num; i++) {
		struct ov2_nbl *nbl;

		ov2_rig_loop(s->rig, to);
		nbl = ov2_rig_last_indicated(to);
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_EQ(test, nbl->ext_rx.seq64, i);
	}
}

/* Either all frames of an NBL are sent, in order and with one completion, or no
 * frame is sent (INV-24).
 */
static void send_several(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_rig *to = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_nbl *nbl;

	ov2_rig_add_inbound(to, &s.sa);
	KUNIT_EXPECT_EQ(test, (u32)status_of(&s, chain_new(&s, 5)),
			(u32)OV2_STATUS_SUCCESS);
	expect_chain(test, &s, to, 5);
	KUNIT_EXPECT_EQ(test, atomic_read(&s.rig->num_sent), 1);

	nbl = chain_new(&s, 5);
	ov2_rig_flip(nbl->skb->next->next->next->next, ESP, 1);
	expect_refused(test, &s, nbl);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&s.rig->ad,
					       OV2_CNT_TX_DROP_RECORD), 5);
}

/* The frames of an NBL leave in order, whichever cipher ends first. */
static void send_several_late(struct kunit *test)
{
	struct ov2_rig *to;
	struct sender s;

	ov2_late_aead(test);
	s = sender_new(test);
	to = ov2_rig_new(test, &ov2_engine_miniport);
	ov2_rig_add_inbound(to, &s.sa);
	KUNIT_EXPECT_EQ(test, (u32)status_of(&s, chain_new(&s, 60)),
			(u32)OV2_STATUS_SUCCESS);
	expect_chain(test, &s, to, 60);
}

/* Clones are sent and received. Each clone has records of its own (INV-8), and
 * the engine changes no bytes of the other clones.
 */
static void send_clones(struct kunit *test)
{
	struct sender s = sender_new(test);
	struct ov2_rig *to = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_nbl *nbl = nbl_new(&s, false, true), *other;
	struct sk_buff *clear = ov2_rig_keep_copy(s.rig, nbl->skb);
	struct sk_buff *skb;
	int i;

	ov2_rig_add_inbound(to, &s.sa);
	for (i = 0; i < 3; i++) {
		skb = skb_clone(nbl->skb, GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, skb);
		other = ov2_rig_nbl(s.rig, skb, 0);
		memcpy(other->info, nbl->info, sizeof(nbl->info));
		KUNIT_EXPECT_EQ(test, (u32)status_of(&s, other),
				(u32)OV2_STATUS_SUCCESS);
		KUNIT_EXPECT_MEMEQ(test, nbl->skb->data, clear->data,
				   clear->len);
	}
	nbl = ov2_rig_nbl(to, skb_clone(ov2_rig_wire_first(s.rig), GFP_KERNEL),
			  0);
	ov2_rig_receive(to, nbl);
	ov2_rig_wait_idle(to);
	KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC], OV2_RX_CRYPTO_DONE);
	/* The receiver has opened a clone. The frame that was cloned is still
	 * protected.
	 */
	for (i = 0; i < 3; i++) {
		ov2_rig_loop(s.rig, to);
		nbl = ov2_rig_last_indicated(to);
		KUNIT_EXPECT_EQ(test, nbl->info[OV2_INFO_IPSEC],
				OV2_RX_CRYPTO_DONE);
		KUNIT_EXPECT_MEMEQ(test, nbl->skb->data + PAYLOAD,
				   clear->data + PAYLOAD, 50);
	}
}

/* Returns the number of bytes in front of TCP or UDP. With the SA in tunnel
 * mode, the inner IP header is among these bytes.
 */
static unsigned int l4_at(bool tunnel)
{
	return PAYLOAD + (tunnel ? sizeof(struct iphdr) : 0);
}

static const struct iphdr *l4_ip(const struct sk_buff *skb, bool tunnel)
{
	return (const void *)(skb->data + (tunnel ? PAYLOAD : IP));
}

/* Returns an NBL as a transport makes it: the checksum field has the sum of the
 * pseudo header.
 */
static struct ov2_nbl *l4_new(struct sender *s, bool tunnel, u8 proto,
			      const struct ov2_tx_checksum *csum)
{
	const struct ov2_rig_frame frame = {
		.sa = tunnel ? &s->tunnel : &s->sa,
		.seq = 1,
		.len = 50,
		.proto = proto,
	};
	unsigned int field = proto == IPPROTO_TCP ?
			     offsetof(struct tcphdr, check) :
			     offsetof(struct udphdr, check);
	struct ov2_nbl *nbl = ov2_rig_frame(s->rig, &frame, 0);
	const struct iphdr *ip = l4_ip(nbl->skb, tunnel);
	__sum16 sum;
	u32 word;

	sum = ~csum_tcpudp_magic(ip->saddr, ip->daddr, 50, proto, 0);
	memcpy(nbl->skb->data + l4_at(tunnel) + field, &sum, sizeof(sum));
	if (csum->ip_header)
		((struct iphdr *)(nbl->skb->data + IP))->check = 0;
	KUNIT_ASSERT_EQ(s->rig->test, 0, ov2_tx_checksum_encode(csum, &word));
	nbl->info[OV2_INFO_CHECKSUM] = word;
	return nbl;
}

/* The receiver finds the right checksums of TCP or UDP, and of the IP header.
 */
static void expect_checksums(struct kunit *test, struct sender *s,
			     struct ov2_rig *to, bool tunnel, u8 proto,
			     const struct ov2_tx_checksum *csum)
{
	const struct iphdr *ip;
	struct sk_buff *skb;
	__wsum sum;

	KUNIT_ASSERT_EQ(test, (u32)status_of(s, l4_new(s, tunnel, proto, csum)),
			(u32)OV2_STATUS_SUCCESS);
	ov2_rig_loop(s->rig, to);
	KUNIT_EXPECT_EQ(test, ov2_rig_last_indicated(to)->info[OV2_INFO_IPSEC],
			OV2_RX_CRYPTO_DONE);
	skb = ov2_rig_last_indicated(to)->skb;
	ip = (const struct iphdr *)(skb->data + IP);
	KUNIT_EXPECT_EQ(test, (__force u16)ip_fast_csum(ip, ip->ihl), 0);
	ip = l4_ip(skb, tunnel);
	sum = csum_partial(skb->data + l4_at(tunnel), 50, 0);
	KUNIT_EXPECT_EQ(test, (__force u16)
			csum_tcpudp_magic(ip->saddr, ip->daddr, 50, proto, sum),
			0);
}

/* The checksums are right in the clear text. A send with a wrong slot 0 is
 * refused (INV-27).
 */
static void send_checksum_udp(struct kunit *test)
{
	struct ov2_tx_checksum csum = {
		.ipv4 = true, .udp = true, .ip_header = true,
	};
	struct sender s = sender_new(test);
	struct ov2_rig *to = ov2_rig_new(test, &ov2_engine_miniport);
	bool tunnel;

	ov2_rig_add_inbound(to, &s.sa);
	ov2_rig_add_inbound(to, &s.tunnel);
	for (tunnel = false;; tunnel = true) {
		expect_checksums(test, &s, to, tunnel, IPPROTO_UDP, &csum);
		if (tunnel)
			break;
	}
	csum.ipv6 = true;
	expect_refused(test, &s, l4_new(&s, false, IPPROTO_UDP, &csum));
	csum.ipv4 = false;
	expect_refused(test, &s, l4_new(&s, false, IPPROTO_UDP, &csum));
	csum = (struct ov2_tx_checksum){
		.ipv4 = true, .tcp = true, .tcp_offset = PAYLOAD,
	};
	expect_refused(test, &s, l4_new(&s, false, IPPROTO_UDP, &csum));
}

/* A send is refused if a reserved bit of a record is set, or if a bit of the
 * slot above the 32 bits of the record is set.
 */
static void send_no_record(struct kunit *test)
{
	const struct ov2_tx_checksum csum = {
		.ipv4 = true, .udp = true, .ip_header = true,
	};
	struct sender s = sender_new(test);
	/* A bit above the 32 bits of the word. On a 32-bit machine a slot has
	 * no such bit, so the value is 0.
	 */
	unsigned long above = BIT_ULL(32);
	struct ov2_nbl *nbl;
	int bit;

	for (bit = 0; bit < 32; bit++) {
		if (!(OV2_TX_CSUM_RESERVED & BIT(bit)))
			continue;
		nbl = l4_new(&s, false, IPPROTO_UDP, &csum);
		nbl->info[OV2_INFO_CHECKSUM] |= BIT(bit);
		expect_refused(test, &s, nbl);
	}
	if (above) {
		nbl = l4_new(&s, false, IPPROTO_UDP, &csum);
		nbl->info[OV2_INFO_CHECKSUM] |= above;
		expect_refused(test, &s, nbl);
		nbl = nbl_new(&s, false, true);
		nbl->info[OV2_INFO_IPSEC_HEADER] |= above;
		expect_refused(test, &s, nbl);
	}
	expect_sent(test, &s, l4_new(&s, false, IPPROTO_UDP, &csum));
}

/* The checksum of TCP is right in the clear text. A send with a wrong TCP
 * offset or a wrong protocol in slot 0 is refused.
 */
static void send_checksum_tcp(struct kunit *test)
{
	struct ov2_tx_checksum csum = {
		.ipv4 = true, .tcp = true, .ip_header = true,
	};
	struct sender s = sender_new(test);
	struct ov2_rig *to = ov2_rig_new(test, &ov2_engine_miniport);
	bool tunnel;

	ov2_rig_add_inbound(to, &s.sa);
	ov2_rig_add_inbound(to, &s.tunnel);
	for (tunnel = false;; tunnel = true) {
		csum.tcp_offset = l4_at(tunnel);
		expect_checksums(test, &s, to, tunnel, IPPROTO_TCP, &csum);
		csum.tcp_offset += 4;
		expect_refused(test, &s, l4_new(&s, tunnel, IPPROTO_TCP,
						&csum));
		if (tunnel)
			break;
	}
	csum.tcp_offset = l4_at(false);
	expect_refused(test, &s, l4_new(&s, true, IPPROTO_TCP, &csum));
	csum.tcp = false;
	csum.udp = true;
	expect_refused(test, &s, l4_new(&s, false, IPPROTO_TCP, &csum));
}

/**
 * struct two_ways - two senders and two receivers of one SA
 * @way: the senders. The frames of the first sender go the short way
 * @to: the receivers
 * @sa: the SA at each sender, with its handle there
 */
struct two_ways {
	struct ov2_rig *way[2];
	struct ov2_rig *to[2];
	struct ov2_rig_sa sa[2];
};

/* The SA is in tunnel mode. The add at the first sender says "single", so its
 * frames go the short way. The add at the second sender does not say "single",
 * so its frames go the long way.
 */
static void two_ways_add(struct kunit *test, struct two_ways *ways)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr;
	int i;

	sa.tunnel = true;
	sa.esn = ov2_below(2);
	for (i = 0; i < ARRAY_SIZE(ways->way); i++) {
		ways->way[i] = ov2_rig_new(test, &ov2_engine_miniport);
		ways->to[i] = ov2_rig_new(test, &ov2_engine_miniport);
		ways->sa[i] = sa;
		rr = ov2_rig_add_new(ways->way[i], &sa, false);
		rr->ext.single = !i;
		KUNIT_ASSERT_EQ(test, (u32)ov2_rig_request(ways->way[i], rr),
				(u32)OV2_STATUS_SUCCESS);
		ways->sa[i].out = rr->add.handle;
		ov2_rig_add_inbound(ways->to[i], &sa);
	}
}

/* Changes something in a frame or in its record. @what and @n choose the
 * change, so that the frames of both ways get the same change.
 */
static void spoil(struct ov2_nbl *nbl, unsigned int what, unsigned int n)
{
	unsigned long *word = &nbl->info[OV2_INFO_IPSEC_HEADER];
	u8 *trailer = skb_tail_pointer(nbl->skb) - 18;

	switch (what) {
	case 0:
		/* Flip no bit of the sequence number, because a changed number
		 * would move the receiver's window.
		 */
		ov2_rig_flip(nbl->skb, n % (ESP + 4), 1 << n / (ESP + 4) % 8);
		break;
	case 1:
		*word ^= BIT(n % 32);
		break;
	case 2:
		/* Trailer and record agree, but the padding may be too long. */
		*word = (*word & ~(unsigned long)OV2_TX_HDR_PAD_LENGTH) |
			FIELD_PREP(OV2_TX_HDR_PAD_LENGTH, n % 256);
		trailer[0] = n;
		break;
	case 3:
		trailer[n % 2] ^= 1 << n / 2 % 8;
		break;
	case 4:
		skb_trim(nbl->skb, nbl->skb->len - n % 60);
		break;
	case 5:
		skb_trim(nbl->skb, nbl->skb->len - n % 60);
		ip_hdr(nbl->skb)->tot_len = htons(nbl->skb->len - IP);
		break;
	case 6:
		ip_hdr(nbl->skb)->tot_len = htons(nbl->skb->len - IP - n % 8);
		break;
	case 7:
		/* This is wrong only if the frame is too short for UDP. */
		nbl->info[OV2_INFO_CHECKSUM] = OV2_TX_CSUM_IPV4 |
					       OV2_TX_CSUM_UDP;
		break;
	case 8:
		nbl->info[OV2_INFO_CHECKSUM] = BIT(n % 26);
		break;
	}
}

/* Are two opened frames the same? IV and ICV may differ. */
static void expect_same_clear(struct kunit *test, const struct sk_buff *a,
			      const struct sk_buff *b)
{
	KUNIT_ASSERT_EQ(test, a->len, b->len);
	KUNIT_EXPECT_MEMEQ(test, a->data, b->data, PAYLOAD - 8);
	KUNIT_EXPECT_MEMEQ(test, a->data + PAYLOAD, b->data + PAYLOAD,
			   a->len - PAYLOAD - 16);
}

/* If the add of an ESP SA says "single", the frames of the SA go a shorter way.
 * The engine refuses the same frames as on the long way, and the receiver gets
 * the same clear text.
 */
static void send_ways_agree(struct kunit *test)
{
	struct ov2_rig_frame frame = {};
	struct ov2_nbl *got[2] = {};
	enum ov2_status status[2];
	unsigned int what, n, i, k;
	int good = 0, bad = 0;
	struct two_ways ways;
	struct sk_buff *skb;
	struct ov2_nbl *nbl;

	ov2_random_start(test);
	two_ways_add(test, &ways);
	for (i = 0; i < AGREE_ROUNDS; i++) {
		frame.seq = i + 1;
		frame.len = ov2_below(100);
		what = ov2_below(10);
		n = ov2_below(8 * (ESP + 4));
		for (k = 0; k < ARRAY_SIZE(status); k++) {
			frame.sa = &ways.sa[k];
			nbl = ov2_rig_frame(ways.way[k], &frame, 0);
			spoil(nbl, what, n);
			ov2_rig_send(ways.way[k], nbl);
			ov2_rig_wait_idle(ways.way[k]);
			status[k] = ov2_rig_sent_status(nbl);
		}
		KUNIT_EXPECT_EQ(test, (u32)status[0], (u32)status[1]);
		if (status[0] != OV2_STATUS_SUCCESS) {
			bad++;
			continue;
		}
		for (k = 0; k < ARRAY_SIZE(got); k++) {
			skb = ov2_rig_wire_first(ways.way[k]);
			got[k] = ov2_rig_inject(ways.to[k], skb, 0);
			skb_queue_purge(&ways.way[k]->wire);
		}
		KUNIT_EXPECT_EQ(test, got[0]->info[OV2_INFO_IPSEC],
				got[1]->info[OV2_INFO_IPSEC]);
		/* If spoil() has changed the destination, there is no SA. */
		if (got[0]->info[OV2_INFO_IPSEC] != OV2_RX_CRYPTO_DONE)
			continue;
		good++;
		expect_same_clear(test, got[0]->skb, got[1]->skb);
	}
	KUNIT_EXPECT_GT(test, good, AGREE_ROUNDS / 8);
	KUNIT_EXPECT_GT(test, bad, AGREE_ROUNDS / 8);
	for (k = OV2_CNT_NONE + 1; k < OV2_CNT_MAX; k++)
		KUNIT_EXPECT_EQ_MSG(test,
				    ov2_counter_read(&ways.way[0]->ad, k),
				    ov2_counter_read(&ways.way[1]->ad, k), "%s",
				    ov2_counter_name(k));
}

static struct kunit_case engine_send_cases[] = {
	KUNIT_CASE(send_plain),
	KUNIT_CASE(send_slots),
	KUNIT_CASE(send_modes),
	KUNIT_CASE(send_header_bits),
	KUNIT_CASE(send_bytes),
	KUNIT_CASE(send_cut),
	KUNIT_CASE(send_udp_forms),
	KUNIT_CASE(send_several),
	KUNIT_CASE(send_several_late),
	KUNIT_CASE(send_clones),
	KUNIT_CASE(send_checksum_udp),
	KUNIT_CASE(send_no_record),
	KUNIT_CASE(send_checksum_tcp),
	KUNIT_CASE(send_ways_agree),
	{}
};

static struct kunit_suite engine_send_suite = {
	.name = "ov2_engine_send",
	.test_cases = engine_send_cases,
};

kunit_test_suite(engine_send_suite);
