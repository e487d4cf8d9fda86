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
extern const struct schema_attr schema_sa_failures[];
extern const struct schema_attr schema_sa_declined[];
extern const struct schema_attr schema_sa_software[];
extern const struct schema_attr schema_sa[];
extern const struct schema_attr schema_policy_tmpl[];
extern const struct schema_attr schema_policy[];
extern const struct schema_attr schema_log[];

#endif /* OV2_SCHEMA_GEN_H */
