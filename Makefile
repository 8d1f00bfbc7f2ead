# gainsight_fdw: a foreign-data wrapper for the Gainsight CS Success Plan API.
# `make help` lists the targets.

MODULE_big = gainsight_fdw
EXTENSION = gainsight_fdw
DATA = $(sort $(wildcard sql/gainsight_fdw--*.sql))
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c src/*/*.c)))

# The chapters of the regression test, in order: sql/NAME.sql, expected/NAME.out.
CHAPTERS = options upgrade import nxt nxt_requests nxt_insert nxt_update nxt_conflicts nxt_write_at nxt_refresh trust_order describe objects names discover plan_types plans objectives types odd_text misfits on_error envelopes paging rounds \
	filters implied lists numbers keys counts counts_by_status parameters analyze analyze_children joins walk_instead costs evaluation explain tenants oauth insert settings constants \
	beforehand update conflicts own_writes merge dry_run write_at whole_rows cursors write_failure monitor check \
	refresh refresh_full
REGRESS = $(CHAPTERS)

# The version that the library says is the one of the control file.
EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" gainsight_fdw.control)

PG_CONFIG ?= pg_config
PKG_CONFIG ?= pkg-config
PGXS := $(wildcard $(shell $(PG_CONFIG) --pgxs 2>/dev/null))

# -isystem, for PostgreSQL's own headers do not keep to -Wextra.  The map makes
# the same sources give the same library in whatever folder they are built.
PG_CPPFLAGS = -Isrc -isystem $(shell $(PG_CONFIG) --includedir-server) \
	$(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null) -DGS_RELEASE='"$(EXTVERSION)"'
PG_CFLAGS = -Wall -Wextra -fvisibility=hidden -MMD -MP -ffile-prefix-map=$(CURDIR)=.
SHLIB_LINK = $(shell $(PKG_CONFIG) --libs libcurl libcjson 2>/dev/null || echo -lcurl -lcjson)
EXTRA_CLEAN = $(OBJS:.o=.d) test-output dist

# Bitcode would let a JIT inline these functions, for which there is no call,
# and would need a clang of the server's own version.
override with_llvm = no

export PG_CONFIG
.DEFAULT_GOAL := all

ifneq ($(PGXS),)
include $(PGXS)
-include $(OBJS:.o=.d)
src/gainsight_fdw.o src/command/functions.o src/wire/request.o: gainsight_fdw.control
else
# PostgreSQL's headers are not here yet; demo, shell and test install them.
all install installcheck:
	@echo "PostgreSQL's PGXS was not found ($(PG_CONFIG) --pgxs):" >&2
	@echo "\`dev/install-packages build\` installs it, and so does \`make demo\`" >&2
	@exit 1
clean:
	rm -f gainsight_fdw.so $(OBJS)
	rm -rf $(EXTRA_CLEAN)
endif

# With the packages here, and seen by a make that starts anew.
demo shell:
	@dev/install-packages build
	@$(MAKE) --no-print-directory -s all
	@dev/install-extension
	@sandbox/demo $@

test:
	@dev/install-packages test
	@dev/install-packages clients || echo "the tests of clients that are not here are skipped"
	@dev/run-tests $(PARTS)

# Parts of the tests by themselves.
tap nxt bi conformance core:
	@dev/install-packages test
	@dev/run-tests $@

clients:
	@dev/install-packages test
	@dev/install-packages clients || echo "the tests of clients that are not here are skipped"
	@dev/run-tests $@

# Random predicates and joins over foreign tables and a local copy of the tenants' rows; MODE=transactions.
CASES ?= 5000
fuzz:
	@dev/install-packages test
	@$(MAKE) --no-print-directory -s all
	@dev/install-extension
	@dev/with-cluster --plans 200 -- dev/fuzz/run --cases $(CASES) \
		$(if $(MODE),--mode $(MODE)) $(if $(SEED),--seed $(SEED))

# Build and test on other major versions of PostgreSQL, in throwaway roots.
versions:
	@dev/servers/versions $(MAJORS)

# make demo and make test on fresh systems of Debian and Ubuntu, of a clone of what is committed.
newcomer:
	@dev/servers/newcomer $(SUITES)

# Any bytes for the parsers of replies and of dates.
RUNS ?= 1000000
parsers:
	@dev/install-packages test
	@dev/parsers/run $(RUNS)

# The regression test under the sanitizers, on a server with assertions, and
# under valgrind there; what PARTS gives of dev/run-tests instead.
asan:
	@dev/install-packages test
	@dev/servers/asan $(PARTS)

cassert valgrind:
	@dev/install-packages $@
	@dev/servers/$@ $(PARTS)

# Queries that nobody would write, there too.
QUERIES ?= 10000
sqlsmith:
	@dev/install-packages $@
	@QUERIES=$(QUERIES) dev/servers/cassert sqlsmith

# Ratios to a raw C client, side by side; BENCH=full takes millions of plans, too,
# and PEERS is a folder of what else is compared: bench/peers/run.
BENCH ?= quick
bench:
	@dev/install-packages bench
	@$(MAKE) --no-print-directory -s all
	@dev/install-extension
	@BENCH=$(BENCH) dev/with-cluster --plans 20 --conf wal_level=minimal \
		--conf max_wal_senders=0 --conf max_wal_size=4GB --conf shared_buffers=256MB \
		-- bench/bench bench
	$(if $(PEERS),@bench/peers/run $(PEERS) bench/PEERS.md bench/requests.svg)

layers docs lint layout:
	@dev/guards/run $@

symbols: all
	@dev/guards/run $@

indent:
	@dev/guards/run $@

# What a release is: the archive for PGXN, of what is committed.
dist:
	@dev/packaging/dist

# The Debian packages, for the server versions that are here.
deb:
	@dev/install-packages deb
	@dev/packaging/deb

# Which lines the regression test and TAP run: PARTS as of dev/run-tests.
coverage:
	@dev/install-packages coverage
	@dev/servers/coverage $(PARTS)

# What the last failed run printed, to be expected from now on.
results:
	@dev/results $(CHAPTER)

help:
	@echo "all           build the extension"
	@echo "install       install it into the server that $(PG_CONFIG) knows"
	@echo "installcheck  the regression test, against a running server"
	@echo "demo          a tour in SQL, beside a throwaway server and a sandbox tenant"
	@echo "shell         psql there, for you to try"
	@echo "test          everything that a change must pass: N passed, N failed"
	@echo "tap           of these, the TAP suite"
	@echo "clients       psql, pgbench, pg_dump, JDBC, ODBC, and others that are here"
	@echo "nxt           the chapters in the dialect nxt: the same rows"
	@echo "conformance   the chapters by way of a proxy that knows the API's document"
	@echo "fuzz          random predicates and joins: CASES=5000 MODE=… SEED="
	@echo "core          PostgreSQL's regression tests with their tables foreign, and what"
	@echo "              their statements ask for"
	@echo "versions      build, regress and TAP on PostgreSQL 16 to 19, in throwaway"
	@echo "              roots: MAJORS=\"16 17 18 19\" KEEP=folder (root, on Debian)"
	@echo "newcomer      demo and test on fresh Debian and Ubuntu, as root and with sudo:"
	@echo "              SUITES=\"bookworm noble trixie forky\" STEPS=\"demo sudo test\" (root)"
	@echo "parsers       any bytes for the parsers: RUNS=1000000"
	@echo "asan          the regression test under AddressSanitizer, UBSan, LeakSanitizer"
	@echo "cassert       regression test and TAP on a server with assertions"
	@echo "valgrind      the regression test there, under valgrind"
	@echo "sqlsmith      random queries there: QUERIES=10000"
	@echo "              asan, cassert and valgrind take PARTS= of dev/run-tests"
	@echo "bench         ratios to a raw C client, into bench/RESULTS.md: BENCH=full, PEERS="
	@echo "layers        the guard of the rooms of the sources"
	@echo "docs          the guard of the documents: what the sources offer is in them"
	@echo "symbols       the guard of what the library exports"
	@echo "lint          no warnings from gcc, clang, scan-build, shellcheck and codespell"
	@echo "indent        lay out the sources; layout says what that would change"
	@echo "dist          the archive for PGXN, of what is committed"
	@echo "deb           Debian packages, into dist/ too"
	@echo "coverage      the lines that regression test and TAP run, by file: PARTS="
	@echo "results       accept what a failed chapter printed, after a look: CHAPTER="
	@echo "clean         remove what was built"
	@echo "demo, shell and test install the packages that are missing."

.PHONY: demo shell test tap nxt bi core clients conformance fuzz versions newcomer parsers asan cassert valgrind \
	sqlsmith bench layers docs symbols lint layout indent coverage results dist deb help
