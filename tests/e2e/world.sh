# shellcheck shell=bash
# world.sh: a private machine for one end-to-end test. A script sources it first; what it calls afterwards runs as process 1 of
# namespaces of its own (mounts, processes, network), so that it may add users, change /etc, start pcscd and sshd on any port and
# leave nothing behind: with the script everything ends. Needs root. The machine outside is only read.
#
# A test is a line "ok N - text", "not ok N - text" or "ok N - text # SKIP why" on standard output; world_end closes the script.
# What a script may use, in the order in which scripts use it:
#   world_install                      the build into $prefix (KEYENROLL_INSTALLED=yes: the product is this machine's, under /usr)
#   world_user NAME                    an account with a home and no password
#   world_syslog, world_journal        catch what is logged from now on; world_logged TEXT finds it
#   world_pcscd [READERS]              pcscd with that many virtual readers
#   world_token NAME PERSONALITY       a virtual token in the next free reader; returns when pcscd sees it
#   world_token_reader NAME            prints what PC/SC calls its reader
#   world_token_stop NAME              pulls it out; its state file stays, world_token puts the same card back
#   world_token_tell NAME ORDER        an order to the token (tests/vtoken/control.h); prints what it answers
#   world_token_back NAME              puts a card in again that an order pulled out
#   world_token_coming NAME, world_token_again NAME  a command for sh that does so, or pulls it out before
#   world_desk                         a registrar, the test vendor's trust, this machine set up as a host that believes both
#   world_enroll USER TOKEN [OPTION]...  keyenroll enroll; the token gets the PIN $pin, its new PUK stands in $WORLD/TOKEN.puk
#   world_snapshot                     what was enrolled reaches the host
#   world_verifier                     keyenrolld on its usual socket
#   world_gate                         sshd's options for world_sshd; sets up PAM as well
#   world_sshd NAME <<<OPTIONS         sshd on $sshd_port with those options before the usual ones, log in $WORLD/NAME.log
#   world_ssh USER [OPTION]... COMMAND ssh with the software key $identity, or with the token where identity=token and pin=...
#   world_enters USER [OPTION]...      whether that logs in, as that user
#   expect TEXT COMMAND...             passes where the command succeeds
#   refuse TEXT COMMAND...             passes where it fails
set -u
set -o pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${KEYENROLL_BUILD:-$top/build}
prefix=/opt/keyenroll config=/opt/keyenroll/etc/keyenroll state=/opt/keyenroll/var/lib/keyenroll
[ "${KEYENROLL_INSTALLED-no}" = no ] || prefix=/usr config=/etc/keyenroll state=/var/lib/keyenroll
WORLD=/run/world
test_name=$(basename "$0" .sh)

if [ -z "${KEYENROLL_WORLD-}" ]; then
	if [ "$(id -u)" -ne 0 ]; then
		echo "ok 1 - $test_name # SKIP a world of its own needs root"
		exit 0
	fi
	# --kill-child: whoever ends this script ends the whole world.
	KEYENROLL_WORLD=1 exec unshare --mount --propagation private --pid --fork --kill-child --net -- "$0" "$@"
fi

# ---- the world itself -------------------------------------------------------------------------------------------------------

world_die()
{
	echo "world: $*" >&2
	exit 99
}

# Device nodes are bound, not made: making them is refused in some containers.
world_dev()
{
	local node dev=$WORLD/dev
	mkdir -p "$dev/pts" "$dev/shm"
	for node in null zero full random urandom tty; do
		touch "$dev/$node"
		mount --bind "/dev/$node" "$dev/$node"
	done
	mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts "$dev/pts"
	mount -t tmpfs -o mode=1777 tmpfs "$dev/shm"
	ln -s pts/ptmx "$dev/ptmx"
	ln -s /proc/self/fd "$dev/fd"
	ln -s /proc/self/fd/0 "$dev/stdin"
	ln -s /proc/self/fd/1 "$dev/stdout"
	ln -s /proc/self/fd/2 "$dev/stderr"
	mount --rbind "$dev" /dev
}

# The tree and the build stay in sight where they lie under a folder that gets covered.
world_mounts()
{
	local folder tree build_folder
	mkdir -p "$build"
	exec {tree}<"$top" {build_folder}<"$build"
	for folder in /run /opt /var/log; do
		mount -t tmpfs -o mode=755 tmpfs "$folder"
	done
	for folder in "$tree:$top" "$build_folder:$build"; do
		if [ ! -d "${folder#*:}" ]; then
			mkdir -p "${folder#*:}"
			mount --bind "/proc/self/fd/${folder%%:*}" "${folder#*:}"
		fi
	done
	exec {tree}<&- {build_folder}<&-
	mkdir -m 755 "$WORLD" "$WORLD/etc" /run/sshd
	cp -a /etc/. "$WORLD/etc/"
	mount --bind "$WORLD/etc" /etc
	touch /var/log/wtmp /var/log/lastlog /var/log/btmp /run/utmp
	world_dev
	mount -t proc proc /proc
}

world_make()
{
	(
		set -e
		world_mounts
		ip link set lo up
	) || world_die "cannot make the namespaces' mounts; see above"
	umask 022
	# Nothing of the caller's session may reach into the world.
	unset SSH_AUTH_SOCK SSH_ASKPASS DISPLAY PCSCLITE_CSOCK_NAME
	export HOME=$WORLD/home PATH=$prefix/bin:$prefix/sbin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
	mkdir -m 700 "$HOME"
	cd "$WORLD" || world_die "no $WORLD"
}

# world_wait SECONDS COMMAND...: until the command succeeds, at most so long.
world_wait()
{
	local end=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.05
	done
}

# world_daemon NAME COMMAND...: starts it with its output in $WORLD/NAME.log and its process id in $WORLD/NAME.pid.
world_daemon()
{
	local name=$1
	shift
	"$@" </dev/null >>"$WORLD/$name.log" 2>&1 &
	echo $! >"$WORLD/$name.pid"
}

# world_kill NAME [SIGNAL]: ends a daemon of world_daemon and waits until it is gone. One that a pipe's or another subshell began is no
# child of this shell, and cannot be waited for as such.
world_kill()
{
	local pid
	pid=$(cat "$WORLD/$1.pid") && [ "$pid" -gt 1 ] || return 1
	kill -"${2:-TERM}" "$pid" 2>/dev/null
	wait "$pid" 2>/dev/null
	world_wait 60 world_gone "$pid"
	rm -f "$WORLD/$1.pid"
}

# Dead, or dead and not yet buried: what it held open is closed.
world_gone()
{
	! grep -qs '^State:.[^ZX]' "/proc/$1/status"
}

world_install()
{
	[ "${KEYENROLL_INSTALLED-no}" = no ] || return 0
	# One at a time: libtool links anew for its place in the build's own folders.
	flock "$build/config.status" make --no-print-directory -s -C "$build" install >"$WORLD/install.log" 2>&1 ||
		world_die "make install: $(tail -n 5 "$WORLD/install.log")"
	id _keyenroll >/dev/null 2>&1 ||
		useradd --system --no-log-init --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin _keyenroll
}

world_user()
{
	mkdir -p /opt/home
	useradd --no-log-init --create-home --home-dir "/opt/home/$1" --shell /bin/sh "$1" &&
		usermod --password '*' "$1"
}

# ---- logs -------------------------------------------------------------------------------------------------------------------

world_catch()
{
	local name=$1 socket=$2
	mkdir -p "$(dirname "$socket")"
	world_daemon "$name-catcher" "$build/tests/e2e/log_catcher" "$socket" "$WORLD/$name"
	world_wait 60 test -S "$socket" || world_die "no $socket"
}

# Where journald's socket is absent, libc's syslog() and everything above it writes to /dev/log.
world_syslog()
{
	world_catch syslog /dev/log
}

world_journal()
{
	world_catch journal /run/systemd/journal/socket
}

# world_logged PATTERN: waits up to 30 s for a line of the caught logs that matches the extended regular expression.
world_logged()
{
	world_wait 30 grep -qsE -e "$1" "$WORLD/syslog" "$WORLD/journal"
}

# ---- readers and tokens -----------------------------------------------------------------------------------------------------

world_pcscd()
{
	local i port driver options=()
	driver=$(find /usr/lib /usr/lib64 -name libifdvpcd.so -print -quit 2>/dev/null)
	[ -n "$driver" ] || world_skip "this system has no virtual reader (vsmartcard-vpcd)"
	world_readers=${1:-2}
	world_next_reader=0
	mkdir -p /run/pcscd "$WORLD/readers"
	# A reader has two slots on neighbouring ports; with a gap between them entries cannot take each other's. The driver keeps
	# its sockets by slot alone, so each reader loads a copy of its own, or all of them would show the same card.
	for ((i = 0; i < world_readers; i++)); do
		port=$(printf '0x%04x' $((0x8c00 + 16 * i)))
		cp "$driver" "$WORLD/driver-$i.so"
		cat >"$WORLD/readers/$i" <<-END
			FRIENDLYNAME "Virtual $i${world_title-}"
			DEVICENAME   /dev/null:$port
			LIBPATH      $WORLD/driver-$i.so
			CHANNELID    $port
		END
	done
	# A pcscd that asks polkit finds none to ask here.
	[[ $(pcscd --help 2>&1) != *--disable-polkit* ]] || options=(--disable-polkit)
	world_daemon pcscd pcscd --foreground --config "$WORLD/readers" "${options[@]}"
	world_wait 60 test -S /run/pcscd/pcscd.comm || world_die "pcscd does not start: $(cat "$WORLD/pcscd.log")"
	world_wait 60 world_count_readers || world_die "pcscd shows no reader: $(cat "$WORLD/pcscd.log")"
}

world_count_readers()
{
	[ "$(opensc-tool --list-readers | grep -c Virtual)" -ge "$world_readers" ]
}

world_vendor=$WORLD/vendor

# The test vendor's CAs: the build's, where its tests were made too, or new ones.
world_vendor_ca()
{
	local shared=$build/tests/vtoken/vendors/vendor
	[ ! -d "$world_vendor" ] || return 0
	if [ -f "$shared/trust.json" ]; then
		cp -r "$shared" "$world_vendor"
	else
		"$build/tests/vtoken/vendor-ca" "$world_vendor" >"$WORLD/vendor-ca.log" 2>&1 ||
			world_die "vendor-ca: $(cat "$WORLD/vendor-ca.log")"
	fi
}

# world_token NAME PERSONALITY [VENDOR]: $WORLD/NAME.state holds the card, $WORLD/NAME.control its control socket.
world_token()
{
	local name=$1 personality=$2 vendor=${3:-$world_vendor} reader
	[ "$vendor" != "$world_vendor" ] || world_vendor_ca
	[ -s "$WORLD/$name.reader" ] || echo $((world_next_reader++)) >"$WORLD/$name.reader"
	reader=$(cat "$WORLD/$name.reader")
	world_daemon "$name" "$build/tests/vtoken/vtoken" --port $((0x8c00 + 16 * reader)) --state "$WORLD/$name.state" \
		--personality "$personality" --vendor "$vendor" --control "$WORLD/$name.control" \
		${world_trace:+--trace "$WORLD/$name.trace"}
	world_wait 60 world_card_present "$reader" ||
		world_die "no card in reader $reader: $(cat "$WORLD/$name.log"; opensc-tool --list-readers; tail -n 20 "$WORLD/pcscd.log")"
}

world_card_present()
{
	opensc-tool --reader "$(world_reader_name "$1")" --atr 2>/dev/null | grep -q :
}

# What pcscd itself believes of the reader's first slot. A card that does not answer is not yet one that is gone: one put in before
# pcscd has missed its predecessor is taken for that, and stays mute if pcscd had it powered down.
world_card_absent()
{
	opensc-tool --list-readers | grep -q "^[0-9]* *No .*Virtual $1 .*00 00\$"
}

# PC/SC's own name of the reader's first slot, as keyenroll tokens shows it.
world_reader_name()
{
	opensc-tool --list-readers | LC_ALL=C sed -n "s/^[0-9]* .* \(Virtual $1 .*00 00\)\$/\1/p"
}

world_token_reader()
{
	world_reader_name "$(cat "$WORLD/$1.reader")"
}

# A card that comes back before pcscd has missed it would find a dead connection.
world_token_stop()
{
	world_kill "$1" && world_wait 60 world_card_absent "$(cat "$WORLD/$1.reader")"
}

world_token_tell()
{
	"$build/tests/vtoken/vtoken" --control "$WORLD/$1.control" --tell "$2"
}

# world_token_coming NAME, world_token_again NAME: prints a command for sh that puts a card in which an order pulled out, or pulls it out
# and puts it in again. It comes when pcscd has missed it, and whoever waits for that has had two seconds to hear so.
world_token_coming()
{
	local script=$WORLD/coming-$1 reader
	reader=$(cat "$WORLD/$1.reader")
	cat >"$script" <<-END
		#!/bin/bash
		until opensc-tool --list-readers | grep '^[0-9]* *No .*Virtual $reader .*00 00\$' >/dev/null; do sleep 0.1; done
		sleep "\${1:-0}"
		'$build/tests/vtoken/vtoken' --control '$WORLD/$1.control' --tell insert
	END
	chmod 755 "$script"
	echo "$script"
}

world_token_again()
{
	echo "'$build/tests/vtoken/vtoken' --control '$WORLD/$1.control' --tell eject && $(world_token_coming "$1") 2"
}

world_token_back()
{
	local reader
	reader=$(cat "$WORLD/$1.reader")
	world_wait 60 world_card_absent "$reader" && world_token_tell "$1" insert >/dev/null && world_wait 60 world_card_present "$reader"
}

# ---- desk and host ----------------------------------------------------------------------------------------------------------

world_registry=$WORLD/registry
export KEYENROLL_REGISTRY=$world_registry

world_desk()
{
	world_vendor_ca
	mkdir -p "$config/trust.d" "$state"
	cp "$world_vendor/trust.json" "$config/trust.d/test-vendor.json"
	keyenroll init --no-passphrase --name helpdesk >"$WORLD/init.log" 2>&1 || world_die "$(cat "$WORLD/init.log")"
	cp "$world_registry/registrars" "$config/registrars"
	chmod 644 "$config/registrars" "$config/trust.d/test-vendor.json"
}

world_enroll()
{
	local user=$1 token=$2 reader
	reader=$(world_token_reader "$token")
	shift 2
	keyenroll enroll --reader "$reader" --yes --pin-fd 5 --puk-fd 6 "$@" "$user" 5<<<"$pin" 6>"$WORLD/$token.puk"
}

world_snapshot()
{
	keyenroll snapshot
}

world_verifier_answers()
{
	socat -u OPEN:/dev/null UNIX-CONNECT:/run/keyenroll/verifier.sock
}

world_verifier()
{
	mkdir -p /run/keyenroll
	world_daemon keyenrolld keyenrolld --socket /run/keyenroll/verifier.sock
	world_wait 60 world_verifier_answers || world_die "keyenrolld does not start: $(cat "$WORLD/keyenrolld.log")"
}

# The module stands first among the session lines, before any pam_env.so, and sshd reads no file of a user's.
world_gate()
{
	grep -q pam_keyenroll /etc/pam.d/sshd ||
		sed -i "0,/^session\|^@include common-session/s,,session required $prefix/lib/security/pam_keyenroll.so mode=ssh\n&," /etc/pam.d/sshd
	cat <<-END
		AuthorizedKeysFile none
		AuthorizedKeysCommand $prefix/sbin/keyenroll-sshd authorized-keys %u %t %k
		AuthorizedKeysCommandUser _keyenroll
	END
}

# ---- sshd and ssh -----------------------------------------------------------------------------------------------------------

sshd_port=22

# Once more than before: a log of that name may be there already.
world_sshd_listens()
{
	[ "$(grep -c '^Server listening' "$WORLD/$1.log")" -gt "$2" ]
}

# The options on standard input come first, and in sshd the first value wins.
world_sshd()
{
	local name=$1 begun
	[ -f "$WORLD/host_key" ] || ssh-keygen -q -t ed25519 -N '' -f "$WORLD/host_key"
	{
		cat
		cat <<-END
			Port $sshd_port
			ListenAddress 127.0.0.1
			HostKey $WORLD/host_key
			PidFile none
			LogLevel VERBOSE
			UsePAM yes
			PasswordAuthentication no
			KbdInteractiveAuthentication no
			AuthorizedKeysFile none
		END
		# Newer ones shut out for a while who fails often, and here that is everybody's address.
		! grep -qi PerSourcePenalties "$(command -v sshd)" || echo "PerSourcePenalties no"
	} >"$WORLD/$name.conf"
	begun=$(grep -c '^Server listening' "$WORLD/$name.log" 2>/dev/null) || begun=0
	world_daemon "$name" "$(command -v sshd)" -D -f "$WORLD/$name.conf" -E "$WORLD/$name.log"
	world_wait 60 world_sshd_listens "$name" "$begun" || world_die "sshd does not start: $(cat "$WORLD/$name.log")"
	echo "[127.0.0.1]:$sshd_port $(cat "$WORLD/host_key.pub")" >"$WORLD/known_hosts"
	echo "127.0.0.1 $(cat "$WORLD/host_key.pub")" >>"$WORLD/known_hosts"
}

identity=token
pin=271828

world_ssh()
{
	local user=$1 key_options
	shift
	printf '#!/bin/sh\necho "$world_pin"\n' >"$WORLD/askpass"
	chmod 755 "$WORLD/askpass"
	if [ "$identity" = token ]; then
		key_options=(-o "PKCS11Provider=$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)")
	else
		key_options=(-o IdentitiesOnly=yes -i "$identity")
	fi
	[ -z "${SSH_SK_PROVIDER-}" ] || key_options+=(-o "SecurityKeyProvider=$SSH_SK_PROVIDER")
	# No terminal is at hand, so ssh asks the little program for the PIN. An sshd that reads its files anew is away for a moment.
	world_pin=$pin SSH_ASKPASS=$WORLD/askpass SSH_ASKPASS_REQUIRE=force setsid --wait timeout 60 \
		ssh -F none -n -p "$sshd_port" -l "$user" -o UserKnownHostsFile="$WORLD/known_hosts" -o StrictHostKeyChecking=yes \
		-o ConnectionAttempts=30 -o PreferredAuthentications=publickey -o NumberOfPasswordPrompts=1 "${key_options[@]}" 127.0.0.1 "$@" \
		2>>"$WORLD/ssh.log"
}

world_enters()
{
	[ "$(world_ssh "$@" id -un)" = "$1" ]
}

# ---- results ----------------------------------------------------------------------------------------------------------------

world_count=0
world_failures=0
world_ended=no

ok()
{
	echo "ok $((++world_count)) - $1"
}

# not_ok TEXT [FILE]...: the files' last lines say why.
not_ok()
{
	local file
	echo "not ok $((++world_count)) - $1"
	: $((++world_failures))
	shift
	for file; do
		[ -s "$file" ] || continue
		echo "# $file:"
		tail -n 20 "$file" | sed 's/^/#   /'
	done
}

skip()
{
	echo "ok $((++world_count)) - $1 # SKIP $2"
}

# The whole script is of no use here.
world_skip()
{
	skip "$test_name" "$1"
	world_end
}

world_run()
{
	"$@" >"$WORLD/output" 2>&1
}

# The command's output stays in $WORLD/output.
expect()
{
	local text=$1
	shift
	if world_run "$@"; then ok "$text"; else not_ok "$text" "$WORLD/output"; fi
}

refuse()
{
	local text=$1
	shift
	if world_run "$@"; then not_ok "$text" "$WORLD/output"; else ok "$text"; fi
}

expect_logged()
{
	if world_logged "$2"; then ok "$1"; else not_ok "$1" "$WORLD/syslog" "$WORLD/journal"; fi
}

world_end()
{
	echo "1..$world_count"
	world_ended=yes
	[ $world_failures -eq 0 ]
	exit
}

# A script that breaks off has failed, whatever it printed so far.
world_exit()
{
	local status=$?
	[ $world_ended = yes ] || not_ok "$test_name runs to its end" "$WORLD"/*.log
	[ $status -ne 0 ] || [ $world_ended = yes ] || status=1
	exit $status
}

trap world_exit EXIT
trap 'exit 1' HUP INT TERM
world_make
