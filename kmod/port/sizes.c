// SPDX-License-Identifier: GPL-2.0
/*
 * Sizes that the user may change: how many SAs a card takes, and how many
 * frames may wait on each of its rings. Both may change while the card is up.
 * Nothing that the card already has is lost.
 */
#include <linux/atomic.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/stringify.h>

#include "../watch/event.h"
#include "channels.h"
#include "line.h"
#include "port.h"
#include "ring.h"
#include "sizes.h"

/**
 * ov2_sizes_check_ring() - may a ring have this size?
 * @size: the size, in frames
 * @extack: gets an error message if the answer is no; may be NULL
 *
 * Context: Any context.
 * Return: 0 or -ERANGE.
 */
int ov2_sizes_check_ring(u32 size, struct netlink_ext_ack *extack)
{
	if (size >= OV2_RING_FRAMES_MIN && size <= OV2_RING_FRAMES_MAX)
		return 0;
	NL_SET_ERR_MSG_MOD(extack, "A ring can have "
			   __stringify(OV2_RING_FRAMES_MIN) " to "
			   __stringify(OV2_RING_FRAMES_MAX) " frames");
	return -ERANGE;
}

/**
 * ov2_sizes_set_ring() - give the rings of a card another size
 * @port: the card
 * @size: the size, in frames; ov2_sizes_check_ring() allows it
 *
 * Frames that are on a ring stay there (ring.c). A sender may wait because the
 * old size was smaller, so all senders that have room now are woken.
 *
 * Context: RTNL.
 */
void ov2_sizes_set_ring(struct ov2_port *port, u32 size)
{
	struct ov2_port *far = port->line->far(port);

	ASSERT_RTNL();
	WRITE_ONCE(port->ring, size);
	ov2_event_card(&port->ad, OV2_CARD_CHANGED);
	if (!far)
		return;
	ov2_channels_share(far);
	ov2_ring_wake_all(far);
}

/**
 * ov2_sizes_set_capacity() - let a card take more or fewer SAs
 * @port: the card
 * @capacity: the largest number of SAs
 * @extack: gets an error message if this fails; may be NULL
 *
 * Context: RTNL. A reset holds RTNL, too, so no reset runs now. During a reset
 *   the engine would refuse the request.
 * Return: 0 or a negative errno: -ERANGE; -EBUSY if the card has more SAs than
 * @capacity; -EOPNOTSUPP if the capacity of the engine is fixed.
 */
int ov2_sizes_set_capacity(struct ov2_port *port, u32 capacity,
			   struct netlink_ext_ack *extack)
{
	const struct ov2_ext_capacity set = {
		.header = {
			.type = OV2_OBJECT_TYPE_DEFAULT,
			.revision = OV2_REVISION_1,
			.size = sizeof(set),
		},
		.sa_capacity = capacity,
	};
	struct ov2_request req = {
		.oid = OV2_OID_EXT_SA_CAPACITY,
		.len = sizeof(set),
		.capacity = &set,
	};
	enum ov2_status status;

	ASSERT_RTNL();
	/* The count is odd while the engine is asked. Both increments are full
	 * barriers. Suppose that state_add() (bridge/xdo.c) fails because of
	 * the new capacity. Then state_add() has read an odd count at its
	 * start, or it reads another count at its end than at its start. So
	 * state_add() knows that the capacity may have changed, and answers
	 * that the SA table of the engine is full.
	 */
	atomic_inc_return(&port->ad.resized);
	status = port->ad.miniport->request(&port->ad, &req);
	atomic_inc_return(&port->ad.resized);
	switch (status) {
	case OV2_STATUS_SUCCESS:
		/* The engine itself has reported its new configuration. */
		return 0;
	case OV2_STATUS_INVALID_DATA:
		NL_SET_ERR_MSG_MOD(extack, "The capacity can be 1 to "
				   __stringify(OV2_SA_CAPACITY_MAX) " SAs");
		return -ERANGE;
	case OV2_STATUS_RESOURCES:
		NL_SET_ERR_MSG_FMT_MOD(extack,
				       "The capacity can't be less than the %d SAs on the card",
				       atomic_read(&port->ad.bundles));
		return -EBUSY;
	default:
		NL_SET_ERR_MSG_MOD(extack,
				   "The capacity of this engine is fixed");
		return -EOPNOTSUPP;
	}
}
