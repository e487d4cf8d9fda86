/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ENGINE_H
#define _OV2_ENGINE_H

#include <linux/atomic.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#include "../ov2/offload.h"
#include "../ov2/reaper.h"
#include "sa_table.h"

struct ov2_adapter;
struct ov2_lane;
struct ov2_nbl;
struct ov2_sa_memo;
struct ov2_sa_sent;
struct workqueue_struct;

/**
 * enum ov2_engine_state - what an engine accepts now
 * @OV2_ENGINE_PAUSED: no NBL, but every request
 * @OV2_ENGINE_RUNNING: NBLs and requests
 * @OV2_ENGINE_RESETTING: no NBL, and no request except deletes. The engine
 *	hands back the NBLs that it has
 * @OV2_ENGINE_HALTED: nothing, for ever. The card may be gone
 *
 * engine.c draws which call moves an engine from one state to another.
 */
enum ov2_engine_state {
	OV2_ENGINE_PAUSED,
	OV2_ENGINE_RUNNING,
	OV2_ENGINE_RESETTING,
	OV2_ENGINE_HALTED,
};

/**
 * struct ov2_engine - the engine of one card
 * @ad: the card
 * @state: written by ov2_miniport_ops.pause, restart, reset and halt, which
 *	the caller serializes; read from any context by READ_ONCE()
 * @sas: the SAs
 * @bundles: number of SAs that count against the SA capacity
 * @starved: an add found the capacity used up, and no SA was deleted after that
 * @ref: one reference for each SA that is not freed yet, and one reference for
 *	the card until the engine is halted
 * @reaped: for ov2_reap(), which destroys this structure
 * @serial: ov2_sa.serial of the newest SA
 * @hardware: what the engine can do (ov2_adapter.hardware). Its sa_capacity is
 *	written under @config_lock, and read without the lock
 * @configs: a row for each value of enum ov2_ipsec_parameter. Only the field
 *	sa_capacity of a row changes, together with the sa_capacity of @hardware
 * @config_lock: protects @parameter, @encapsulation, and ov2_adapter.config,
 *	which follows from these two; taken with BH disabled
 * @parameter: which of AH and ESP are on, never OV2_PARAMETER_NO_CHANGE
 * @encapsulation: OV2_ENCAPSULATION_NO_CHANGE until it is set; read without
 *	the lock by READ_ONCE()
 * @tx: a lane per send queue
 * @rx: a lane per receive queue
 * @memos: a memo per receive queue
 * @sent_memos: a memo per send queue
 */
struct ov2_engine {
	struct ov2_adapter *ad;
	enum ov2_engine_state state;
	struct ov2_sa_table sas;
	atomic_t bundles;
	bool starved;
	refcount_t ref;
	struct ov2_reaped reaped;
	atomic64_t serial;
	struct ov2_offload hardware;
	struct ov2_offload configs[OV2_PARAMETER_MAX];
	spinlock_t config_lock; /* protects parameter and encapsulation */
	u8 parameter;
	u8 encapsulation;
	struct ov2_lane *tx;
	struct ov2_lane *rx;
	struct ov2_sa_memo *memos;
	struct ov2_sa_sent *sent_memos;
};

extern struct workqueue_struct *ov2_engine_wq;

struct ov2_engine *
ov2_engine_new(struct ov2_adapter *ad,
	       void (*sent)(struct ov2_adapter *ad, struct ov2_nbl *nbl),
	       void (*received)(struct ov2_adapter *ad, struct ov2_nbl *nbl));
void ov2_engine_put(struct ov2_engine *engine);
void ov2_engine_pause(struct ov2_adapter *ad);
void ov2_engine_restart(struct ov2_adapter *ad);
void ov2_engine_reset(struct ov2_adapter *ad);
void ov2_engine_halt(struct ov2_adapter *ad);
bool ov2_engine_resetting(const struct ov2_engine *engine);
bool ov2_engine_accepts(const struct ov2_engine *engine, u32 oid);

#endif /* _OV2_ENGINE_H */
