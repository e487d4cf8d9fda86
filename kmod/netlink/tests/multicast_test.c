// SPDX-License-Identifier: GPL-2.0
/*
 * Users get messages that no test with real cards can see.
 *
 * One says that the engine asks for an SA to be deleted. The emulated engine
 * asks only if its table of SAs is full, and the bridge never lets the table
 * become full. Another says that an SA is deleted whose state the core could
 * not add.
 */
#include <kunit/test.h>
#include <linux/in.h>
#include <linux/net.h>
#include <net/genetlink.h>
#include <net/net_namespace.h>

#include "../../bridge/sa_view.h"
#include "../../engine/engine_miniport.h"
#include "../../unit/rig/rig.h"
#include "../../watch/event.h"
#include "../../watch/log.h"
#include "../family_gen.h"

#define HANDLE	0x1234

static void listener_free(void *sock)
{
	sock_release(sock);
}

/* Returns a socket that gets the messages of the group "sas". */
static struct socket *listener_new(struct kunit *test)
{
	int group = ipsecov2_nl_family.mcgrp_offset + IPSECOV2_NLGRP_SAS;
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	struct socket *sock;

	KUNIT_ASSERT_EQ(test, 0, sock_create_kern(&init_net, AF_NETLINK,
						  SOCK_RAW, NETLINK_GENERIC,
						  &sock));
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, listener_free,
							   sock));
	/* A socket that is not bound has the port of the kernel, 0, and gets no
	 * messages of the kernel.
	 */
	KUNIT_ASSERT_EQ(test, 0, kernel_bind(sock, (void *)&addr,
					     sizeof(addr)));
	KUNIT_ASSERT_EQ(test, 0,
			sock->ops->setsockopt(sock, SOL_NETLINK,
					      NETLINK_ADD_MEMBERSHIP,
					      KERNEL_SOCKPTR(&group),
					      sizeof(group)));
	return sock;
}

static void expect_attr(struct kunit *test, const struct nlmsghdr *nlh,
			int type, const char *text)
{
	const struct nlattr *attr = nlmsg_find_attr(nlh, GENL_HDRLEN, type);

	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_STREQ(test, nla_data(attr), text);
}

/* Returns the length of the next message, or a negative errno. */
static int receive(struct socket *sock, void *buffer)
{
	struct kvec vec = { .iov_base = buffer, .iov_len = PAGE_SIZE };
	struct msghdr msg = { .msg_flags = MSG_DONTWAIT };

	return kernel_recvmsg(sock, &msg, &vec, 1, PAGE_SIZE, MSG_DONTWAIT);
}

/* Returns the next message, which has this command. */
static const struct nlmsghdr *expect_command(struct kunit *test,
					     struct socket *sock, u8 command)
{
	struct nlmsghdr *nlh = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	const struct genlmsghdr *genl;
	int len;

	KUNIT_ASSERT_NOT_NULL(test, nlh);
	len = receive(sock, nlh);
	KUNIT_ASSERT_TRUE_MSG(test, nlmsg_ok(nlh, len), "got %d", len);
	KUNIT_ASSERT_GE(test, nlmsg_len(nlh), GENL_HDRLEN);
	genl = nlmsg_data(nlh);
	KUNIT_EXPECT_EQ(test, genl->cmd, command);
	return nlh;
}

/* Returns the next message, which has this command and is about the SA with
 * HANDLE.
 */
static const struct nlmsghdr *expect_message(struct kunit *test,
					     struct socket *sock, u8 command)
{
	const struct nlmsghdr *nlh = expect_command(test, sock, command);
	const struct nlattr *attr;

	attr = nlmsg_find_attr(nlh, GENL_HDRLEN, IPSECOV2_A_SA_HANDLE);
	KUNIT_ASSERT_NOT_NULL(test, attr);
	KUNIT_EXPECT_EQ(test, nla_get_uint(attr), HANDLE);
	return nlh;
}

static void expect_told(struct kunit *test, struct socket *sock, u8 command,
			enum ov2_counter reason)
{
	const struct ov2_counter_row *row = ov2_counter_row(reason);
	const struct nlmsghdr *nlh = expect_message(test, sock, command);

	expect_attr(test, nlh, IPSECOV2_A_SA_REASON, row->name);
	expect_attr(test, nlh, IPSECOV2_A_SA_EXPLANATION, row->sentence);
}

/* One function tells users of both: that the engine asks for an SA to be
 * deleted, and that the card declined a packet. The two messages have different
 * commands.
 */
static void multicast_told(struct kunit *test)
{
	static const struct ov2_sa_view view = {
		.handle = HANDLE, .inbound = true, .proto = IPPROTO_ESP,
		.family = AF_INET,
	};
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct socket *sock = listener_new(test);

	ov2_event_sa_told(&rig->ad, OV2_CNT_RX_SA_DELETE_REQ, &view);
	expect_told(test, sock, IPSECOV2_CMD_SA_DELETE_REQ_NTF,
		    OV2_CNT_RX_SA_DELETE_REQ);
	ov2_event_sa_told(&rig->ad, OV2_CNT_TX_FALLBACK_LARGE, &view);
	expect_told(test, sock, IPSECOV2_CMD_SA_FALLBACK_NTF,
		    OV2_CNT_TX_FALLBACK_LARGE);
}

static bool has_attr(const struct nlmsghdr *nlh, int type)
{
	return nlmsg_find_attr(nlh, GENL_HDRLEN, type);
}

/* The message about a deleted SA leaves out the values that the view of the SA
 * does not have, and has the counts.
 */
static void multicast_brief(struct kunit *test)
{
	static const int lacking[] = {
		IPSECOV2_A_SA_ENCR, IPSECOV2_A_SA_ENCR_ID,
		IPSECOV2_A_SA_ICV_LEN, IPSECOV2_A_SA_SEQ,
		IPSECOV2_A_SA_REPLAY_WINDOW, IPSECOV2_A_SA_ENCAP_TYPE,
	};
	struct ov2_sa_view view = {
		.handle = HANDLE, .proto = IPPROTO_ESP, .family = AF_INET,
		.encr = "cipher", .encr_id = 1, .encap_type = 2,
	};
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	struct socket *sock = listener_new(test);
	const struct nlmsghdr *nlh;
	int i, brief;

	for (brief = 0; brief < 2; brief++) {
		view.brief = brief;
		ov2_event_sa(&rig->ad, OV2_LIFE_DELETED, &view);
		nlh = expect_message(test, sock, IPSECOV2_CMD_SA_DEL_NTF);
		for (i = 0; i < ARRAY_SIZE(lacking); i++)
			KUNIT_EXPECT_EQ_MSG(test, has_attr(nlh, lacking[i]),
					    !brief, "%d", lacking[i]);
		KUNIT_EXPECT_TRUE(test, has_attr(nlh, IPSECOV2_A_SA_PACKETS));
		KUNIT_EXPECT_TRUE(test, has_attr(nlh, IPSECOV2_A_SA_REQID));
	}
}

/* A card has refused something, and is in another namespace when it tells its
 * users. These users must not see the addresses of the other namespace.
 */
static void multicast_moved(struct kunit *test)
{
	struct ov2_log_entry entry = {
		.net_cookie = init_net.net_cookie + 1,
		.reason = OV2_CNT_SA_REFUSED_SPI,
		.sentence = "",
		.err = -EINVAL,
	};
	struct ov2_rig *rig = ov2_rig_new(test, &ov2_engine_miniport);
	void *buffer = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	struct socket *sock = listener_new(test);

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	ov2_event_refused(&rig->ad, &entry);
	KUNIT_EXPECT_EQ(test, receive(sock, buffer), -EAGAIN);
	entry.net_cookie = init_net.net_cookie;
	ov2_event_refused(&rig->ad, &entry);
	expect_command(test, sock, IPSECOV2_CMD_LOG_NTF);
}

static struct kunit_case multicast_cases[] = {
	KUNIT_CASE(multicast_told),
	KUNIT_CASE(multicast_brief),
	KUNIT_CASE(multicast_moved),
	{}
};

static struct kunit_suite multicast_suite = {
	.name = "ov2_multicast",
	.test_cases = multicast_cases,
};

kunit_test_suite(multicast_suite);
