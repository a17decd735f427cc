#!/bin/sh
# autogen.sh: the one way in. Without a word it makes ./configure; with one it does what that word names.
set -eu
cd "$(dirname "$0")"
top=$(pwd)
build=${KEYENROLL_BUILD:-$top/build}

# Its own prefix keeps a build from this tree apart from anything that a package put under /usr.
prefix=/opt/keyenroll

usage()
{
	cat <<-USAGE
	usage: ./autogen.sh [WORD [ARGUMENTS]]

	  (no word)         make ./configure
	  deps              install the packages that building, running and testing need (root)
	  build             configure and make in ./build, for the prefix $prefix
	  demo [--keep]     from a virtual token to an attested ssh login, in a world of its own (root)
	  check             every test: unit, style, end to end (root)
	  e2e [NAME]...     the end-to-end tests, or those named (root)
	  bench [NAME]      the benchmarks; each ends with a line "ratio NAME VALUE goal VALUE"
	  deb               the Debian packages, into ./build/deb
	  rpm               the RPM packages, into ./build/rpm
	  reproducible      tarball and Debian packages twice, which must be the same bytes
	  installed [SUITE] the packages built and installed in bare Debian roots, from the first day to the last (root)
	  bare [SUITE [WORD]...]
	                    a bare Debian root (bookworm, trixie) in which demo and check, or the WORDs, run (root);
	                    "e2e login" in quotes is one WORD
	  help              this text
	USAGE
}

make_configure()
{
	mkdir -p m4
	autoreconf -fi
}

# make_build TARGET: later changes of configure.ac and Makefile.am are make's own affair; only a first configure is made here.
make_build()
{
	[ -x configure ] || make_configure
	mkdir -p "$build"
	if [ ! -f "$build/Makefile" ]; then
		(cd "$build" && "$top/configure" --quiet --prefix="$prefix" --sysconfdir="$prefix/etc" \
			--localstatedir="$prefix/var" --runstatedir=/run)
	fi
	make --no-print-directory -C "$build" -j"$(nproc)" "$1"
}

make_check()
{
	make --no-print-directory -C "$build" -j"$(nproc)" check
	KEYENROLL_BUILD="$build" tests/e2e/run
}

make_bench()
{
	# shellcheck disable=SC2046 # names of programs, without spaces
	[ $# -gt 0 ] || set -- $(find tests/bench -maxdepth 1 -type f -perm -100 -printf '%f\n' | sort)
	for name; do
		KEYENROLL_BUILD="$build" "tests/bench/$name"
	done
}

word=${1-}
[ $# -eq 0 ] || shift
case $word in
'') make_configure ;;
deps) tools/deps ;;
build) make_build everything ;;
demo)
	tools/deps
	make_build demo-programs
	KEYENROLL_BUILD="$build" tests/e2e/demo "$@"
	;;
check)
	tools/deps
	make_build everything
	make_check
	;;
e2e)
	tools/deps
	make_build everything
	KEYENROLL_BUILD="$build" tests/e2e/run "$@"
	;;
bench)
	tools/deps
	make_build everything
	make_bench "$@"
	;;
deb) tools/deb ;;
rpm)
	make_build all
	tools/rpm
	;;
reproducible) tools/reproducible ;;
installed) tools/installed "$@" ;;
bare) tools/bare "$@" ;;
help | -h | --help) usage ;;
*)
	usage >&2
	exit 2
	;;
esac
