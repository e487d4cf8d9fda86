// SPDX-License-Identifier: GPL-2.0
/*
 * The interrupt of a receive queue is a call to the CPU of the queue. The call
 * schedules the NAPI of the queue.
 *
 * A queue that has interrupted is masked, as a queue of a NIC is: it does not
 * interrupt again until a poll unmasks it. A poll does this only if
 * napi_complete_done() returns true. If the user has set napi_defer_hard_irqs
 * and gro_flush_timeout, or if a program busy polls, napi_complete_done()
 * returns false. Then new frames and NBLs wait for the next poll, which is sure
 * to come. Either the core has started its timer, or the program polls again.
 * When the program stops, the core polls once more, or starts the timer. A
 * timer that runs keeps running if the user changes the two settings. So even
 * if the user sets both to 0, one more poll comes, and this poll unmasks the
 * queue.
 *
 *	a sender, or the engine		a poll
 *
 *	put a frame on the ring, or	napi_complete_done() returns true
 *	an NBL on ov2_rxq.indicated	xchg(masked, 0)
 *	xchg(masked, 1)			look at ring and indicated; if there is
 *	if it was 0: interrupt		something, interrupt as on the left
 *
 * Both exchanges are full barriers. If the exchange of the left side comes
 * first, the poll sees the frame. If the exchange of the right side comes
 * first, the left side finds 0, and interrupts. So no frame is forgotten.
 */
#include <linux/atomic.h>
#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/lockdep.h>
#include <linux/netdevice.h>
#include <linux/smp.h>

#include "cpus.h"
#include "port.h"
#include "rx_irq.h"

/* @called is cleared before the NAPI looks for frames, so the NAPI finds the
 * frame of a sender that found @called still set. Pairs with irq_call().
 */
static void irq_arrive(void *data)
{
	struct ov2_rxq *rxq = data;

	atomic_xchg(&rxq->called, 0);
	napi_schedule_irqoff(&rxq->napi);
}

/* Several CPUs may come here at the same time. For example, a program that busy
 * polls may unmask the queue before the call of the last interrupt begins. But
 * only one CPU at a time may give the csd to smp_call_function_single_async().
 * So only the CPU that sets @called may touch the csd. Returns false if the CPU
 * is offline.
 */
static bool irq_call(struct ov2_rxq *rxq, unsigned int cpu)
{
	if (atomic_xchg(&rxq->called, 1) ||
	    !smp_call_function_single_async(cpu, &rxq->csd))
		return true;
	atomic_set(&rxq->called, 0);
	return false;
}

static bool irq_raise_on(struct ov2_rxq *rxq, unsigned int cpu)
{
	if (cpu != smp_processor_id())
		return irq_call(rxq, cpu);
	napi_schedule(&rxq->napi);
	return true;
}

/**
 * ov2_rx_irq_init() - prepare the interrupt of a receive queue
 * @rxq: the queue
 *
 * Context: Any context.
 */
void ov2_rx_irq_init(struct ov2_rxq *rxq)
{
	INIT_CSD(&rxq->csd, irq_arrive, rxq);
}

/**
 * ov2_rx_irq_force() - schedule the NAPI of a receive queue, on the queue's CPU
 * @rxq: the queue, masked or not
 *
 * If the CPU of a queue has gone offline, the queue moves to another CPU. It
 * stays there until the card is opened again, because each move may reorder
 * frames. If no CPU of ov2_port.cpus is online, the NAPI runs on the caller's
 * own CPU. If the NAPI is disabled, it does not run.
 *
 * Context: BH disabled.
 */
void ov2_rx_irq_force(struct ov2_rxq *rxq)
{
	unsigned int cpu = READ_ONCE(rxq->cpu);

	lockdep_assert_in_softirq();
	if (irq_raise_on(rxq, cpu))
		return;
	cpu = ov2_cpus_next(rxq->port->cpus, cpu_online_mask, cpu);
	if (cpu < nr_cpu_ids) {
		WRITE_ONCE(rxq->cpu, cpu);
		if (irq_raise_on(rxq, cpu))
			return;
	}
	napi_schedule(&rxq->napi);
}

/**
 * ov2_rx_irq_sync() - sleep until no call is under way
 * @rxq: the queue; nobody raises its interrupt any more
 *
 * A synchronous call to the CPU of the queue cannot replace this loop, because
 * such a call may end before the call under way begins. If the target is the
 * caller's own CPU, smp_call_function_single() runs the function at once,
 * before the calls that wait in the queue of this CPU.
 *
 * Context: Process context, sleeps.
 */
void ov2_rx_irq_sync(const struct ov2_rxq *rxq)
{
	might_sleep();
	while (atomic_read_acquire(&rxq->called))
		usleep_range(20, 200);
}
