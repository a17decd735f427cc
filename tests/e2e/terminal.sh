#!/bin/bash
# terminal: the operator's terminal, whatever it is: a prompt that is interrupted leaves it as it was, by what stty says before and after;
# a serial console gets nothing but lines; a real pinentry asks for the PIN; and no secret is in a trace or in what is kept.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$top/tests/e2e/reports.bash"

pin=271828 other=314159 walk=$top/tests/e2e/terminal_walk

# With the terminal's mode beside it, before and after, and the status of the command; what whoever runs the tests ignores (nohup), the
# command does not.
cat >"$WORLD/measured" <<-'END'
	#!/bin/bash
	tty >tty
	stty -g >before
	env --default-signal=INT,TERM,HUP,QUIT "$@"
	echo $? >status
	stty -g >after
END
chmod 755 "$WORLD/measured"

# interrupted SIGNAL NUMBER
interrupted()
{
	rm -f before after status
	exits 0 "SIG$1 at a PIN's prompt, where nothing is echoed" "$walk" 'PIN of token' \
		"!stty -F \$(cat tty) -a | grep -q -- ' -echo ' && pkill -$1 -x keyenroll" -- ./measured keyenroll token pin --reader "$reader"
	expect "SIG$1 ends it" test "$(cat status)" = $((128 + $2))
	expect "and the terminal is as it was" cmp before after
}

# A shell with job control: Ctrl-Z, a look at the terminal, fg, and the question is put again.
check_stop()
{
	exits 0 "Ctrl-Z at a PIN's prompt, and fg" "$walk" '# ' "stty -g >before; keyenroll token pin --reader '$reader'" \
		'\nPIN of token' $'\x1a' 'Stopped.*# ' 'stty -g >stopped; fg' 'PIN of token' $pin 'new PIN of token' $other 'Again' $other \
		'# ' 'stty -g >after; exit 0' -- bash --norc --noprofile --noediting -i
	expect "stopped, the terminal is as it was" cmp before stopped
	expect "and at the end" cmp before after
	expect "the PIN that was typed then is set" yubico-piv-tool --reader="$reader" --action=verify-pin --pin=$other
	exits 0 "and set back" keyenroll token pin --reader "$reader" --pin-fd 5 --new-pin-fd 6 5<<<$other 6<<<$pin
}

# Lines and nothing else: no escape sequence, nothing drawn over.
is_plain()
{
	! grep -q $'[\033\r\b]' "$WORLD/output"
}

# The whole dialogue of an enrollment, on a token so slow that patience is asked for.
check_console()
{
	local kind slot=82
	world_token_tell blue 'delay 400' >/dev/null
	for kind in dumb vt100; do
		exits 0 "enroll on a terminal of the kind $kind" env TERM=$kind NO_COLOR=1 "$walk" 'PIN of token' 000000 'PIN of token' $pin -- \
			keyenroll enroll --reader "$reader" --slot $slot alice
		says '^Enrolled +alice' "enrolls"
		expect "with lines alone" is_plain
		expect "of 80 columns" bash -c "! grep -qE '^.{81}' '$WORLD/output'"
		slot=$((slot + 1))
	done
	exits 1 "what stands out on a dumb terminal" env -u NO_COLOR TERM=dumb "$walk" 'Type .* to go on' no -- \
		keyenroll delete 83 --reader "$reader"
	expect "is not coloured there" is_plain
	exits 0 "enroll without a terminal" setsid -w keyenroll enroll --reader "$reader" --yes --slot 84 --pin-fd 5 alice 5<<<$pin
	expect "writes lines alone" is_plain
	world_token_tell blue 'delay 0' >/dev/null
}

# pinentry_of PROGRAM KIND: a new PIN and back, each asked for by that program on the terminal.
pinentry_of()
{
	if [ ! -x "/usr/bin/$1" ]; then
		skip "$1" "it is not installed"
		return
	fi
	mkdir -p bin
	ln -sf "/usr/bin/$1" bin/pinentry
	exits 0 "$1 asks for the PINs" env PATH="$WORLD/bin:$PATH" TERM="$2" "$walk" 'PIN: ' $pin 'new PIN.*PIN: ' $other '[Aa]gain.*PIN: ' $other -- \
		./measured keyenroll token pin --reader "$reader" --pinentry
	expect "$1: done" test "$(cat status)" = 0
	expect "$1: the terminal is as it was" cmp before after
	refuse "$1: no PIN is echoed" grep -q -e $pin -e $other "$WORLD/output"
	expect "$1: the PIN is set" yubico-piv-tool --reader="$reader" --action=verify-pin --pin=$other
	exits 0 "$1: and set back" keyenroll token pin --reader "$reader" --pin-fd 5 --new-pin-fd 6 5<<<$other 6<<<$pin
}

# hidden TEXT HEX: nowhere in what was traced or kept, neither as text nor as bytes in hexadecimal.
hidden()
{
	local spaced
	spaced=$(sed 's/../& /g; s/ $//' <<<"$2")
	refuse "$1 is in no trace" grep -rqi -e "$spaced" -e "$2" traces
	refuse "nor in the registry" grep -rqiaP -e "$2" -e "$(sed 's/../\\x&/g' <<<"$2")" "$world_registry"
}

# Each command that carries a code, on a card of short commands, so that long ones go in pieces both ways.
check_secrets()
{
	local old new
	mkdir traces
	world_token green short-only
	reader=$(world_token_reader green)
	exits 0 "enroll with a trace" world_enroll bob green --trace traces/enroll
	old=$(jq -r .management.key green.state)
	exits 0 "token management-key" keyenroll token management-key --reader "$reader" --pin-fd 5 --trace traces/key 5<<<$pin
	new=$(jq -r .management.key green.state)
	refuse "it is another one" test "$old" = "$new"
	cp green.puk puk
	exits 0 "token puk" keyenroll token puk --reader "$reader" --present-puk-fd 5 --puk-fd 6 --trace traces/puk 5<puk 6>green.puk
	exits 0 "token unblock" keyenroll token unblock --reader "$reader" --present-puk-fd 5 --new-pin-fd 6 --trace traces/unblock 5<green.puk 6<<<$other
	exits 0 "token pin" keyenroll token pin --reader "$reader" --pin-fd 5 --new-pin-fd 6 --trace traces/pin 5<<<$other 6<<<$pin
	exits 0 "token retries" keyenroll token retries 4 4 --yes --reader "$reader" --pin-fd 5 --puk-fd 6 --trace traces/retries 5<<<$pin 6>green.puk2
	for ins in 20 24 2c 87 cb db ff fa; do
		expect "the traces have commands $ins" grep -rqE "^> [01]0 $ins " traces
	done
	expect "in pieces" grep -rqE '^> 10 ' traces
	expect "and answers in pieces" grep -rqE '^< .* 61 ' traces
	hidden "the PIN" "$(od -An -tx1 <<<$pin | tr -d ' \n' | cut -c1-12)"
	hidden "the other PIN" "$(od -An -tx1 <<<$other | tr -d ' \n' | cut -c1-12)"
	hidden "the first PUK" "$(od -An -tx1 -N8 puk | tr -d ' \n')"
	hidden "the second PUK" "$(od -An -tx1 -N8 green.puk | tr -d ' \n')"
	hidden "the third PUK" "$(od -An -tx1 -N8 green.puk2 | tr -d ' \n')"
	hidden "the first management key" "$old"
	hidden "the second management key" "$new"
}

world_install
world_user alice
world_user bob
world_pcscd 2
world_token blue 5.7.4
world_desk
reader=$(world_token_reader blue)
expect "enroll" world_enroll alice blue
interrupted INT 2
interrupted TERM 15
interrupted HUP 1
interrupted QUIT 3
check_stop
check_console
pinentry_of pinentry-tty vt100
check_secrets
world_end
