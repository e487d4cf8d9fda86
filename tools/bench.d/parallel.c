// SPDX-License-Identifier: GPL-2.0
/*
 * How much two flows carry on two CPUs at once, compared with each flow alone.
 *
 *	parallel cpu A B FROM TO
 *	parallel run A B MILLISECONDS ROUNDS FROM TO FROM TO
 *
 * A and B are names of `ip netns`; FROM is an address of A, and TO is an
 * address of B. "run" takes one such pair of addresses for each flow. "cpu"
 * prints on which CPU B receives from A, and on which CPU A receives from B.
 *
 * "run" is for a guest whose clock is the clock of the machine. Flow N is bulk
 * TCP with both ends on CPU N. Loop N only computes, on CPU N. Each
 * round measures flow 0, both flows, and flow 1; then loop 0, both loops, and
 * loop 1. The machine may be busy with other work, so figures that are compared
 * are measured one right after the other. A round prints a line of eight
 * figures, all per second:
 *
 *	flow 0 alone, flow 1 alone, flow 0 of both, flow 1 of both	bytes
 *	loop 0 alone, loop 1 alone, loop 0 of both, loop 1 of both	turns
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "program.h"
#include "sockets.h"

#define CPUS		2
#define BOTH		((1 << CPUS) - 1)
/* Microseconds between two looks at how far the receiver is */
#define LOOK		500
/* Seconds of the guest that the program may need besides its rounds */
#define STUCK		100
/* Steps of arithmetic in a turn of a loop */
#define TURN		10000

/* A flow or a loop on one CPU. It works while @run is set. */
struct worker {
	_Alignas(128) atomic_int run;
	_Alignas(128) atomic_ullong done;	/* bytes received, or turns */
	_Alignas(128) atomic_ullong begun;	/* bytes sent; 0 in a loop */
	/* Pipes: a byte tells the worker to begin, or tells that it has ended */
	int go[2], ended[2];
};

static struct worker *flows, *loops;

static void on_cpu(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("CPU %d", cpu);
}

/* --- the workers */

static void receiver(int fd, struct worker *flow)
{
	ssize_t got;

	for (;;) {
		got = read(fd, block, BLOCK);
		if (got <= 0)
			die("read");
		atomic_fetch_add(&flow->done, got);
	}
}

static void sender(int fd, struct worker *flow)
{
	for (;;) {
		read_all(flow->go[0], 1);
		while (atomic_load(&flow->run)) {
			write_all(fd, BLOCK);
			atomic_fetch_add(&flow->begun, BLOCK);
		}
		while (atomic_load(&flow->done) != atomic_load(&flow->begun))
			usleep(LOOK);
		write_all(flow->ended[1], 1);
	}
}

static void turns(struct worker *loop)
{
	static volatile uint64_t word;
	int i;

	for (;;) {
		read_all(loop->go[0], 1);
		while (atomic_load(&loop->run)) {
			for (i = 0; i < TURN; i++)
				word = word * 5 + i;
			atomic_fetch_add(&loop->done, 1);
		}
		write_all(loop->ended[1], 1);
	}
}

static struct worker *new_workers(void)
{
	struct worker *workers = mmap(NULL, CPUS * sizeof(*workers),
				      PROT_READ | PROT_WRITE,
				      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int cpu;

	if (workers == MAP_FAILED)
		die("mmap");
	for (cpu = 0; cpu < CPUS; cpu++)
		if (pipe(workers[cpu].go) || pipe(workers[cpu].ended))
			die("pipe");
	return workers;
}

/* --- connections */

/* A TCP connection: ends[0] is in A, ends[1] in B. */
static void connection(char **names, char **addresses, int ends[2])
{
	struct address from = address_of(addresses[0]);
	struct address to = address_of(addresses[1]);
	int listener;

	listener = new_socket(names[1], &to, SOCK_STREAM, 0);
	bind_to(listener, &to);
	if (listen(listener, 1))
		die("listen");
	ends[0] = new_socket(names[0], &from, SOCK_STREAM, 0);
	bind_to(ends[0], &from);
	connect_to(ends[0], &to);
	ends[1] = accept(listener, NULL, NULL);
	if (ends[1] < 0)
		die("accept");
	close(listener);
}

static int incoming_cpu(int fd)
{
	socklen_t len = sizeof(int);
	int cpu;

	if (getsockopt(fd, SOL_SOCKET, SO_INCOMING_CPU, &cpu, &len))
		die("SO_INCOMING_CPU");
	return cpu;
}

static void tell_cpus(char **names, char **addresses)
{
	int ends[2], i;

	connection(names, addresses, ends);
	for (i = 0; i < 2; i++) {
		write_all(ends[i], 1);
		read_all(ends[!i], 1);
	}
	printf("%d %d\n", incoming_cpu(ends[1]), incoming_cpu(ends[0]));
}

static void start_flow(char **names, char **addresses, int cpu)
{
	int ends[2];

	connection(names, addresses, ends);
	if (!fork()) {
		on_cpu(cpu);
		receiver(ends[1], flows + cpu);
	}
	if (!fork()) {
		on_cpu(cpu);
		sender(ends[0], flows + cpu);
	}
	close(ends[0]);
	close(ends[1]);
}

/* --- rounds */

/* Lets the workers of the CPUs in @mask run; @rate gets what each did per second. */
static void window(struct worker *workers, int mask, int milliseconds,
		   double rate[CPUS])
{
	uint64_t begun[CPUS], started, took;
	int cpu;

	for (cpu = 0; cpu < CPUS; cpu++) {
		if (!(mask & 1 << cpu))
			continue;
		atomic_store(&workers[cpu].run, 1);
		write_all(workers[cpu].go[1], 1);
	}
	/* A warm-up of a fifth of the measured time */
	usleep(milliseconds * 200);
	started = now();
	for (cpu = 0; cpu < CPUS; cpu++)
		begun[cpu] = atomic_load(&workers[cpu].done);
	usleep(milliseconds * 1000);
	took = now() - started;
	for (cpu = 0; cpu < CPUS; cpu++) {
		if (!(mask & 1 << cpu))
			continue;
		rate[cpu] = (atomic_load(&workers[cpu].done) - begun[cpu]) *
			    1e9 / took;
		atomic_store(&workers[cpu].run, 0);
	}
	for (cpu = 0; cpu < CPUS; cpu++)
		if (mask & 1 << cpu)
			read_all(workers[cpu].ended[0], 1);
}

static void measure(struct worker *workers, int milliseconds)
{
	double alone[CPUS], both[CPUS];

	window(workers, 1, milliseconds, alone);
	window(workers, BOTH, milliseconds, both);
	window(workers, 2, milliseconds, alone);
	printf("%.0f %.0f %.0f %.0f ", alone[0], alone[1], both[0], both[1]);
}

static void run(char **names, int milliseconds, int rounds, char **addresses)
{
	struct sched_param first = { .sched_priority = 1 };
	int cpu;

	flows = new_workers();
	loops = new_workers();
	for (cpu = 0; cpu < CPUS; cpu++) {
		start_flow(names, addresses + 2 * cpu, cpu);
		if (!fork()) {
			on_cpu(cpu);
			turns(loops + cpu);
		}
	}
	/*
	 * Both CPUs are busy. This process must run before the others, because
	 * it must read the clock in time.
	 */
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("sched_setscheduler");
	/* A round takes 7.2 times @milliseconds; allow 10 times. */
	alarm(STUCK + rounds * milliseconds / 100);
	for (; rounds; rounds--) {
		measure(flows, milliseconds);
		measure(loops, milliseconds);
		puts("");
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	signal(SIGCHLD, SIG_DFL);
	if (argc == 6 && !strcmp(argv[1], "cpu")) {
		tell_cpus(argv + 2, argv + 4);
	} else if (argc == 6 + 2 * CPUS && !strcmp(argv[1], "run")) {
		run(argv + 2, atoi(argv[4]), atoi(argv[5]), argv + 6);
	} else {
		fprintf(stderr, "usage: parallel cpu A B FROM TO\n"
			"       parallel run A B MILLISECONDS ROUNDS FROM TO FROM TO\n");
		return 2;
	}
	return 0;
}
