// SPDX-License-Identifier: GPL-2.0
/*
 * The capabilities of the engine, and its configuration, which says which
 * features are on. Two requests switch features on and off. A third request
 * sets how many SAs there may be. These requests leave the SAs as they are
 * (ipsecov2.rst 3.5).
 */
#include "config.h"
#include "engine.h"
#include "probe.h"
#include "sa.h"
#include "../ov2/lists.h"
#include "../watch/trace.h"

/* The capacity unless the user sets another one. Mid-range NICs have a similar
 * capacity, and a test can fill a table of this size.
 */
#define OV2_SA_CAPACITY	4096

/* The table of SAs is full before the handles run out. */
static_assert(OV2_SA_CAPACITY_MAX <= OV2_HANDLE_SLOTS);

/* ov2_config_init() fills in the algorithms. */
static struct ov2_offload hardware = {
	.header = {
		.type = OV2_OBJECT_TYPE_OFFLOAD,
		.revision = OV2_OFFLOAD_REVISION_2,
		.size = sizeof(struct ov2_offload),
	},
	.flags = OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE |
		 OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE,
	.extensions = OV2_OFFLOAD_EXT_LARGE_SEND,
	.ipsec_v2 = {
		.encapsulation = OV2_ENCAPSULATION_IEEE_802_3,
		.ipv6 = true,
		.esp = true,
		.transport = true,
		.tunnel = true,
		.transport_tunnel_combined = true,
		.lso = true,
		.esn = true,
		.udp_esp = OV2_UDP_ESP_TRANSPORT | OV2_UDP_ESP_TUNNEL |
			   OV2_UDP_ESP_TRANSPORT_OVER_UDP_TUNNEL |
			   OV2_UDP_ESP_UDP_TRANSPORT_OVER_TUNNEL,
		.sa_capacity = OV2_SA_CAPACITY,
	},
};

/* A row for each value of enum ov2_ipsec_parameter. Each engine has a copy of
 * these rows, and the current configuration of its card is a pointer to a row
 * of the copy. Only the capacity in a row changes. The capacity is one word, so
 * a reader never sees half of a change.
 */
static struct ov2_offload configs[OV2_PARAMETER_MAX];

/**
 * ov2_config_init() - find out what the engine can do
 *
 * Context: Process context, at module init.
 */
void ov2_config_init(void)
{
	struct ov2_capabilities *caps;
	int i;

	ov2_transform_probe(&hardware.ipsec_v2);
	hardware.ipsec_v2.ah = !!hardware.ipsec_v2.auth;
	hardware.ipsec_v2.ah_esp_combined = hardware.ipsec_v2.ah;
	for (i = 0; i < OV2_PARAMETER_MAX; i++)
		configs[i] = hardware;
	memset(&configs[OV2_PARAMETER_DISABLED].ipsec_v2, 0,
	       sizeof(struct ov2_capabilities));

	caps = &configs[OV2_PARAMETER_AH_ENABLED].ipsec_v2;
	caps->esp = false;
	caps->ah_esp_combined = false;
	caps->udp_esp = 0;
	caps->encr = 0;

	caps = &configs[OV2_PARAMETER_ESP_ENABLED].ipsec_v2;
	caps->ah = false;
	caps->ah_esp_combined = false;
}

static bool config_is_possible(enum ov2_ipsec_parameter parameter)
{
	const struct ov2_capabilities *caps = &hardware.ipsec_v2;

	switch (parameter) {
	case OV2_PARAMETER_AH_ENABLED:
		return caps->ah;
	case OV2_PARAMETER_ESP_ENABLED:
		return caps->esp;
	case OV2_PARAMETER_AH_AND_ESP_ENABLED:
		return caps->ah && caps->esp;
	default:
		return true;
	}
}

/**
 * ov2_config_start() - give a card its first configuration
 * @engine: the card's engine
 *
 * All features are on, but the engine opens no frame before the port has set
 * OFFLOAD_ENCAPSULATION to ON (ov2_config_receives()).
 *
 * Context: Process context.
 */
void ov2_config_start(struct ov2_engine *engine)
{
	engine->parameter = OV2_PARAMETER_AH_AND_ESP_ENABLED;
	if (!config_is_possible(engine->parameter))
		engine->parameter = OV2_PARAMETER_ESP_ENABLED;
	engine->encapsulation = OV2_ENCAPSULATION_NO_CHANGE;
	engine->hardware = hardware;
	memcpy(engine->configs, configs, sizeof(configs));
	engine->ad->hardware = &engine->hardware;
	engine->ad->config = &engine->configs[engine->parameter];
}

/* While OFFLOAD_ENCAPSULATION is off, all offloads are off. The engine keeps
 * the parameter that OFFLOAD_PARAMETERS has set. This parameter takes effect
 * when OFFLOAD_ENCAPSULATION is on again.
 */
static const struct ov2_offload *config_update(struct ov2_engine *engine)
{
	u8 parameter = engine->parameter;

	lockdep_assert_held(&engine->config_lock);
	if (engine->encapsulation == OV2_ENCAPSULATION_OFF)
		parameter = OV2_PARAMETER_DISABLED;
	WRITE_ONCE(engine->ad->config, &engine->configs[parameter]);
	/* A receive queue may remember an SA that must not receive with the new
	 * configuration (sa_memo.c).
	 */
	ov2_sa_table_changed(&engine->sas);
	return engine->ad->config;
}

static enum ov2_status config_changed(struct ov2_engine *engine,
				      const struct ov2_offload *config)
{
	struct ov2_adapter *ad = engine->ad;

	ad->ops->status(ad, OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG, config);
	return OV2_STATUS_SUCCESS;
}

/**
 * ov2_config_parameters() - carry out OV2_OID_OFFLOAD_PARAMETERS
 * @engine: the engine
 * @req: the request
 *
 * Source: OID_TCP_OFFLOAD_PARAMETERS, INV-42.
 *
 * Context: Any context.
 * Return: the final status of the request.
 */
enum ov2_status ov2_config_parameters(struct ov2_engine *engine,
				      const struct ov2_request *req)
{
	const struct ov2_offload *config;
	enum ov2_status status;
	u8 parameter;

	status = ov2_object_check(req->parameters, req->len,
				  OV2_OBJECT_TYPE_DEFAULT,
				  OV2_OFFLOAD_PARAMETERS_REVISION_2,
				  sizeof(*req->parameters));
	if (status != OV2_STATUS_SUCCESS)
		return status;
	parameter = req->parameters->ipsec_v2;
	if (parameter >= OV2_PARAMETER_MAX)
		return OV2_STATUS_INVALID_DATA;
	if (!config_is_possible(parameter))
		return OV2_STATUS_NOT_SUPPORTED;

	spin_lock_bh(&engine->config_lock);
	if (parameter != OV2_PARAMETER_NO_CHANGE)
		engine->parameter = parameter;
	config = config_update(engine);
	spin_unlock_bh(&engine->config_lock);
	return config_changed(engine, config);
}

/**
 * ov2_config_encapsulation() - carry out OV2_OID_OFFLOAD_ENCAPSULATION
 * @engine: the engine
 * @req: the request
 *
 * Source: OID_OFFLOAD_ENCAPSULATION, INV-41.
 *
 * Context: Any context.
 * Return: the final status of the request.
 */
enum ov2_status ov2_config_encapsulation(struct ov2_engine *engine,
					 const struct ov2_request *req)
{
	const struct ov2_offload_encapsulation *set = req->encapsulation;
	const struct ov2_offload *config;
	enum ov2_status status;

	status = ov2_object_check(set, req->len,
				  OV2_OBJECT_TYPE_OFFLOAD_ENCAPSULATION,
				  OV2_REVISION_1, sizeof(*set));
	if (status != OV2_STATUS_SUCCESS)
		return status;
	if (set->enabled > OV2_ENCAPSULATION_OFF)
		return OV2_STATUS_INVALID_DATA;
	if (set->enabled == OV2_ENCAPSULATION_ON &&
	    set->type != hardware.ipsec_v2.encapsulation)
		return OV2_STATUS_NOT_SUPPORTED;

	spin_lock_bh(&engine->config_lock);
	if (set->enabled != OV2_ENCAPSULATION_NO_CHANGE)
		WRITE_ONCE(engine->encapsulation, set->enabled);
	config = config_update(engine);
	spin_unlock_bh(&engine->config_lock);
	return config_changed(engine, config);
}

/* While IPsec is off, all fields of IPsecOV2 in the configuration are 0, also
 * the capacity (ipsecov2.rst 3.4).
 */
static void config_write_capacity(struct ov2_engine *engine, u32 capacity)
{
	int i;

	lockdep_assert_held(&engine->config_lock);
	WRITE_ONCE(engine->hardware.ipsec_v2.sa_capacity, capacity);
	for (i = 0; i < OV2_PARAMETER_MAX; i++)
		if (i != OV2_PARAMETER_DISABLED)
			WRITE_ONCE(engine->configs[i].ipsec_v2.sa_capacity,
				   capacity);
}

/**
 * ov2_config_capacity() - carry out OV2_OID_EXT_SA_CAPACITY
 * @engine: the engine
 * @req: the request
 *
 * Context: Any context.
 * Return: the final status of the request.
 */
enum ov2_status ov2_config_capacity(struct ov2_engine *engine,
				    const struct ov2_request *req)
{
	const struct ov2_ext_capacity *set = req->capacity;
	enum ov2_status status;
	bool fits;

	status = ov2_object_check(set, req->len, OV2_OBJECT_TYPE_DEFAULT,
				  OV2_REVISION_1, sizeof(*set));
	if (status != OV2_STATUS_SUCCESS)
		return status;
	if (!set->sa_capacity || set->sa_capacity > OV2_SA_CAPACITY_MAX)
		return OV2_STATUS_INVALID_DATA;

	/* Adds that run at the same time may have read the old capacity. Then
	 * there may be more bundles than the new capacity allows. In this case
	 * ov2_bundle_take() refuses all adds until enough bundles are deleted.
	 */
	spin_lock_bh(&engine->config_lock);
	fits = atomic_read(&engine->bundles) <= set->sa_capacity;
	if (fits)
		config_write_capacity(engine, set->sa_capacity);
	spin_unlock_bh(&engine->config_lock);
	if (!fits)
		return OV2_STATUS_RESOURCES;
	return config_changed(engine, READ_ONCE(engine->ad->config));
}

/**
 * ov2_config_receives() - may the engine open frames of an inbound SA?
 * @engine: the engine
 * @sa: the SA
 *
 * Context: Any context.
 * Return: false until OFFLOAD_ENCAPSULATION is on (INV-41). Also false for an
 * SA with an ESP member while ESP is off, and for an SA with an AH member while
 * AH is off.
 */
bool ov2_config_receives(const struct ov2_engine *engine,
			 const struct ov2_sa *sa)
{
	const struct ov2_offload *config = READ_ONCE(engine->ad->config);
	int i;

	if (READ_ONCE(engine->encapsulation) != OV2_ENCAPSULATION_ON)
		return false;
	for (i = 0; i < sa->members; i++)
		if (sa->member[i].operation == OV2_OPERATION_ESP ?
		    !config->ipsec_v2.esp : !config->ipsec_v2.ah)
			return false;
	return true;
}

/**
 * ov2_config_sends() - may a send that names an SA be carried out?
 * @engine: the engine
 *
 * A send is carried out even if OFFLOAD_PARAMETERS has disabled ESP or AH. The
 * frame was made for the engine and is clear, so the engine must seal it or
 * drop it (ipsecov2.rst Q4).
 *
 * Context: Any context.
 * Return: false while OFFLOAD_ENCAPSULATION is off.
 */
bool ov2_config_sends(const struct ov2_engine *engine)
{
	return READ_ONCE(engine->encapsulation) != OV2_ENCAPSULATION_OFF;
}
