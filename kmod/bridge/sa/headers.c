// SPDX-License-Identifier: GPL-2.0
/*
 * The outer headers of a received IPsec frame, made ready for the core.
 *
 * The core reads an IPsec packet at two offsets of the skb. It reads the
 * addresses at the network header, and SPI and number at the transport header
 * (xfrm_parse_spi(), which xfrm_audit_state_*() and xfrm_input() call). Without
 * an offload, ip_rcv() and UDP set these offsets, and ip_rcv() checks the IP
 * header.
 */
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <net/ip.h>

#include "../../compat/xfrm.h"
#include "headers.h"

static bool is_ipv6(const struct sk_buff *skb)
{
	return skb->protocol == htons(ETH_P_IPV6);
}

static unsigned int ip_header_len(const struct sk_buff *skb)
{
	return is_ipv6(skb) ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

/**
 * ov2_headers_udp() - does a UDP header stand between IP and ESP?
 * @skb: an IPsec frame of an SA. Its IP header, at the network header, is
 *	linear and has no options
 *
 * UDP encapsulation is offloaded over IPv4 only.
 *
 * Context: Any context.
 * Return: true if so.
 */
bool ov2_headers_udp(const struct sk_buff *skb)
{
	return !is_ipv6(skb) && ip_hdr(skb)->protocol == IPPROTO_UDP;
}

/* Without an offload, a packet with a bad IP checksum never reaches xfrm,
 * because ip_rcv() drops and counts the packet. So the packet is counted here,
 * and the caller drops it.
 */
static bool ip_header_sound(const struct sk_buff *skb)
{
	if (is_ipv6(skb) || !ip_fast_csum(ip_hdr(skb), ip_hdr(skb)->ihl))
		return true;

	__IP_INC_STATS(dev_net(skb->dev), IPSTATS_MIB_CSUMERRORS);
	__IP_INC_STATS(dev_net(skb->dev), IPSTATS_MIB_INHDRERRORS);
	return false;
}

/* Ethernet pads short frames. ip_rcv() would trim the padding too late, because
 * xfrm_input() and ov2_decap_read() look for the trailer at the end of the
 * packet. The engine has checked that the frame is at least as long as the IP
 * header says.
 */
static int trim_padding(struct sk_buff *skb)
{
	unsigned int len = is_ipv6(skb) ?
			   sizeof(struct ipv6hdr) +
			   ntohs(ipv6_hdr(skb)->payload_len) :
			   ntohs(ip_hdr(skb)->tot_len);

	return skb->len > len ? pskb_trim_rcsum(skb, len) : 0;
}

/**
 * ov2_headers_set() - set the header offsets at which the core reads a frame
 * @skb: an IPsec frame of an SA. Data is at the IP header
 *
 * This function also takes off the padding of Ethernet. Afterwards the
 * transport header points at the ESP or AH header. If ESP is in UDP, the ESP
 * header is behind the UDP header. The frame is linear up to the sequence
 * number. A frame that ends earlier is linear up to its end. Such short frames
 * come here, because the engine also finds the SA of a frame that is too short.
 *
 * Context: Any context.
 * Return: OV2_CNT_NONE, or why the frame must be dropped.
 */
enum ov2_counter ov2_headers_set(struct sk_buff *skb)
{
	unsigned int most = ip_header_len(skb) + sizeof(struct udphdr) +
			    sizeof(struct ip_esp_hdr);
	unsigned int header = ip_header_len(skb);

	if (skb->len < header || !pskb_may_pull(skb, min(most, skb->len)))
		return OV2_CNT_RX_DROP_ALLOC;
	skb_reset_network_header(skb);
	if (trim_padding(skb))
		return OV2_CNT_RX_DROP_ALLOC;
	skb_reset_mac_len(skb);
	if (!ip_header_sound(skb))
		return OV2_CNT_RX_DROP_IP_CSUM;

	if (ov2_headers_udp(skb))
		header += sizeof(struct udphdr);
	skb_set_transport_header(skb, header);
	return OV2_CNT_NONE;
}
