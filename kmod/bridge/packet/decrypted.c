// SPDX-License-Identifier: GPL-2.0
/* Frames that a card has decrypted, and that xfrm has not unpacked yet. */
#include <linux/udp.h>
#include <net/esp.h>

#include "decrypted.h"
#include "flow.h"
#include "tag.h"
#include "../../compat/xfrm.h"

/* Is the frame still ESP in UDP of state @x? A UDP packet that xfrm has
 * unpacked already may still have the flag CRYPTO_DONE. But only a frame that
 * is still ESP has the SPI of @x behind the UDP header.
 */
static bool is_udp_esp(const struct sk_buff *skb, const struct ov2_flow *flow,
		       const struct xfrm_state *x)
{
	const struct ip_esp_hdr *esp;
	struct ip_esp_hdr room;

	if (!x->encap || flow->fl.flowi_proto != IPPROTO_UDP)
		return false;

	esp = skb_header_pointer(skb, flow->transport + sizeof(struct udphdr),
				 sizeof(room), &room);
	return esp && esp->spi == x->id.spi;
}

/* Is the packet ESP, or can its IP packet not be read? */
static bool is_esp(struct net *net, struct sk_buff *skb)
{
	struct ov2_flow flow;

	if (!ov2_flow_read(net, skb, &flow))
		return flow.family;
	return ov2_flow_is_ipsec(&flow) ||
	       is_udp_esp(skb, &flow, xfrm_input_state(skb));
}

/**
 * ov2_is_decrypted_esp() - is a frame ESP with clear text behind its header?
 * @net: the card's namespace
 * @skb: a frame that the stack sends. Network header and protocol are set
 *
 * A card decrypts a received frame in place, and xfrm_input() takes off the ESP
 * header later. If the stack forwarded the frame between these two moments, the
 * frame would show clear text.
 *
 * The flag CRYPTO_DONE alone does not show that xfrm_input() still has to
 * unpack the frame. In transport mode without GRO, the packet keeps the flag
 * after xfrm_input(), and the stack may forward the packet because of NAT. The
 * ESP header alone does not show that the frame is decrypted. So this function
 * looks at both.
 *
 * Context: Any context.
 * Return: true if the frame is decrypted ESP, or if its IP packet cannot be
 * read.
 */
bool ov2_is_decrypted_esp(struct net *net, struct sk_buff *skb)
{
	const struct xfrm_offload *xo = xfrm_offload(skb);

	/* The tag of packet mode also has this flag. Let a tagged packet pass.
	 * It may be an ESP packet of another host that goes into a tunnel of
	 * this card, and no card has decrypted it.
	 */
	if (!xo || !(xo->flags & CRYPTO_DONE) || ov2_packet_tagged(xo))
		return false;
	return is_esp(net, skb);
}
