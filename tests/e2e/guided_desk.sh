#!/bin/bash
# guided_desk: the desk without a verb, as an operator lives with it: a registrar's own card that stays in its reader, a token that
# comes later, one that is pulled in mid-course, one that comes back; and callers that closed what is printed to.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$(dirname "$0")/reports.bash"

says_not()
{
	if grep -qE -e "$1" "$WORLD/output"; then not_ok "$2" "$WORLD/output"; else ok "$2"; fi
}

pin=271828 close_desk=$(printf '\004')

# tell NAME WORDS: the command line that moves a token.
tell()
{
	printf '%q ' "$build/tests/vtoken/vtoken" --control "$WORLD/$1.control" --tell "$2"
}

# desk PATTERN ANSWER...: what an operator does at the desk.
desk()
{
	"$top/tests/e2e/terminal_walk" "$@" -- timeout 180 keyenroll
}

reader()
{
	world_reader_name "$(cat "$WORLD/blue.reader")"
}

# The token as its vendor made it, and out of its reader: it comes when the registrar's card has had its turn.
begin_anew()
{
	tell blue insert | bash >/dev/null
	world_wait 60 world_card_present "$(cat "$WORLD/blue.reader")"
	keyenroll token reset --yes --reader "$(reader)" >/dev/null 2>&1
	keyenroll revoke --reason test "$1" >/dev/null 2>&1
	tell blue eject | bash >/dev/null
	world_wait 60 world_card_absent "$(cat "$WORLD/blue.reader")"
}

# Without a turn of its own the registrar's card would be offered for ever, or the desk would wait for it to go.
check_card_that_stays()
{
	local opened
	begin_anew alice
	opened=$(date +%s)
	exits 0 "the desk, with a card that stays in its reader" desk 'Who gets it' '' 'plug in the next one' "!sleep 3; ${comes#!}" \
		'Who gets it' alice 'new PIN of' $pin 'Again' $pin 'Press Enter' '' 'Hand over.*plug in the next one' "$comes_again" 'Who gets it' "$close_desk"
	says 'It is enrolled for alice' "a token that comes back is said to be alice's"
	says "somebody else gets it: keyenroll revoke --reason TEXT $(world_token_tell blue serial)" "and what comes before it is another's"
	says_not 'Sealing|tries of PIN' "nothing is told of steps with nothing to do"
	says 'The desk is closed' "it is closed by Ctrl-D"
	expect "the card that stays has one turn" test "$(grep -c '^This is token' "$WORLD/output")" = 3
	# Not the time at which the desk was opened.
	keyenroll list --json >"$WORLD/json"
	holds "[.enrollments[] | select(.enrolled_at | fromdateiso8601 >= $opened + 3)] | length == 1" "the record has the time of the enrollment"
}

check_broken_off()
{
	begin_anew alice
	tell blue 'pull 20' | bash >/dev/null
	exits 0 "a token is pulled at the desk" desk 'Who gets it' '' 'plug in the next one' "$comes" 'Who gets it' bob 'new PIN of' $pin 'Again' $pin \
		'keyenroll resume.*plug in the next one' "$comes" 'enrollment for bob was broken off.*go on with it' '' 'Going on with bob.*PIN of' $pin 'Again' $pin \
		'Press Enter' '' 'Hand over.*plug in the next one' "$comes_again" 'It is enrolled for bob.*Who gets it' "$close_desk"
	exits 1 "and resumed there" keyenroll resume
	says 'nothing is unfinished' "to its end"
	begin_anew bob
	tell blue 'pull 20' | bash >/dev/null
	exits 0 "pulled again" desk 'Who gets it' '' 'plug in the next one' "$comes" 'Who gets it' bob 'new PIN of' $pin 'Again' $pin \
		'keyenroll resume.*plug in the next one' "$comes" 'go on with it' Nein 'keyenroll abandon.*plug in the next one' \
		"$comes_again" 'go on with it' "$close_desk"
	exits 0 "and left for abandon" keyenroll abandon --pin-fd 5 5<<<$pin
	says 'token info.*shows which are still' "which says how to see the codes"
}

# A list on a terminal: who got a bad token, or whose name was mistyped into the yes, is asked for again.
check_list()
{
	begin_anew bob
	tell blue insert | bash >/dev/null
	world_wait 60 world_card_present "$(cat "$WORLD/blue.reader")"
	printf '\357\273\277user;serial\r\nalice;%s\r\nnobody-here;\r\nbob;%s\r\n' "$("$build/tests/vtoken/vtoken" --control "$WORLD/blue.control" --tell serial)" 1 >"$WORLD/list.csv"
	exits 1 "a list on a terminal" "$top/tests/e2e/terminal_walk" '1 of 3: alice.*new PIN of' $pin 'Again' 999999 'once more.*new PIN of' "$close_desk" \
		'press Enter to try alice again' '' 'new PIN of' $pin 'Again' $pin 'Press Enter when' '' 'Take that token out' "!$(tell blue eject)" '2 of 3.*Type yes' no 'try nobody-here again' next \
		'3 of 3: bob.*serial 1 is plugged in.*try bob again' "$close_desk" -- timeout 180 keyenroll enroll --from "$WORLD/list.csv"
	says '^alice +enrolled' "enrolls at the second try"
	says '^nobody-here +NOT enrolled' "leaves out whom the operator leaves out"
	says '^1 enrolled, 0 not, 2 to go' "keeps count"
	says '^1 enrolled, 1 not, 1 to go' "of both"
	says '^1 enrolled, 2 not' "and ends with the report"
	keyenroll revoke --reason test alice >/dev/null
}

# Ctrl-C ends a list wherever it waits, and the report comes all the same, with what is unfinished.
check_list_broken_off()
{
	local interrupt=$'\003' serial
	begin_anew bob
	tell blue insert | bash >/dev/null
	world_wait 60 world_card_present "$(cat "$WORLD/blue.reader")"
	serial=$("$build/tests/vtoken/vtoken" --control "$WORLD/blue.control" --tell serial)
	printf 'alice,%s\nbob\ncarol\n' "$serial" >"$WORLD/list.csv"
	exits 1 "Ctrl-C at a PIN's prompt of a list" "$top/tests/e2e/terminal_walk" '1 of 3: alice.*new PIN of' "$interrupt" -- timeout --foreground 180 keyenroll enroll --yes --from "$WORLD/list.csv"
	says '^alice +NOT enrolled: interrupted' "and the report comes"
	says '^0 enrolled, 1 not' "of what was done"
	says '^2 had no turn' "and what not"
	exits 1 "Ctrl-C while the PUK is shown" "$top/tests/e2e/terminal_walk" '1 of 3: alice.*new PIN of' $pin 'Again' $pin 'Press Enter when' "$interrupt" -- \
		timeout --foreground 180 keyenroll enroll --yes --from "$WORLD/list.csv"
	says "^ +unfinished: keyenroll resume --serial $serial" "and the report says what goes on with it"
	exits 0 "which it does" "$top/tests/e2e/terminal_walk" 'PIN of' $pin 'Press Enter when' '' -- timeout --foreground 180 keyenroll resume --serial "$serial"
	keyenroll revoke --reason test alice >/dev/null
	printf 'bob\ncarol\n' >"$WORLD/list.csv"
	begin_anew bob
	tell blue insert | bash >/dev/null
	world_wait 60 world_card_present "$(cat "$WORLD/blue.reader")"
	exits 1 "Ctrl-C while the next token is waited for" "$top/tests/e2e/terminal_walk" 'new PIN of' $pin 'Again' $pin 'Press Enter when' '' 'Take that token out' "$interrupt" -- \
		timeout --foreground 180 keyenroll enroll --yes --reader "$(reader)" --from "$WORLD/list.csv"
	says '^bob +enrolled' "who was enrolled stands in the report"
	says '^carol +NOT enrolled: interrupted' "and who was not"
	keyenroll revoke --reason test bob >/dev/null
}

# What fingers do to names: nothing of it enrolls anybody, and the question comes again.
check_names()
{
	begin_anew bob
	exits 0 "odd names at the desk" desk 'Who gets it' '' 'plug in the next one' "$comes" 'Who gets it' "$(printf 'x%.0s' {1..300})" \
		'longer than.*Who gets it' 'al ice' 'person.name.*Who gets it' 'nobody-here' 'Type yes' no 'declined.*Who gets it' 'bo' 'That is bob.*Enter' no \
		'Who gets it' "$(printf 'ali\t')" 'That is alice.*Enter' no 'Who gets it' "$close_desk"
	says_not 'new PIN of' "enroll nobody"
	says 'The desk is closed' "and end it no sooner than the operator"
	begin_anew bob
	exits 0 "a name that this machine does not know" desk 'Who gets it' '' 'plug in the next one' "$comes" 'Who gets it' nobody-here 'Type yes' yes \
		'new PIN of' "$close_desk" 'plug in the next one' "$comes_again" 'Who gets it' "$close_desk"
	says 'knows no account "nobody-here"' "is enrolled after a yes alone"
}

# made: what an enrollment left in token and registry, but for what is drawn anew and for the time.
made()
{
	jq -S '[(.slots | map(del(.key))), (.objects | map(.tag) | sort), .pin, .management.cipher]' "$WORLD/blue.state"
	keyenroll list --json --user bob | jq -S '.enrollments[-1] | del(.fingerprint, .serial, .enrolled_at, .valid_after, .valid_before) | [., keys]'
}

# The desk does what the verb does.
check_same_as_verb()
{
	begin_anew bob
	exits 0 "enrolled at the desk" desk 'Who gets it' '' 'plug in the next one' "$comes" 'Who gets it' bob 'new PIN of' $pin 'Again' $pin 'Press Enter' '' \
		'Hand over.*plug in the next one' "$comes_again" 'Who gets it' "$close_desk"
	made >"$WORLD/by-desk"
	begin_anew bob
	tell blue insert | bash >/dev/null
	world_wait 60 world_card_present "$(cat "$WORLD/blue.reader")"
	exits 0 "enrolled by the verb" world_enroll bob blue
	made >"$WORLD/by-verb"
	expect "which has made something" grep -qw 6275333 "$WORLD/by-verb"
	expect "which makes the very same" diff "$WORLD/by-desk" "$WORLD/by-verb"
}

check_no_answer()
{
	begin_anew bob
	exits 0 "Ctrl-D at the second PIN" desk 'Who gets it' '' 'plug in the next one' "$comes" 'Who gets it' bob 'new PIN of' $pin 'Again' "$close_desk" \
		'keyenroll: the new PIN of token.*is needed.*plug in the next one' "$comes_again" 'Who gets it' "$close_desk"
	exits 0 "changes nothing" keyenroll token info --reader "$(reader)"
	says 'pin +the factory' "which is so"
}

# What is printed goes to nobody then, above all not into a file that got the free descriptor.
check_closed_descriptors()
{
	exits 4 "token info without standard output" bash -c "keyenroll token info --reader '$(reader)' >&-"
	says 'standard output' "says so"
	exits 4 "an enrollment without standard output" bash -c "keyenroll enroll bob --yes --reader '$(reader)' \
		--pin-fd 5 --puk-fd 6 5<<<$pin 6>'$WORLD/puk' >&-"
	says 'the enrollment is recorded' "says that it is recorded all the same"
	expect "which is so" bash -c "keyenroll list --user bob | grep -q active"
	expect "its journal has its own lines only" bash -c "! grep -rhvE '^([0-9]+ [a-z-]+|keyenroll-journal 1)' '$world_registry/journal/ended'"
}

# A token that was half done stays so when its person gets another one: the report names it, and who abandons it hears what is left.
check_left_behind()
{
	local serial at
	begin_anew bob
	tell registrar eject | bash >/dev/null
	world_wait 15 world_card_absent "$(cat "$WORLD/registrar.reader")"
	tell blue insert | bash >/dev/null
	world_wait 15 world_card_present "$(cat "$WORLD/blue.reader")"
	serial=$(world_token_tell blue serial)
	expect "a key for alice" world_enroll alice blue
	expect "another one in its place" world_enroll alice blue --trace "$WORLD/generation"
	at=$(grep '^> ' "$WORLD/generation" | grep -n '^> 00 47' | head -n 1 | cut -d: -f1)
	world_token_tell blue "pull $((at + 2))" >/dev/null
	echo alice >"$WORLD/list.csv"
	exits 0 "a list whose first token is pulled" "$top/tests/e2e/terminal_walk" 'PIN of' $pin 'Take another token' "!$(tell registrar insert)" 'press Enter to try alice again' '' \
		'new PIN of' $pin 'Again' $pin 'Press Enter when' '' -- timeout 60 keyenroll enroll --yes --from "$WORLD/list.csv"
	says '^alice +enrolled' "enrolls another"
	says "^ +another token is unfinished: keyenroll resume, or abandon, --serial $serial" "and names the first"
	tell blue insert | bash >/dev/null
	world_wait 15 world_card_present "$(cat "$WORLD/blue.reader")"
	exits 0 "abandon" keyenroll abandon --serial "$serial" --pin-fd 5 5<<<$pin
	says 'before is destroyed, and still enrolled' "says what nobody can use any more"
	sed -n '/^  keyenroll revoke/p' "$WORLD/output" >"$WORLD/revoke"
	exits 0 "and how its enrollment ends, which it does" bash "$WORLD/revoke"
	says 'revoked SHA256:' "with that word"
}

world_install
world_user alice
world_user bob
world_pcscd 2
world_token registrar 5.4.3
world_token blue 5.7.4
comes="!$(world_token_coming blue)" comes_again="!$(world_token_again blue)"
world_desk
check_card_that_stays
check_broken_off
check_list
check_list_broken_off
check_names
check_same_as_verb
check_no_answer
check_closed_descriptors
check_left_behind
world_end
