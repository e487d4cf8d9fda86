// SPDX-License-Identifier: GPL-2.0
/*
 * Traffic of a fixed size between two namespaces of one guest, and its cost.
 *
 *	traffic tcp A B ADDRESS FLOWS WARM BYTES
 *	traffic udp A B ADDRESS SIZE WARM PACKETS
 *	traffic echo A B ADDRESS SIZE WARM PACKETS
 *	traffic run A COMMAND...
 *
 * A and B are names of `ip netns`. A sends to ADDRESS, an address of B. WARM bytes
 * or packets pass before the clock starts. When the clock starts and when it stops,
 * everything that was sent has been received, so each packet is counted in full.
 * TCP divides WARM and BYTES among its FLOWS. Prints the nanoseconds that passed,
 * and in how many of these no task ran. With PROFILE=FILE in the environment,
 * samples of this time go to FILE: see profile.c.
 *
 * tcp: each end of each flow has a process of its own, as with iperf3.
 * udp: one process has both sockets, so that no wake-up is in the figure.
 * echo: the process sends an ICMP echo request, and waits for the reply.
 * run: COMMAND, which runs in A, makes the traffic. The clock starts before COMMAND
 *	and stops when COMMAND ends. What COMMAND prints goes to standard error.
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "profile.h"
#include "program.h"
#include "sockets.h"

#define BATCH		32
/* Seconds of the guest until a flow counts as stuck */
#define STUCK		100

/* --- the clock */

struct stamp {
	uint64_t time;		/* ns */
	uint64_t tasks;		/* ns in which any task ran */
};

/* The kernel counts a task's time when the task leaves the CPU. So this task
 * sleeps first, and its own time is in the sum.
 */
static uint64_t tasks_ran(void)
{
	unsigned long long ns, sum = 0;
	char line[512];
	FILE *file;

	usleep(1);
	file = fopen("/proc/schedstat", "r");
	if (!file)
		die("/proc/schedstat");
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "cpu%*u %*u %*u %*u %*u %*u %*u %llu",
			   &ns) == 1)
			sum += ns;
	fclose(file);
	return sum;
}

static struct stamp start(void)
{
	struct stamp stamp = { .tasks = tasks_ran() };

	profile_start();
	stamp.time = now();
	return stamp;
}

static void stop(struct stamp started)
{
	uint64_t time = now() - started.time;
	uint64_t tasks;

	profile_stop();
	tasks = tasks_ran() - started.tasks;
	printf("%llu %llu\n", (unsigned long long)time,
	       (unsigned long long)(time > tasks ? time - tasks : 0));
}

/* --- tcp */

/* A receiver answers with a byte when it has all @warm bytes, and with another byte when it has
 * all @bytes.
 */
static void receiver(int fd, long long warm, long long bytes)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	read_all(fd, warm);
	write_all(fd, 1);
	read_all(fd, bytes);
	write_all(fd, 1);
	pause();
}

static void sender(int fd, long long warm, long long bytes, int ready, int go)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	write_all(fd, warm);
	read_all(fd, 1);
	write_all(ready, 1);
	read_all(go, 1);
	write_all(fd, bytes);
	read_all(fd, 1);
	write_all(ready, 1);
	pause();
}

static void tcp(char **names, struct address to, int flows, long long warm,
		long long bytes)
{
	pid_t children[2 * flows];
	int ready[2], go[2], from, at, listener, i;
	struct stamp started;

	listener = new_socket(names[1], &to, SOCK_STREAM, 0);
	bind_to(listener, &to);
	if (listen(listener, flows) || pipe(ready) || pipe(go))
		die("listen");
	for (i = 0; i < flows; i++) {
		from = new_socket(names[0], &to, SOCK_STREAM, 0);
		connect_to(from, &to);
		at = accept(listener, NULL, NULL);
		if (at < 0)
			die("accept");
		children[2 * i] = fork();
		if (!children[2 * i])
			receiver(at, warm / flows, bytes / flows);
		children[2 * i + 1] = fork();
		if (!children[2 * i + 1])
			sender(from, warm / flows, bytes / flows, ready[1],
			       go[0]);
		close(from);
		close(at);
	}
	close(ready[1]);
	alarm(STUCK);
	read_all(ready[0], flows);
	started = start();
	write_all(go[1], flows);
	read_all(ready[0], flows);
	stop(started);
	for (i = 0; i < 2 * flows; i++)
		kill(children[i], SIGKILL);
	while (wait(NULL) > 0)
		;
}

/* --- udp */

static void batches(int from, int at, size_t size, int packets)
{
	struct iovec out = { .iov_base = block, .iov_len = size };
	struct mmsghdr send[BATCH] = { 0 }, receive[BATCH] = { 0 };
	static char data[BATCH][BLOCK / BATCH];
	struct iovec in[BATCH];
	int i, number;

	for (i = 0; i < BATCH; i++) {
		in[i] = (struct iovec){ data[i], sizeof(data[i]) };
		send[i].msg_hdr.msg_iov = &out;
		receive[i].msg_hdr.msg_iov = &in[i];
		send[i].msg_hdr.msg_iovlen = 1;
		receive[i].msg_hdr.msg_iovlen = 1;
	}
	for (; packets > 0; packets -= number) {
		number = packets < BATCH ? packets : BATCH;
		if (sendmmsg(from, send, number, 0) != number)
			die("sendmmsg");
		if (recvmmsg(at, receive, number, 0, NULL) != number)
			die("a datagram was lost");
	}
}

static void udp(char **names, struct address to, size_t size, int warm,
		int packets)
{
	int at = new_socket(names[1], &to, SOCK_DGRAM, 0);
	int from = new_socket(names[0], &to, SOCK_DGRAM, 0);
	struct stamp started;

	bind_to(at, &to);
	connect_to(from, &to);
	batches(from, at, size, warm);
	started = start();
	batches(from, at, size, packets);
	stop(started);
}

/* --- echo */

/* The Internet checksum of an even number of bytes */
static uint16_t sum_of(const char *bytes, size_t len)
{
	uint32_t sum = 0;
	uint16_t word;
	size_t i;

	for (i = 0; i + 1 < len; i += 2) {
		memcpy(&word, bytes + i, sizeof(word));
		sum += word;
	}
	sum = (sum >> 16) + (sum & 0xffff);
	return ~(sum + (sum >> 16));
}

static void requests(int fd, size_t size, int packets)
{
	static char reply[BLOCK];

	while (packets-- > 0) {
		if (send(fd, block, size, 0) != (ssize_t)size)
			die("send");
		if (recv(fd, reply, sizeof(reply), 0) < 0)
			die("no reply");
	}
}

/* IPv4 only. All requests may be the same, because the other end answers each of them. */
static void echo(char **names, struct address to, size_t size, int warm,
		 int packets)
{
	int fd = new_socket(names[0], &to, SOCK_RAW, IPPROTO_ICMP);
	struct icmphdr header = { .type = ICMP_ECHO };
	struct stamp started;

	size = (size + sizeof(header) + 1) & ~1ul;
	memcpy(block, &header, sizeof(header));
	header.checksum = sum_of(block, size);
	memcpy(block, &header, sizeof(header));
	connect_to(fd, &to);
	requests(fd, size, warm);
	started = start();
	requests(fd, size, packets);
	stop(started);
}

/* --- run */

static void run(const char *namespace, char **command)
{
	struct stamp started;
	int status;
	pid_t child;

	enter(namespace);
	started = start();
	child = fork();
	if (!child) {
		dup2(STDERR_FILENO, STDOUT_FILENO);
		execvp(command[0], command);
		die("%s", command[0]);
	}
	if (waitpid(child, &status, 0) != child)
		die("waitpid");
	errno = 0;
	if (status)
		die("%s failed", command[0]);
	stop(started);
}

int main(int argc, char **argv)
{
	int running = argc > 3 && !strcmp(argv[1], "run");
	long long number[3];
	struct address to;
	int i;

	if (!running && argc != 8) {
		fprintf(stderr, "usage: traffic tcp|udp|echo A B ADDRESS FLOWS|SIZE WARM AMOUNT\n"
			"       traffic run A COMMAND...\n");
		return 2;
	}
	if (getenv("PROFILE"))
		profile_open(getenv("PROFILE"));
	if (running) {
		run(argv[2], argv + 3);
		return 0;
	}
	to = address_of(argv[4]);
	for (i = 0; i < 3; i++)
		number[i] = atoll(argv[5 + i]);
	if (!strcmp(argv[1], "tcp"))
		tcp(argv + 2, to, number[0], number[1], number[2]);
	else if (!strcmp(argv[1], "udp"))
		udp(argv + 2, to, number[0], number[1], number[2]);
	else
		echo(argv + 2, to, number[0], number[1], number[2]);
	return 0;
}
