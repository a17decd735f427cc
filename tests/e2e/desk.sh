#!/bin/bash
# desk: what the helpdesk does besides one enrollment after the other, with a real pcscd: codes and keys of a token, broken-off
# enrollments, batches, the guided desk, and what other people's tools find afterwards.
. "$(dirname "$0")/world.sh"
. "$(dirname "$0")/reports.bash"

says_not()
{
	if grep -qE -e "$1" "$WORLD/output"; then not_ok "$2" "$WORLD/output"; else ok "$2"; fi
}

# token NAME WORDS... [OPTION]...: a verb about that token.
token()
{
	local name=$1
	shift
	keyenroll "$@" --reader "$(world_token_reader "$name")"
}

pin=271828 walk=$top/tests/e2e/terminal_walk close=$(printf '\004')

# The factory's codes go during the enrollment, and other tools read what keeps the new ones.
check_codes_of_an_enrollment()
{
	report 0 token-info "token info of a fresh token" token blue token info --json
	holds '.forecast.verdict == "accepted" and (.facts | map(select(.name == "issuer" and .grade == "signed")) | length == 1)' \
		"says that it can be enrolled, and what is signed"
	exits 0 "token info as text" token blue token info
	says '^  pin .*factory.* claimed' "marks what is only claimed"
	report 0 enroll "a fresh token is enrolled" world_enroll alice blue --json --trace "$WORLD/trace"
	holds '.puk_changed and .management_key_changed and .sealed == null' "and gets codes of its own"
	expect "the PUK came on its descriptor" grep -qE '^[0-9]{8}$' "$WORLD/blue.puk"
	report 0 token-info "token info afterwards" token blue token info --json
	holds '.facts | map(select(.name == "pin" or .name == "puk" or .name == "management-key") | .value | startswith("changed")) | all' \
		"knows no factory code any more"
	holds '.facts | map(select(.name == "serial" and .grade == "signed")) | length == 1' "and the serial is signed now"
	exits 3 "an empty slot is not attested" token blue attest 9d
	says 'no key is in slot 9d.*card.slot-empty' "since it is empty"
	says 'next: .*keyenroll slots' "and what to do is said"
	report 0 slots "slots" token blue slots --json
	holds '.slots == [.slots[] | select(.slot == "9a" and .grade == "signed" and .certificate)]' "shows the one key as attested"
	exits 0 "the attestation is printed, and verifies" bash -c "keyenroll attest 9a --reader '$(world_token_reader blue)' | keyenroll verify -"
	says_not 'blank' "cleanly"
	refuse "the trace shows neither PIN nor PUK" grep -qE "32 37 31 38 32 38|$(od -An -tx1 -N8 "$WORLD/blue.puk" | cut -c2-)" "$WORLD/trace"
	expect "and shows the commands" grep -q '^> 00 a4 04 00' "$WORLD/trace"
	expect "with secrets masked" grep -q 'bytes masked' "$WORLD/trace"
	expect "yubico-piv-tool takes the PIN" yubico-piv-tool --reader="$(world_token_reader blue)" -a verify-pin -P $pin
	expect "OpenSC takes it" pkcs15-tool --reader "$(world_token_reader blue)" --verify-pin --pin $pin
}

# A CA's certificate for a key that another tool made, with what CAs write into theirs.
check_brought_certificate()
{
	printf 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n' >"$WORLD/extensions"
	openssl x509 -new -extfile "$WORLD/extensions" -subj /CN=bob -force_pubkey "$WORLD/9d.pub" -key "$WORLD/ca.key" -days 30 -out "$WORLD/bob.pem"
	world_token_tell old 'pull 18' >/dev/null
	exits 3 "pulled out while a certificate of a CA is put to its key" world_enroll bob old --slot 9d --certificate "$WORLD/bob.pem"
	world_token_back old
	mv "$WORLD/bob.pem" "$WORLD/kept.pem"
	exits 0 "resume needs the file no more" keyenroll resume --pin-fd 5 5<<<$pin
	expect "that very certificate lies in the slot" bash -c "yubico-piv-tool --reader='$(world_token_reader old)' -a read-certificate -s 9d |
		openssl x509 -outform DER | cmp - <(openssl x509 -in '$WORLD/kept.pem' -outform DER)"
	expect "and the key is the same" bash -c "keyenroll attest 9d --reader '$(world_token_reader old)' | openssl x509 -noout -pubkey | cmp - '$WORLD/9d.pub'"
}

# On 3DES firmware Debian's yubico-piv-tool can use the very key that stands in PRINTED.
check_stored_key()
{
	local key
	pin=123456 exits 1 "without being told, older firmware's factory PIN is not taken" world_enroll bob old --slot 9c
	says 'code.default' "for what it is"
	exits 0 "it is enrolled as a fresh one" world_enroll bob old --factory-codes
	key=$(yubico-piv-tool --reader="$(world_token_reader old)" -a verify-pin -P $pin -a read-object --id 0x5fc109 -f hex 2>/dev/null |
		grep -oiE '8818' -A0 >/dev/null; yubico-piv-tool --reader="$(world_token_reader old)" -a verify-pin -P $pin -a read-object --id 0x5fc109 -f hex 2>/dev/null |
		grep -oiE '881a8918[0-9a-f]{48}' | cut -c9-)
	expect "yubico-piv-tool reads the management key from PRINTED" test ${#key} = 48
	expect "and the token takes it" yubico-piv-tool --reader="$(world_token_reader old)" --key="$key" -a set-chuid
	expect "the admin data say where it is" bash -c "yubico-piv-tool --reader='$(world_token_reader old)' -a read-object --id 0x5fff00 -f hex 2>/dev/null | grep -qiE '8009810102'"
	if command -v ykman >/dev/null; then
		expect "ykman finds it protected" bash -c "ykman --reader '$(world_token_reader old)' piv info 2>&1 | grep -qi 'management key is stored on the YubiKey'"
	else
		skip "ykman finds it protected" "yubikey-manager is not installed"
	fi
	# And the other way: what they set, we find.
	expect "yubico-piv-tool makes a key" yubico-piv-tool --reader="$(world_token_reader old)" --key="$key" -a generate -s 9d -A ECCP256 -o "$WORLD/9d.pub"
	exits 0 "which slots shows as attested" token old slots
	says 'slot 9d: .*signed' "since the token made it"
	check_brought_certificate
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$WORLD/imported.key"
	expect "and imports one" yubico-piv-tool --reader="$(world_token_reader old)" --key="$key" -a import-key -s 9d -A ECCP256 -i "$WORLD/imported.key"
	openssl req -x509 -new -key "$WORLD/imported.key" -subj /CN=imported -days 30 -out "$WORLD/imported.pem"
	yubico-piv-tool --reader="$(world_token_reader old)" --key="$key" -a import-certificate -s 9d -i "$WORLD/imported.pem" 2>/dev/null
	exits 0 "slots" token old slots
	says 'imported; only a key that the token' "says why that one is not attested"
}

check_code_verbs()
{
	local puk
	puk=$(cat "$WORLD/blue.puk")
	exits 3 "token pin with a wrong one" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<999999 6<<<161803
	exits 2 "token pin to a simple one" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<$pin 6<<<111111
	exits 0 "token pin" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<$pin 6<<<161803
	exits 0 "token unblock" token blue token unblock --present-puk-fd 5 --new-pin-fd 6 5<<<"$puk" 6<<<$pin
	exits 3 "token puk with a wrong one" token blue token puk --present-puk-fd 5 --puk-fd 6 5<<<99999999 6>"$WORLD/void"
	refuse "shows no new one that the token does not get" test -s "$WORLD/void"
	exits 0 "token puk" token blue token puk --present-puk-fd 5 --puk-fd 6 5<<<"$puk" 6>"$WORLD/blue.puk"
	exits 0 "whose new PUK unblocks" token blue token unblock --present-puk-fd 5 --new-pin-fd 6 5<"$WORLD/blue.puk" 6<<<$pin
	exits 1 "token retries without consent" setsid -w keyenroll token retries 5 5 --reader "$(world_token_reader blue)" --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/void"
	exits 0 "token retries" token blue token retries 5 4 --yes --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/blue.puk"
	report 0 token-info "token info" token blue token info --json
	holds '.facts | map(select(.name == "pin" and .value == "changed, 5 of 5 tries left")) | length == 1' "shows the tries"
	holds '.facts | map(select(.name == "puk" and .value == "changed, 4 of 4 tries left")) | length == 1' "of both"
	world_token_tell blue 'pull 13' >/dev/null
	exits 3 "a token is pulled out while its tries are set" token blue token retries 6 6 --yes --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/void"
	says 'keyenroll resume' "and what to do is said"
	world_token_back blue
	exits 1 "the codes are not left as the factory made them" keyenroll abandon
	report 0 resume "resume" keyenroll resume --json --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/blue.puk"
	holds '.outcome == "tries-set" and .puk_changed and .enrollment == null' "sets them again"
	report 0 token-info "token info" token blue token info --json
	holds '.facts | map(select((.name == "pin" or .name == "puk") and .value == "changed, 6 of 6 tries left")) | length == 2' "both"
	exits 0 "the PUK that was told then holds" token blue token unblock --present-puk-fd 5 --new-pin-fd 6 5<"$WORLD/blue.puk" 6<<<$pin
	exits 0 "token management-key" token blue token management-key --pin-fd 5 5<<<$pin
	exits 0 "and once more, from the stored one" token blue token management-key --pin-fd 5 5<<<$pin
	exits 64 "a key is not moved onto itself" token blue move 9a 9a --yes --pin-fd 5 5<<<$pin
	exits 0 "which leaves its certificate" bash -c "keyenroll slots --reader '$(world_token_reader blue)' | grep -q 'slot 9a: .*with certificate'"
	exits 0 "move" token blue move 9a 83 --yes --pin-fd 5 5<<<$pin
	exits 0 "token info in words" token blue token info
	expect "no line of it is longer than 80 columns" awk 'length > 80 { exit 1 }' "$WORLD/output"
	exits 0 "slots" token blue slots
	says 'slot 83: .*with certificate: signed' "shows it at its new place"
	expect "nor is any of these" awk 'length > 80 { exit 1 }' "$WORLD/output"
	expect "OpenSC looks there too" bash -c "pkcs15-tool --reader '$(world_token_reader blue)' --list-certificates | grep -q 'Retired Certificate for Key Management 2\|Certificate for Retired'"
	exits 0 "the key in the slot that it comes to" world_enroll alice blue --slot 9c
	exits 0 "move onto a key" token blue move 83 9c --yes --pin-fd 5 5<<<$pin
	says 'The enrollment of alice, number [0-9]+, has ended' "ends the enrollment of the one that is destroyed"
	says 'keyenroll snapshot' "and says when hosts learn of it"
	report 0 list "list" keyenroll list --user alice --json
	holds '.enrollments | map(select(.state == "revoked" and .revoked_because == "destroyed by move" and .slot == "9c")) | length == 1' "has why"
	holds '.enrollments | map(select(.state == "active" and .slot == "9a")) | length == 1' "and the one that has moved goes on"
	exits 1 "delete without consent" setsid -w keyenroll delete 9c --reader "$(world_token_reader blue)" --pin-fd 5 5<<<$pin
	exits 0 "delete" token blue delete 9c --yes --pin-fd 5 5<<<$pin
	says 'The enrollment of alice, number [0-9]+, has ended' "ends the enrollment of its key"
	report 0 list "list" keyenroll list --user alice --json
	holds '.enrollments | map(select(.state == "active")) | length == 0' "has no key that is gone"
	exits 1 "token reset without consent" setsid -w keyenroll token reset --reader "$(world_token_reader blue)"
	exits 0 "token reset" token blue token reset --yes
	report 0 token-info "token info" token blue token info --json
	holds '.facts | map(select(.name == "pin" and (.value | startswith("the factory")))) | length == 1' "shows the factory's state"
}

check_escrow()
{
	openssl req -x509 -newkey rsa:2048 -noenc -keyout "$WORLD/escrow.key" -subj /CN=escrow -days 30 -out "$WORLD/escrow.pem" 2>/dev/null
	report 0 enroll "enroll --escrow" world_enroll alice blue --json --escrow "$WORLD/escrow.pem"
	holds '.sealed | startswith("/")' "names what was sealed"
	openssl cms -decrypt -inform PEM -in "$(jq -r .sealed "$WORLD/json")" -inkey "$WORLD/escrow.key" >"$WORLD/opened"
	expect "openssl opens it" grep -qE '^puk [0-9]{8}$' "$WORLD/opened"
	sed -n 's/^puk //p' "$WORLD/opened" >"$WORLD/blue.puk"
	exits 0 "the PUK in it holds" token blue token unblock --present-puk-fd 5 --new-pin-fd 6 5<"$WORLD/blue.puk" 6<<<$pin
	exits 3 "without the management key nothing is deleted" token blue delete 9a --yes --pin-fd 5 5<<<$pin
	exits 0 "the management key in it holds, at a place without a registry too" token blue delete 9a --yes --registry "$WORLD/nowhere" \
		--management-key-fd 5 5< <(sed -n 's/^management-key //p' "$WORLD/opened")
	says '^  keyenroll revoke --reason "destroyed by delete" SHA256:' "where it is said how its enrollment ends"
	says_not 'has ended' "and not that it has"
	sed -n '/^  keyenroll revoke/p' "$WORLD/output" >"$WORLD/revoke"
	exits 0 "as it does so" bash "$WORLD/revoke"
	says 'revoked SHA256:' "with that word"
	exits 2 "what is no certificate is refused" token blue token puk --escrow "$WORLD/escrow.key"
	exits 0 "token reset" token blue token reset --yes
}

# A desk that was made with --escrow seals of itself.
check_sealing_desk()
{
	local desk=$WORLD/sealing
	cp "$WORLD/escrow.pem" "$WORLD/other.pem"
	report 0 init "init --escrow" keyenroll init --registry "$desk" --no-passphrase --name helpdesk --escrow "$WORLD/escrow.pem" --json
	holds ".escrow_certificate == \"$WORLD/escrow.pem\"" "names the certificate"
	exits 64 "init with another certificate" keyenroll init --registry "$desk" --escrow "$WORLD/other.pem"
	exits 0 "init with the same" keyenroll init --registry "$desk" --escrow "$WORLD/escrow.pem"
	mv "$WORLD/escrow.pem" "$WORLD/escrow.away"
	exits 4 "without the certificate no enrollment begins" world_enroll alice blue --registry "$desk"
	exits 4 "and no PUK is set" token blue token puk --registry "$desk"
	KEYENROLL_REGISTRY=$desk exits 0 "what sets no codes goes on" token blue slots
	mv "$WORLD/escrow.away" "$WORLD/escrow.pem"
	report 0 enroll "enroll at that desk" world_enroll alice blue --registry "$desk" --json
	holds ".sealed | startswith(\"$desk/escrow/\")" "seals"
	openssl cms -decrypt -inform PEM -in "$(jq -r .sealed "$WORLD/json")" -inkey "$WORLD/escrow.key" | sed -n 's/^puk //p' >"$WORLD/blue.puk"
	exits 0 "token puk at that desk" token blue token puk --registry "$desk" --present-puk-fd 5 5<"$WORLD/blue.puk"
	says "sealed in $desk/escrow/" "seals"
	exits 0 "token reset" token blue token reset --yes --registry "$desk"
	says 'The enrollment of alice, number [0-9]+, has ended' "ends what is enrolled of its keys"
	exits 0 "once more" token blue token reset --yes --registry "$desk"
	says_not 'enroll|revoke' "of a token without keys nothing"
}

# The reader's card is pulled in the middle of the real command.
check_resume()
{
	local serial
	serial=$(world_token_tell blue serial)
	keyenroll revoke --reason test alice >/dev/null
	exits 1 "nothing to resume" keyenroll resume
	world_token_tell blue 'pull 15' >/dev/null
	exits 3 "a token is pulled out while it is enrolled" world_enroll alice blue
	says 'keyenroll resume' "and what to do is said"
	world_token_back blue
	exits 1 "a new enrollment of it is refused" world_enroll alice blue
	says 'journal.unfinished' "because one is not finished"
	report 0 resume "resume" keyenroll resume --json --serial "$serial" --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/blue.puk"
	holds '.outcome == "enrolled" and .person == "alice" and .token == '"$serial"' and .enrollment.slot == "9a"' "reports the enrollment"
	says 'Going on with alice: token [0-9]+, slot 9a' "tells what it goes on with"
	says '^  Still to do' "and what it will do"
	says '^    The key signs the enrollment' "step by step"
	says '^    Recording it in the registry' "to the last one"
	says_not '^    The token makes the key' "and not what is done"
	exits 1 "and is finished" keyenroll resume
	exits 0 "it is enrolled" keyenroll list --user alice
	says 'active' "once"
	world_token green 5.7.4
	world_token_tell green 'pull 16' >/dev/null
	exits 3 "another one is pulled" world_enroll bob green
	world_token_back green
	exits 0 "abandon" keyenroll abandon --pin-fd 5 5<<<$pin
	says 'gone from the token' "takes its key out"
	exits 0 "slots" token green slots
	says 'No slot holds a key' "which is so"
}

stopped()
{
	grep -q '^State:.T' "/proc/$(cat "$WORLD/$1.pid")/status"
}

stopped_or_gone()
{
	stopped "$1" || ! kill -0 "$2"
}

# kill -9 of the command itself, while the token holds its answer back.
check_killed()
{
	local at victim
	for ((at = 1; at < 40; at++)); do
		keyenroll revoke --reason test bob >/dev/null 2>&1
		token green token reset --yes >/dev/null 2>&1
		world_token_tell green "stop $at" >/dev/null
		(exec keyenroll enroll --reader "$(world_token_reader green)" --yes --pin-fd 5 --puk-fd 6 bob 5<<<$pin 6>"$WORLD/green.puk") >/dev/null 2>&1 &
		victim=$!
		world_wait 60 stopped_or_gone green $victim
		if ! stopped green; then
			# An enrollment has no such command: the sweep is through. A token plugged in anew has forgotten what it waits for.
			if [ "$at" -gt 20 ]; then ok "an enrollment has fewer than $at commands"; else not_ok "killed at command $at: the token never stopped"; fi
			wait $victim
			world_token_stop green
			world_token green 5.7.4
			break
		fi
		kill -KILL $victim
		wait $victim 2>/dev/null
		kill -CONT "$(cat "$WORLD/green.pid")"
		sleep 0.3
		if keyenroll resume --pin-fd 5 --puk-fd 6 5<<<$pin 6>>"$WORLD/green.puk" >"$WORLD/output" 2>&1 ||
			world_enroll bob green --slot 9a >"$WORLD/output" 2>&1; then
			ok "killed at command $at, and resumed"
		else
			not_ok "killed at command $at, and resumed" "$WORLD/output"
		fi
		keyenroll list --user bob >"$WORLD/output" 2>&1
		says 'active' "killed at command $at: it is enrolled"
		exits 0 "killed at command $at: the last PUK that was told holds" bash -c "tail -n 1 '$WORLD/green.puk' |
			keyenroll token unblock --reader '$(world_token_reader green)' --present-puk-fd 0 --new-pin-fd 6 6<<<$pin"
	done
}

# What can only be read takes no enrollment, and that is known before a PIN is taken or the token changed.
check_read_only()
{
	local line
	token green token reset --yes >/dev/null 2>&1
	mkdir "$WORLD/frozen"
	mount -t tmpfs -o size=1m tmpfs "$WORLD/frozen"
	cp -a "$world_registry/." "$WORLD/frozen/"
	mount -o remount,ro "$WORLD/frozen"
	cp "$WORLD/green.state" "$WORLD/state"
	echo $pin >"$WORLD/pin"
	exec 5<"$WORLD/pin"
	exits 4 "a registry that can only be read" token green enroll --registry "$WORLD/frozen" --pin-fd 5 --puk-fd 6 bob 6>"$WORLD/void"
	says 'can only be read.*store.database' "is said to be so"
	read -r -u 5 line
	exec 5<&-
	expect "before the PIN is taken" test "$line" = $pin
	expect "and the token is as it was" cmp "$WORLD/state" "$WORLD/green.state"
	exits 0 "what is in it can be listed" keyenroll list --registry "$WORLD/frozen"
	umount "$WORLD/frozen"
}

# The tries are told, and no PIN is asked for that cannot be tried.
check_blocked()
{
	local i
	for i in 1 2 3; do
		[ $i -lt 3 ] || exits 0 "token info with one try left" token green token info
		yubico-piv-tool --reader="$(world_token_reader green)" -a verify-pin -P 999999 >/dev/null 2>&1
	done
	says 'One try of its PIN is left' "says so"
	says 'keyenroll token unblock' "and what helps"
	exits 0 "token info of a blocked token" token green token info
	says 'cannot be enrolled: the PIN is blocked' "says that it cannot be enrolled, and why"
	exits 3 "nor is it" token green enroll --pin-fd 5 --puk-fd 6 bob 5<<<$pin 6>"$WORLD/void"
	says 'pin.blocked' "for that reason"
	exits 3 "token pin asks for no PIN then" setsid -w keyenroll token pin --reader "$(world_token_reader green)"
	says 'pin.blocked' "but says so"
	token green token reset --yes >/dev/null 2>&1
}

# A token that is meant, and not there yet, is waited for.
check_waiting()
{
	local serial
	serial=$(world_token_tell green serial)
	world_token_tell green eject >/dev/null
	world_wait 60 world_card_absent "$(cat "$WORLD/green.reader")"
	exits 0 "a token is waited for, though another is there" "$walk" "Plug in token $serial" "!$(world_token_coming green) 1" -- \
		keyenroll token info --serial "$serial"
	says "token $serial can be enrolled" "and it is the one that was meant"
	world_token_tell green eject >/dev/null
	world_wait 60 world_card_absent "$(cat "$WORLD/green.reader")"
	exits 3 "where nobody can plug it in it is an error at once" setsid -w keyenroll token info --serial "$serial"
	world_token_tell blue eject >/dev/null
	world_wait 60 world_card_absent "$(cat "$WORLD/blue.reader")"
	exits 0 "without any token the first one is waited for" "$walk" 'Plug in the token' "!$(world_token_coming green) 1" -- keyenroll token info
	world_token_tell blue insert >/dev/null
	world_wait 60 world_card_present "$(cat "$WORLD/blue.reader")"
}

# Half a minute and more passes while the token makes the key: nothing gives up, and the operator hears that it goes on.
check_slow_generation()
{
	local at
	token green token reset --yes >/dev/null 2>&1
	keyenroll revoke --reason test bob >/dev/null 2>&1
	world_enroll bob green --trace "$WORLD/generation" >/dev/null 2>&1
	at=$(grep '^> ' "$WORLD/generation" | grep -n '^> 00 47' | head -n 1 | cut -d: -f1)
	token green token reset --yes >/dev/null 2>&1
	keyenroll revoke --reason test bob >/dev/null 2>&1
	world_token_tell green "stop $at" >/dev/null
	exits 0 "a key takes its time" "$walk" 'new PIN of' $pin 'Again' $pin 'makes the key(.*still making the key){7}' \
		"!kill -CONT $(cat "$WORLD/green.pid")" 'Press Enter' '' -- keyenroll enroll --reader "$(world_token_reader green)" bob
	says '^Enrolled +bob' "and is enrolled when it is there"
}

# On a terminal a new PIN that is no good is asked for again; the present one need not be typed a second time.
check_code_dialogue()
{
	exits 0 "token pin on a terminal" "$walk" 'PIN of token' '' 'PIN of token' $pin 'new PIN' 123456 "the factory's PIN.*new PIN" 121212 \
		'too simple.*new PIN' 161803 'Again' 161804 'not the same.*new PIN' 161803 'Again' 161803 -- \
		keyenroll token pin --reader "$(world_token_reader green)"
	says 'is changed' "changes it in the end"
	exits 0 "to what was typed" token green token pin --pin-fd 5 --new-pin-fd 6 5<<<161803 6<<<$pin
}

# A registry on a disk with ever more room, until an enrollment gets through.
check_full_disk()
{
	local room=0 done=no
	mkdir "$WORLD/small"
	mount -t tmpfs -o size=1m tmpfs "$WORLD/small"
	cp -a "$world_registry/registrar" "$world_registry/registrar.pub" "$world_registry/registrars" "$WORLD/small/"
	sed "s,$world_registry,$WORLD/small," "$world_registry/desk.conf" >"$WORLD/small/desk.conf"
	keyenroll init --registry "$WORLD/small" >/dev/null 2>&1
	while [ $done = no ] && [ $room -lt 40 ]; do
		token green token reset --yes >/dev/null 2>&1
		rm -rf "$WORLD/small/journal" "$WORLD/small/filler"
		head -c 1m /dev/zero >"$WORLD/small/filler" 2>/dev/null
		truncate -s -$((room * 4096)) "$WORLD/small/filler"
		if world_enroll bob green --registry "$WORLD/small" >"$WORLD/output" 2>&1; then
			done=yes
		else
			rm -f "$WORLD/small/filler"
			if ! keyenroll resume --registry "$WORLD/small" --pin-fd 5 --puk-fd 6 5<<<$pin 6>>"$WORLD/green.puk" >"$WORLD/resumed" 2>&1 &&
				! world_enroll bob green --registry "$WORLD/small" >"$WORLD/resumed" 2>&1; then
				not_ok "with room for $room pages: resumed" "$WORLD/output" "$WORLD/resumed"
			else
				ok "with room for $room pages: refused, and resumed when there was room"
			fi
			[ "$(keyenroll list --json --registry "$WORLD/small" | jq '[.enrollments[] | select(.state == "active")] | length')" = 1 ] ||
				not_ok "with room for $room pages: the registry has one enrollment"
			keyenroll revoke --registry "$WORLD/small" --reason test bob >/dev/null 2>&1
		fi
		room=$((room + 1))
	done
	expect "with room enough it is enrolled" test $done = yes
	umount "$WORLD/small"
}

check_batch()
{
	local one two
	token blue token reset --yes >/dev/null 2>&1
	token green token reset --yes >/dev/null 2>&1
	keyenroll revoke --reason test alice >/dev/null 2>&1
	keyenroll revoke --reason test bob >/dev/null 2>&1
	one=$(world_token_tell blue serial) two=$(world_token_tell green serial)
	printf 'user,serial\nalice,%s\n# nobody\nbob,%s\n' "$one" "$two" >"$WORLD/users.csv"
	report 0 batch "a batch" keyenroll enroll --json --yes --from "$WORLD/users.csv" --pin-fd 5 --puk-fd 6 5< <(echo $pin; echo 314159) 6>"$WORLD/puks"
	holds '.enrolled == 2 and .failed == 0' "enrolls both"
	expect "each with a PUK of its own" test "$(cut -f2 "$WORLD/puks" | sort -u | wc -l)" = 2
	expect "which stands behind the serial of its token" test "$(cut -f1 "$WORLD/puks" | xargs)" = "$one $two"
	expect "that it unblocks" token green token unblock --present-puk-fd 5 --new-pin-fd 6 5< <(cut -f2 "$WORLD/puks" | tail -1) 6<<<314159
	printf 'alice,%s\nbob,1\n' "$one" >"$WORLD/users.csv"
	report 1 batch "one of a batch is not there" keyenroll enroll --json --yes --from "$WORLD/users.csv" --pin-fd 5 --puk-fd 6 5< <(echo $pin) 6>>"$WORLD/puks"
	holds '.enrolled == 1 and .people[1].error.code == "card.absent"' "the others are enrolled all the same"
	token green token reset --yes >/dev/null 2>&1
	keyenroll revoke --reason test bob >/dev/null 2>&1
	printf 'carol,1\nbob,%s\n' "$two" >"$WORLD/users.csv"
	report 1 batch "somebody whose token is not there stands before another" keyenroll enroll --json --yes --from "$WORLD/users.csv" --pin-fd 5 --puk-fd 6 \
		5< <(echo $pin; echo 314159) 6>>"$WORLD/puks"
	holds '.enrolled == 1 and .people[0].error.code == "card.absent"' "the other is enrolled"
	expect "with his own PIN" yubico-piv-tool --reader="$(world_token_reader green)" -a verify-pin -P 314159
	printf 'alice\nalice\n' >"$WORLD/users.csv"
	exits 2 "a list with a name twice is refused" keyenroll enroll --from "$WORLD/users.csv"
	says 'line 2' "with the line"
}

check_certificate()
{
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$WORLD/ca.key"
	keyenroll attest 9a --reader "$(world_token_reader blue)" | openssl x509 -noout -pubkey >"$WORLD/9a.pub"
	openssl req -x509 -new -key "$WORLD/ca.key" -subj /CN=other -days 30 -out "$WORLD/other.pem"
	keyenroll revoke --reason test alice >/dev/null 2>&1
	exits 1 "a certificate of another key is refused" world_enroll alice blue --certificate "$WORLD/other.pem"
	says 'key.mismatch' "with the reason"
	exits 1 "before anything was begun" keyenroll abandon --pin-fd 5 5<<<$pin
	expect "the slot still has its key" bash -c "keyenroll attest 9a --reader '$(world_token_reader blue)' | openssl x509 -noout -pubkey | cmp - '$WORLD/9a.pub'"
}

# number NAME: which number a question for one of several tokens gives it.
number()
{
	keyenroll tokens --json | jq --arg reader "$(world_token_reader "$1")" '[.readers[] | select(.card) | .reader] | index($reader) + 1'
}

# Two tokens are in: whoever does not say which is asked, or refused; never is it the first.
check_which()
{
	local name person code
	cat "$WORLD/blue.state" "$WORLD/green.state" >"$WORLD/state"
	exits 3 "with two tokens and no terminal none is taken" setsid -w keyenroll enroll --yes --slot 9c --pin-fd 5 --puk-fd 6 bob 5<<<$pin 6>"$WORLD/void"
	says '2 tokens are plugged in.*card.several' "since there are two"
	says 'choose one by --serial or --reader' "and how to choose one is said"
	exits 1 "a number that is none of them, and a word, are asked for again" "$walk" 'Which number' 3 'from 1 to 2.*Which number' first \
		'from 1 to 2.*Which number' "$close" -- keyenroll enroll --slot 9c bob
	says 'operator.declined' "and no answer chooses none"
	expect "neither token was changed" cmp "$WORLD/state" <(cat "$WORLD/blue.state" "$WORLD/green.state")
	# The batch has given them out with these PINs.
	while read -r name person code; do
		exits 0 "on a terminal $name is chosen" "$walk" 'Which number' "$(number "$name")" 'PIN of token' "$code" -- \
			bash -c "keyenroll enroll --slot 9c --json $person >'$WORLD/json'"
		holds '.device == "piv '"$(world_token_tell "$name" serial)"'"' "and is the one that is enrolled"
		report 0 enroll "--serial takes $name" keyenroll enroll --json --slot 9d --serial "$(world_token_tell "$name" serial)" --pin-fd 5 "$person" 5<<<"$code"
		holds '.device == "piv '"$(world_token_tell "$name" serial)"'"' "and no other"
		report 0 enroll "--reader takes $name" keyenroll enroll --json --slot 9e --reader "$(world_token_reader "$name")" --pin-fd 5 "$person" 5<<<"$code"
		holds '.device == "piv '"$(world_token_tell "$name" serial)"'"' "and no other"
	done <<-END
		blue alice $pin
		green bob 314159
	END
}

# A key that was revoked does not come back by a certificate, and that is known before anything is begun.
check_revoked_key()
{
	openssl x509 -new -subj /CN=alice -force_pubkey "$WORLD/9a.pub" -key "$WORLD/ca.key" -days 30 -out "$WORLD/alice.pem"
	pin=000000 exits 1 "a certificate for a revoked key is refused" world_enroll alice blue --certificate "$WORLD/alice.pem"
	says 'revoked key is never enrolled again.*enrollment.exists' "with the reason, and before the PIN"
	exits 1 "nothing was begun" keyenroll abandon --pin-fd 5 5<<<$pin
	says 'journal.absent' "no journal is open"
}

# guarded TEXT WORDS...: a verb about the blue token does nothing without a yes, nor with another token's serial typed; with its own it does.
guarded()
{
	local text=$1 serial
	shift
	serial=$(world_token_tell blue serial)
	cp "$WORLD/blue.state" "$WORLD/state"
	exits 1 "$text without consent" setsid -w keyenroll "$@" --reader "$(world_token_reader blue)" 5<<<$pin 6>"$WORLD/void"
	says 'say --yes.*operator.declined' "says what consent is"
	exits 1 "$text, another serial typed" "$walk" "Type $serial to go on" "${serial%?}" -- keyenroll "$@" --reader "$(world_token_reader blue)" 5<<<$pin 6>"$WORLD/void"
	says 'was left as it is' "leaves it"
	expect "which is so" cmp "$WORLD/state" "$WORLD/blue.state"
	exits 0 "$text, its serial typed" "$walk" "Type $serial to go on" "$serial" -- keyenroll "$@" --reader "$(world_token_reader blue)" 5<<<$pin 6>"$WORLD/void"
	refuse "is done" cmp -s "$WORLD/state" "$WORLD/blue.state"
}

check_consent()
{
	guarded "token retries" token retries 7 8 --pin-fd 5 --puk-fd 6
	report 0 token-info "token info" token blue token info --json
	holds '[.facts[] | select(.name == "pin" or .name == "puk") | .value] == ["changed, 7 of 7 tries left", "changed, 8 of 8 tries left"]' "shows the new tries"
	guarded "move" move 9a 84 --pin-fd 5
	exits 0 "slots" token blue slots
	says 'slot 84: .*with certificate: signed' "the key has moved"
	says_not 'slot 9a' "and is not where it was"
	guarded "delete" delete 84 --pin-fd 5
	exits 0 "slots" token blue slots
	says_not 'slot 84' "the key is gone"
	guarded "token reset" token reset
	report 0 token-info "token info" token blue token info --json
	holds '.facts | map(select(.name == "pin" and (.value | startswith("the factory")))) | length == 1' "the factory's codes are back"
}

# What a full disk cannot keep the token does not get: no code is lost over it.
check_codes_on_a_full_disk()
{
	local full=$WORLD/full puk
	puk=$(head -n 1 "$WORLD/puks" | cut -f2)
	mkdir "$full"
	mount -t tmpfs -o size=64k tmpfs "$full"
	mkdir "$full/registry"
	head -c 64k /dev/zero >"$full/filler" 2>/dev/null
	exits 4 "token retries on a full disk" token blue token retries 9 9 --yes --registry "$full/registry" --pin-fd 5 --puk-fd 6 5<<<$pin 6>"$WORLD/void"
	says 'No space left' "says why"
	exits 4 "a PUK that cannot be sealed" token blue token puk --registry "$full/registry" --escrow "$WORLD/escrow.pem" --present-puk-fd 5 5<<<"$puk"
	exits 4 "a management key that cannot be sealed" token blue token management-key --registry "$full/registry" --escrow "$WORLD/escrow.pem" --pin-fd 5 5<<<$pin
	exits 0 "the old PUK holds" token blue token unblock --present-puk-fd 5 --new-pin-fd 6 5<<<"$puk" 6<<<$pin
	exits 0 "and so does the old management key" token blue token management-key --pin-fd 5 5<<<$pin
	report 0 token-info "token info" token blue token info --json
	holds '.facts | map(select((.name == "pin" or .name == "puk") and (.value | test("of 3 tries")))) | length == 2' "the tries are the old ones"
	exits 0 "token pin needs no disk" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<$pin 6<<<161803
	exits 0 "and back" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<161803 6<<<$pin
	umount "$full"
}

# The guided desk on a terminal of 80 columns, and what an interrupted prompt leaves behind.
check_terminal()
{
	world_token_stop green
	world_token_stop old
	token blue token reset --yes >/dev/null 2>&1
	keyenroll revoke --reason test alice >/dev/null 2>&1
	exits 0 "the guided desk" "$walk" 'Who gets it' ali 'That is alice.*Enter' '' 'new PIN of token' $pin 'Again' 999999 'not the same.*new PIN' $pin 'Again' $pin \
		'Press Enter' '' 'Hand over.*Take the token out' "!$(world_token_again blue)" 'Who gets it' "$close" -- \
		env TERM=dumb timeout 180 bash -c 'stty cols 80; keyenroll'
	says 'It can be enrolled; it has the factory' "says what the token is"
	says 'That is alice' "completes a name"
	says '^Enrolled +alice' "enrolls"
	says_not "$pin" "echoes no PIN"
	says_not $'\033' "draws nothing, and colours nothing"
	expect "no line is longer than 80 columns" bash -c "! grep -qE '^.{81}' '$WORLD/output'"
	exits 64 "without a terminal it is a usage error" setsid -w keyenroll
}

check_pinentry()
{
	mkdir "$WORLD/bin"
	cat >"$WORLD/bin/pinentry" <<-'END'
		#!/bin/bash
		echo "OK ready"
		while read -r word rest; do
			case $word in
			GETPIN) echo "D 1618%30%33"; echo OK ;;
			BYE) echo OK; exit ;;
			*) echo OK ;;
			esac
		done
	END
	chmod 755 "$WORLD/bin/pinentry"
	exits 0 "token pin through pinentry" env PATH="$WORLD/bin:$PATH" keyenroll token pin --reader "$(world_token_reader blue)" --pinentry --pin-fd 5 5<<<$pin
	exits 0 "which has set what it said" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<161803 6<<<$pin
}

world_install
world_user alice
world_user bob
# The newer ykman talks to a YubiKey only in a reader that is called one.
world_title=" Yubico YubiKey CCID"
world_pcscd 3
world_token blue 5.7.4
world_desk
check_codes_of_an_enrollment
check_code_verbs
check_escrow
check_sealing_desk
check_resume
check_killed
check_full_disk
check_read_only
check_blocked
check_waiting
check_slow_generation
check_code_dialogue
check_batch
check_which
check_certificate
check_revoked_key
check_codes_on_a_full_disk
check_consent
world_token old 4.3.5
check_stored_key
check_terminal
check_pinentry
world_end
