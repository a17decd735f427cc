#!/bin/bash
# hostile: what readers, tokens and accidents can do to the operator and to the codes: names that speak to the terminal, secrets that
# stay in memory or end in a log, tokens left open by a program that died, and tries lost without a word.
. "$(dirname "$0")/world.sh"
. "$(dirname "$0")/reports.bash"

says_not()
{
	if grep -qaE -e "$1" "$WORLD/output"; then not_ok "$2" "$WORLD/output"; else ok "$2"; fi
}

pin=271828 walk=$top/tests/e2e/terminal_walk memory=$top/tests/e2e/memory_of

token()
{
	local name=$1
	shift
	keyenroll "$@" --reader "$(world_token_reader "$name")"
}

# Whether anything but printable UTF-8 and line ends, those of a terminal included, is in the last output.
is_plain()
{
	! LC_ALL=C tr -d '\r\n\t' <"$WORLD/output" | grep -qaP '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]|\xff'
}

# A CCID device says itself what it is called: here with escapes of both kinds, and with bytes that are no UTF-8.
check_names()
{
	report 0 tokens "the readers of a hostile maker are listed as JSON" keyenroll tokens --json
	holds '[.readers[] | select(.reader | startswith("Virtual 1"))] | length == 2' "all of them"
	world_run cat "$WORLD/json"
	expect "with nothing that speaks to a terminal" is_plain
	exits 0 "and as text" keyenroll tokens
	cp "$WORLD/output" "$WORLD/text"
	expect "as plain" eval 'cp "$WORLD/text" "$WORLD/output"; is_plain'
	world_token_tell blue 'status 3 6985' >/dev/null
	exits 3 "a question that names such a reader" "$walk" 'PIN of the token in Virtual 1' $'\x04' -- keyenroll token pin --reader "$(world_token_reader blue)"
	expect "is put in plain text" is_plain
}

# Whether a text of the file stands nowhere in the memory that was written down.
is_gone()
{
	test -s "$WORLD/memory" && test -n "$1" && ! grep -qaF -e "$1" "$WORLD/memory"
}

# While the new PUK is shown the PIN is set already, and nobody has to know it any more.
check_terminal()
{
	local puk
	exits 0 "a token is enrolled on a terminal, with what is said in a log" "$walk" 'new PIN' $pin 'Again' $pin \
		'PUK of token.*Press Enter' "!$memory keyenroll '$WORLD/memory'" 'when you have it' '' -- \
		bash -c "keyenroll enroll --reader '$(world_token_reader blue)' root 2>'$WORLD/log'"
	puk=$(sed -nE 's/.*PUK of token [0-9]+: ([0-9]{8}).*/\1/p' "$WORLD/output")
	expect "the PUK is shown on the terminal" test ${#puk} = 8
	refuse "and stands in no log" grep -qaF "$puk" "$WORLD/log"
	expect "the PIN has left the memory by then" is_gone $pin
	expect "and the PUK lies in locked pages only" is_gone "$puk"
}

# number INSTRUCTION: which of the commands in the trace has it.
number()
{
	grep '^>' "$WORLD/trace" | grep -n "^> 00 $1" | tail -n 1 | cut -d: -f1
}

stopped()
{
	grep -qE '^State:\s*T' "/proc/$(cat "$WORLD/$1.pid")/status"
}

# What was sealed is looked for while the management key is on its way to the token.
check_sealing()
{
	local victim sealed
	openssl req -x509 -newkey rsa:2048 -noenc -keyout "$WORLD/escrow.key" -subj /CN=escrow -days 30 -out "$WORLD/escrow.pem" 2>/dev/null
	exits 0 "an enrollment that seals" world_enroll bob red --escrow "$WORLD/escrow.pem" --trace "$WORLD/trace"
	keyenroll revoke --reason test bob >/dev/null 2>&1
	token red token reset --yes >/dev/null 2>&1
	rm -rf "$world_registry/escrow"
	world_token_tell red "stop $(number 'ff ff ff')" >/dev/null
	(exec keyenroll enroll --reader "$(world_token_reader red)" --yes --pin-fd 5 bob --escrow "$WORLD/escrow.pem" 5<<<$pin) >"$WORLD/output" 2>&1 &
	victim=$!
	expect "another one is held up at its end" world_wait 60 stopped red
	"$memory" keyenroll "$WORLD/memory"
	kill -CONT "$(cat "$WORLD/red.pid")"
	expect "and goes on" wait $victim
	sealed=$(openssl cms -decrypt -inform PEM -in "$world_registry"/escrow/*.pem -inkey "$WORLD/escrow.key" | tr -d '\r')
	expect "the PUK is nowhere but in locked pages" is_gone "$(sed -n 's/^puk //p' <<<"$sealed")"
	expect "nor is the management key as text" is_gone "$(sed -n 's/^management-key //p' <<<"$sealed")"
	expect "nor is the PIN" is_gone $pin
}

# The last try is not lost without a word: a wrong PIN behind it blocks the token.
check_last_try()
{
	token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<999999 6<<<$pin >/dev/null 2>&1
	exits 3 "a second wrong PIN" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<999999 6<<<$pin
	says_not 'one try is left' "is no last try"
	exits 3 "an operator who reads" "$walk" 'blocks it.*PIN of token' $'\x04' -- keyenroll enroll --reader "$(world_token_reader blue)" --slot 9c root
	says 'Warning: one try is left of the PIN of token' "is told that one try is left"
	exits 2 "and so is one who changes the PIN" token blue token pin --pin-fd 5 --new-pin-fd 6 5<<<$pin 6<<<111111
	says 'Warning: one try is left of the PIN of token' "in the same words"
}

# Who is killed with an open token leaves it to pcscd, which resets it.
check_killed()
{
	local victim
	rm -f "$WORLD/trace"
	exits 0 "a key is deleted behind the PIN" token blue delete 9a --yes --pin-fd 5 --trace "$WORLD/trace" 5<<<$pin
	world_token_tell blue "stop $(grep -c '^>' "$WORLD/trace")" >/dev/null
	(exec keyenroll delete 9c --yes --reader "$(world_token_reader blue)" --pin-fd 5 5<<<$pin) >"$WORLD/output" 2>&1 &
	victim=$!
	expect "the next is held up with the token open" world_wait 60 stopped blue
	kill -KILL $victim
	wait $victim 2>/dev/null
	kill -CONT "$(cat "$WORLD/blue.pid")"
	refuse "whoever comes behind it finds the token locked" yubico-piv-tool --reader="$(world_token_reader blue)" -a read-object --id 0x5fc109
	expect "and his PIN opens it" yubico-piv-tool --reader="$(world_token_reader blue)" -a verify-pin -P $pin -a read-object --id 0x5fc109
}

world_install
world_title=$' \e]0;owned\a\xc2\x9b2J\xff'
world_pcscd 2
world_desk
world_token red 5.7.4
world_token blue 5.7.4
check_names
check_terminal
check_sealing
check_last_try
check_killed
world_end
