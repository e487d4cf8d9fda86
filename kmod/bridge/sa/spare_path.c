// SPDX-License-Identifier: GPL-2.0
/*
 * A packet that is to be protected gets a sec_path: in crypto mode from the
 * core, in packet mode from the card. When the packet has its records, the
 * sec_path is no longer needed. So each CPU keeps one such sec_path for the
 * next packet, which then needs no new one. The memory does not grow with the
 * number of SAs.
 *
 * Two packets never share this sec_path: it is kept only if no clone of its
 * packet has it, and it is emptied before it is kept.
 */
#include <linux/bits.h>
#include <linux/cpumask.h>
#include <linux/kconfig.h>
#include <linux/percpu.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "spare_path.h"
#include "../../compat/xfrm.h"

static DEFINE_PER_CPU(struct skb_ext *, spare_path);

/* With KASAN nothing is kept, because KASAN reports the use of a freed sec_path
 * only if the sec_path is back in the slab.
 */
static bool spare_usable(void)
{
	return !IS_ENABLED(CONFIG_KASAN);
}

/* Have these extensions never held anything but a sec_path? If another one was
 * taken off the packet, its offset is still there (__skb_ext_del()).
 */
static bool has_only_path(const struct skb_ext *ext)
{
	int id;

	for (id = 0; id < SKB_EXT_NUM; id++)
		if (id != SKB_EXT_SEC_PATH && ext->offset[id])
			return false;
	return true;
}

/**
 * ov2_spare_path_use() - give a packet the empty sec_path that this CPU keeps
 * @skb: a packet that needs a sec_path next. secpath_set() takes a sec_path
 *	that the packet has already
 *
 * Context: Any context except hard interrupts.
 * Return: false if the packet has extensions, or if this CPU keeps no sec_path.
 * Then the packet stays as it is.
 */
bool ov2_spare_path_use(struct sk_buff *skb)
{
	struct skb_ext *ext;

	if (skb_has_extensions(skb))
		return false;
	ext = this_cpu_xchg(spare_path, NULL);
	if (!ext)
		return false;
	skb->extensions = ext;
	skb->active_extensions = BIT(SKB_EXT_SEC_PATH);
	skb->slow_gro = 1;
	return true;
}

/**
 * ov2_spare_path_keep() - take the sec_path off a packet, and keep it for the
 *	next packet
 * @skb: the packet, whose sec_path is no longer needed. If it has other
 *	extensions, or if a clone has the same extensions, it stays as it is
 *
 * The reference to the state is given back.
 *
 * Context: Any context except hard interrupts.
 */
void ov2_spare_path_keep(struct sk_buff *skb)
{
	struct skb_ext *ext = skb->extensions;
	struct sec_path *sp = skb_sec_path(skb);

	if (!spare_usable() ||
	    skb->active_extensions != BIT(SKB_EXT_SEC_PATH) ||
	    refcount_read(&ext->refcnt) != 1 || !has_only_path(ext))
		return;

	skb->active_extensions = 0;
	while (sp->len)
		xfrm_state_put(sp->xvec[--sp->len]);
	sp->olen = 0;
	sp->verified_cnt = 0;
	memset(sp->ovec, 0, sizeof(sp->ovec));
	if (this_cpu_cmpxchg(spare_path, NULL, ext))
		__skb_ext_put(ext);
}

/**
 * ov2_spare_path_exit() - free the sec_paths that the CPUs keep
 *
 * Context: Process context, at module exit. No card is left.
 */
void ov2_spare_path_exit(void)
{
	struct skb_ext *ext;
	int cpu;

	for_each_possible_cpu(cpu) {
		ext = per_cpu(spare_path, cpu);
		if (ext)
			__skb_ext_put(ext);
	}
}
