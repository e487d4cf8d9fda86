/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit: tools/generate.d/schema.py made this from the family's spec,
 * Documentation/netlink/specs/ipsecov2.yaml. To make it: make generate-netlink
 */
#ifndef OV2_SCHEMA_GEN_H
#define OV2_SCHEMA_GEN_H

extern const struct schema_attr schema_module[];
extern const struct schema_attr schema_offload[];
extern const struct schema_attr schema_card[];
extern const struct schema_attr schema_counter[];

#endif /* OV2_SCHEMA_GEN_H */
