#!/bin/bash
# The guides of doc/ and the README: each command that they show is taken out of them and given, in the order in which a reader comes to it.
# The ten minutes to the first login are walked from the first command to the last, with what the program asks typed at a terminal. A command
# is a line of a block, or what stands in backticks with a word behind the program's name; a line of host.conf counts as one.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

programs="keyenroll install journalctl loginctl mode ssh sshd systemctl"
walk=$top/tests/e2e/terminal_walk
software=$WORLD/software
passphrase="over the hills"

# commands GUIDE: one a line, with the places of this installation.
commands()
{
	awk -v programs="$programs" '
		BEGIN { split(programs, name, " "); for (i in name) known[name[i]] = 1 }
		function offer(text, word) { split(text, word, " "); if (word[1] in known && word[2] != "") print text }
		/^```/ { fenced = !fenced }
		fenced { next }
		/^    / { sub(/^ +/, ""); sub(/ +#.*/, ""); offer($0); next }
		{ for (part = split($0, span, "`") - part % 2; (i = ++seen) <= part; ) if (i % 2 == 0) offer(span[i]); seen = 0 }' "$top/$1" |
		sed -e "s,/var/lib/keyenroll,$state,g" -e "s,/etc/keyenroll,$config,g"
}

# ---- what a reader has beside the product -------------------------------------------------------------------------------------

# The first start of a socket unit, as systemd does it: the socket is made as the unit says, the service begins at the first question.
systemctl()
{
	local unit service stream
	[ "$1 $2" = "enable --now" ] && unit=$(find /usr/lib/systemd /lib/systemd "$prefix/lib/systemd" -name "$3" -print -quit 2>/dev/null) &&
		grep -q '^WantedBy=sockets.target' "$unit" || return 1
	service=${unit%.socket}.service
	stream=$(sed -n 's/^ListenStream=//p' "$unit")
	[ ! -S "$stream" ] || return 0
	mkdir -p "$(dirname "$stream")"
	# shellcheck disable=SC2046 # a command and its words
	world_daemon verifier systemd-socket-activate --listen="$stream" setpriv --clear-groups \
		--reuid="$(sed -n 's/^User=//p' "$service")" --regid="$(sed -n 's/^Group=//p' "$service")" $(sed -n 's/^ExecStart=//p' "$service")
	world_wait 60 test -S "$stream" && chmod "$(sed -n 's/^SocketMode=//p' "$unit")" "$stream"
}

# What was sent to the journal has the fields by which it is looked for.
journalctl()
{
	local field
	[ "$1" = -t ] && grep -qa "^SYSLOG_IDENTIFIER=$2\$" "$WORLD/journal" || return 1
	shift 2
	for field; do
		grep -qa "^${field%%=*}=" "$WORLD/journal" || return 1
	done
}

# A session manager is not here; that it has the verb, its own help says.
loginctl()
{
	grep -q "^ *$1 " <<<"$(command loginctl --help)"
}

# It asks for the PIN without a terminal, and the shell that it opens has nothing to read. A FIDO2 key is on USB, where ssh finds it; this one
# is in a reader.
ssh()
{
	world_pin=$pin SSH_ASKPASS=$WORLD/askpass SSH_ASKPASS_REQUIRE=force setsid --wait timeout 60 ssh -F none -n \
		-o UserKnownHostsFile="$WORLD/known_hosts" -o StrictHostKeyChecking=yes -o ConnectionAttempts=30 -o SecurityKeyProvider="$provider" "$@"
}
# A line of host.conf, which the doctor reads as the verifier does.
mode()
{
	echo "mode $1 \"$2\"" | install -m 644 /dev/stdin "$config/host.conf" && [ "$(health host.rules)" = good ]
}

# health FINDING
health()
{
	keyenroll doctor --all --json root | jq -r --arg id "$1" '.findings[] | select(.id == $id) | .health'
}

export -f systemctl journalctl loginctl ssh mode health world_daemon world_wait
export WORLD prefix config pin

# give COMMAND: as somebody says it who stands in the world's folder.
give()
{
	bash -o pipefail -c "$1"
}

# try GUIDE FUNCTION: each command of the guide by that function, which gets it as one text.
try()
{
	local guide=$1 function=$2 line lines
	mapfile -t lines < <(commands "$guide")
	expect "$guide shows commands" test ${#lines[@]} -gt 0
	for line in "${lines[@]}"; do
		expect "$guide: $line" "$function" "$line"
	done
}

# ---- ten minutes --------------------------------------------------------------------------------------------------------------

# A machine as its distribution makes it, where alice comes in by a key in a file.
prepare_host()
{
	world_user alice
	ssh-keygen -q -t ed25519 -N '' -f "$software"
	install -d -m 700 -o alice /opt/home/alice/.ssh
	install -m 600 -o alice "$software.pub" /opt/home/alice/.ssh/authorized_keys
	ssh-keygen -A >/dev/null
	echo "127.0.0.1 localhost" >/etc/hosts
	mkdir -p /etc/ssh/sshd_config.d
	printf 'Include /etc/ssh/sshd_config.d/*.conf\nUsePAM yes\nKbdInteractiveAuthentication no\nPasswordAuthentication no\n' >/etc/ssh/sshd_config
	! grep -qi PerSourcePenalties "$(command -v sshd)" || echo "PerSourcePenalties no" >>/etc/ssh/sshd_config
	world_daemon sshd "$(command -v sshd)" -D -E "$WORLD/sshd.log"
	world_wait 60 grep -q '^Server listening' "$WORLD/sshd.log" || world_die "$(cat "$WORLD/sshd.log")"
	sed 's/^/127.0.0.1,localhost,::1 /' /etc/ssh/ssh_host_ed25519_key.pub >"$WORLD/known_hosts"
	# The virtual token's vendor, whom no installation believes.
	world_vendor_ca
	mkdir -p "$config/trust.d"
	install -m 644 "$world_vendor/trust.json" "$config/trust.d/test-vendor.json"
}

software_enters()
{
	identity=$software world_ssh alice true
}

files_sum()
{
	(cd /etc && find pam.d ssh -type f -printf '%p %m %u\n' -exec sha256sum {} + | sort | sha256sum)
}

# type_in COMMAND: with what the program asks typed at its terminal.
type_in()
{
	case $1 in
	"keyenroll init"*) "$walk" "empty for no passphrase" "$passphrase" again "$passphrase" -- bash -c "$1" ;;
	*--fido*)
		world_token_stop one && world_token two 5.7.4 && "$walk" "PIN of[^\n]*: " $pin "PIN of[^\n]*: " $pin "Enter passphrase" "$passphrase" -- bash -c "$1"
		;;
	"keyenroll enroll"*) "$walk" "new PIN of" $pin "Again" $pin "Press Enter" "" "Enter passphrase" "$passphrase" -- bash -c "$1" ;;
	*) give "$1" ;;
	esac
}

ten_minutes()
{
	local before
	before=$(files_sum)
	unset KEYENROLL_REGISTRY
	expect "a key in a file enters" software_enters
	try doc/first-login.md walk_on
	expect "undone, all is as it was" test "$(files_sum)" = "$before"
	expect "and a key in a file enters again" world_wait 60 software_enters
	export KEYENROLL_REGISTRY=$world_registry
}

# walk_on COMMAND: and what the guide promises of some of them.
walk_on()
{
	type_in "$1" || return 1
	case $1 in
	"keyenroll host confirm") keyenroll host status | grep closed && ! software_enters ;;
	"keyenroll why alice") grep "$(date -u +%Y)" "$WORLD/output" || true ;;
	esac
}

# ---- the desk's guides, and the rollout ---------------------------------------------------------------------------------------

# What lies about at a desk by the names that the guides use.
prepare_desk()
{
	world_desk
	reader=$(world_reader_name 1)
	export reader
	enroll_alice >/dev/null || world_die "alice is not enrolled"
	cp "$prefix/share/keyenroll/policies/baseline.conf" new.conf
	cp "$prefix/share/keyenroll/policies/touch-required.conf" policy.conf
	sed -n 's/^    //; /^case/,/^}/p' "$top/doc/policy-guide.md" >cases.conf
	keyenroll attest 9a --reader "$reader" | csplit -s -f cert - '/BEGIN/' '{*}' && mv cert01 leaf.pem && mv cert02 f9.pem
	echo "mode = audit" >host.conf.new
	cp "$software.pub" alice.pub
	ssh-keygen -q -t ed25519 -N '' -f second
	echo "second namespaces=\"grace@keyenroll\" $(cat second.pub)" >>"$world_registry/registrars"
}

enroll_alice()
{
	with_answers "keyenroll enroll alice && keyenroll snapshot"
}

# says_no COMMAND: where the answer is no. policy.conf asks for a touch, which alice's key does not; a host without a gate is what the
# doctor complains of; and nothing was broken off.
says_no()
{
	case $1 in
	"keyenroll policy explain"* | "keyenroll audit --policy policy.conf" | "keyenroll resume") true ;;
	"keyenroll doctor") grep -q open <<<"$(keyenroll host status)" ;;
	*) false ;;
	esac
}

# at_desk COMMAND: with the words that stand for something put in, and the prompts answered by descriptors; alice has a key before it.
at_desk()
{
	local command=$1 word wanted=0
	grep -q active <<<"$(keyenroll list --user alice)" || enroll_alice || return 1
	for word in USER:alice DATE:"$(date -u -d +3days +%F)" NAME:bob KEY:second FINGERPRINT:none FILE:host.conf.new; do
		command=$(sed "s,\b${word%%:*}\b,${word#*:},g" <<<"$command")
	done
	! says_no "$1" || wanted=1
	# By this world's journal nobody has logged in.
	[ "$1" != "keyenroll audit logins" ] || wanted=2
	with_answers "$command"
	[ $? = $wanted ] || return 1
	[ "$1" != "keyenroll token reset" ] || enroll_alice
}

# with_answers COMMAND
with_answers()
{
	give 'keyenroll()
	{
		case "$1 ${2-}" in
		"init "*) command keyenroll "$@" --no-passphrase ;;
		"enroll "*) command keyenroll "$@" --reader "$reader" --yes --factory-codes --pin-fd 5 --puk-fd 6 5<<<"$pin" 6>new.puk && { [ ! -s new.puk ] || mv new.puk puk; } ;;
		"token unblock") command keyenroll "$@" --present-puk-fd 5 --new-pin-fd 6 5<puk 6<<<"$pin" ;;
		"token reset") command keyenroll "$@" --yes ;;
		*) command keyenroll "$@" ;;
		esac
	}
	'"$1"
}

world_install
world_journal
world_pcscd 2
world_token one 5.7.4
provider=$(find "$prefix/lib" -name libsk-keyenroll.so -print -quit)
export provider
prepare_host
ten_minutes
prepare_desk
try doc/helpdesk-card.md at_desk
try doc/lost-token.md at_desk
try doc/policy-guide.md at_desk
try README.md at_desk
expect "the gate that README closed opens again" keyenroll host undo
try doc/rollout.md at_desk
refuse "a command that is no more is noticed" at_desk "keyenroll lists"
refuse "an option that is no more is noticed" at_desk "keyenroll list --person alice"
world_end
