// SPDX-License-Identifier: GPL-2.0
/*
 * Capabilities and configuration agree, and the engine obeys its configuration.
 *
 * The tests are about OFFLOAD_ENCAPSULATION (INV-41), OFFLOAD_PARAMETERS
 * (INV-42), the capability "tunnel" (INV-43), and the extension that sets the
 * SA capacity.
 */
#include <kunit/test.h>

#include "../../unit/rig/rig.h"
#include "../../unit/rig/rig_add.h"
#include "../../unit/rig/rig_flow.h"
#include "../../unit/rig/rig_frame.h"
#include "../../unit/rig/rig_request.h"
#include "../engine_miniport.h"
#include "../../watch/counters.h"

static const struct ov2_capabilities *config_of(const struct ov2_rig *rig)
{
	return &READ_ONCE(rig->ad.config)->ipsec_v2;
}

/* Sets OFFLOAD_PARAMETERS, and expects an indication only after a success. */
static void expect_set(struct ov2_rig *rig, u8 parameter, u32 expected)
{
	int before = atomic_read(&rig->num_status);
	u32 status = ov2_rig_parameter(rig, parameter);

	KUNIT_EXPECT_EQ(rig->test, status, expected);
	KUNIT_EXPECT_EQ(rig->test, atomic_read(&rig->num_status) - before,
			expected == OV2_STATUS_SUCCESS);
}

/* A parameter switches AH and ESP exactly as it says, and makes one indication
 * with the whole configuration (INV-42).
 */
static void parameter_values(struct kunit *test)
{
	static const struct {
		u8 parameter;
		bool ah;
		bool esp;
	} sets[] = {
		{ OV2_PARAMETER_DISABLED, false, false },
		{ OV2_PARAMETER_AH_ENABLED, true, false },
		{ OV2_PARAMETER_ESP_ENABLED, false, true },
		{ OV2_PARAMETER_AH_AND_ESP_ENABLED, true, true },
	};
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_offload hardware = *rig->ad.hardware;
	int i, no_change;

	for (i = 0; i < ARRAY_SIZE(sets); i++) {
		expect_set(rig, sets[i].parameter, OV2_STATUS_SUCCESS);
		for (no_change = 0; no_change < 2; no_change++) {
			KUNIT_EXPECT_EQ(test, config_of(rig)->ah, sets[i].ah);
			KUNIT_EXPECT_EQ(test, config_of(rig)->esp,
					sets[i].esp);
			KUNIT_EXPECT_EQ(test, config_of(rig)->ah_esp_combined,
					sets[i].ah && sets[i].esp);
			KUNIT_EXPECT_EQ(test, rig->status_code,
					OV2_STATUS_TASK_OFFLOAD_CURRENT_CONFIG);
			KUNIT_EXPECT_MEMEQ(test, &rig->status_config,
					   rig->ad.config,
					   sizeof(*rig->ad.config));
			expect_set(rig, OV2_PARAMETER_NO_CHANGE,
				   OV2_STATUS_SUCCESS);
		}
	}
	KUNIT_EXPECT_MEMEQ(test, rig->ad.hardware, &hardware,
			   sizeof(hardware));
	KUNIT_EXPECT_MEMEQ(test, rig->ad.config, &hardware, sizeof(hardware));
}

/* A malformed parameter changes nothing, and makes no indication. */
static void parameter_malformed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	const struct ov2_offload *config = rig->ad.config;
	int before = atomic_read(&rig->num_status);
	struct ov2_rig_request *rr;

	expect_set(rig, 5, OV2_STATUS_INVALID_DATA);
	expect_set(rig, 255, OV2_STATUS_INVALID_DATA);
	rr = list_last_entry(&rig->requests, struct ov2_rig_request, link);
	rr->parameters.ipsec_v2 = OV2_PARAMETER_DISABLED;
	rr->parameters.header.revision = OV2_REVISION_1;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_DATA);
	rr->parameters.header.revision = OV2_OFFLOAD_PARAMETERS_REVISION_2;
	rr->req.len--;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_LENGTH);
	KUNIT_EXPECT_PTR_EQ(test, rig->ad.config, config);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_status), before);
}

/* An engine with IPv6 ignores the parameter for engines without IPv6. */
static void parameter_ipv4_unused(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_request *rr;

	expect_set(rig, OV2_PARAMETER_NO_CHANGE, OV2_STATUS_SUCCESS);
	rr = list_last_entry(&rig->requests, struct ov2_rig_request, link);
	rr->parameters.ipsec_v2_ipv4 = OV2_PARAMETER_DISABLED;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, config_of(rig)->esp);
}

/* Is any capability set? */
static bool advertises(const struct ov2_capabilities *caps)
{
	return memchr_inv(caps, 0, sizeof(*caps));
}

/* The capability "tunnel" is set whenever any capability is set (INV-43). */
static void tunnel_whenever_anything(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	const struct ov2_offload *hardware = rig->ad.hardware;
	u8 parameter;

	KUNIT_EXPECT_EQ(test, hardware->header.type, OV2_OBJECT_TYPE_OFFLOAD);
	KUNIT_EXPECT_EQ(test, hardware->header.size, sizeof(*hardware));
	KUNIT_EXPECT_EQ(test, hardware->flags,
			OV2_OFFLOAD_TCP_CHECKSUM_COEXISTENCE |
			OV2_OFFLOAD_UDP_CHECKSUM_COEXISTENCE);
	KUNIT_EXPECT_TRUE(test, hardware->ipsec_v2.tunnel);
	for (parameter = 0; parameter < OV2_PARAMETER_MAX; parameter++) {
		expect_set(rig, parameter, OV2_STATUS_SUCCESS);
		KUNIT_EXPECT_EQ(test, config_of(rig)->tunnel,
				advertises(config_of(rig)));
		KUNIT_EXPECT_EQ(test, config_of(rig)->encapsulation,
				config_of(rig)->tunnel ?
				OV2_ENCAPSULATION_IEEE_802_3 : 0);
	}
}

/* The transport prepares a request to add an SA with ESP. ESP is switched off
 * before the engine gets the request, so the add fails (ipsecov2.rst 2.8).
 */
static void adds_follow_config(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct ov2_rig_request *rr = ov2_rig_add_new(rig, &sa, false);

	expect_set(rig, OV2_PARAMETER_AH_ENABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_NOT_SUPPORTED);
	KUNIT_EXPECT_EQ(test, rr->add.handle, 0);
	expect_set(rig, OV2_PARAMETER_ESP_ENABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_SUCCESS);
}

/* Sends a frame of an SA, and returns the status with which it came back. */
static u32 send_one(struct ov2_rig *rig, const struct ov2_rig_sa *sa)
{
	struct ov2_rig_frame frame = { .sa = sa, .seq = 1, .len = 60 };
	struct ov2_nbl *nbl = ov2_rig_frame(rig, &frame, 0);

	ov2_rig_send(rig, nbl);
	ov2_rig_wait_idle(rig);
	return ov2_rig_sent_status(nbl);
}

/* Returns slot 1 of a copy of @skb after the card has received the copy. */
static u32 receive_word(struct ov2_rig *rig, const struct sk_buff *skb)
{
	return ov2_rig_inject(rig, skb, 0)->info[OV2_INFO_IPSEC];
}

/* Adds an SA in both directions, and returns a protected frame of the SA. */
static struct sk_buff *sealed_frame(struct ov2_rig *rig, struct ov2_rig_sa *sa)
{
	ov2_rig_add_outbound(rig, sa);
	ov2_rig_add_inbound(rig, sa);
	KUNIT_ASSERT_EQ(rig->test, send_one(rig, sa), OV2_STATUS_SUCCESS);
	return ov2_rig_wire_first(rig);
}

/* With DISABLED the SAs stay, received frames are left untouched, and a send
 * that names an SA is protected (ipsecov2.rst 3.5).
 */
static void disabled_keeps_sas(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct sk_buff *skb = sealed_frame(rig, &sa);

	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), OV2_RX_CRYPTO_DONE);
	expect_set(rig, OV2_PARAMETER_DISABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), 0);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad, OV2_CNT_RX_DISABLED),
			1);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
	expect_set(rig, OV2_PARAMETER_AH_ENABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), 0);
	expect_set(rig, OV2_PARAMETER_ESP_ENABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), OV2_RX_CRYPTO_DONE);
}

static void expect_encapsulation(struct ov2_rig *rig, u32 enabled,
				 u32 expected)
{
	int before = atomic_read(&rig->num_status);
	u32 status = ov2_rig_encapsulation(rig, enabled);

	KUNIT_EXPECT_EQ(rig->test, status, expected);
	KUNIT_EXPECT_EQ(rig->test, atomic_read(&rig->num_status) - before,
			expected == OV2_STATUS_SUCCESS);
}

/* After OFF the engine leaves received frames untouched, and a send that names
 * an SA fails, so nothing leaves in clear (INV-41).
 */
static void encapsulation_off(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct sk_buff *skb = sealed_frame(rig, &sa);
	int wire = atomic_read(&rig->num_wire);

	expect_encapsulation(rig, OV2_ENCAPSULATION_OFF, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, advertises(config_of(rig)));
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), 0);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_FAILURE);
	KUNIT_EXPECT_EQ(test, ov2_counter_read(&rig->ad,
					       OV2_CNT_TX_DROP_DISABLED), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_wire), wire);
	/* A parameter that is set during OFF takes effect with ON. */
	expect_set(rig, OV2_PARAMETER_ESP_ENABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, config_of(rig)->esp);
	expect_encapsulation(rig, OV2_ENCAPSULATION_NO_CHANGE,
			     OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), 0);

	expect_encapsulation(rig, OV2_ENCAPSULATION_ON, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_TRUE(test, config_of(rig)->esp);
	KUNIT_EXPECT_FALSE(test, config_of(rig)->ah);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), OV2_RX_CRYPTO_DONE);
	KUNIT_EXPECT_EQ(test, send_one(rig, &sa), OV2_STATUS_SUCCESS);
	expect_encapsulation(rig, 3, OV2_STATUS_INVALID_DATA);
}

/* Before the first OFFLOAD_ENCAPSULATION the engine protects sends, and leaves
 * received frames untouched (INV-41).
 */
static void encapsulation_before_on(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new_idle(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;
	struct sk_buff *skb = sealed_frame(rig, &sa);

	KUNIT_EXPECT_TRUE(test, config_of(rig)->esp);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), 0);
	expect_encapsulation(rig, OV2_ENCAPSULATION_ON, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, receive_word(rig, skb), OV2_RX_CRYPTO_DONE);
}

/* A malformed OFFLOAD_ENCAPSULATION changes nothing, and makes no indication.
 */
static void encapsulation_malformed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	int before = atomic_read(&rig->num_status);
	struct ov2_rig_request *rr;

	rr = list_last_entry(&rig->requests, struct ov2_rig_request, link);
	KUNIT_ASSERT_EQ(test, rr->req.oid, OV2_OID_OFFLOAD_ENCAPSULATION);
	rr->encapsulation.type = 0x4;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_NOT_SUPPORTED);
	rr->encapsulation.enabled = OV2_ENCAPSULATION_OFF;
	rr->encapsulation.header.type = OV2_OBJECT_TYPE_DEFAULT;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_DATA);
	rr->req.len = 0;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_LENGTH);
	KUNIT_EXPECT_EQ(test, atomic_read(&rig->num_status), before);
	KUNIT_EXPECT_TRUE(test, config_of(rig)->esp);
}

static u32 capacity_of(const struct ov2_rig *rig)
{
	return ov2_sa_capacity(&rig->ad);
}

static void expect_capacity(struct ov2_rig *rig, u32 capacity, u32 expected)
{
	int before = atomic_read(&rig->num_status);
	u32 status = ov2_rig_capacity(rig, capacity);

	KUNIT_EXPECT_EQ(rig->test, status, expected);
	KUNIT_EXPECT_EQ(rig->test, atomic_read(&rig->num_status) - before,
			expected == OV2_STATUS_SUCCESS);
}

static u32 add_one(struct ov2_rig *rig, u32 spi)
{
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	sa.spi = spi;
	return ov2_rig_request(rig, ov2_rig_add_new(rig, &sa, false));
}

/* The new capacity is in the capabilities and in the configuration. Adds
 * succeed until there are as many SAs as the new capacity says.
 */
static void capacity_set(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);

	expect_capacity(rig, 2, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, capacity_of(rig), 2);
	KUNIT_EXPECT_EQ(test, config_of(rig)->sa_capacity, 2);
	KUNIT_EXPECT_EQ(test, rig->status_config.ipsec_v2.sa_capacity, 2);
	KUNIT_EXPECT_EQ(test, add_one(rig, 0x100), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_one(rig, 0x101), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_one(rig, 0x102), OV2_STATUS_RESOURCES);
	expect_capacity(rig, 3, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_one(rig, 0x102), OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, add_one(rig, 0x103), OV2_STATUS_RESOURCES);
}

/* The capacity cannot be less than the number of SAs. */
static void capacity_below_sas(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_sa sa = OV2_RIG_SA_GCM;

	ov2_rig_add_outbound(rig, &sa);
	KUNIT_EXPECT_EQ(test, add_one(rig, 0x1001), OV2_STATUS_SUCCESS);
	expect_capacity(rig, 1, OV2_STATUS_RESOURCES);
	KUNIT_EXPECT_GT(test, capacity_of(rig), 2);
	expect_capacity(rig, 2, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_delete(rig, sa.out),
			OV2_STATUS_SUCCESS);
	expect_capacity(rig, 1, OV2_STATUS_SUCCESS);
}

/* If an add takes a place while the capacity is lowered, more places may be
 * taken than the new capacity has. Then later adds are refused.
 */
static void capacity_exceeded(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	atomic_t bundles = ATOMIC_INIT(3);

	expect_capacity(rig, 2, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, ov2_bundle_take(&bundles, &rig->ad));
	atomic_set(&bundles, 2);
	KUNIT_EXPECT_FALSE(test, ov2_bundle_take(&bundles, &rig->ad));
	atomic_set(&bundles, 1);
	KUNIT_EXPECT_TRUE(test, ov2_bundle_take(&bundles, &rig->ad));
	KUNIT_EXPECT_EQ(test, atomic_read(&bundles), 2);
}

/* A capacity is at least 1 and at most OV2_SA_CAPACITY_MAX. Each engine has a
 * capacity of its own.
 */
static void capacity_limits(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig *other = ov2_rig_new(test, &ov2_engine_miniport);
	u32 before = capacity_of(rig);

	expect_capacity(rig, 0, OV2_STATUS_INVALID_DATA);
	expect_capacity(rig, OV2_SA_CAPACITY_MAX + 1, OV2_STATUS_INVALID_DATA);
	expect_capacity(rig, U32_MAX, OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, capacity_of(rig), before);
	expect_capacity(rig, OV2_SA_CAPACITY_MAX, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, capacity_of(rig), OV2_SA_CAPACITY_MAX);
	expect_capacity(rig, 1, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, capacity_of(other), before);
	KUNIT_EXPECT_EQ(test, config_of(other)->sa_capacity, before);
}

/* A capacity that is set while IPsec is off is in force at once. The
 * configuration shows it when IPsec is on again.
 */
static void capacity_while_off(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);

	expect_set(rig, OV2_PARAMETER_DISABLED, OV2_STATUS_SUCCESS);
	expect_capacity(rig, 7, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_FALSE(test, advertises(config_of(rig)));
	KUNIT_EXPECT_EQ(test, capacity_of(rig), 7);
	expect_set(rig, OV2_PARAMETER_ESP_ENABLED, OV2_STATUS_SUCCESS);
	KUNIT_EXPECT_EQ(test, config_of(rig)->sa_capacity, 7);
}

/* A malformed EXT_SA_CAPACITY changes nothing. */
static void capacity_malformed(struct kunit *test)
{
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct ov2_rig_request *rr;

	expect_capacity(rig, 9, OV2_STATUS_SUCCESS);
	rr = list_last_entry(&rig->requests, struct ov2_rig_request, link);
	rr->capacity.sa_capacity = 10;
	rr->req.len--;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_LENGTH);
	rr->req.len++;
	rr->capacity.header.type = OV2_OBJECT_TYPE_OFFLOAD;
	KUNIT_EXPECT_EQ(test, (u32)ov2_rig_request(rig, rr),
			OV2_STATUS_INVALID_DATA);
	KUNIT_EXPECT_EQ(test, capacity_of(rig), 9);
}

static struct kunit_case engine_config_cases[] = {
	KUNIT_CASE(parameter_values),
	KUNIT_CASE(parameter_malformed),
	KUNIT_CASE(parameter_ipv4_unused),
	KUNIT_CASE(tunnel_whenever_anything),
	KUNIT_CASE(adds_follow_config),
	KUNIT_CASE(disabled_keeps_sas),
	KUNIT_CASE(encapsulation_off),
	KUNIT_CASE(encapsulation_before_on),
	KUNIT_CASE(encapsulation_malformed),
	KUNIT_CASE(capacity_set),
	KUNIT_CASE(capacity_below_sas),
	KUNIT_CASE(capacity_exceeded),
	KUNIT_CASE(capacity_limits),
	KUNIT_CASE(capacity_while_off),
	KUNIT_CASE(capacity_malformed),
	{}
};

static struct kunit_suite engine_config_suite = {
	.name = "ov2_engine_config",
	.test_cases = engine_config_cases,
};

kunit_test_suite(engine_config_suite);
