#!/bin/bash
# scdaemon: GnuPG at the same token. Its scdaemon keeps a card with an OpenPGP application for itself, and a YubiKey has one beside
# PIV: keyenroll says at once who has the token and what to do, nothing is lost meanwhile, and it goes on when the token is free.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$top/tests/e2e/reports.bash"

pin=271828
intruder=$top/tests/e2e/pcsc_intruder
busy='keeps the token for itself: scdaemon'
select_openpgp=00a4040006d27600012401

for program in gpg gpg-connect-agent gpgconf; do
	command -v $program >/dev/null || world_skip "this system has no $program"
done
[ -x "$(gpgconf --list-dirs libexecdir)/scdaemon" ] || world_skip "this system has no scdaemon"

# by USER COMMAND...: as somebody with a GnuPG of his own that comes to the first reader through pcscd.
by()
{
	local home=$WORLD/$1.gnupg user=$1
	shift
	if [ ! -d "$home" ]; then
		mkdir -m 700 "$home"
		printf 'disable-ccid\nreader-port %s\n' "$(world_reader_name 0)" >"$home/scdaemon.conf"
		chown -R "$user:" "$home"
	fi
	setpriv --reuid "$user" --regid "$user" --init-groups env GNUPGHOME="$home" timeout 60 "$@"
}

# holds_it USER: from now on that user's scdaemon has the card. An agent that knew an earlier one would miss it for a while.
holds_it()
{
	by "$1" gpgconf --kill gpg-agent
	expect "$1's GnuPG looks at the token" by "$1" gpg --card-status
	says 'Serial number *.*: 0*'"$serial"'$' "and knows it by its number"
	scdaemon=$(by "$1" gpg-connect-agent 'scd getinfo pid' /bye | sed -n 's/^D //p')
	expect "by a daemon that stays" grep -qx scdaemon "/proc/$scdaemon/comm"
}

# lets_go USER: as the advice says; the service hears of it a moment later.
lets_go()
{
	expect "$1 kills it as the advice says" by "$1" gpgconf --kill scdaemon
	expect "and the token can be looked at again" world_wait 60 keyenroll token info --reader "$reader"
}

# plug NAME MODEL: into the one reader; $serial and $reader are its.
plug()
{
	[ ! -f "$WORLD/$token.pid" ] || world_token_stop "$token"
	token=$1
	echo 0 >"$WORLD/$token.reader"
	world_token "$token" "$2"
	reader=$(world_token_reader "$token")
	serial=$(world_token_tell "$token" serial)
}

content()
{
	jq -S . "$WORLD/$token.state" | sha256sum
}

# Two applications, one card: GnuPG finds its own, and who looks for PIV finds that, whichever of them was there before.
check_both_applications()
{
	local model version
	for model in 4.3.5:2.1 5.7.4:3.4; do
		plug "both-${model%:*}" "${model%:*}"
		version=${model#*:}
		holds_it root
		exits 0 "${model%:*}: it is" by root gpg --card-status
		says "^Version .*: $version\$" "an OpenPGP card of version $version"
		says '^Manufacturer .*: Yubico' "of its vendor"
		says '^Signature key .*: \[none\]' "without a key"
		lets_go root
		expect "OpenSC takes it for a PIV card" bash -c "opensc-tool --reader '$reader' --name | grep -q 'Personal Identity'"
		expect "and finds OpenPGP where it is told to" bash -c "opensc-tool --reader '$reader' --card-driver openpgp --name | grep -q OpenPGP"
	done
}

check_it_is_refused()
{
	local before
	plug refused 5.4.3
	before=$(content)
	holds_it root
	exits 3 "what scdaemon keeps cannot be looked at" timeout 30 keyenroll token info --reader "$reader"
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "who keeps it is said"
	says 'next: .*gpgconf --kill scdaemon' "and how to get it"
	exits 3 "the same without a reader's name" timeout 30 keyenroll token info
	says "$busy \\(process $scdaemon\\)" "says it too"
	exits 0 "a list of tokens" keyenroll tokens
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "has it too"
	exits 3 "nor can it be enrolled" world_enroll alice "$token"
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "for the same reason"
	exits 1 "nothing was begun" keyenroll resume
	report 0 list "nobody has it" keyenroll list --json
	holds '.enrollments == []' "by the registry either"
	expect "and nothing in it has changed" test "$before" = "$(content)"
	lets_go root
	expect "then it is enrolled" world_enroll alice "$token"
}

# In the languages that people read.
check_languages()
{
	if ! localedef -i de_DE -f UTF-8 "$WORLD/de_DE.UTF-8" >"$WORLD/localedef.log" 2>&1; then
		skip "scdaemon in German and French" "this system has no sources of locales"
		return
	fi
	plug languages 5.4.3
	holds_it root
	exits 3 "in German" env LOCPATH="$WORLD" LC_ALL=de_DE.UTF-8 keyenroll token info --reader "$reader"
	says "behält das Token für sich: scdaemon \\(Prozess $scdaemon\\)" "it is said"
	says 'gpgconf --kill scdaemon' "with what to do"
	exits 3 "in French" env LOCPATH="$WORLD" LC_ALL=de_DE.UTF-8 LANGUAGE=fr keyenroll token info --reader "$reader"
	says "garde le jeton pour lui : scdaemon \\(processus $scdaemon\\)" "it is said"
	says 'gpgconf --kill scdaemon' "with what to do"
	lets_go root
}

# A course that was broken off waits until the token is free.
check_unfinished_course()
{
	plug unfinished 5.7.4
	world_token_tell "$token" 'pull 20' >/dev/null
	exits 3 "an enrollment is broken off" world_enroll bob "$token"
	world_token_back "$token"
	holds_it root
	exits 3 "it is not resumed while scdaemon has the token" keyenroll resume --pin-fd 5 5<<<$pin
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "who says so"
	exits 3 "nor abandoned" keyenroll abandon --pin-fd 5 5<<<$pin
	says "$busy" "for the same reason"
	lets_go root
	report 0 resume "then it is resumed" keyenroll resume --json --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/$token.puk"
	expect "to its end" bash -c "keyenroll list --user bob | grep -q active"
}

# It has to wait, or goes without: a course does not let the token go between two commands.
check_gnupg_comes_in_between()
{
	plug course 5.7.4
	by root gpgconf --kill gpg-agent
	world_token_tell "$token" 'delay 100' >/dev/null
	: >"$WORLD/$token.trace"
	world_enroll carol "$token" >"$WORLD/course.out" 2>&1 &
	expect "a key is being made" world_wait 60 grep -q '^> 0047' "$WORLD/$token.trace"
	by root gpg --card-status >/dev/null 2>&1
	expect "the enrollment ends well with GnuPG asking for the token meanwhile" wait $!
	world_token_tell "$token" clear >/dev/null
	expect "which it gets afterwards" world_wait 60 by root gpg --card-status
	expect "and not between two commands" awk -v other="$select_openpgp" '/^> 0047/ { begun = 1 } begun && index($0, other) { between = 1 }
		between && /^> 00(87|db)/ { exit 1 } END { exit !between }' "$WORLD/$token.trace"
	lets_go root
	expect "the key that was made signs" bash -c "echo message >'$WORLD/data' && timeout 60 pkcs11-tool --login --pin $pin --sign --id 01 \
		--mechanism ECDSA-SHA256 --input-file '$WORLD/data' --output-file '$WORLD/data.sig'"
}

# Whose scdaemon is set up to share has to kill it for none of this. (That scdaemon misses its application afterwards.)
check_shared()
{
	plug shared 5.7.4
	echo pcsc-shared >>"$WORLD/root.gnupg/scdaemon.conf"
	holds_it root
	expect "a token that scdaemon shares is enrolled" world_enroll dora "$token"
	exits 0 "and looked at" keyenroll token info --reader "$reader"
	expect "while scdaemon runs" test -d "/proc/$scdaemon"
	lets_go root
	sed -i /pcsc-shared/d "$WORLD/root.gnupg/scdaemon.conf"
}

# The daemon lets go of a card that is pulled, and takes it again when it is asked for one.
check_replugged()
{
	plug replugged 5.7.4
	holds_it root
	world_token_tell "$token" eject >/dev/null
	world_token_back "$token"
	exits 0 "a token that was plugged out and in is free" keyenroll token info --reader "$reader"
	holds_it root
	exits 3 "until GnuPG is used again" keyenroll token info --reader "$reader"
	lets_go root
}

# The guided desk tells it, stays open, and serves the token when it comes again.
check_guided_desk()
{
	plug guided 5.7.4
	holds_it root
	exits 0 "the desk, with a token that scdaemon has" "$top/tests/e2e/terminal_walk" 'plug in the next one' \
		"!GNUPGHOME=$WORLD/root.gnupg gpgconf --kill scdaemon; $(world_token_again "$token")" \
		'Who gets it' "$(printf '\004')" -- timeout 180 keyenroll
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "tells who has it"
	says 'next: .*gpgconf --kill scdaemon' "what to do"
	says "This is token $serial" "and serves it when it comes again"
}

# Whoever is to be asked to let it go is named.
check_persons()
{
	plug persons 5.4.3
	holds_it alice
	exits 3 "alice sees her own scdaemon" by alice keyenroll token info --reader "$reader"
	says "$busy \\(process $scdaemon\\) \\[" "though it shows its memory to root alone"
	exits 3 "root sees it" keyenroll token info --reader "$reader"
	says "$busy \\(process $scdaemon of alice\\) \\[" "and whose it is"
	exits 3 "so does bob" by bob keyenroll token info --reader "$reader"
	says "$busy \\(process $scdaemon of alice\\) \\[" "who then asks alice"
	lets_go alice
}

# On a desktop many programs have the service's library loaded and keep nothing.
check_among_others()
{
	local i others=()
	"$intruder" idle "no such reader" </dev/null >/dev/null 2>&1
	if [ $? -eq 77 ]; then
		skip "scdaemon among others" "python3-pyscard is not installed"
		return
	fi
	plug among-others 5.7.4
	mkfifo "$WORLD/others"
	exec 8<>"$WORLD/others"
	for i in 1 2 3 4 5; do
		"$intruder" idle "$reader" <"$WORLD/others" >"$WORLD/other-$i" 2>&1 8>&- &
		others+=($!)
		world_wait 60 grep -q 'at it' "$WORLD/other-$i"
	done
	holds_it root
	exits 3 "a token that one of many programs has" keyenroll token info --reader "$reader"
	says "one of these programs keeps the token for itself: scdaemon \\(process $scdaemon\\), pcsc_intruder \\(process" \
		"scdaemon is named first"
	lets_go root
	kill "${others[@]}"
	exec 8>&-
}

# Of two tokens the one that can be looked at is not taken for the one that is meant.
check_two_tokens()
{
	local other
	plug held 5.7.4
	holds_it root
	# GnuPG 2.4 has taken every card that was there.
	echo 1 >"$WORLD/other.reader"
	world_token other 5.4.3
	other=$(world_token_tell other serial)
	exits 3 "with two tokens" keyenroll token info
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "the one that is free is not taken"
	exits 0 "unless it is asked for" keyenroll token info --serial "$other"
	says "^token $other can be enrolled" "by its number"
	exits 3 "the other one" keyenroll token info --serial "$serial"
	says "$busy \\(process $scdaemon\\) \\[card\\.busy\\]" "is not said to be absent"
	exits 0 "on a terminal" "$top/tests/e2e/terminal_walk" "$busy.*serial $other .*Which number" 1 -- timeout 60 keyenroll token info
	says "^token $other can be enrolled" "the choice is the operator's"
	lets_go root
}

world_install
world_user alice
world_user bob
world_pcscd 2
world_desk
world_trace=yes
token=
check_both_applications
check_it_is_refused
check_languages
check_unfinished_course
check_gnupg_comes_in_between
check_shared
check_replugged
check_guided_desk
check_persons
check_among_others
check_two_tokens
world_end
