#!/bin/bash
# verbs: each verb of the command with a real pcscd and virtual tokens: what it prints, what it changes, what it exits with.
. "$(dirname "$0")/world.sh"
. "$top/tests/e2e/reports.bash"

# says_first PATTERN TEXT: the first line of the output does.
says_first()
{
	if head -n 1 "$WORLD/output" | grep -qE -e "$1"; then ok "$2"; else not_ok "$2" "$WORLD/output"; fi
}

registry_sum()
{
	(cd "$world_registry" && sha256sum registrar registrar.pub registrars desk.conf)
}

# built NAME: the text of that name in this build's config.h.
built()
{
	sed -n "s/^#define $1 \"\(.*\)\"$/\1/p" "$build/config.h"
}

# The lines of --version, each to its end: what this build was made with, or "without" it.
check_version()
{
	local line='[0-9][0-9.]*[0-9a-z]*'
	expect "has four lines" test "$(keyenroll --version | wc -l)" = 4
	exits 0 "--version again" keyenroll --version
	says "^keyenroll $(built PACKAGE_VERSION)$" "first the program"
	says "^OpenSSL $line \\(built with $line\\), jansson $line, SQLite $line$" "then the libraries"
	says "^libfido2 $(pkg-config --modversion libfido2), (libcurl $line|without libcurl)$" "libfido2, and libcurl or that it is not there"
	says ", $(built CURL_BUILT)$" "as this build was configured"
	says "^languages (yes|no), configuration in $config$" "languages and configuration"
}

check_frame()
{
	local verb
	exits 64 "no verb is a usage error" keyenroll
	exits 64 "an unknown verb is a usage error" keyenroll frobnicate
	says 'keyenroll help' "and says where the verbs are told"
	exits 64 "an unknown option is a usage error" keyenroll list --frobnicate
	exits 64 "a missing argument is a usage error" keyenroll show
	report 64 error "a usage error is JSON where JSON was asked for" keyenroll list --json --frobnicate
	exits 0 "--version" keyenroll --version
	check_version
	report 0 help "help --json" keyenroll help --json
	while read -r -a verb; do
		exits 0 "${verb[*]} --help" keyenroll "${verb[@]}" --help
		says "^Usage: keyenroll ${verb[*]}" "and it is about ${verb[*]}"
	done < <(jq -r '.verbs[].name' "$WORLD/json")
	exits 0 "help of a verb and what it is to do" keyenroll help host setup
	says '^Usage: keyenroll host ' "is about the verb"
	if command -v man >/dev/null; then
		expect "help of a verb at a terminal" env MANPAGER=cat TERM=dumb "$top/tests/e2e/terminal_walk" -- keyenroll help list
		says 'never from an argument or the environment' "opens the manual"
	else
		skip "help of a verb at a terminal" "no man(1)"
	fi
	expect "help of a verb at a terminal without man(1)" "$top/tests/e2e/terminal_walk" -- /usr/bin/env PATH=/nowhere "$prefix/bin/keyenroll" help list
	says '^Usage: keyenroll list' "is the text of --help"
	exits 4 "without a registry list says so" keyenroll list
	says 'store.database.*' "and what the code of that is"
}

# columns: whether all summaries of the list of verbs begin in one column, within 80.
columns()
{
	keyenroll --help | sed -n '/^Verbs:/,/^$/{/^  /p}' >"$WORLD/verbs"
	[ "$(grep -c . "$WORLD/verbs")" -gt 30 ] && ! grep -vqE '^.{22} [a-z]' "$WORLD/verbs" && ! grep -qE '^.{81,}' "$WORLD/verbs"
}

# What is too much, too little, unknown or empty is refused by name, and never passed over.
check_arguments()
{
	local line
	while read -r line; do
		# shellcheck disable=SC2086 # words
		exits 64 "too much: $line" keyenroll $line
		says 'too many arguments: keyenroll ' "and that is said"
		says "next: .keyenroll help ${line%% *}.* shows what it takes" "and where to look"
	done <<-'END'
		init x
		tokens x
		enroll a b
		resume x
		abandon x
		challenge a b
		import a b
		token info x
		token pin x
		token puk x
		token unblock x
		token retries 1 2 3
		token reset x
		token management-key x
		slots x
		attest 9a x
		csr a b
		certificate 9a f x
		delete 9a x
		move 9a 82 x
		list x
		show a b
		revoke --reason x a b
		grace --key f --until 2026-12-01 a b
		snapshot x
		policy check a b
		policy test a b
		mds import a b
		mds show a b
		mds download a b
		trust show x
		trust verify a b
		trust update a b
		trust add a b
		advisories x
		host setup x
		host confirm x
		host status x
		host undo x
		host check a b
		why a b
		help a b c
	END
	while read -r line; do
		# shellcheck disable=SC2086 # words
		exits 64 "too little: $line" keyenroll $line
		says 'too few arguments: |is missing|are needed|nothing to verify' "and that is said"
	done <<-'END'
		enroll
		challenge
		import
		token retries 1
		attest
		csr
		certificate 9a
		delete
		move 9a
		show
		verify
		revoke --reason x
		revoke a
		grace a
		policy
		policy check
		policy explain
		policy test
		mds
		mds import
		mds show
		trust
		trust verify
		trust update
		trust add
		host
		host check
		why
	END
	while read -r line; do
		# shellcheck disable=SC2086 # words
		exits 64 "unknown: $line" keyenroll $line
		says '"(policy |mds |trust |host |audit )?frob"|verb "token"; there are: token info,' "is named"
	done <<-'END'
		frob
		token
		token frob
		policy frob
		policy frob x
		mds frob
		trust frob
		host frob
		audit frob
		help frob
		help token
		help policy frob
		help list frob
	END
	exits 0 "help of what a verb is to do" keyenroll help audit logins
	exits 64 "an empty argument" keyenroll revoke --reason x ''
	says 'argument 1 is empty' "is not taken for anybody"
	exits 64 "an empty value" keyenroll list --user ''
	says 'the value of --user is empty' "is not taken for nobody"
	exits 64 "nor for any token" keyenroll enroll --serial '' alice
}

check_init()
{
	local before
	world_desk
	before=$(registry_sum)
	report 0 init "init twice" keyenroll init --no-passphrase --name other --json
	holds '.made | map(. == false) | all' "makes nothing the second time"
	expect "and changes no file" test "$before" = "$(registry_sum)"
	exits 64 "init with another key refuses to change the desk" keyenroll init --registrar-key /elsewhere
	expect "the registrars file is what ssh-keygen understands" \
		ssh-keygen -Y match-principals -I helpdesk -f "$world_registry/registrars"
}

check_tokens()
{
	report 0 tokens "tokens --json" keyenroll tokens --json
	holds '[.readers[] | select(.card)] | length == 1' "shows the one token"
	holds '.readers[] | select(.card) | .claimed | .firmware == "5.7.4" and .factory_codes.pin and .slots == []' \
		"with what it claims of itself"
	exits 0 "tokens" keyenroll tokens
	says 'claimed by the token' "says that it is only claimed"
}

check_enroll()
{
	exits 2 "a simple PIN is refused" env pin=000000 bash -c 'keyenroll enroll --pin-fd 5 --puk-fd 6 alice 5<<<$pin 6>/dev/null'
	exits 64 "with nobody to show the PUK to nothing begins" setsid -w bash -c 'keyenroll enroll --pin-fd 5 alice 5<<<271828'
	says 'puk.nobody-to-tell' "and that is said"
	report 0 list "list --json of an empty registry" keyenroll list --json
	holds '.enrollments == []' "nothing was recorded by that"
	report 0 enroll "enroll --json" world_enroll alice blue --json --out "$WORLD/alice-cert.pub"
	holds '.person == "alice" and .slot == "9a" and .result.verdict == "accepted" and .result.assurance == "organisation"' \
		"with what was found"
	holds '.ended == null' "and ends nothing in an empty slot"
	fingerprint=$(jq -r .fingerprint "$WORLD/json")
	serial=$(jq -r .device "$WORLD/json")
	serial=${serial#piv }
	exits 0 "ssh-keygen reads the enrollment" ssh-keygen -L -f "$WORLD/alice-cert.pub"
	says "Key ID: \"alice piv $serial/9a\"" "and finds user, token and slot in its key id"
	exits 0 "yubico-piv-tool reads the slot's certificate" \
		yubico-piv-tool --reader "$(world_token_reader blue)" -a read-certificate -s 9a
	exits 1 "a key is not replaced without consent" bash -c 'keyenroll enroll --pin-fd 5 alice 5<<<271828'
	says 'operator.declined' "and says that nobody gave it"
	exits 1 "a token of another person is refused" bash -c 'keyenroll enroll --yes --pin-fd 5 bob 5<<<271828'
	says 'enrolled for another person, alice' "and says whose it is"
	says 'keyenroll revoke --reason TEXT' "and what ends that"
	exits 2 "a name that is none is refused" keyenroll enroll 'al ice'
	exits 3 "without --pin-fd and terminal the PIN is missed" setsid -w keyenroll enroll --yes alice
	says '--pin-fd' "and says how to give it"
}

check_choice()
{
	world_token green 5.4.3
	exits 3 "with two tokens and no choice none is taken" bash -c 'keyenroll enroll --yes --pin-fd 5 bob 5<<<271828'
	says 'card.several' "and says that there are several"
	exits 3 "a serial that is not there is refused" setsid -w bash -c 'keyenroll enroll --serial 1 --pin-fd 5 bob 5<<<271828'
	report 0 enroll "an RSA key in the other token" world_enroll bob green --json --algorithm rsa-2048 --slot 9c
	holds '.slot == "9c" and (.certificate | startswith("ssh-rsa-cert-v01"))' "is enrolled in the slot asked for"
	report 0 enroll "an Ed25519 key with a PIN each time" \
		world_enroll alice blue --json --algorithm ed25519 --slot 82 --pin-policy always
	exits 3 "an algorithm that the token lacks is refused" world_enroll bob green --algorithm ed25519 --slot 9d
	says 'card.unsupported' "before anything is changed"
}

# The operator's own way, on a terminal: the question before a key is destroyed, the PIN without echo, a wrong one asked again.
check_dialogue()
{
	local walk=$top/tests/e2e/terminal_walk other
	exits 1 "a confirmation that is not the serial stops" "$walk" "Type $serial to go on: " yes -- \
		keyenroll enroll --serial "$serial" --slot 82 alice
	says 'operator.declined' "and says so"
	exits 0 "enroll on a terminal" "$walk" "Type $serial to go on: " "$serial" "PIN of token $serial: " 000000 \
		'2 tries are left.*PIN of token' 271828 -- keyenroll enroll --serial "$serial" --slot 82 alice
	says '^Enrolled +alice' "tells the summary"
	says '^Ended +number [0-9]+: its key was in this slot' "and what has ended by that"
	report 0 list "list --json" keyenroll list --json --user alice
	holds '[.enrollments[] | select(.slot == "82") | .state] == ["revoked", "active"]' "has it so"
	holds '[.enrollments[] | select(.state == "revoked") | .revoked_because] == ["superseded by number \([.enrollments[].serial] | max) in the same slot"]' "and why"
	holds '[.enrollments[] | select(.slot == "9a") | .state] == ["active"]' "and leaves the other slot's alone"
	if grep -q -e 000000 -e 271828 "$WORLD/output"; then not_ok "no PIN is echoed" "$WORLD/output"; else ok "no PIN is echoed"; fi
	other=$(keyenroll tokens --json |
		jq "[.readers[] | select(.card)] | map(.claimed.serial == $serial) | index(false) + 1")
	exits 0 "with two tokens the operator is asked which" "$walk" 'Which number' "$other" 'PIN of token' 271828 -- \
		keyenroll enroll --slot 9e bob
}

check_strange_vendor()
{
	"$build/tests/vtoken/vendor-ca" "$WORLD/stranger" >"$WORLD/stranger.log" 2>&1
	world_token_stop green
	rm -f "$WORLD/green.state"
	world_token green 5.7.4 "$WORLD/stranger"
	exits 1 "a token of an unknown vendor is refused" world_enroll bob green --slot 9d
	says 'piv\.(issuer-unknown|device-signature)' "with the reason"
	report 0 list "list --json" keyenroll list --json
	holds '.enrollments | length == 5' "and is not recorded"
}

check_show()
{
	report 0 show "show USER" keyenroll show --json alice
	holds '.enrollments | length == 3' "shows all of hers"
	report 0 show "show SERIAL" keyenroll show --json "$serial"
	holds '.enrollments | map(.person == "alice") | all' "shows the token's"
	report 0 show "show FINGERPRINT" keyenroll show --json "$fingerprint"
	holds '.enrollments | length == 1' "shows one key"
	holds '.enrollments[0].result.claims | map(select(.name == "firmware" and .grade == "proven")) | length == 1' \
		"with its proven claims"
	exits 1 "what is not there is not shown" keyenroll show carol
	exits 0 "show as text" keyenroll show alice
	says '^Possession +proved' "tells of the proof of possession"
	says '^Token +piv [0-9]+, slot 82$' "and of the slot"
	exits 0 "list as text" keyenroll list --user bob
	says '^USER +STATE +TOKEN +SLOT +UNTIL +KEY$' "has a column for the slot"
	says '^bob +active +piv [0-9]+ +9c +[0-9-]+  SHA256:' "with the slot in it"
	says '^bob .*active' "tells the state"
}

check_verify()
{
	keyenroll show --certificate "$fingerprint" >"$WORLD/enrollment"
	expect "show --certificate prints what enroll wrote" cmp "$WORLD/enrollment" "$WORLD/alice-cert.pub"
	report 0 verify "verify of an enrollment" keyenroll verify --json "$WORLD/enrollment"
	holds '.person == "alice" and .result.verdict == "accepted"' "accepts it"
	exits 0 "verify of standard input" bash -c "keyenroll verify - <$WORLD/enrollment"
	exits 0 "verify needs no home" env -u HOME -u KEYENROLL_REGISTRY keyenroll verify "$WORLD/enrollment"
	exits 0 "verify through a pipe" bash -c "keyenroll verify <(cat $WORLD/enrollment)"
	exits 1 "another key than the enrolled one" keyenroll verify --key "$world_registry/registrar.pub" "$WORLD/enrollment"
	says 'key.mismatch' "is a mismatch"
	echo '# nobody' >"$WORLD/nobody"
	report 1 verify "verify with other registrars" keyenroll verify --json --registrars "$WORLD/nobody" "$WORLD/enrollment"
	holds '.result.reasons[0].code == "registrar.unknown"' "knows no registrar"
	exits 0 "but the evidence is genuine" keyenroll verify --evidence-only --registrars "$WORLD/nobody" "$WORLD/enrollment"
	mkdir -p "$WORLD/nothing"
	report 1 verify "verify without the test vendor" keyenroll verify --json --trust "$WORLD/nothing" "$WORLD/enrollment"
	holds '.result.reasons[0].code == "piv.issuer-unknown"' "knows no such vendor"
	cut -c1-400 "$WORLD/enrollment" >"$WORLD/damaged"
	exits 2 "an enrollment that is cut off cannot be appraised" keyenroll verify "$WORLD/damaged"
	exits 4 "a file that is not there is no verdict" keyenroll verify "$WORLD/none"
	exits 64 "nothing to verify is a usage error" keyenroll verify
}

# What a CA's script hands in by mistake must not be passed over.
check_verify_of_files()
{
	cd "$WORLD" || return
	expect "show --evidence" bash -c "keyenroll show --evidence '$fingerprint' >both.pem"
	exits 0 "whose certificates verify" keyenroll verify both.pem
	says_first accepted "accepts"
	csplit -s -f part- both.pem '/BEGIN CERTIFICATE/' '{*}'
	openssl x509 -in part-01 -outform DER -out leaf.der
	openssl x509 -in part-02 -outform DER -out f9.der
	exits 0 "in several files, as DER" keyenroll verify f9.der leaf.der
	{ printf '\357\273\277'; sed 's/$/\r/' part-01; } >windows.pem
	exits 0 "as an editor of Windows leaves them" keyenroll verify windows.pem part-02
	report 2 verify "a public key among the files" keyenroll verify --json both.pem "$world_registry/registrar.pub"
	holds '.result.reasons[0].code == "evidence.format" and (.result.reasons[0].sentence | contains("registrar.pub"))' "is named, not passed over"
	exits 2 "nor is an enrollment" keyenroll verify both.pem enrollment
	exits 1 "by --key it is compared" keyenroll verify --key "$world_registry/registrar.pub" both.pem
	exits 0 "a slot in capitals is that slot" keyenroll verify --slot 9A both.pem
	exits 64 "a slot that no token has is a usage error" keyenroll verify --slot 9x both.pem
	openssl req -new -newkey rsa:2048 -noenc -keyout req.key -subj /CN=x -out req.pem 2>/dev/null
	exits 2 "a certificate request without --csr" keyenroll verify req.pem
	says 'evidence.absent' "is no evidence"
	says '--csr' "and the option for it is named"
	says_first 'not-appraisable$' "and of rule and bundle nothing is said"
	exits 64 "an audit by an advisory that nobody wrote" keyenroll audit --advisory YSA-2024-3
	says 'keyenroll advisories' "says where they are listed"
}

# What is no regular file keeps its place: as root, /dev/null would be gone for everybody.
check_output()
{
	mkfifo "$WORLD/pipe"
	ln -s /dev/null "$WORLD/null"
	exits 4 "a challenge for a pipe" keyenroll challenge --out "$WORLD/pipe" alice
	exits 4 "a snapshot for a folder that is not there" keyenroll snapshot --output "$WORLD/nowhere/snapshot"
	says "^keyenroll: .*/nowhere/revoked.krl: .*system.program" "whose sentence names the file"
	exits 4 "a snapshot for a device" keyenroll snapshot --output "$WORLD/null"
	expect "replaces neither" test -p "$WORLD/pipe" -a -L "$WORLD/null"
	expect "a challenge for standard output, by its name" bash -c "cd '$WORLD' && keyenroll challenge --out - alice | grep -q '^person alice' && [ ! -e - ]"
	exits 4 "a disk that is full" bash -c "keyenroll show --certificate alice >/dev/full"
	says 'standard output' "is told as that"
	refuse "and not by the word of another call" grep -q 'No such file' "$WORLD/output"
}

check_revoke()
{
	exits 64 "a revocation without reason is a usage error" keyenroll revoke alice
	report 0 revoke "revoke of one key" keyenroll revoke --json --reason 'left in a train' "$fingerprint"
	holds ".revoked == [\"$fingerprint\"]" "names it"
	exits 0 "show of what is revoked" keyenroll show "$fingerprint"
	says 'Appraised now .the enrollment lets nobody in' "does not end with good news alone"
	exits 1 "it cannot be revoked twice" keyenroll revoke --reason again "$fingerprint"
	expect "another key of hers" world_enroll alice blue --slot 9d
	exits 0 "revoke of all the others of a user, by a script" keyenroll revoke --reason 'has left' alice </dev/null
	report 0 list "list --json of a user" keyenroll list --json --user alice
	holds '.enrollments | length == 4 and (map(.state == "revoked") | all)' "shows them as revoked"
	exits 1 "of somebody who has nothing, nothing is revoked" keyenroll revoke --reason x carol
	report 0 snapshot "snapshot" keyenroll snapshot --json --output "$WORLD/snapshot"
	holds '.active == 2 and .revoked == 4' "counts them"
	exits 1 "revoke of several at a terminal" "$top/tests/e2e/terminal_walk" 'all 2 keys of bob.* 9c .* 9e .*Type yes' y -- keyenroll revoke --reason x bob
	says 'nothing was revoked.*operator.declined' "asks, and takes nothing but a yes for it"
	report 0 list "list --json" keyenroll list --json --user bob
	holds '.enrollments | map(.state == "active") | all' "which is so"
	exits 0 "snapshot in its usual place" keyenroll snapshot
	exits 0 "revoke of several at a terminal, with --yes" "$top/tests/e2e/terminal_walk" -- keyenroll revoke --yes --reason x bob
	exits 1 "leaves none" keyenroll revoke --reason x bob
	expect "is readable by all" test "$(stat -c %a "$state/snapshot")" = 644
}

world_install
world_user alice
world_user bob
world_pcscd 2
world_token blue 5.7.4
check_frame
check_arguments
expect "all verbs' summaries stand in one column" columns
check_init
check_tokens
check_enroll
check_choice
check_dialogue
check_strange_vendor
check_show
check_verify
check_verify_of_files
check_output
check_revoke
world_end
