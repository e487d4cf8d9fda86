/* SPDX-License-Identifier: GPL-2.0 */
/* How ov2 says that something went wrong, and its exit status. */
#ifndef OV2_ERROR_H
#define OV2_ERROR_H

/**
 * enum status - exit status of ov2, and what its functions return
 * @STATUS_DONE: ov2, or the function, did what it was asked for
 * @STATUS_FAILED: ov2, or the function, failed; an error message was printed
 * @STATUS_USAGE: the command line is wrong; an error message was printed
 * @STATUS_NO_MODULE: the module is not loaded; an error message was printed
 */
enum status {
	STATUS_DONE = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_NO_MODULE = 3,
};

void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum status failed(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
enum status wrong_use(const char *format, ...)
	__attribute__((format(printf, 1, 2)));
enum status output_failed(void);

#endif /* OV2_ERROR_H */
