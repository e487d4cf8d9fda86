/* SPDX-License-Identifier: GPL-2.0 */
/* What a policy is for, and which states serve it, as text. */
#ifndef OV2_SELECTOR_H
#define OV2_SELECTOR_H

#include <linux/xfrm.h>

/* Room for each of the texts */
#define SELECTOR_TEXT	256

struct nlattr;

void selector_of_policy(const struct nlattr **tb, struct xfrm_selector *sel);
const char *selector_text(const struct xfrm_selector *sel, char *text);
const char *selector_template_text(const struct xfrm_user_tmpl *template,
				   char *text);

#endif /* OV2_SELECTOR_H */
