// SPDX-License-Identifier: GPL-2.0
/*
 * Adds or deletes many states or policies, and tells how long this took.
 *
 *	scale NAMESPACE state|alike add|delete in|out FIRST COUNT [IFINDEX crypto|packet]
 *	scale NAMESPACE exact|prefix|pair add|delete out FIRST COUNT [IFINDEX packet]
 *
 * COUNT states or policies are numbered from FIRST, and each state has an SPI
 * of its own. State N is for the peer with the address 10.0.0.0 + N; with
 * "alike" all states have the addresses and the reqid of the bed's own state
 * from a to b. Policy N is from /32 to /32 ("exact"), or from /24 to /24
 * ("prefix"). With "pair", no two policies have the same pair of prefix
 * lengths, and N is below 64. With IFINDEX, states and policies are offloaded
 * to the card with this index. Each request waits for the kernel's answer
 * before the next one is sent. Prints the nanoseconds for all requests
 * together.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <sys/socket.h>

#include "program.h"

#define NEAR		0xc0000201	/* 192.0.2.1 */
#define FAR		0xc0000202	/* 192.0.2.2 */
#define PEERS		0x0a000000	/* 10.0.0.0 */
#define ELSEWHERE	0xac100000	/* 172.16.0.0 */
#define REQID		1
#define FIRST_SPI	0x100000
#define ALGORITHM	"rfc4106(gcm(aes))"
#define KEY_BYTES	20

struct request {
	struct nlmsghdr header;
	char body[1024];
};

/* What the arguments ask for */
static struct {
	int state, alike, add, inbound, prefix, pair;
	struct xfrm_user_offload offload;
} wanted;

static void *put(struct request *request, size_t len)
{
	void *at = (char *)request + NLMSG_ALIGN(request->header.nlmsg_len);

	request->header.nlmsg_len = NLMSG_ALIGN(request->header.nlmsg_len) +
				    len;
	return at;
}

static void attribute(struct request *request, int type, const void *data,
		      size_t len)
{
	struct nlattr *attr = put(request, NLA_HDRLEN + len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	memcpy((char *)attr + NLA_HDRLEN, data, len);
}

static void offload(struct request *request)
{
	if (wanted.offload.ifindex)
		attribute(request, XFRMA_OFFLOAD_DEV, &wanted.offload,
			  sizeof(wanted.offload));
}

static void endless(struct xfrm_lifetime_cfg *lft)
{
	lft->soft_byte_limit = XFRM_INF;
	lft->hard_byte_limit = XFRM_INF;
	lft->soft_packet_limit = XFRM_INF;
	lft->hard_packet_limit = XFRM_INF;
}

static uint32_t state_to(uint32_t n)
{
	return htonl(wanted.inbound || wanted.alike ? FAR : PEERS + n);
}

static void state_add(struct request *request, uint32_t n)
{
	struct {
		struct xfrm_algo_aead head;
		char key[KEY_BYTES];
	} alg = { .head = { ALGORITHM, 8 * KEY_BYTES, 128 } };
	struct xfrm_usersa_info *info = put(request, sizeof(*info));
	uint8_t dir = wanted.inbound ? XFRM_SA_DIR_IN : XFRM_SA_DIR_OUT;

	request->header.nlmsg_type = XFRM_MSG_NEWSA;
	info->id.daddr.a4 = state_to(n);
	info->saddr.a4 = htonl(wanted.inbound && !wanted.alike ? PEERS + n :
			       NEAR);
	info->id.spi = htonl(FIRST_SPI + n);
	info->id.proto = IPPROTO_ESP;
	info->family = AF_INET;
	info->sel.family = AF_INET;
	/* The kernel's hash of a state is addresses xor reqid. If the reqid
	 * counted up with the address, many states would have the same hash.
	 * So all states for other peers have the same reqid. It is not the
	 * reqid of the bed's own state.
	 */
	info->reqid = wanted.alike ? REQID : REQID + 1;
	info->mode = wanted.alike ? XFRM_MODE_TRANSPORT : XFRM_MODE_TUNNEL;
	info->replay_window = wanted.inbound ? 32 : 0;
	endless(&info->lft);
	memset(alg.key, n, sizeof(alg.key));
	memcpy(alg.key, &n, sizeof(n));
	attribute(request, XFRMA_ALG_AEAD, &alg, sizeof(alg));
	attribute(request, XFRMA_SA_DIR, &dir, sizeof(dir));
	offload(request);
}

static void state_delete(struct request *request, uint32_t n)
{
	struct xfrm_usersa_id *id = put(request, sizeof(*id));

	request->header.nlmsg_type = XFRM_MSG_DELSA;
	id->daddr.a4 = state_to(n);
	id->spi = htonl(FIRST_SPI + n);
	id->family = AF_INET;
	id->proto = IPPROTO_ESP;
}

static void select_peer(struct xfrm_selector *sel, uint32_t n)
{
	sel->family = AF_INET;
	if (wanted.pair) {
		sel->prefixlen_s = 12 + n / 8;
		sel->prefixlen_d = 8 + n % 8;
		sel->saddr.a4 = htonl(ELSEWHERE);
		sel->daddr.a4 = htonl(PEERS);
		return;
	}
	sel->prefixlen_s = wanted.prefix ? 24 : 32;
	sel->prefixlen_d = sel->prefixlen_s;
	sel->saddr.a4 = htonl(wanted.prefix ? NEAR & ~255 : NEAR);
	sel->daddr.a4 = htonl(PEERS + (wanted.prefix ? n << 8 : n));
}

static void policy_add(struct request *request, uint32_t n)
{
	struct xfrm_userpolicy_info *info = put(request, sizeof(*info));
	struct xfrm_user_tmpl tmpl = {
		.id.daddr.a4 = htonl(FAR),
		.id.proto = IPPROTO_ESP,
		.saddr.a4 = htonl(NEAR),
		.family = AF_INET,
		.reqid = REQID,
		.mode = XFRM_MODE_TUNNEL,
		.aalgos = ~0, .ealgos = ~0, .calgos = ~0,
	};

	request->header.nlmsg_type = XFRM_MSG_NEWPOLICY;
	select_peer(&info->sel, n);
	endless(&info->lft);
	info->priority = 5;
	info->dir = XFRM_POLICY_OUT;
	attribute(request, XFRMA_TMPL, &tmpl, sizeof(tmpl));
	offload(request);
}

static void policy_delete(struct request *request, uint32_t n)
{
	struct xfrm_userpolicy_id *id = put(request, sizeof(*id));

	request->header.nlmsg_type = XFRM_MSG_DELPOLICY;
	select_peer(&id->sel, n);
	id->dir = XFRM_POLICY_OUT;
}

static void make_request(struct request *request, uint32_t n)
{
	memset(request, 0, sizeof(*request));
	request->header.nlmsg_len = NLMSG_HDRLEN;
	request->header.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	if (wanted.state && wanted.add)
		state_add(request, n);
	else if (wanted.state)
		state_delete(request, n);
	else if (wanted.add)
		policy_add(request, n);
	else
		policy_delete(request, n);
}

static void ask(int fd, const struct request *request)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		char more[1024];
	} answer;

	if (send(fd, request, request->header.nlmsg_len, 0) < 0 ||
	    recv(fd, &answer, sizeof(answer), 0) < 0)
		die("netlink");
	if (answer.error.error) {
		errno = -answer.error.error;
		die("the kernel refuses");
	}
}

static int open_netlink(const char *namespace)
{
	int fd;

	enter(namespace);
	fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_XFRM);
	if (fd < 0)
		die("socket");
	return fd;
}

int main(int argc, char **argv)
{
	uint32_t first, count, n;
	struct request request;
	uint64_t took;
	int fd;

	if (argc != 7 && argc != 9) {
		fprintf(stderr, "usage: scale NAMESPACE state|alike|exact|prefix|pair add|delete "
			"in|out FIRST COUNT [IFINDEX crypto|packet]\n");
		return 2;
	}
	fd = open_netlink(argv[1]);
	wanted.alike = !strcmp(argv[2], "alike");
	wanted.state = wanted.alike || !strcmp(argv[2], "state");
	wanted.prefix = !strcmp(argv[2], "prefix");
	wanted.pair = !strcmp(argv[2], "pair");
	wanted.add = !strcmp(argv[3], "add");
	wanted.inbound = !strcmp(argv[4], "in");
	first = strtoul(argv[5], NULL, 0);
	count = strtoul(argv[6], NULL, 0);
	if (argc == 9) {
		wanted.offload.ifindex = atoi(argv[7]);
		if (!strcmp(argv[8], "packet"))
			wanted.offload.flags |= XFRM_OFFLOAD_PACKET;
		if (wanted.inbound)
			wanted.offload.flags |= XFRM_OFFLOAD_INBOUND;
	}
	took = now();
	for (n = first; n < first + count; n++) {
		make_request(&request, n);
		ask(fd, &request);
	}
	printf("%llu\n", (unsigned long long)(now() - took));
	return 0;
}
