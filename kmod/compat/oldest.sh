#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# oldest.sh SOURCE: if the headers of the kernel source SOURCE lack an interface
# that ipsecov2 needs, prints one sentence that names it, and exits with 1.
# Otherwise it exits with 0.
#
# Kbuild and tools/check-config run this script. It looks at the headers and not
# at the version, because stable kernels and distributions carry backports. If
# new code uses a newer interface, add a row here, or add a probe to Kbuild and
# a replacement to kmod/compat/.

source=$1

# Prints a row for each interface: its name, its header, and a pattern of its
# declaration. The rows of one header stand together. If several interfaces are
# missing, the sentence names the first of them.
needs()
{
	cat <<-'END'
	crypto_completion_t(void *)	linux/crypto.h	crypto_completion_t)(void
	ethtool_puts()	linux/ethtool.h	ethtool_puts(
	ethtool_ops.get_rxfh_fields	linux/ethtool.h	(*get_rxfh_fields)
	crypto_xor()	crypto/utils.h	crypto_xor
	__assign_str(dst)	trace/stages/stage6_event_callback.h	define __assign_str(dst)
	get_unaligned()	linux/unaligned.h	get_unaligned
	xfrm_dst_lookup_params	net/xfrm.h	struct xfrm_dst_lookup_params {
	xfrm_state.pcpu_num	net/xfrm.h	pcpu_num;
	XFRM_DEV_OFFLOAD_FLAG_ACQ	net/xfrm.h	XFRM_DEV_OFFLOAD_FLAG_ACQ
	dst_dev()	net/dst.h	 dst_dev(
	END
}

# The version that a source's Makefile names, e.g. 6.1.192
version()
{
	sed -n 's/^VERSION = //p; s/^PATCHLEVEL = //p; s/^SUBLEVEL = //p' \
		"$source/Makefile" 2>/dev/null | paste -sd. -
}

needs | while IFS='	' read -r name header pattern; do
	grep -qsF -- "$pattern" "$source/include/$header" && continue
	echo "ipsecov2 needs Linux 6.12.105 or a later 6.12, or 6.17 or later:" \
		"Linux $(version) in $source has no $name in its $header"
	exit 1
done
