/* SPDX-License-Identifier: GPL-2.0 */
/* A writer of JSON on stdout. @key is NULL for the outer value, and for members
 * of an array.
 */
#ifndef OV2_JSON_H
#define OV2_JSON_H

#include <stdbool.h>
#include <stdint.h>

void json_open(const char *key, char bracket);
void json_close(char bracket);
void json_string(const char *key, const char *value);
void json_number(const char *key, unsigned long long value);
void json_signed(const char *key, long long value);
void json_bool(const char *key, bool value);
void json_null(const char *key);

#endif /* OV2_JSON_H */
