#!/bin/bash
# fido_desk: FIDO2 tokens at the desk: the list of tokens, first and changed PINs, what the policy wants of a key, tokens of other people,
# the choice by touch; then the key's file with a passphrase, and ssh-agent.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"
# shellcheck source=tests/e2e/reports.bash
. "$(dirname "$0")/reports.bash"

provider=$prefix/lib/keyenroll/libsk-keyenroll.so

tell()
{
	world_token_tell "$1" "$2" >/dev/null
}

# enroll USER TOKEN FILE PINS OPTION...: PINS are lines for --pin-fd.
enroll()
{
	local user=$1 token=$2 file=$3 pins=$4
	shift 4
	keyenroll enroll --fido --reader "$(world_token_reader "$token")" --out "$WORLD/$file" --pin-fd 5 "$@" "$user" 5<<<"$pins"
}

probe()
{
	"$build/tests/e2e/fido_probe" "$1" "$(world_token_reader "$2")" "${@:3}"
}

# flags FILE: the flags in a key's file, as ssh-keygen stored them.
flags()
{
	python3 - "$1" <<-'END'
		import base64, struct, sys
		data = base64.b64decode("".join(open(sys.argv[1]).read().split("\n")[1:-2]))
		def take(data):
		    size, = struct.unpack(">I", data[:4])
		    return data[4:4 + size], data[4 + size:]
		data = data[len("openssh-key-v1\0"):]
		for _ in range(3):
		    _, data = take(data)
		_, data = take(data[4:])
		data, _ = take(data)
		kind, data = take(data[8:])
		for _ in range(3 if b"ecdsa" in kind else 2):
		    _, data = take(data)
		print("%02x" % data[0])
	END
}

policy()
{
	{
		echo 'version = "fido desk"'
		cat
	} >"$config/policy.conf"
	chmod 644 "$config/policy.conf"
}

world_install
world_syslog
world_pcscd 5
world_user alice
world_user bob
world_desk
world_token new 5.7.4
world_token middle 5.4.3
world_token old 4.3.5

report 0 tokens "one list of tokens" keyenroll tokens --json
holds '[.readers[] | select(.claimed != null and .fido.protocol == "ctap2" and .fido.pin == "unset")] | length == 2' \
	"has PIV and FIDO2 of the same token"
holds '[.readers[] | select(.fido.protocol == "u2f" and .fido.aaguid == null and .fido.pin == "none")] | length == 1' \
	"and U2F"
exits 0 "the same for people" keyenroll tokens
says "no FIDO2 PIN is set yet" "says that a PIN is missing"

exits 2 "a first PIN that is too short" enroll alice new short 123 --resident
says "pin.length" "is refused"
# Without its files a key is of no use, and without an enrollment its files are none to anybody: nothing stays of a course that broke off.
exits 4 "a folder that is not there" enroll alice new absent/ed "$pin" --resident
says "the folder of" "is known before the token is touched"
mv "$world_registry/registrar" "$world_registry/registrar.away"
exits 4 "a registrar who cannot sign" enroll alice new ed "$pin" --resident
says "is not enrolled, and has no files.*say the same again" "says what to do"
expect "and no file is left" test -z "$(ls "$WORLD"/ed "$WORLD"/ed.pub "$WORLD"/ed-cert.pub 2>/dev/null)"
mv "$world_registry/registrar.away" "$world_registry/registrar"
mkdir "$WORLD/ed-cert.pub"
exits 4 "a file in the place of the certificate" enroll alice new ed "$pin" --resident
says "ed-cert.pub is there already" "is not replaced"
rmdir "$WORLD/ed-cert.pub"
exits 1 "the key that the broken-off course left in the token" enroll alice new ed "$pin" --resident
says "holds a resident key of this person for ssh:, which would be lost" "is not replaced without a word"
exits 1 "nor by another answer than yes" "$top/tests/e2e/terminal_walk" "Type yes to go on" "no" -- \
	bash -c "keyenroll enroll --fido --reader '$(world_token_reader new)' --out '$WORLD/ed' --resident --pin-fd 5 alice 5<<<'$pin'"
says "the resident key was left as it is" "says that it stays"
exits 0 "a first PIN is set where a resident key needs it" enroll alice new ed "$pin" --resident --yes
exits 4 "the files of an enrolled key" enroll alice new ed "$pin" --resident
says "may be the only way to a key" "are left alone"
ssh-keygen -q -t ed25519 -N '' -f "$WORLD/stray"
exits 4 "files of a key that nobody is enrolled with" enroll alice new stray "$pin" --resident
says "enrolled for nobody: move it away" "are left alone as well, and what to do is said"
refuse "a second key of the same person in that token" enroll alice new ed2 "$pin" --resident
says "credential.exists" "is refused by the token"
exits 1 "a key of somebody else in it" enroll bob new ed-bob "$pin"
says "enrolled for alice" "is refused"
exits 0 "unless a yes is given" enroll bob new ed-bob "$pin" --yes
exits 1 "nor another application hides whose it is" enroll bob new ed-other "$pin" --application ssh:other
expect "a new rule for PINs" probe longer-pins new "10 $pin"
report 0 tokens "the list" keyenroll tokens --json
holds '[.readers[] | select(.fido.must_change_pin)] | length == 1' "says that the PIN has to be changed"
exits 2 "a changed PIN of too few characters" enroll alice new forced "$pin
123456789" --application ssh:forced
says "10 to 63 characters" "is refused"
exits 0 "one of enough is set before the key is made" enroll alice new forced "$pin
1234567890" --application ssh:forced --yes
exits 3 "the old PIN" enroll alice new forced2 "$pin" --application ssh:forced2 --yes
says "pin.wrong" "is wrong now"

policy <<-'END'
	rule "security keys" {
		format = { "fido" }
		user-verification = { "required" }
		then = "accept"
		key-options = { "verify-required" }
	}
END
exits 0 "a policy that wants verification" enroll bob middle verified "$pin"
says "the policy wants the PIN at every use" "gets it without an option"
expect "and the key's file says so" test "$(flags verified)" = 05
exits 1 "a U2F token cannot do that" enroll bob old u2f "$pin" --algorithm ecdsa-p256
says "cannot ask for a PIN" "and nothing was asked of it"
policy <<-'END'
	rule "guarded keys for servers" {
		format = { "fido" }
		application = { "ssh:servers", "ssh:others" }
		cred-protect = { "2", "3" }
		then = "accept"
	}
END
report 0 enroll "a policy's application and protection" enroll alice middle servers "$pin" --yes --json
holds '[.result.claims[] | select(.name == "application" and .value == "ssh:servers" or .name == "cred-protect" and .value == "2")]
	| length == 2' "are taken without options"
exits 1 "another application" enroll alice middle other "$pin" --application ssh:other --yes
says "the policy accepts no key" "is refused before anything is made"
rm "$config/policy.conf"

# Two that blink; a third that answers at once would be none that was touched.
world_token_stop old
tell new "touch never=20000"
tell middle "touch 1500"
exits 0 "several tokens: the one that is touched" "$top/tests/e2e/terminal_walk" "touch the one that is meant" "" \
	"PIN of" "$pin" -- keyenroll enroll --fido --out "$WORLD/touched" --application ssh:touched --yes alice
says "It is the one in $(world_token_reader middle)" "is named"
printf '#!/bin/sh\necho %s\n' "$pin" >askpass-pin
chmod 755 askpass-pin
chosen()
{
	SSH_ASKPASS=$WORLD/askpass-pin SSH_ASKPASS_REQUIRE=force setsid --wait \
		ssh-keygen -q -t ecdsa-sk -w "$provider" -N '' -O application=ssh:chosen -f "$1"
}
expect "the provider chooses in the same way" chosen chosen
tell middle "touch auto"
refuse "an answer without a touch is no choice" chosen chosen2
tell new "touch auto"

world_snapshot >/dev/null
world_verifier
world_gate | world_sshd sshd
expect "a passphrase is put on the key's file" ssh-keygen -q -p -P '' -N 'a passphrase' -f verified
expect "and taken off" ssh-keygen -q -p -P 'a passphrase' -N '' -f verified

agent_enters()
{
	local SSH_AUTH_SOCK=$WORLD/agent.sock
	export SSH_AUTH_SOCK
	SSH_ASKPASS=$WORLD/askpass-pin SSH_ASKPASS_REQUIRE=force world_daemon agent ssh-agent -d -a "$SSH_AUTH_SOCK" -P "$provider"
	world_wait 60 test -S "$SSH_AUTH_SOCK" || return 1
	ssh-add -q -S "$provider" "$WORLD/$2" || return 1
	[ "$(timeout 60 ssh -F none -n -p "$sshd_port" -l "$1" -o UserKnownHostsFile="$WORLD/known_hosts" -o IdentityFile="$WORLD/$2.pub" \
		-o IdentitiesOnly=yes -o PreferredAuthentications=publickey 127.0.0.1 id -un 2>>"$WORLD/ssh.log")" = "$1" ]
}
# Both tokens may hide the key from who shows no PIN: the person touches the one that it is in.
tell new "touch never=20000"
tell middle "touch 1500"
if agent_enters bob verified; then
	ok "ssh-agent with the provider lets bob in"
else
	not_ok "ssh-agent with the provider lets bob in" "$WORLD/ssh.log" "$WORLD/agent.log" "$WORLD/sshd.log"
fi
# What was free when the token was looked at may have been taken while its person had to touch it.
late_files()
{
	keyenroll enroll --fido --reader "$(world_token_reader middle)" --out "$WORLD/late" --pin-fd 5 --yes root \
		5< <(sleep 3; echo theirs >"$WORLD/$1"; echo $pin)
}
tell middle "touch auto"
rm -f "$config/policy.conf"
for file in late late.pub; do
	exits 4 "a file that came to the place of $file meanwhile" late_files $file
	says "$file is there already" "is not replaced"
	expect "and stays, and nothing beside it" test "$(cat "$WORLD"/late*)" = theirs
	rm "$WORLD"/late*
done
world_end
