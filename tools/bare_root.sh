# shellcheck shell=bash
# bare_root.sh: bare Debian roots for tools/bare and tools/installed, which source it. Needs root.
#   bare_begin SUITE "$@"    goes on as process 1 of namespaces of its own, in which $bare_folder is empty and goes with the end
#   bare_make ROOT           makes a bare root of the suite out of this machine's own sources
#   bare_copy ROOT NEW       another one like it, made before ROOT's mounts
#   bare_mount ROOT          gives it the kernel's file systems
#   bare_clone ROOT          clones the tree to /root/keyenroll in it: what is not committed is not there
#   bare_run ROOT COMMAND... runs a command in it, with an environment of its own
#   bare_boot ROOT COMMAND   boots its systemd for the command, a unit of it, and ends as that does; what it printed is in ROOT/root/booted
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

bare_die()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}

bare_tools()
{
	local tool
	for tool in mmdebstrap git; do
		command -v $tool >/dev/null && continue
		apt-get update -q
		apt-get install -q -y --no-install-recommends $tool
	done
}

# The mounts live and die with the namespace, and so do the processes inside with theirs.
bare_begin()
{
	bare_suite=$1
	shift
	bare_folder=${KEYENROLL_BARE_FOLDER-}
	[ -z "$bare_folder" ] || return 0
	[ "$(id -u)" -eq 0 ] || bare_die "needs root"
	bare_tools
	bare_folder=$(mktemp -d "${TMPDIR:-/tmp}/keyenroll-bare.XXXXXX")
	trap 'rm -rf --one-file-system "$bare_folder"' EXIT
	trap 'exit 1' HUP INT TERM
	KEYENROLL_BARE_FOLDER=$bare_folder unshare --mount --propagation private --pid --fork --kill-child -- "$0" "$@"
	exit
}

# This machine's own sources serve the other suite as well; both formats of apt name the suite as a word.
bare_sources()
{
	local own sources=$bare_folder/sources
	own=$(. /etc/os-release && echo "${VERSION_CODENAME:?}")
	mkdir -p "$sources"
	cp /etc/apt/sources.list "$sources/" 2>/dev/null || true
	cp /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources "$sources/" 2>/dev/null || true
	# Third parties' sources belong to this machine, not to a bare Debian.
	grep -L -E '/debian' "$sources"/* | xargs -r rm -f
	sed -i -E "s/\b$own\b/$bare_suite/g" "$sources"/*
	ls "$sources"/* >/dev/null || bare_die "no Debian source under /etc/apt"
}

bare_make()
{
	local file list=()
	bare_sources
	for file in "$bare_folder/sources"/*; do
		list+=("$file")
	done
	mmdebstrap --quiet --variant=minbase --mode=root --skip=check/empty "$bare_suite" "$1" "${list[@]}"
	cp /etc/resolv.conf "$1/etc/resolv.conf"
}

bare_copy()
{
	cp -a --reflink=auto "$1" "$2"
}

# The root is a mount of its own: what runs inside makes namespaces, and those want one.
bare_mount()
{
	mount --bind "$1" "$1"
	mount -t proc proc "$1/proc"
	mount --rbind /sys "$1/sys"
	mount --rbind /dev "$1/dev"
	mount -t tmpfs -o mode=755 tmpfs "$1/run"
}

bare_clone()
{
	git -c safe.directory="$top" -c safe.directory="$top/.git" clone --quiet --no-local "file://$top" "$1/root/keyenroll"
}

bare_run()
{
	local root=$1
	shift
	chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		TERM="${TERM:-dumb}" LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# The machine's process 1. Kernel settings are the other machine's: they can be read, not changed, and no module be loaded.
bare_init()
{
	local root=$1 node
	mount -t proc proc "$root/proc"
	mount --bind "$root/proc/sys" "$root/proc/sys"
	mount -o remount,bind,ro "$root/proc/sys"
	umount --lazy "$root/sys" "$root/dev" "$root/run"
	mount -t sysfs -o ro sysfs "$root/sys"
	mount -t tmpfs -o mode=755 tmpfs "$root/run"
	mount -t tmpfs -o mode=755 tmpfs "$root/dev"
	for node in null zero full random urandom tty; do
		touch "$root/dev/$node"
		mount --bind "/dev/$node" "$root/dev/$node"
	done
	mkdir "$root/dev/pts"
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$root/dev/pts"
	ln -s pts/ptmx "$root/dev/ptmx"
	exec setpriv --bounding-set -sys_module,-sys_time,-syslog,-sys_rawio \
		chroot "$root" /usr/bin/env -i container=other /lib/systemd/systemd --log-target=null --show-status=0
}

# A control group of its own below ours, where the kernel has the one hierarchy; without it systemd takes what it finds.
bare_control_group()
{
	local hierarchy group
	hierarchy=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET) || return 0
	group=$hierarchy$(sed -n 's/^0:://p' /proc/self/cgroup)/keyenroll-$$
	mkdir -p "$group" && echo "$BASHPID" >"$group/cgroup.procs" || :
}

bare_boot()
{
	local root=$1 units=$1/etc/systemd/system
	mkdir -p "$units/multi-user.target.wants"
	cat >"$units/booted.service" <<-END
		[Unit]
		Description=What this root is booted for
		SuccessAction=exit
		FailureAction=exit

		[Service]
		ExecStart=$2
		StandardOutput=append:/root/booted
		StandardError=inherit
		RuntimeMaxSec=1500
	END
	ln -sf ../booted.service "$units/multi-user.target.wants/booted.service"
	export -f bare_init
	(
		bare_control_group
		unshare --mount --propagation private --pid --fork --kill-child --net --uts --ipc --cgroup bash -c 'set -e; bare_init "$1"' bare_init "$root" </dev/null
	)
}
