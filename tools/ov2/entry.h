/* SPDX-License-Identifier: GPL-2.0 */
/* An entry of a card's log as text. */
#ifndef OV2_ENTRY_H
#define OV2_ENTRY_H

#include "selector.h"

/* Room for each of the texts */
#define ENTRY_TEXT	512

struct nlattr;

void entry_selector(const struct nlattr **tb, struct xfrm_selector *sel);
const char *entry_time(const struct nlattr **tb, char *text);
const char *entry_who(const struct nlattr **tb, char *text);
const char *entry_what(const struct nlattr **tb, char *text);

#endif /* OV2_ENTRY_H */
