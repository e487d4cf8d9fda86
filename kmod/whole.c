// SPDX-License-Identifier: GPL-2.0
/*
 * The module as one translation unit. The scheduler does the same for many of
 * its files (kernel/sched/build_policy.c). A packet passes through many files,
 * and a call costs about 20 instructions. Here the compiler sees all files, so
 * it inlines functions of one file into functions of another file
 * (Documentation/performance.rst, "One translation unit").
 *
 * This file is also the list of the module's files. Kbuild reads the list if
 * each file is to become an object of its own. The unit tests need such a
 * build, because they call functions of all files.
 *
 * The files share one scope, so no two files may define the same name at file
 * scope, even if it is static.
 */
#include <linux/compiler.h>
#include <linux/module.h>

#include "ov2/records.h"

/* Kbuild passes -fwhole-program, so the compiler treats each function as static
 * unless it is marked as __visible. The kernel calls the first two functions
 * below, and watch/trace.c calls the third. trace.c is an object of its own,
 * because it defines the tracepoints of trace.h, and the other files include
 * trace.h only for the declarations.
 */
extern __visible typeof(init_module) init_module;
extern __visible typeof(cleanup_module) cleanup_module;
extern __visible typeof(ov2_tx_header_decode) ov2_tx_header_decode;

#include "port/cable.c"
#include "port/channels.c"
#include "port/cpus.c"
#include "port/device.c"
#include "port/ethtool.c"
#include "port/features.c"
#include "port/filter.c"
#include "port/link.c"
#include "port/monitor.c"
#include "port/netns.c"
#include "port/queue_stats.c"
#include "port/ring.c"
#include "port/rss.c"
#include "port/rx.c"
#include "port/rx_engine.c"
#include "port/rx_irq.c"
#include "port/rx_poll.c"
#include "port/rx_stack.c"
#include "port/sizes.c"
#include "port/tx.c"
#include "port/unshare.c"

#include "bridge/bridge.c"
#include "bridge/drop_view.c"
#include "bridge/manager.c"
#include "bridge/policy_event.c"
#include "bridge/policy_view.c"
#include "bridge/receive.c"
#include "bridge/sa_event.c"
#include "bridge/sa_find.c"
#include "bridge/sa_view.c"
#include "bridge/send.c"
#include "bridge/software.c"
#include "bridge/xdo.c"
#include "bridge/packet/account.c"
#include "bridge/packet/dead_policy.c"
#include "bridge/packet/decap.c"
#include "bridge/packet/decrypted.c"
#include "bridge/packet/flow.c"
#include "bridge/packet/large.c"
#include "bridge/packet/outer.c"
#include "bridge/packet/packet_receive.c"
#include "bridge/packet/packet_send.c"
#include "bridge/packet/pending.c"
#include "bridge/packet/policy.c"
#include "bridge/packet/policy_ops.c"
#include "bridge/packet/protect.c"
#include "bridge/packet/recent.c"
#include "bridge/packet/refuse_policy.c"
#include "bridge/packet/replay.c"
#include "bridge/packet/sad.c"
#include "bridge/packet/socket.c"
#include "bridge/packet/spd.c"
#include "bridge/packet/spd_pair.c"
#include "bridge/packet/tag.c"
#include "bridge/packet/verdict.c"
#include "bridge/sa/assoc.c"
#include "bridge/sa/bonded.c"
#include "bridge/sa/deliver.c"
#include "bridge/sa/framed.c"
#include "bridge/sa/framed_checksum.c"
#include "bridge/sa/headers.c"
#include "bridge/sa/refuse.c"
#include "bridge/sa/request.c"
#include "bridge/sa/spare_path.c"
#include "bridge/sa/state_algorithm.c"

#include "ov2/algorithms.c"
#include "ov2/handle.c"
#include "ov2/lists.c"
#include "ov2/nbl.c"
#include "ov2/reaper.c"
#include "ov2/records.c"
#include "ov2/requests.c"

#include "engine/ah.c"
#include "engine/batch.c"
#include "engine/checksum.c"
#include "engine/config.c"
#include "engine/crypt.c"
#include "engine/engine.c"
#include "engine/engine_miniport.c"
#include "engine/esp.c"
#include "engine/frame.c"
#include "engine/iv.c"
#include "engine/lane.c"
#include "engine/lso.c"
#include "engine/pool.c"
#include "engine/probe.c"
#include "engine/receive_nbl.c"
#include "engine/sa.c"
#include "engine/sa_life.c"
#include "engine/sa_memo.c"
#include "engine/sa_query.c"
#include "engine/sa_request.c"
#include "engine/sa_seq.c"
#include "engine/sa_table.c"
#include "engine/send_nbl.c"
#include "engine/show.c"
#include "engine/step.c"
#include "engine/transform.c"
#include "engine/wants.c"

#include "netlink/card.c"
#include "netlink/card_set.c"
#include "netlink/counter.c"
#include "netlink/dump.c"
#include "netlink/family.c"
#include "netlink/family_gen.c"
#include "netlink/log_get.c"
#include "netlink/multicast.c"
#include "netlink/policy_get.c"
#include "netlink/sa_get.c"

#include "watch/capture.c"
#include "watch/counters.c"
#include "watch/drop.c"
#include "watch/event.c"
#include "watch/log.c"
#include "watch/objects.c"

#include "main.c"
