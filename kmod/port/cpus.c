// SPDX-License-Identifier: GPL-2.0
/*
 * On which CPUs a card receives. An incoming frame may interrupt another CPU
 * than the CPU of its sender. This must not disturb other users of the
 * interrupted CPU. So a card receives on a CPU only if the CPU is not isolated
 * (RPS has nearly the same rule), and if the user who opens the card is allowed
 * to run on the CPU. If no such CPU is online, ov2_cpus_pick() chooses other
 * CPUs.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/random.h>
#include <linux/rtnetlink.h>
#include <linux/sched.h>
#include <linux/sched/isolation.h>
#include <linux/slab.h>

#include "cpus.h"
#include "port.h"

/**
 * ov2_cpus_pick() - which CPUs may receive?
 * @cpus: filled in with at least one online CPU
 * @house: CPUs that are not isolated
 * @allowed: CPUs that the user may run on
 * @online: online CPUs
 *
 * If a user is allowed to run only on isolated CPUs, the user's card receives
 * on the CPUs that are not isolated. A user who opens a card has not asked for
 * interrupts on an isolated CPU.
 *
 * Context: Any context.
 */
void ov2_cpus_pick(struct cpumask *cpus, const struct cpumask *house,
		   const struct cpumask *allowed, const struct cpumask *online)
{
	cpumask_and(cpus, house, allowed);
	if (cpumask_intersects(cpus, online))
		return;
	cpumask_copy(cpus, house);
	if (!cpumask_intersects(cpus, online))
		cpumask_copy(cpus, online);
}

/**
 * ov2_cpus_nth() - the CPU of a queue
 * @cpus: from ov2_cpus_pick()
 * @online: online CPUs
 * @nth: the number of the queue, plus a number that is the same for all queues
 *	of the card
 *
 * Context: Any context.
 * Return: an online CPU. Neighbouring queues have different CPUs if at least
 * two CPUs of @cpus are online.
 */
unsigned int ov2_cpus_nth(const struct cpumask *cpus,
			  const struct cpumask *online, u32 nth)
{
	return cpumask_nth_and(nth % cpumask_weight_and(cpus, online), cpus,
			       online);
}

/**
 * ov2_cpus_next() - a new CPU for a queue whose CPU has gone offline
 * @cpus: from ov2_cpus_pick()
 * @online: online CPUs
 * @gone: the CPU that the queue had
 *
 * All senders that call this get the same CPU, so they agree on one CPU for the
 * queue.
 *
 * Context: Any context.
 * Return: an online CPU, or a number that is at least nr_cpu_ids if no CPU of
 * @cpus is online.
 */
unsigned int ov2_cpus_next(const struct cpumask *cpus,
			   const struct cpumask *online, unsigned int gone)
{
	unsigned int cpu = cpumask_next_and(gone, cpus, online);

	return cpu < nr_cpu_ids ? cpu : cpumask_first_and(cpus, online);
}

/* Finds the CPUs that are not isolated. Three things isolate a CPU: isolcpus=,
 * nohz_full=, and in newer kernels also an isolated partition of the cpuset
 * controller. RCU is needed, because a partition may change at any time. RPS
 * ignores these partitions (rps_cpumask_housekeeping()).
 */
static void cpus_house(struct cpumask *house)
{
	rcu_read_lock();
	cpumask_and(house, housekeeping_cpumask(HK_TYPE_DOMAIN),
		    housekeeping_cpumask(HK_TYPE_WQ));
	rcu_read_unlock();
}

/**
 * ov2_cpus_choose() - give each receive queue its CPU
 * @port: the card, which the current task opens. If possible, the CPUs are
 *	chosen among those that this task may run on (ov2_cpus_pick())
 *
 * The CPU of the first queue is random. Otherwise the first queues of all cards
 * would have the same CPU, and most cards use only their first queue.
 *
 * Context: Process context, under RTNL; sleeps.
 * Return: 0 or -ENOMEM.
 */
int ov2_cpus_choose(struct ov2_port *port)
{
	cpumask_var_t house;
	u32 first;
	u16 index;

	ASSERT_RTNL();
	if (!alloc_cpumask_var(&house, GFP_KERNEL))
		return -ENOMEM;

	/* 16 bits, so that the sum of @first and an index cannot wrap. */
	first = get_random_u32() >> 16;
	cpus_read_lock();
	cpus_house(house);
	ov2_cpus_pick(port->cpus, house, &current->cpus_mask, cpu_online_mask);
	for (index = 0; index < port->ad.rx_queues; index++)
		WRITE_ONCE(port->rxqs[index].cpu,
			   ov2_cpus_nth(port->cpus, cpu_online_mask,
					first + index));
	cpus_read_unlock();
	free_cpumask_var(house);
	return 0;
}
