/* SPDX-License-Identifier: GPL-2.0 */
/* Printing text that other programs or users chose. */
#ifndef OV2_TEXT_H
#define OV2_TEXT_H

void text_clean(char *text);
void text_put(const char *text);

#endif /* OV2_TEXT_H */
