/* SPDX-License-Identifier: GPL-2.0 */
/* Samples of what the CPU does, with the kernel's call chains. */

/* Open the clocks, and the file at @path for the samples. */
void profile_open(const char *path);

/* Sample between these two calls. They do nothing if profile_open() was not called. */
void profile_start(void);
void profile_stop(void);
