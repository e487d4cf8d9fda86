// SPDX-License-Identifier: GPL-2.0
/*
 * What cannot be offloaded, and the one sentence that says so. An explicit
 * request that we cannot do fails: with -EOPNOTSUPP the kernel would install
 * the state in software, in silence. Some of these the core refuses first,
 * with its own sentence; they stand here all the same, since cores differ.
 *
 * In crypto mode most of a state is the core's own business: lifetimes, replay,
 * if_id, output mark, the CPU that a state is for. So crypto mode refuses only
 * what IPsecOV2 cannot say, what the card must find without the core's help,
 * and what the core cannot frame for a card. The comment on each function says
 * which of them it is.
 */
#include <linux/udp.h>

#include "state_algorithm.h"
#include "assoc.h"
#include "refuse.h"
#include "../../watch/trace.h"

static bool refuse_direction(const struct xfrm_state *x)
{
	return x->xso.dir != XFRM_DEV_OFFLOAD_IN &&
	       x->xso.dir != XFRM_DEV_OFFLOAD_OUT;
}

/* The card does AH only together with ESP, and the core offloads no AH. */
static bool refuse_proto(const struct xfrm_state *x)
{
	return x->id.proto != IPPROTO_ESP;
}

/* The records have no word for a compressed payload. */
static bool refuse_ipcomp(const struct xfrm_state *x)
{
	return x->calg;
}

static bool refuse_family(const struct xfrm_state *x)
{
	return x->props.family != AF_INET && x->props.family != AF_INET6;
}

/* A request has transport and tunnel mode only (struct ov2_ext_add). IPsecOV2
 * has no words for what ESP carries in BEET and IPTFS.
 */
static bool refuse_mode(const struct xfrm_state *x)
{
	return x->props.mode != XFRM_MODE_TRANSPORT &&
	       x->props.mode != XFRM_MODE_TUNNEL;
}

/* IPsecOV2 has identifiers for these algorithms, lengths of keys and lengths of
 * ICVs only.
 */
static bool refuse_alg(const struct xfrm_state *x)
{
	return !ov2_state_alg_known(x);
}

static bool refuse_key(const struct xfrm_state *x)
{
	return !ov2_state_key_ok(x);
}

static bool refuse_icv(const struct xfrm_state *x)
{
	return !ov2_state_icv_ok(x);
}

/* The card makes the IVs, so the state must ask for the kind of IV that it
 * makes.
 */
static bool refuse_geniv(const struct xfrm_state *x)
{
	return !ov2_state_geniv_ok(x);
}

/* The core does not pad when it frames for a card: esp_xmit(), esp6_xmit(). */
static bool refuse_tfc(const struct xfrm_state *x)
{
	return x->tfcpad;
}

/* esp6_xmit() writes the ESP header where the UDP header is. */
static bool refuse_encap6(const struct xfrm_state *x)
{
	return x->encap && x->props.family == AF_INET6;
}

/* The other forms have bytes between UDP or TCP and ESP that the engine does
 * not skip.
 */
static bool refuse_encap(const struct xfrm_state *x)
{
	return x->encap && x->encap->encap_type != UDP_ENCAP_ESPINUDP;
}

/* A received frame has no mark yet when the engine looks up its SA: tc and
 * netfilter, which set marks, come after the card. In packet mode the card goes
 * from a policy to its states, and its policies know no marks. In crypto mode
 * the core has chosen the state of a packet that is sent.
 */
static bool refuse_mark(const struct xfrm_state *x)
{
	return x->mark.m && (x->xso.dir == XFRM_DEV_OFFLOAD_IN ||
			     ov2_state_is_packet(x));
}

/* RFC 4303 2.1. A state that stands for one to be negotiated has SPI 0, too,
 * but ov2_state_refused() is never asked about it.
 */
static bool refuse_spi(const struct xfrm_state *x)
{
	return !x->id.spi;
}

/* In packet mode only a policy with a context leads to such a state, and the
 * card refuses these policies. In crypto mode the core chooses the state.
 */
static bool refuse_context(const struct xfrm_state *x)
{
	return ov2_state_is_packet(x) && x->security;
}

/* In crypto mode the core chooses the outbound state by CPU, and the look-up of
 * an inbound state ignores the CPU (xfrm_state_lookup()). In packet mode the
 * card would have to choose.
 */
static bool refuse_pcpu(const struct xfrm_state *x)
{
	return ov2_state_is_packet(x) && x->pcpu_num != UINT_MAX;
}

/* It is how the card goes from a policy to its states, and the core's templates
 * with reqid 0 take the states of any policy on the way in.
 */
static bool refuse_reqid(const struct xfrm_state *x)
{
	return ov2_state_is_packet(x) && !x->props.reqid;
}

/* The card's policies know no if_id. In crypto mode the core chooses. */
static bool refuse_if_id(const struct xfrm_state *x)
{
	return ov2_state_is_packet(x) && x->if_id;
}

/* The core routes the outer packet as if its addresses were of the inner
 * family: xfrm_bundle_create().
 */
static bool refuse_inner_family(const struct xfrm_state *x)
{
	return ov2_state_is_packet(x) &&
	       !(x->props.flags & XFRM_STATE_AF_UNSPEC) &&
	       x->sel.family != x->props.family;
}

/* In this order: what an earlier test lets pass a later one relies on. */
static const struct {
	bool (*refused)(const struct xfrm_state *x);
	enum ov2_counter reason;
} tests[] = {
	{ refuse_direction, OV2_CNT_SA_REFUSED_DIR },
	{ refuse_proto, OV2_CNT_SA_REFUSED_PROTO },
	{ refuse_ipcomp, OV2_CNT_SA_REFUSED_IPCOMP },
	{ refuse_family, OV2_CNT_SA_REFUSED_FAMILY },
	{ refuse_mode, OV2_CNT_SA_REFUSED_MODE },
	{ refuse_alg, OV2_CNT_SA_REFUSED_ALG },
	{ refuse_key, OV2_CNT_SA_REFUSED_KEY },
	{ refuse_icv, OV2_CNT_SA_REFUSED_ICV },
	{ refuse_geniv, OV2_CNT_SA_REFUSED_GENIV },
	{ refuse_tfc, OV2_CNT_SA_REFUSED_TFC },
	{ refuse_encap6, OV2_CNT_SA_REFUSED_ENCAP6 },
	{ refuse_encap, OV2_CNT_SA_REFUSED_ENCAP },
	{ refuse_mark, OV2_CNT_SA_REFUSED_MARK },
	{ refuse_spi, OV2_CNT_SA_REFUSED_SPI },
	{ refuse_context, OV2_CNT_SA_REFUSED_CONTEXT },
	{ refuse_pcpu, OV2_CNT_SA_REFUSED_PCPU },
	{ refuse_reqid, OV2_CNT_SA_REFUSED_REQID },
	{ refuse_if_id, OV2_CNT_SA_REFUSED_IF_ID },
	{ refuse_inner_family, OV2_CNT_SA_REFUSED_INNER_FAMILY },
};

/**
 * ov2_state_refused() - is a state one that cannot be offloaded?
 * @x: the state, fully constructed
 * @reason: out: why, as its counter
 *
 * Context: Any context.
 * Return: true if it cannot.
 */
bool ov2_state_refused(const struct xfrm_state *x, enum ov2_counter *reason)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(tests); i++) {
		if (tests[i].refused(x)) {
			*reason = tests[i].reason;
			return true;
		}
	}
	return false;
}

static void say_what(enum ov2_counter reason, struct netlink_ext_ack *extack)
{
	switch (reason) {
	OV2_SAY(SA_REFUSED_DIR,
		"Offload direction must be in or out");
	OV2_SAY(SA_REFUSED_PROTO,
		"Only ESP can be offloaded");
	OV2_SAY(SA_REFUSED_IPCOMP,
		"IPComp can't be offloaded, only ESP");
	OV2_SAY(SA_REFUSED_FAMILY,
		"Only IPv4 and IPv6 states can be offloaded");
	OV2_SAY(SA_REFUSED_MODE,
		"Only transport and tunnel mode can be offloaded");
	OV2_SAY(SA_REFUSED_ALG,
		"Only AES-GCM, CCM, GMAC, ChaCha20-Poly1305, and null, DES, 3DES, AES-CBC, AES-CTR with HMAC of MD5, SHA-1, SHA-2 can be offloaded");
	OV2_SAY(SA_REFUSED_KEY,
		"Key must be as long as its hash (HMAC) or as its RFC says (cipher, with the salt)");
	OV2_SAY(SA_REFUSED_ICV,
		"ICV must have 64, 96 or 128 bits (GCM, CCM), 96 (md5, sha1), 128 (sha256), 192 (sha384), 256 (sha512)");
	OV2_SAY(SA_REFUSED_GENIV,
		"IV generator must be seqiv, with CBC echainiv");
	OV2_SAY(SA_REFUSED_TFC,
		"TFC padding must be 0");
	OV2_SAY(SA_REFUSED_ENCAP6,
		"UDP encapsulation can be offloaded over IPv4 only");
	OV2_SAY(SA_REFUSED_ENCAP,
		"UDP encapsulation must be of type espinudp");
	OV2_SAY(SA_REFUSED_MARK,
		"Mark can be offloaded on outbound states in crypto mode only");
	OV2_SAY(SA_REFUSED_SPI,
		"SPI 0 can't be offloaded, it must never be on the wire");
	OV2_SAY(SA_REFUSED_CONTEXT,
		"Security context can be offloaded in crypto mode only");
	OV2_SAY(SA_REFUSED_PCPU,
		"Per-CPU states can be offloaded in crypto mode only");
	OV2_SAY(SA_REFUSED_REQID,
		"Packet offload needs a reqid, the same as its policy's");
	OV2_SAY(SA_REFUSED_IF_ID,
		"if_id can't be offloaded in packet mode, it must be 0");
	OV2_SAY(SA_REFUSED_INNER_FAMILY,
		"Packet offload needs a selector of the tunnel's own address family");
	OV2_SAY(SA_REFUSED_DISABLED,
		"Packet offload needs esp-hw-offload on, see ethtool -K");
	OV2_SAY(SA_REFUSED_FULL,
		"The card's SA table is full, only crypto offload can fall back to software");
	OV2_SAY(SA_REFUSED_SAME,
		"Too many states of one reqid with equal addresses on the card");
	OV2_SAY(SA_REFUSED_RESET,
		"The card is being reset, try again");
	OV2_SAY(SA_REFUSED_NO_MEMORY,
		"No memory for the state");
	OV2_SAY(SA_REFUSED_MISSING,
		"The kernel had no such algorithm when ipsecov2 was loaded");
	OV2_SAY(SA_REFUSED_ENGINE,
		"The kernel's ciphers could not be set up with these keys");
	default:
		break;
	}
}

/**
 * ov2_state_refuse() - refuse a state: say, count and trace why
 * @ad: the card
 * @x: the state
 * @reason: why, OV2_CNT_SA_REFUSED_* or OV2_CNT_SA_FALLBACK_*
 * @err: what the core is told; -EOPNOTSUPP makes it use software
 * @extack: may be NULL
 *
 * Context: Any context.
 * Return: @err.
 */
int ov2_state_refuse(struct ov2_adapter *ad, const struct xfrm_state *x,
		     enum ov2_counter reason, int err,
		     struct netlink_ext_ack *extack)
{
	say_what(reason, extack);
	ov2_count(ad, reason);
	trace_ov2_sa_refuse(ad, ov2_counter_name(reason), err == -EOPNOTSUPP,
			    x->id.spi, err);
	return err;
}

/**
 * ov2_state_add_disabled() - refuse a state, because esp-hw-offload is off
 * @ad: the card
 * @x: the state
 * @extack: may be NULL
 *
 * Without crypto offload the core encrypts and decrypts in software. Packet
 * mode has no software behind it, so there the add must fail.
 *
 * Context: Any.
 * Return: a negative errno for the core.
 */
int ov2_state_add_disabled(struct ov2_adapter *ad, const struct xfrm_state *x,
			   struct netlink_ext_ack *extack)
{
	if (ov2_state_is_packet(x))
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_DISABLED,
					-EINVAL, extack);
	return ov2_state_refuse(ad, x, OV2_CNT_SA_FALLBACK_DISABLED,
				-EOPNOTSUPP, extack);
}

/**
 * ov2_state_add_failed() - refuse a state whose SA could not be added
 * @ad: the card
 * @x: the state, which ov2_state_refused() has let pass
 * @status: how the request ended, not with success
 * @extack: may be NULL
 *
 * ov2_state_refused() has already refused all that ov2_add_sa_check() finds
 * wrong. So OV2_STATUS_NOT_SUPPORTED stands for an algorithm that the kernel
 * did not have when the module was loaded, and all other errors come from the
 * kernel's ciphers.
 *
 * Context: Any.
 * Return: a negative errno for the core.
 */
int ov2_state_add_failed(struct ov2_adapter *ad, const struct xfrm_state *x,
			 enum ov2_status status,
			 struct netlink_ext_ack *extack)
{
	if (status == OV2_STATUS_RESOURCES)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_NO_MEMORY,
					-ENOMEM, extack);
	if (status == OV2_STATUS_NOT_ACCEPTED)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_RESET,
					-EAGAIN, extack);
	/* Switched off since the feature was looked at */
	if (!READ_ONCE(ad->config)->ipsec_v2.esp)
		return ov2_state_add_disabled(ad, x, extack);
	if (status == OV2_STATUS_NOT_SUPPORTED)
		return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_MISSING,
					-EINVAL, extack);
	return ov2_state_refuse(ad, x, OV2_CNT_SA_REFUSED_ENGINE, -EINVAL,
				extack);
}
