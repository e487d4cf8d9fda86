/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _OV2_ESP_H
#define _OV2_ESP_H

struct ov2_job;

int ov2_esp_seal(const struct ov2_job *job);
int ov2_esp_open(const struct ov2_job *job);

#endif /* _OV2_ESP_H */
