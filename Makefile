# SPDX-License-Identifier: GPL-2.0
#
# The targets that people call; `make help` lists them. The kernel's build system reads the file
# Kbuild instead.

KERNEL_SRC ?= $(firstword $(wildcard /lib/modules/$(shell uname -r)/build))
KDIR ?= $(KERNEL_SRC)
# Empty if the caller names neither KDIR nor KERNEL_SRC
given := $(filter command environment,$(foreach v,KDIR KERNEL_SRC,$(firstword $(origin $(v)))))
testbed := tools/testbed

# Without KDIR, build in the test root, for its newest kernel.
all:
ifeq ($(given),)
	@ko=$$($(testbed) build --kernel newest) && cp "$$ko" ipsecov2.ko && echo "ipsecov2.ko is for $$(basename "$$(dirname "$$ko")")"
else
	$(MAKE) modules
endif

modules: need-kdir
	$(MAKE) -C $(KDIR) M=$(CURDIR) $@

# The kernel's build has the name INSTALL_MOD_PATH for DESTDIR.
modules_install: need-kdir
	$(MAKE) -C $(KDIR) M=$(CURDIR) $(if $(DESTDIR),INSTALL_MOD_PATH='$(DESTDIR)') $@

install: modules_install
	@$(MAKE) -C tools/ov2 install

check-config: need-kdir
	@tools/check-config $(KDIR)

need-kdir:
	@[ -n "$(KDIR)" ] || { echo "no headers of the running kernel here: name a kernel tree or headers with KDIR=..." >&2; exit 1; }

demo:
	@tools/demo

check:
	@tools/check

check-full:
	@tools/check --full

check-scale:
	@CHECK_KERNELS="$${CHECK_KERNELS:-7.3}" tools/check --scale netlink_sa

check-unit:
	@tools/check-unit

check-debug:
	@tools/check-debug

check-debug-quick:
	@tools/check-debug --quick

check-deb:
	@tools/check-deb

check-newest:
	@tools/check-newest

mutate:
	@tools/mutate

bench:
	@tools/bench

bench-quick:
	@tools/bench --quick

bench-scale:
	@tools/bench --scale

bench-parallel:
	@tools/bench --parallel

lint:
	@tools/lint

generate:
	@tools/generate

generate-netlink:
	@$(testbed) exec -- tools/generate-netlink

deb:
	@$(testbed) exec -- tools/deb

htmldocs:
	@tools/htmldocs

# Needs only the compiler and libmnl of this machine. The test root and the cache are not used.
ov2:
	@$(MAKE) -C tools/ov2

clean:
	@find . -name .git -prune -o \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '*.cmd' -o -name 'ipsecov2-*.deb' -o -name Module.symvers -o -name modules.order \) -type f -print0 | xargs -0r rm -f
	@rm -rf Documentation/output tools/bench.d/traffic tools/bench.d/scale tools/bench.d/parallel
	@$(MAKE) -s -C tools/ov2 clean
	@if [ -e selftests/Makefile ]; then $(MAKE) -s -C selftests clean; fi

help:
	@echo "make                      ipsecov2.ko for the newest kernel of the test root, or for KDIR=..."
	@echo "make demo                 two namespaces talk through IPsec offload, in a guest; shows what happens"
	@echo "make check                all selftests on both supported kernels"
	@echo "make check-full           all selftests, with UDP of every length, and with every combination of netem's faults"
	@echo "make check-scale          dumps 100,000 SAs of 25 cards by netlink, on 7.3"
	@echo "make check-unit           the KUnit tests, in debug kernels (user-mode Linux)"
	@echo "make check-debug          KUnit tests and selftests in all debug kernels"
	@echo "make check-debug-quick    KUnit tests and selftests in one debug kernel: the newest one that looks at locks"
	@echo "make check-deb            installs the Debian packages in a copy of the test root, and removes them"
	@echo "make check-newest         builds for the newest kernels of Debian: forky, sid, experimental"
	@echo "make mutate               tells whether the tests see faults that are put into the module and ov2 on purpose"
	@echo "make bench                counts the CPU instructions of a segment or packet, with and without the card"
	@echo "make bench-quick          counts them in the most important rows of the bench only"
	@echo "make bench-scale          counts the CPU instructions to send a packet, and to add or delete an SA or a policy, among many of them"
	@echo "make bench-parallel       measures how much two SAs on two CPUs carry, compared with one SA"
	@echo "make lint                 warnings, sparse, checkpatch, shellcheck and the rules of the rooms"
	@echo "make generate             writes again the files that are made from tables in the code: pages, the tests' tables, selftests/config"
	@echo "make generate-netlink     writes again what is made from the spec of the netlink family"
	@echo "make deb                  the Debian packages, for apt install ./ipsecov2-*.deb"
	@echo "make htmldocs             the pages of Documentation/ as HTML"
	@echo "make modules KDIR=...     the module for a kernel of your own (KERNEL_SRC is an alias)"
	@echo "make modules_install KDIR=..."
	@echo "make install KDIR=...     installs the module, and ov2 with its manual page; also DESTDIR=... PREFIX=..."
	@echo "make check-config KDIR=... tells whether that kernel is too old, and which options it lacks"
	@echo "make ov2                  the ov2 command, tools/ov2/ov2; make -C tools/ov2 install installs it"
	@echo "make clean                removes what was built here; the cache is in ~/.cache/ipsecov2"
	@echo "tools/testbed help        tells how to make the test root, build the module or boot a guest by hand"

.PHONY: all modules modules_install install check-config need-kdir demo check check-full check-scale check-unit check-debug check-debug-quick check-deb check-newest mutate bench bench-quick bench-scale bench-parallel lint generate generate-netlink deb htmldocs ov2 clean help
