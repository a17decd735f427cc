#!/bin/bash
# FIDO2 keys from the desk to the login: enrolled with keyenroll, used by a real ssh through libsk-keyenroll.so, let in by a real sshd.
# shellcheck source=tests/e2e/world.sh
. "$(dirname "$0")/world.sh"

provider=$prefix/lib/keyenroll/libsk-keyenroll.so
software_provider=$build/tests/e2e/.libs/software_provider.so
export SSH_SK_PROVIDER=$provider

tell()
{
	world_token_tell "$1" "$2" >/dev/null
}

# enroll USER TOKEN FILE OPTION...
enroll()
{
	local user=$1 reader=$2 file=$3
	shift 3
	keyenroll enroll --fido --reader "$(world_token_reader "$reader")" --out "$WORLD/$file" --pin-fd 5 "$@" \
		"$user" 5<<<"$pin"
}

enters()
{
	identity=$WORLD/$2
	world_enters "$1"
}

expect_enters()
{
	: >"$WORLD/ssh.log"
	if enters "$2" "$3"; then ok "$1"; else not_ok "$1" "$WORLD/ssh.log" "$WORLD/sshd.log" "$WORLD/syslog" "$WORLD/keyenrolld.log"; fi
}

expect_stays_out()
{
	: >"$WORLD/ssh.log"
	if enters "$2" "$3"; then not_ok "$1" "$WORLD/ssh.log" "$WORLD/sshd.log"; else ok "$1"; fi
}

world_install
world_syslog
world_pcscd 4
world_user alice
world_user bob
world_user carol
world_user dave
world_desk
cat >"$config/policy.conf" <<-'END'
	version = "fido test"
	rule "security keys" {
		format = { "fido" }
		assurance = { "vendor", "organisation" }
		proven = { "generated-inside" }
		then = "accept"
		key-options = { "verify-required" }
	}
END
chmod 644 "$config/policy.conf"
world_token new 5.7.4
world_token old 4.3.5

expect "a key that is not resident" enroll alice new ed --verify-required
expect "its files are as ssh wants them" bash -c "[ \$(stat -c %a ed) = 600 ] && ssh-keygen -y -f ed | cut -d' ' -f1,2 |
	cmp - <(cut -d' ' -f1,2 ed.pub) && ssh-keygen -L -f ed-cert.pub | grep -q evidence@keyenroll"
refuse "the same person's second key in the same token" enroll alice new ed2 --verify-required
refuse "key files are not written over" enroll alice new ed --verify-required
expect "a resident ECDSA key" enroll bob new ec --yes --algorithm ecdsa-p256 --resident --verify-required
expect "an ECDSA key that is not resident" enroll carol new ec-file --yes --algorithm ecdsa-p256 --verify-required
expect "a resident Ed25519 key" enroll dave new ed-inside --yes --resident --verify-required
expect "ssh-keygen finds it again" bash -c "mkdir found && cd found && printf '%s\n' '#!/bin/sh' 'echo $pin' >../ask && chmod 755 ../ask &&
	SSH_ASKPASS=$WORLD/ask SSH_ASKPASS_REQUIRE=force ssh-keygen -K -N '' -w $provider && ls id_ecdsa_sk_rk*"
world_snapshot >/dev/null
world_verifier
world_gate | world_sshd sshd
expect_enters "alice enters with the Ed25519 key" alice ed
expect_enters "bob enters with the ECDSA key" bob ec
cp found/id_ecdsa_sk_rk_bob bob-found && chmod 600 bob-found
expect_enters "and with the one that was found in the token" bob bob-found
expect_enters "carol with the ECDSA key that is not resident" carol ec-file
expect_enters "dave with the resident Ed25519 key" dave ed-inside
expect_stays_out "bob's key does not open alice's account" alice ec
tell new "touch never=700"
expect_stays_out "nobody touches: no login" alice ed
tell new "touch auto"
expect_enters "a touch: a login" alice ed
world_token spare 5.7.4
expect_enters "a token without a PIN beside it changes nothing" alice ed
world_token_stop spare

# The wish for verification in the key file is the client's; sshd has it from the policy.
refuse "a U2F token cannot do what the policy wants" enroll bob old u2f --algorithm ecdsa-p256
refuse "nor make an Ed25519 key" enroll bob old u2f
keyenroll challenge bob >for-bob
ssh-keygen -q -t ecdsa-sk -w "$provider" -O device="$(world_token_reader old)" -O challenge=for-bob \
	-O write-attestation=u2f.att -N '' -f u2f
sed -i 's/"fido"/"fido", "ssh-sk-attest"/' "$config/policy.conf"
expect "a key that knows no verification is imported" keyenroll import --ssh-sk u2f.pub --attestation u2f.att --challenge for-bob bob
world_snapshot >/dev/null
expect_stays_out "and refused by sshd, because the policy wants verification" bob u2f
expect "which it says" grep -q "user verification requirement not met" sshd.log
ssh-keygen -q -t ed25519-sk -w "$provider" -O device="$(world_token_reader new)" -N '' -f plain

SSH_SK_PROVIDER=$software_provider ssh-keygen -q -t ed25519-sk -w "$software_provider" -N '' -f software
SSH_SK_PROVIDER=$software_provider expect_stays_out "a key of a provider that signs in software" alice software
expect_stays_out "a key that was never enrolled" alice plain
world_end
