/* SPDX-License-Identifier: GPL-2.0 */
/* Samples of what the CPU does, with the kernel's call chains. */

/* Prepare; the samples will go to the file at @path. */
void profile_open(const char *path);

/* Sample from here to there; does nothing unless profile_open() was called. */
void profile_start(void);
void profile_stop(void);
