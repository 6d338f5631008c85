#!/usr/bin/env bash
# Runs every test. As root on Debian it first installs the servers that the tests start; elsewhere it
# says what is left out. STRICT=1 makes a skipped test a failure, but for servers that Debian lacks.
set -euo pipefail
cd "$(dirname "$0")/.."

tests/servers/install.sh
if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ]; then
	export LMA_REQUIRE_SERVERS=1
fi

race=
if command -v "${CC:-gcc}" >/dev/null; then
	export CGO_ENABLED=1 # of the race detector only; the product is built without
	race=-race
else
	echo "no C compiler: the tests run without the race detector"
fi

strict=
[ "${STRICT:-}" = 1 ] && strict=-strict
go build -o bin/report ./tests/report
set +e
go test $race -json -timeout 20m "$@" ./... 2>&1 | bin/report $strict -may-skip 'OpenSearch|TestLPegsTests'
status=${PIPESTATUS[1]}
exit "$status"
