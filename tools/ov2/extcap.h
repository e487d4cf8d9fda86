/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OV2_EXTCAP_H
#define OV2_EXTCAP_H

#include "error.h"

enum status extcap_run(int argc, char **argv);

#endif /* OV2_EXTCAP_H */
