/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Every reason to refuse a state: one row for each, in the order in which the
 * conditions are tested. A condition may rely on the rows above it: their
 * conditions are false.
 *
 *	REFUSED(reason, condition, "sentence")
 *
 * reason is a counter of watch/counters.h without its OV2_CNT_, condition is a
 * C expression on the state x, and sentence is one string literal, which the
 * user reads behind "ipsecov2: ". A row ends with a quote and a closing
 * bracket, because tools/generate.d/refusals.py looks for them. ELSEWHERE, as a
 * condition, stands for a reason that cannot be seen in the state. Other code
 * finds this reason and passes the row's counter to ov2_state_refuse(). The
 * comment above a row says why the row exists.
 *
 * The file that includes this one defines REFUSED() first. refuse.h has two
 * macros for this. The add of a refused state fails. With -EOPNOTSUPP the
 * kernel would install the state in software without a word to the user, so
 * this errno is not used for the rows. In some kernels the core refuses some of
 * these states before the card sees them, with a sentence of the core. In other
 * kernels the core does not refuse these states, so they have rows, too.
 *
 * In crypto mode the core itself handles most parts of a state: lifetimes,
 * replay, if_id, output mark, the CPU that a state is for. So in crypto mode
 * each condition on the state, except the ones for SPI 0 and for a missing
 * destination, stands for one of three reasons. First, IPsecOV2 cannot describe
 * the state. Second, the card would have to find the state by something that
 * the frame does not show. Third, the core cannot prepare the state's packets
 * so that a card can encrypt them.
 */

REFUSED(SA_REFUSED_DIR,
	x->xso.dir != XFRM_DEV_OFFLOAD_IN && x->xso.dir != XFRM_DEV_OFFLOAD_OUT,
	"Offload direction must be in or out")

/* The core offloads no AH, though the engine can do AH. */
REFUSED(SA_REFUSED_PROTO,
	x->id.proto != IPPROTO_ESP,
	"Only ESP can be offloaded")

/* The records have no word for a compressed payload. */
REFUSED(SA_REFUSED_IPCOMP,
	x->calg,
	"IPComp can't be offloaded, only ESP")

REFUSED(SA_REFUSED_FAMILY,
	x->props.family != AF_INET && x->props.family != AF_INET6,
	"Only IPv4 and IPv6 states can be offloaded")

/* A request has transport and tunnel mode only (struct ov2_ext_add). IPsecOV2
 * has no words for what ESP carries in BEET and IPTFS.
 */
REFUSED(SA_REFUSED_MODE,
	x->props.mode != XFRM_MODE_TRANSPORT &&
	x->props.mode != XFRM_MODE_TUNNEL,
	"Only transport and tunnel mode can be offloaded")

/* For the next three rows: IPsecOV2 has identifiers for some algorithms only,
 * and each of these algorithms allows only certain lengths of keys and ICVs.
 */
REFUSED(SA_REFUSED_ALG,
	!ov2_state_alg_known(x),
	"Algorithm can't be offloaded, or the integrity algorithm is missing")

REFUSED(SA_REFUSED_KEY,
	!ov2_state_key_ok(x),
	"Key must be as long as the RFC of its algorithm says, with the salt")

REFUSED(SA_REFUSED_ICV,
	!ov2_state_icv_ok(x),
	"ICV must be as long as the RFC of its algorithm says")

/* The card makes the IVs, so the state must ask for the kind of IV that the
 * card makes.
 */
REFUSED(SA_REFUSED_GENIV,
	!ov2_state_geniv_ok(x),
	"IV generator must be seqiv, or echainiv if the cipher is CBC")

/* The core adds no TFC padding to a packet that a card will encrypt:
 * esp_xmit(), esp6_xmit().
 */
REFUSED(SA_REFUSED_TFC,
	x->tfcpad,
	"TFC padding must be 0")

/* esp6_xmit() writes the ESP header where the UDP header is. */
REFUSED(SA_REFUSED_ENCAP6,
	x->encap && x->props.family == AF_INET6,
	"UDP encapsulation can be offloaded over IPv4 only")

/* The other types of encapsulation have bytes between UDP or TCP and ESP, and
 * the engine does not skip these bytes.
 */
REFUSED(SA_REFUSED_ENCAP,
	x->encap && x->encap->encap_type != UDP_ENCAP_ESPINUDP,
	"UDP encapsulation must be of type espinudp")

/* A received frame has no mark yet when the engine looks up its SA: tc and
 * netfilter, which set marks, come after the card. In packet mode the card
 * finds a state through a policy, and the card's policies know no marks. In
 * crypto mode the core chooses the state of a packet that is sent, so the card
 * needs no mark. A mark that its mask does not cover fits no packet.
 */
REFUSED(SA_REFUSED_MARK,
	(x->mark.m || x->mark.v) &&
	(x->xso.dir == XFRM_DEV_OFFLOAD_IN || ov2_state_is_packet(x)),
	"Mark can be offloaded on outbound states in crypto mode only")

/* RFC 4303 2.1 forbids SPI 0. A state that a key manager still has to negotiate
 * has SPI 0, too, but ov2_state_refused() is never called for such a state.
 */
REFUSED(SA_REFUSED_SPI,
	!x->id.spi,
	"SPI 0 can't be offloaded, it must never be on the wire")

/* In IPsecOV2 the destination zero means every destination. For the core it is
 * an address, which no packet has. So without this row the card would receive
 * packets to every address through a state that receives nothing in software.
 */
REFUSED(SA_REFUSED_ANY,
	x->xso.dir == XFRM_DEV_OFFLOAD_IN &&
	xfrm_addr_any(&x->id.daddr, x->props.family),
	"Inbound states need a destination to be offloaded")

/* In packet mode only a policy with a security context would lead to a state
 * with a security context, and the card refuses such policies. In crypto mode
 * the core chooses the state.
 */
REFUSED(SA_REFUSED_CONTEXT,
	ov2_state_is_packet(x) && x->security,
	"Security context can be offloaded in crypto mode only")

/* In packet mode the reqid leads the card from a policy to its states. No
 * policy needs a state with reqid 0: an outbound template with reqid 0 is a
 * trap, which must find no state (POLICY_REFUSED_REQID), and an inbound
 * template with reqid 0 accepts the states of every reqid.
 */
REFUSED(SA_REFUSED_REQID,
	ov2_state_is_packet(x) && !x->props.reqid,
	"Packet offload needs a reqid, the same as its policy's")

/* The card refuses every policy that protects and has an if_id, so no policy
 * would lead to the state. In crypto mode the core chooses the state.
 */
REFUSED(SA_REFUSED_IF_ID,
	ov2_state_is_packet(x) && x->if_id,
	"if_id can't be offloaded in packet mode, it must be 0")

/* If the tunnel and the packets inside have different families, the core's
 * outer route is wrong: xfrm_bundle_create() treats the outer addresses as
 * addresses of the inner family.
 */
REFUSED(SA_REFUSED_INNER_FAMILY,
	ov2_state_is_packet(x) &&
	!(x->props.flags & XFRM_STATE_AF_UNSPEC) &&
	x->sel.family != x->props.family,
	"Packet offload needs a selector of the tunnel's own address family")

REFUSED(SA_REFUSED_DISABLED, ELSEWHERE,
	"Packet offload needs esp-hw-offload on, see ethtool -K")

REFUSED(SA_REFUSED_FULL, ELSEWHERE,
	"The card's SA table is full, only crypto mode falls back to software")

REFUSED(SA_REFUSED_SAME, ELSEWHERE,
	"Too many states of one reqid with equal addresses on the card")

REFUSED(SA_REFUSED_RESET, ELSEWHERE,
	"The card is being reset, try again")

REFUSED(SA_REFUSED_NO_MEMORY, ELSEWHERE,
	"No memory for the state")

REFUSED(SA_REFUSED_MISSING, ELSEWHERE,
	"The kernel had no such algorithm when ipsecov2 was loaded")

REFUSED(SA_REFUSED_ENGINE, ELSEWHERE,
	"The kernel's ciphers could not be set up with these keys")

#undef REFUSED
