#!/bin/bash
# The verifier under clients that do as they like, and sshd under a verifier that does not answer, with the real programs: 200 ask at
# once beside others that send half a request, never read or send a megabyte; the snapshot is replaced in the middle of it; the
# verifier is dead, absent, hung, and its stand-in hangs too. Nothing takes longer than the two seconds that are promised.
# Runs alone.
. "$(dirname "$0")/world.sh"

# What the clients allow themselves is two seconds; a busy machine notices later.
noticed_ms=6000
load=$build/tests/bench/verifier_load

# asks TEXT OPTION...: leaves the sum in $WORLD/sum.
asks()
{
	local text=$1
	shift
	if "$load" --socket /run/keyenroll/verifier.sock "$@" alice "$WORLD/one.pub" >"$WORLD/sum" 2>&1; then
		ok "$text: $(tr '\n' ' ' <"$WORLD/sum")"
	else
		not_ok "$text" "$WORLD/sum"
	fi
}

count_of()
{
	awk -v reason="$1" '$1 == "reason" && $2 == reason { n = $3 } END { print n + 0 }' "$WORLD/sum"
}

# all_are TEXT REASON COUNT: every answer had this reason.
all_are()
{
	[ "$(count_of "$2")" -eq "$3" ] && [ "$(grep -c '^reason' "$WORLD/sum")" -eq 1 ] && ok "$1" || not_ok "$1" "$WORLD/sum"
}

# late_at_most COUNT REASON...: every answer that came had one of these reasons; so many clients at most had no time to wait for theirs.
late_at_most()
{
	local most=$1 late others
	late=$(count_of verifier.deadline)
	shift
	others=$(grep '^reason' "$WORLD/sum" | grep -cvE "^reason ($(tr ' ' '|' <<<"$* verifier.deadline")) ")
	[ "$others" -eq 0 ] && [ "$late" -le "$most" ]
}

# serves TEXT OPTION...: 200 at once are all answered, or half of them and so on, where this machine needs longer for all than a client
# waits. No other answer comes.
serves()
{
	local text=$1 num
	shift
	for ((num = 200; num > 5; num /= 2)); do
		"$load" --socket /run/keyenroll/verifier.sock --parallel $num "$@" alice "$WORLD/one.pub" >"$WORLD/sum" 2>&1 &&
			late_at_most 1000000 none || break
		if late_at_most 0 none; then
			ok "$text: $num at once: $(tr '\n' ' ' <"$WORLD/sum")"
			return
		fi
	done
	not_ok "$text" "$WORLD/sum"
}

within()
{
	local text=$1 most=$2
	[ "$(awk '$1 == "max_us" { print int($2 / 1000) }' "$WORLD/sum")" -le "$most" ] && ok "$text" || not_ok "$text" "$WORLD/sum"
}

# timed MILLISECONDS COMMAND...: the command's own status, if it took no longer.
timed()
{
	local most=$1 begin=${EPOCHREALTIME/./} status
	shift
	"$@"
	status=$?
	took_ms=$(((${EPOCHREALTIME/./} - begin) / 1000))
	[ $took_ms -le "$most" ] || { echo "took $took_ms ms"; return 99; }
	return $status
}

# As sshd runs it.
keys_command()
{
	local type key rest
	read -r type key rest <"$WORLD/one.pub"
	setpriv --reuid _keyenroll --regid _keyenroll --clear-groups "$prefix/sbin/keyenroll-sshd" authorized-keys alice "$type" "$key"
}

prints_line()
{
	[ -n "$(keys_command)" ]
}

enters()
{
	[ "$(world_ssh alice id -un)" = alice ]
}

# It holds no other sockets than the one it listens at and the log's.
verifier_is_idle()
{
	[ "$(find "/proc/$(cat "$WORLD/keyenrolld.pid")/fd" -lname 'socket:*' | wc -l)" -le 2 ]
}

no_stand_in()
{
	! pgrep -f 'sleep 4711'
}

world_install
world_user alice
world_syslog
world_pcscd 1
world_desk
world_token one 5.7.4
expect "alice is enrolled" world_enroll alice one
ssh-keygen -D "$(find /usr/lib -name opensc-pkcs11.so -path '*-linux-*/opensc-pkcs11.so' -print -quit)" | head -n 1 >"$WORLD/one.pub"
expect "a snapshot is written" world_snapshot
world_verifier
# A login that is not over by then is ended by sshd itself, which says so in its log.
{ echo "LoginGraceTime 45"; world_gate; } | world_sshd sshd
expect "alice logs in" enters

# ---- many, and some of them bad ---------------------------------------------------------------------------------------------
serves "all are answered" --rounds 3
within "in time" $noticed_ms
serves "beside 50 that do as they like" --rounds 5 --half 20 --mute 20 --megabyte 10
within "in time too" $noticed_ms
serves "the same about sessions" --session --rounds 5 --half 20 --mute 20 --megabyte 10
within "in time again" $noticed_ms
world_logged 'protocol\.format|input\.limit' && ok "what the others sent is in the log" || not_ok "what the others sent is in the log"
"$load" --parallel 100 --rounds 40 --half 20 --mute 20 --megabyte 10 alice "$WORLD/one.pub" >"$WORLD/sum" &
expect "meanwhile alice logs in through sshd" timed 40000 enters
wait $!
late_at_most 2000 none && ok "and nobody was turned away for it" || not_ok "and nobody was turned away for it" "$WORLD/sum"
expect "no connection is left open" world_wait 60 verifier_is_idle

# ---- the snapshot is replaced -----------------------------------------------------------------------------------------------
cp "$state/snapshot" "$WORLD/with"
keyenroll revoke --reason "lost" "$(ssh-keygen -lf "$WORLD/one.pub" | cut -d' ' -f2)" >"$WORLD/output" 2>&1 || not_ok "revoking" "$WORLD/output"
expect "a snapshot without the key is written" world_snapshot
cp "$state/snapshot" "$WORLD/without"
"$load" --parallel 20 --rounds 150 --pause 5 alice "$WORLD/one.pub" >"$WORLD/sum" 2>"$WORLD/load.log" &
asker=$!
replaced=0
while kill -0 $asker 2>/dev/null; do
	for kind in with without; do
		cp "$WORLD/$kind" "$state/snapshot.next"
		mv "$state/snapshot.next" "$state/snapshot"
		replaced=$((replaced + 1))
		sleep 0.01
	done
done
wait $asker
old=$(count_of none) new=$(count_of enrollment.revoked)
late_at_most 1500 none enrollment.revoked && [ "$old" -gt 0 ] && [ "$new" -gt 0 ] &&
	ok "of 3000 answers under $replaced replacements $old were the one snapshot's and $new the other's, and none another" ||
	not_ok "each answer is one snapshot's or the other's" "$WORLD/sum" "$WORLD/load.log"
within "in time" $noticed_ms
cp "$WORLD/without" "$state/snapshot.next"
mv "$state/snapshot.next" "$state/snapshot"
asks "after the last one" --parallel 20
all_are "everybody sees the new one" enrollment.revoked 20
cp "$WORLD/with" "$state/snapshot.next"
mv "$state/snapshot.next" "$state/snapshot"

# ---- hung -------------------------------------------------------------------------------------------------------------------
kill -STOP "$(cat "$WORLD/keyenrolld.pid")"
refuse "hung: the command prints no line, within two seconds" timed $noticed_ms prints_line
[ $took_ms -ge 1500 ] && [ $took_ms -le $noticed_ms ] && ok "not sooner and not later" || not_ok "it took $took_ms ms"
: >"$WORLD/sshd.log"
refuse "hung: alice stays out, and ssh knows it soon" timed 40000 enters
[ "$took_ms" -le 40000 ] && ok "before sshd's own patience ends" || not_ok "it took $took_ms ms"
! grep -q -i 'timeout before authentication' "$WORLD/sshd.log" && ok "sshd did not have to end it" || not_ok "sshd did not have to end it" "$WORLD/sshd.log"
# More than wait in the verifier's queue: connecting itself hangs for the last of them.
asks "hung: 700 at once" --parallel 700
all_are "are all refused" verifier.deadline 700
within "within their two seconds" $noticed_ms
kill -CONT "$(cat "$WORLD/keyenrolld.pid")"
expect "it goes on, and the line is printed" world_wait 60 prints_line
expect "and alice logs in" enters

# ---- dead, absent -----------------------------------------------------------------------------------------------------------
world_kill keyenrolld KILL
asks "dead: a client that may start none" --parallel 20
all_are "is refused" verifier.unreachable 20
within "in time" $noticed_ms
expect "dead: the command asks one of its own, within two seconds" timed $noticed_ms prints_line
expect "and alice logs in" enters
rm /run/keyenroll/verifier.sock
asks "absent: a client that may start none" --parallel 20
all_are "is refused" verifier.unreachable 20
expect "absent: the command asks one of its own" timed $noticed_ms prints_line
expect "and alice logs in" enters

# ---- and its stand-in hangs -------------------------------------------------------------------------------------------------
mv "$prefix/sbin/keyenrolld" "$WORLD/keyenrolld.real"
printf '#!/bin/sh\nexec sleep 4711\n' >"$prefix/sbin/keyenrolld"
chmod 755 "$prefix/sbin/keyenrolld"
refuse "a stand-in that hangs: no line, within two seconds" timed $noticed_ms prints_line
[ $took_ms -ge 1500 ] && [ $took_ms -le $noticed_ms ] && ok "not sooner and not later" || not_ok "it took $took_ms ms"
: >"$WORLD/sshd.log"
refuse "alice stays out" timed 40000 enters
! grep -q -i 'timeout before authentication' "$WORLD/sshd.log" && ok "and sshd did not have to end it" || not_ok "and sshd did not have to end it" "$WORLD/sshd.log"
expect "nothing of it is left" world_wait 30 no_stand_in
printf '#!/bin/sh\nexit 0\n' >"$prefix/sbin/keyenrolld"
refuse "one that says nothing is a refusal" timed $noticed_ms prints_line
rm "$prefix/sbin/keyenrolld"
refuse "and so is none at all" timed $noticed_ms prints_line
refuse "with which nobody logs in" timed 40000 enters
mv "$WORLD/keyenrolld.real" "$prefix/sbin/keyenrolld"
expect "with the real one alice logs in" enters

world_end
