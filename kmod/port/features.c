// SPDX-License-Identifier: GPL-2.0
/* Switch the engine's offloads on and off, and note what the engine answers. */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "../bridge/bridge.h"
#include "../compat/skbuff.h"
#include "../watch/counters.h"
#include "../watch/event.h"
#include "../watch/trace.h"
#include "features.h"
#include "port.h"

static int features_request(struct ov2_port *port, struct ov2_request *req)
{
	enum ov2_status status;

	status = port->ad.miniport->request(&port->ad, req);
	return status == OV2_STATUS_SUCCESS ? 0 : -EIO;
}

/**
 * ov2_features_enable() - ask the engine to work on received frames
 * @port: the card; its engine has just been made
 *
 * All frames are Ethernet frames here, so one request is enough. On Windows a
 * protocol makes this request when it binds to the miniport.
 *
 * Context: Process context.
 * Return: 0 or -EIO.
 */
int ov2_features_enable(struct ov2_port *port)
{
	const struct ov2_offload_encapsulation set = {
		.header = {
			.type = OV2_OBJECT_TYPE_OFFLOAD_ENCAPSULATION,
			.revision = OV2_REVISION_1,
			.size = sizeof(set),
		},
		.enabled = OV2_ENCAPSULATION_ON,
		.type = OV2_ENCAPSULATION_IEEE_802_3,
	};
	struct ov2_request req = {
		.oid = OV2_OID_OFFLOAD_ENCAPSULATION,
		.len = sizeof(set),
		.encapsulation = &set,
	};

	return features_request(port, &req);
}

/* Features for packets that are to be protected. The engine cuts large packets
 * and completes the checksums of TCP and UDP. The bridge completes other sums
 * (bridge/sa/framed_checksum.c).
 */
#define FEATURES_LARGE	(NETIF_F_GSO_ESP | NETIF_F_HW_ESP_TX_CSUM | \
			 NETIF_F_TSO | NETIF_F_TSO6 | NETIF_F_TSO_ECN | \
			 NETIF_F_GSO_UDP_L4 | OV2_NETIF_F_GSO_ACCECN)
/* Features that go off together with NETIF_F_HW_ESP. For
 * NETIF_F_HW_ESP_TX_CSUM the core demands this (xfrm_api_check()).
 */
#define FEATURES_OF_ESP	(NETIF_F_GSO_ESP | NETIF_F_HW_ESP_TX_CSUM)

/**
 * ov2_features_offer() - offer large sends, if the engine can cut large packets
 *	in the way that Linux needs
 * @port: the card. Its engine has just been made, and its netdev is not
 *	registered yet
 *
 * Context: Process context.
 */
void ov2_features_offer(struct ov2_port *port)
{
	struct net_device *dev = port->ad.dev;

	if (!port->ad.hardware->ipsec_v2.lso ||
	    !(port->ad.hardware->extensions & OV2_OFFLOAD_EXT_LARGE_SEND))
		return;
	/* A bond always has NETIF_F_GSO_PARTIAL, so the cards below a bond get
	 * packets that need this feature.
	 */
	dev->features |= FEATURES_LARGE | NETIF_F_GSO_PARTIAL;
	dev->hw_features |= FEATURES_LARGE;
	dev->hw_enc_features |= FEATURES_LARGE;
}

static u8 features_parameter(const struct ov2_port *port,
			     netdev_features_t features)
{
	if (!(features & NETIF_F_HW_ESP))
		return OV2_PARAMETER_DISABLED;
	return port->ad.hardware->ipsec_v2.ah ?
	       OV2_PARAMETER_AH_AND_ESP_ENABLED : OV2_PARAMETER_ESP_ENABLED;
}

/* Lets the core forget that the user wanted HW_ESP off. Otherwise the core
 * would switch HW_ESP off later, when the user changes another feature and does
 * not expect this.
 */
static netdev_features_t features_keep_esp(struct net_device *dev)
{
	ASSERT_RTNL();
	dev->wanted_features |= NETIF_F_HW_ESP;
	return NETIF_F_HW_ESP;
}

/**
 * ov2_features_fix() - ndo_fix_features
 * @dev: the card
 * @features: the features that are wanted
 *
 * Context: RTNL.
 * Return: @features, after two changes. If the card has a state or a policy in
 * packet mode, NETIF_F_HW_ESP is added; then ethtool -K esp-hw-offload off
 * prints "on [requested off]". If NETIF_F_HW_ESP is off, FEATURES_OF_ESP is
 * removed.
 */
netdev_features_t ov2_features_fix(struct net_device *dev,
				   netdev_features_t features)
{
	struct ov2_port *port = netdev_priv(dev);

	/* Software cannot take over the states and policies in packet mode. */
	if (!(features & NETIF_F_HW_ESP) && ov2_bridge_packet_mode(&port->ad))
		features |= features_keep_esp(dev);
	if (!(features & NETIF_F_HW_ESP))
		features &= ~FEATURES_OF_ESP;
	return features;
}

/**
 * ov2_features_set() - ndo_set_features
 * @dev: the card
 * @features: the new features
 *
 * If NETIF_F_HW_ESP goes off, the stack itself stops sending through the
 * engine, and gives the engine no new states. The engine must also stop opening
 * received frames of the states that it has, so that these frames go to the
 * stack untouched.
 *
 * Context: RTNL. States and policies are added without RTNL, so a state or
 *   policy in packet mode may have come after ov2_features_fix().
 * Return: 0; -EBUSY if such a state or policy has come, or is being added; -EIO
 * if the engine refuses.
 */
int ov2_features_set(struct net_device *dev, netdev_features_t features)
{
	struct ov2_port *port = netdev_priv(dev);
	const struct ov2_offload_parameters parameters = {
		.header = {
			.type = OV2_OBJECT_TYPE_DEFAULT,
			.revision = OV2_OFFLOAD_PARAMETERS_REVISION_2,
			.size = sizeof(parameters),
		},
		.ipsec_v2 = features_parameter(port, features),
	};
	struct ov2_request req = {
		.oid = OV2_OID_OFFLOAD_PARAMETERS,
		.len = sizeof(parameters),
		.parameters = &parameters,
	};
	bool on = features & NETIF_F_HW_ESP;
	int err;

	ASSERT_RTNL();
	if (!((features ^ dev->features) & NETIF_F_HW_ESP))
		return 0;
	/* The core clears NETIF_F_HW_ESP later than this. So from now on the
	 * bridge itself must refuse states and policies in packet mode.
	 */
	if (!on && !ov2_bridge_forbid_packet_mode(&port->ad)) {
		features_keep_esp(dev);
		return -EBUSY;
	}
	err = features_request(port, &req);
	/* After an error the feature stays as it was. */
	if (on ? !err : err)
		ov2_bridge_allow_packet_mode(&port->ad);
	return err;
}

/**
 * ov2_features_status() - ov2_adapter_ops.status
 * @ad: the card
 * @code: OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG
 * @config: what is on
 *
 * This function only counts, traces and tells users. It need not change
 * net_device.features, because the core does so when ov2_features_set() has
 * returned 0.
 *
 * Context: Any context except hard interrupts.
 */
void ov2_features_status(struct ov2_adapter *ad, u32 code,
			 const struct ov2_offload *config)
{
	ov2_count(ad, OV2_CNT_CONFIG_CHANGE);
	trace_ov2_config(ad, code, config);
	ov2_event_card(ad, OV2_CARD_CONFIGURED);
}
