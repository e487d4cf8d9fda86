// SPDX-License-Identifier: GPL-2.0
/* Going into a network namespace, as `ip -n` does. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "netns.h"

/**
 * netns_enter() - go into another network namespace
 * @name: the name that `ip netns` gave it, or a path with a slash
 *
 * Return: STATUS_DONE, or STATUS_FAILED after an error message.
 */
enum status netns_enter(const char *name)
{
	char path[PATH_MAX];
	int error, fd;

	snprintf(path, sizeof(path), "%s%s",
		 strchr(name, '/') ? "" : "/run/netns/", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return failed("there is no network namespace %s: `ip netns` lists the names",
			      name);
	if (fd < 0)
		return failed("cannot open the network namespace %s: %s",
			      name, strerror(errno));
	error = setns(fd, CLONE_NEWNET) ? errno : 0;
	close(fd);
	if (error == EPERM)
		return failed("only root may go into the network namespace %s: use sudo",
			      name);
	if (error)
		return failed("cannot go into the network namespace %s: %s",
			      name, strerror(error));
	return STATUS_DONE;
}
