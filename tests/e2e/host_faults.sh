#!/bin/bash
# keyenroll host and grace, broken off at each call that changes a file: killed, hung up, on a full disk, by a single failure. Afterwards the
# gate is as it was or as it is to be, what is half done can be taken back, and sshd takes its files. And several who do it at once,
# or in the middle of each other's doing.
. "$(dirname "$0")/world.sh"
. "$(dirname "$0")/reports.bash"

preload=$build/tests/e2e/.libs/failing_calls.so
strides="9:1 1:7 2:7 15:7 full:3 once:5"
drop_in=/etc/ssh/sshd_config.d/00-keyenroll.conf
identity=$WORLD/software

# What a word that was killed has begun to write, in a file of its own whose name begins with a dot, goes with what is taken back.
files_sum()
{
	(cd /etc && find pam.d ssh -type f -printf '%p %m %u\n' -exec sha256sum {} + | sort | sha256sum)
}

is_as_before()
{
	[ "$(files_sum)" = "$before" ] && [ ! -e "$state/host-setup/state" ]
}

# Each of the two files is what it was or what it is to be, whole; and where one is not what it was, it can be taken back.
is_one_or_the_other()
{
	local changed=0
	if ! cmp -s /etc/pam.d/sshd "$WORLD/open/pam"; then
		cmp /etc/pam.d/sshd "$WORLD/closed/pam" || return
		changed=1
	fi
	if [ -e $drop_in ]; then
		cmp $drop_in "$WORLD/closed/drop-in" || return
		changed=1
	fi
	[ $changed = 0 ] || [ -s "$state/host-setup/state" ] || { echo "changed, and not to be taken back" && return 1; }
	sshd -t
}

# calmly COMMAND...: nothing fails, and nobody rests.
calmly()
{
	env LD_PRELOAD="$preload" KEYENROLL_TEST_CALL="once 0" "$@"
}

# What the timer does, or a start of the machine.
take_back()
{
	calmly keyenroll host undo --unconfirmed --reload true >"$WORLD/output" 2>&1 && is_as_before
}

# The timers of trials that are over; nothing else of this name runs here.
end_timers()
{
	local timer
	for timer in $(pgrep -x keyenroll); do
		kill -KILL "$timer"
	done
}

# under FATE COMMAND...: the command with that call of its own failing; its exit status. A shell's background ignores SIGINT.
under()
{
	local fate=$1
	shift
	env --default-signal LD_PRELOAD="$preload" KEYENROLL_TEST_CALL="$fate" KEYENROLL_TEST_COUNT="$WORLD/count" "$@" >"$WORLD/output" 2>&1
}

# sweep TEXT CHECK BEGIN COMMAND...: BEGIN, then the command with its n-th call failing, for all n and in all ways; CHECK FATE STATUS
# looks. One line for each way. The ways that leave the same behind try every so manieth call; KEYENROLL_FAULT_STRIDE=1 tries all.
sweep()
{
	local begun=$SECONDS
	local text=$1 check=$2 begin=$3 way n status num stride
	shift 3
	for way in $strides; do
		stride=${KEYENROLL_FAULT_STRIDE:-${way#*:}} way=${way%:*}
		rm -f "$WORLD/count"
		$begin || world_die "$text: cannot begin: $(cat "$WORLD/output")"
		under "$way 0" "$@" || world_die "$text: fails by itself: $(cat "$WORLD/output")"
		num=$(cat "$WORLD/count") && [ "$num" -gt 0 ] || world_die "$text: no call was counted: is $preload there?"
		end_timers
		for ((n = 1; n <= num; n += stride)); do
			$begin || world_die "$text: cannot begin again: $(cat "$WORLD/output")"
			under "$way $n" "$@" 2>/dev/null
			status=$?
			if ! $check $way $status >"$WORLD/complaint" 2>&1; then
				not_ok "$text: $way at call $n of $num (exit status $status)" "$WORLD/output" "$WORLD/complaint"
				end_timers
				break
			fi
			end_timers
		done
		[ "$n" -le "$num" ] || ok "$text: $way at $(((num + stride - 1) / stride)) of $num calls"
	done
	echo "# $text: $((SECONDS - begun)) s"
}

world_install
world_user alice
world_syslog
world_pcscd 1
world_desk
world_token one 5.7.4
expect "alice is enrolled" world_enroll alice one
expect "a snapshot is written" world_snapshot
world_verifier
ssh-keygen -q -t ed25519 -N '' -f "$identity"
mkdir -m 700 /opt/home/alice/.ssh
cp "$identity.pub" /opt/home/alice/.ssh/authorized_keys
chown -R alice: /opt/home/alice/.ssh
ssh-keygen -A >/dev/null
mkdir -p /etc/ssh/sshd_config.d
printf 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nKbdInteractiveAuthentication no\n' >/etc/ssh/sshd_config
mkdir "$WORLD/open" "$WORLD/closed"
before=$(files_sum)
cp /etc/pam.d/sshd "$WORLD/open/pam"

# ---- host setup ---------------------------------------------------------------------------------------------------------------
begin_setup()
{
	take_back
}

# Of a failure all is taken back by itself; where the word ends in the middle, by what takes a trial back.
check_setup()
{
	is_one_or_the_other || return
	case $1:$2 in
	full:* | once:*)
		if [ "$2" -ne 0 ]; then
			# Where not even removing works any more, it says so, and the timer tries again.
			is_as_before || grep -q 'putting the files back failed too\|state cannot be synced' "$WORLD/output" ||
				{ echo "not taken back" && return 1; }
			grep -qE '\[[a-z-]+\.?[a-z-]*\]$' "$WORLD/output" || { echo "no code" && return 1; }
		fi
		;;
	*) [ "$2" -ge 128 ] || { echo "not ended by the signal" && return 1; } ;;
	esac
	# A timer runs before the first file is changed.
	is_as_before || [ ! -e $drop_in ] || pgrep -x keyenroll || { echo "no timer" && return 1; }
	take_back || { echo "cannot be taken back" && return 1; }
}

keyenroll host setup --reload true --minutes 30 >"$WORLD/output" 2>&1 || world_die "setup: $(cat "$WORLD/output")"
cp /etc/pam.d/sshd "$WORLD/closed/pam"
cp $drop_in "$WORLD/closed/drop-in"
cp -a "$state/host-setup" "$WORLD/closed/state"
end_timers
expect "a trial is taken back" take_back
sweep "setup" check_setup begin_setup keyenroll host setup --reload true --minutes 30
exits 1 "setup where standard output is full" sh -c 'keyenroll host setup --reload true >/dev/full; s=$?; [ $s -ne 0 ] && exit 1'

# ---- host undo ----------------------------------------------------------------------------------------------------------------
begin_trial()
{
	rm -rf "$state/host-setup" &&
		cp "$WORLD/closed/pam" /etc/pam.d/sshd &&
		cp "$WORLD/closed/drop-in" $drop_in &&
		cp -a "$WORLD/closed/state" "$state/host-setup"
}

check_undo()
{
	is_one_or_the_other || return
	[ "$2" -ne 0 ] || is_as_before || { echo "done, and not as before" && return 1; }
	# The timer's call comes again, or the operator's.
	take_back || { echo "cannot be taken back" && return 1; }
}
sweep "undo" check_undo begin_trial keyenroll host undo --reload true
sweep "the timer's undo" check_undo begin_trial keyenroll host undo --unconfirmed --reload true

# ---- host confirm -------------------------------------------------------------------------------------------------------------
# On trial, and so taken back, or confirmed, and so not; the gate itself is not touched.
check_confirm()
{
	cmp /etc/pam.d/sshd "$WORLD/closed/pam" && cmp $drop_in "$WORLD/closed/drop-in" || return
	calmly keyenroll host undo --unconfirmed --reload true || return
	if [ "$2" -eq 0 ]; then
		[ -e $drop_in ] || { echo "confirmed, and taken back" && return 1; }
	fi
	[ ! -e $drop_in ] || calmly keyenroll host undo --reload true || return
	is_as_before
}
sweep "confirm" check_confirm begin_trial keyenroll host confirm

# ---- several at once ----------------------------------------------------------------------------------------------------------
# write_try NAME COMMAND: a login for --try that works the first time and then does what the command does.
write_try()
{
	printf '#!/bin/sh\n[ -e %s/tried ] || exec touch %s/tried\n%s\n' "$WORLD" "$WORLD" "$2" >"$WORLD/$1"
	chmod 755 "$WORLD/$1"
	rm -f "$WORLD/tried"
}

take_back >/dev/null || world_die "$(cat "$WORLD/output")"
write_try other "keyenroll host undo --reload true >$WORLD/other 2>&1; echo \$? >>$WORLD/other"
exits 0 "setup while another says undo" keyenroll host setup --reload true --try "$WORLD/other"
says '^on trial' "goes on"
expect "the other is told so" grep -q 'another "keyenroll host" is at work on this host \[host.setup\]' "$WORLD/other"
end_timers
expect "it is taken back" take_back
flock "$state" sleep 2 &
world_wait 60 pgrep -x sleep -P $! >/dev/null
exits 0 "setup while another ends its own waits for that" keyenroll host setup --reload true
end_timers
expect "and is taken back" take_back
write_try late "keyenroll host undo --unconfirmed --reload true; false"
exits 1 "a trial whose time is over in the middle of a login that then fails" keyenroll host setup --reload true --try "$WORLD/late"
expect "is taken back once" is_as_before
end_timers
write_try late "[ ! -e /etc/pam.d/sshd ] || keyenroll host undo --unconfirmed --reload true"
exits 1 "and one that then works" keyenroll host setup --reload true --try "$WORLD/late"
says 'over before all was tried.*host.setup' "is none"
expect "and is taken back" is_as_before
end_timers
env LD_PRELOAD="$preload" KEYENROLL_TEST_CALL="19 28" keyenroll host setup --reload true >"$WORLD/stopped" 2>&1 &
stopped=$!
world_wait 60 grep -q '^State:.T' "/proc/$stopped/status"
expect "one that is stopped in the middle is taken back in time" take_back
kill -CONT $stopped
wait $stopped
expect "and writes nothing when it goes on" is_as_before
end_timers
for number in 1 2 3; do
	keyenroll host setup --reload true >"$WORLD/one" 2>&1 &
	one=$!
	keyenroll host setup --reload true >"$WORLD/two" 2>&1 &
	wait $one $!
	expect "of two setups one is the trial ($number)" [ "$(cat "$WORLD/one" "$WORLD/two" | grep -c '^on trial')" = 1 ]
	expect "and is taken back ($number)" take_back
	end_timers
done

# ---- grace --------------------------------------------------------------------------------------------------------------------
until=$(date -u -d '+3 days' +%F)
cp "$world_registry/registrars" "$WORLD/registrars"
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/second"
sed -i 's/namespaces="[^"]*/&,grace@keyenroll/' "$world_registry/registrars"
echo "second namespaces=\"grace@keyenroll\" $(cat "$WORLD/second.pub")" >>"$world_registry/registrars"
cp "$world_registry/registrars" "$config/registrars"
cp -a "$world_registry" "$WORLD/registry.before"
fingerprint=$(ssh-keygen -lf "$identity.pub" | cut -d' ' -f2)

begin_grace()
{
	rm -rf "$world_registry" && cp -a "$WORLD/registry.before" "$world_registry"
}

grant()
{
	keyenroll grace --key "$identity.pub" --until "$until" --reason "lost token" --second-operator "$WORLD/second" alice
}

is_granted()
{
	world_snapshot && keyenroll why "$fingerprint"
}

# Whoever is told that it is granted gets in; who is not told may say it again.
check_grace()
{
	if [ "$2" -eq 0 ]; then
		is_granted || { echo "done, and not granted" && return 1; }
	elif is_granted; then
		[ "$1" != once ] || { echo "granted without a word" && return 1; }
		return 0
	fi
	grant && is_granted || { echo "cannot be granted again" && return 1; }
}
sweep "grace" check_grace begin_grace keyenroll grace --key "$identity.pub" --until "$until" --reason "lost token" \
	--second-operator "$WORLD/second" alice

world_end
