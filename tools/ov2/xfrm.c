// SPDX-License-Identifier: GPL-2.0
/* Reads the states and policies of xfrm. Only `ov2 keys` looks at the keys. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libmnl/libmnl.h>

#include "array.h"
#include "netlink.h"
#include "xfrm.h"

/* How many bytes an address of AF_INET or AF_INET6 has. */
size_t xfrm_address_size(uint16_t family)
{
	return family == AF_INET6 ? 16 : 4;
}

/* Copy the address from an attribute of the module's netlink family. All bytes
 * are 0 if there is no address.
 */
void xfrm_address_take(const struct nlattr *nla, xfrm_address_t *address)
{
	size_t length = nla ? mnl_attr_get_payload_len(nla) : 0;

	memset(address, 0, sizeof(*address));
	if (length <= sizeof(*address) && length)
		memcpy(address, mnl_attr_get_payload(nla), length);
}

/* An address as text, in @text of XFRM_ADDRESS_TEXT bytes. */
const char *xfrm_address_text(uint16_t family, const xfrm_address_t *address,
			      char *text)
{
	if (!inet_ntop(family == AF_INET6 ? AF_INET6 : AF_INET, address, text,
		       XFRM_ADDRESS_TEXT))
		strcpy(text, "?");
	return text;
}

const char *xfrm_mode_text(uint8_t mode)
{
	static const char *const texts[] = {
		[XFRM_MODE_TRANSPORT] = "transport",
		[XFRM_MODE_TUNNEL] = "tunnel",
		[XFRM_MODE_ROUTEOPTIMIZATION] = "ro",
		[XFRM_MODE_IN_TRIGGER] = "in_trigger",
		[XFRM_MODE_BEET] = "beet",
		[5] = "iptfs",	/* XFRM_MODE_IPTFS, which 6.12 lacks */
	};

	return mode < sizeof(texts) / sizeof(texts[0]) ? texts[mode] : "?";
}

const char *xfrm_proto_text(uint8_t proto)
{
	switch (proto) {
	case IPPROTO_ESP:
		return "esp";
	case IPPROTO_AH:
		return "ah";
	case IPPROTO_COMP:
		return "comp";
	}
	return "?";
}

static void read_offload(const struct nlattr *attr,
			 struct xfrm_offload *offload)
{
	const struct xfrm_user_offload *user = mnl_attr_get_payload(attr);

	if (mnl_attr_get_payload_len(attr) < sizeof(*user))
		return;
	offload->ifindex = user->ifindex;
	offload->inbound = user->flags & XFRM_OFFLOAD_INBOUND;
	offload->packet = user->flags & XFRM_OFFLOAD_PACKET;
}

static int read_state(const struct nlmsghdr *nlh, void *data)
{
	struct state *state;
	struct xfrm *xfrm = data;
	const struct nlattr *attr;
	bool algorithm = false;

	if (nlh->nlmsg_type != XFRM_MSG_NEWSA)
		return 0;
	xfrm->states = array_grow(xfrm->states, xfrm->state_count,
				  sizeof(*xfrm->states));
	state = &xfrm->states[xfrm->state_count++];
	memset(state, 0, sizeof(*state));
	memcpy(&state->info, mnl_nlmsg_get_payload(nlh), sizeof(state->info));
	state->spi = ntohl(state->info.id.spi);
	mnl_attr_for_each(attr, nlh, sizeof(state->info)) {
		switch (mnl_attr_get_type(attr)) {
		case XFRMA_ALG_AUTH:
		case XFRMA_ALG_AUTH_TRUNC:
		case XFRMA_ALG_CRYPT:
		case XFRMA_ALG_AEAD:
		case XFRMA_ALG_COMP:
			algorithm = true;
			break;
		case XFRMA_ENCAP:
			state->encap = true;
			break;
		case XFRMA_SA_DIR:
			state->dir = mnl_attr_get_u8(attr);
			break;
		case XFRMA_OFFLOAD_DEV:
			read_offload(attr, &state->offload);
			break;
		}
	}
	/* Only a state that waits for its keys has no algorithm */
	state->larval = !algorithm && (state->info.id.proto == IPPROTO_ESP ||
				       state->info.id.proto == IPPROTO_AH);
	if (!state->dir && state->offload.ifindex)
		state->dir = state->offload.inbound ? XFRM_SA_DIR_IN :
			     XFRM_SA_DIR_OUT;
	return 0;
}

static void read_templates(const struct nlattr *attr, struct policy *policy)
{
	size_t count = mnl_attr_get_payload_len(attr) /
		       sizeof(policy->templates[0]);

	if (count > XFRM_MAX_TEMPLATES)
		count = XFRM_MAX_TEMPLATES;
	memcpy(policy->templates, mnl_attr_get_payload(attr),
	       count * sizeof(policy->templates[0]));
	policy->template_count = count;
}

static int read_policy(const struct nlmsghdr *nlh, void *data)
{
	struct policy *policy;
	struct xfrm *xfrm = data;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != XFRM_MSG_NEWPOLICY)
		return 0;
	xfrm->policies = array_grow(xfrm->policies, xfrm->policy_count,
				    sizeof(*xfrm->policies));
	policy = &xfrm->policies[xfrm->policy_count++];
	memset(policy, 0, sizeof(*policy));
	memcpy(&policy->info, mnl_nlmsg_get_payload(nlh), sizeof(policy->info));
	mnl_attr_for_each(attr, nlh, sizeof(policy->info)) {
		switch (mnl_attr_get_type(attr)) {
		case XFRMA_TMPL:
			read_templates(attr, policy);
			break;
		case XFRMA_OFFLOAD_DEV:
			read_offload(attr, &policy->offload);
			break;
		}
	}
	return 0;
}

static enum status xfrm_dump(struct nl *nl, uint16_t type, nl_row row,
			     void *data)
{
	char room[NL_REQUEST_SIZE] __attribute__((aligned(8)));
	struct nlmsghdr *request = mnl_nlmsg_put_header(room);
	int error;

	request->nlmsg_type = type;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	error = nl_dump(nl, request, NULL, row, data);
	if (error == -EPERM)
		return failed("the kernel shows states and policies only to root, or to CAP_NET_ADMIN in the network namespace: use sudo");
	if (error)
		return failed("cannot read what xfrm has: %s", nl->sentence);
	if (nl->interrupted)
		warn("the states or policies changed while they were read, so some may be missing: ask again");
	return STATUS_DONE;
}

static enum status xfrm_open(struct nl *nl)
{
	int error = nl_open(nl, NETLINK_XFRM);

	if (error)
		return failed("cannot ask xfrm: %s: `modprobe xfrm_user` helps if it is missing",
			      strerror(-error));
	return STATUS_DONE;
}

/**
 * xfrm_states() - look at each state of the network namespace
 * @row: called with the message of each state
 * @data: for @row
 *
 * Return: STATUS_DONE, or STATUS_FAILED after an error message.
 */
enum status xfrm_states(nl_row row, void *data)
{
	enum status status;
	struct nl nl;

	status = xfrm_open(&nl);
	if (status)
		return status;
	status = xfrm_dump(&nl, XFRM_MSG_GETSA, row, data);
	nl_close(&nl);
	return status;
}

/**
 * xfrm_read() - read all states and policies of the network namespace
 * @xfrm: filled in; xfrm_free() frees it, also after a failure
 *
 * Return: STATUS_DONE, or STATUS_FAILED after an error message.
 */
enum status xfrm_read(struct xfrm *xfrm)
{
	enum status status;
	struct nl nl;

	memset(xfrm, 0, sizeof(*xfrm));
	status = xfrm_open(&nl);
	if (status)
		return status;
	status = xfrm_dump(&nl, XFRM_MSG_GETSA, read_state, xfrm);
	if (!status)
		status = xfrm_dump(&nl, XFRM_MSG_GETPOLICY, read_policy, xfrm);
	nl_close(&nl);
	return status;
}

void xfrm_free(struct xfrm *xfrm)
{
	free(xfrm->states);
	free(xfrm->policies);
}

/* Is an address of a template all zero? If so, in transport mode the kernel
 * uses the address of the packet.
 */
static bool is_any(uint16_t family, const xfrm_address_t *address)
{
	static const xfrm_address_t any;

	return !memcmp(address, &any, xfrm_address_size(family));
}

/* Can a state serve a template? The conditions are those of xfrm_state_find()
 * in the kernel. But in transport mode the kernel also looks at the addresses
 * of a packet, and this function has no packet.
 */
bool xfrm_template_takes(const struct xfrm_user_tmpl *template,
			 const struct state *state)
{
	uint16_t family = template->family;
	size_t size = xfrm_address_size(family);

	return template->id.proto == state->info.id.proto &&
	       template->mode == state->info.mode &&
	       (template->mode == XFRM_MODE_TRANSPORT ||
		family == state->info.family) &&
	       (!template->reqid || template->reqid == state->info.reqid) &&
	       (!template->id.spi || template->id.spi == state->info.id.spi) &&
	       (is_any(family, &template->id.daddr) ||
		!memcmp(&template->id.daddr, &state->info.id.daddr, size)) &&
	       (is_any(family, &template->saddr) ||
		!memcmp(&template->saddr, &state->info.saddr, size));
}
