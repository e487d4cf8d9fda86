/* SPDX-License-Identifier: GPL-2.0 */
/* The states and policies of the network namespace, as xfrm has them. */
#ifndef OV2_XFRM_H
#define OV2_XFRM_H

#include <linux/xfrm.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "netlink.h"

struct nlattr;

#define XFRM_ADDRESS_TEXT	46
#define XFRM_MAX_TEMPLATES	6

/**
 * struct xfrm_offload - to which device a state or a policy is offloaded
 * @ifindex: the device, 0 = software
 * @inbound: for a state: the card decrypts
 * @packet: packet mode
 */
struct xfrm_offload {
	uint32_t ifindex;
	bool inbound;
	bool packet;
};

/**
 * struct state - a state of xfrm
 * @info: as the kernel gives it
 * @spi: in host byte order
 * @dir: XFRM_SA_DIR_IN, XFRM_SA_DIR_OUT, or 0 if nobody told the kernel
 * @larval: the state waits for a key manager
 * @encap: ESP in UDP or TCP
 * @offload: its device
 */
struct state {
	struct xfrm_usersa_info info;
	uint32_t spi;
	uint8_t dir;
	bool larval;
	bool encap;
	struct xfrm_offload offload;
};

/**
 * struct policy - a policy of xfrm
 * @info: as the kernel gives it
 * @templates: its templates
 * @template_count: how many there are
 * @offload: its device
 */
struct policy {
	struct xfrm_userpolicy_info info;
	struct xfrm_user_tmpl templates[XFRM_MAX_TEMPLATES];
	unsigned int template_count;
	struct xfrm_offload offload;
};

/**
 * struct xfrm - all states and policies
 */
struct xfrm {
	struct state *states;
	size_t state_count;
	struct policy *policies;
	size_t policy_count;
};

enum status xfrm_states(nl_row row, void *data);
enum status xfrm_read(struct xfrm *xfrm);
void xfrm_free(struct xfrm *xfrm);

size_t xfrm_address_size(uint16_t family);
void xfrm_address_take(const struct nlattr *nla, xfrm_address_t *address);
const char *xfrm_address_text(uint16_t family, const xfrm_address_t *address,
			      char *text);
const char *xfrm_mode_text(uint8_t mode);
const char *xfrm_proto_text(uint8_t proto);
bool xfrm_template_takes(const struct xfrm_user_tmpl *template,
			 const struct state *state);

#endif /* OV2_XFRM_H */
